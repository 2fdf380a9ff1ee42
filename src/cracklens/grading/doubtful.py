"""Where a width may lie once the faults of its photograph and its scale are reckoned with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cracklens.grading.probability import classes_between
from cracklens.grading.resolution import too_coarse
from cracklens.measurement import Quantity
from cracklens.measurement.doubt import Doubt
from cracklens.measurement.quantity import COVERAGE_FACTOR
from cracklens.photos.scale.boundary import listed, millimetres, resolved_mm


@dataclass(frozen=True, slots=True)
class DoubtfulWidth:
    """The greatest width of a crack, as one photograph shows it.

    Attributes:
        measured_mm: as measured, with its own uncertainty.
        mm_per_px: of the photograph; None for a width that was measured by other means.
        doubt: what faults of the photograph leave open; None without faults.
    """

    measured_mm: Quantity
    mm_per_px: float | None = None
    doubt: Doubt | None = None

    @property
    def reach_mm(self) -> float:
        """By how much faults of the photograph may shift the width; 0 without, may be infinite."""
        if self.doubt is None or self.mm_per_px is None:
            return 0.0
        return self.doubt.reach_px * self.mm_per_px

    @property
    def widened_mm(self) -> Quantity:
        """The width with the uncertainty that faults add; as measured where that is unbounded."""
        if self.doubt is None or not 0 < self.reach_mm < math.inf:
            return self.measured_mm
        added = {self.doubt.named: self.reach_mm / COVERAGE_FACTOR}
        return Quantity(self.measured_mm.value, {**self.measured_mm.contributions, **added})

    @property
    def interval_mm(self) -> tuple[float, float]:
        """Where the width lies with 95 % probability, scale and faults reckoned with.

        It begins at 0 where the lens draws any finer line as wide.
        """
        if math.isinf(self.reach_mm):
            return 0.0, math.inf
        low, high = self.widened_mm.interval
        if self.doubt and self.mm_per_px is not None:
            unresolved_mm = self.doubt.least_px * self.mm_per_px
            if self.measured_mm.value < unresolved_mm:
                low = 0.0
        return low, high

    def span(self, boundaries_mm: Sequence[float]) -> tuple[int, int]:
        """Return the first and the last class between boundaries that the width may lie in."""
        low, high = self.interval_mm
        if self.mm_per_px is not None and self.too_coarse(boundaries_mm):
            low, high = 0.0, max(high, resolved_mm(self.mm_per_px))
        return classes_between(low, high, boundaries_mm)

    def too_coarse(self, boundaries_mm: Sequence[float]) -> str | None:
        """Return why the scale does not place the width, as `resolution.too_coarse`."""
        if self.mm_per_px is None:
            return None
        return too_coarse(self.measured_mm, boundaries_mm, self.mm_per_px)

    def too_doubtful(self, boundaries_mm: Sequence[float]) -> str | None:
        """Return why faults of the photograph leave the class open, and what helps; else None."""
        if self.doubt is None or self.mm_per_px is None:
            return None
        low, high = self.interval_mm
        first, last = classes_between(low, high, boundaries_mm)
        if first == last:
            return None
        edges = [millimetres(edge) for edge in boundaries_mm[first:last]]
        where = (
            "so that its width is not known"
            if math.isinf(high)
            else f"so that its width may be {low:.2f} to {high:.2f} mm, on either side of "
            f"{listed(edges)} mm"
        )
        return (
            f"the photograph does not serve to measure this crack: {self.doubt.named}, {where}. "
            f"{' '.join(self.doubt.advice)}"
        ).rstrip()

    def although(self, boundaries_mm: Sequence[float]) -> str:
        """Return what to add to a state that stands in spite of faults; empty without faults."""
        if self.doubt is None or self.mm_per_px is None:
            return ""
        first, last = classes_between(*self.interval_mm, boundaries_mm)
        why = (
            "the doubt is smaller than the distance to the boundary"
            if first == last
            else "the spacing decides"
        )
        return f" although {self.doubt.named}: {why}"
