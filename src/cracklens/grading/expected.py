"""Metres that are expected of lines each of which may be a crack, with their 95 % interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.measurement.quantity import COVERAGE_FACTOR
from cracklens.measurement.types import Floats

_STEPS = 4096
_MOST_EXACT = 1000
"""With more uncertain lines the sum is taken as normal; each of them is then a small part of it."""
_TAIL = 0.025
_REACH = 4.0  # standard deviations of the lengths beside the sum of the lines


@dataclass(frozen=True, slots=True)
class Expected:
    """A sum of lengths of lines that may be cracks.

    Attributes:
        value: its expectation, the sum of probability times length.
        low: lower end of the 95 % interval, at least 0.
        high: upper end.
    """

    value: float
    low: float
    high: float


def expected(
    lengths: Sequence[float] | Floats,
    probabilities: Sequence[float] | Floats,
    standards: Sequence[float] | Floats | None = None,
    common: Sequence[float] | Floats | None = None,
    groups: Sequence[int] | None = None,
) -> Expected:
    """Return the expected sum of lengths of lines, each of which counts with a probability.

    Each line is a crack or not, independently of the others, so without uncertain lengths the sum
    of equal lines is a Poisson-binomial variable. Its distribution is computed on a grid of 1/4096
    of the whole length; with more than 1,000 uncertain lines it is taken as normal. The uncertainty
    of the lengths is added as a normal variable. Every probability must be right for the interval
    to be.

    Args:
        lengths: (N,) not negative.
        probabilities: (N,) 0 to 1, that the line counts.
        standards: (N,) standard uncertainty of each length, independent of the others.
        common: (N,) standard uncertainty that a line shares with those of its group, as by the
            scale of their photograph.
        groups: (N,) the group of each line; all in one where it is None.

    >>> found = expected([1.0, 2.0], [0.5, 1.0])
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (2.5, 2.0, 3.0)
    """
    length = np.asarray(lengths, dtype=np.float64)
    share = np.asarray(probabilities, dtype=np.float64)
    value = float(share @ length)
    if not len(length) or value <= 0:
        return Expected(0.0, 0.0, 0.0)
    spread = math.sqrt(_length_variance(share, standards, common, groups))
    open_ = (share > 0) & (share < 1) & (length > 0)
    fixed = float(length[share >= 1].sum())
    if open_.sum() > _MOST_EXACT:
        chance = float((share * (1 - share) * length**2)[open_].sum())
        reach = COVERAGE_FACTOR * math.hypot(spread, math.sqrt(chance))
        low, high = value - reach, value + reach
    else:
        low, high = _quantiles(length[open_], share[open_], fixed, spread)
    return Expected(value, max(0.0, min(low, value)), max(high, value))


def _length_variance(
    share: Floats,
    standards: Sequence[float] | Floats | None,
    common: Sequence[float] | Floats | None,
    groups: Sequence[int] | None,
) -> float:
    """Return the variance that uncertain lengths add to the sum over the lines that count."""
    found = 0.0
    if standards is not None:
        found += float(share @ np.asarray(standards, dtype=np.float64) ** 2)
    if common is not None:
        parts = np.asarray(common, dtype=np.float64)
        places = np.zeros(len(share), dtype=np.int64) if groups is None else np.asarray(groups)
        found += float((np.bincount(places, share * parts) ** 2).sum())
        found += float((share * (1 - share)) @ parts**2)
    return found


def _quantiles(length: Floats, share: Floats, fixed: float, spread: float) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % quantile of fixed + sum of lines + normal of a spread."""
    if not len(length):
        return fixed - COVERAGE_FACTOR * spread, fixed + COVERAGE_FACTOR * spread
    whole = float(length.sum())
    step = (whole + 2 * _REACH * spread) / _STEPS
    steps = np.rint(length / step).astype(np.int64)
    mass = np.zeros(int(steps.sum()) + 1)
    mass[0] = 1.0
    last = 0
    for count, p in zip(steps.tolist(), share.tolist(), strict=True):
        counted = mass[: last + 1] * p
        mass[: last + 1] *= 1 - p
        mass[count : last + count + 1] += counted
        last += count
    first = 0
    if spread > step / 2:
        reach = math.ceil(_REACH * spread / step)
        at = np.arange(-reach, reach + 1) * step / spread
        kernel = np.exp(-(at**2) / 2)
        mass, first = np.convolve(mass, kernel / kernel.sum()), -reach
    below = np.cumsum(mass)
    low = int(np.searchsorted(below, _TAIL))
    high = int(np.searchsorted(below, 1 - _TAIL))
    return fixed + (first + low) * step, fixed + (first + min(high, len(mass) - 1)) * step
