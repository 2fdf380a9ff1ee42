"""How soft the edges of a crack are in the photograph, whatever made them so.

A step under a Gaussian blur s rises from a quarter to three quarters of its height over 1.349 s,
which gives s without a model of the crack. A line much narrower than the blur gives 0.67 s by this;
an even movement over L px across the edge gives 0.37 L; one along the crack gives nothing, as it
does no harm.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.sampling import Profiles

Floats = NDArray[np.float64]

REACH_PX = 24.0
"""On either side of an edge: three times the blur that `photos.fitness` tells."""
_BIN_PX = 1.0
_LEAST_SAMPLES = 8
_USABLE = 0.9
_LEAST_BINS = 5
_PLATEAUS = 5.0, 90.0
_LOW, _RISE_SIGMAS = 0.25, 1.349


def edge_spreads(
    profiles: Profiles, centre: Floats, width: Floats, crack: NDArray[np.int64], cracks: int
) -> Floats:
    """Return the standard deviation of the blur at the edges of each crack, (C,); NaN if not seen.

    All profiles of a crack are laid over each other at the edge, so that noise and texture average
    out. Of the two edges the sharper one counts: a wall of the crack that faces the light softens
    one of them, blur both.

    Args:
        profiles: across the crack at N stations.
        centre: (N,) middle of the crack, px from the centreline.
        width: (N,) between its edges, px.
        crack: (N,) number of the crack of each station.
        cracks: how many there are.
    """
    usable = (profiles.weight > _USABLE) & np.isfinite(width)[:, None]
    found = np.full((2, cracks), np.nan)
    for row, side in enumerate((-1.0, 1.0)):
        outwards = side * (profiles.across_px - centre[:, None]) - width[:, None] / 2
        near = usable & (np.abs(outwards) < REACH_PX) & (outwards > -width[:, None] / 2)
        for number in range(cracks):
            own = near & (crack == number)[:, None]
            found[row, number] = _spread(outwards[own], profiles.grey[own])
    seen = np.isfinite(found).any(axis=0)
    result = np.full(cracks, np.nan)
    result[seen] = np.nanmin(found[:, seen], axis=0)
    return result


def _spread(outwards: Floats, grey: Floats) -> float:
    """Return the spread of one edge from samples at distances from it; NaN if there are too few."""
    place = np.floor((outwards + REACH_PX) / _BIN_PX).astype(np.intp)
    bins = int(2 * REACH_PX / _BIN_PX)
    count = np.bincount(place, minlength=bins)
    known = np.flatnonzero(count >= _LEAST_SAMPLES)
    if len(known) < _LEAST_BINS:
        return math.nan
    level = np.bincount(place, grey, bins)[known] / count[known]
    at = np.bincount(place, outwards, bins)[known] / count[known]
    inside, outside = np.percentile(level, _PLATEAUS)
    height = outside - inside
    if height <= 0:
        return math.nan
    share = (level - inside) / height
    dark = np.flatnonzero(share < _LOW)
    light = np.flatnonzero(share > 1 - _LOW)
    start = int(dark[-1]) if len(dark) else 0
    ends = light[light > start]
    if not len(ends):
        return math.nan
    rise = share[start : ends[0] + 1], at[start : ends[0] + 1]
    low, high = np.interp([_LOW, 1 - _LOW], np.maximum.accumulate(rise[0]), rise[1])
    return float(high - low) / _RISE_SIGMAS
