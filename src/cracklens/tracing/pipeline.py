"""Steps of the tracing: mask, skeleton, graph, refined and joined lines, rejected lines."""

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import UsageError
from cracklens.tracing.assemble import assemble
from cracklens.tracing.bridge import bridge_gaps
from cracklens.tracing.candidate import find_candidates, rank, renumbered
from cracklens.tracing.crack import Crack, Rejected, Tracing
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.lines import line_graph
from cracklens.tracing.mask import Bytes
from cracklens.tracing.reject import reject_candidates, reject_lines
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.strip import Surface

_TILE_PARTS = 8  # pixels across a tile for the tracing of tile maps
_TILE_GAP_PX = 20.0
_DEFAULT = TraceSettings()


def trace(
    probability_map: ProbabilityMap,
    settings: TraceSettings = _DEFAULT,
    pixels: NDArray[np.uint8] | None = None,
    hidden: NDArray[np.bool_] | None = None,
) -> Tracing:
    """Return the cracks of a probability map, and the rejected lines.

    The result depends only on the arguments. Cracks and rejected lines are sorted by length, the
    longest first, then from left to right and from top to bottom. Marks smaller than 8 px are
    ignored.

    A map of kind `tiles` only states which tiles have a crack. Its cracks are the centrelines of
    the regions of such tiles: their position is right within a tile, their length is approximate,
    and their width is that of the region. No line is rejected by its shape; only
    `least_confidence` applies.

    Args:
        probability_map: Map of the upright photograph.
        settings: See `TraceSettings`.
        pixels: (H, W, 3) uint8 RGB of the photograph: pieces of a crack are joined where the
            pixels show it, also if the map does not.
        hidden: (H, W) True where the surface is hidden or no concrete, such as under a marker: a
            crack may go on behind it.

    Raises:
        UsageError: `pixels` or `hidden` has another size than the map.

    >>> probability = np.zeros((60, 200), np.uint8)
    >>> probability[30:33, 20:180] = 230
    >>> empty = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
    >>> [line] = trace(ProbabilityMap(probability, *empty)).rejected
    >>> line.reason, round(line.crack.length_px), round(line.crack.confidence, 1)
    ('straight and regular', 160, 0.9)
    """
    probability = probability_map.probability
    for name, other in (("pixels", pixels), ("hidden", hidden)):
        if other is not None and other.shape[:2] != probability.shape:
            raise UsageError(
                f"`{name}` is {other.shape[:2]}, the map {probability.shape}: give those of the "
                "same photograph"
            )
    if not probability.size:
        return Tracing((), ())
    if probability_map.kind == "tiles":
        return _trace_tiles(probability_map, settings)
    found = find_candidates(probability_map, settings, Surface(probability, pixels, hidden))
    kept, rejected = reject_candidates(found.lines, settings)
    cracks = renumbered([line.crack for line in found.lines], kept)
    return Tracing(tuple(cracks), _ordered(rejected), found.notes)


def _trace_tiles(probability_map: ProbabilityMap, settings: TraceSettings) -> Tracing:
    """Return the centrelines of the regions of a tile map, traced at 8 pixels per tile."""
    probability, boxes = probability_map.probability, probability_map.tile_boxes_px
    side_px = int(boxes[:, 2:].min()) if len(boxes) else 1
    step = max(min(side_px, *probability.shape) // _TILE_PARTS, 1)
    small = np.ascontiguousarray(probability[step // 2 :: step, step // 2 :: step])
    coarse = settings.model_copy(update={"spur_px": 0.0, "tolerance_px": 0.0})
    graph = line_graph(small, coarse, seed_threshold=settings.seed_threshold, least_extent_px=1)
    graph = bridge_gaps(
        graph,
        small,
        gap_px=min(settings.gap_px, _TILE_GAP_PX) / step,
        grow_threshold=settings.grow_threshold,
    )
    high = np.array(probability.shape[::-1]) - 0.5
    graph = Graph(
        np.clip(graph.nodes_px * step + step // 2, -0.5, high),
        tuple(
            Stretch(
                np.clip(s.points_px * step + step // 2, -0.5, high),
                s.radius_px * step,
                s.start,
                s.end,
            )
            for s in graph.stretches
        ),
    )
    anything = settings.model_copy(update={"least_length_px": 0.0, "least_elongation": 0.0})
    cracks, rejected = reject_lines(_cracks(graph, probability, settings), anything)
    return Tracing(tuple(sorted(cracks, key=rank)), _ordered(rejected))


def _cracks(graph: Graph, probability: Bytes, settings: TraceSettings) -> list[Crack]:
    """Return a crack for each connected component of the graph."""
    label = graph.components()
    parts: dict[int, list[Stretch]] = {}
    for stretch in graph.stretches:
        parts.setdefault(int(label[stretch.start]), []).append(stretch)
    return [
        assemble(graph.with_stretches(part), probability, settings.tolerance_px)
        for part in parts.values()
    ]


def _ordered(rejected: list[Rejected]) -> tuple[Rejected, ...]:
    return tuple(sorted(rejected, key=lambda one: rank(one.crack)))
