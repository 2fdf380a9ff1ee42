"""Resizing of a photograph for display, and the positions of its points in the result."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]

LONGEST_SIDE_PX = 16_000  # browsers and viewers open this without problems
_FOUR_TO_THREE = 3 / 4


@dataclass(frozen=True, slots=True)
class Scaled:
    """A resized photograph.

    Attributes:
        pixels: (H, W, 3) uint8 RGB; may share memory with the photograph if the size is the same.
        scale: across and down, pixels of this picture per pixel of the photograph.
    """

    pixels: Pixels
    scale: tuple[float, float]

    def place(self, points_px: object) -> Floats:
        """Return the positions of points of the photograph in this picture, (N, 2) x, y.

        >>> half = Scaled(np.zeros((2, 2, 3), np.uint8), (0.5, 0.5))
        >>> half.place([(0.5, 0.5), (2.5, 0.5)])  # the corner that four pixels share
        array([[0., 0.],
               [1., 0.]])
        """
        return (np.asarray(points_px, dtype=np.float64) + 0.5) * self.scale - 0.5


def shrunk(pixels: Pixels, max_side_px: int) -> Scaled:
    """Return the photograph, reduced to the area of a 4:3 picture of this long side; never larger.

    The limit applies to the area, so that a strip of 200 x 30,000 px keeps its width.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        max_side_px: long side of a 4:3 picture. No side exceeds `LONGEST_SIDE_PX`.
    """
    height_px, width_px = pixels.shape[:2]
    area_px = _FOUR_TO_THREE * max_side_px**2
    scale = min(
        1.0,
        math.sqrt(area_px / (height_px * width_px)),
        LONGEST_SIDE_PX / max(height_px, width_px),
    )
    if scale == 1.0:
        return Scaled(pixels, (1.0, 1.0))
    new_width_px = max(1, math.floor(width_px * scale + 1e-6))
    new_height_px = max(1, math.floor(height_px * scale + 1e-6))
    smaller = cv2.resize(
        np.ascontiguousarray(pixels), (new_width_px, new_height_px), interpolation=cv2.INTER_AREA
    )
    return Scaled(
        np.asarray(smaller, dtype=np.uint8),
        (new_width_px / width_px, new_height_px / height_px),
    )


def enlarged(pixels: Pixels, min_side_px: int) -> Scaled:
    """Return a small photograph with each pixel repeated until its long side is large enough.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        min_side_px: the long side is at least this afterwards.
    """
    times = math.ceil(min_side_px / max(pixels.shape[:2]))
    if times <= 1:
        return Scaled(pixels, (1.0, 1.0))
    return Scaled(pixels.repeat(times, axis=0).repeat(times, axis=1), (float(times), float(times)))
