"""What a segmenter is trained to answer on a rendered picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cracklens.synthesis import RenderedCrack

_LEAST_WIDTH_PX = 0.45  # least width of a crack in the mask


def crack_target(
    cracks: Sequence[RenderedCrack], height_px: int, width_px: int
) -> NDArray[np.float32]:
    """Return the share of each pixel under a crack, raised on hairlines to that of 1 px width.

    Args:
        cracks: cracks of one picture.
        height_px: its rows.
        width_px: its columns.

    Returns:
        (height_px, width_px) in [0, 1].
    """
    target = np.zeros((height_px, width_px), np.float32)
    for crack in cracks:
        wide = float(np.clip(np.median(crack.width_px), _LEAST_WIDTH_PX, 1.0))
        under = target[crack.window]
        np.maximum(under, np.minimum(crack.part / np.float32(wide), 1), out=under)
    return target
