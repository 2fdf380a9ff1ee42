"""Simplification of polylines within a tolerance, of many lines at once."""

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.mask import Ints
from cracklens.tracing.packed import Packing


def simplified(points_px: Floats, tolerance_px: float) -> Ints:
    """Return the indices of the points of a simplified polyline within the tolerance.

    Douglas and Peucker 1973 (doi:10.3138/FM57-6770-U75U-7727). The first and the last point are
    kept. `cv2.approxPolyDP` is not used: it merges more points and may exceed the tolerance.

    >>> simplified(np.array([[0.0, 0.0], [1.0, 0.1], [2.0, 0.0], [2.0, 5.0]]), 0.5).tolist()
    [0, 2, 3]
    """
    last = np.array([len(points_px) - 1])
    return np.flatnonzero(kept_points(points_px, np.zeros(1, np.int64), last, tolerance_px))


def kept_points(
    points_px: Floats, first: Ints, last: Ints, tolerance_px: float
) -> NDArray[np.bool_]:
    """Return which points the simplified lines keep, (N,).

    All parts of all lines are halved in the same round, so that the number of rounds is that of the
    line with the most levels.

    Args:
        points_px: (N, 2) x, y of all lines.
        first: (S,) index of the first point of each line.
        last: (S,) index of the last one.
        tolerance_px: largest distance of a point that is left out.
    """
    if tolerance_px <= 0:
        return np.ones(len(points_px), bool)
    kept = np.zeros(len(points_px), bool)
    kept[first] = kept[last] = True
    while True:
        long = last - first > 1
        first, last = first[long], last[long]
        if not first.size:
            return kept
        inner = Packing.of(last - first - 1)
        shift = np.repeat(first + 1 - inner.first, inner.count)
        place = np.arange(len(shift)) + shift
        away = _distance_px(points_px, place, first, last, inner)
        most = np.maximum.reduceat(away, inner.first)
        candidate = np.where(away == np.repeat(most, inner.count), place, len(points_px))
        middle = np.minimum.reduceat(candidate, inner.first)
        far = most > tolerance_px
        kept[middle[far]] = True
        first, last = (
            np.concatenate([first[far], middle[far]]),
            np.concatenate([middle[far], last[far]]),
        )


def _distance_px(points: Floats, place: Ints, first: Ints, last: Ints, inner: Packing) -> Floats:
    """Return the distance of points between two others to the line segment of these."""
    step = points[last] - points[first]
    length_2 = step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1]
    x, y = (points[place] - np.repeat(points[first], inner.count, axis=0)).T
    across, down = np.repeat(step, inner.count, axis=0).T
    whole = np.repeat(np.where(length_2 > 0, length_2, 1.0), inner.count)
    share = np.clip((x * across + y * down) / whole, 0.0, 1.0)
    distance: Floats = np.hypot(x - share * across, y - share * down)
    return distance
