"""The colours of cracks, rejected lines and tiles: the same in overlays and in the report.

Okabe and Ito (2008), "Color Universal Design": told apart with any colour vision. They also differ
in lightness and in stroke (solid, dashed, filled), for prints without colour.
"""

CRACK = "#D55E00"
REJECTED = "#0072B2"
TILE = "#F0E442"


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, 0 to 255.

    >>> rgb("#D55E00")
    (213, 94, 0)
    """
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
