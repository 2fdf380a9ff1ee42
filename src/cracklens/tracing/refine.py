"""Refinement of pixel chains to smooth centrelines that reach the ends of the mask."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.edges import half_widths_across
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Bytes
from cracklens.tracing.packed import (
    Packing,
    along_px,
    courses,
    filled,
    smoothed,
    smoothed_within,
)
from cracklens.tracing.sampling import sample

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
    if not graph.stretches:
        return graph
    nodes, degree = graph.nodes_px.copy(), graph.degrees()
    ends = graph.ends()
    free = degree[ends] == 1
    ring = (ends[:, 0] == ends[:, 1]) & (degree[ends[:, 0]] == 2)  # noqa: PLR2004
    lines = _smooth_lines(graph, ring)
    for index in np.flatnonzero(free.any(axis=1)).tolist():
        points, radius = lines[index]
        for turn, is_free in zip((slice(None, None, -1), slice(None)), free[index], strict=True):
            if is_free:
                points, radius = _reach(points[turn], radius[turn], probability, grow_threshold)
                points, radius = points[turn], radius[turn]
        lines[index] = points, radius
    stretches = []
    for stretch, (points, half) in zip(
        graph.stretches, _centred(lines, probability, free, ring), strict=True
    ):
        for at, node in ((0, stretch.start), (-1, stretch.end)):
            if degree[node] > 2:  # noqa: PLR2004
                points[at] = nodes[node]
            nodes[node] = points[at]
        stretches.append(Stretch(points, half, stretch.start, stretch.end))
    return Graph(nodes, tuple(stretches))


def _smooth_lines(graph: Graph, ring: NDArray[np.bool_]) -> list[tuple[Floats, Floats]]:
    """Return the smooth points of each stretch, from node to node, and its radii."""
    rings = ring.tolist()
    packing = Packing.of(
        [len(s.points_px) - r for s, r in zip(graph.stretches, rings, strict=True)]
    )
    points = np.concatenate(
        [
            s.points_px[:-1] if r else s.points_px
            for s, r in zip(graph.stretches, rings, strict=True)
        ]
    )
    start, end = graph.ends()[~ring].T
    points[packing.first[~ring]] = graph.nodes_px[start]
    points[packing.last[~ring]] = graph.nodes_px[end]
    parts = packing.split(smoothed(points, packing, ring))
    return [
        (np.concatenate([part, part[:1]]) if is_ring else part, stretch.radius_px)
        for part, is_ring, stretch in zip(parts, rings, graph.stretches, strict=True)
    ]


def _centred(
    lines: Sequence[tuple[Floats, Floats]],
    probability: Bytes,
    free: NDArray[np.bool_],
    ring: NDArray[np.bool_],
) -> list[tuple[Floats, Floats]]:
    """Return points moved to the middle between the edges, and half of the width, of each line.

    Near a junction one edge belongs to another line: there the points do not move, and the width is
    that of the nearest point away from the junction. At a tip some pixels are beyond the end: there
    shift and width are those of the point before. Points stay inside the photograph: if a wide line
    crosses the border at an angle, the middle between its edges may be outside.

    Args:
        lines: points (N, 2) and radii (N,) of S lines.
        probability: (H, W) uint8.
        free: (S, 2) whether the line is free at its first and its last point.
        ring: (S,) whether it is closed.
    """
    packing = Packing.of([len(points) for points, _ in lines])
    points = np.concatenate([points for points, _ in lines])
    radius = np.concatenate([radius for _, radius in lines])
    along = along_px(points, packing)
    meets, clear = _near_ends(along, radius, packing, free, ring)
    half = np.zeros(len(points))
    moving = np.ones(len(lines), bool)
    for _ in range(_CENTRINGS):
        at = np.repeat(moving, packing.count)
        own = Packing.of(packing.count[moving])
        ahead = courses(points[at], own)
        left, right = half_widths_across(probability, points[at], radius[at], ahead)
        half[at] = (left + right) / 2
        aside = np.clip((left - right) / 2, -_FARTHEST_PX, _FARTHEST_PX)
        aside = np.where(meets[at], 0.0, filled(aside, clear[at], along[at], own))
        points[at] = _shifted(points[at], aside, ahead, own, probability)
        closed = moving & ring
        first, last = packing.first[closed], packing.last[closed]
        points[first] = points[last] = (points[first] + points[last]) / 2
        moving[moving] = np.maximum.reduceat(np.abs(aside), own.first) >= _FARTHEST_PX / 2
        if not moving.any():
            break
    half = smoothed_within(filled(half, clear, along, packing)[:, None], packing)[:, 0]
    return list(zip(packing.split(points), packing.split(half), strict=True))


def _near_ends(
    along: Floats,
    radius: Floats,
    packing: Packing,
    free: NDArray[np.bool_],
    ring: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which points are near a junction, and which are far from junctions and tips."""
    meets, blind = np.zeros((2, len(along)), bool)
    left = np.repeat(along[packing.last], packing.count) - along
    for away, is_free in zip((along, left), free.T, strict=True):
        meets |= (away <= 2 * radius) & np.repeat(~(is_free | ring), packing.count)
        blind |= (away <= _TIP_PX) & np.repeat(is_free, packing.count)
    clear = ~(meets | blind)
    none = ~np.logical_or.reduceat(clear, packing.first)
    return meets, clear | np.repeat(none, packing.count)


def _shifted(
    points: Floats, aside: Floats, ahead: Floats, packing: Packing, probability: Bytes
) -> Floats:
    """Return the points moved to the left of their course, inside the photograph."""
    high = np.array(probability.shape[::-1]) - _HALF_PIXEL
    shift = smoothed_within(aside[:, None], packing) * np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    return np.clip(points + shift, -_HALF_PIXEL, high)


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
