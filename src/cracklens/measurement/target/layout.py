"""The geometry of the sheet for checking a camera: markers and lines of known width, in mm.

The origin is the top-left corner of an upright A4 page, x to the right and y down. Whoever draws
the sheet and whoever reads a photograph of it take every length from here.

Two choices need a reason. All straight lines are slanted by 2 degrees: along a slanted line the
edge passes through every position between two pixels of the camera and two dots of the printer,
so that neither raster biases the mean (the principle of the slanted edge of ISO 12233). And each
width is there twice, dark on white and light on dark: ink that spreads widens the one as much as
it narrows the other.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = Literal["straight", "curved", "crossing"]
Tone = Literal["dark", "light"]

SHEET_VERSION = 1
"""Printed on the sheet; another geometry takes other markers and another version."""
PAGE_MM = (210.0, 297.0)
"""ISO 216, A4."""
RULER_MM = 100.0
RULER_START_MM = (55.0, 281.0)
DICTIONARY = "DICT_APRILTAG_36H11"
"""Olson (2011), "AprilTag": two of its markers differ in at least 11 bits; none is invented."""
FIRST_MARKER = 560
"""The last of 587, which hardly anybody tapes to a wall."""
MARKER_MM = 12.0
WIDTHS_MM = (0.05, 0.08, 0.10, 0.13, 0.18, 0.23, 0.30, 0.40, 0.60, 0.90, 1.27, 2.0, 3.0, 5.0)
CURVED_MM = (0.10, 0.18, 0.30, 0.60, 1.27)
LATTICE_ACROSS_MM = (0.23, 0.40, 0.90)
LATTICE_DOWN_MM = (0.10, 0.18, 0.30, 0.60)

_SLANT_DEG = 2.0
_LINE_MM = 60.0
_DARK_X_MM, _LIGHT_X_MM, _BAR_MARGIN_MM = 34.0, 116.0, 2.0
_FIRST_ROW_MM, _ROW_GAP_MM, _GUARD_MM = 33.0, 2.0, 3.5
_FIRST_MARKER_MM = 33.0
_COLUMNS_MM, _ROWS, _PITCH_MM = (10.0, 99.0, 188.0), 8, 32.0
_STEP_MM = 0.1  # a chord of this length leaves an arc of 6 mm radius by 0.0002 mm
_WAVE_MM, _AMPLITUDE_MM = 25.0, 2.5
_BLOCK_TOP_MM, _BLOCK_MM = 209.0, 54.0
_CURVED_X_MM, _CURVED_PITCH_MM = 34.0, 13.0
_LATTICE_X_MM, _LATTICE_MM = 116.0, 62.0


@dataclass(frozen=True, slots=True)
class SheetMarker:
    """One marker: its id in `DICTIONARY`, and its corners, (4, 2) mm, clockwise from top left."""

    number: int
    corners_mm: Floats


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of known width.

    Attributes:
        name: unique, such as "dark 0.30" or "crossing 0.18".
        width_mm: full width, perpendicular to the course.
        shape: how it runs.
        tone: dark on white, or light on a dark bar.
        course_mm: (N, 2) centreline.
    """

    name: str
    width_mm: float
    shape: Shape
    tone: Tone
    course_mm: Floats

    @property
    def polygon_mm(self) -> Floats:
        """(2 N, 2) outline, its ends cut square."""
        tangent = np.gradient(self.course_mm, axis=0)
        tangent /= np.hypot(*tangent.T)[:, None]
        half = np.column_stack([-tangent[:, 1], tangent[:, 0]]) * (self.width_mm / 2)
        outline: Floats = np.concatenate([self.course_mm + half, (self.course_mm - half)[::-1]])
        return outline


@dataclass(frozen=True, slots=True)
class Bar:
    """A dark rectangle behind a light line, mm."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is measured on the sheet; `lines` holds each straight width dark, then light."""

    markers: tuple[SheetMarker, ...]
    lines: tuple[SheetLine, ...]
    bars: tuple[Bar, ...]


