"""Record of the quantities over all photographs of an inspection."""

from collections.abc import Iterable

import numpy as np

from cracklens.grading.quantities import CountedCrack, CountedPhoto, quantities
from cracklens.measurement.types import Floats
from cracklens.record.measured import MeasurementRecord, QuantitiesRecord
from cracklens.record.schema import CrackRecord, PhotoRecord


def quantities_record(photographs: Iterable[PhotoRecord]) -> QuantitiesRecord | None:
    """Return the quantities over photographs; those without a scale do not count.

    Args:
        photographs: of the inspection.

    Returns:
        None if no photograph has a scale.
    """
    found = quantities([counted for photo in photographs if (counted := _counted(photo))])
    return None if found is None else QuantitiesRecord.model_validate(found)


def counted_crack(crack: CrackRecord, measured: MeasurementRecord) -> CountedCrack:
    """Return the values of a crack that count in the quantities."""
    widths_mm, weights = _stations(measured)
    return CountedCrack(
        length_mm=measured.length_mm.value if measured.length_mm else None,
        mean_width_mm=measured.mean_width_mm.value if measured.mean_width_mm else None,
        widths_mm=widths_mm,
        weights=weights,
        states={
            grade.code: grade.states for grade in crack.grades if grade.kind == "inspection state"
        },
    )


def _counted(photo: PhotoRecord) -> CountedPhoto | None:
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
    )


def _stations(crack: MeasurementRecord) -> tuple[Floats, Floats]:
    """Return the widths of all stations in mm, and the length in px that belongs to each."""
    widths, weights = [np.zeros(0)], [np.zeros(0)]
    for profile in crack.profiles:
        if profile.width_mm is not None and len(profile.points_px) > 1:
            steps = np.hypot(*np.diff(np.array(profile.points_px), axis=0).T)
            along = np.concatenate([[0.0], np.cumsum(steps)])
            widths.append(np.array(profile.width_mm, dtype=np.float64))
            weights.append(np.gradient(along) * _ends(len(along)))
    return np.concatenate(widths), np.concatenate(weights)


def _ends(count: int) -> Floats:
    """Return 1 for each station, and 1/2 for the first and the last, which have one neighbour."""
    share = np.ones(count)
    share[[0, -1]] = 0.5
    return share
