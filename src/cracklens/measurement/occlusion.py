"""Parts of a profile that are covered by another crack, a fork, or a bend of the same crack."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.measurement.stations import Floats, Ints, Rows

_BESIDE_PX = 1.5  # distance by which blur spreads the darkness of a line beyond its edge
_FARTHEST_PX = 80.0  # largest search distance for other lines


def exclude_other_lines(
    rows: Rows, across_px: Floats, weight: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the weights with samples on other lines set to 0, and where other lines merge.

    Args:
        rows: All lines; the stations are `rows.stations`.
        across_px: (N, K) distance of the samples from the centreline.
        weight: (N, K).

    Returns:
        (N, K) weights, 0 on other lines; and (N,) True where another line meets this one, so that
        the crack does not have two edges.
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
    """Return pairs of near stations of different lines, in both orders."""
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
    # Two stations of one line count as different lines only if the line bends back between them.
    foreign = ~same | (along > 2 * distance + 2 * width + 4.0)
    one, other = one[foreign], other[foreign]
    return np.concatenate([one, other]), np.concatenate([other, one])
