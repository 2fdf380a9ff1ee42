"""The pixels near a line, with their coordinates along and across it, to draw thin objects.

Only pixels near the line are computed, so the cost does not depend on the size of the picture.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.noise import FloatImage, smoothstep

Shape = tuple[int, int]
Places = float | np.floating[Any] | NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Ribbon:
    """K pixels near a line.

    Attributes:
        row: (K,) row of each pixel.
        column: (K,) column of each pixel.
        across: (K,) float32 signed distance from the line in px.
        along: (K,) float32 distance from the line's start in px, measured along it.
        length_px: Length of the line.
    """

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    across: FloatImage
    along: FloatImage
    length_px: float

    def wander(self, spacing_px: float, rng: np.random.Generator) -> FloatImage:
        """Return (K,) values in [-1, 1] that change smoothly along the line."""
        node = rng.uniform(-1.0, 1.0, int(self.length_px / spacing_px) + 4).astype(np.float32)
        return smooth_at(node, self.along, spacing_px)

    def within(self, soft_px: float = 1.0) -> FloatImage:
        """Return (K,) 1 between the ends of the line and 0 beyond them; the ends are square."""
        return band(self.along, 0.0, self.length_px, soft_px)


def straight_ribbon(
    start_px: Floats,
    end_px: Floats,
    reach_px: float,
    shape: Shape,
    *,
    wobble_px: Floats | None = None,
) -> Ribbon:
    """Return the pixels near a straight line, or near a line with small deviations from it.

    Args:
        start_px: (2,) x, y; may be far outside the picture.
        end_px: (2,) x, y, another point.
        reach_px: Largest distance from the line.
        shape: Rows and columns of the picture.
        wobble_px: (N,) deviations from the line at N >= 2 equidistant points from start to end.

    Returns:
        The pixels inside the picture; empty if the line is outside.
    """
    run, rise = (end_px - start_px).tolist()
    length = math.sqrt(run * run + rise * rise)
    run, rise = run / length, rise / length
    steep = abs(rise) > abs(run)
    major, minor = (1, 0) if steep else (0, 1)
    size = (shape[1], shape[0])
    slope = (run / rise) if steep else (rise / run)
    slack = reach_px + (0.0 if wobble_px is None else float(np.abs(wobble_px).max()))
    low, high = sorted((float(start_px[major]), float(end_px[major])))
    first = max(0, math.floor(low - slack))
    last = min(size[major] - 1, math.ceil(high + slack))
    walk = np.arange(first, last + 1)
    half = math.ceil(slack * math.sqrt(1.0 + slope * slope)) + 1
    centre = np.rint(start_px[minor] + (walk - start_px[major]) * slope).astype(np.intp)
    inside = (centre >= -half) & (centre < size[minor] + half)
    walk, centre = walk[inside], centre[inside]
    beside = centre[:, None] + np.arange(-half, half + 1)[None, :]
    walk = np.broadcast_to(walk[:, None], beside.shape)
    seen = (beside >= 0) & (beside < size[minor])
    walk, beside = walk[seen], beside[seen]
    column, row = (beside, walk) if steep else (walk, beside)
    x, y = column - start_px[0], row - start_px[1]
    along, across = x * run + y * rise, y * run - x * rise
    if wobble_px is not None:
        nodes = wobble_px.astype(np.float32)
        across -= smooth_at(nodes, along.astype(np.float32), length / (len(nodes) - 1))
    near = (np.abs(across) <= reach_px) & (along >= -1.0) & (along <= length + 1.0)
    return Ribbon(
        row[near],
        column[near],
        across[near].astype(np.float32),
        along[near].astype(np.float32),
        length,
    )


def curved_ribbon(points_px: Floats, reach_px: float, shape: Shape) -> Ribbon:
    """Return the pixels near a polyline with round ends and bends.

    Args:
        points_px: (N, 2) x, y, N >= 2; may be outside the picture.
        reach_px: Largest distance from the line.
        shape: Rows and columns of the picture.

    Returns:
        The pixels inside the picture, each with its coordinates on the nearest segment.
    """
    start, tangent, length, before = _pieces(points_px, max(reach_px, 4.0))
    total = float(before[-1] + length[-1])
    reach = math.ceil(reach_px + float(length.max()) / 2 + 1)
    middle = np.rint(start + tangent * length[:, None] / 2).astype(np.intp)
    limit = np.array([shape[1], shape[0]]) + reach
    seen = np.flatnonzero(((middle >= -reach) & (middle < limit)).all(axis=1))
    offset = np.arange(-reach, reach + 1)
    x = np.broadcast_to(
        middle[seen, 0, None, None] + offset[None, None, :], (seen.size, offset.size, offset.size)
    )
    y = np.broadcast_to(middle[seen, 1, None, None] + offset[None, :, None], x.shape)
    inside = (x >= 0) & (x < shape[1]) & (y >= 0) & (y < shape[0])
    piece = np.broadcast_to(seen[:, None, None], x.shape)[inside]
    x, y = x[inside], y[inside]
    from_x, from_y = x - start[piece, 0], y - start[piece, 1]
    tangent_x, tangent_y = tangent[piece, 0], tangent[piece, 1]
    along = from_x * tangent_x + from_y * tangent_y
    side = from_y * tangent_x - from_x * tangent_y
    on = np.clip(along, 0.0, length[piece])
    away = np.sqrt(side * side + (along - on) ** 2)
    near = away <= reach_px
    x, y, piece, away = x[near], y[near], piece[near], away[near]
    across = np.where(side[near] < 0, -away, away)
    place = before[piece] + on[near]
    if x.size == 0:
        nothing = np.zeros(0, dtype=np.float32)
        return Ribbon(y, x, nothing, nothing, total)
    # For each pixel the nearest piece counts, and of equally near pieces the first.
    left, top = int(x.min()), int(y.min())
    columns = int(x.max()) - left + 1
    flat = (y - top) * columns + (x - left)
    order = np.lexsort((piece, np.rint(away * 1e6), flat))
    first = np.ones(order.size, dtype=bool)
    first[1:] = flat[order[1:]] != flat[order[:-1]]
    best = order[first]
    return Ribbon(
        y[best], x[best], across[best].astype(np.float32), place[best].astype(np.float32), total
    )


def band(at_px: Places, low_px: Places, high_px: Places, soft_px: Places = 1.0) -> FloatImage:
    """Return a soft indicator, 0 to 1, of the interval between two borders of width `soft_px`.

    With borders of 1 px this is the covered share of each pixel; the sum across is `high - low`.

    >>> band(np.arange(-2, 3, dtype=np.float32), -0.25, 0.25).round(2).tolist()
    [0.0, 0.0, 0.5, 0.0, 0.0]
    """
    rises = np.clip((at_px - low_px) / soft_px + 0.5, 0.0, 1.0)
    falls = np.clip((at_px - high_px) / soft_px + 0.5, 0.0, 1.0)
    inside: FloatImage = np.maximum(rises - falls, 0.0).astype(np.float32)
    return inside


def ragged_band(
    where: Ribbon,
    width_px: Places,
    uneven: float,
    rng: np.random.Generator,
    *,
    soft_px: float = 1.0,
) -> FloatImage:
    """Return the share of each pixel under a band along the line; its two edges vary independently.

    Args:
        where: The pixels.
        width_px: Mean width, one or (K,).
        uneven: Largest deviation of an edge, as a share of half the width; may exceed 1.
        rng: Source of the variation.
        soft_px: Width of the edges.

    Returns:
        (K,) in [0, 1].
    """
    low, high = (
        np.maximum(
            1.0 + uneven * (0.55 * where.wander(13.0, rng) + 0.45 * where.wander(3.5, rng)), 0.05
        )
        for _ in range(2)
    )
    half = np.asarray(width_px, dtype=np.float32) / 2
    return band(where.across, -half * low, half * high, soft_px)


def ramp(t: Places) -> FloatImage:
    """Return `smoothstep` of any number or array."""
    return smoothstep(np.asarray(t, dtype=np.float32))


def smooth_at(nodes: FloatImage, at_px: FloatImage, spacing_px: float) -> FloatImage:
    """Return the values of evenly spaced nodes at any position, smoothly interpolated."""
    at = np.clip(at_px / np.float32(spacing_px), 0.0, len(nodes) - 1.001)
    node = at.astype(np.intp)
    here = nodes[node]
    value: FloatImage = here + (nodes[node + 1] - here) * smoothstep(at - node.astype(np.float32))
    return value


def _pieces(points: Floats, most_px: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Cut a line into pieces of at most `most_px`; return start, tangent, length, length before."""
    step = points[1:] - points[:-1]
    length = np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2)
    solid = length > 0
    start, step, length = points[:-1][solid], step[solid], length[solid]
    count = np.ceil(length / most_px).astype(np.intp)
    segment = np.repeat(np.arange(count.size), count)
    rank = np.arange(segment.size) - np.repeat(np.cumsum(count) - count, count)
    part = (rank / count[segment])[:, None]
    each = length[segment] / count[segment]
    tangent = step[segment] / length[segment, None]
    return start[segment] + step[segment] * part, tangent, each, np.cumsum(each) - each
