"""Division of a crack into stretches of one width class, so that each has its colour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.record.measured import ProfileRecord
from cracklens.record.schema import BranchRecord, CrackRecord
from cracklens.reporting.palette import WIDTH_CLASSES, rank_of
from cracklens.reporting.picture import Floats
from cracklens.reporting.polyline import distance_along, piece_of

_BOUNDS_MM = np.array([each.above_mm for each in WIDTH_CLASSES[1:]])
SMOOTHED_OVER = 7
"""Stations in the running median of the width, so that one ragged point makes no stretch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a crack in one class of width.

    Attributes:
        points_px: (N, 2) x, y, part of the polyline of the record.
        rank: index of the class in `WIDTH_CLASSES`; None without a width in mm.
        inferred: it was not seen, and has no width.
    """

    points_px: Floats
    rank: int | None
    inferred: bool = False


def stretches(crack: CrackRecord, *, by_place: bool = True) -> list[Stretch]:
    """Return all branches of a crack, divided where the class of the width changes.

    An unmeasured station has the class of the nearest measured one. Parts that were not seen are
    stretches of their own, without a class.

    Args:
        crack: with or without a measurement.
        by_place: by the width at each place; else by the greatest width of the crack.
    """
    found = crack.measurement
    whole = rank_of(found.max_width_mm.value) if found and found.max_width_mm else None
    profiles: list[ProfileRecord | None] = [None] * len(crack.branches)
    if found and whole is not None and by_place:
        profiles = [*found.profiles, *profiles]
    return [
        part
        for branch, profile in zip(crack.branches, profiles, strict=False)
        for stretch in _of_branch(branch, profile, whole)
        for part in _cut(stretch, _unseen(branch))
    ]


def line_of(branch: BranchRecord) -> Floats:
    """Return the polyline of a branch, (N, 2) x, y."""
    return np.asarray(branch.points_px, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a branch between two distances along it."""

    line_px: Floats
    start_px: float
    stop_px: float
    rank: int | None


def _unseen(branch: BranchRecord) -> list[tuple[float, float]]:
    """Return where the parts of a branch that were not seen begin and end, along it."""
    if not branch.inferred:
        return []
    along = distance_along(line_of(branch)).tolist()
    return sorted((along[first], along[last]) for first, last in branch.inferred)


def _cut(part: _Part, unseen: Sequence[tuple[float, float]]) -> Iterator[Stretch]:
    """Yield a part of a branch, divided where it begins or ends to be seen."""
    at = part.start_px
    for start_px, stop_px in unseen:
        low, high = max(start_px, at), min(stop_px, part.stop_px)
        if high <= low:
            continue
        if low > at:
            yield Stretch(piece_of(part.line_px, at, low), part.rank)
        yield Stretch(piece_of(part.line_px, low, high), None, inferred=True)
        at = high
    if not unseen or part.stop_px > at:
        yield Stretch(piece_of(part.line_px, at, part.stop_px), part.rank)


def _of_branch(
    branch: BranchRecord, profile: ProfileRecord | None, whole: int | None
) -> Iterator[_Part]:
    line_px = line_of(branch)
    end_px = float(distance_along(line_px)[-1])
    ranks = _ranks(profile.width_mm) if profile and profile.width_mm else None
    if ranks is None or profile is None or len(profile.points_px) < 2:  # noqa: PLR2004 - a line
        yield _Part(line_px, 0.0, end_px, whole)
        return
    at_px = _places(line_px, np.asarray(profile.points_px, dtype=np.float64))
    changes = np.flatnonzero(np.diff(ranks)) + 1
    cuts = [0.0, *((at_px[changes - 1] + at_px[changes]) / 2), end_px]
    firsts = [0, *changes.tolist()]
    for first, start_px, stop_px in zip(firsts, cuts, cuts[1:], strict=False):
        if stop_px > start_px:
            yield _Part(line_px, float(start_px), float(stop_px), int(ranks[first]))


def _places(line_px: Floats, stations_px: Floats) -> Floats:
    """Return the distance of the stations of a profile along a simplified polyline, (N,) px.

    The polyline is slightly shorter than the line of the stations, so the distances are scaled.
    """
    whole_px = distance_along(line_px)[-1]
    start_px = float(np.hypot(*(stations_px[0] - line_px[0])))
    rest_px = float(np.hypot(*(stations_px[-1] - line_px[-1])))
    along = distance_along(stations_px)
    if along[-1] == 0 or start_px + rest_px >= whole_px:
        return np.linspace(0.0, whole_px, len(stations_px))
    places: Floats = start_px + along * (whole_px - start_px - rest_px) / along[-1]
    return places


def _ranks(width_mm: Sequence[float | None]) -> NDArray[np.int64] | None:
    """Return the class of each station after a running median; None if none was measured."""
    known = [(place, width) for place, width in enumerate(width_mm) if width is not None]
    if not known:
        return None
    places, widths = np.array(known).T
    reach = SMOOTHED_OVER // 2
    padded = np.pad(widths, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, SMOOTHED_OVER)
    ranks = np.searchsorted(_BOUNDS_MM, np.median(windows, axis=1), side="right")
    nearest = np.interp(np.arange(len(width_mm)), places, np.arange(len(places)))
    return np.asarray(ranks[np.rint(nearest).astype(int)], dtype=np.int64)
