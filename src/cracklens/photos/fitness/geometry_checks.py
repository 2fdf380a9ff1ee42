"""Which boundaries of the chosen codes the scale can place, and from where it could place more."""

import math
from collections.abc import Mapping, Sequence

from cracklens.photos.fitness.fitness import Check, Grade
from cracklens.photos.scale.boundary import (
    LEAST_BOUNDARY_PX,
    coarsest_scale,
    listed,
    millimetres,
    resolved_mm,
)
from cracklens.photos.scale.scale import Scale

Boundaries = Mapping[str, Sequence[float]]
_UNIT = "mm/px"
_MOST_CODES = 3
_TILT_GOOD_DEG, _TILT_POOR_DEG = 20.0, 40.0


def check_scale(
    scale: Scale | None,
    boundaries_mm: Boundaries,
    focal_px: float | None = None,
    *,
    refused_mm: Sequence[float] = (),
) -> Check:
    """Return which boundaries of each code are wide enough in pixels to be placed.

    "poor" where some cannot be placed, "bad" where none can. A crack that is surely wider than 3 px
    is graded by what can be placed in either case.

    Args:
        scale: of the photograph.
        boundaries_mm: of each chosen code that can be applied, rising, by its name.
        focal_px: focal length in pixels of this picture, to state a distance; None if not known.
        refused_mm: for each crack that was not graded for the scale alone, the width that must be
            3 px wide for it.
    """
    if scale is None:
        return Check("scale", None, _UNIT, "not known", _no_scale(boundaries_mm, focal_px))
    least_mm = resolved_mm(scale.mm_per_px)
    edges = [edge for own in boundaries_mm.values() for edge in own]
    verdict: Grade = (
        "good"
        if all(edge >= least_mm for edge in edges)
        else "poor"
        if any(edge >= least_mm for edge in edges)
        else "bad"
    )
    said = [_placed(name, own, least_mm) for name, own in boundaries_mm.items()]
    advice = [f"{'; '.join(said)}."] if verdict != "good" else []
    if refused_mm:
        advice.append(_closer(scale.mm_per_px, refused_mm, focal_px))
        verdict = "poor" if verdict == "good" else verdict
    return Check("scale", scale.mm_per_px, _UNIT, verdict, " ".join(advice))


def _placed(code: str, edges: Sequence[float], least_mm: float) -> str:
    """Return what of a code can be placed, and which scale the rest needs."""
    hidden = [edge for edge in edges if edge < least_mm]
    shown = [edge for edge in edges if edge >= least_mm]
    if not hidden:
        return f"{code}: all boundaries can be placed"
    needs = listed([f"{millimetres(edge)} mm needs {coarsest_scale(edge)}" for edge in hidden])
    if not shown:
        return f"{code}: no boundary can be placed; {needs} mm/px or finer"
    first = millimetres(shown[0])
    can = f"boundaries of {first} mm and above" if len(shown) > 1 else f"the {first} mm boundary"
    return f"{code}: {can} can be placed; {needs} mm/px or finer"


def _closer(mm_per_px: float, refused_mm: Sequence[float], focal_px: float | None) -> str:
    """Return from where the cracks that were refused could be graded."""
    finest_mm = min(refused_mm)
    count = len(refused_mm)
    cracks = "1 crack was" if count == 1 else f"{count:,} cracks were"
    distance = _distance_text(finest_mm, focal_px)
    where = (
        f"retake from at most {distance} with this lens"
        if distance
        else f"come closer by a factor of {_up(mm_per_px * LEAST_BOUNDARY_PX / finest_mm)}, or use "
        "a lens that is longer by as much"
    )
    return f"{cracks} not graded for it: {where}."


def _no_scale(boundaries_mm: Boundaries, focal_px: float | None) -> str:
    advice = (
        "No scale, so nothing can be given in millimetres. Put a printed marker or a ruler beside "
        "the crack, or state the distance or the millimetres per pixel."
    )
    finest = {code: min(edges) for code, edges in boundaries_mm.items()}
    told = [
        f"at most {distance} away for {millimetres(edge)} mm ({code})"
        for code, edge in list(finest.items())[:_MOST_CODES]
        if (distance := _distance_text(edge, focal_px))
    ]
    return f"{advice} Stand {listed(told)}." if told else advice


def _distance_text(boundary_mm: float, focal_px: float | None) -> str | None:
    """Return the greatest distance as text, rounded down: scale x focal length in px."""
    if focal_px is None:
        return None
    distance_m = boundary_mm / LEAST_BOUNDARY_PX * focal_px / 1000
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
