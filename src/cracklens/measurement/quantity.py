"""A measured value with its uncertainty, after the GUM (JCGM 100:2008)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

COVERAGE_FACTOR = 1.96
"""For a 95 % interval of a normal distribution (JCGM 100:2008, table G.1)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value and the standard uncertainties of its sources.

    Attributes:
        value: the best estimate.
        contributions: standard uncertainty of each source, by name, in the unit of the value.
            Sources are assumed to be independent.

    >>> width = Quantity(0.30, {"profile fit": 0.03, "scale": 0.04})
    >>> width.standard, [round(edge, 3) for edge in width.interval]
    (0.05, [0.202, 0.398])
    """

    value: float
    contributions: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def standard(self) -> float:
        """Combined standard uncertainty: the root of the sum of squares (GUM, equation 10)."""
        return math.hypot(*self.contributions.values())

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that contains the true value with 95 % probability; never below 0."""
        reach = COVERAGE_FACTOR * self.standard
        return max(self.value - reach, 0.0), self.value + reach

    def times(self, factor: float, relative: Mapping[str, float] | None = None) -> "Quantity":
        """Return the quantity in another unit.

        Args:
            factor: conversion factor, such as mm per px.
            relative: relative standard uncertainties of the factor, by name.

        >>> Quantity(3.0, {"profile fit": 0.3}).times(0.1, {"scale": 0.01}).contributions
        {'profile fit': 0.03, 'scale': 0.003}
        """
        value = self.value * factor
        scaled = {name: round(u * factor, 12) for name, u in self.contributions.items()}
        for name, share in (relative or {}).items():
            scaled[name] = round(math.hypot(scaled.get(name, 0.0), share * value), 12)
        return Quantity(value, scaled)
