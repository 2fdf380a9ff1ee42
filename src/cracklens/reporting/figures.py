"""Measured values as text: value, unit, 95 % interval."""

from dataclasses import dataclass

import numpy as np

from cracklens.grading.certainty import is_unlikely
from cracklens.record.inferred import inferred_length_px
from cracklens.record.measured import QuantityRecord
from cracklens.record.schema import CrackRecord, PhotoRecord

MM_PER_M = 1000.0
_MISSING = "not known"
_PX_SORTS_BELOW = 1e12  # values in px are sorted below all values in mm


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as text.

    Attributes:
        text: with its unit, such as "0.42 mm" or "≥ 1.24 m".
        interval: such as "0.35 to 0.49"; empty if unknown.
        sort: sort key of a table: values in mm or m are above those in px.
    """

    text: str
    interval: str
    sort: float

    @property
    def whole(self) -> str:
        """The value with its interval, in one line.

        >>> Figure("0.42 mm", "0.35 to 0.49", 0.42).whole
        '0.42 mm (0.35 to 0.49)'
        """
        return f"{self.text} ({self.interval})" if self.interval else self.text


def share(crack: CrackRecord) -> float:
    """Return the share with which a line counts: its probability of a crack; 1 if not verified."""
    return 1.0 if crack.probability is None else crack.probability


def max_width(crack: CrackRecord) -> Figure:
    """Return the greatest width in the best unit that is known."""
    found = crack.measurement
    if found is None:
        return _traced_px(crack.max_width_px, digits=1)
    if found.max_width_mm is None:
        return _px(found.max_width_px, digits=1)
    return _mm(found.max_width_mm)


def mean_width(crack: CrackRecord) -> Figure:
    """Return the mean width in the best unit that is known."""
    found = crack.measurement
    if found is None:
        return _traced_px(crack.mean_width_px, digits=1)
    if found.mean_width_mm is None:
        return _px(found.mean_width_px, digits=1)
    return _mm(found.mean_width_mm)


def length(crack: CrackRecord) -> Figure:
    """Return the length of all branches in the best known unit; a lower bound is marked."""
    found = crack.measurement
    if found is None:
        figure = _traced_px(crack.length_px, digits=0)
    elif found.length_mm is None:
        figure = _px(found.length_px, digits=0)
    else:
        metres = [edge / MM_PER_M for edge in (found.length_mm.low, found.length_mm.high)]
        value_m = found.length_mm.value / MM_PER_M
        figure = Figure(f"{value_m:,.2f} m", f"{metres[0]:,.2f} to {metres[1]:,.2f}", value_m)
    if is_lower_bound(crack):
        return Figure(f"≥ {figure.text}", figure.interval, figure.sort)
    return figure


def inferred_length(crack: CrackRecord) -> str:
    """Return the length of the parts that were not seen, as text; empty without such parts."""
    found = crack.measurement
    if found and found.inferred_mm:
        return f"{found.inferred_mm / MM_PER_M:,.2f} m"
    length = inferred_px(crack)
    return f"{length:,.0f} px" if length else ""


def inferred_px(crack: CrackRecord) -> float:
    """Return the length of the parts that were not seen, in px."""
    if crack.measurement:
        return crack.measurement.inferred_px
    return sum(
        inferred_length_px(np.asarray(branch.points_px, dtype=np.float64), branch.inferred)
        for branch in crack.branches
    )


def is_lower_bound(crack: CrackRecord) -> bool:
    """Return whether the length is a lower bound."""
    found = crack.measurement
    return crack.touches_border if found is None else found.is_lower_bound


def max_width_mm(crack: CrackRecord) -> float | None:
    """Return the greatest width in mm; None if unknown."""
    found = crack.measurement
    return found.max_width_mm.value if found and found.max_width_mm else None


def length_mm(crack: CrackRecord) -> float | None:
    """Return the length in mm; None if unknown."""
    found = crack.measurement
    return found.length_mm.value if found and found.length_mm else None


def max_width_px(crack: CrackRecord) -> float:
    """Return the measured greatest width in px, or the traced one if it was not measured."""
    return crack.measurement.max_width_px.value if crack.measurement else crack.max_width_px


def mean_width_px(crack: CrackRecord) -> float:
    """Return the measured mean width in px, or the traced one if it was not measured."""
    return crack.measurement.mean_width_px.value if crack.measurement else crack.mean_width_px


def length_px(crack: CrackRecord) -> float:
    """Return the measured length in px, or the traced one if it was not measured."""
    return crack.measurement.length_px.value if crack.measurement else crack.length_px


def orientation_deg(crack: CrackRecord) -> float:
    """Return the measured orientation, or the traced one if it was not measured."""
    return crack.measurement.orientation_deg.value if crack.measurement else crack.orientation_deg


def total_length(photo: PhotoRecord) -> Figure:
    """Return the expected length of all cracks of a photograph; in m if each is known in mm."""
    in_mm = [(length_mm(crack), share(crack)) for crack in photo.cracks]
    known = [value * part for value, part in in_mm if value is not None]
    if known and len(known) == len(in_mm):
        return Figure(f"{sum(known) / MM_PER_M:,.2f} m", "", sum(known) / MM_PER_M)
    return _traced_px(sum(share(crack) * length_px(crack) for crack in photo.cracks), digits=0)


def widest(photo: PhotoRecord) -> CrackRecord | None:
    """Return the widest crack of a photograph; widths in mm have priority over widths in px.

    A line that is more likely something else counts only if there is no other.
    """
    likely = [crack for crack in photo.cracks if not is_unlikely(crack.probability)]
    return max(likely or photo.cracks, key=lambda crack: max_width(crack).sort, default=None)


def other_unit(value: QuantityRecord | None, unit: str, digits: int) -> Figure:
    """Return a measured value in a given unit and number of decimals.

    >>> from cracklens.record.measured import QuantityRecord
    >>> spacing = QuantityRecord(value=812.4, standard=5, low=802.6, high=822.2, contributions={})
    >>> other_unit(spacing, "mm", 0).whole, other_unit(None, "mm", 0).text
    ('812 mm (803 to 822)', 'not known')
    """
    if value is None:
        return Figure(_MISSING, "", -_PX_SORTS_BELOW)
    text = f"{value.value:,.{digits}f}{'' if unit.startswith('°') else ' '}{unit}"
    return Figure(text, f"{value.low:,.{digits}f} to {value.high:,.{digits}f}", value.value)


def two_digits(value: float) -> str:
    """Return a value with two significant digits.

    >>> two_digits(0.1234), two_digits(8.96), two_digits(123.4)
    ('0.12', '9', '123')
    """
    return f"{float(f'{value:.2g}'):g}" if abs(value) < 100 else f"{value:.0f}"  # noqa: PLR2004


def _mm(value: QuantityRecord) -> Figure:
    """Return a width with two decimals; the steps of crack cards are 0.05 mm."""
    return other_unit(value, "mm", 2)


def _px(value: QuantityRecord, digits: int) -> Figure:
    figure = other_unit(value, "px", digits)
    return Figure(figure.text, figure.interval, figure.sort - _PX_SORTS_BELOW)


def _traced_px(value_px: float, digits: int) -> Figure:
    return Figure(f"{value_px:,.{digits}f} px", "", value_px - _PX_SORTS_BELOW)
