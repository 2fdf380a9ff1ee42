"""How much of what: metres of crack by width, and quantities of the element by state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.grading.expected import Expected, expected
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
NOT_SEEN = "inferred, no width"
_CLASS_COUNT = len(WIDTH_BOUNDARIES_MM) + 3
_APART, _UNSEEN = _CLASS_COUNT - 2, _CLASS_COUNT - 1
_OVERLAP = "What two photographs both show is counted twice."
_CLASSES = (
    "Each metre counts by the width there; where that was not measured, by the mean width of its "
    "crack. A crack counts in each class that it has a part in."
)
_COARSE = (
    f"Not told apart: narrower than {LEAST_BOUNDARY_PX:g} px, in photographs too coarse for the "
    "classes below that."
)
_INFERRED = (
    "Inferred: parts that join two pieces of a crack where it cannot be seen. They have a length "
    "and no width."
)
_EXPECTED = (
    "Expected metres: each line counts with its length times the probability that it is a crack. "
    "The interval holds the sum with 95 % probability, if the probabilities are right and each "
    "line is a crack or not independently of the others; the uncertainty of the lengths is in it."
)
_UNVERIFIED = (
    "Lines that nothing verified count as a whole; that some may be no cracks is not in the "
    "interval."
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
        states: of each code with inspection states, the probability of each state given that it is
            a crack; empty if the code gives none.
        probability: that it is a crack; None if nothing verified it, so that it counts as a whole.
        standard_mm: standard uncertainty of the length, but for that of the scale.
        by_scale_mm: that of the scale, which all cracks of a photograph share.
        inferred_mm: part of the length that was not seen, and has no width.
    """

    length_mm: float | None
    mean_width_mm: float | None
    widths_mm: Floats
    weights: Floats
    states: Mapping[str, Mapping[str, float]]
    probability: float | None = None
    standard_mm: float = 0.0
    by_scale_mm: float = 0.0
    inferred_mm: float = 0.0

    @property
    def share(self) -> float:
        """The share of its length that counts."""
        return 1.0 if self.probability is None else self.probability


@dataclass(frozen=True, slots=True)
class CountedPhoto:
    """What counts of a photograph with a scale.

    Attributes:
        mm_per_px: its scale.
        area_m2: of the wall that it shows; None if that is not known.
        spacing_mm: of cracks that run beside each other; None if there are none.
        cracks: that were measured.
        unlikely: length in mm and probability of a crack of each line that is not reported as one.
    """

    mm_per_px: float
    area_m2: float | None
    spacing_mm: float | None
    cracks: tuple[CountedCrack, ...]
    unlikely: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Expected metres of crack between two widths; `up_to_mm` is None for the widest class.

    `cracks` counts the lines that have a part in the class.
    """

    name: str
    above_mm: float
    up_to_mm: float | None
    length_m: float
    low_m: float
    high_m: float
    cracks: int


@dataclass(frozen=True, slots=True)
class StateQuantity:
    """How much of the element is expected in one state of one code."""

    code: str
    state: str
    length_m: float
    low_m: float
    high_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Quantities:
    """Quantities over photographs; lengths are expected ones, with their 95 % intervals.

    Attributes:
        measured_photographs: those with a scale.
        area_m2: the wall that they show.
        lines: that were measured in mm.
        expected_cracks: how many of them are expected to be cracks; None if none was verified.
        length_m, low_m, high_m: of all cracks.
        width_classes: metres by width.
        states: metres and areas by state.
        notes: what to know.
    """

    measured_photographs: int
    area_m2: float
    lines: int
    expected_cracks: float | None
    length_m: float
    low_m: float
    high_m: float
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
    lines = _Lines(photographs)
    whole = lines.sum([line.length_mm or 0.0 for line in lines.cracks])
    classes, states = _classes(lines), _states(lines)
    verified = [line for line in lines.cracks if line.probability is not None]
    return Quantities(
        measured_photographs=len(photographs),
        area_m2=sum(photo.area_m2 or 0.0 for photo in photographs),
        lines=len(lines.cracks),
        expected_cracks=sum(line.share for line in lines.cracks) if verified else None,
        length_m=whole.value,
        low_m=whole.low,
        high_m=whole.high,
        width_classes=tuple(classes),
        states=tuple(states),
        notes=tuple(_notes(lines, classes, states)),
    )


class _Lines:
    """The lines of all photographs that have a length in mm, and sums over them."""

    def __init__(self, photographs: Sequence[CountedPhoto]) -> None:
        self.photographs = photographs
        pairs = [
            (group, crack)
            for group, photo in enumerate(photographs)
            for crack in photo.cracks
            if crack.length_mm is not None
        ]
        self.groups = [group for group, _ in pairs]
        self.cracks = [crack for _, crack in pairs]
        length = np.array([crack.length_mm or 0.0 for crack in self.cracks])
        self._length_mm = np.where(length > 0, length, 1.0)
        self._share = np.array([crack.share for crack in self.cracks])
        self._standard_mm = np.array([crack.standard_mm for crack in self.cracks])
        self._by_scale_mm = np.array([crack.by_scale_mm for crack in self.cracks])

    def sum(self, lengths_mm: Sequence[float] | Floats, shares: Floats | None = None) -> Expected:
        """Return the expected metres.

        Args:
            lengths_mm: (N,) of each line, or of a part of it, which has its part of the
                uncertainty.
            shares: (N,) with which each line counts beside its own probability.
        """
        lengths = np.asarray(lengths_mm, dtype=np.float64)
        part = lengths / self._length_mm / 1000
        return expected(
            lengths / 1000,
            self._share * (1.0 if shares is None else shares),
            self._standard_mm * part,
            self._by_scale_mm * part,
            self.groups,
        )


def _notes(
    lines: _Lines, classes: Sequence[WidthClass], states: Sequence[StateQuantity]
) -> list[str]:
    verified = [line.probability is not None for line in lines.cracks]
    names = {row.name for row in classes}
    notes = [_OVERLAP]
    if any(verified):
        notes.append(_EXPECTED)
    if not all(verified):
        notes.append(_UNVERIFIED)
    notes += [*_left_out(lines.photographs), _CLASSES]
    notes += [_COARSE] if NOT_TOLD_APART in names else []
    notes += [_INFERRED] if NOT_SEEN in names else []
    return notes + ([_STATES, _AREAS] if states else [])


def _left_out(photographs: Sequence[CountedPhoto]) -> list[str]:
    """Say how much crack is expected among the lines that are not reported as cracks."""
    found = [line for photo in photographs for line in photo.unlikely]
    if not found:
        return []
    length_m = sum(length_mm * probability for length_mm, probability in found) / 1000
    listed = "1 line" if len(found) == 1 else f"{len(found):,} lines"
    told = f"Not counted: {listed} listed as probably no crack, expected to hold"
    return [f"{told} {length_m:.2f} m of crack."]


def length_by_width_m(crack: CountedCrack, mm_per_px: float) -> Floats:
    """Return the metres of a crack in each class of width, not told apart, and not seen.

    They sum to its length, whether or not it is a crack. A station counts with half the way to each
    of its neighbours. A width on a boundary belongs to the class below. A width below 3 px where a
    boundary is hidden can be any below that, see `cracklens.grading.resolution`.

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
        places[widths < resolved_mm] = _APART
    seen_mm = max(crack.length_mm - crack.inferred_mm, 0.0)
    np.add.at(found, places, weights / weights.sum() * seen_mm / 1000)
    found[_UNSEEN] = (crack.length_mm - seen_mm) / 1000
    return found


