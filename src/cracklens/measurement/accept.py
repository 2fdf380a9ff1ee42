"""Which widths from grey levels are accepted, and what replaces the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from cracklens.measurement.estimate import Estimate
from cracklens.measurement.stations import Floats
from cracklens.measurement.types import BY_MASK, BY_PROFILE, UNMEASURED

_LEAST_CORE = 0.85  # share of the inside that must be seen
_LEAST_BESIDE_PX = 1.5  # of concrete on either side
_LEAST_DEPTH = 0.04  # of the ground's brightness
_LEAST_DEPTH_TO_NOISE = 4.0
_LEAST_DEPTH_SHARE = 0.4  # of that of its crack: below, it is filled or covered
_FARTHEST_OFF = 0.6  # of the mask's width, and 2 px
_MASK_SHARE, _MASK_PX = 0.6, 1.5  # by which mask and profile may differ after their common ratio
_OUTLIER = 5.0  # robust standard deviations from the median of the neighbours
_NEIGHBOURS = 11  # stations: 33 px
_FEW = 8
_MASK_STANDARD, _MASK_LEAST_PX = 0.15, 0.4  # of the width by the mask: share, and px at least


@dataclass(frozen=True, slots=True)
class AcceptedWidths:
    """Widths that are accepted.

    Attributes:
        estimate: What the grey levels said.
        width_px: (N,) NaN where unmeasured.
        method: (N,) uint8.
        mask_px: (N,) standard uncertainty of those that the mask gave; 0 elsewhere.
    """

    estimate: Estimate
    width_px: Floats
    method: NDArray[np.uint8]
    mask_px: Floats


def accept_widths(estimate: Estimate) -> AcceptedWidths:
    """Return the widths that are accepted, and those of the mask in place of the others.

    Nothing is measured where another line merges with the crack or too little of its inside is
    seen. Where the profile is no crack's (too faint, filled, off the line, unlike its neighbours or
    unlike the mask), the mask's width is taken, corrected by what the profiles of the same crack
    show.
    """
    rows = estimate.rows
    stations = rows.stations
    mask, crack = rows.mask_px[stations], rows.crack[stations]
    branch = rows.branch[stations]
    hidden = estimate.merged | (estimate.core < _LEAST_CORE)
    good = ~hidden & _plausible(estimate, mask, crack)
    ratio, scatter = _against_mask(estimate.width_px, mask, crack, good)
    expected = ratio * mask
    good &= np.abs(estimate.width_px - expected) < _MASK_SHARE * expected + _MASK_PX
    good &= ~_unlike_neighbours(estimate.width_px, estimate.fit_px, branch, good)
    ratio, scatter = _against_mask(estimate.width_px, mask, crack, good)
    expected = ratio * mask
    method = np.full(len(mask), BY_MASK, np.uint8)
    method[good], method[hidden] = BY_PROFILE, UNMEASURED
    width = np.where(good, estimate.width_px, expected)
    width[hidden] = np.nan
    return AcceptedWidths(estimate, width, method, np.where(method == BY_MASK, scatter, 0.0))


def _plausible(estimate: Estimate, mask: Floats, crack: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say where the profile looks like a crack's."""
    depth, expected = estimate.depth, estimate.common.depth[crack]
    plausible: NDArray[np.bool_] = (
        (estimate.beside_px > _LEAST_BESIDE_PX)
        & (depth > np.maximum(_LEAST_DEPTH, _LEAST_DEPTH_TO_NOISE * estimate.noise))
        & (depth > _LEAST_DEPTH_SHARE * expected)
        & (np.abs(estimate.off_px) < _FARTHEST_OFF * mask + 2.0)
        & np.isfinite(estimate.width_px)
    )
    return plausible


def _against_mask(
    width: Floats, mask: Floats, crack: NDArray[np.int64], good: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the ratio of profile to mask at each station, and the uncertainty of the mask then."""
    ratio, scatter = np.ones(len(mask)), np.zeros(len(mask))
    for number in np.unique(crack):
        own = crack == number
        both = own & good
        spread = _MASK_STANDARD * mask[own] + _MASK_LEAST_PX
        if np.count_nonzero(both) >= _FEW:
            shares = width[both] / mask[both]
            ratio[own] = np.median(shares)
            away = np.abs(width[both] - ratio[both] * mask[both])
            spread = np.maximum(spread, 1.48 * np.median(away))
        scatter[own] = spread
    return ratio, scatter


def _unlike_neighbours(
    width: Floats, fit_px: Floats, branch: NDArray[np.int64], good: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which widths stand out from those before and after on their branch."""
    unlike = np.zeros(len(width), bool)
    for number in np.unique(branch):
        own = np.flatnonzero((branch == number) & good)
        if len(own) < _FEW:
            continue
        usual = median_filter(width[own], size=_NEIGHBOURS, mode="nearest")
        away = np.abs(width[own] - usual)
        spread = 1.48 * median_filter(away, size=4 * _NEIGHBOURS + 1, mode="nearest")
        unlike[own] = away > _OUTLIER * np.hypot(spread, fit_px[own]) + 0.1 * usual
    return unlike
