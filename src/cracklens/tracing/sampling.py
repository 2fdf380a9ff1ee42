"""Values of a probability map between its pixels."""

import numpy as np

from cracklens.tracing.crack import Floats
from cracklens.tracing.mask import Bytes


def sample(probability: Bytes, points_px: Floats) -> Floats:
    """Return the bilinear value, 0 to 1, at each point; outside, the value of the nearest border.

    `cv2.remap` is not used, since it is limited to images of 32,767 px along a side.

    Args:
        probability: (H, W) uint8.
        points_px: (..., 2) x, y.

    >>> sample(np.array([[0, 255]], np.uint8), np.array([[0.25, 0.0], [9.0, 9.0]])).tolist()
    [0.25, 1.0]
    """
    height_px, width_px = probability.shape
    x = np.clip(points_px[..., 0], 0, width_px - 1)
    y = np.clip(points_px[..., 1], 0, height_px - 1)
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, bottom = np.minimum(left + 1, width_px - 1), np.minimum(top + 1, height_px - 1)
    across, down = x - left, y - top
    upper = probability[top, left] * (1 - across) + probability[top, right] * across
    lower = probability[bottom, left] * (1 - across) + probability[bottom, right] * across
    values: Floats = (upper * (1 - down) + lower * down) / 255
    return values
