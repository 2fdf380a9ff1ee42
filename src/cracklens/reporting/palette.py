"""The colours of cracks, rejected lines and tiles: the same in overlays and in the report.

Okabe and Ito (2008), "Color Universal Design": told apart with any colour vision. They also differ
in lightness and in stroke (solid, dashed, filled), for prints without colour. Cracks whose width
is known in mm have the colour of their width instead: from pale to dark, and the wider the crack,
the thicker the line, so that the order is seen without colour too.
"""

import math
from dataclasses import dataclass

CRACK = "#D55E00"
REJECTED = "#0072B2"
TILE = "#F0E442"
DARK, PALE = "#16202A", "#FFFFFF"
"""Letters on a coloured ground, and the ground of the legend."""


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Widths that share a colour.

    Attributes:
        name: for people, without the unit.
        above_mm: widths from here on.
        up_to_mm: to below this; infinite for the last class.
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
    """Return the place of the class of a width in `WIDTH_CLASSES`."""
    return sum(width_mm >= each.above_mm for each in WIDTH_CLASSES[1:])


def letters_on(colour: str) -> str:
    """Return the colour of letters that stand out best from a ground (WCAG 2.2, contrast ratio).

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
