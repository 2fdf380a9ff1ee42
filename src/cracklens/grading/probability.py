"""Probability of the classes of a measured value, from its normal distribution cut off at 0."""

import bisect
import math
from collections.abc import Sequence

from cracklens.measurement import Quantity

_LEAST_STANDARD = 1e-9
"""Stands in for an uncertainty of 0: a value on a boundary then belongs half to either side."""


def class_probabilities(quantity: Quantity, boundaries: Sequence[float]) -> tuple[float, ...]:
    """Return the probability of each class between rising boundaries; they sum to 1.

    The value is taken as normal with its combined standard uncertainty (GUM, JCGM 100:2008, G.2.1),
    cut off at 0, since a width or a spacing is not negative.

    Args:
        quantity: value and uncertainty, not negative.
        boundaries: rising, above 0, in the unit of the value.

    >>> [round(p, 2) for p in class_probabilities(Quantity(0.30, {"fit": 0.05}), [0.3, 1.27])]
    [0.5, 0.5, 0.0]
    """
    below = [_below(quantity, edge) for edge in boundaries]
    return tuple(high - low for low, high in zip([0.0, *below], [*below, 1.0], strict=True))


def class_range(quantity: Quantity, boundaries: Sequence[float]) -> tuple[int, int]:
    """Return the first and the last class that the 95 % interval touches.

    An end that lies on a boundary touches both classes.

    >>> class_range(Quantity(0.30, {"fit": 0.05}), [0.3, 1.27])
    (0, 1)
    """
    return classes_between(*quantity.interval, boundaries)


def classes_between(low: float, high: float, boundaries: Sequence[float]) -> tuple[int, int]:
    """Return the first and the last class that an interval touches.

    >>> classes_between(0.0, math.inf, [0.3, 1.27])
    (0, 2)
    """
    return bisect.bisect_left(boundaries, low), bisect.bisect_right(boundaries, high)


def worse_of(first: Sequence[float], second: Sequence[float]) -> tuple[float, ...]:
    """Return the probabilities of the worse of two independent classes on the same ladder.

    P(worse <= k) = P(first <= k) P(second <= k).

    >>> worse_of([0.5, 0.5], [0.5, 0.5])
    (0.25, 0.75)
    """
    shares, total, so_far = [], 0.0, [0.0, 0.0]
    for pair in zip(first, second, strict=True):
        so_far = [min(sum_ + p, 1.0) for sum_, p in zip(so_far, pair, strict=True)]
        shares.append(so_far[0] * so_far[1] - total)
        total = so_far[0] * so_far[1]
    return tuple(shares)


def _below(quantity: Quantity, edge: float) -> float:
    """Return the probability that the true value, which is not negative, lies below an edge."""
    standard = max(quantity.standard, _LEAST_STANDARD)
    negative = _normal(-quantity.value / standard)
    return min(max((_normal((edge - quantity.value) / standard) - negative) / (1 - negative), 0), 1)


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))
