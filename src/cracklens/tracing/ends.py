"""Free ends of lines: where they are, where they point, and what they belong to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph
from cracklens.tracing.mask import Bytes, Ints
from cracklens.tracing.packed import Packing, lengths_px
from cracklens.tracing.sampling import sample

_NEAR_PX, _FAR_PX = 12.0, 40.0  # lengths over which the direction of an end is taken
_OWN_PX = 30.0  # length over which width and probability of an end are taken
_MOST_POINTS = 80  # of a line that are looked at, about 1 px apart
_BLOCK = 4096  # ends at once: 20 MB
_LEAST_WIDTHS = 2.0  # a piece that is shorter for its width is a spot and has no direction


@dataclass(frozen=True, slots=True)
class Ends:
    """Free ends of a graph, M of them.

    Attributes:
        node: (M,) node of the graph.
        piece: (M,) connected component.
        place_px: (M, 2) x, y.
        outward: (M, 2, 2) unit vectors out of the line, from its last 12 px and its last 40 px.
        width_px: (M,) median over the last 30 px.
        probability: (M,) mean over the last 30 px.
        length_px: (M,) of the whole component.
    """

    node: Ints
    piece: NDArray[np.int32]
    place_px: Floats
    outward: Floats
    width_px: Floats
    probability: Floats
    length_px: Floats


def free_ends(graph: Graph, probability: Bytes) -> Ends:
    """Return the ends of lines that meet no other line; a spot has none.

    Args:
        graph: refined graph.
        probability: (H, W) uint8.
    """
    degree, piece = graph.degrees(), graph.components()
    length = piece_lengths(graph, piece)
    rows = np.array(
        [
            (index, turn)
            for index, nodes in enumerate(graph.ends().tolist())
            for turn in (0, 1)
            if degree[nodes[turn]] == 1
        ],
        np.int64,
    ).reshape(-1, 2)
    at = graph.ends()[rows[:, 0], rows[:, 1]]
    blocks = [
        _of(graph, rows[low : low + _BLOCK], probability) for low in range(0, len(rows), _BLOCK)
    ]
    empty = np.zeros((0, 2)), np.zeros((0, 2, 2)), np.zeros(0), np.zeros(0)
    place, outward, width_px, mean = (
        np.concatenate(part) for part in zip(empty, *blocks, strict=True)
    )
    line = length[piece[at]] >= _LEAST_WIDTHS * width_px
    return Ends(
        node=at[line],
        piece=piece[at[line]],
        place_px=place[line],
        outward=outward[line],
        width_px=width_px[line],
        probability=mean[line],
        length_px=length[piece[at[line]]],
    )


def piece_lengths(graph: Graph, piece: NDArray[np.int32]) -> Floats:
    """Return the length of each connected component."""
    label = np.array([piece[s.start] for s in graph.stretches], np.int64)
    own = lengths_px([s.points_px for s in graph.stretches])
    return np.bincount(label, own, int(piece.max(initial=-1)) + 1).astype(np.float64)


def _of(graph: Graph, rows: Ints, probability: Bytes) -> tuple[Floats, Floats, Floats, Floats]:
    """Return places, directions, widths and probabilities of ends.

    Args:
        graph: refined graph.
        rows: (M, 2) stretch of each end, and whether it is at its last point.
        probability: (H, W) uint8.
    """
    own = [graph.stretches[index] for index in rows[:, 0].tolist()]
    packing = Packing.of([len(s.points_px) for s in own])
    points = np.concatenate([s.points_px for s in own])
    radius = np.concatenate([s.radius_px for s in own])
    back = rows[:, 1] == 1
    start = np.where(back, packing.last, packing.first)[:, None]
    size = min(int(packing.count.max()), _MOST_POINTS)
    known = np.minimum(packing.count, size)
    step = np.minimum(np.arange(size), known[:, None] - 1)  # the last point again and again
    index = start + np.where(back, -1, 1)[:, None] * step
    at = points[index]
    along = np.zeros(index.shape)
    np.cumsum(np.hypot(*np.diff(at, axis=1).transpose(2, 0, 1)), axis=1, out=along[:, 1:])
    along[np.arange(size) >= known[:, None]] = np.inf
    outward = [_directions(at, along, known, reach_px) for reach_px in (_NEAR_PX, _FAR_PX)]
    count = np.maximum((along < _OWN_PX).sum(axis=1), 2)
    near = np.arange(size) < count[:, None]
    near_points = Packing.of(count)
    return (
        at[:, 0],
        np.stack(outward, axis=1),
        2 * near_points.medians(radius[index][near]),
        near_points.sums(sample(probability, at[near])) / count,
    )


def _directions(points: Floats, along: Floats, known: Ints, reach_px: float) -> Floats:
    """Return the unit vectors from the points at a distance along the lines to their starts."""
    far = np.minimum((along < reach_px).sum(axis=1), known - 1)
    step = points[:, 0] - points[np.arange(len(far)), far]
    unit: Floats = step / np.maximum(np.hypot(*step.T), 1e-9)[:, None]
    return unit
