"""The wall as a plane: places in mm that keep the directions of the picture, and the area seen.

The frame of a homography lies in no fixed place and may be turned, as a marker is. Here it is
turned back by the rotation that the homography makes in the middle of the picture, so that up stays
up and angles are those that somebody sees who stands before the wall.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cracklens.photos.scale import Scale

Floats = NDArray[np.float64]

COARSEST = 4.0
"""Where a pixel shows this many times more of the wall than in the middle, towards the horizon of
the wall or beyond it, nothing is measured: a crack that is 5 px wide in the middle has 1 px."""


def upright_mm(scale: Scale, points_px: Floats, middle_px: tuple[float, float]) -> Floats:
    """Return points on the wall, (N, 2) mm; x to the right and y down as in the picture's middle.

    The rotation is that of the polar decomposition of the Jacobian in the middle: of all rotations
    the nearest to it (Higham, Functions of Matrices, 2008, theorem 8.4), in two dimensions
    atan2(J21 - J12, J11 + J22).

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


def nearness(scale: Scale, points_px: Floats, middle_px: tuple[float, float]) -> Floats:
    """Return how far inside the part of the wall that can be measured points lie, (N,); >= 0 there.

    The area that a pixel shows goes with w to the power of -3, w = h31 x + h32 y + h33: its side
    is `COARSEST` times that of the middle where w is `COARSEST` ** (-2/3) times that of the middle.

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
    """Return the area of wall that a photograph shows, as far as it can be measured.

    Args:
        scale: with a homography or without.
        shape: rows and columns of the photograph.
        excluded: (H, W) what hides the wall, such as a marker; it is left out.
    """
    rows, columns = shape
    middle_px = (columns - 1) / 2, (rows - 1) / 2
    right, bottom = columns - 0.5, rows - 0.5
    corners = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])
    x, y = scale.to_mm(_clipped(corners, nearness(scale, corners, middle_px))).T
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    if excluded is None or not excluded.any():
        return area
    step = max(min(shape) // 512, 1)  # of 12 MP, 1 pixel in 25: an error far below that of scale
    hidden = np.argwhere(excluded[step // 2 :: step, step // 2 :: step])[:, ::-1] * step + step // 2
    places = hidden.astype(np.float64)
    places = places[nearness(scale, places, middle_px) >= 0]
    hides = float(np.abs(np.linalg.det(scale.jacobian(places))).sum()) * step**2
    return max(area - hides, 0.0)


def standard_by_scale(scale: Scale, value: Callable[[Scale], float], *, otherwise: float) -> float:
    """Return the standard uncertainty that the scale adds to a value.

    The root of the summed squares of how far the value moves with each variant of the scale, which
    is off by one standard uncertainty (GUM, 5.1.3, note 2): tilt and place in the picture included.

    Args:
        scale: of the photograph.
        value: what comes of another scale, less what comes of this one.
        otherwise: what to return where the scale has no variants.
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
