"""Gaps between lines that may belong to one crack: between two ends, or an end and a line."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.tracing.crack import Floats
from cracklens.tracing.ends import Ends
from cracklens.tracing.graph import Graph
from cracklens.tracing.mask import Ints
from cracklens.tracing.packed import Packing, along_px

MOST_GAPS = 800
"""Largest number of gaps that are looked at in one photograph; one takes about 3 ms."""
_MOST_ENDS = 6000
_EACH = 4  # partners of an end
_BASE_PX, _SHORTER_SHARE, _LONGER_SHARE = 20.0, 0.6, 0.3
_LINE_BASE_PX, _LINE_SHARE = 12.0, 0.4
_MOST_TURN_DEG = 75.0
_TOUCHING_PX = 6.0  # below it, the direction from end to end is random
_STEP = 3  # points of a line of which one is a place to meet
_FROM_END_PX = 12.0  # a line that is met nearer to its end is met at its end
_STUB_PX = 36.0  # a shorter side line is met anywhere: lines fray where the map ends
_NEAREST = 48  # nearest points of lines that are looked at

Kind = Literal["end", "line"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap between a free end and another end, or a point of another line.

    Attributes:
        end: index of the end.
        other: index of the other end; -1 for a line.
        stretch: index of the stretch that is met; -1 for an end.
        point: index of the point of that stretch.
        reach: distance over the largest distance for these pieces, times a factor for the turn.
    """

    end: int
    other: int
    stretch: int
    point: int
    reach: float

    @property
    def kind(self) -> Kind:
        """Whether it leads to an end or to a line."""
        return "end" if self.other >= 0 else "line"


@dataclass(frozen=True, slots=True)
class Places:
    """Points of lines, one in three.

    Attributes:
        place_px: (N, 2) x, y.
        piece: (N,) component.
        stretch: (N,) index of the stretch.
        point: (N,) index of the point of the stretch.
        inner: (N,) whether it is away from the free ends of the stretch.
    """

    place_px: Floats
    piece: Ints
    stretch: Ints
    point: Ints
    inner: NDArray[np.bool_]


def find_gaps(places: Places, ends: Ends, most_px: float) -> list[Gap]:
    """Return gaps that are short for the lines at them, the likeliest first, at most 800.

    Two ends may be 20 px apart, plus 0.6 of the shorter and 0.3 of the longer piece, up to
    `most_px`; an end may be 12 px from a line, plus 0.4 of its piece, up to half of `most_px`.

    Args:
        places: points of all lines.
        ends: free ends of these lines.
        most_px: longest gap.
    """
    if most_px <= 0 or not len(ends.node):
        return []
    gaps = [*_to_ends(ends, most_px), *_to_lines(places, ends, most_px / 2)]
    return sorted(gaps, key=lambda gap: (gap.reach, gap.end, gap.other, gap.stretch))[:MOST_GAPS]


def turn_deg(outward: Floats, course: Floats) -> Floats:
    """Return the angle between unit vectors (..., 2)."""
    angle: Floats = np.degrees(np.arccos(np.clip((outward * course).sum(axis=-1), -1, 1)))
    return angle


def _to_ends(ends: Ends, most_px: float) -> list[Gap]:
    first, second = _near_pairs(ends, most_px)
    apart = ends.place_px[second] - ends.place_px[first]
    distance = np.hypot(*apart.T)
    lengths = np.stack([ends.length_px[first], ends.length_px[second]])
    reach = _BASE_PX + _SHORTER_SHARE * lengths.min(axis=0) + _LONGER_SHARE * lengths.max(axis=0)
    toward = apart / np.maximum(distance, 1e-9)[:, None]
    turn = np.maximum(
        turn_deg(ends.outward[first], toward[:, None]).min(axis=1),
        turn_deg(ends.outward[second], -toward[:, None]).min(axis=1),
    )
    turn = np.where(distance < _TOUCHING_PX, 0.0, turn)
    share = distance / np.minimum(reach, most_px)
    good = (share <= 1) & (turn <= _MOST_TURN_DEG) & (ends.piece[first] != ends.piece[second])
    weight = share * (1 + turn / 45)
    order = np.flatnonzero(good)[np.argsort(weight[good], kind="stable")]
    used = np.zeros(len(ends.node), int)
    found = []
    for index in order.tolist():
        one, other = int(first[index]), int(second[index])
        if used[one] < _EACH and used[other] < _EACH:
            used[[one, other]] += 1
            found.append(Gap(one, other, -1, -1, float(weight[index])))
    return found


