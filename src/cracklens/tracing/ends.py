"""Free ends of lines: where they are, where they point, and what they belong to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph, Stretch
from cracklens.tracing.mask import Bytes, Ints
from cracklens.tracing.packed import lengths_px
from cracklens.tracing.sampling import sample

_NEAR_PX, _FAR_PX = 12.0, 40.0  # lengths over which the direction of an end is taken
_OWN_PX = 30.0  # length over which width and probability of an end are taken
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
    found = [
        (way.start, *_of(way, probability))
        for stretch in graph.stretches
        for way in (stretch, stretch.reversed())
        if degree[way.start] == 1
    ]
    node, place, outward, width, mean = zip(*found, strict=True) if found else ((), (), (), (), ())
    at, width_px = np.array(node, np.int64), np.array(width, np.float64)
    line = length[piece[at]] >= _LEAST_WIDTHS * width_px
    return Ends(
        node=at[line],
        piece=piece[at[line]],
        place_px=np.array(place, np.float64).reshape(-1, 2)[line],
        outward=np.array(outward, np.float64).reshape(-1, 2, 2)[line],
        width_px=width_px[line],
        probability=np.array(mean, np.float64)[line],
        length_px=length[piece[at[line]]],
    )


def piece_lengths(graph: Graph, piece: NDArray[np.int32]) -> Floats:
    """Return the length of each connected component."""
    label = np.array([piece[s.start] for s in graph.stretches], np.int64)
    own = lengths_px([s.points_px for s in graph.stretches])
    return np.bincount(label, own, int(piece.max(initial=-1)) + 1).astype(np.float64)


def _of(way: Stretch, probability: Bytes) -> tuple[Floats, Floats, float, float]:
    """Return place, directions, width and probability of the start of a line."""
    points = way.points_px
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points[:80], axis=0).T))])
    outward = np.stack([_direction(points, along, reach) for reach in (_NEAR_PX, _FAR_PX)])
    own = slice(0, max(int(np.searchsorted(along, _OWN_PX)), 2))
    return (
        points[0],
        outward,
        2 * float(np.median(way.radius_px[own])),
        float(sample(probability, points[own]).mean()),
    )


def _direction(points: Floats, along: Floats, reach_px: float) -> Floats:
    """Return the unit vector from the point at a distance along the line to its start."""
    far = min(int(np.searchsorted(along, reach_px)), len(along) - 1)
    step = points[0] - points[far]
    unit: Floats = step / max(float(np.hypot(*step)), 1e-9)
    return unit
