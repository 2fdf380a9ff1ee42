"""The graph of all lines in a probability map: mask, skeleton, pruned and refined."""

import numpy as np

from cracklens.tracing.crack import Floats
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
MOST_PIECES = 2000
"""Pieces that are kept; of more, those with the most evidence, which is probability times length. A
photograph of cracks has some tens, a noisy map has tens of thousands."""
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
        probability,
        settings,
        seed_threshold=seed_threshold,
        least_extent_px=least_extent_px,
        most_pieces=None,
    )[0]


def noted_graph(
    probability: Bytes,
    settings: TraceSettings,
    *,
    seed_threshold: float,
    least_extent_px: int = SPECK_PX,
    most_pieces: int | None = MOST_PIECES,
) -> tuple[Graph, tuple[str, ...]]:
    """Return what `line_graph` does, with notes if the map has too many lines or pieces.

    Of more than 60,000 lines between ends and junctions, and of more than `most_pieces` connected
    pieces, those with the most evidence are kept.
    """
    mask = hysteresis_mask(
        probability,
        seed_threshold=seed_threshold,
        grow_threshold=settings.grow_threshold,
        least_extent_px=least_extent_px,
    )
    graph, many = _strongest_lines(skeleton_graph(thin(mask), mask), probability)
    graph = prune(graph, spur_widths=settings.spur_widths, spur_px=settings.spur_px)
    graph, few = _strongest_pieces(graph, probability, most_pieces)
    return refine(graph, probability, grow_threshold=settings.grow_threshold), many + few


def _strongest_lines(graph: Graph, probability: Bytes) -> tuple[Graph, tuple[str, ...]]:
    """Return the lines with the most evidence, and a note if others were left out."""
    count = len(graph.stretches)
    if count <= MOST_LINES:
        return graph, ()
    order = np.argsort(-_evidence(graph, probability), kind="stable")
    kept = np.sort(order[:MOST_LINES]).tolist()
    note = (
        f"{count:,} lines between ends and junctions were found, as in noise: the {MOST_LINES:,} "
        "with the most evidence were looked at"
    )
    return graph.with_stretches(graph.stretches[index] for index in kept), (note,)


def _strongest_pieces(
    graph: Graph, probability: Bytes, most: int | None
) -> tuple[Graph, tuple[str, ...]]:
    """Return the pieces with the most evidence, and a note if others were left out."""
    own = graph.components()[graph.ends()[:, 0]]
    count = len(np.unique(own))
    if most is None or count <= most:
        return graph, ()
    evidence = np.bincount(own, _evidence(graph, probability))
    kept = np.zeros(len(evidence), bool)
    kept[np.argsort(-evidence, kind="stable")[:most]] = True
    note = (
        f"{count:,} lines were found, as in noise or on a very rough surface: the {most:,} with "
        "the most evidence were looked at"
    )
    strong = zip(graph.stretches, kept[own].tolist(), strict=True)
    return graph.with_stretches(stretch for stretch, is_kept in strong if is_kept), (note,)


def _evidence(graph: Graph, probability: Bytes) -> Floats:
    """Return the sum of the probability along each line, (S,), on whole pixels."""
    packing = Packing.of([len(s.points_px) for s in graph.stretches])
    points = np.rint(np.concatenate([s.points_px for s in graph.stretches])).astype(np.int64)
    x, y = np.clip(points, 0, np.array(probability.shape[::-1]) - 1).T
    return packing.sums(probability[y, x] / 255)


def faint_seed(settings: TraceSettings) -> float:
    """Return the peak of a piece that may be joined to others."""
    return max(min(settings.seed_threshold, FAINT_SEED), settings.grow_threshold)
