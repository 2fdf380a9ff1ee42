"""Chains of pixels to smooth centrelines that reach to the ends of the mask."""

import numpy as np

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Bytes
from cracklens.tracing.sampling import sample

_SIGMA_POINTS = 2.0  # of the smoothing; a circle of 20 px radius shrinks by 0.5 %
_HALF_PIXEL = 0.5
_RAY_STEP_PX = 0.5
_CORNER = 1.5  # inscribed radii from which on a square end no longer bends the skeleton: sqrt(2)
_AIM_PX = 6.0  # least length over which the direction of an end is taken


def refine(graph: Graph, probability: Bytes, *, grow_threshold: float) -> Graph:
    """Return the graph with smooth lines, sub-pixel nodes, and free ends at the mask's edge.

    A chain of 8-connected pixels is up to 8 % longer than the line that it follows; after a
    Gaussian of 2 points the length of a straight line is right within 1 % at all angles. Thinning
    wears off about half a width at a free end, and bends what remains towards a corner: the last
    width or so is replaced by the straight continuation, to where the map falls below the growing
    threshold.

    Args:
        graph: Pruned graph of pixel chains.
        probability: (H, W) uint8.
        grow_threshold: Of the mask.
    """
    nodes, degree = graph.nodes_px.copy(), graph.degrees()
    stretches = []
    for stretch in graph.stretches:
        points, radius = stretch.points_px.copy(), stretch.radius_px
        closed = stretch.start == stretch.end
        if closed and degree[stretch.start] == 2:  # noqa: PLR2004
            points = _smooth(points[:-1], "wrap")
            points = np.concatenate([points, points[:1]])
            nodes[stretch.start] = points[0]
            stretches.append(_stretch(stretch, points, _smooth(radius[:, None], "edge")[:, 0]))
            continue
        points[0], points[-1] = nodes[stretch.start], nodes[stretch.end]
        points = _smooth(points, "odd")
        radius = _smooth(radius[:, None], "edge")[:, 0]
        lone = degree[[stretch.start, stretch.end]] == 1
        for side in np.flatnonzero(lone):
            turn = slice(None, None, -1 if side == 0 else 1)
            points, radius = _reach(points[turn], radius[turn], probability, grow_threshold)
            points, radius = points[turn], radius[turn]
        nodes[stretch.start], nodes[stretch.end] = points[0], points[-1]
        stretches.append(_stretch(stretch, points, radius))
    return Graph(nodes, tuple(stretches))


def _stretch(old: Stretch, points: Floats, radius: Floats) -> Stretch:
    return Stretch(points, radius, old.start, old.end)


def _smooth(values: Floats, border: str) -> Floats:
    """Return (N, C) values under a Gaussian along N; `odd` keeps the first and last as they are."""
    reach = int(3 * _SIGMA_POINTS)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SIGMA_POINTS) ** 2)
    kernel /= kernel.sum()
    pad = ((reach, reach), (0, 0))
    if border == "odd":
        padded = np.pad(values, pad, mode="reflect", reflect_type="odd")
    else:
        padded = np.pad(values, pad, mode="wrap" if border == "wrap" else "edge")
    return np.stack([np.convolve(column, kernel, "valid") for column in padded.T], axis=1)


def _reach(
    points: Floats, radius: Floats, probability: Bytes, grow_threshold: float
) -> tuple[Floats, Floats]:
    """Return the line with its last half width made straight and led to the edge of the mask."""
    back = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points[::-1], axis=0).T))])[::-1]
    clear = np.flatnonzero(back >= np.minimum(_CORNER * radius + 1, back[0] / 2))
    kept, half_width = clear[-1], float(radius[clear[-1]])
    aim = (back >= back[kept]) & (back <= back[kept] + max(3 * half_width, _AIM_PX))
    base = points[kept]
    ahead = base - points[np.flatnonzero(aim)[0]]
    norm = float(np.hypot(*ahead))
    if norm == 0:
        return points, radius
    ahead = ahead / norm
    along = np.arange(0.0, back[kept] + half_width + 2, _RAY_STEP_PX)
    ray = base + along[:, None] * ahead
    limit = np.array(probability.shape[::-1]) - _HALF_PIXEL
    inside = ((ray >= -_HALF_PIXEL) & (ray <= limit)).all(axis=1)
    inside &= sample(probability, ray) >= grow_threshold
    first_out = int(np.argmin(inside)) if not inside.all() else len(ray)
    end_px = along[max(first_out - 1, 1)]
    count = max(int(np.ceil(end_px)), 1)
    tail = base + np.linspace(0, end_px, count + 1)[1:, None] * ahead
    return (
        np.concatenate([points[: kept + 1], tail]),
        np.concatenate([radius[: kept + 1], np.full(count, radius[kept])]),
    )
