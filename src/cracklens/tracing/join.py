"""Joining of the pieces of a crack along paths of least cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from cracklens.tracing.ends import Ends, free_ends
from cracklens.tracing.gaps import Gap, Places, find_gaps, line_places
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.join_model import gap_features, join_models
from cracklens.tracing.prune import merge_chains
from cracklens.tracing.sampling import sample
from cracklens.tracing.strip import Path, Surface, least_cost_path

_ROUNDS = 3  # a longer piece reaches farther, and its direction is known better
_LEAST_LINK = 0.1  # probability of a link across a hidden area
_LEAST_HIDDEN = 0.3  # share of a path that is hidden
_ALONG_PX, _ALONG_SHARE = 3.0, 0.2  # of a path along another line: distance and share


Paths = dict[tuple[float, ...], Path]
"""Paths by the x, y of both ends."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What came of the joining.

    Attributes:
        graph: of the joined lines.
        links: pairs of nodes of different lines that may go on behind a hidden area.
    """

    graph: Graph
    links: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A gap with its path and the probability that the lines at it are one crack."""

    gap: Gap
    path: Path
    probability: float


def join_pieces(
    graph: Graph,
    surface: Surface,
    *,
    most_px: float,
    least_probability: float,
    grow_threshold: float,
) -> Joining:
    """Return the graph with the pieces of a crack joined.

    Gaps are joined in the order of the probability that the lines at them are one crack. Each end
    is joined once. Two ends of the same piece are never joined.

    Args:
        graph: refined graph.
        surface: map, pixels, and what is hidden.
        most_px: longest gap.
        least_probability: from which a gap is joined.
        grow_threshold: probability of the map from which a point of a path counts as seen.
    """
    known: Paths = {}
    last: list[Scored] = []
    ends = free_ends(graph, surface.probability)
    for _ in range(_ROUNDS):
        ends = free_ends(graph, surface.probability)
        last = scored_gaps(graph, ends, surface, most_px, known)
        good = [one for one in last if one.probability >= least_probability]
        chosen = _compatible(graph, ends, good)
        if not chosen:
            break
        graph = merge_chains(_with_joins(graph, ends, chosen, surface, grow_threshold))
    else:
        ends = free_ends(graph, surface.probability)
        last = scored_gaps(graph, ends, surface, most_px, known)
    return Joining(graph, _links(graph, ends, last))


def scored_gaps(
    graph: Graph,
    ends: Ends,
    surface: Surface,
    most_px: float,
    known: Paths,
) -> list[Scored]:
    """Return the gaps of a graph with their probabilities, the likeliest first.

    Paths that were found are kept in `known`, and taken from there.
    """
    models = join_models()
    places = line_places(graph)
    tree = cKDTree(places.place_px)
    suffix = "" if surface.pixels is None else " with pixels"
    found = []
    for gap in find_gaps(places, ends, most_px):
        path = path_of(gap, graph, ends, surface, known)
        if passes_others(gap, path, ends, places, tree):
            continue
        features = gap_features(gap, path, graph, ends)
        found.append(Scored(gap, path, float(models[gap.kind + suffix].probability(features))))
    return sorted(found, key=lambda one: (-one.probability, one.gap.end, one.gap.other))


def passes_others(gap: Gap, path: Path, ends: Ends, places: Places, tree: cKDTree) -> bool:
    """Return whether a path runs along a line that is at neither of its ends."""
    distance, near = tree.query(path.points_px, distance_upper_bound=_ALONG_PX)
    close = np.isfinite(distance)
    far = (
        places.piece[places.stretch == gap.stretch][:1] if gap.other < 0 else ends.piece[gap.other]
    )
    own = np.append(far, ends.piece[gap.end])
    others = ~np.isin(places.piece[near[close]], own)
    return bool(others.sum() > max(_ALONG_SHARE * len(close), 2))


def path_of(gap: Gap, graph: Graph, ends: Ends, surface: Surface, known: Paths) -> Path:
    """Return the path of least cost across a gap."""
    start, width = ends.place_px[gap.end], float(ends.width_px[gap.end])
    if gap.other >= 0:
        end, width = ends.place_px[gap.other], min(width, float(ends.width_px[gap.other]))
    else:
        end = graph.stretches[gap.stretch].points_px[gap.point]
    name = (*start.tolist(), *end.tolist())
    if name not in known:
        known[name] = least_cost_path(surface, start, end, width)
    return known[name]


def _compatible(graph: Graph, ends: Ends, scored: Sequence[Scored]) -> list[Scored]:
    """Return the gaps, in order, that join different pieces by ends that are not joined yet."""
    piece = graph.components()
    parent = list(range(int(piece.max(initial=-1)) + 1))

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    joined: set[int] = set()
    chosen = []
    for one in scored:
        gap = one.gap
        own = {gap.end} if gap.other < 0 else {gap.end, gap.other}
        far = ends.node[gap.other] if gap.other >= 0 else graph.stretches[gap.stretch].start
        here, there = root(int(piece[ends.node[gap.end]])), root(int(piece[far]))
        if here != there and not own & joined:
            parent[there] = here
            joined |= own
            chosen.append(one)
    return chosen


def _with_joins(
    graph: Graph, ends: Ends, chosen: Sequence[Scored], surface: Surface, grow_threshold: float
) -> Graph:
    """Return the graph with a stretch for each gap; lines that are met are cut there."""
    nodes = list(graph.nodes_px)
    cuts: dict[int, dict[int, int]] = {}
    joins = []
    for one in chosen:
        gap = one.gap
        if gap.other >= 0:
            node, radius = int(ends.node[gap.other]), float(ends.width_px[gap.other]) / 2
        else:
            own = cuts.setdefault(gap.stretch, {})
            if gap.point not in own:
                own[gap.point] = len(nodes)
                nodes.append(graph.stretches[gap.stretch].points_px[gap.point])
            node, radius = own[gap.point], float(ends.width_px[gap.end]) / 2
        joins.append(_join(one.path, ends, gap, node, radius, surface, grow_threshold))
    kept = []
    for index, stretch in enumerate(graph.stretches):
        at = sorted(cuts.get(index, {}).items())
        places = [(0, stretch.start), *at, (len(stretch.points_px) - 1, stretch.end)]
        kept += [
            stretch.part(first, last, start, end)
            for (first, start), (last, end) in pairwise(places)
        ]
    return Graph(np.array(nodes), (*kept, *joins))


def _join(
    path: Path,
    ends: Ends,
    gap: Gap,
    node: int,
    radius_px: float,
    surface: Surface,
    grow_threshold: float,
) -> Stretch:
    """Return the stretch along a path; where the map is below the threshold it is inferred."""
    points = path.points_px
    share = np.linspace(0.0, 1.0, len(points))
    own = float(ends.width_px[gap.end]) / 2
    unseen = sample(surface.probability, points) < grow_threshold
    unseen[[0, -1]] = False
    return Stretch(
        points,
        own + share * (radius_px - own),
        int(ends.node[gap.end]),
        node,
        unseen if unseen.any() else None,
    )


def _links(graph: Graph, ends: Ends, scored: Sequence[Scored]) -> tuple[tuple[int, int], ...]:
    """Return the nodes at both sides of hidden areas behind which a crack may go on."""
    hidden = [
        one
        for one in scored
        if one.probability >= _LEAST_LINK
        and one.gap.other >= 0
        and one.path.hidden.mean() >= _LEAST_HIDDEN
    ]
    return tuple(
        (int(ends.node[one.gap.end]), int(ends.node[one.gap.other]))
        for one in _compatible(graph, ends, hidden)
    )
