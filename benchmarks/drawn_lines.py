"""The centreline of a drawn mask, with and without the spurs of its skeleton.

The edge of a drawn mask is ragged. Its skeleton has a spur to each tooth: on `concrete30` most of
the skeleton is spurs, which no person drew and no crack has.
"""

from typing import Any

import cv2
import numpy as np
from scipy.ndimage import convolve, distance_transform_edt, label
from skimage.morphology import skeletonize

_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]])
_EIGHT = np.ones((3, 3))
_ROUNDS = 6
_FINER, _SMOOTH_PX, _KEPT = 3, 0.8, 0.35


def skeleton(mask) -> Any:  # noqa: ANN001, ANN401
    """Return the skeleton of a mask, (H, W) bool."""
    return skeletonize(mask)


def centreline(mask) -> Any:  # noqa: ANN001, ANN401
    """Return points (N, 2), x, y in pixels of the mask, of its centreline without spurs.

    The edge is smoothed first, on a grid of a third of a pixel, with a standard deviation of 0.8 px
    of the mask; a line of one pixel stays.
    """
    fine = cv2.resize(
        mask.astype(np.float32), None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_NEAREST
    )
    smooth = cv2.GaussianBlur(fine, (0, 0), _SMOOTH_PX * _FINER) > _KEPT
    y, x = np.nonzero(without_spurs(smooth))
    return (np.stack([x, y], axis=1) + 0.5) / _FINER - 0.5


def without_spurs(mask) -> Any:  # noqa: ANN001, ANN401
    """Return the skeleton without branches that end before they leave the crack.

    A branch from a junction to an end is a spur if it is not longer than the mask is half wide at
    the junction, plus 2 px. What was a junction can then be a bend, so this is done some times.
    """
    lines, half = skeletonize(mask), distance_transform_edt(mask)
    for _ in range(_ROUNDS):
        count = convolve(lines.astype(int), _NEIGHBOURS, mode="constant") * lines
        joints, ends = lines & (count > 2), lines & (count == 1)
        branches, number = label(lines & ~joints, _EIGHT)
        near_joint = convolve(joints.astype(int), _EIGHT, mode="constant") > 0
        size = np.bincount(branches.ravel(), minlength=number + 1)
        reach = np.zeros(number + 1)
        wide = np.where(joints, half, 0.0)
        around = np.max(
            [np.roll(wide, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)], axis=0
        )
        np.maximum.at(reach, branches[near_joint], around[near_joint])
        has_end = np.zeros(number + 1, bool)
        has_end[branches[ends]] = True
        spur = has_end & (reach > 0) & (size <= reach + 2)
        spur[0] = False
        if not spur.any():
            break
        lines = skeletonize(lines & ~spur[branches])
    return lines
