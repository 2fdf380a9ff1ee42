"""How much of what: metres of crack by width, and quantities of the element by state."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.grading import Grade
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
_OVERLAP = "What two photographs both show is counted twice."
_CLASSES = (
    "Each metre counts by the width there; where that was not measured, by the mean width of its "
    "crack. A crack counts in each class that it has a part in."
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
    """

    measured: PhotoMeasurement
    grades: Sequence[Sequence[Grade]]


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Metres of crack of one class of width.

    Attributes:
        name: such as "0.10 to 0.30 mm".
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
        width_classes: all of them, the finest first.
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
    lengths_m = np.zeros(len(WIDTH_BOUNDARIES_MM) + 1)
    cracks = np.zeros(len(lengths_m), dtype=int)
    for photo in scaled:
        for crack in photo.measured.cracks:
            shares_m = length_by_width_m(crack)
            lengths_m += shares_m
            cracks += shares_m > 0
    states = _states(scaled)
    notes = [_OVERLAP, _CLASSES, *([_STATES, _AREAS] if states else [])]
    return Quantities(
        measured_photographs=len(scaled),
        area_m2=sum(p.measured.field.area_m2.value for p in scaled if p.measured.field.area_m2),
        width_classes=_classes(lengths_m, cracks),
        states=states,
        notes=tuple(notes),
    )


def length_by_width_m(crack: CrackMeasurement) -> Floats:
    """Return the metres of a crack in each class of width; they sum to its length.

    A station counts with half the way to each of its neighbours. A width on a boundary belongs to
    the class below.

    Args:
        crack: as measured; zeros without a length or a width in mm.
    """
    found = np.zeros(len(WIDTH_BOUNDARIES_MM) + 1)
    length_mm, mean_mm = crack.course.length_mm, crack.widths.mean_mm
    if length_mm is None or mean_mm is None:
        return found
    widths, weights = _stations(crack)
    if weights.sum() <= 0:
        widths, weights = np.array([np.nan]), np.ones(1)
    widths = np.where(np.isnan(widths), mean_mm.value, widths)
    places = np.searchsorted(WIDTH_BOUNDARIES_MM, widths, side="left")
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


def _classes(lengths_m: Floats, cracks: NDArray[np.int_]) -> tuple[WidthClass, ...]:
    edges = WIDTH_BOUNDARIES_MM
    return tuple(
        WidthClass(name, low, high, length_m, count)
        for name, low, high, length_m, count in zip(
            class_names(edges),
            (0.0, *edges),
            (*edges, None),
            lengths_m.tolist(),
            cracks.tolist(),
            strict=True,
        )
    )


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
