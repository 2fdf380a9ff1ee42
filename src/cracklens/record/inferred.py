"""Parts of a crack that were not seen: their length, and what lies on them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.types import Floats

_ON_LINE_PX = 1.5
"""Stations are up to half a pixel beside the simplified polyline, and as far along it."""


def inferred_length_px(points_px: Floats, inferred: Sequence[tuple[int, int]]) -> float:
    """Return the length of the parts of a polyline that were not seen.

    Args:
        points_px: (N, 2) x, y.
        inferred: first and last index of the points of each part.

    >>> inferred_length_px(np.array([[0.0, 0.0], [10.0, 0.0], [14.0, 3.0]]), [(1, 2)])
    5.0
    """
    steps = np.hypot(*np.diff(points_px, axis=0).T)
    return float(sum(steps[first:last].sum() for first, last in inferred))


def is_inferred(
    places_px: Floats, points_px: Floats, inferred: Sequence[tuple[int, int]]
) -> NDArray[np.bool_]:
    """Return whether places along a polyline lie on a part that was not seen, (M,).

    Args:
        places_px: (M, 2) x, y, at most 1.5 px from the polyline; others are seen.
        points_px: (N, 2) x, y of the polyline.
        inferred: first and last index of the points of each part.

    >>> line = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
    >>> is_inferred(np.array([[3.0, 0.4], [15.0, 0.4]]), line, [(1, 2)]).tolist()
    [False, True]
    """
    places = np.asarray(places_px, dtype=np.float64).reshape(-1, 2)
    unseen = np.zeros(len(points_px) - 1, dtype=bool)
    for first, last in inferred:
        unseen[first:last] = True
    if not unseen.any() or not len(places):
        return np.zeros(len(places), dtype=bool)
    away = np.stack([_distance(places, a, b) for a, b in pairwise(points_px)])
    to_unseen = away[unseen].min(axis=0)
    to_seen = away[~unseen].min(axis=0) if not unseen.all() else np.full(len(places), np.inf)
    found: NDArray[np.bool_] = (to_unseen <= _ON_LINE_PX) & (to_unseen < to_seen)
    return found


def _distance(places: Floats, start: Floats, end: Floats) -> Floats:
    step = end - start
    square = float(step @ step)
    share = np.clip((places - start) @ step / square, 0, 1) if square else np.zeros(len(places))
    found: Floats = np.hypot(*(places - start - share[:, None] * step).T)
    return found
