"""Scale bar of a round length."""

import math
from dataclasses import dataclass

import numpy as np

from cracklens.record.base import Point
from cracklens.record.measured import ScaleRecord

_MM_PER_M = 1000.0
_STEPS = (5, 2, 1)


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A scale bar: its length in pixels of the photograph, and as text on the wall."""

    length_px: float
    text: str


def scale_bar(scale: ScaleRecord, at_px: Point, most_px: float) -> ScaleBar:
    """Return the longest bar of 1, 2 or 5 times a power of ten that is not longer than `most_px`.

    Args:
        scale: of the photograph.
        at_px: position for the scale, which varies over a tilted photograph.
        most_px: largest length in pixels of the photograph.

    >>> from cracklens.record.measured import ScaleRecord
    >>> scale = ScaleRecord(mm_per_px=0.3, relative_standard=0, source="typed", detail="",
    ...     homography=None, tilt_deg=None, risks=[])
    >>> scale_bar(scale, (0, 0), 800)
    ScaleBar(length_px=666.6666666666667, text='200 mm')
    """
    mm_per_px = mm_per_px_at(scale, at_px)
    most_mm = most_px * mm_per_px
    length_mm = _rounded_down(most_mm)
    text = f"{length_mm / _MM_PER_M:g} m" if length_mm >= _MM_PER_M else f"{length_mm:g} mm"
    return ScaleBar(length_mm / mm_per_px, text)


def pixel_bar(most_px: float) -> ScaleBar:
    """Return the scale bar of a photograph without a scale, in its pixels.

    >>> pixel_bar(130)
    ScaleBar(length_px=100.0, text='100 px')
    """
    length_px = _rounded_down(most_px)
    return ScaleBar(length_px, f"{length_px:g} px")


def _rounded_down(most: float) -> float:
    """Return the greatest of 1, 2 or 5 times a power of ten that is not greater than `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in _STEPS if step * power <= most * (1 + 1e-9))


def mm_per_px_at(scale: ScaleRecord, at_px: Point) -> float:
    """Return the size of a pixel along x at a point, in mm; without a homography the mean scale."""
    if scale.homography is None:
        return scale.mm_per_px
    x, y = at_px
    mapped = np.array(scale.homography) @ np.array([[x - 0.5, x + 0.5], [y, y], [1.0, 1.0]])
    if not (mapped[2] * mapped[2, 0] > 0).all():  # beyond the horizon of the plane
        return scale.mm_per_px
    points_mm = mapped[:2] / mapped[2]
    found = float(np.hypot(*(points_mm[:, 1] - points_mm[:, 0])))
    return found if found > 0 and math.isfinite(found) else scale.mm_per_px
