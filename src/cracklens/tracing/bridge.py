"""Bridging of short gaps in a tile map by straight lines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Bytes
from cracklens.tracing.prune import merge_chains
from cracklens.tracing.sampling import sample

_AIM_PX = 12.0  # length for the direction of an end
_TOUCHING_PX = 3.0  # below it, the direction from end to end is random
_MOST_TURN_DEG = 40.0  # at either side of a bridged gap
_LEAST_PROBABILITY = 0.1  # median in a gap; half as long gaps need none


@dataclass(frozen=True, slots=True)
class _Ends:
    """Free ends: node, position, outward unit direction and half width."""

    node: NDArray[np.int64]
    place: Floats
    outward: Floats
    radius: Floats


def bridge_gaps(
    graph: Graph,
    probability: Bytes,
    *,
    gap_px: float,
    grow_threshold: float,
) -> Graph:
    """Return the graph with straight bridges between free ends that face each other.

    Pairs are joined in the order of a cost: it is low for near ends that are in line, with
    probability in between. Each end is joined once. Two ends of the same crack are never joined.

    Args:
        graph: Refined graph.
        probability: (H, W) uint8.
        gap_px: longest gap, in pixels of the map.
        grow_threshold: Probability that counts as full evidence of a crack in the gap.
    """
    ends = _free_ends(graph)
    if gap_px <= 0 or len(ends.node) < 2:  # noqa: PLR2004
        return graph
    first, second = cKDTree(ends.place).query_pairs(gap_px, output_type="ndarray").T
    apart = ends.place[second] - ends.place[first]
    distance = np.hypot(*apart.T)
    toward = apart / np.maximum(distance, 1e-9)[:, None]
    touching = (distance < _TOUCHING_PX)[:, None]
    turn = np.maximum(
        _angle_deg(ends.outward[first], np.where(touching, -ends.outward[second], toward)),
        _angle_deg(-ends.outward[second], np.where(touching, ends.outward[first], toward)),
    )
    share = np.linspace(0.0, 1.0, 9)[:, None]
    between = ends.place[first][:, None] + share * apart[:, None]
    evidence = np.median(sample(probability, between), axis=1)
    reach = np.where(evidence >= _LEAST_PROBABILITY, gap_px, gap_px / 2)
    cost = distance * (1 + turn / 45) * (1.5 - np.minimum(evidence / grow_threshold, 1))
    good = np.flatnonzero((turn <= _MOST_TURN_DEG) & (distance <= reach))
    order = good[np.lexsort((second[good], first[good], cost[good]))]
    pairs = _matched(graph, ends, np.stack([first, second], axis=1)[order])
    return merge_chains(
        graph.with_stretches(
            [*graph.stretches, *(_bridge(ends, one, other) for one, other in pairs)]
        )
    )


def _free_ends(graph: Graph) -> _Ends:
    """Return the ends of lines that meet no other line."""
    degree = graph.degrees()
    found = []
    for stretch in graph.stretches:
        for way in (stretch, stretch.reversed()):
            if degree[way.start] == 1:
                back = np.hypot(*(way.points_px - way.points_px[0]).T)
                far = int(np.argmax(back >= min(_AIM_PX, back.max())))
                outward = (way.points_px[0] - way.points_px[far]) / max(back[far], 1e-9)
                found.append((way.start, way.points_px[0], outward, way.radius_px[0]))
    node, place, outward, radius = zip(*found, strict=True) if found else ((), (), (), ())
    return _Ends(
        np.array(node, np.int64),
        np.array(place).reshape(-1, 2),
        np.array(outward).reshape(-1, 2),
        np.array(radius),
    )


def _angle_deg(one: Floats, other: Floats) -> Floats:
    """Return the angle between unit vectors."""
    angle: Floats = np.degrees(np.arccos(np.clip((one * other).sum(axis=1), -1, 1)))
    return angle


def _matched(graph: Graph, ends: _Ends, pairs: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the pairs, in order, that join two different cracks."""
    crack = graph.components()
    parent = list(range(int(crack.max(initial=-1)) + 1))

    def root(label: int) -> int:
        while parent[label] != label:
            label = parent[label]
        return label

    joined: set[int] = set()
    chosen = []
    for one, other in pairs.tolist():
        here, there = root(crack[ends.node[one]]), root(crack[ends.node[other]])
        if here != there and not {one, other} & joined:
            parent[there] = here
            joined |= {one, other}
            chosen.append((one, other))
    return chosen


def _bridge(ends: _Ends, one: int, other: int) -> Stretch:
    """Return the straight line between two ends, with a point about every pixel."""
    gap = ends.place[other] - ends.place[one]
    share = np.linspace(0.0, 1.0, max(int(np.hypot(*gap)), 1) + 1)
    return Stretch(
        ends.place[one] + share[:, None] * gap,
        ends.radius[one] + share * (ends.radius[other] - ends.radius[one]),
        int(ends.node[one]),
        int(ends.node[other]),
    )