def _classes(lines: _Lines) -> list[WidthClass]:
    """Return the classes; the last two only where a line has a part in them."""
    rows = np.array(
        [
            length_by_width_m(crack, lines.photographs[group].mm_per_px)
            for group, crack in zip(lines.groups, lines.cracks, strict=True)
        ]
    ).reshape(-1, _CLASS_COUNT)
    lows: list[float] = [0.0, *WIDTH_BOUNDARIES_MM, 0.0, 0.0]
    highs = [*WIDTH_BOUNDARIES_MM, None, _coarsest_mm(lines.photographs), None]
    names = [*class_names(WIDTH_BOUNDARIES_MM), NOT_TOLD_APART, NOT_SEEN]
    found = []
    for name, low, high, column in zip(names, lows, highs, rows.T, strict=True):
        metres, cracks = lines.sum(1000 * column), int((column > 0).sum())
        if cracks or name not in {NOT_TOLD_APART, NOT_SEEN}:
            found.append(WidthClass(name, low, high, metres.value, metres.low, metres.high, cracks))
    return found


def _coarsest_mm(photographs: Sequence[CountedPhoto]) -> float:
    """Return the greatest width that may be hidden in any of the photographs."""
    return LEAST_BOUNDARY_PX * max(photo.mm_per_px for photo in photographs)


def _states(lines: _Lines) -> list[StateQuantity]:
    """Return the states of each code; a line is in a state with that probability if a crack."""
    strips_m = [_strip_m(photo) for photo in lines.photographs]
    strip_m = np.array([strips_m[group] for group in lines.groups])
    shares: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(len(lines.cracks)))
    for place, crack in enumerate(lines.cracks):
        for code, states in crack.states.items():
            for state, share in (states or {NOT_GRADED: 1.0}).items():
                shares[code, state][place] = share
    lengths_mm = np.array([crack.length_mm or 0.0 for crack in lines.cracks])
    codes = list(dict.fromkeys(code for code, _ in shares))
    rows = sorted(shares.items(), key=lambda row: (codes.index(row[0][0]), row[0][1] == NOT_GRADED))
    found = []
    for (code, state), column in rows:
        metres = lines.sum(lengths_mm, column)
        area_m2 = lines.sum(lengths_mm * strip_m, column).value
        found.append(StateQuantity(code, state, metres.value, metres.low, metres.high, area_m2))
    return found


def _strip_m(photo: CountedPhoto) -> float:
    """Return the width of the strip that counts to each crack of a photograph."""
    strip_m = min(INFLUENCE_MM, photo.spacing_mm or INFLUENCE_MM) / 1000
    total_m = sum(crack.length_mm or 0.0 for crack in photo.cracks) / 1000
    return min(strip_m, photo.area_m2 / total_m) if photo.area_m2 and total_m > 0 else strip_m
