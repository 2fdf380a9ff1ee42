"""Pinhole camera and tilted wall: the homography between picture and plane."""

import math

import numpy as np

from cracklens.errors import UsageError
from cracklens.synthesis.coverage import Floats

PHONE_FOCAL_SHARE = 0.78
"""Focal length divided by the longer side of the picture: 28 mm on 36 mm, as in phones."""


def plane_homography(
    size_px: tuple[int, int],
    *,
    mm_per_px: float,
    tilt_deg: float = 0.0,
    tilt_towards_deg: float = 0.0,
    focal_px: float | None = None,
) -> Floats:
    """Return the homography from the picture to the wall.

    The origin of the wall is the point on the optical axis, at the distance `mm_per_px` x
    `focal_px`, in the middle of the picture. The wall is tilted by `tilt_deg` about the axis
    perpendicular to `tilt_towards_deg`. It is not rotated in its plane, so at the middle the
    picture is only foreshortened along the tilt, by the cosine. The matrix is the inverse of
    K [r1 r2 t] (Hartley and Zisserman, Multiple View Geometry, 2004, section 8.1.1).

    Args:
        size_px: Columns and rows of the picture.
        mm_per_px: Scale in the middle, perpendicular to the direction of the tilt.
        tilt_deg: Angle between the optical axis and the normal of the wall, 0 to below 90.
        tilt_towards_deg: Direction in which the wall recedes, counter-clockwise from the x axis in
            the picture.
        focal_px: Focal length; default: that of a phone.

    Returns:
        (3, 3) float64 from (x, y, 1) in pixels to millimetres on the wall, x right and y down.

    Raises:
        UsageError: Scale or focal length is not positive, or part of the picture is beyond the
            horizon of the wall.

    >>> flat = plane_homography((101, 101), mm_per_px=0.5)
    >>> wall_points(flat, np.array([[50.0, 50.0], [52.0, 50.0]])).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    focal_px = PHONE_FOCAL_SHARE * max(size_px) if focal_px is None else focal_px
    if not (mm_per_px > 0 and focal_px > 0):
        raise UsageError(
            f"scale and focal length must be above 0, got {mm_per_px} mm/px and {focal_px} px"
        )
    tilt, towards = math.radians(tilt_deg), math.radians(tilt_towards_deg)
    away, across = (math.cos(towards), -math.sin(towards)), (math.sin(towards), math.cos(towards))
    axes = np.zeros((3, 3))
    for column in (0, 1):  # a wall axis: its part along the tilt, foreshortened, and across it
        axes[:2, column] = np.multiply(away, away[column] * math.cos(tilt)) + np.multiply(
            across, across[column]
        )
        axes[2, column] = away[column] * math.sin(tilt)
    axes[2, 2] = mm_per_px * focal_px
    middle = (size_px[0] - 1) / 2, (size_px[1] - 1) / 2
    lens = np.array([[focal_px, 0.0, middle[0]], [0.0, focal_px, middle[1]], [0.0, 0.0, 1.0]])
    homography = np.linalg.inv(lens @ axes).astype(np.float64)
    homography /= homography[2] @ np.array([*middle, 1.0])
    right, bottom = size_px[0] - 0.5, size_px[1] - 0.5
    corners = np.array([[-0.5, -0.5, 1], [right, -0.5, 1], [-0.5, bottom, 1], [right, bottom, 1]])
    if not 0 <= tilt_deg < 90 or (corners @ homography[2] <= 0).any():  # noqa: PLR2004
        raise UsageError(
            f"a wall tilted by {tilt_deg:g} degrees does not fill the picture: reduce the tilt or "
            "use a longer focal length"
        )
    return homography


def wall_points(homography: Floats, points: Floats) -> Floats:
    """Map points (N, 2) by a (3, 3) homography: px to mm, or with its inverse mm to px."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    flat: Floats = mapped[:, :2] / mapped[:, 2:]
    return flat


def width_ratio(homography: Floats, points_px: Floats) -> Floats:
    """Return the ratio of crack width in px to crack width in mm, at each point of a line.

    A strip of width w along the unit tangent t in the picture maps to a strip along J t, with the
    Jacobian J from px to mm. Areas grow by |det J| and lengths along the strip by |J t|. So
    w_px = w_mm |J t| / |det J|, to the second order of w over the viewing distance.

    Args:
        homography: (3, 3) from px to mm.
        points_px: (N, 2) x, y of the line in the picture, N >= 2.

    Returns:
        (N,) px per mm.
    """
    mapped = np.column_stack([points_px, np.ones(len(points_px))]) @ homography.T
    flat, below = mapped[:, :2] / mapped[:, 2:], mapped[:, 2]
    jacobian = homography[None, :2, :2] - flat[:, :, None] * homography[None, 2:, :2]
    jacobian = jacobian / below[:, None, None]
    ahead = np.gradient(points_px, axis=0)
    ahead /= np.maximum(np.hypot(ahead[:, :1], ahead[:, 1:]), 1e-12)
    along = np.einsum("nij,nj->ni", jacobian, ahead)
    ratio: Floats = np.hypot(along[:, 0], along[:, 1]) / np.abs(np.linalg.det(jacobian))
    return ratio
