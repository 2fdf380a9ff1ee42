"""All lines of a map that may be cracks: joined, before any rule decides what they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.tracing.assemble import assemble
from cracklens.tracing.crack import Crack
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.join import join_pieces
from cracklens.tracing.lines import faint_seed, noted_graph
from cracklens.tracing.mask import Bytes
from cracklens.tracing.network import find_networks
from cracklens.tracing.packed import lengths_px
from cracklens.tracing.prune import merge_chains
from cracklens.tracing.sampling import sample
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.straight import Regularity, are_straight, regularity, strokes
from cracklens.tracing.strip import Surface

_DEFAULT = TraceSettings()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A joined line.

    Attributes:
        crack: the line.
        peak: highest probability along it.
        straight: measures of its course if it is as straight and even as a joint.
    """

    crack: Crack
    peak: float
    straight: Regularity | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Lines of a photograph, with notes on what was left out."""

    lines: tuple[Candidate, ...]
    notes: tuple[str, ...] = ()


def candidates(
    probability_map: ProbabilityMap,
    settings: TraceSettings = _DEFAULT,
    surface: Surface | None = None,
) -> list[Crack]:
    """Return all joined lines of a pixel map, also short and faint ones, the longest first.

    A straight and regular line is one of its own, also where a crack crosses it.

    Args:
        probability_map: of kind `pixels`.
        settings: thresholds and joining; the rules of rejection have no effect.
        surface: the map with pixels and hidden areas; without it, the joins see the map alone.
    """
    return [line.crack for line in find_candidates(probability_map, settings, surface).lines]


def find_candidates(
    probability_map: ProbabilityMap,
    settings: TraceSettings = _DEFAULT,
    surface: Surface | None = None,
) -> Candidates:
    """Return what `candidates` does, with the figures that the rules of rejection need."""
    probability = probability_map.probability
    if not probability.size:
        return Candidates(())
    surface = surface or Surface(probability)
    graph, notes = noted_graph(probability, settings, seed_threshold=faint_seed(settings))
    graph, straight, nets = joinable(graph, settings)
    joined = join_pieces(
        graph,
        surface,
        most_px=settings.gap_px,
        least_probability=settings.join_probability,
        grow_threshold=settings.grow_threshold,
    )
    label = joined.graph.components()
    parts = _parts(joined.graph, label)
    lines = [_candidate(joined.graph, part, probability, settings) for part in parts.values()]
    at = {component: number for number, component in enumerate(parts)}
    for one, other in joined.links:
        pair = at[int(label[one])], at[int(label[other])]
        for own, far in (pair, pair[::-1]):
            lines[own] = _continued(lines[own], far)
    lines += [_candidate(graph, net, probability, settings, network=True) for net in nets]
    for way, course in straight:
        line = _candidate(graph, way, probability, settings)
        lines.append(replace(line, straight=course))
    order = sorted(range(len(lines)), key=lambda index: rank(lines[index].crack))
    cracks = renumbered([line.crack for line in lines], order)
    ordered = [replace(lines[i], crack=crack) for i, crack in zip(order, cracks, strict=True)]
    return Candidates(tuple(ordered), notes)


def rank(crack: Crack) -> tuple[float, float, float]:
    """Return the sort key: length, then from left to right and top to bottom."""
    left, top = crack.nodes_px.min(axis=0)
    return -round(crack.length_px, 3), float(left), float(top)


def renumbered(cracks: Sequence[Crack], order: Sequence[int]) -> list[Crack]:
    """Return the cracks at the given indices, with `continues` pointing into the new list.

    Args:
        cracks: all.
        order: indices of those that are kept, in their new order.
    """
    new = {old: number for number, old in enumerate(order)}
    return [
        replace(
            cracks[old], continues=tuple(sorted(new[i] for i in cracks[old].continues if i in new))
        )
        if cracks[old].continues
        else cracks[old]
        for old in order
    ]


def joinable(
    graph: Graph, settings: TraceSettings
) -> tuple[Graph, list[tuple[list[Stretch], Regularity]], list[list[Stretch]]]:
    """Return the graph of what is joined, and the straight lines and the networks apart from it."""
    graph, straight = _without_straight(graph, settings)
    graph, nets = _without(graph, find_networks(graph))
    return graph, straight, nets


def _without_straight(
    graph: Graph, settings: TraceSettings
) -> tuple[Graph, list[tuple[list[Stretch], Regularity]]]:
    """Return the graph without straight and regular strokes, and these with their measures."""
    if not settings.reject_straight:
        return graph, []
    found = strokes(graph)
    lengths = lengths_px([stroke.points_px for stroke in found])
    # The margin is for the rounding of the sum; the exact length decides.
    found = [
        stroke
        for stroke, length_px in zip(found, lengths, strict=True)
        if length_px > settings.straight_least_px - 1e-6
    ]
    courses = [regularity(stroke) for stroke in found]
    straight = are_straight(
        courses,
        least_px=settings.straight_least_px,
        rms_px=settings.straight_rms_px,
        width_variation=settings.straight_width_variation,
    )
    apart = [
        (
            list(
                merge_chains(graph.with_stretches(graph.stretches[i] for i in s.members)).stretches
            ),
            c,
        )
        for s, c, is_straight in zip(found, courses, straight, strict=True)
        if is_straight
    ]
    if not apart:
        return graph, []
    gone = {
        i for s, is_straight in zip(found, straight, strict=True) if is_straight for i in s.members
    }
    kept = graph.with_stretches(s for i, s in enumerate(graph.stretches) if i not in gone)
    return merge_chains(kept), apart


def _without(graph: Graph, groups: Sequence[tuple[int, ...]]) -> tuple[Graph, list[list[Stretch]]]:
    """Return the graph without some stretches, and these."""
    gone = {index for group in groups for index in group}
    kept = graph.with_stretches(s for i, s in enumerate(graph.stretches) if i not in gone)
    return kept, [[graph.stretches[i] for i in group] for group in groups]


def _parts(graph: Graph, label: NDArray[np.int32]) -> dict[int, list[Stretch]]:
    """Return the stretches of each connected component, by its label."""
    parts: dict[int, list[Stretch]] = {}
    for stretch in graph.stretches:
        parts.setdefault(int(label[stretch.start]), []).append(stretch)
    return parts


def _candidate(
    graph: Graph,
    part: Sequence[Stretch],
    probability: Bytes,
    settings: TraceSettings,
    *,
    network: bool = False,
) -> Candidate:
    crack = assemble(graph.with_stretches(part), probability, settings.tolerance_px)
    peak = float(sample(probability, np.concatenate([s.points_px for s in part])).max())
    return Candidate(replace(crack, network=True) if network else crack, peak)


def _continued(line: Candidate, far: int) -> Candidate:
    continues = (*line.crack.continues, far)
    return replace(line, crack=replace(line.crack, continues=continues))
