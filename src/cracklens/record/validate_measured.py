"""Validation of the measured part of an inspection, beyond the schema."""

from collections.abc import Iterator

from cracklens.record.measured import (
    GradeRecord,
    MeasurementRecord,
    NetworkRecord,
    ProfileRecord,
    QuantityRecord,
)
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord

_ROUNDING = 2e-3


def measured_problems(inspection: Inspection) -> Iterator[str]:
    """Yield the inconsistencies, one line each.

    The rules: an interval contains its value; the contributions give its standard uncertainty; the
    columns of a profile have one value per point; there is no value in mm without a scale;
    probabilities sum to 1; the stated state is one of the states; a refused grade has no states.
    """
    for photo in inspection.photographs:
        if photo.finest_crack and photo.scale is None:
            yield f"{photo.id}: the finest crack is given in mm, but it has no scale"
        for crack in photo.cracks:
            if crack.measurement:
                yield from _measurement(crack.id, crack.measurement, photo)
            if crack.network:
                yield from _quantities(f"{crack.id}, network", crack.network, photo)
            for grade in crack.grades:
                yield from _grade(crack, grade)


def _quantities(
    name: str, measured: MeasurementRecord | NetworkRecord, photo: PhotoRecord
) -> Iterator[str]:
    for field in type(measured).model_fields:
        value = getattr(measured, field)
        if isinstance(value, QuantityRecord):
            yield from _quantity(f"{name}: {field}", value)
        if field.endswith(("_mm", "_m2")) and value is not None and photo.scale is None:
            yield f"{name}: {field} is given, but {photo.id} has no scale"


def _measurement(name: str, measured: MeasurementRecord, photo: PhotoRecord) -> Iterator[str]:
    yield from _quantities(name, measured, photo)
    for number, profile in enumerate(measured.profiles):
        yield from _profile(f"{name}: profile {number}", profile)


def _quantity(name: str, quantity: QuantityRecord) -> Iterator[str]:
    if not quantity.low <= quantity.value <= quantity.high:
        yield f"{name}: {quantity.value} does not lie in its interval"
    squares = sum(part**2 for part in quantity.contributions.values())
    if abs(squares**0.5 - quantity.standard) > _ROUNDING * max(quantity.standard, _ROUNDING):
        yield f"{name}: its contributions make {squares**0.5:.4g}, not {quantity.standard}"


def _profile(name: str, profile: ProfileRecord) -> Iterator[str]:
    columns = (
        profile.width_px,
        profile.standard_px,
        profile.width_mm,
        profile.standard_mm,
        profile.method,
    )
    if any(column is not None and len(column) != len(profile.points_px) for column in columns):
        yield f"{name}: not as many values as points"


def _grade(crack: CrackRecord, grade: GradeRecord) -> Iterator[str]:
    name = f"{crack.id}, {grade.code}"
    total = sum(grade.states.values())
    if grade.refused and grade.states:
        yield f"{name}: refused, but it has states"
    elif not grade.refused and abs(total - 1) > _ROUNDING:
        yield f"{name}: the probabilities of its states sum to {total:.4f}"
    if grade.stated is not None and grade.stated not in grade.states:
        yield f"{name}: the stated {grade.stated!r} is not one of its states"
