"""How much of what: metres of crack by width, and quantities of the element by state."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.grading import Grade
from cracklens.grading.resolution import LEAST_BOUNDARY_PX
from cracklens.grading.rules import class_names
from cracklens.measurement import CrackMeasurement, PhotoMeasurement
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


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One photograph whose cracks were measured.

    Attributes:
        measured: its cracks and its field.
        grades: for each crack, one for each code.
        mm_per_px: of the photograph; None without a scale, and where widths were measured by other
            means.
    """

    measured: PhotoMeasurement
    grades: Sequence[Sequence[Grade]]
    mm_per_px: float | None


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Metres of crack of one class of width.

    Attributes:
        name: such as "0.10 to 0.30 mm"; "not told apart" for what is finer than the scales resolve.
        above_mm: lower boundary.
        up_to_mm: upper boundary, in the class; None for the widest class.
        length_m: of all cracks.
        cracks: how many have a part in it.
    """

    name: str
    above_mm: float
    up_to_mm: float | None
    length_m: float
    cracks: int


@dataclass(frozen=True, slots=True)
class StateQuantity:
    """How much is in one state of one code.

    Attributes:
        code: an inspection state code.
        state: as the code calls it, or "not graded".
        length_m: of cracks, each split by its probabilities.
        area_m2: of wall around these cracks.
    """

    code: str
    state: str
    length_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Quantities:
    """Quantities over an inspection.

    Attributes:
        measured_photographs: how many have a scale.
        area_m2: seen in them.
        width_classes: all of them, the finest first; last what is not told apart, if there is any.
        states: of the inspection state codes, the best state first.
        notes: how it was counted.
    """

    measured_photographs: int
    area_m2: float
    width_classes: tuple[WidthClass, ...]
    states: tuple[StateQuantity, ...]
    notes: tuple[str, ...]


def quantities(photographs: Iterable[Surveyed]) -> Quantities:
    """Return quantities over photographs; those without a scale do not count.

    Args:
        photographs: with the grades of their cracks.
    """
    scaled = [photo for photo in photographs if _has_scale(photo.measured)]
    rows = [
        length_by_width_m(crack, photo.mm_per_px)
        for photo in scaled
        for crack in photo.measured.cracks
    ]
    classes = _classes(np.array(rows).reshape(-1, _CLASS_COUNT), _coarsest_mm(scaled))
    states = _states(scaled)
    notes = [_OVERLAP, _CLASSES, *([_STATES, _AREAS] if states else [])]
    if classes[-1].name == NOT_TOLD_APART:
        notes.insert(2, _COARSE)
    return Quantities(
        measured_photographs=len(scaled),
        area_m2=sum(p.measured.field.area_m2.value for p in scaled if p.measured.field.area_m2),
        width_classes=classes,
        states=states,
        notes=tuple(notes),
    )


def length_by_width_m(crack: CrackMeasurement, mm_per_px: float | None) -> Floats:
    """Return the metres of a crack in each class of width, and of what is not told apart.

    They sum to its length. A station counts with half the way to each of its neighbours. A width on
    a boundary belongs to the class below. A width below 3 px where a boundary is hidden can be any
    below that, see `cracklens.grading.resolution`.

    Args:
        crack: as measured; zeros without a length or a width in mm.
        mm_per_px: of the photograph; None for widths that were measured by other means.
    """
    found = np.zeros(_CLASS_COUNT)
    length_mm, mean_mm = crack.course.length_mm, crack.widths.mean_mm
    if length_mm is None or mean_mm is None:
        return found
    widths, weights = _stations(crack)
    if weights.sum() <= 0:
        widths, weights = np.array([np.nan]), np.ones(1)
    widths = np.where(np.isnan(widths), mean_mm.value, widths)
    places = np.searchsorted(WIDTH_BOUNDARIES_MM, widths, side="left")
    resolved_mm = LEAST_BOUNDARY_PX * (mm_per_px or 0.0)
    if resolved_mm > WIDTH_BOUNDARIES_MM[0]:
        places[widths < resolved_mm] = _CLASS_COUNT - 1
    np.add.at(found, places, weights / weights.sum() * length_mm.value / 1000)
    return found


def _stations(crack: CrackMeasurement) -> tuple[Floats, Floats]:
    """Return the widths of all stations in mm, and the length in px that each stands for."""
    widths, weights = [np.zeros(0)], [np.zeros(0)]
    for profile in crack.widths.profiles:
        if profile.width_mm is not None and len(profile.along_px) > 1:
            widths.append(profile.width_mm)
            weights.append(np.gradient(profile.along_px) * _ends(len(profile.along_px)))
    return np.concatenate(widths), np.concatenate(weights)


def _ends(count: int) -> Floats:
    """Return 1 for each station, and 1/2 for the first and the last, which have one neighbour."""
    share = np.ones(count)
    share[[0, -1]] = 0.5
    return share


def _classes(rows: Floats, coarsest_mm: float) -> tuple[WidthClass, ...]:
    """Return the classes from the metres of each crack in each of them, (cracks, classes)."""
    lows: list[float] = [0.0, *WIDTH_BOUNDARIES_MM, 0.0]
    highs = [*WIDTH_BOUNDARIES_MM, None, coarsest_mm]
    names = [*class_names(WIDTH_BOUNDARIES_MM), NOT_TOLD_APART]
    lengths_m, cracks = rows.sum(axis=0).tolist(), (rows > 0).sum(axis=0).tolist()
    found = tuple(map(WidthClass, names, lows, highs, lengths_m, cracks))
    return found if found[-1].cracks else found[:-1]


def _coarsest_mm(photographs: Sequence[Surveyed]) -> float:
    """Return the greatest width that may be hidden in any of the photographs."""
    return LEAST_BOUNDARY_PX * max((photo.mm_per_px or 0.0 for photo in photographs), default=0.0)


def _states(photographs: Sequence[Surveyed]) -> tuple[StateQuantity, ...]:
    totals: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for photo in photographs:
        strip_m = _strip_m(photo.measured)
        for crack, grades in zip(photo.measured.cracks, photo.grades, strict=True):
            length = crack.course.length_mm
            for grade in grades:
                if length is None or grade.kind != "inspection state":
                    continue
                for state, share in (grade.states or {NOT_GRADED: 1.0}).items():
                    row = totals[grade.code, state]
                    row[0] += share * length.value / 1000
                    row[1] += share * length.value / 1000 * strip_m
    codes = list(dict.fromkeys(code for code, _ in totals))
    rows = sorted(totals.items(), key=lambda row: (codes.index(row[0][0]), row[0][1] == NOT_GRADED))
    return tuple(StateQuantity(code, state, *sums) for (code, state), sums in rows)


def _strip_m(measured: PhotoMeasurement) -> float:
    """Return the width of the strip that counts to each crack of a photograph."""
    spacing, area = measured.field.spacing_mm, measured.field.area_m2
    strip_m = min(INFLUENCE_MM, spacing.value if spacing else INFLUENCE_MM) / 1000
    lengths = [crack.course.length_mm for crack in measured.cracks]
    total_m = sum(length.value for length in lengths if length) / 1000
    return min(strip_m, area.value / total_m) if area and total_m > 0 else strip_m


def _has_scale(measured: PhotoMeasurement) -> bool:
    return measured.field.area_m2 is not None or any(
        crack.course.length_mm is not None for crack in measured.cracks
    )