def _near_pairs(ends: Ends, most_px: float) -> tuple[Ints, Ints]:
    """Return pairs of near ends; of very many ends, only those of the longest pieces."""
    chosen = np.argsort(-ends.length_px, kind="stable")[:_MOST_ENDS]
    tree = cKDTree(ends.place_px[chosen])
    count = min(24, len(chosen))
    distance, near = tree.query(ends.place_px[chosen], k=count, distance_upper_bound=most_px)
    row = np.repeat(np.arange(len(chosen)), count)
    known = np.isfinite(distance.reshape(-1))
    pairs = np.stack([row[known], near.reshape(-1)[known]], axis=1)
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    return chosen[pairs[:, 0]], chosen[pairs[:, 1]]


def _to_lines(places: Places, ends: Ends, most_px: float) -> list[Gap]:
    """Return for each end the likeliest of the nearest lines that it may meet between their ends.

    A line is met at its nearest point; if that is near its own free end, it is no meeting.
    """
    reach = np.minimum(_LINE_BASE_PX + _LINE_SHARE * ends.length_px, most_px)
    tree = cKDTree(places.place_px)
    count = min(_NEAREST, len(places.place_px))
    found = []
    for end in np.argsort(-ends.length_px, kind="stable")[:_MOST_ENDS].tolist():
        distance, near = tree.query(ends.place_px[end], count, distance_upper_bound=reach[end])
        distance, near = np.atleast_1d(distance), np.atleast_1d(near)
        known = np.isfinite(distance)
        distance, near = distance[known], near[known]
        _, first = np.unique(places.piece[near], return_index=True)  # the nearest of each piece
        own = places.piece[near[first]] == ends.piece[end]
        first = first[~own & places.inner[near[first]]]
        if not len(first):
            continue
        distance, near = distance[first], near[first]
        toward = places.place_px[near] - ends.place_px[end]
        toward = toward / np.maximum(distance, 1e-9)[:, None]
        turn = turn_deg(ends.outward[end][None], toward[:, None]).min(axis=1)
        turn = np.where(distance < _TOUCHING_PX, 0.0, turn)
        weight = np.where(turn <= _MOST_TURN_DEG, distance / reach[end] * (1 + turn / 45), np.inf)
        best = int(np.argmin(weight))
        if np.isfinite(weight[best]):
            at = near[best]
            stretch, point = int(places.stretch[at]), int(places.point[at])
            found.append(Gap(end, -1, stretch, point, float(weight[best])))
    return found


def line_places(graph: Graph) -> Places:
    """Return points of all lines of a graph."""
    if not graph.stretches:
        none = np.zeros(0, np.int64)
        return Places(np.zeros((0, 2)), none, none, none, none.astype(bool))
    degree, piece, ends = graph.degrees(), graph.components(), graph.ends()
    packing = Packing.of([len(one.points_px) for one in graph.stretches])
    points = np.concatenate([one.points_px for one in graph.stretches])
    along, owner = along_px(points, packing), packing.owner
    length = along[packing.last]
    free = degree[ends] == 1
    free &= ~((length < _STUB_PX) & (degree[ends].max(axis=1) > 1))[:, None]
    low, high = np.where(free, _FROM_END_PX, -1.0).T
    point = np.arange(len(points)) - packing.first[owner]
    last = packing.count[owner] - 1
    inner = (along > low[owner]) & (along < (length - high)[owner]) & (point > 0) & (point < last)
    chosen = np.flatnonzero((point % _STEP == 0) | (point == last))
    owner = owner[chosen]
    label = piece[ends[owner, 0]].astype(np.int64)
    return Places(points[chosen], label, owner, point[chosen], inner[chosen])
