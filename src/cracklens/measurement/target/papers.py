"""The papers on which the sheet for checking a camera is printed, and what fits on each.

Each paper has markers of its own, so a photograph says which sheet it shows. All lengths are in mm,
from the top-left corner of the sheet, x to the right and y down.
"""

from dataclasses import dataclass
from typing import Literal

PaperName = Literal["a4", "letter", "legal", "card"]

WIDTHS_MM = (0.05, 0.08, 0.10, 0.13, 0.18, 0.23, 0.30, 0.40, 0.60, 0.90, 1.27, 2.0, 3.0, 5.0)
CARD_WIDTHS_MM = (0.10, 0.18, 0.23, 0.30, 0.40, 0.60, 1.27)
"""Widths at which codes divide, and what lies between; wider lines have no room."""


@dataclass(frozen=True, slots=True)
class MarkerGrid:
    """Markers in columns and rows.

    Attributes:
        first: id of the first; the others follow, row by row.
        side_mm: of each.
        columns_mm: left edges.
        top_mm: upper edge of the first row.
        rows: how many.
        pitch_mm: from row to row.
    """

    first: int
    side_mm: float
    columns_mm: tuple[float, ...]
    top_mm: float
    rows: int
    pitch_mm: float

    @property
    def numbers(self) -> range:
        """The ids of all markers."""
        return range(self.first, self.first + self.rows * len(self.columns_mm))


@dataclass(frozen=True, slots=True)
class StraightRows:
    """Pairs of straight lines, a row for each width: dark, and light on a dark bar.

    Attributes:
        widths_mm: from the top down.
        length_mm: of a line across.
        dark_x_mm: left end of the dark lines.
        light_x_mm: left end of the light lines.
        bar_margin_mm: of a bar beyond the ends of its line.
        top_mm: of the first row.
        gap_mm: between rows.
        guard_mm: of a bar above and below its line; the width of the line if that is more.
    """

    widths_mm: tuple[float, ...]
    length_mm: float
    dark_x_mm: float
    light_x_mm: float
    bar_margin_mm: float
    top_mm: float
    gap_mm: float
    guard_mm: float


@dataclass(frozen=True, slots=True)
class Block:
    """Curved lines beside a lattice of crossing lines."""

    top_mm: float
    height_mm: float
    curved_x_mm: float
    lattice_x_mm: float


@dataclass(frozen=True, slots=True)
class Ruler:
    """The ruler by which the size of the print is checked; its base begins at `start_mm`."""

    start_mm: tuple[float, float]
    length_mm: float


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet on one paper.

    Attributes:
        name: as in `cracklens target --paper`.
        title: for people.
        page_mm: width and height of the page that is printed.
        sheet_mm: those of the sheet; less than the page for a card, which is cut out.
        place_mm: of the sheet's corner on the page.
        markers: where the markers lie.
        straight: where the straight lines lie.
        block: where curved and crossing lines lie; None without them.
        ruler: where the ruler lies.
    """

    name: PaperName
    title: str
    page_mm: tuple[float, float]
    sheet_mm: tuple[float, float]
    place_mm: tuple[float, float]
    markers: MarkerGrid
    straight: StraightRows
    block: Block | None
    ruler: Ruler

    @property
    def is_card(self) -> bool:
        """Whether it is cut out of its page."""
        return self.sheet_mm != self.page_mm


_A4_MM = (210.0, 297.0)  # ISO 216
_LETTER_MM, _LEGAL_MM = (215.9, 279.4), (215.9, 355.6)  # ANSI/ASME Y14.1 (A), US Legal
_CARD_MM = (85.60, 53.98)  # ISO/IEC 7810, ID-1
_ON_BOTH_MM = (210.0, 279.4)  # fits on A4 and on Letter at 100 %
_US_COLUMNS_MM = (13.0, 102.0, 191.0)
_US_STRAIGHT = StraightRows(WIDTHS_MM, 60.0, 37.0, 119.0, 2.0, 33.0, 2.0, 3.5)

PAPERS: dict[PaperName, Paper] = {
    "a4": Paper(
        "a4", "A4 sheet", _A4_MM, _A4_MM, (0.0, 0.0),
        MarkerGrid(560, 12.0, (10.0, 99.0, 188.0), 33.0, 8, 32.0),
        StraightRows(WIDTHS_MM, 60.0, 34.0, 116.0, 2.0, 33.0, 2.0, 3.5),
        Block(209.0, 54.0, 34.0, 116.0),
        Ruler((55.0, 281.0), 100.0),
    ),
    "letter": Paper(
        "letter", "Letter sheet", _LETTER_MM, _LETTER_MM, (0.0, 0.0),
        MarkerGrid(536, 12.0, _US_COLUMNS_MM, 33.0, 8, 30.0),
        _US_STRAIGHT,
        Block(209.0, 40.0, 37.0, 119.0),
        Ruler((58.0, 270.0), 100.0),
    ),
    "legal": Paper(
        "legal", "Legal sheet", _LEGAL_MM, _LEGAL_MM, (0.0, 0.0),
        MarkerGrid(506, 12.0, _US_COLUMNS_MM, 33.0, 10, 32.0),
        _US_STRAIGHT,
        Block(209.0, 112.0, 37.0, 119.0),
        Ruler((58.0, 345.0), 100.0),
    ),
    "card": Paper(
        "card", "card", _ON_BOTH_MM, _CARD_MM, (62.2, 62.0),
        MarkerGrid(500, 7.0, (3.0, 75.6), 3.0, 3, 20.49),
        StraightRows(CARD_WIDTHS_MM, 26.5, 16.0, 46.0, 1.0, 5.2, 0.7, 1.8),
        None,
        Ruler((12.8, 50.6), 60.0),
    ),
}  # fmt: skip
"""The ids are among the last of the dictionary's 587, which hardly anybody tapes to a wall. Sheets
that are printed stay valid: another geometry takes other markers and another version."""


def paper_of(number: int) -> Paper | None:
    """Return the paper whose marker has an id; None for a marker of no sheet.

    >>> paper_of(560).name, paper_of(500).name, paper_of(3)
    ('a4', 'card', None)
    """
    return next((paper for paper in PAPERS.values() if number in paper.markers.numbers), None)
