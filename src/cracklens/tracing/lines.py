"""The graph of all lines in a probability map: mask, skeleton, pruned and refined."""

from cracklens.tracing.graph import Graph, skeleton_graph
from cracklens.tracing.mask import Bytes, hysteresis_mask
from cracklens.tracing.prune import prune
from cracklens.tracing.refine import refine
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.thinning import thin

SPECK_PX = 8
"""Smaller marks are no lines: noise has tens of thousands."""
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
    mask = hysteresis_mask(
        probability,
        seed_threshold=seed_threshold,
        grow_threshold=settings.grow_threshold,
        least_extent_px=least_extent_px,
    )
    graph = prune(
        skeleton_graph(thin(mask), mask),
        spur_widths=settings.spur_widths,
        spur_px=settings.spur_px,
    )
    return refine(graph, probability, grow_threshold=settings.grow_threshold)


def faint_seed(settings: TraceSettings) -> float:
    """Return the peak of a piece that may be joined to others."""
    return max(min(settings.seed_threshold, FAINT_SEED), settings.grow_threshold)
