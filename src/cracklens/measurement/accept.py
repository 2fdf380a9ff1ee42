"""Acceptance tests for widths from grey levels, and replacement of rejected ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from cracklens.measurement.estimate import Estimate
from cracklens.measurement.length import lost_length
from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.stations import Floats
from cracklens.measurement.types import BY_MASK, BY_PROFILE, UNMEASURED
from cracklens.tracing.crack import Crack

_LEAST_CORE = 0.85  # visible share of the inside of the crack
_LEAST_BESIDE_PX = 1.5  # visible concrete on each side
_LEAST_DEPTH = 0.04  # share of the brightness of the concrete
_LEAST_DEPTH_TO_NOISE = 4.0
_LEAST_DEPTH_SHARE = (
    0.4  # share of the depth of the crack; below it, the crack is filled or covered
)
_FARTHEST_OFF = 0.6  # offset from the centreline: this share of the mask's width, plus 2 px
_MASK_SHARE, _MASK_PX = 0.6, 1.5  # allowed difference of mask and profile, after their common ratio
_OUTLIER = 5.0  # robust standard deviations from the median of the neighbours
_NEIGHBOURS = 11  # stations: 33 px
_FEW = 8
_MASK_STANDARD, _MASK_LEAST_PX = 0.15, 0.4  # standard uncertainty of a mask width: share plus px


def accept_widths(estimate: Estimate, cracks: Sequence[Crack]) -> SeenWidths:
    """Return the accepted widths; rejected ones are replaced by the width of the mask.

    A station is unmeasured if another line merges with the crack or if too little of its inside
    is visible. The width of the mask is used if the profile is too faint, filled, off the line, or
    differs too much from its neighbours or from the mask. It is multiplied by the median ratio of
    profile to mask width of the same crack.
    """
    rows = estimate.rows
    stations = rows.stations
    mask, crack = rows.mask_px[stations], rows.crack[stations]
    branch = rows.branch[stations]
    hidden = estimate.merged | (estimate.core < _LEAST_CORE)
    good = ~hidden & _plausible(estimate, mask, crack)
    ratio, scatter = _mask_ratio(estimate.width_px, mask, crack, good)
    expected = ratio * mask
    good &= np.abs(estimate.width_px - expected) < _MASK_SHARE * expected + _MASK_PX
    good &= ~_outliers(estimate.width_px, estimate.fit_px, branch, good)
    ratio, scatter = _mask_ratio(estimate.width_px, mask, crack, good)
    expected = ratio * mask
    method = np.full(len(mask), BY_MASK, np.uint8)
    method[good], method[hidden] = BY_PROFILE, UNMEASURED
    width = np.where(good, estimate.width_px, expected)
    width[hidden] = np.nan
    return SeenWidths(
        points_px=rows.points_px[stations],
        ahead=rows.ahead[stations],
        along_px=rows.along_px[stations],
        branch=branch,
        crack=crack,
        width_px=width,
        method=method,
        mask_px=np.where(method == BY_MASK, scatter, 0.0),
        fit_px=estimate.fit_px,
        blur_px=estimate.blur_px,
        depth_px=estimate.depth_px,
        unevenness=estimate.unevenness,
        lost_px=np.array(
            [lost_length([branch.points_px for branch in one.branches]) for one in cracks]
        ),
        edge_px=estimate.edge_px,
        spread=np.array([estimate.common.spread.sigma_px, estimate.common.spread.sharpening]),
        spread_covariance=estimate.common.covariance[:2, :2].astype(np.float64),
    )


def _plausible(estimate: Estimate, mask: Floats, crack: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each profile has the depth, position and visible concrete of a crack."""
    depth, expected = estimate.depth, estimate.common.depth[crack]
    plausible: NDArray[np.bool_] = (
        (estimate.beside_px > _LEAST_BESIDE_PX)
        & (depth > np.maximum(_LEAST_DEPTH, _LEAST_DEPTH_TO_NOISE * estimate.noise))
        & (depth > _LEAST_DEPTH_SHARE * expected)
        & (np.abs(estimate.off_px) < _FARTHEST_OFF * mask + 2.0)
        & np.isfinite(estimate.width_px)
    )
    return plausible


def _mask_ratio(
    width: Floats, mask: Floats, crack: NDArray[np.int64], good: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the ratio of profile to mask width, and the uncertainty of the corrected width."""
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


def _outliers(
    width: Floats, fit_px: Floats, branch: NDArray[np.int64], good: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which widths are outliers among their neighbours on the branch."""
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
