"""A slightly oblique view, for pictures and for points."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.noise import FloatImage

_STRIPE_PX = 256


@dataclass(frozen=True)
class Perspective:
    """Mapping of a flat wall to the picture of an oblique camera.

    A point at (u, v) from the picture's middle maps to (u', v') = T (u, v) / (1 + t · (u, v)), with
    rotation and scale T and tilt t.

    Attributes:
        middle_px: x, y of the picture's middle.
        turn: Rotation and scale (a, b): T (u, v) = (a u - b v, b u + a v).
        tilt_per_px: Decrease of the scale along x and y; 0 for a perpendicular view.
    """

    middle_px: tuple[float, float]
    turn: tuple[float, float] = (1.0, 0.0)
    tilt_per_px: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def draw(cls, height_px: int, width_px: int, rng: np.random.Generator) -> Self:
        """Return a random view: rotation up to 2°, scale change up to 6 % across the picture."""
        angle, scale = math.radians(rng.uniform(-2.0, 2.0)), rng.uniform(1.03, 1.08)
        tilt = rng.uniform(-0.06, 0.06, 2)
        return cls(
            middle_px=((width_px - 1) / 2, (height_px - 1) / 2),
            turn=(scale * math.cos(angle), scale * math.sin(angle)),
            tilt_per_px=(float(tilt[0]) / width_px, float(tilt[1]) / height_px),
        )


def warp_points(points_px: Floats, perspective: Perspective) -> Floats:
    """Map points of the wall to the picture.

    Args:
        points_px: (N, 2) x, y.
        perspective: The view.

    Returns:
        (N, 2) float64.
    """
    (a, b), (x0, y0) = perspective.turn, perspective.middle_px
    u, v = points_px[:, 0] - x0, points_px[:, 1] - y0
    below = 1.0 + perspective.tilt_per_px[0] * u + perspective.tilt_per_px[1] * v
    return np.stack([x0 + (a * u - b * v) / below, y0 + (b * u + a * v) / below], axis=1)


def warp(image: FloatImage, perspective: Perspective) -> FloatImage:
    """Return the picture of a wall in that view: bilinear interpolation, repeated border.

    Args:
        image: (H, W) or (H, W, C) float32.
        perspective: The view; points map by `warp_points`.

    Returns:
        An array of the same shape.
    """
    height_px, width_px = image.shape[:2]
    warped = np.empty_like(image)
    (a, b), (x0, y0) = perspective.turn, perspective.middle_px
    tilt_x, tilt_y = perspective.tilt_per_px
    p = (np.arange(width_px) - x0)[None, :]
    for top in range(0, height_px, _STRIPE_PX):
        q = (np.arange(top, min(top + _STRIPE_PX, height_px)) - y0)[:, None]
        # The inverse in closed form: w = T⁻¹ (p, q), then (u, v) = w / (1 - t · w).
        size = a * a + b * b
        u, v = (a * p + b * q) / size, (a * q - b * p) / size
        below = 1.0 - tilt_x * u - tilt_y * v
        warped[top : top + len(q)] = _sampled(image, x0 + u / below, y0 + v / below)
    return warped


def _sampled(image: FloatImage, x_px: Floats, y_px: Floats) -> FloatImage:
    """Return the image at (H', W') subpixel positions."""
    x = np.clip(x_px, 0.0, image.shape[1] - 1.0)
    y = np.clip(y_px, 0.0, image.shape[0] - 1.0)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right = np.minimum(left + 1, image.shape[1] - 1)
    bottom = np.minimum(top + 1, image.shape[0] - 1)
    across, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    if image.ndim > 2:  # noqa: PLR2004
        across, down = across[:, :, None], down[:, :, None]
    upper = image[top, left] + (image[top, right] - image[top, left]) * across
    lower = image[bottom, left] + (image[bottom, right] - image[bottom, left]) * across
    sampled: FloatImage = upper + (lower - upper) * down
    return sampled
