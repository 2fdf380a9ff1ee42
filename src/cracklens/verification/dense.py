"""Points along a branch, one for each pixel of its length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Branch

Floats = NDArray[np.float64]

_LEAST_WEIGHT = 1e-9  # a line may be inferred as a whole


@dataclass(frozen=True, slots=True)
class Dense:
    """Points along a branch.

    Attributes:
        points_px: (N, 2) x, y about 1 px apart.
        width_px: (N,) width of the mask.
        weight: (N,) 1, or almost 0 where the crack was not seen.
    """

    points_px: Floats
    width_px: Floats
    weight: Floats


def dense(branch: Branch) -> Dense:
    """Return points about 1 px apart along a branch."""
    line = branch.points_px
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(2, round(float(along[-1])) + 1))
    points = np.stack([np.interp(at, along, column) for column in line.T], axis=1)
    seen = np.ones(len(at))
    for first, last in branch.inferred:
        seen[(at >= along[first]) & (at <= along[last])] = 0.0
    return Dense(points, np.interp(at, along, branch.width_px), seen + _LEAST_WEIGHT)
