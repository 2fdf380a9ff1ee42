"""Whether the scale serves a boundary of width, and from where it would."""

import math

from cracklens.photos.fitness.fitness import Check, Grade
from cracklens.photos.scale.scale import Scale

PIXELS_PER_BOUNDARY = 3.0
"""So many pixels a crack has to be wide before a boundary of width can be placed."""
_ROUNDED = 1 - 1e-9
_SEEN_PX = 1.0
_TILT_GOOD_DEG, _TILT_POOR_DEG = 20.0, 40.0


def check_scale(
    scale: Scale | None, finest_boundary_mm: float | None, focal_px: float | None
) -> Check:
    """Return whether a crack as wide as the finest boundary is wide enough in pixels.

    Args:
        scale: of the photograph.
        finest_boundary_mm: of the chosen codes.
        focal_px: focal length in pixels of this picture, to state a distance; None if not known.
    """
    unit = "px per boundary"
    if scale is None:
        return Check("scale", None, unit, "not known", _no_scale(finest_boundary_mm, focal_px))
    if finest_boundary_mm is None:
        return Check("scale", None, unit, "good")
    pixels = finest_boundary_mm / scale.mm_per_px
    verdict: Grade = (
        "good"
        if pixels > PIXELS_PER_BOUNDARY * _ROUNDED
        else "poor"
        if pixels >= _SEEN_PX
        else "bad"
    )
    if verdict == "good":
        return Check("scale", pixels, unit, verdict)
    seen = (
        f"A crack of {finest_boundary_mm:g} mm is {pixels:.2g} px wide here; grading it takes "
        f"{PIXELS_PER_BOUNDARY:g} px."
    )
    return Check(
        "scale", pixels, unit, verdict, f"{seen} {_closer(pixels, finest_boundary_mm, focal_px)}"
    )


def _closer(pixels: float, boundary_mm: float, focal_px: float | None) -> str:
    distance = _distance_text(boundary_mm, focal_px)
    if distance:
        return f"Retake from at most {distance} for {boundary_mm:g} mm boundaries with this lens."
    factor = PIXELS_PER_BOUNDARY / pixels
    return f"Come closer by a factor of {_up(factor)}, or use a lens that is longer by as much."


def _no_scale(boundary_mm: float | None, focal_px: float | None) -> str:
    advice = (
        "No scale, so nothing can be given in millimetres. Put a printed marker or a ruler beside "
        "the crack, or state the distance or the millimetres per pixel."
    )
    distance = _distance_text(boundary_mm, focal_px) if boundary_mm else None
    if distance:
        advice += f" For {boundary_mm:g} mm boundaries, stand at most {distance} away."
    return advice


def _distance_text(boundary_mm: float | None, focal_px: float | None) -> str | None:
    """Return the greatest distance as text, rounded down: scale x focal length in px."""
    if boundary_mm is None or focal_px is None:
        return None
    distance_m = boundary_mm / PIXELS_PER_BOUNDARY * focal_px / 1000
    digits = 10.0 ** (math.floor(math.log10(distance_m)) - 1)
    rounded = math.floor(distance_m / digits + 1e-9) * digits
    return f"{rounded:.2g} m" if rounded >= 1 else f"{rounded * 100:.2g} cm"


def _up(factor: float) -> str:
    """Return a factor with two digits, rounded up."""
    digits = 10.0 ** (math.floor(math.log10(factor)) - 1)
    return f"{math.ceil(factor / digits - 1e-9) * digits:.2g}"


def check_tilt(scale: Scale | None) -> Check:
    """Return whether the wall is seen squarely enough."""
    tilt_deg = None if scale is None else scale.tilt_deg
    if tilt_deg is None:
        return Check("tilt", None, "°", "not known")
    if tilt_deg <= _TILT_GOOD_DEG:
        return Check("tilt", tilt_deg, "°", "good")
    advice = (
        f"The wall is seen at a slant of {tilt_deg:.0f}°. Stand square to it; "
        f"up to {_TILT_GOOD_DEG:.0f}° is fine."
    )
    verdict: Grade = "poor" if tilt_deg <= _TILT_POOR_DEG else "bad"
    return Check("tilt", tilt_deg, "°", verdict, advice)
