"""Picture of a printed page: a fine raster of the page, mapped by a homography."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.noise import FloatImage

INK, PAPER, TABLE = 32.0, 218.0, 120.0
"""Grey values of toner, of matte paper and of the table below, in normal light."""
_PARTS = 4  # of a pixel along each axis
_STRIPE_PX = 256  # rows of the picture at a time


def printed_page(
    page: NDArray[np.uint8],
    mm_per_dot: float,
    homography: Floats,
    width_px: int,
    height_px: int,
) -> FloatImage:
    """Return the page as seen by ideal square pixels, as a surface for `photograph`.

    Each pixel is the mean of 4 x 4 samples over its area; the page is interpolated bilinearly. The
    dots of the page should not be much larger than a quarter of a pixel.

    Args:
        page: (H, W) grey, 0 for ink and 255 for paper.
        mm_per_dot: Size of a dot of the page.
        homography: (3, 3) from px of the picture to mm of the page; the origin of the page is the
            outer corner of the top-left dot.
        width_px: Columns of the picture.
        height_px: Rows of the picture.

    Returns:
        (height_px, width_px, 3) float32, `INK` to `PAPER`, and `TABLE` outside the page.
    """
    # From samples to pixels, and from mm to dots; the origin is the centre of the first element.
    part = np.array(
        [[1 / _PARTS, 0, 0.5 / _PARTS - 0.5], [0, 1 / _PARTS, 0.5 / _PARTS - 0.5], [0, 0, 1]]
    )
    dots = np.array([[1 / mm_per_dot, 0, -0.5], [0, 1 / mm_per_dot, -0.5], [0, 0, 1]])
    surface = np.empty((height_px, width_px, 3), np.float32)
    outside = 255.0 * (TABLE - INK) / (PAPER - INK)
    for top in range(0, height_px, _STRIPE_PX):
        rows = min(_STRIPE_PX, height_px - top)
        down = np.array([[1, 0, 0], [0, 1, top * _PARTS], [0, 0, 1]])
        seen = cv2.warpPerspective(
            page,
            dots @ homography @ part @ down,
            (width_px * _PARTS, rows * _PARTS),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderValue=outside,
        )
        grey = seen.reshape(rows, _PARTS, width_px, _PARTS).mean(axis=(1, 3), dtype=np.float32)
        surface[top : top + rows] = (INK + grey * np.float32((PAPER - INK) / 255.0))[:, :, None]
    return surface
