"""What the codes say of the cracks of one photograph, and what that says of the photograph."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from cracklens.grading import Context, Grade, boundaries_mm, grade
from cracklens.grading.resolution import needed_mm
from cracklens.measurement import CrackMeasurement, PhotoMeasurement, Quantity
from cracklens.measurement.doubt import doubt_of
from cracklens.photos.fitness import Fitness, check_scale, conclude
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.photos.scale import Scale
from cracklens.record.inferred import is_inferred
from cracklens.tracing.crack import Crack

UNSEEN = (
    "the widest place lies where the crack was not seen, so that it has no width: look at it on "
    "site, or retake from nearer"
)
_LEAST_MEASURED = 0.2
"""Share of the length that must have been measured from grey levels before a crack is graded."""


def grades_of(
    measured: PhotoMeasurement,
    context: Context,
    scale: Scale | None,
    fitness: Fitness,
    lines: Sequence[Crack],
) -> tuple[tuple[Grade, ...], ...]:
    """Return what each chosen code says of each crack of a photograph, in their order.

    Args:
        measured: the cracks.
        context: of the member.
        scale: of the photograph.
        fitness: of the photograph; a fault refuses a crack only where it can change its state.
        lines: the traced cracks, in the same order, with what the verification says of them.
    """
    together = set(next(iter(measured.field.parallel), ()))  # the spacing is of that group
    spacing_mm = measured.field.spacing_mm
    return tuple(
        _graded(crack, context, scale, fitness, spacing_mm if index in together else None, line)
        for index, (crack, line) in enumerate(zip(measured.cracks, lines, strict=True))
    )


def settled(
    fitness: Fitness,
    measured: PhotoMeasurement,
    grades: Sequence[Sequence[Grade]],
    context: Context,
    scale: Scale | None,
    focal_px: float | None,
) -> Fitness:
    """Return what is said of a photograph once its cracks are graded.

    It serves to measure if a crack got a state. How much closer to come is said where a crack was
    refused for that alone.

    Args:
        fitness: before.
        measured: the cracks.
        grades: of each crack.
        context: of the member.
        scale: of the photograph.
        focal_px: of its lens; None if not known.
    """
    edges_mm = boundaries_mm(context)
    found = (
        _needed_mm(crack, own, edges_mm, scale)
        for crack, own in zip(measured.cracks, grades, strict=True)
    )
    refused_mm = [needed for needed in found if needed is not None]
    checks = tuple(
        check_scale(scale, edges_mm, focal_px, refused_mm=refused_mm)
        if check.name == "scale" and refused_mm
        else check
        for check in fitness.checks
    )
    return conclude(checks, graded=any(each.states for own in grades for each in own))


def _needed_mm(
    crack: CrackMeasurement,
    grades: Sequence[Grade],
    edges_mm: Mapping[str, Sequence[float]],
    scale: Scale | None,
) -> float | None:
    """Return the width that must be 3 px wide for a crack that was refused for it; else None."""
    mm_per_px, width_mm = local_mm_per_px(crack, scale), crack.widths.max_mm
    if mm_per_px is None or width_mm is None or _unmeasured(crack):
        return None
    needed = [
        wanted
        for each in grades
        if each.refused and each.code in edges_mm
        if (wanted := needed_mm(width_mm, edges_mm[each.code], mm_per_px)) is not None
    ]
    return min(needed, default=None)


def _graded(
    crack: CrackMeasurement,
    context: Context,
    scale: Scale | None,
    fitness: Fitness,
    spacing_mm: Quantity | None,
    line: Crack,
) -> tuple[Grade, ...]:
    probability = probability_of(line)
    unmeasured = UNSEEN if scale and widest_is_inferred(crack, line) else _unmeasured(crack)
    try:
        return grade(
            crack.widths.max_mm,
            context,
            mm_per_px=local_mm_per_px(crack, scale),
            spacing_mm=spacing_mm,
            unmeasured=None if scale is None else unmeasured,
            doubt=doubt_of(fitness.checks, crack.widths),
            probability=probability,
        )
    except FAILURES as error:
        reason = (
            f"the state could not be computed ({failure_text(error)}): look at the crack on site"
        )
        return grade(None, context, mm_per_px=None, unmeasured=reason, probability=probability)


def probability_of(line: Crack) -> float | None:
    """Return the probability that a line is a crack; None if the verification says nothing."""
    if line.verdict is None or not math.isfinite(line.verdict.crack):
        return None
    return line.verdict.crack


def widest_is_inferred(crack: CrackMeasurement, line: Crack) -> bool:
    """Return whether the greatest width was taken where the crack was not seen: it is none then."""
    place = np.array([crack.widths.widest_px])
    return any(
        is_inferred(place, branch.points_px, branch.inferred)[0]
        for branch in line.branches
        if branch.inferred
    )


def local_mm_per_px(crack: CrackMeasurement, scale: Scale | None) -> float | None:
    """Return the scale across a crack where it is widest, not that at the marker."""
    if scale is None:
        return None
    nearest = (math.inf, scale.mm_per_px)
    for profile in crack.widths.profiles:
        if profile.width_mm is None:
            continue
        known = np.flatnonzero(np.isfinite(profile.width_mm) & (profile.width_px > 0))
        away = np.hypot(*(profile.points_px[known] - np.array(crack.widths.widest_px)).T)
        if len(known):
            at = known[int(np.argmin(away))]
            ratio = float(profile.width_mm[at] / profile.width_px[at])
            nearest = min(nearest, (float(away.min()), ratio))
    return nearest[1]


def _unmeasured(crack: CrackMeasurement) -> str | None:
    """Return why the width of a crack is not one that was measured; None if it is."""
    if crack.widths.measured_share >= _LEAST_MEASURED:
        return None
    return (
        f"only {crack.widths.measured_share:.0%} of the crack could be measured from the "
        "pixels: look at it on site, or retake from nearer"
    )
