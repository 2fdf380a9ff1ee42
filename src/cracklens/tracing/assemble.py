"""Crack with its measures from one connected graph."""

from itertools import pairwise

import numpy as np

from cracklens.tracing.crack import Branch, Crack, Floats
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Bytes, Ints
from cracklens.tracing.sampling import sample

_WIDE_PERCENT = 95.0
_BORDER_PX = 1.0  # a mask this near to the border is assumed to continue beyond it
_LEAST_WIDTH_PX = 0.5


def assemble(graph: Graph, probability: Bytes, tolerance_px: float) -> Crack:
    """Return the crack of a connected graph.

    Widths come from `half_widths`. On an exact map the error is at most 0.7 px for widths from 2 px
    on; hairlines get a width of about 1 px. Widths are limited to the short side of the photograph,
    since the edges of a wider crack are not visible.

    Args:
        graph: All stretches belong to the crack; nodes may be those of the whole photograph.
        probability: (H, W) uint8.
        tolerance_px: See `TraceSettings`.
    """
    used = sorted({node for s in graph.stretches for node in (s.start, s.end)})
    number = {node: rank for rank, node in enumerate(used)}
    most_px = float(min(probability.shape))
    widths = [_width_px(s, most_px) for s in graph.stretches]
    weight = np.concatenate([_weights(s) for s in graph.stretches])
    points = np.concatenate([s.points_px for s in graph.stretches])
    width = np.concatenate(widths)
    branches = []
    for stretch, own_width in zip(graph.stretches, widths, strict=True):
        kept, inferred = _kept(stretch, tolerance_px)
        branches.append(
            Branch(
                stretch.points_px[kept],
                own_width[kept],
                number[stretch.start],
                number[stretch.end],
                inferred,
            )
        )
    widest = points[int(np.argmax(np.where(weight > 0, width, 0.0)))]
    return Crack(
        branches=tuple(branches),
        nodes_px=graph.nodes_px[used],
        confidence=float(np.average(sample(probability, points), weights=weight)),
        mean_width_px=float(np.average(width, weights=weight)),
        max_width_px=_percentile(width, weight, _WIDE_PERCENT),
        widest_px=(float(widest[0]), float(widest[1])),
        touches_border=_touches_border(points, width, probability),
    )


def _kept(stretch: Stretch, tolerance_px: float) -> tuple[Ints, tuple[tuple[int, int], ...]]:
    """Return the indices of a simplified line, and its inferred parts among these points."""
    if stretch.inferred is None:
        return simplified(stretch.points_px, tolerance_px), ()
    unseen = stretch.inferred.astype(np.int8)
    change = np.diff(np.concatenate([[0], unseen, [0]]))
    last = len(unseen) - 1
    runs = np.stack(
        [
            np.maximum(np.flatnonzero(change == 1) - 1, 0),
            np.minimum(np.flatnonzero(change == -1), last),
        ],
        axis=1,
    )
    cuts = np.unique(np.concatenate([[0, last], runs.reshape(-1)]))
    kept = np.unique(
        np.concatenate(
            [
                first + simplified(stretch.points_px[first : stop + 1], tolerance_px)
                for first, stop in pairwise(cuts.tolist())
            ]
        )
    )
    parts = np.searchsorted(kept, runs).tolist()
    return kept, tuple((first, stop) for first, stop in parts)


def simplified(points_px: Floats, tolerance_px: float) -> Ints:
    """Return the indices of the points of a simplified polyline within the tolerance.

    Douglas and Peucker 1973 (doi:10.3138/FM57-6770-U75U-7727). The first and the last point are
    kept. `cv2.approxPolyDP` is not used: it merges more points and may exceed the tolerance.

    >>> simplified(np.array([[0.0, 0.0], [1.0, 0.1], [2.0, 0.0], [2.0, 5.0]]), 0.5).tolist()
    [0, 2, 3]
    """
    last = len(points_px) - 1
    if tolerance_px <= 0:
        return np.arange(last + 1)
    kept = np.zeros(last + 1, bool)
    kept[[0, last]] = True
    waiting = [(0, last)]
    while waiting:
        start, stop = waiting.pop()
        if stop - start < 2:  # noqa: PLR2004
            continue
        away = _distance_px(points_px[start + 1 : stop], points_px[start], points_px[stop])
        farthest = int(np.argmax(away))
        if away[farthest] > tolerance_px:
            middle = start + 1 + farthest
            kept[middle] = True
            waiting += [(start, middle), (middle, stop)]
    return np.flatnonzero(kept)


def _distance_px(points: Floats, start: Floats, stop: Floats) -> Floats:
    """Return the distance of (N, 2) points to the line segment between two others."""
    step, away = stop - start, points - start
    length_2 = float(step @ step)
    if length_2 > 0:
        share = np.clip(away @ step / length_2, 0.0, 1.0)
        away = away - share[:, None] * step
    distance: Floats = np.hypot(away[:, 0], away[:, 1])
    return distance


def _width_px(stretch: Stretch, most_px: float) -> Floats:
    return np.clip(2 * stretch.radius_px, _LEAST_WIDTH_PX, most_px)


def _weights(stretch: Stretch) -> Floats:
    """Return the length of line that belongs to each point; 0 where it is inferred."""
    step = np.hypot(*np.diff(stretch.points_px, axis=0).T)
    weights: Floats = (np.append(step, 0.0) + np.append(0.0, step)) / 2 + 1e-9
    return weights if stretch.inferred is None else np.where(stretch.inferred, 0.0, weights)


def _percentile(values: Floats, weight: Floats, percent: float) -> float:
    """Return the weighted percentile."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order])
    at = int(np.searchsorted(share, percent / 100 * share[-1]))
    return float(values[order[min(at, len(order) - 1)]])


def _touches_border(points: Floats, width: Floats, probability: Bytes) -> bool:
    """Return whether the mask around the centreline reaches the border of the photograph."""
    high = np.array(probability.shape[::-1]) - 0.5
    room = np.minimum(points + 0.5, high - points).min(axis=1)
    return bool((room <= width / 2 + _BORDER_PX).any())
