// The photograph in full resolution with lines over it: OpenSeadragon below, one SVG above.

import { draw, make } from "./dom.js";

const OpenSeadragon = globalThis.OpenSeadragon;
const TILE = 512;

export class Stage {
  constructor(place, photo) {
    this.photo = photo;
    const levels = Math.ceil(Math.log2(Math.max(photo.width_px, photo.height_px, 1)));
    this.viewer = new OpenSeadragon.Viewer({
      element: place,
      showNavigationControl: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: false },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: false },
      maxZoomPixelRatio: 16,
      visibilityRatio: 0.3,
      animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.4,
      drawer: "canvas",
      imageSmoothingEnabled: false,
      tileSources: {
        width: photo.width_px,
        height: photo.height_px,
        tileSize: TILE,
        minLevel: Math.max(0, levels - 6),
        maxLevel: levels,
        getTileUrl: (level, column, row) =>
          `/api/v1/photographs/${photo.id}/tiles/${level}/${column}/${row}.jpg`,
      },
    });
    this.group = draw("g");
    this.marks = draw("g");
    this.svg = draw("svg", { class: "lines", "aria-hidden": "true" }, this.group, this.marks);
    this.viewer.canvas.append(this.svg);
    for (const event of ["open", "update-viewport", "resize", "animation"]) {
      this.viewer.addHandler(event, () => this.follow());
    }
    this.viewer.addHandler("canvas-key", (event) => {
      event.preventDefaultAction = true; // keys.js decides what a key does
    });
    this.ready = new Promise((resolve, reject) => {
      this.viewer.addOnceHandler("open", resolve);
      this.viewer.addOnceHandler("open-failed", (event) => reject(new Error(event.message)));
    });
  }

  get image() {
    return this.viewer.world.getItemAt(0);
  }

  // Screen pixels of one pixel of the photograph.
  get zoom() {
    return this.image ? this.image.viewportToImageZoom(this.viewer.viewport.getZoom(true)) : 1;
  }

  follow() {
    if (!this.image) return;
    const at = this.image.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
    const to = this.image.imageToViewerElementCoordinates(
      new OpenSeadragon.Point(this.photo.width_px, 0),
    );
    const zoom = (to.x - at.x) / this.photo.width_px;
    // centres of pixels lie at whole numbers: the corner of the first one is at -0.5
    const shift = `matrix(${zoom} 0 0 ${zoom} ${at.x + zoom / 2} ${at.y + zoom / 2})`;
    this.group.setAttribute("transform", shift);
    this.marks.setAttribute("transform", shift);
    this.marks.querySelectorAll("circle").forEach((node) => node.setAttribute("r", 7 / zoom));
  }

  show(findings, chosen) {
    this.group.replaceChildren(
      ...findings.flatMap((finding) => this.lines(finding, chosen.has(finding.id))),
    );
  }

  lines(finding, chosen) {
    return finding.lines.flatMap((line) => {
      const all = { d: path(line.points), class: "halo", "data-chosen": chosen || null };
      const kind = { class: `line ${finding.look}`, "data-chosen": chosen || null };
      const parts = [draw("path", all), draw("path", { ...kind, d: path(line.points) })];
      for (const [first, last] of line.inferred ?? []) {
        const seen = line.points.slice(first, last + 1);
        parts.push(draw("path", { class: "inferred", d: path(seen) }));
      }
      return parts;
    });
  }

  // What is being drawn: points, a line through them, nodes that can be dragged.
  sketch(points, { nodes = true, closed = false, cursor = null } = {}) {
    const parts = [];
    if (points.length > 1) {
      parts.push(draw("path", { class: "sketch", d: path(points) + (closed ? "Z" : "") }));
    }
    const radius = 7 / this.zoom;
    if (nodes) {
      for (const [x, y] of points) parts.push(draw("circle", { cx: x, cy: y, r: radius }));
    }
    if (cursor) {
      const [x, y] = cursor;
      const arm = 14 / this.zoom;
      const cross = `M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}`;
      parts.push(draw("path", { class: "cursor", d: cross }));
    }
    this.marks.replaceChildren(...parts);
  }

  pointOf(position) {
    const point = this.image.viewerElementToImageCoordinates(position);
    return [point.x - 0.5, point.y - 0.5];
  }

  middle() {
    const bounds = this.image.viewportToImageRectangle(this.viewer.viewport.getBounds(true));
    const inside = (value, most) => Math.min(Math.max(value, 0), most - 1);
    return [
      inside(bounds.x + bounds.width / 2, this.photo.width_px),
      inside(bounds.y + bounds.height / 2, this.photo.height_px),
    ];
  }

  // A crack of 2 px is seen as at least 4 px: fit the box, but never below twice the size.
  look({ left, top, width, height }) {
    const margin = Math.max(40, 0.15 * Math.max(width, height));
    const place = this.viewer.container;
    const most = Math.max(
      place.clientWidth / (width + 2 * margin),
      place.clientHeight / (height + 2 * margin),
    );
    const fits = Math.min(
      place.clientWidth / (width + 2 * margin),
      place.clientHeight / (height + 2 * margin),
    );
    const zoom = Math.min(Math.max(fits, Math.min(most, 1)), 4);
    const middle = this.image.imageToViewportCoordinates(left + width / 2, top + height / 2);
    this.viewer.viewport.zoomTo(this.image.imageToViewportZoom(zoom));
    this.viewer.viewport.panTo(middle);
  }

  home() {
    this.viewer.viewport.goHome();
  }

  pan(x, y) {
    const by = this.viewer.viewport.deltaPointsFromPixels(new OpenSeadragon.Point(x, y));
    this.viewer.viewport.panBy(by);
  }

  zoomBy(factor) {
    this.viewer.viewport.zoomBy(factor);
  }

  destroy() {
    this.viewer.destroy();
  }
}

const path = (points) =>
  points.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

export const frame = () => make("div", { className: "stage", tabIndex: 0, role: "application" });
