"""The geometry of the sheet for checking a camera: markers and lines of known width, in mm.

The origin is the top-left corner of the upright sheet, x to the right and y down. Whoever draws
the sheet and whoever reads a photograph of it take every length from here. What fits on which paper
stands in `papers`.

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

from cracklens.measurement.target.papers import (
    PAPERS,
    Block,
    MarkerGrid,
    Paper,
    PaperName,
    StraightRows,
)

Floats = NDArray[np.float64]
Shape = Literal["straight", "curved", "crossing"]
Tone = Literal["dark", "light"]

SHEET_VERSION = 1
"""Printed on the sheet; another geometry takes other markers and another version."""
PAGE_MM = PAPERS["a4"].page_mm
RULER_START_MM, RULER_MM = PAPERS["a4"].ruler.start_mm, PAPERS["a4"].ruler.length_mm
DICTIONARY = "DICT_APRILTAG_36H11"
"""Olson (2011), "AprilTag": two of its markers differ in at least 11 bits; none is invented."""
CURVED_MM = (0.10, 0.18, 0.30, 0.60, 1.27)
LATTICE_ACROSS_MM = (0.23, 0.40, 0.90)
LATTICE_DOWN_MM = (0.10, 0.18, 0.30, 0.60)

_SLANT_DEG = 2.0
_STEP_MM = 0.1  # a chord of this length leaves an arc of 6 mm radius by 0.0002 mm
_WAVE_MM, _AMPLITUDE_MM, _CURVED_PITCH_MM = 25.0, 2.5, 13.0
_LATTICE_MM = 62.0


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

    paper: Paper
    markers: tuple[SheetMarker, ...]
    lines: tuple[SheetLine, ...]
    bars: tuple[Bar, ...]


@cache
def sheet_layout(paper: PaperName = "a4") -> Sheet:
    """Return the geometry of the sheet on a paper.

    >>> [(len(sheet_layout(name).markers), len(sheet_layout(name).lines)) for name in PAPERS]
    [(24, 40), (24, 40), (30, 40), (6, 14)]
    """
    chosen = PAPERS[paper]
    straight, bars = _straight_rows(chosen.straight)
    block = [*_curved(chosen.block), *_lattice(chosen.block)] if chosen.block else []
    return Sheet(chosen, _markers(chosen.markers), (*straight, *block), bars)


def _markers(grid: MarkerGrid) -> tuple[SheetMarker, ...]:
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float64) * grid.side_mm
    rows = (grid.top_mm + row * grid.pitch_mm for row in range(grid.rows))
    places = [(x, y) for y in rows for x in grid.columns_mm]
    return tuple(
        SheetMarker(number, square + np.array(place))
        for number, place in zip(grid.numbers, places, strict=True)
    )


def _straight_rows(rows: StraightRows) -> tuple[list[SheetLine], tuple[Bar, ...]]:
    """Return the pairs, one row for each width, and the bars behind the light ones."""
    lines, bars = [], []
    rise, top = rows.length_mm * math.tan(math.radians(_SLANT_DEG)), rows.top_mm
    for width in rows.widths_mm:
        height = rise + width + 2 * max(rows.guard_mm, width)
        middle = top + height / 2
        left, across = rows.light_x_mm - rows.bar_margin_mm, rows.length_mm + 2 * rows.bar_margin_mm
        bars.append(Bar(left, top, across, height))
        for tone, x in (("dark", rows.dark_x_mm), ("light", rows.light_x_mm)):
            start, end = (x, middle + rise / 2), (x + rows.length_mm, middle - rise / 2)
            lines.append(_straight(f"{tone} {width:.2f}", width, "straight", tone, start, end))
        top += height + rows.gap_mm
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


def _curved(block: Block) -> list[SheetLine]:
    """Return dark waves that run down the page."""
    down = np.arange(0.0, block.height_mm + _STEP_MM / 2, _STEP_MM)
    aside = _AMPLITUDE_MM * np.sin(2 * math.pi * down / _WAVE_MM)
    return [
        SheetLine(
            f"curved {width:.2f}",
            width,
            "curved",
            "dark",
            np.column_stack(
                [block.curved_x_mm + 3.0 + index * _CURVED_PITCH_MM + aside, block.top_mm + down]
            ),
        )
        for index, width in enumerate(CURVED_MM)
    ]


def _lattice(block: Block) -> list[SheetLine]:
    """Return dark lines that cross each other, those across first."""
    lean = math.tan(math.radians(_SLANT_DEG))
    lines = []
    for index, width in enumerate(LATTICE_ACROSS_MM):
        y = block.top_mm + block.height_mm * (index + 0.5) / len(LATTICE_ACROSS_MM)
        rise = _LATTICE_MM * lean / 2
        start, end = (block.lattice_x_mm, y + rise), (block.lattice_x_mm + _LATTICE_MM, y - rise)
        lines.append(_straight(f"across {width:.2f}", width, "crossing", "dark", start, end))
    for index, width in enumerate(LATTICE_DOWN_MM):
        x = block.lattice_x_mm + _LATTICE_MM * (index + 0.5) / len(LATTICE_DOWN_MM)
        start = (x - block.height_mm * lean / 2, block.top_mm)
        end = (x + block.height_mm * lean / 2, block.top_mm + block.height_mm)
        lines.append(_straight(f"down {width:.2f}", width, "crossing", "dark", start, end))
    return lines
