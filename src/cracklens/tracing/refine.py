"""Refinement of pixel chains to smooth centrelines that reach the ends of the mask."""

import numpy as np

from cracklens.tracing.crack import Floats
from cracklens.tracing.edges import half_widths
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Bytes, Ints
from cracklens.tracing.sampling import sample

_SIGMA_POINTS = 1.5  # of the smoothing; a circle of 20 px radius shrinks by 0.3 %
_HALF_PIXEL = 0.5
_FARTHEST_PX = 1.5  # largest sideways step of a point towards the middle between the edges
_TIP_PX = 2.5
_CENTRINGS = 3  # the initial error at the end of a wide, bent crack is up to 4 px
_RAY_STEP_PX = 0.5
_CORNER = 1.5  # a square end bends the skeleton within sqrt(2) inscribed radii
_AIM_PX = 6.0  # least length for the direction of an end


def refine(graph: Graph, probability: Bytes, *, grow_threshold: float) -> Graph:
    """Return the graph with smooth lines, sub-pixel nodes, and free ends at the mask's edge.

    A chain of 8-connected pixels is up to 8 % longer than the line; after a Gaussian of 1.5 points
    the error of the length of a straight line is below 1 % at all angles. Thinning shortens a free
    end by about half a width, and bends it towards a corner. So about one width of the end is
    replaced by its straight continuation, up to where the map falls below the grow threshold.

    Args:
        graph: Pruned graph of pixel chains.
        probability: (H, W) uint8.
        grow_threshold: Of the mask.
    """
    nodes, degree = graph.nodes_px.copy(), graph.degrees()
    rough = []
    for stretch in graph.stretches:
        points, radius = stretch.points_px.copy(), stretch.radius_px
        if _is_ring(stretch, degree):
            points = _smooth(points[:-1], "wrap")
            rough.append((np.concatenate([points, points[:1]]), radius))
            continue
        points[0], points[-1] = nodes[stretch.start], nodes[stretch.end]
        points = _smooth(points, "odd")
        for turn, node in ((slice(None, None, -1), stretch.start), (slice(None), stretch.end)):
            if degree[node] == 1:
                points, radius = _reach(points[turn], radius[turn], probability, grow_threshold)
                points, radius = points[turn], radius[turn]
        rough.append((points, radius))
    stretches = []
    for stretch, (points, radius) in zip(graph.stretches, rough, strict=True):
        free = (degree[stretch.start] == 1, degree[stretch.end] == 1)
        centred = _centred(points, radius, probability, free, ring=_is_ring(stretch, degree))
        for at, node in ((0, stretch.start), (-1, stretch.end)):
            if degree[node] > 2:  # noqa: PLR2004
                centred[0][at] = nodes[node]
            nodes[node] = centred[0][at]
        stretches.append(Stretch(*centred, stretch.start, stretch.end))
    return Graph(nodes, tuple(stretches))


def _is_ring(stretch: Stretch, degree: Ints) -> bool:
    """Return whether a line is a loop without a junction."""
    return stretch.start == stretch.end and int(degree[stretch.start]) == 2  # noqa: PLR2004


def _centred(
    points: Floats, radius: Floats, probability: Bytes, free: tuple[bool, bool], *, ring: bool
) -> tuple[Floats, Floats]:
    """Return points moved to the middle between the edges, and half of the width.

    Near a junction one edge belongs to another line: there the points do not move, and the width is
    that of the nearest point away from the junction. At a tip some pixels are beyond the end: there
    shift and width are those of the point before. Points stay inside the photograph: if a wide line
    crosses the border at an angle, the middle between its edges may be outside.
    """
    high = np.array(probability.shape[::-1]) - _HALF_PIXEL
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    meets, blind = np.zeros((2, len(points)), bool)
    for away, is_free in zip((along, along[-1] - along), free, strict=True):
        meets |= (away <= 2 * radius) & (not (is_free or ring))
        blind |= (away <= _TIP_PX) & is_free
    clear = ~(meets | blind)
    if not clear.any():
        clear[:] = True
    for _ in range(_CENTRINGS):
        left, right = half_widths(probability, points, radius)
        aside = np.clip((left - right) / 2, -_FARTHEST_PX, _FARTHEST_PX)
        aside = np.where(meets, 0.0, np.interp(along, along[clear], aside[clear]))
        ahead = np.gradient(points, axis=0)
        ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
        shift = _smooth(aside[:, None], "edge") * np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
        points = np.clip(points + shift, -_HALF_PIXEL, high)
        if ring:
            points[-1] = points[0] = (points[0] + points[-1]) / 2
        if np.abs(aside).max() < _FARTHEST_PX / 2:
            break
    half = np.interp(along, along[clear], ((left + right) / 2)[clear])
    return points, _smooth(half[:, None], "edge")[:, 0]


def _smooth(values: Floats, border: str) -> Floats:
    """Return (N, C) values smoothed by a Gaussian along N; `odd` keeps the first and the last."""
    reach = int(3 * _SIGMA_POINTS)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SIGMA_POINTS) ** 2)
    kernel /= kernel.sum()
    count = len(values)
    at = np.arange(-reach, count + reach)
    if border == "wrap":
        padded = values[at % count]
    elif border == "odd" and count > reach:  # faster than np.pad, which is most of the time
        padded = np.concatenate(
            [
                2 * values[0] - values[reach:0:-1],
                values,
                2 * values[-1] - values[-2 : -2 - reach : -1],
            ]
        )
    elif border == "odd":
        pad = ((reach, reach), (0, 0))
        padded = np.pad(values, pad, mode="reflect", reflect_type="odd")
    else:
        padded = values[np.clip(at, 0, count - 1)]
    return np.stack([np.convolve(column, kernel, "valid") for column in padded.T], axis=1)


def _reach(
    points: Floats, radius: Floats, probability: Bytes, grow_threshold: float
) -> tuple[Floats, Floats]:
    """Return the line with its end replaced by a straight line to the edge of the mask.

    At a square corner the straight line is at most half a width shorter than the skeleton. If it is
    shorter than that, the line really bends there and is not changed.
    """
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
    inside = ((ray >= -_HALF_PIXEL - 1e-6) & (ray <= limit + 1e-6)).all(axis=1)
    inside &= sample(probability, ray) >= grow_threshold
    first_out = int(np.argmin(inside)) if not inside.all() else len(ray)
    end_px = along[max(first_out - 1, 1)]
    if end_px < back[kept] - half_width:  # a thin line that bends at its very end
        return points, radius
    count = max(int(np.ceil(end_px)), 1)
    tail = base + np.linspace(0, end_px, count + 1)[1:, None] * ahead
    return (
        np.concatenate([points[: kept + 1], tail]),
        np.concatenate([radius[: kept + 1], np.full(count, radius[kept])]),
    )
