"""What covers part of a profile: another crack, a fork, a turn of the same crack."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.measurement.stations import Floats, Ints, Rows

_BESIDE_PX = 1.5  # that blur carries the darkness of another line beyond its edge
_FARTHEST_PX = 80.0  # of another line that is looked for


def clear_of_others(
    rows: Rows, across_px: Floats, weight: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the weights without what other lines cover, and where they merge with the own one.

    Args:
        rows: All lines; the stations are `rows.stations`.
        across_px: (N, K) distance of the samples from the centreline.
        weight: (N, K).

    Returns:
        (N, K) weights, 0 on other lines; and (N,) True where another line meets this one, so that
        there are no two edges to measure between.
    """
    stations = rows.stations
    weight, merged = weight.copy(), np.zeros(len(stations), bool)
    if not len(stations):
        return weight, merged
    one, other = _near_pairs(rows, across_px)
    away = rows.points_px[stations[other]] - rows.points_px[stations[one]]
    beside = np.abs((away * rows.ahead[stations[one]]).sum(axis=1))
    across = (away * rows.aside[stations[one]]).sum(axis=1)
    width, own = rows.mask_px[stations[other]], rows.mask_px[stations[one]]
    meets = beside <= np.maximum(width / 2 + _BESIDE_PX, 2.0)
    one, across, width, own = one[meets], across[meets], width[meets], own[meets]
    merged[one[np.abs(across) < (width + own) / 2 + _BESIDE_PX]] = True
    order = np.argsort(one, kind="stable")
    one, across, width = one[order], across[order], width[order]
    if len(one):
        covered = np.abs(across_px[one] - across[:, None]) < (width / 2 + _BESIDE_PX)[:, None]
        first = np.flatnonzero(np.diff(one, prepend=-1))
        weight[one[first]] *= ~np.logical_or.reduceat(covered, first, axis=0)
    return weight, merged


def _near_pairs(rows: Rows, across_px: Floats) -> tuple[Ints, Ints]:
    """Return pairs of stations of lines that come near, each station first and second once."""
    stations = rows.stations
    reach = across_px[:, -1] + rows.mask_px[stations] / 2 + _BESIDE_PX
    tree = cKDTree(rows.points_px[stations])
    pairs = tree.query_pairs(min(float(reach.max()), _FARTHEST_PX), output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    apart = rows.points_px[stations[one]] - rows.points_px[stations[other]]
    distance = np.hypot(apart[:, 0], apart[:, 1])
    along = np.abs(rows.along_px[stations[one]] - rows.along_px[stations[other]])
    width = np.maximum(rows.mask_px[stations[one]], rows.mask_px[stations[other]])
    same = rows.branch[stations[one]] == rows.branch[stations[other]]
    # Along one line the distance is nearly the length between, but where it turns back.
    foreign = ~same | (along > 2 * distance + 2 * width + 4.0)
    one, other = one[foreign], other[foreign]
    return np.concatenate([one, other]), np.concatenate([other, one])
