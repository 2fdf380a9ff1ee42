"""The scale from two points that a person clicked, on a crack card, a ruler or the like."""

import math

import numpy as np

from cracklens.errors import UsageError
from cracklens.photos.scale.pinhole import untilted_variants
from cracklens.photos.scale.scale import Floats, Scale

CLICK_STANDARD_PX = 1.0
"""Standard uncertainty of a clicked point along the line, in px of the photograph."""
_LEAST_PX = 20.0


def scale_from_points(
    first: tuple[float, float],
    second: tuple[float, float],
    length_mm: float,
    shape: tuple[int, ...],
    *,
    click_standard_px: float = CLICK_STANDARD_PX,
    length_standard_mm: float = 0.0,
    focal_px: float | None = None,
) -> Scale:
    """Return the scale that a known distance between two points gives.

    Args:
        first: x, y in px.
        second: x, y in px.
        length_mm: between them on the wall.
        shape: of the photograph, height first.
        click_standard_px: standard uncertainty of each point.
        length_standard_mm: standard uncertainty of the length.
        focal_px: focal length, which decides how much a tilt matters; usual if None.

    Raises:
        UsageError: the points lie outside the photograph or too near to each other, or the length
            is not above zero.
    """
    if not length_mm > 0 or not math.isfinite(length_mm):
        raise UsageError(f"the length between the two points must be above 0 mm, got {length_mm:g}")
    for x, y in (first, second):
        if not (0 <= x + 0.5 <= shape[1] and 0 <= y + 0.5 <= shape[0]):
            raise UsageError(
                f"the point {x:g}, {y:g} lies outside the photograph of {shape[1]} x {shape[0]} px"
            )
    length_px = math.dist(first, second)
    if length_px < _LEAST_PX:
        raise UsageError(
            f"the two points are {length_px:.0f} px apart, too few for a scale: choose points at "
            f"least {_LEAST_PX:.0f} px apart, the farther the better"
        )
    mm_per_px = length_mm / length_px
    relative = math.hypot(
        math.sqrt(2.0) * click_standard_px / length_px, length_standard_mm / length_mm
    )
    middle = np.array([(first[0] + second[0]) / 2.0, (first[1] + second[1]) / 2.0])
    variants = untilted_variants(mm_per_px, relative, middle, shape, focal_px)
    variants[1:] = [_through(variant, first, second, length_mm) for variant in variants[1:]]
    scale = Scale(mm_per_px, 0.0, "points", "", variants=variants)
    return Scale(
        mm_per_px=mm_per_px,
        relative_standard=float(scale.relative_standard_at(middle[None])[0]),
        source="points",
        detail=f"two points {length_px:.0f} px apart, {length_mm:g} mm",
        risks=(
            "a card or ruler outside the plane of the crack gives a wrong scale",
            "the tilt of the wall is not known and not corrected: stand square before it",
        ),
        variants=variants,
    )


def _through(
    homography: Floats, first: tuple[float, float], second: tuple[float, float], length_mm: float
) -> Floats:
    """Return a homography made larger such that the points are `length_mm` apart, as they are.

    However the wall is tilted, the length that was given holds along its line.
    """
    apart = Scale(1.0, 0.0, "points", "", homography).to_mm(np.array([first, second]))
    size = length_mm / float(np.linalg.norm(apart[1] - apart[0]))
    larger: Floats = homography * np.array([[size], [size], [1.0]])
    return larger
