"""How much of what: metres of crack by width, and quantities of the element by state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.grading.resolution import LEAST_BOUNDARY_PX
from cracklens.grading.rules import class_names
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
class CountedCrack:
    """What counts of a measured crack.

    Attributes:
        length_mm: of all branches; None without a scale.
        mean_width_mm: None without a scale.
        widths_mm: (N,) at each station, NaN where it was not measured.
        weights: (N,) the length in px that each station stands for.
        states: of each code with inspection states, the probability of each state; empty if the
            code gives none.
    """

    length_mm: float | None
    mean_width_mm: float | None
    widths_mm: Floats
    weights: Floats
    states: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class CountedPhoto:
    """What counts of a photograph with a scale.

    Attributes:
        mm_per_px: its scale.
        area_m2: of the wall that it shows; None if that is not known.
        spacing_mm: of cracks that run beside each other; None if there are none.
        cracks: that were measured.
    """

    mm_per_px: float
    area_m2: float | None
    spacing_mm: float | None
    cracks: tuple[CountedCrack, ...]


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Metres of crack between two widths; `up_to_mm` is None for the widest class."""

    name: str
    above_mm: float
    up_to_mm: float | None
    length_m: float
    cracks: int


@dataclass(frozen=True, slots=True)
class StateQuantity:
    """How much of the element is in one state of one code."""

    code: str
    state: str
    length_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Quantities:
    """Quantities over photographs; `area_m2` is the wall that they show."""

    measured_photographs: int
    area_m2: float
    width_classes: tuple[WidthClass, ...]
    states: tuple[StateQuantity, ...]
    notes: tuple[str, ...]


def quantities(photographs: Sequence[CountedPhoto]) -> Quantities | None:
    """Return quantities over photographs; None without one.

    Args:
        photographs: those with a scale.
    """
    if not photographs:
        return None
    rows = [
        length_by_width_m(crack, photo.mm_per_px) for photo in photographs for crack in photo.cracks
    ]
    classes = _classes(np.array(rows).reshape(-1, _CLASS_COUNT), _coarsest_mm(photographs))
    states = _states(photographs)
    notes = [_OVERLAP, _CLASSES, *([_STATES, _AREAS] if states else [])]
    if classes[-1].name == NOT_TOLD_APART:
        notes.insert(2, _COARSE)
    return Quantities(
        measured_photographs=len(photographs),
        area_m2=sum(photo.area_m2 or 0.0 for photo in photographs),
        width_classes=tuple(classes),
        states=tuple(states),
        notes=tuple(notes),
    )


def length_by_width_m(crack: CountedCrack, mm_per_px: float) -> Floats:
    """Return the metres of a crack in each class of width, and of what is not told apart.

    They sum to its length. A station counts with half the way to each of its neighbours. A width on
    a boundary belongs to the class below. A width below 3 px where a boundary is hidden can be any
    below that, see `cracklens.grading.resolution`.

    Args:
        crack: as measured; zeros without a length or a width in mm.
        mm_per_px: of the photograph.
    """
    found = np.zeros(_CLASS_COUNT)
    if crack.length_mm is None or crack.mean_width_mm is None:
        return found
    widths, weights = crack.widths_mm, crack.weights
    if weights.sum() <= 0:
        widths, weights = np.array([np.nan]), np.ones(1)
    widths = np.where(np.isnan(widths), crack.mean_width_mm, widths)
    places = np.searchsorted(WIDTH_BOUNDARIES_MM, widths, side="left")
    resolved_mm = LEAST_BOUNDARY_PX * mm_per_px
    if resolved_mm > WIDTH_BOUNDARIES_MM[0]:
        places[widths < resolved_mm] = _CLASS_COUNT - 1
    np.add.at(found, places, weights / weights.sum() * crack.length_mm / 1000)
    return found


def _classes(rows: Floats, coarsest_mm: float) -> list[WidthClass]:
    """Return the classes from the metres of each crack in each of them, (cracks, classes)."""
    lows: list[float] = [0.0, *WIDTH_BOUNDARIES_MM, 0.0]
    highs = [*WIDTH_BOUNDARIES_MM, None, coarsest_mm]
    names = [*class_names(WIDTH_BOUNDARIES_MM), NOT_TOLD_APART]
    lengths_m, cracks = rows.sum(axis=0).tolist(), (rows > 0).sum(axis=0).tolist()
    found = [
        WidthClass(name=name, above_mm=low, up_to_mm=high, length_m=length, cracks=count)
        for name, low, high, length, count in zip(
            names, lows, highs, lengths_m, cracks, strict=True
        )
    ]
    return found if found[-1].cracks else found[:-1]


def _coarsest_mm(photographs: Sequence[CountedPhoto]) -> float:
    """Return the greatest width that may be hidden in any of the photographs."""
    return LEAST_BOUNDARY_PX * max(photo.mm_per_px for photo in photographs)


def _states(photographs: Sequence[CountedPhoto]) -> list[StateQuantity]:
    totals: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for photo in photographs:
        strip_m = _strip_m(photo)
        for crack in photo.cracks:
            if crack.length_mm is None:
                continue
            for code, states in crack.states.items():
                for state, share in (states or {NOT_GRADED: 1.0}).items():
                    row = totals[code, state]
                    row[0] += share * crack.length_mm / 1000
                    row[1] += share * crack.length_mm / 1000 * strip_m
    codes = list(dict.fromkeys(code for code, _ in totals))
    rows = sorted(totals.items(), key=lambda row: (codes.index(row[0][0]), row[0][1] == NOT_GRADED))
    return [
        StateQuantity(code=code, state=state, length_m=length_m, area_m2=area_m2)
        for (code, state), (length_m, area_m2) in rows
    ]


def _strip_m(photo: CountedPhoto) -> float:
    """Return the width of the strip that counts to each crack of a photograph."""
    strip_m = min(INFLUENCE_MM, photo.spacing_mm or INFLUENCE_MM) / 1000
    total_m = sum(crack.length_mm or 0.0 for crack in photo.cracks) / 1000
    return min(strip_m, photo.area_m2 / total_m) if photo.area_m2 and total_m > 0 else strip_m
