"""Steps of the tracing: mask, skeleton, graph, refined lines, rejected lines."""

import numpy as np

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.tracing.assemble import assemble
from cracklens.tracing.bridge import bridge_gaps
from cracklens.tracing.crack import Crack, Rejected, Tracing
from cracklens.tracing.graph import Graph, Stretch, skeleton_graph
from cracklens.tracing.mask import Bytes, hysteresis_mask
from cracklens.tracing.prune import prune
from cracklens.tracing.refine import refine
from cracklens.tracing.reject import reject_lines, without_straight_lines
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.thinning import thin

_SPECK_PX = 8  # smaller marks are not even listed as rejected: noise has tens of thousands
_TILE_PARTS = 8  # pixels across a tile for the tracing of tile maps
_DEFAULT = TraceSettings()


def trace(probability_map: ProbabilityMap, settings: TraceSettings = _DEFAULT) -> Tracing:
    """Return the cracks of a probability map, and the rejected lines.

    The result depends only on the map and the settings. Cracks and rejected lines are sorted by
    length, the longest first, then from left to right and from top to bottom. Marks smaller than
    8 px are ignored.

    A map of kind `tiles` only states which tiles have a crack. Its cracks are the centrelines of
    the regions of such tiles: their position is right within a tile, their length is approximate,
    and their width is that of the region. No line is rejected by its shape; only
    `least_confidence` applies.

    Args:
        probability_map: Map of the upright photograph.
        settings: See `TraceSettings`.

    >>> probability = np.zeros((60, 200), np.uint8)
    >>> probability[30:33, 20:180] = 230
    >>> empty = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
    >>> [line] = trace(ProbabilityMap(probability, *empty)).rejected
    >>> line.reason, round(line.crack.length_px), round(line.crack.confidence, 1)
    ('straight and regular', 160, 0.9)
    """
    probability = probability_map.probability
    if not probability.size:
        return Tracing((), ())
    if probability_map.kind == "tiles":
        return _trace_tiles(probability_map, settings)
    graph = _graph(probability, settings, least_extent_px=_SPECK_PX)
    graph, rejected = without_straight_lines(graph, probability, settings)
    cracks, also_rejected = reject_lines(_cracks(graph, probability, settings), settings)
    return _sorted(cracks, rejected + also_rejected)


def _graph(probability: Bytes, settings: TraceSettings, *, least_extent_px: int) -> Graph:
    """Return the graph of all lines in a map."""
    mask = hysteresis_mask(
        probability,
        seed_threshold=settings.seed_threshold,
        grow_threshold=settings.grow_threshold,
        least_extent_px=least_extent_px,
    )
    graph = prune(
        skeleton_graph(thin(mask), mask),
        spur_widths=settings.spur_widths,
        spur_px=settings.spur_px,
    )
    graph = refine(graph, probability, grow_threshold=settings.grow_threshold)
    return bridge_gaps(
        graph,
        probability,
        gap_px=settings.gap_px,
        gap_angle_deg=settings.gap_angle_deg,
        gap_probability=settings.gap_probability,
        grow_threshold=settings.grow_threshold,
    )


def _trace_tiles(probability_map: ProbabilityMap, settings: TraceSettings) -> Tracing:
    """Return the centrelines of the regions of a tile map, traced at 8 pixels per tile."""
    probability, boxes = probability_map.probability, probability_map.tile_boxes_px
    side_px = int(boxes[:, 2:].min()) if len(boxes) else 1
    step = max(min(side_px, *probability.shape) // _TILE_PARTS, 1)
    small = np.ascontiguousarray(probability[step // 2 :: step, step // 2 :: step])
    coarse = settings.model_copy(
        update={"spur_px": 0.0, "gap_px": settings.gap_px / step, "tolerance_px": 0.0}
    )
    graph = _graph(small, coarse, least_extent_px=1)
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
    return _sorted(cracks, rejected)


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


def _sorted(cracks: list[Crack], rejected: list[Rejected]) -> Tracing:
    return Tracing(
        tuple(sorted(cracks, key=_rank)),
        tuple(sorted(rejected, key=lambda one: _rank(one.crack))),
    )


def _rank(crack: Crack) -> tuple[float, float, float]:
    """Return the sort key: length, then from left to right and top to bottom."""
    left, top = crack.nodes_px.min(axis=0)
    return -round(crack.length_px, 3), float(left), float(top)
