"""Record of the quantities over all photographs of an inspection."""

import math
from collections.abc import Iterable

import numpy as np

from cracklens.grading.quantities import CountedCrack, CountedPhoto, quantities
from cracklens.measurement.types import Floats
from cracklens.record.inferred import is_inferred
from cracklens.record.measured import MeasurementRecord, QuantitiesRecord
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.tracing.crack import NOT_A_CRACK


def quantities_record(photographs: Iterable[PhotoRecord]) -> QuantitiesRecord | None:
    """Return the quantities over photographs; those without a scale do not count.

    Args:
        photographs: of the inspection.

    Returns:
        None if no photograph has a scale.
    """
    return quantities_of(map(counted_photo, photographs))


def quantities_of(counted: Iterable[CountedPhoto | None]) -> QuantitiesRecord | None:
    """Return the same from what counts of each photograph, see `counted_photo`."""
    found = quantities([each for each in counted if each])
    return None if found is None else QuantitiesRecord.model_validate(found)


def counted_crack(crack: CrackRecord, measured: MeasurementRecord) -> CountedCrack:
    """Return the values of a crack that count in the quantities."""
    widths_mm, weights = _stations(crack, measured)
    length_mm = measured.length_mm
    by_scale_mm = length_mm.contributions.get("scale", 0.0) if length_mm else 0.0
    return CountedCrack(
        length_mm=length_mm.value if length_mm else None,
        mean_width_mm=measured.mean_width_mm.value if measured.mean_width_mm else None,
        widths_mm=widths_mm,
        weights=weights,
        states={
            grade.code: grade.states for grade in crack.grades if grade.kind == "inspection state"
        },
        probability=crack.probability,
        standard_mm=math.sqrt(max(length_mm.standard**2 - by_scale_mm**2, 0.0))
        if length_mm
        else 0.0,
        by_scale_mm=by_scale_mm,
        inferred_mm=measured.inferred_mm or 0.0,
    )


def counted_photo(photo: PhotoRecord) -> CountedPhoto | None:
    """Return what counts of a photograph; None without a scale."""
    if photo.scale is None or photo.field is None:
        return None
    area_m2, spacing_mm = photo.field.area_m2, photo.field.spacing_mm
    return CountedPhoto(
        mm_per_px=photo.scale.mm_per_px,
        area_m2=area_m2.value if area_m2 else None,
        spacing_mm=spacing_mm.value if spacing_mm else None,
        cracks=tuple(
            counted_crack(crack, crack.measurement) for crack in photo.cracks if crack.measurement
        ),
        unlikely=tuple(
            (line.length_px * photo.scale.mm_per_px, line.probability)
            for line in photo.rejected
            if line.probability is not None and line.reason == NOT_A_CRACK
        ),
    )


def _stations(crack: CrackRecord, measured: MeasurementRecord) -> tuple[Floats, Floats]:
    """Return the widths of all stations in mm, and the length in px that belongs to each.

    Stations on parts that were not seen are left out.
    """
    widths, weights = [np.zeros(0)], [np.zeros(0)]
    branches = [*crack.branches, *[None] * len(measured.profiles)]
    for profile, branch in zip(measured.profiles, branches, strict=False):
        if profile.width_mm is not None and len(profile.points_px) > 1:
            places = np.array(profile.points_px)
            along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
            unseen = (
                is_inferred(places, np.array(branch.points_px), branch.inferred)
                if branch
                else np.zeros(len(places), dtype=bool)
            )
            widths.append(np.array(profile.width_mm, dtype=np.float64)[~unseen])
            weights.append((np.gradient(along) * _ends(len(along)))[~unseen])
    return np.concatenate(widths), np.concatenate(weights)


def _ends(count: int) -> Floats:
    """Return 1 for each station, and 1/2 for the first and the last, which have one neighbour."""
    share = np.ones(count)
    share[[0, -1]] = 0.5
    return share
