"""How much of what: metres of crack by width, and quantities of the element by state."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from cracklens.grading.resolution import LEAST_BOUNDARY_PX
from cracklens.grading.rules import class_names
from cracklens.inspection.record import PhotoRecord
from cracklens.inspection.record_measured import (
    MeasurementRecord,
    QuantitiesRecord,
    StateQuantityRecord,
    WidthClassRecord,
)
from cracklens.measurement.types import Floats

WIDTH_BOUNDARIES_MM = (0.10, 0.30, 1.27)
"""Between the classes of width. They are the boundaries at which the codes that ship change what
they say: 0.10 mm (BRE Digest 251 category 0, ACI 224R for water-retaining structures, AASHTO MBEI
CS1 of prestressed concrete), 0.30 mm (AASHTO MBEI CS1, EN 1992-1-1, ACI 224R for humidity) and
1.27 mm (AASHTO MBEI CS3)."""

INFLUENCE_MM = 300.0
"""Width of the strip of wall that counts to a crack, centred on it, unless cracks lie closer. Our
convention: no clause was found that sets one. 0.30 m is the least spacing of AASHTO MBEI, so strips
of cracks that are not yet densest do not overlap."""

NOT_GRADED = "not graded"
NOT_TOLD_APART = "not told apart"
_CLASS_COUNT = len(WIDTH_BOUNDARIES_MM) + 2
_OVERLAP = "What two photographs both show is counted twice."
_CLASSES = (
    "Each metre counts by the width there; where that was not measured, by the mean width of its "
    "crack. A crack counts in each class that it has a part in."
)
_COARSE = (
    f"Not told apart: narrower than {LEAST_BOUNDARY_PX:g} px, in photographs too coarse for the "
    "classes below that."
)
_STATES = (
    "The length of a crack is split over the states by their probabilities. Element quantities of "
    "AASHTO MBEI are areas for decks and slabs, lengths for girders: the inspector chooses."
)
_AREAS = (
    f"Area is length by a strip of {INFLUENCE_MM / 1000:.2f} m, or the spacing where it is less, "
    "and at most what the photograph shows: a convention of cracklens, not of a code."
)


def quantities(photographs: Iterable[PhotoRecord]) -> QuantitiesRecord | None:
    """Return quantities over photographs; those without a scale do not count.

    Args:
        photographs: as the record of the inspection has them.

    Returns:
        None if no photograph has a scale.
    """
    scaled = [photo for photo in photographs if photo.scale and photo.field]
    if not scaled:
        return None
    rows = [
        length_by_width_m(crack.measurement, photo.scale.mm_per_px)
        for photo in scaled
        for crack in photo.cracks
        if crack.measurement and photo.scale
    ]
    classes = _classes(np.array(rows).reshape(-1, _CLASS_COUNT), _coarsest_mm(scaled))
    states = _states(scaled)
    notes = [_OVERLAP, _CLASSES, *([_STATES, _AREAS] if states else [])]
    if classes[-1].name == NOT_TOLD_APART:
        notes.insert(2, _COARSE)
    return QuantitiesRecord(
        measured_photographs=len(scaled),
        area_m2=sum(p.field.area_m2.value for p in scaled if p.field and p.field.area_m2),
        width_classes=classes,
        states=states,
        notes=notes,
    )


def length_by_width_m(crack: MeasurementRecord, mm_per_px: float) -> Floats:
    """Return the metres of a crack in each class of width, and of what is not told apart.

    They sum to its length. A station counts with half the way to each of its neighbours. A width on
    a boundary belongs to the class below. A width below 3 px where a boundary is hidden can be any
    below that, see `cracklens.grading.resolution`.

    Args:
        crack: as measured; zeros without a length or a width in mm.
        mm_per_px: of the photograph.
    """
    found = np.zeros(_CLASS_COUNT)
    length_mm, mean_mm = crack.length_mm, crack.mean_width_mm
    if length_mm is None or mean_mm is None:
        return found
    widths, weights = _stations(crack)
    if weights.sum() <= 0:
        widths, weights = np.array([np.nan]), np.ones(1)
    widths = np.where(np.isnan(widths), mean_mm.value, widths)
    places = np.searchsorted(WIDTH_BOUNDARIES_MM, widths, side="left")
    resolved_mm = LEAST_BOUNDARY_PX * mm_per_px
    if resolved_mm > WIDTH_BOUNDARIES_MM[0]:
        places[widths < resolved_mm] = _CLASS_COUNT - 1
    np.add.at(found, places, weights / weights.sum() * length_mm.value / 1000)
    return found


def _stations(crack: MeasurementRecord) -> tuple[Floats, Floats]:
    """Return the widths of all stations in mm, and the length in px that each stands for."""
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


def _classes(rows: Floats, coarsest_mm: float) -> list[WidthClassRecord]:
    """Return the classes from the metres of each crack in each of them, (cracks, classes)."""
    lows: list[float] = [0.0, *WIDTH_BOUNDARIES_MM, 0.0]
    highs = [*WIDTH_BOUNDARIES_MM, None, coarsest_mm]
    names = [*class_names(WIDTH_BOUNDARIES_MM), NOT_TOLD_APART]
    lengths_m, cracks = rows.sum(axis=0).tolist(), (rows > 0).sum(axis=0).tolist()
    found = [
        WidthClassRecord(name=name, above_mm=low, up_to_mm=high, length_m=length, cracks=count)
        for name, low, high, length, count in zip(
            names, lows, highs, lengths_m, cracks, strict=True
        )
    ]
    return found if found[-1].cracks else found[:-1]


def _coarsest_mm(photographs: Sequence[PhotoRecord]) -> float:
    """Return the greatest width that may be hidden in any of the photographs."""
    return LEAST_BOUNDARY_PX * max(
        (photo.scale.mm_per_px for photo in photographs if photo.scale), default=0.0
    )


def _states(photographs: Sequence[PhotoRecord]) -> list[StateQuantityRecord]:
    totals: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for photo in photographs:
        strip_m = _strip_m(photo)
        for crack in photo.cracks:
            length = crack.measurement.length_mm if crack.measurement else None
            for grade in crack.grades:
                if length is None or grade.kind != "inspection state":
                    continue
                for state, share in (grade.states or {NOT_GRADED: 1.0}).items():
                    row = totals[grade.code, state]
                    row[0] += share * length.value / 1000
                    row[1] += share * length.value / 1000 * strip_m
    codes = list(dict.fromkeys(code for code, _ in totals))
    rows = sorted(totals.items(), key=lambda row: (codes.index(row[0][0]), row[0][1] == NOT_GRADED))
    return [
        StateQuantityRecord(code=code, state=state, length_m=length_m, area_m2=area_m2)
        for (code, state), (length_m, area_m2) in rows
    ]


def _strip_m(photo: PhotoRecord) -> float:
    """Return the width of the strip that counts to each crack of a photograph."""
    spacing = photo.field and photo.field.spacing_mm
    area = photo.field and photo.field.area_m2
    strip_m = min(INFLUENCE_MM, spacing.value if spacing else INFLUENCE_MM) / 1000
    lengths = [crack.measurement.length_mm for crack in photo.cracks if crack.measurement]
    total_m = sum(length.value for length in lengths if length) / 1000
    return min(strip_m, area.value / total_m) if area and total_m > 0 else strip_m
