"""Crack with its measures from one connected graph."""

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Branch, Crack, Floats
from cracklens.tracing.graph import Graph
from cracklens.tracing.mask import Bytes, Ints
from cracklens.tracing.packed import Packing, steps_px
from cracklens.tracing.sampling import sample
from cracklens.tracing.simplify import kept_points

WIDE_PERCENT = 95.0
"""The greatest width of a crack is this percentile along its length."""
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
    used = np.unique(graph.ends())
    most_px = float(min(probability.shape))
    packing = Packing.of([len(s.points_px) for s in graph.stretches])
    points = np.concatenate([s.points_px for s in graph.stretches])
    radius = np.concatenate([s.radius_px for s in graph.stretches])
    width = np.clip(2 * radius, _LEAST_WIDTH_PX, most_px)
    weight = _weights(points, np.concatenate([s.unseen for s in graph.stretches]), packing)
    branches = _branches(graph, points, width, packing, tolerance_px)
    widest = points[int(np.argmax(np.where(weight > 0, width, 0.0)))]
    return Crack(
        branches=tuple(branches),
        nodes_px=graph.nodes_px[used],
        confidence=float(np.average(sample(probability, points), weights=weight)),
        mean_width_px=float(np.average(width, weights=weight)),
        max_width_px=percentile(width, weight, WIDE_PERCENT),
        widest_px=(float(widest[0]), float(widest[1])),
        touches_border=touches_border(points, width, probability.shape[:2]),
    )


def _branches(
    graph: Graph, points: Floats, width: Floats, packing: Packing, tolerance_px: float
) -> list[Branch]:
    """Return the branches, with simplified lines and the ends of inferred parts among them."""
    runs = {
        index: _runs(stretch.inferred)
        for index, stretch in enumerate(graph.stretches)
        if stretch.inferred is not None
    }
    cuts = [packing.first, packing.last]
    cuts += [packing.first[index] + run.reshape(-1) for index, run in runs.items()]
    fixed = np.unique(np.concatenate(cuts))
    first, last = fixed[:-1], fixed[1:]
    inside = ~np.isin(last, packing.first)  # a part of one line, not the step to the next
    kept = np.flatnonzero(kept_points(points, first[inside], last[inside], tolerance_px))
    low = np.searchsorted(kept, packing.first)
    high = np.searchsorted(kept, packing.last, side="right")
    number = np.searchsorted(np.unique(graph.ends()), graph.ends()).tolist()
    found = []
    for index, (start, stop) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        at = kept[start:stop]
        inferred: tuple[tuple[int, int], ...] = ()
        if index in runs:
            parts = np.searchsorted(at, packing.first[index] + runs[index]).tolist()
            inferred = tuple((one, other) for one, other in parts)
        found.append(Branch(points[at], width[at], number[index][0], number[index][1], inferred))
    return found


def _runs(inferred: NDArray[np.bool_]) -> Ints:
    """Return the points at both sides of each inferred part of a line, (R, 2)."""
    change = np.diff(np.concatenate([[0], inferred.astype(np.int8), [0]]))
    first = np.maximum(np.flatnonzero(change == 1) - 1, 0)
    stop = np.minimum(np.flatnonzero(change == -1), len(inferred) - 1)
    return np.stack([first, stop], axis=1)


def _weights(points: Floats, unseen: NDArray[np.bool_], packing: Packing) -> Floats:
    """Return the length of line that belongs to each point; 0 where it is inferred."""
    before = steps_px(points, packing)
    after = np.append(before[1:], 0.0)
    return np.where(unseen, 0.0, (after + before) / 2 + 1e-9)


def percentile(values: Floats, weight: Floats, percent: float) -> float:
    """Return the weighted percentile."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order])
    at = int(np.searchsorted(share, percent / 100 * share[-1]))
    return float(values[order[min(at, len(order) - 1)]])


def touches_border(points: Floats, width: Floats, size_px: tuple[int, int]) -> bool:
    """Return whether the mask around the centreline reaches the border of the photograph."""
    high = np.array(size_px[::-1]) - 0.5
    room = np.minimum(points + 0.5, high - points).min(axis=1)
    return bool((room <= width / 2 + _BORDER_PX).any())
