"""Colours of cracks, rejected lines and tiles, for overlays and the report.

They are from Okabe and Ito (2008), "Color Universal Design", and can be distinguished with any
colour vision. They also differ in lightness and in stroke (solid, dashed, filled), for prints
without colour. A crack with a width in mm has the colour of its width class instead. From narrow to
wide, colours go from pale to dark and lines become thicker, so that the order is visible without
colour.
"""

import math
from dataclasses import dataclass

CRACK = "#D55E00"
REJECTED = "#0072B2"
TILE = "#F0E442"
DARK, PALE = "#16202A", "#FFFFFF"
"""Colours of letters on a coloured background, and of the legend's background."""


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Widths that share a colour.

    Attributes:
        name: text without the unit.
        above_mm: lower bound, included.
        up_to_mm: upper bound, excluded; infinite for the last class.
        colour: of the line.
    """

    name: str
    above_mm: float
    up_to_mm: float
    colour: str


WIDTH_CLASSES = (
    WidthClass("below 0.1", 0.0, 0.1, "#FFF3A6"),
    WidthClass("0.1 to 0.3", 0.1, 0.3, "#FFA024"),
    WidthClass("0.3 to 1.27", 0.3, 1.27, "#D01C3F"),
    WidthClass("above 1.27", 1.27, math.inf, "#3B0764"),
)
"""The classes of the quantities. The bounds are those of AASHTO MBEI (2019), defects 1110 and
1130: 0.004, 0.012 and 0.05 in."""


def class_of(width_mm: float) -> WidthClass:
    """Return the class of a width.

    >>> [class_of(width_mm).name for width_mm in (0.0, 0.1, 0.42, 5.0)]
    ['below 0.1', '0.1 to 0.3', '0.3 to 1.27', 'above 1.27']
    """
    return WIDTH_CLASSES[rank_of(width_mm)]


def rank_of(width_mm: float) -> int:
    """Return the index of the class of a width in `WIDTH_CLASSES`."""
    return sum(width_mm >= each.above_mm for each in WIDTH_CLASSES[1:])


def letters_on(colour: str) -> str:
    """Return the colour of letters with the highest contrast on a background (WCAG 2.2).

    >>> letters_on("#FFF3A6"), letters_on("#3B0764")
    ('#16202A', '#FFFFFF')
    """
    lightness = luminance(colour) + 0.05
    on_dark = lightness / (luminance(DARK) + 0.05)
    return DARK if on_dark > (luminance(PALE) + 0.05) / lightness else PALE


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.2).

    >>> luminance("#FFFFFF"), luminance("#000000")
    (1.0, 0.0)
    """
    parts = [part / 255 for part in rgb(colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in parts
    )
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 12)


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, 0 to 255.

    >>> rgb("#D55E00")
    (213, 94, 0)
    """
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
