"""From single lines to bias and scatter by width, with the ink kept apart where that is possible.

A line printed dark on white is wider than drawn where ink spreads, the same line left light in a
dark bar is narrower by as much. The mean of both is free of it:

    even = (bias of the dark line + bias of the light line) / 2
    odd  = (bias of the dark line - bias of the light line) / 2

Blur makes thin lines of either tone look wide: it is even, and the camera's. But a tone curve moves
edges towards one tone, as ink does: it is odd, and no photograph tells the two apart. The share of
the odd part that is the camera's is anything from none to all of it, each as likely; so half of it
is taken as the camera's, with the standard uncertainty of a rectangular distribution of that width,
|odd| / sqrt(12) (GUM, 4.3.7). Nor does a small odd part prove that both are small: ink that spread
hides a tone curve that narrows dark lines. So the print is never taken for truer than one dot on
either side of a line. True widths read with a loupe end both doubts.

Below 3 px two lines of one width do not answer to a shift of their edges as wider lines do, and ink
may have closed the light one. There the odd part of the wider lines is taken: ink spreads as far at
any line. What is left of the dark line's bias counts as the camera's.
"""

import math
from collections.abc import Collection, Sequence

import numpy as np

from cracklens.measurement.target.result import LineCheck, WidthCheck

_RESOLVED_PX = 3.0
_PRINT_MM = 2 * 25.4 / 1200
"""By how much a printed line may be wider than drawn: one dot of 1,200 per inch on either side."""


def by_width(lines: Sequence[LineCheck], *, separated: Collection[float]) -> list[WidthCheck]:
    """Return bias and scatter of each nominal width, of the dark lines that cracks are like.

    Args:
        lines: as measured.
        separated: nominal widths whose true width is known, so that ink plays no part.
    """
    measured = [line for line in lines if line.bias_px is not None]
    between_px = _between_lines_px([line for line in measured if line.tone == "dark"])
    odds = {
        line.nominal_mm: odd for line in measured if (odd := _odd_px(line, measured)) is not None
    }
    resolved = {line.nominal_mm for line in measured if line.true_px >= _RESOLVED_PX} & set(odds)
    usual = float(np.median([odds[each] for each in resolved or odds])) if odds else 0.0
    rows = []
    for nominal in sorted({line.nominal_mm for line in measured if line.tone == "dark"}):
        dark = [line for line in measured if line.tone == "dark" and line.nominal_mm == nominal]
        odd = odds[nominal] if nominal in resolved else usual
        odd = 0.0 if nominal in separated else odd
        print_mm = 0.0 if nominal in separated else _PRINT_MM
        rows.append(_width(nominal, dark, odd, between_px, print_mm))
    return rows


def _width(
    nominal: float, dark: Sequence[LineCheck], odd_px: float, between_px: float, print_mm: float
) -> WidthCheck:
    counts = np.array([line.stations for line in dark], dtype=np.float64)

    def mean(values: Sequence[float | None]) -> float:
        return float(np.average(np.array(values, dtype=np.float64), weights=counts))

    def spread(values: Sequence[float | None], biases: Sequence[float | None]) -> float:
        """Return the standard deviation of all stations about their common mean."""
        scatter, bias = np.array(values, np.float64), np.array(biases, np.float64)
        total = np.average(scatter**2 + bias**2, weights=counts)
        return math.sqrt(max(total - np.average(bias, weights=counts) ** 2, 0.0))

    dark_px = mean([line.bias_px for line in dark])
    scatter_px = spread([line.scatter_px for line in dark], [line.bias_px for line in dark])
    single = mean([(line.scatter_px or 0.0) ** 2 for line in dark])
    stated = mean([(line.stated_px or 0.0) ** 2 for line in dark])
    true_px = mean([line.true_px for line in dark])
    local = mean([line.true_mm / line.true_px for line in dark])
    bias_px = dark_px - odd_px / 2
    doubt_px2 = (odd_px**2 + (print_mm / local) ** 2) / 12
    return WidthCheck(
        nominal_mm=nominal,
        true_mm=mean([line.true_mm for line in dark]),
        true_px=true_px,
        stations=int(counts.sum()),
        mean_mm=mean([line.mean_mm for line in dark]),
        mean_px=true_px + dark_px,
        even_px=dark_px - odd_px,
        odd_px=odd_px,
        bias_px=bias_px,
        bias_mm=bias_px * local,
        scatter_px=scatter_px,
        scatter_mm=scatter_px * local,
        left_px=math.sqrt(max(single - stated, 0.0) + between_px**2 + doubt_px2),
    )


def _odd_px(line: LineCheck, lines: Sequence[LineCheck]) -> float | None:
    """Return half of the difference between a straight dark line and its light partner."""
    if line.tone != "dark" or line.shape != "straight" or line.bias_px is None:
        return None
    for other in lines:
        if other.tone == "light" and other.nominal_mm == line.nominal_mm:
            return (line.bias_px - (other.bias_px or 0.0)) / 2
    return None


def _between_lines_px(dark: Sequence[LineCheck]) -> float:
    """Return how much lines of one width differ in their means, over all widths."""
    groups = [
        [line.bias_px for line in dark if line.nominal_mm == nominal and line.bias_px is not None]
        for nominal in {line.nominal_mm for line in dark}
    ]
    several = [group for group in groups if len(group) > 1]
    freedom = sum(len(group) - 1 for group in several)
    if not freedom:
        return 0.0
    squares = sum(float(np.var(group)) * len(group) for group in several)
    return math.sqrt(squares / freedom)
