"""Graph of the widths along a crack, as SVG paths for the report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.record.measured import MeasurementRecord, ProfileRecord
from cracklens.record.schema import CrackRecord
from cracklens.reporting.boundaries import Boundary
from cracklens.reporting.figures import MM_PER_M
from cracklens.reporting.picture import Floats
from cracklens.reporting.polyline import distance_along

ACROSS, DOWN = 1000, 200
"""Size of the graph in its own units; the page stretches it to the available space."""
MOST_STATIONS = 240
"""More stations are averaged in groups."""
_ROOM_ABOVE, _NEAR = 1.15, 1.8  # top of the graph, and highest boundary shown, over greatest width
_COVERAGE = 1.96
_BRANCH_GAP = 0.012  # between two branches, as a share of the whole length


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line, in per cent from the top, with its text."""

    top: float
    text: str


@dataclass(frozen=True, slots=True)
class ProfileGraph:
    """Paths in units of `ACROSS` x `DOWN`.

    Attributes:
        band: the 95 % interval of each width, closed areas.
        by_profile: widths from grey levels.
        by_mask: widths from the mask.
        levels: boundaries of the codes.
        greatest: the greatest width.
        scale_top: the width at the upper edge.
        along: the length of the crack.
        words: the graph as alternative text.
    """

    band: str
    by_profile: str
    by_mask: str
    levels: list[Level]
    greatest: Level
    scale_top: str
    along: str
    words: str


@dataclass(frozen=True, slots=True)
class _Stations:
    """Stations of one branch: distance along the graph, width and half of the interval."""

    along: Floats
    width: Floats
    reach: Floats
    by_profile: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def profile_graph(crack: CrackRecord, boundaries: Sequence[Boundary]) -> ProfileGraph | None:
    """Return the widths along all branches of a crack, the longest branch first.

    Args:
        crack: with or without a measurement.
        boundaries: drawn as levels if they are near the widths.

    Returns:
        The graph; None if no width was measured.
    """
    found = crack.measurement
    branches = list(_branches(found)) if found else []
    if found is None or not branches:
        return None
    in_mm = found.max_width_mm is not None
    greatest = found.max_width_mm or found.max_width_px
    shown = [edge for edge in boundaries if edge.width_mm <= _NEAR * greatest.high] if in_mm else []
    drawn = [greatest.value, min(greatest.high, 2 * greatest.value)]
    drawn += [float(np.nanmax(branch.width)) for branch in branches]
    drawn += [edge.width_mm for edge in shown]
    top = _ROOM_ABOVE * max(*drawn, 1e-9)
    unit, digits = ("mm", 2) if in_mm else ("px", 1)
    end = branches[-1].along[-1]
    pens = [_Pen(branch, end, top) for branch in branches]
    length = found.length_mm.value / MM_PER_M if found.length_mm else found.length_px.value
    along = f"{length:,.2f} m" if found.length_mm else f"{length:,.0f} px"
    return ProfileGraph(
        band="".join(pen.band() for pen in pens),
        by_profile="".join(pen.line(by_profile=True) for pen in pens),
        by_mask="".join(pen.line(by_profile=False) for pen in pens),
        levels=[Level(_from_top(edge.width_mm, top), edge.text) for edge in shown],
        greatest=Level(
            _from_top(greatest.value, top), f"greatest {greatest.value:.{digits}f} {unit}"
        ),
        scale_top=f"{top:.{digits}f} {unit}",
        along=along,
        words=f"Width along {along} of the crack, at most {greatest.value:.{digits}f} {unit}",
    )


class _Pen:
    """Writes one branch as the data of SVG paths, a new line after each gap."""

    def __init__(self, branch: _Stations, end: float, top: float) -> None:
        self._x = np.rint(branch.along / max(end, 1e-9) * ACROSS).astype(int)
        self._y = self._down(branch.width, top)
        self._high = self._down(branch.width + branch.reach, top)
        self._low = self._down(branch.width - branch.reach, top)
        self._runs = list(_runs(np.isfinite(branch.width)))
        self._branch = branch

    @staticmethod
    def _down(width: Floats, top: float) -> Floats:
        return np.rint((1 - np.clip(width / top, 0, 1)) * DOWN)

    def line(self, *, by_profile: bool) -> str:
        wanted = self._branch.by_profile == by_profile
        pieces = []
        for start, stop in _runs(np.isfinite(self._branch.width) & wanted):
            # one more station on each side, so that there is no gap between the two lines
            first = max(start - (0 if by_profile else 1), 0)
            last = min(stop + (0 if by_profile else 1), len(self._x))
            pieces.append(self._path(range(first, last), self._y))
        return "".join(pieces)

    def band(self) -> str:
        return "".join(
            self._path(range(start, stop), self._high)
            + "L"
            + self._points(reversed(range(start, stop)), self._low)
            + "z"
            for start, stop in self._runs
        )

    def _path(self, places: range, heights: Floats) -> str:
        places = range(places.start, places.stop)
        known = [place for place in places if np.isfinite(heights[place])]
        return f"M{self._points(known, heights)}" if known else ""

    def _points(self, places: Sequence[int] | Iterator[int], heights: Floats) -> str:
        return " ".join(f"{self._x[place]} {heights[place]:.0f}" for place in places)


def _branches(found: MeasurementRecord) -> Iterator[_Stations]:
    """Yield the branches that have a width, the longest first, one after the other."""
    in_mm = found.max_width_mm is not None
    profiles = sorted(found.profiles, key=_length_px, reverse=True)
    whole = sum(map(_length_px, profiles))
    group = -(-sum(len(profile.points_px) for profile in profiles) // MOST_STATIONS)
    start = 0.0
    for profile in profiles:
        width = _column(profile.width_mm if in_mm else profile.width_px, len(profile.points_px))
        if not np.isfinite(width).any():
            continue
        standard = _column(
            profile.standard_mm if in_mm else profile.standard_px, len(profile.points_px)
        )
        along = start + distance_along(np.asarray(profile.points_px, dtype=np.float64))
        start = float(along[-1]) + _BRANCH_GAP * whole
        yield _Stations(
            along=_averaged(along, group),
            width=_averaged(width, group),
            reach=_COVERAGE * np.nan_to_num(_averaged(standard, group)),
            by_profile=_averaged(np.array([m != "mask" for m in profile.method], float), group)
            >= 0.5,  # noqa: PLR2004 - most of the group
        )


def _length_px(profile: ProfileRecord) -> float:
    return float(distance_along(np.asarray(profile.points_px, dtype=np.float64))[-1])


def _column(values: Sequence[float | None] | None, count: int) -> Floats:
    if values is None:
        return np.full(count, np.nan)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _averaged(values: Floats, group: int) -> Floats:
    """Return the mean of each group of stations, without unmeasured ones."""
    padded = np.pad(values, (0, -len(values) % group), constant_values=np.nan).reshape(-1, group)
    known = np.isfinite(padded)
    count = known.sum(axis=1)
    total = np.where(known, padded, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _runs(wanted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Iterator[tuple[int, int]]:
    """Yield start and stop of each run of True.

    >>> list(_runs(np.array([True, True, False, True])))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _from_top(width: float, top: float) -> float:
    return round(100 * (1 - min(width / top, 1.0)), 1)
