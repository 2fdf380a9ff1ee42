"""Networks of map cracking: many short lines in one area, without a main direction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph
from cracklens.tracing.mask import Ints
from cracklens.tracing.packed import Packing, lengths_px

_CELL_PX = 8  # of the raster on which lines are near each other
_REACHES_PX = (160, 112, 80, 56, 40)
"""Distances up to which lines belong to one area, the largest first that gives a network."""
_LEAST_LINES = 12
_LEAST_MEETINGS = 4  # junctions
_MOST_STRENGTH = 0.4
_LEAST_FOLDING = 2.5
_MOST_LINE_SHARE = 0.35
_MOST_REACH_OF_MESH = 1.5
"""Of an area: lines between nodes, junctions, strength of the main direction (1 for parallel
lines), length over the diagonal of the area, share of its length in the longest line without a
junction, and reach over the mean side of a cell. A forked crack has few lines and a main direction;
parallel cracks do not meet; a long crack through the area has more than a third of its length.
Figures on unseen seeds: `docs/results/joining.md`."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """Connected components of a graph.

    Attributes:
        piece: (S,) component of each stretch, numbered from 0.
        length_px: (S,) of each stretch.
        turn: (S,) sum of squared steps as complex numbers over their lengths: twice the angle.
        junctions: (P,) of each component.
    """

    piece: Ints
    length_px: Floats
    turn: NDArray[np.complex128]
    junctions: Ints


def find_networks(graph: Graph) -> list[tuple[int, ...]]:
    """Return the stretches of each network, as indices; most graphs have none.

    An area is a set of lines each of which is near another one. It is a network if it has many
    lines and junctions for its size and no main direction. Its lines need not be connected: the
    map of the network has gaps.

    Args:
        graph: refined graph.
    """
    if len(graph.stretches) < _LEAST_LINES:
        return []
    lines = _lines(graph)
    if int(lines.junctions.sum()) < _LEAST_MEETINGS:
        return []
    free = np.ones(int(lines.piece.max()) + 1, bool)
    found = []
    for reach_px in _REACHES_PX:
        area = _areas(graph, lines, reach_px, free)
        for number in range(int(area.max(initial=-1)) + 1):
            members = np.flatnonzero(area[lines.piece] == number)
            if _is_network(graph, lines, members, reach_px):
                free[lines.piece[members]] = False
                found.append(tuple(members.tolist()))
    return found


def _lines(graph: Graph) -> _Lines:
    label = graph.components()[np.array([s.start for s in graph.stretches])]
    _, piece = np.unique(label, return_inverse=True)
    degree = graph.degrees()
    junction = np.flatnonzero(degree > 2)  # noqa: PLR2004
    of_node = np.full(len(graph.nodes_px), -1)
    for stretch, own in zip(graph.stretches, piece, strict=True):
        of_node[[stretch.start, stretch.end]] = own
    packing = Packing.of([len(s.points_px) for s in graph.stretches])
    step = np.diff(np.concatenate([s.points_px for s in graph.stretches]), axis=0)
    turn = np.zeros(len(step) + 1, np.complex128)  # of the step to each point
    turn[1:] = step @ np.array([1, 1j])
    turn[packing.first] = 0
    size = np.abs(turn)
    turn = turn**2 / np.maximum(size, 1e-9)
    return _Lines(
        piece,
        packing.sums(size),
        packing.sums(turn.real) + 1j * packing.sums(turn.imag),
        np.bincount(of_node[junction], minlength=int(piece.max()) + 1),
    )


def _areas(graph: Graph, lines: _Lines, reach_px: int, free: NDArray[np.bool_]) -> Ints:
    """Return the area of each component, (P,); -1 for those that belong to a network already."""
    points = np.concatenate([s.points_px for s in graph.stretches])
    owner = np.repeat(lines.piece, [len(s.points_px) for s in graph.stretches])
    points, owner = points[free[owner]], owner[free[owner]]
    area = np.full(len(free), -1)
    if not len(points):
        return area
    cell = np.maximum(np.floor(points / _CELL_PX).astype(int), 0)
    low = cell.min(axis=0)
    columns, rows = (cell - low).T
    image = np.zeros((rows.max() + 1, columns.max() + 1), np.uint8)
    image[rows, columns] = 1
    side = max(round(reach_px / _CELL_PX), 1) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    _, label = cv2.connectedComponents(cv2.dilate(image, disc), connectivity=8)
    area[owner] = label[rows, columns] - 1
    return area


def _is_network(graph: Graph, lines: _Lines, members: Ints, reach_px: int) -> bool:
    """Return whether the lines of an area are a network."""
    if len(members) < _LEAST_LINES:
        return False
    pieces = np.bincount(lines.piece[members], minlength=len(lines.junctions)) > 0
    if int(lines.junctions[pieces].sum()) < _LEAST_MEETINGS:
        return False
    length_px = float(lines.length_px[members].sum())
    if abs(lines.turn[members].sum()) > _MOST_STRENGTH * length_px:
        return False
    if lines.length_px[members].max() > _MOST_LINE_SHARE * length_px:
        return False
    points = np.concatenate([graph.stretches[i].points_px for i in members])
    diagonal = float(np.hypot(*np.ptp(points, axis=0)))
    mesh = mesh_px([graph.stretches[i].points_px for i in members])
    return length_px >= _LEAST_FOLDING * diagonal and reach_px <= _MOST_REACH_OF_MESH * mesh


def mesh_px(lines: Sequence[Floats]) -> float:
    """Return the mean side of the cells of a network: twice the area over the length of its lines.

    For a grid of squares of side a, the length per area is 2 / a; the mean distance of the lines
    along any straight line through it is pi / 2 times the area over the length (Crofton).

    Args:
        lines: polylines (N, 2).
    """
    points = np.concatenate(lines).astype(np.float32)
    length = math.fsum(lengths_px(lines))
    hull = float(cv2.contourArea(cv2.convexHull(points))) if len(points) > 2 else 0.0  # noqa: PLR2004
    return 2 * hull / max(length, 1e-9)
