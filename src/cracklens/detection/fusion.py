"""How the answers at several scales become one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def fuse(maps: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Combine the probabilities (H x W each) that a network gives at several scales.

    The highest counts: a hairline is lost in the reduced picture, a wide crack is best seen there,
    and neither must be voted down by the scale that is blind to it.

    >>> fuse([np.float32([[0.1, 0.9]]), np.float32([[0.4, 0.2]])])
    array([[0.4, 0.9]], dtype=float32)
    """
    fused = maps[0]
    for other in maps[1:]:
        fused = np.maximum(fused, other)
    return fused
