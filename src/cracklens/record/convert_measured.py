"""Conversion of the measurements of one photograph to its part of the record: pure functions."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from cracklens.grading import Context, Grade
from cracklens.grading.priority import Priority
from cracklens.measurement import (
    CrackMeasurement,
    Field,
    PhotoMeasurement,
    Quantity,
    WidthProfile,
    Widths,
)
from cracklens.measurement.finest import FinestCrack
from cracklens.measurement.quantity import COVERAGE_FACTOR
from cracklens.measurement.types import BY_MASK, BY_PROFILE, UNMEASURED, Floats, Network
from cracklens.photos.scale import Scale
from cracklens.record.assessed import Assessed
from cracklens.record.base import significant
from cracklens.record.measured import (
    ContextRecord,
    FieldRecord,
    FinestRecord,
    FitnessRecord,
    GradeRecord,
    MeasurementRecord,
    NetworkRecord,
    PriorityRecord,
    ProfileRecord,
    QuantityRecord,
    ScaleRecord,
)
from cracklens.record.schema import CrackRecord

_METHODS: dict[int, Literal["profile", "mask", "none"]] = {
    UNMEASURED: "none",
    BY_PROFILE: "profile",
    BY_MASK: "mask",
}
_PX_DIGITS, _MM_DIGITS = 2, 4
_STATION_PX = 6.0
"""Least distance of the stations in the record; greatest and mean width use all stations."""


def assessed_parts(assessed: Assessed, cracks: Sequence[CrackRecord]) -> dict[str, Any]:
    """Return the fields of a photograph's record with measured values, including its cracks.

    Args:
        assessed: measurements and grades of the photograph.
        cracks: the traced cracks, in the order of `assessed`.
    """
    measured = assessed.measured
    names = [crack.id for crack in cracks]
    finest = assessed.finest
    return {
        "finest_crack": FinestRecord(px=significant(finest.px), mm=significant(finest.mm))
        if isinstance(finest, FinestCrack)
        else None,
        "finest_crack_missing": finest if isinstance(finest, str) else None,
        "scale": assessed.scale and scale_record(assessed.scale),
        "scale_missing": assessed.scale_missing,
        "fitness": FitnessRecord.model_validate(assessed.fitness),
        "field": measured and field_record(measured.field, names),
        "cracks": [
            measured_crack(crack, *row)
            for crack, row in zip(cracks, _rows(assessed, measured), strict=True)
        ]
        if measured
        else list(cracks),
    }


def context_record(context: Context) -> ContextRecord | None:
    """Return the record of the context; None if it is empty."""
    if context == Context():
        return None
    return ContextRecord(
        codes=list(context.codes),
        exposure=", ".join(context.exposure) or None,
        reinforcement=context.reinforcement,
        member=context.member,
        axis_deg=context.axis_deg,
    )


def measured_crack(
    crack: CrackRecord,
    measured: CrackMeasurement,
    grades: Sequence[Grade],
    priority: Priority | None,
) -> CrackRecord:
    """Return a crack with its measurement; the measured widths replace the traced ones."""
    measurement = measurement_record(measured)
    x, y = measured.widths.widest_px
    return crack.model_copy(
        update={
            "mean_width_px": round(measurement.mean_width_px.value, _PX_DIGITS),
            "max_width_px": round(measurement.max_width_px.value, _PX_DIGITS),
            "widest_px": (round(x, _PX_DIGITS), round(y, _PX_DIGITS)),
            "measurement": measurement,
            "network": crack.network and network_record(measured.network, measured.widths),
            "grades": [GradeRecord.model_validate(grade) for grade in grades],
            "priority": priority and PriorityRecord.model_validate(priority),
        }
    )


def network_record(network: Network | None, widths: Widths) -> NetworkRecord:
    """Return the record of a network of map cracking.

    Args:
        network: its figures; without them, only the greatest width is known.
        widths: of all its cracks.
    """
    width = {
        "max_width_px": quantity_record(widths.max_px),
        "max_width_mm": _optional(widths.max_mm),
    }
    if network is None:
        return NetworkRecord(**width)
    return NetworkRecord(
        spacing_px=quantity_record(network.spacing_px),
        spacing_mm=_optional(network.spacing_mm),
        density_m_per_m2=_optional(network.density_m_per_m2),
        area_m2=_optional(network.area_m2),
        **width,
    )


def quantity_record(quantity: Quantity) -> QuantityRecord:
    """Return the record of a measured value, with five significant digits."""
    low, high = quantity.interval
    return QuantityRecord(
        value=significant(quantity.value),
        standard=significant(quantity.standard),
        low=significant(low),
        high=significant(high),
        contributions={name: significant(u) for name, u in quantity.contributions.items()},
    )


def angle_record(angle: Quantity) -> QuantityRecord:
    """Return the record of a direction; its interval may extend below 0 and above 180."""
    reach = COVERAGE_FACTOR * angle.standard
    return quantity_record(angle).model_copy(
        update={"low": significant(angle.value - reach), "high": significant(angle.value + reach)}
    )


def measurement_record(measured: CrackMeasurement) -> MeasurementRecord:
    """Return the record of the measurement of one crack."""
    widths, course = measured.widths, measured.course
    return MeasurementRecord(
        length_px=quantity_record(course.length_px),
        length_mm=_optional(course.length_mm),
        is_lower_bound=course.is_lower_bound,
        max_width_px=quantity_record(widths.max_px),
        mean_width_px=quantity_record(widths.mean_px),
        max_width_mm=_optional(widths.max_mm),
        mean_width_mm=_optional(widths.mean_mm),
        measured_share=round(widths.measured_share, 4),
        orientation_deg=angle_record(course.orientation_deg),
        to_axis_deg=None if course.to_axis_deg is None else round(course.to_axis_deg, 1),
        direction=course.direction,
        pattern=course.pattern,
        inferred_px=round(course.inferred_px, _PX_DIGITS),
        inferred_mm=None if course.inferred_mm is None else significant(course.inferred_mm),
        profiles=[profile_record(profile) for profile in widths.profiles],
    )


def profile_record(profile: WidthProfile) -> ProfileRecord:
    """Return the record of the widths along a branch, with one station every 6 px."""
    kept = _thinned(profile.along_px)
    return ProfileRecord(
        points_px=[
            (round(x, _PX_DIGITS), round(y, _PX_DIGITS))
            for x, y in profile.points_px[kept].tolist()
        ],
        width_px=_column(profile.width_px, kept, _PX_DIGITS),
        standard_px=_column(profile.standard_px, kept, _PX_DIGITS),
        width_mm=_column_or_none(profile.width_mm, kept),
        standard_mm=_column_or_none(profile.standard_mm, kept),
        method=[_METHODS[code] for code in profile.method[kept].tolist()],
    )


def field_record(field: Field, names: Sequence[str]) -> FieldRecord:
    """Return the record of pattern, spacing and density of a photograph.

    Args:
        field: as it was measured.
        names: ids of the cracks.
    """
    return FieldRecord(
        pattern=field.pattern,
        parallel=[[names[index] for index in group] for group in field.parallel],
        spacing_px=_optional(field.spacing_px),
        spacing_mm=_optional(field.spacing_mm),
        density_m_per_m2=_optional(field.density_m_per_m2),
        area_m2=_optional(field.area_m2),
    )


def scale_record(scale: Scale) -> ScaleRecord:
    """Return the record of the scale of a photograph."""
    matrix = scale.homography
    return ScaleRecord(
        mm_per_px=significant(scale.mm_per_px),
        relative_standard=significant(scale.relative_standard),
        source=scale.source,
        detail=scale.detail,
        homography=None if matrix is None else [[float(v) for v in row] for row in matrix],
        tilt_deg=None if scale.tilt_deg is None else round(scale.tilt_deg, 1),
        risks=list(scale.risks),
    )


def _rows(
    assessed: Assessed, measured: PhotoMeasurement
) -> list[tuple[CrackMeasurement, Sequence[Grade], Priority | None]]:
    return list(zip(measured.cracks, assessed.grades, assessed.priorities, strict=True))


def _optional(quantity: Quantity | None) -> QuantityRecord | None:
    return None if quantity is None else quantity_record(quantity)


def _thinned(along_px: Floats) -> list[int]:
    """Return the indices of stations at least 6 px apart, with the first and the last station."""
    kept: list[int] = []
    last = -np.inf
    for index, along in enumerate(along_px.tolist()):
        if along - last >= _STATION_PX:
            kept.append(index)
            last = along
    if kept and kept[-1] < len(along_px) - 1:
        kept.append(len(along_px) - 1)
    return kept


def _column(values: Floats, kept: list[int], digits: int) -> list[float | None]:
    return [None if np.isnan(v) else round(v, digits) for v in values[kept].tolist()]


def _column_or_none(values: Floats | None, kept: list[int]) -> list[float | None] | None:
    return None if values is None else _column(values, kept, _MM_DIGITS)
