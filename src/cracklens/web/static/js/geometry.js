// Distances on polylines, in pixels of the photograph.

export function nearestOnLine(points, x, y) {
  let best = { distance: Infinity, segment: 0, along: 0, point: points[0] };
  for (let n = 0; n + 1 < points.length; n += 1) {
    const [ax, ay] = points[n];
    const [bx, by] = points[n + 1];
    const [dx, dy] = [bx - ax, by - ay];
    const square = dx * dx + dy * dy;
    const along = square ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square)) : 0;
    const point = [ax + along * dx, ay + along * dy];
    const distance = Math.hypot(x - point[0], y - point[1]);
    if (distance < best.distance) best = { distance, segment: n, along, point };
  }
  return best;
}

export function nearestFinding(findings, x, y, reach) {
  let best = null;
  for (const finding of findings) {
    finding.lines.forEach((line, branch) => {
      const near = nearestOnLine(line.points, x, y);
      if (near.distance <= reach && (!best || near.distance < best.near.distance)) {
        best = { finding, branch, near };
      }
    });
  }
  return best;
}

export function boxOf(findings) {
  const all = findings.flatMap((finding) => finding.lines.flatMap((line) => line.points));
  const xs = all.map((point) => point[0]);
  const ys = all.map((point) => point[1]);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

export function lengthOf(points) {
  let sum = 0;
  for (let n = 0; n + 1 < points.length; n += 1) {
    sum += Math.hypot(points[n + 1][0] - points[n][0], points[n + 1][1] - points[n][1]);
  }
  return sum;
}
