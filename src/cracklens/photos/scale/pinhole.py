"""A pinhole before a wall: focal lengths, and homographies of tilted planes.

`cv2.projectPoints` is the same formula and agrees to a millionth of a pixel. It is written out here
since a plane is fitted in parameters with prior distributions, focal length and two slopes, which
rotation vectors are not (docs/results/libraries.md).
"""

from typing import NamedTuple

import numpy as np

from cracklens.photos.scale.scale import Floats

DIAGONAL_35MM = 43.267
"""Diagonal of the frame of 36 x 24 mm. The 35 mm equivalent of EXIF counts it (CIPA DC-008, tag
FocalLengthIn35mmFilm; CIPA DCG-001)."""
UNKNOWN_SLOPE = 0.14
"""Standard deviation of each slope of a wall whose tilt nothing shows: the tangent of 8 degrees. An
assumption on people who try to stand square before it."""
_ASSUMED_35MM, _ASSUMED_STANDARD = 28.0, 0.35
"""Focal length where none is known, as 35 mm equivalent, with its relative standard uncertainty:
phones and drones have 22 to 35 mm, and a factor of two more is not excluded."""


class Focal(NamedTuple):
    """Focal length in px, with its relative standard uncertainty, and whether it was guessed."""

    px: float
    relative_standard: float
    guessed: bool


class View(NamedTuple):
    """Where the optical axis meets the picture, and a point in it that the fit is centred on."""

    centre: Floats
    anchor: Floats


def assumed_focal(shape: tuple[int, ...]) -> Focal:
    """Return the focal length of a usual camera for a picture of that height and width."""
    diagonal_px = float(np.hypot(shape[0], shape[1]))
    return Focal(_ASSUMED_35MM / DIAGONAL_35MM * diagonal_px, _ASSUMED_STANDARD, guessed=True)


def untilted_variants(
    mm_per_px: float,
    relative_standard: float,
    anchor_px: Floats,
    shape: tuple[int, ...],
    focal_px: float | None = None,
) -> Floats:
    """Return (3, 3, 3) homographies around a view at right angles whose tilt is not known.

    One is larger by the relative standard uncertainty; in two the wall recedes along x or y with
    the slope `UNKNOWN_SLOPE`, so that the scale is less sure the farther from the anchor.

    Args:
        mm_per_px: scale at the anchor.
        relative_standard: of that.
        anchor_px: (2,) where it holds.
        shape: of the photograph, height first.
        focal_px: focal length; that of a usual camera if None.
    """
    focal_px = focal_px or assumed_focal(shape).px
    centre = np.array([(shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0])
    view = View(centre, np.asarray(anchor_px, dtype=np.float64))
    size = np.log(mm_per_px)
    tilted = size - 0.25 * np.log(1.0 / (1.0 + UNKNOWN_SLOPE**2))  # areas grow by 1 / cos
    return np.stack(
        [
            plane_homography(
                np.array([np.log(focal_px), 0.0, 0.0, size + relative_standard]), view
            ),
            plane_homography(np.array([np.log(focal_px), UNKNOWN_SLOPE, 0.0, tilted]), view),
            plane_homography(np.array([np.log(focal_px), 0.0, UNKNOWN_SLOPE, tilted]), view),
        ]
    )


def plane_homography(theta: Floats, view: View) -> Floats:
    """Return (3, 3) from px to mm on the plane Z = Z0 + a X + b Y before a pinhole.

    A pixel sees along r = ((x - cx) / f, (y - cy) / f, 1), and the plane at Z = Z0 / (1 - a r_x -
    b r_y); its coordinates there are along two unit vectors in it, right and down. Place, turn and
    size are then chosen such that the anchor is at (0, 0), the picture's x axis along x, and a px
    exp(theta[3]) mm: so these hardly change when focal length and slopes do, and the fit is quick.
    """
    focal_px, a, b = np.exp(theta[0]), theta[1], theta[2]
    right = np.array([1.0, 0.0, a]) / np.sqrt(1.0 + a * a)
    normal = np.array([-a, -b, 1.0]) / np.sqrt(1.0 + a * a + b * b)
    down = np.cross(normal, right)
    x, y = view.centre
    lens = np.array([[1.0 / focal_px, 0.0, -x / focal_px], [0.0, 1.0 / focal_px, -y / focal_px]])
    h = np.stack([right, down, np.array([-a, -b, 1.0])]) @ np.vstack([lens, [0.0, 0.0, 1.0]])
    at = np.append(view.anchor, 1.0)
    h /= h[2] @ at
    h[:2] -= np.outer(h[:2] @ at, h[2])
    step = h[:2, 0]  # of the picture's x axis, since the anchor is at the origin
    cos, sin = step / np.linalg.norm(step)
    size = np.exp(theta[3]) / np.sqrt(abs(np.linalg.det(h[:2, :2])))
    h[:2] = size * np.array([[cos, sin], [-sin, cos]]) @ h[:2]
    return np.asarray(h, dtype=np.float64)
