"""Coverage of pixels by a line of varying width: the ground truth of rendered cracks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.synthesis.noise import FloatImage

Floats = NDArray[np.float64]

_PARTS = 4  # of a pixel along each axis, at the ends of a line
_PIECE_PX = 6.0  # long segments are cut, so that each piece has few pixels near it
_LEAST_SLANT = 1e-4  # keeps the half-plane formula finite for edges along a pixel row
_TIE_PX = 1e-9  # of equally near pieces the larger share counts; this absorbs rounding
_SAME_POINT_PX = 1e-6  # below this distance from a joint, a pixel has no direction from it
_POINT_NDIM, _LEAST_POINTS = 2, 2


def line_coverage(
    points_px: Floats, width_px: Floats, height_px: int, columns_px: int
) -> FloatImage:
    """Return the share of each pixel's area that lies under a polyline of varying width.

    For each pixel, the line is taken as straight at the nearest point of the centreline: the share
    is the common area of a strip of that width and direction and the unit square. So the sum over
    all pixels is the area of the line, length x width, also for hairlines below 1 px and at any
    angle; at bends it is exact to first order. Ends are square, with an error in length below
    0.1 px; inner joints are round.

    Args:
        points_px: (N, 2) x, y of the centreline, N >= 2; may lie outside of the picture.
        width_px: (N,) full width at each point, >= 0; linear between points.
        height_px: Rows of the picture.
        columns_px: Columns of the picture.

    Returns:
        (height_px, columns_px) float32 in [0, 1].

    Raises:
        UsageError: The arrays do not fit together, or hold a negative or non-finite number.
    """
    part, (top, left) = coverage_part(points_px, width_px, height_px, columns_px)
    coverage = np.zeros((height_px, columns_px), dtype=np.float32)
    coverage[top : top + part.shape[0], left : left + part.shape[1]] = part
    return coverage


def coverage_part(
    points_px: Floats, width_px: Floats, height_px: int, columns_px: int
) -> tuple[FloatImage, tuple[int, int]]:
    """Return `line_coverage` only near the line, which saves memory on large pictures.

    Arguments and errors are those of `line_coverage`.

    Returns:
        The smallest window with all pixels near the line, (h, w) float32, and the row and column
        of its top-left pixel. The window is empty (0, 0) if the line is outside the picture.
    """
    points, width = checked_line(points_px, width_px)
    pieces = _cut(points, width)
    near = None if pieces is None else _pixels_near(pieces, height_px, columns_px)
    if pieces is None or near is None:
        return np.zeros((0, 0), dtype=np.float32), (0, 0)
    piece, x, y = near
    if piece.size == 0:
        return np.zeros((0, 0), dtype=np.float32), (0, 0)
    distance, share = _shares(pieces, piece, x, y)
    top, left = int(y.min()), int(x.min())
    part = np.zeros((int(y.max()) - top + 1, int(x.max()) - left + 1), dtype=np.float32)
    flat = (y - top) * part.shape[1] + (x - left)
    nearest = np.full(part.size, np.inf)
    np.minimum.at(nearest, flat, distance)
    wins = distance <= nearest[flat] + _TIE_PX
    np.maximum.at(part.reshape(-1), flat[wins], share[wins].astype(np.float32))
    return part, (top, left)


def half_plane_share(distance_px: Floats, normal_x: Floats, normal_y: Floats) -> Floats:
    """Return the share of a unit pixel on the inner side of a straight edge.

    Args:
        distance_px: Distance of the pixel's centre inside the edge; negative outside.
        normal_x: x of the edge's unit normal.
        normal_y: y of the edge's unit normal.

    Returns:
        Area of the unit square inside the edge, [0, 1]: the integral of the trapezoid that results
        from the projection of the square on the normal.

    >>> right_edge = (np.ones(3), np.zeros(3))
    >>> half_plane_share(np.array([-0.5, 0.0, 0.25]), *right_edge).round(3).tolist()
    [0.0, 0.5, 0.75]
    """
    long = np.maximum(np.abs(normal_x), np.abs(normal_y))
    short = np.maximum(np.minimum(np.abs(normal_x), np.abs(normal_y)), _LEAST_SLANT)
    outer, inner = (long + short) / 2, (long - short) / 2
    at = np.clip(distance_px, -1.0, 1.0)
    area = _ramp(at + outer) - _ramp(at + inner) - _ramp(at - inner) + _ramp(at - outer)
    share: Floats = np.clip(area / (2 * long * short), 0.0, 1.0)
    return share


def checked_line(points_px: Floats, width_px: Floats) -> tuple[Floats, Floats]:
    """Return points and widths as float64 after a check.

    Raises:
        UsageError: The shapes are not (N, 2) and (N,) with N >= 2, a number is not finite, or a
            width is negative.
    """
    points = np.asarray(points_px, dtype=np.float64)
    width = np.asarray(width_px, dtype=np.float64)
    fits = points.ndim == _POINT_NDIM and points.shape[0] >= _LEAST_POINTS
    if not fits or points.shape[1:] != (2,) or width.shape != points.shape[:1]:
        raise UsageError(
            "a line needs points of shape (N, 2) and widths of shape (N,) with N >= 2, "
            f"got {points.shape} and {width.shape}"
        )
    if not (np.isfinite(points).all() and np.isfinite(width).all() and (width >= 0).all()):
        raise UsageError("a line needs finite points and finite widths of at least 0 px")
    return points, width


@dataclass(frozen=True)
class _Pieces:
    """M short straight pieces of one line, in order; all arrays have M rows."""

    start: Floats
    tangent: Floats
    length: Floats
    before: Floats  # length of all pieces before this one
    width: Floats  # (M, 2) at the start and at the end


def _cut(points: Floats, width: Floats) -> _Pieces | None:
    """Cut the line into pieces of at most `_PIECE_PX`; return None for a line without length."""
    step = points[1:] - points[:-1]
    length = np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2)
    solid = np.flatnonzero(length > 0)
    if solid.size == 0:
        return None
    count = np.ceil(length[solid] / _PIECE_PX).astype(np.intp)
    segment = np.repeat(solid, count)
    parts = np.repeat(count, count).astype(np.float64)
    first = np.repeat(np.cumsum(count) - count, count)
    at = (np.arange(segment.size) - first)[:, None] / parts[:, None] + np.array([[0.0, 1.0]]) * (
        1 / parts[:, None]
    )
    each = length[segment] / parts
    rise = (width[1:] - width[:-1])[segment, None]
    return _Pieces(
        start=points[segment] + step[segment] * at[:, :1],
        tangent=step[segment] / length[segment, None],
        length=each,
        before=np.cumsum(each) - each,
        width=width[segment, None] + rise * at,
    )


def _pixels_near(
    pieces: _Pieces, height_px: int, columns_px: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]] | None:
    """Return piece, x and y for all pairs of a piece and a pixel that it may cover."""
    reach = int(np.ceil(pieces.width.max() / 2 + pieces.length.max() / 2 + 1))
    middle = np.rint(pieces.start + pieces.tangent * pieces.length[:, None] / 2).astype(np.intp)
    limit = np.array([columns_px, height_px]) + reach
    seen = np.flatnonzero(((middle >= -reach) & (middle < limit)).all(axis=1))
    if seen.size == 0:
        return None
    offset = np.arange(-reach, reach + 1)
    x = middle[seen, 0, None, None] + offset[None, None, :]
    y = middle[seen, 1, None, None] + offset[None, :, None]
    inside = (x >= 0) & (x < columns_px) & (y >= 0) & (y < height_px)
    rank, row, column = np.nonzero(inside)
    return seen[rank], x[rank, 0, column], y[rank, row, 0]


def _shares(
    pieces: _Pieces, piece: NDArray[np.intp], x: NDArray[np.intp], y: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return for each pair the distance to the piece and the covered share of the pixel."""
    from_x, from_y = x - pieces.start[piece, 0], y - pieces.start[piece, 1]
    tangent_x, tangent_y = pieces.tangent[piece, 0], pieces.tangent[piece, 1]
    length = pieces.length[piece]
    along = from_x * tangent_x + from_y * tangent_y
    across = from_y * tangent_x - from_x * tangent_y
    on_line = np.clip(along, 0.0, length)
    beyond = np.abs(along - on_line)
    distance = np.sqrt(across * across + beyond * beyond)
    width = pieces.width[piece, 0]
    width = width + (pieces.width[piece, 1] - width) * (on_line / length)

    is_first, is_last = piece == 0, piece == pieces.length.size - 1
    past_end = (is_first & (along < 0)) | (is_last & (along > length))
    joint = (beyond > 0) & ~past_end & (distance > _SAME_POINT_PX)
    normal_x, normal_y = -tangent_y, tangent_x.copy()
    normal_x[joint] = (from_x - on_line * tangent_x)[joint] / distance[joint]
    normal_y[joint] = (from_y - on_line * tangent_y)[joint] / distance[joint]
    share = half_plane_share(width / 2 - distance, normal_x, normal_y)
    share -= half_plane_share(-width / 2 - distance, normal_x, normal_y)
    inward = pieces.before[piece] + along
    total = pieces.before[-1] + pieces.length[-1]
    end = (inward < 1) | (total - inward < 1)  # pixels that may extend past an end
    share[end] = _end_shares(
        inward[end], total, across[end], width[end], pieces.tangent[piece[end]]
    )
    return distance, share


def _end_shares(
    inward: Floats, total: float, across: Floats, width: Floats, tangent: Floats
) -> Floats:
    """Return the shares of pixels at a square end, as the mean over 4 x 4 parts of each pixel.

    If two edges cross one part, their shares are multiplied. This is exact for edges along rows and
    columns; otherwise the error is small, because the parts are small.
    """
    part = (np.arange(_PARTS) + 0.5) / _PARTS - 0.5
    part_x, part_y = np.tile(part, _PARTS), np.repeat(part, _PARTS)
    x, y = tangent[:, :1], tangent[:, 1:]
    inward = (inward[:, None] + part_x * x + part_y * y) * _PARTS
    off = (across[:, None] + part_y * x - part_x * y) * _PARTS
    half = width[:, None] / 2 * _PARTS
    share = half_plane_share(half - off, -y, x) - half_plane_share(-half - off, -y, x)
    share *= half_plane_share(inward, x, y) * half_plane_share(total * _PARTS - inward, x, y)
    mean: Floats = share.mean(axis=1)
    return mean


def _ramp(u: Floats) -> Floats:
    """Return u² for u > 0, else 0."""
    positive = np.maximum(u, 0.0)
    return positive * positive
