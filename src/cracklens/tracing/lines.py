"""The graph of all lines in a probability map: mask, skeleton, pruned and refined."""

import numpy as np

from cracklens.tracing.graph import Graph, skeleton_graph
from cracklens.tracing.mask import Bytes, hysteresis_mask
from cracklens.tracing.packed import Packing
from cracklens.tracing.prune import prune
from cracklens.tracing.refine import refine
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.thinning import thin

SPECK_PX = 8
"""Smaller marks are no lines: noise has tens of thousands."""
MOST_LINES = 60_000
"""Lines between ends and junctions that are looked at; of more, those with the most evidence, which
is probability times length. 12 million pixels full of cracks 30 px apart have 27,000; noise of
3 million pixels has 256,000."""
FAINT_SEED = 0.25
"""Peak of a line that may be a piece of a crack, but is none alone: see `seed_threshold`."""


def line_graph(
    probability: Bytes,
    settings: TraceSettings,
    *,
    seed_threshold: float,
    least_extent_px: int = SPECK_PX,
) -> Graph:
    """Return the graph of all lines in a map, not joined.

    Args:
        probability: (H, W) uint8.
        settings: grow threshold and spurs.
        seed_threshold: probability that a line reaches in at least one pixel.
        least_extent_px: marks of a smaller extent are left out.
    """
    return noted_graph(
        probability, settings, seed_threshold=seed_threshold, least_extent_px=least_extent_px
    )[0]


def noted_graph(
    probability: Bytes,
    settings: TraceSettings,
    *,
    seed_threshold: float,
    least_extent_px: int = SPECK_PX,
) -> tuple[Graph, tuple[str, ...]]:
    """Return what `line_graph` does, and a note if the map has too many lines."""
    mask = hysteresis_mask(
        probability,
        seed_threshold=seed_threshold,
        grow_threshold=settings.grow_threshold,
        least_extent_px=least_extent_px,
    )
    graph, notes = _strongest(skeleton_graph(thin(mask), mask), probability)
    graph = prune(graph, spur_widths=settings.spur_widths, spur_px=settings.spur_px)
    return refine(graph, probability, grow_threshold=settings.grow_threshold), notes


def _strongest(graph: Graph, probability: Bytes) -> tuple[Graph, tuple[str, ...]]:
    """Return the lines with the most evidence, and a note if others were left out."""
    count = len(graph.stretches)
    if count <= MOST_LINES:
        return graph, ()
    packing = Packing.of([len(s.points_px) for s in graph.stretches])
    points = np.concatenate([s.points_px for s in graph.stretches])
    x, y = np.rint(points.T).astype(np.int64)
    high = np.array(probability.shape) - 1
    value = probability[np.clip(y, 0, high[0]), np.clip(x, 0, high[1])]
    order = np.argsort(-packing.sums(value.astype(np.float64)), kind="stable")
    kept = np.sort(order[:MOST_LINES]).tolist()
    note = (
        f"{count:,} lines between ends and junctions were found, as in noise: the {MOST_LINES:,} "
        "with the most evidence were looked at"
    )
    return graph.with_stretches(graph.stretches[index] for index in kept), (note,)


def faint_seed(settings: TraceSettings) -> float:
    """Return the peak of a piece that may be joined to others."""
    return max(min(settings.seed_threshold, FAINT_SEED), settings.grow_threshold)
