"""Why no marker was found, and what to do about it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.photos.scale.codes import read_codes, rectified_bits, squares
from cracklens.photos.scale.dictionaries import families
from cracklens.photos.scale.markers import find_markers, reduced

_SEARCHED_PX = 2000
_PADDING_PX = 24
_ADVICE = (
    "it must lie wholly in the picture with its white edge, sharp, at least 60 px wide and square "
    "to the light; or give the scale in another way"
)


def why_no_marker(pixels: NDArray[np.uint8], dictionary: str | None) -> str:
    """Return a text for people: other dictionary, cut off, not readable, or none at all.

    Args:
        pixels: (H, W, 3) RGB in which `find_markers` found nothing.
        dictionary: the one that was asked for.
    """
    if dictionary is not None and (others := find_markers(pixels)):
        ids = ", ".join(str(each.number) for each in others[:5])
        return (
            f"found {others[0].dictionary} markers ({ids}), but {dictionary} was asked for: give "
            f"--marker-dictionary {others[0].dictionary}, or leave it out"
        )
    small, factor = reduced(pixels, _SEARCHED_PX)
    padded = cv2.copyMakeBorder(
        small,
        _PADDING_PX,
        _PADDING_PX,
        _PADDING_PX,
        _PADDING_PX,
        cv2.BORDER_CONSTANT,
        value=255,
    )
    padded = np.asarray(padded, np.uint8)
    if cut := read_codes(padded, families(), named=False):
        x, y = (cut[0].corners_px.mean(axis=0) - _PADDING_PX) / factor
        return f"a marker at {x:.0f}, {y:.0f} px is cut off by the edge of the picture: {_ADVICE}"
    modules = sorted({family.modules for family in families()})
    for square in squares(small):
        if any(rectified_bits(small, square, count) is not None for count in modules):
            x, y = square.mean(axis=0) / factor
            return (
                f"something like a marker at {x:.0f}, {y:.0f} px cannot be read: it is blurred, "
                f"half hidden, or no ArUco or AprilTag marker: {_ADVICE}"
            )
    return f"no marker was found: {_ADVICE}"