@cache
def sheet_layout() -> Sheet:
    """Return the geometry of the sheet.

    >>> sheet = sheet_layout()
    >>> len(sheet.markers), len(sheet.lines)
    (24, 40)
    """
    straight, bars = _straight_rows()
    return Sheet(_markers(), (*straight, *_curved(), *_lattice()), bars)


def _markers() -> tuple[SheetMarker, ...]:
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float64) * MARKER_MM
    places = [(x, _FIRST_MARKER_MM + row * _PITCH_MM) for row in range(_ROWS) for x in _COLUMNS_MM]
    return tuple(
        SheetMarker(FIRST_MARKER + index, square + np.array(place))
        for index, place in enumerate(places)
    )


def _straight_rows() -> tuple[list[SheetLine], tuple[Bar, ...]]:
    """Return the pairs, one row for each width, and the bars behind the light ones."""
    lines, bars = [], []
    rise, top = _LINE_MM * math.tan(math.radians(_SLANT_DEG)), _FIRST_ROW_MM
    for width in WIDTHS_MM:
        height = rise + width + 2 * max(_GUARD_MM, width)
        middle = top + height / 2
        bars.append(Bar(_LIGHT_X_MM - _BAR_MARGIN_MM, top, _LINE_MM + 2 * _BAR_MARGIN_MM, height))
        for tone, left in (("dark", _DARK_X_MM), ("light", _LIGHT_X_MM)):
            start, end = (left, middle + rise / 2), (left + _LINE_MM, middle - rise / 2)
            lines.append(_straight(f"{tone} {width:.2f}", width, "straight", tone, start, end))
        top += height + _ROW_GAP_MM
    return lines, tuple(bars)


def _straight(
    name: str,
    width_mm: float,
    shape: Shape,
    tone: str,
    start: tuple[float, float],
    end: tuple[float, float],
) -> SheetLine:
    share = np.linspace(0.0, 1.0, 1 + round(math.dist(start, end)))[:, None]
    course = np.array(start) * (1 - share) + np.array(end) * share
    return SheetLine(name, width_mm, shape, "dark" if tone == "dark" else "light", course)


def _curved() -> list[SheetLine]:
    """Return dark waves that run down the page."""
    down = np.arange(0.0, _BLOCK_MM + _STEP_MM / 2, _STEP_MM)
    aside = _AMPLITUDE_MM * np.sin(2 * math.pi * down / _WAVE_MM)
    return [
        SheetLine(
            f"curved {width:.2f}",
            width,
            "curved",
            "dark",
            np.column_stack(
                [_CURVED_X_MM + 3.0 + index * _CURVED_PITCH_MM + aside, _BLOCK_TOP_MM + down]
            ),
        )
        for index, width in enumerate(CURVED_MM)
    ]


def _lattice() -> list[SheetLine]:
    """Return dark lines that cross each other, those across first."""
    lean = math.tan(math.radians(_SLANT_DEG))
    lines = []
    for index, width in enumerate(LATTICE_ACROSS_MM):
        y = _BLOCK_TOP_MM + _BLOCK_MM * (index + 0.5) / len(LATTICE_ACROSS_MM)
        rise = _LATTICE_MM * lean / 2
        start, end = (_LATTICE_X_MM, y + rise), (_LATTICE_X_MM + _LATTICE_MM, y - rise)
        lines.append(_straight(f"across {width:.2f}", width, "crossing", "dark", start, end))
    for index, width in enumerate(LATTICE_DOWN_MM):
        x = _LATTICE_X_MM + _LATTICE_MM * (index + 0.5) / len(LATTICE_DOWN_MM)
        start = (x - _BLOCK_MM * lean / 2, _BLOCK_TOP_MM)
        end = (x + _BLOCK_MM * lean / 2, _BLOCK_TOP_MM + _BLOCK_MM)
        lines.append(_straight(f"down {width:.2f}", width, "crossing", "dark", start, end))
    return lines
