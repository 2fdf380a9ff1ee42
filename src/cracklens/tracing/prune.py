"""Removal of artefacts of a ragged mask: spurs, small loops, split junctions."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Ints
from cracklens.tracing.packed import Packing, lengths_px

_ROUNDS = 20  # each round removes one level of spurs on spurs
_RING_WIDTHS = 2.0  # a shorter loop, or a shorter second line between two nodes, is an artefact
_RING_PX = 12.0
_MEETING = 3
_OVERLAP = 1.5  # two lines of 5 px that cross at 50 degrees: junctions 1.2 sums of radii apart


def prune(graph: Graph, *, spur_widths: float, spur_px: float) -> Graph:
    """Return the graph without spurs and small rings, with one node for each junction.

    Junctions nearer than 1.5 x the sum of their inscribed radii are merged: two lines that cross
    make two junctions in a skeleton. A spur is a line from a junction to an end that is shorter
    than `spur_px` or `spur_widths` x the width at the junction; of several spurs at one junction
    the shortest is removed first. If then only two lines meet at a node, they are joined.

    Args:
        graph: As `skeleton_graph` gives it.
        spur_widths: See `TraceSettings`.
        spur_px: See `TraceSettings`.
    """
    for _ in range(_ROUNDS):
        before = len(graph.stretches)
        graph = merge_chains(_without_rings(graph))
        graph = _without_spurs(graph, spur_widths, spur_px)
        graph = merge_chains(_with_joined_junctions(graph))
        if len(graph.stretches) == before:
            break
    return graph


def merge_chains(graph: Graph) -> Graph:
    """Return the graph with the two lines of each node of degree two joined into one."""
    stretches: dict[int, Stretch] = dict(enumerate(graph.stretches))
    at_node: dict[int, list[int]] = defaultdict(list)
    for key, stretch in stretches.items():
        at_node[stretch.start].append(key)
        at_node[stretch.end].append(key)
    for node, keys in at_node.items():
        if len(keys) != 2 or keys[0] == keys[1]:  # noqa: PLR2004
            continue
        one, other = stretches[keys[0]], stretches.pop(keys[1])
        one = one if one.end == node else one.reversed()
        other = other if other.start == node else other.reversed()
        stretches[keys[0]] = Stretch(
            np.concatenate([one.points_px, other.points_px[1:]]),
            np.concatenate([one.radius_px, other.radius_px[1:]]),
            one.start,
            other.end,
            _both_unseen(one, other),
        )
        # Only the list of `other.end` changes; for a ring it may be that of `one.start`.
        far = at_node[other.end]
        far[far.index(keys[1])] = keys[0]
    return graph.with_stretches(stretches.values())


def _both_unseen(one: Stretch, other: Stretch) -> NDArray[np.bool_] | None:
    """Return which points of two joined lines are inferred; None if none is."""
    if one.inferred is None and other.inferred is None:
        return None
    return np.concatenate([one.unseen, other.unseen[1:]])


def _without_spurs(graph: Graph, spur_widths: float, spur_px: float) -> Graph:
    """Remove the shortest spur of each junction."""
    ends = graph.ends()
    degree = graph.degrees()[ends]
    side = np.flatnonzero((degree.min(axis=1) == 1) & (degree.max(axis=1) >= _MEETING))
    lengths = lengths_px([graph.stretches[index].points_px for index in side])
    shortest: dict[int, tuple[float, int]] = {}
    for index, length_px in zip(side.tolist(), lengths.tolist(), strict=True):
        stretch, at_start = graph.stretches[index], degree[index, 0] > 1
        node = stretch.start if at_start else stretch.end
        width_px = 2 * float(stretch.radius_px[0 if at_start else -1])
        if length_px < max(spur_px, spur_widths * width_px):
            shortest[node] = min(shortest.get(node, (length_px, index)), (length_px, index))
    gone = {index for _, index in shortest.values()}
    return graph.with_stretches(s for index, s in enumerate(graph.stretches) if index not in gone)


def _without_rings(graph: Graph) -> Graph:
    """Remove short loops at junctions, and the thinner of two short lines between two nodes."""
    degree = graph.degrees()
    groups: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    for stretch in graph.stretches:
        groups[min(stretch.start, stretch.end), max(stretch.start, stretch.end)].append(stretch)
    doubtful = {key for key, group in groups.items() if len(group) > 1 or key[0] == key[1]}
    radius = _widest(graph, np.array(list(doubtful), np.int64).reshape(-1))
    stretches = []
    for (low, high), group in groups.items():
        if (low, high) not in doubtful:
            stretches += group
            continue
        limit_px = max(_RING_PX, _RING_WIDTHS * 2 * max(radius[low], radius[high]))
        short = [s.length_px < limit_px for s in group]
        if low == high:
            spared = set(range(len(group))) if degree[low] == 2 * len(group) else set()
        else:
            own = [float(s.radius_px.mean()) for s in group]
            spared = {own.index(max(own))}
        stretches += [s for i, s in enumerate(group) if not short[i] or i in spared]
    return graph.with_stretches(stretches)


def _widest(graph: Graph, nodes: Ints) -> Floats:
    """Return the median radius of the widest line at each node, (K,); 0 at nodes not asked for."""
    asked = np.zeros(len(graph.nodes_px), bool)
    asked[nodes] = True
    ends = graph.ends()
    near = np.flatnonzero(asked[ends].any(axis=1))
    widest = np.zeros(len(graph.nodes_px))
    if near.size:
        radii = [graph.stretches[index].radius_px for index in near]
        median = Packing.of([len(radius) for radius in radii]).medians(np.concatenate(radii))
        for node in ends[near].T:
            np.maximum.at(widest, node, median)
    return widest


def _with_joined_junctions(graph: Graph) -> Graph:
    """Merge junctions whose inscribed circles overlap or nearly overlap."""
    degree = graph.degrees()
    parent = list(range(len(graph.nodes_px)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    gone = set()
    ends = graph.ends()
    between = (ends[:, 0] != ends[:, 1]) & (degree[ends].min(axis=1) >= _MEETING)
    inner = np.flatnonzero(between)
    lengths = lengths_px([graph.stretches[index].points_px for index in inner])
    for index, length_px in zip(inner.tolist(), lengths.tolist(), strict=True):
        stretch = graph.stretches[index]
        if length_px <= _OVERLAP * float(stretch.radius_px[0] + stretch.radius_px[-1]):
            one, other = sorted((root(stretch.start), root(stretch.end)))
            parent[other] = one
            gone.add(index)
    if not gone:
        return graph
    roots = np.array([root(node) for node in range(len(parent))])
    used = degree > 0
    count = np.maximum(np.bincount(roots, used, len(roots)), 1)
    nodes = np.stack(
        [np.bincount(roots, used * graph.nodes_px[:, a], len(roots)) / count for a in (0, 1)],
        axis=1,
    )
    moved = [
        Stretch(s.points_px, s.radius_px, int(roots[s.start]), int(roots[s.end]))
        for index, s in enumerate(graph.stretches)
        if index not in gone
    ]
    return Graph(nodes[roots], tuple(moved))
