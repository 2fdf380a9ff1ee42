"""Coordinates in mm in the plane of the wall, and the visible area.

The coordinate system of a homography has an arbitrary origin and rotation, for example those of a
marker. Here it is rotated back by the rotation of the homography in the middle of the photograph.
So "up" on the wall is "up" in the photograph, and angles are those seen perpendicularly to the
wall.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cracklens.photos.scale import Scale

Floats = NDArray[np.float64]

COARSEST = 4.0
"""Nothing is measured where the side of a pixel on the wall is more than this many times that in
the middle, towards the horizon of the wall or beyond it. A crack of 5 px in the middle has 1 px
there."""


def upright_mm(scale: Scale, points_px: Floats, middle_px: tuple[float, float]) -> Floats:
    """Return points on the wall, (N, 2) mm; x right and y down as in the middle of the photograph.

    The rotation is that of the polar decomposition of the Jacobian in the middle, the rotation
    nearest to the Jacobian (Higham, Functions of Matrices, 2008, theorem 8.4). In two dimensions it
    is atan2(J21 - J12, J11 + J22).

    Args:
        scale: with a homography or without.
        points_px: (N, 2) x, y in the photograph.
        middle_px: x, y of the picture's middle.
    """
    if scale.homography is None:
        return scale.to_mm(points_px)
    (xx, xy), (yx, yy) = scale.jacobian(np.array([middle_px]))[0]
    angle = math.atan2(yx - xy, xx + yy)
    cos, sin = math.cos(angle), math.sin(angle)
    upright: Floats = scale.to_mm(points_px) @ np.array([[cos, -sin], [sin, cos]])
    return upright


def horizon_margin(scale: Scale, points_px: Floats, middle_px: tuple[float, float]) -> Floats:
    """Return the margin of points to the limit of the measurable wall, (N,); >= 0 if measurable.

    The area of a pixel on the wall is proportional to w ** -3, with w = h31 x + h32 y + h33. The
    side of a pixel is `COARSEST` times that of the middle where w is `COARSEST` ** (-2/3) times
    that of the middle.

    Args:
        scale: with a homography or without.
        points_px: (N, 2) x, y in the photograph.
        middle_px: x, y of the picture's middle.

    Returns:
        Linear in x and y, 1 in the middle; 1 everywhere without a homography.
    """
    if scale.homography is None:
        return np.ones(len(points_px))
    row = scale.homography[2]
    share = (points_px @ row[:2] + row[2]) / (row[:2] @ np.array(middle_px) + row[2])
    limit = COARSEST ** (-2 / 3)
    inside: Floats = (share - limit) / (1 - limit)
    return inside


def seen_mm2(
    scale: Scale, shape: tuple[int, int], excluded: NDArray[np.bool_] | None = None
) -> float:
    """Return the measurable area of the wall in a photograph, in mm2.

    Args:
        scale: with a homography or without.
        shape: rows and columns of the photograph.
        excluded: (H, W) True where the wall is hidden, such as by a marker; it is subtracted.
    """
    rows, columns = shape
    middle_px = (columns - 1) / 2, (rows - 1) / 2
    right, bottom = columns - 0.5, rows - 0.5
    corners = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])
    x, y = scale.to_mm(_clipped(corners, horizon_margin(scale, corners, middle_px))).T
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    if excluded is None or not excluded.any():
        return area
    step = max(min(shape) // 512, 1)  # of 12 MP, 1 pixel in 25: an error far below that of scale
    hidden = np.argwhere(excluded[step // 2 :: step, step // 2 :: step])[:, ::-1] * step + step // 2
    places = hidden.astype(np.float64)
    places = places[horizon_margin(scale, places, middle_px) >= 0]
    hides = float(np.abs(np.linalg.det(scale.jacobian(places))).sum()) * step**2
    return max(area - hides, 0.0)


def standard_by_scale(scale: Scale, value: Callable[[Scale], float], *, otherwise: float) -> float:
    """Return the standard uncertainty of a value that comes from the scale.

    Each variant of the scale differs from it by one standard uncertainty of one parameter. The
    result is the root of the sum of squares of the changes of the value (GUM, 5.1.3, note 2). It
    includes tilt and position in the photograph.

    Args:
        scale: of the photograph.
        value: returns the change of the value for another scale.
        otherwise: result for a scale without variants.
    """
    if scale.variants is None:
        return otherwise
    others = (replace(scale, homography=other, variants=None) for other in scale.variants)
    return math.hypot(*(value(other) for other in others))


def _clipped(corners: Floats, inside: Floats) -> Floats:
    """Return the part of a convex polygon where a linear function of the place is >= 0.

    Sutherland and Hodgman 1974 (doi:10.1145/360767.360802) for one edge.
    """
    kept: list[Floats] = []
    for at in range(len(corners)):
        here, before = inside[at], inside[at - 1]
        if (here >= 0) != (before >= 0):
            share = before / (before - here)
            kept.append(corners[at - 1] + share * (corners[at] - corners[at - 1]))
        if here >= 0:
            kept.append(corners[at])
    return np.array(kept).reshape(-1, 2)
