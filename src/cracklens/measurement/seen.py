"""Widths at the stations of all cracks in pixels: what is kept to measure again without pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.stations import Floats, Ints


@dataclass(frozen=True, slots=True)
class SeenWidths:
    """Widths at N stations of C cracks, with all that the pixels say of them.

    Nothing here depends on the scale, the camera or the context. What follows from these arrays is
    the same as what follows from the photograph.

    Attributes:
        points_px: (N, 2) x, y of the stations, on the smoothed centrelines.
        ahead: (N, 2) unit tangents.
        along_px: (N,) distance from the start of the branch.
        branch: (N,) number of the branch, counted over all cracks.
        crack: (N,) number of the crack.
        width_px: (N,) NaN where unmeasured.
        method: (N,) uint8, see `cracklens.measurement.types`.
        mask_px: (N,) standard uncertainty of the widths from the mask; 0 elsewhere.
        fit_px: (N,) standard uncertainty from the residuals of the profile.
        blur_px: (N,) standard uncertainty from the blur.
        depth_px: (N,) standard uncertainty from the depth.
        unevenness: (N,) variation of the darkness inside the crack, as a share of the depth.
        lost_px: (C,) length that each crack loses under another smoothing, see
            `cracklens.measurement.length.lost_length`.
        edge_px: (C,) how soft the edges of each crack are; NaN where that cannot be seen.
        spread: (2,) sigma in px and sharpening of an edge, in the whole photograph; NaN if they
            were not kept.
        spread_covariance: (2, 2) of the logarithm of sigma, and of the sharpening.
    """

    points_px: Floats
    ahead: Floats
    along_px: Floats
    branch: Ints
    crack: Ints
    width_px: Floats
    method: NDArray[np.uint8]
    mask_px: Floats
    fit_px: Floats
    blur_px: Floats
    depth_px: Floats
    unevenness: Floats
    lost_px: Floats
    edge_px: Floats
    spread: Floats
    spread_covariance: Floats
