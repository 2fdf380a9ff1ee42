"""Candidate lines, cut into pieces that are judged one by one.

A crack that crosses a joint is one candidate. So each line that goes straight on through junctions
is followed for itself (a stroke), and is cut into pieces of about equal length.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.tracing.crack import Crack, Floats
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.straight import Regularity, Stroke, regularity, strokes

PIECE_PX = 160.0
"""Longest piece. A joint shows that it is straight over this length; a crack that turns into a
joint is not judged together with it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stroke of a candidate.

    Attributes:
        candidate: index of its candidate.
        branches: indices of the branches of the candidate that it follows, in order.
        ends_px: (M + 1,) distance along the stroke at which each branch starts, and its end.
        points_px: (N, 2) x, y, one about every pixel.
        radius_px: (N,) half width.
        inferred: (N,) True where it was not seen.
        regularity: its straightness and evenness.
        free: whether its first and its last point are ends of the candidate.
    """

    candidate: int
    branches: tuple[int, ...]
    ends_px: Floats
    points_px: Floats
    radius_px: Floats
    inferred: np.ndarray
    regularity: Regularity
    free: tuple[bool, bool]

    @property
    def length_px(self) -> float:
        """Length along the stroke."""
        return float(self.ends_px[-1])


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a run, from `start_px` to `end_px` along it."""

    run: int
    start_px: float
    end_px: float

    @property
    def middle_px(self) -> float:
        """Distance of its middle along the run."""
        return (self.start_px + self.end_px) / 2


def runs_of(candidates: Sequence[Crack]) -> list[Run]:
    """Return the strokes of all candidates."""
    found = []
    for number, crack in enumerate(candidates):
        graph = _graph_of(crack)
        degree = graph.degrees()
        found += [_run(number, crack, graph, stroke, degree) for stroke in strokes(graph)]
    return found


def pieces_of(runs: Sequence[Run], longest_px: float = PIECE_PX) -> list[Piece]:
    """Return the pieces of runs, each at most `longest_px` long."""
    pieces = []
    for number, run in enumerate(runs):
        count = max(1, math.ceil(run.length_px / longest_px))
        cuts = np.linspace(0.0, run.length_px, count + 1).tolist()
        pieces += [Piece(number, *each) for each in itertools.pairwise(cuts)]
    return pieces


def _graph_of(crack: Crack) -> Graph:
    return Graph(
        crack.nodes_px,
        tuple(Stretch(b.points_px, b.width_px / 2, b.start, b.end) for b in crack.branches),
    )


def _run(number: int, crack: Crack, graph: Graph, stroke: Stroke, degree: np.ndarray) -> Run:
    lengths = [graph.stretches[i].length_px for i in stroke.members]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke.points_px, axis=0).T))])
    total = float(along[-1])
    at = np.linspace(0.0, total, max(2, round(total) + 1))
    points = np.stack([np.interp(at, along, column) for column in stroke.points_px.T], axis=1)
    radius = np.interp(at, along, stroke.radius_px)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    ends *= total / max(float(ends[-1]), 1e-9)
    first, last = (graph.stretches[stroke.members[place]] for place in (0, -1))
    return Run(
        number,
        stroke.members,
        ends,
        points,
        radius,
        _inferred(crack, stroke, points),
        regularity(stroke),
        (
            bool(degree[[first.start, first.end]].min() == 1),
            bool(degree[[last.start, last.end]].min() == 1),
        ),
    )


def _inferred(crack: Crack, stroke: Stroke, points: Floats) -> np.ndarray:
    """Return which points of a run lie on an inferred part of a branch."""
    inside = np.zeros(len(points), bool)
    for index in stroke.members:
        branch = crack.branches[index]
        for first, last in branch.inferred:
            part = branch.points_px[first : last + 1]
            low, high = part.min(axis=0) - 1, part.max(axis=0) + 1
            inside |= ((points >= low) & (points <= high)).all(axis=1)
    return inside
