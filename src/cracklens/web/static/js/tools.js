// What is done with points: split, redraw, draw, scale, region.

import { read } from "./api.js";
import { ask, say } from "./dom.js";
import { lengthOf, nearestFinding } from "./geometry.js";
import { Sketch } from "./sketch.js";

export function tools(desk) {
  const decide = async (decision, told) => {
    if (await desk.decide(decision, told)) desk.end();
  };

  function split() {
    const { finding } = desk;
    if (!finding) { say("Choose the line to split first."); return null; }
    const cut = async (point) => {
      const near = nearestFinding([finding], ...point, Infinity);
      await decide(
        { kind: "split", finding: finding.id, branch: near.branch, point: near.near.point },
        "Split",
      );
    };
    return withPoints({ says: "Click where the line is to be split.", most: 1, clicked: cut });
  }

  function redraw() {
    const { finding } = desk;
    if (!finding) { say("Choose the line to redraw first."); return null; }
    if (finding.lines.length > 1) {
      say("This crack has branches: split it first, then redraw each part.");
      return null;
    }
    const points = thinned(finding.lines[0].points);
    return withPoints({
      says: "Drag the nodes; click on the line for a new one. Enter keeps it.",
      points,
      finish: (sketch) =>
        decide({ kind: "course", finding: finding.id, lines: [sketch.points] }, "Redrawn"),
    });
  }

  function draw() {
    let path = [];
    const clicks = [];
    const tool = withPoints({
      says: "Click along the crack; the line follows the darkest path. Enter keeps it.",
      clicked: async (point) => {
        clicks.push(point);
        if (clicks.length === 1) { path = [point]; } else {
          const [from, to] = clicks.slice(-2);
          path = path.concat((await snapped(from, to)).slice(1));
        }
        tool.sketch.points = path;
        tool.sketch.show();
      },
      undo: () => {
        clicks.pop();
        path = clicks.length ? path.slice(0, indexOf(path, clicks.at(-1)) + 1) : [];
        tool.sketch.points = path;
        tool.sketch.show();
      },
      finish: () => {
        if (path.length < 2) { say("A line needs two points."); return; }
        decide({ kind: "draw", lines: [path] }, "New line kept");
      },
    });
    tool.sketch.nodes = false;
    return tool;
  }

  async function snapped(from, to) {
    try {
      const query = new URLSearchParams({
        from: from.map((value) => value.toFixed(1)), to: to.map((value) => value.toFixed(1)),
      });
      return (await read(`/photographs/${desk.photo.id}/path?${query}`)).points;
    } catch (error) {
      say(`${error.message} A straight line is drawn.`, { wrong: true });
      return [from, to];
    }
  }

  function scale() {
    return withPoints({
      says: "Click two points whose distance on the wall is known. Enter keeps them.",
      most: 2,
      finish: async (sketch) => {
        if (sketch.points.length < 2) { say("Two points are needed."); return; }
        const answer = await ask("How far apart are they?", [
          { name: "distance_mm", label: "Distance, mm", type: "number", step: "any",
            required: true },
        ], { note: `${lengthOf(sketch.points).toFixed(0)} px on the photograph` });
        if (!answer) return;
        await decide(
          { kind: "scale", points: sketch.points, ...answer },
          "Scale kept",
        );
      },
    });
  }

  function region() {
    return withPoints({
      says: "Click around what is no concrete. Enter keeps it.",
      closed: true,
      finish: async (sketch) => {
        if (sketch.points.length < 3) { say("Three points are needed."); return; }
        await decide(
          { kind: "region", polygon: sketch.points }, "Region kept",
        );
      },
    });
  }

  function withPoints({ says, points = [], most, closed, clicked = null, finish, undo = null }) {
    const sketch = new Sketch(desk.stage, { points, most, closed });
    const click = (point) => (clicked ? clicked(point) : sketch.add(point));
    return {
      says,
      sketch,
      click,
      place: () => {
        sketch.cursor ??= desk.stage.middle();
        sketch.show();
        return click([...sketch.cursor]);
      },
      finish: () => finish?.(sketch),
      undo: undo ?? (() => sketch.drop()),
      end: () => sketch.end(),
    };
  }

  return { split, redraw, draw, scale, region };
}

const indexOf = (path, [x, y]) => {
  let best = 0;
  path.forEach((point, n) => {
    const nearer = Math.hypot(point[0] - x, point[1] - y);
    if (nearer < Math.hypot(path[best][0] - x, path[best][1] - y)) best = n;
  });
  return best;
};

// Few enough nodes to drag: Ramer, Douglas and Peucker with a tolerance of 1.5 px.
function thinned(points, tolerance = 1.5) {
  if (points.length < 3) return points.map((point) => [...point]);
  const [[ax, ay], [bx, by]] = [points[0], points.at(-1)];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  let far = 0;
  let at = 0;
  points.forEach(([x, y], n) => {
    const away = Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
    if (away > far) { far = away; at = n; }
  });
  if (far <= tolerance) return [[ax, ay], [bx, by]];
  return [...thinned(points.slice(0, at + 1), tolerance),
    ...thinned(points.slice(at), tolerance).slice(1)];
}
