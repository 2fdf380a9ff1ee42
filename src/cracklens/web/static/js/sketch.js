// Placing points on a photograph, by mouse, finger or keyboard.

import { nearestOnLine } from "./geometry.js";

const REACH = 14; // screen pixels around a node

export class Sketch {
  constructor(stage, { points = [], most = Infinity, closed = false, changed = () => {} } = {}) {
    Object.assign(this, { stage, points, most, closed, changed, cursor: null, held: null });
    this.past = [];
    this.show();
  }

  // Adds a point; on a line that is complete, moves on from its end.
  add(point) {
    if (this.points.length >= this.most) return;
    this.keep();
    this.points.push(point);
    this.show();
    this.changed(this);
  }

  drop() {
    const last = this.past.pop();
    if (!last) return false;
    this.points = last;
    this.show();
    this.changed(this);
    return true;
  }

  keep() {
    this.past.push(this.points.map((point) => [...point]));
  }

  nodeAt([x, y]) {
    const reach = REACH / this.stage.zoom;
    let best = null;
    this.points.forEach((point, n) => {
      const distance = Math.hypot(point[0] - x, point[1] - y);
      if (distance <= reach && (!best || distance < best.distance)) best = { n, distance };
    });
    return best?.n ?? null;
  }

  // Press on a node holds it; press on the line between nodes makes one there.
  press(point) {
    let node = this.nodeAt(point);
    if (node === null && this.points.length > 1) {
      const near = nearestOnLine(this.points, ...point);
      if (near.distance <= REACH / this.stage.zoom) {
        this.keep();
        node = near.segment + 1;
        this.points.splice(node, 0, near.point);
        this.held = node;
        return true;
      }
    }
    if (node === null) return false;
    this.keep();
    this.held = node;
    return true;
  }

  drag(point) {
    if (this.held === null) return false;
    this.points[this.held] = point;
    this.show();
    return true;
  }

  release() {
    if (this.held === null) return;
    this.held = null;
    this.changed(this);
  }

  // The keyboard's cross: by 12 px of the screen, or by one.
  move(x, y, fine) {
    const step = (fine ? 1 : 12) / this.stage.zoom;
    const from = this.cursor ?? this.stage.middle();
    const { width_px: width, height_px: height } = this.stage.photo;
    this.cursor = [
      Math.min(Math.max(from[0] + x * step, 0), width - 1),
      Math.min(Math.max(from[1] + y * step, 0), height - 1),
    ];
    this.show();
  }

  place() {
    this.cursor ??= this.stage.middle();
    this.add([...this.cursor]);
  }

  show() {
    this.stage.sketch(this.points, { closed: this.closed, cursor: this.cursor });
  }

  end() {
    this.stage.marks.replaceChildren();
  }
}
