"""Groups of parallel cracks, and their spacing."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.orientation import main_direction, to_axis_deg

Floats = NDArray[np.float64]

WITHIN_DEG = 15.0
LEAST_OVERLAP = 0.5
LEAST_CRACKS = 3
"""A parallel group has at least 3 cracks whose main directions are within 15 degrees of that of the
group. Each crack overlaps another one over at least half of the shorter one, and their distance is
at most the length of the longer one. Two cracks have only one distance, which may be chance, so it
is not a spacing. These limits are a convention of cracklens: the manuals do not state how many
cracks define a spacing (AASHTO MBEI 2019, defect 1130, grades by spacing alone). Of lines in random
directions, one in six is within 15 degrees."""

_LEAST_STRENGTH = 0.5  # of a main direction; a crack below it is in no group
_SCANLINES = 200


@dataclass(frozen=True, slots=True)
class Spacing:
    """Spacing of the cracks of a group.

    Attributes:
        mean: mean distance perpendicular to the group, in the unit of the lines.
        spread: standard deviation of the distances over all scanlines and neighbours.
        direction_deg: of the group.
        along: extent of the group in that direction.
        pairs: number of pairs of neighbours.
    """

    mean: float
    spread: float
    direction_deg: float
    along: float
    pairs: int


@dataclass(frozen=True, slots=True)
class _Span:
    """Extent of a crack along a direction, and its mean position across."""

    low: float
    high: float
    across: float


def parallel_groups(cracks: Sequence[Sequence[Floats]]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of parallel cracks, the longest first.

    A group starts from the longest crack that is in no group. Cracks of its direction are added if
    they overlap a crack of the group. Finally cracks that deviate from the direction of the group
    are removed.

    Args:
        cracks: the polylines (N, 2) of each crack, x and y in any unit, y down.

    Returns:
        Indices of the cracks of each group, ascending.
    """
    mains = [main_direction(lines) for lines in cracks]
    lengths = [_length(lines) for lines in cracks]
    points = [np.concatenate(lines) if lines else np.zeros((0, 2)) for lines in cracks]
    ungrouped = [i for i, main in enumerate(mains) if main.strength >= _LEAST_STRENGTH]
    ungrouped.sort(key=lambda index: -lengths[index])
    groups = []
    while ungrouped:
        group = _group_from_first(ungrouped, cracks, points, [main.angle_deg for main in mains])
        if len(group) >= LEAST_CRACKS:
            groups.append(tuple(sorted(group)))
            ungrouped = [index for index in ungrouped[1:] if index not in group]
        else:
            ungrouped = ungrouped[1:]
    groups.sort(key=lambda group: -sum(lengths[index] for index in group))
    return tuple(groups)


def measure_spacing(cracks: Sequence[Sequence[Floats]]) -> Spacing | None:
    """Return the mean distance between neighbours of one group, or None without neighbours.

    Scanlines are perpendicular to the main direction of the group and evenly spaced along it. The
    distances between successive cracks on all scanlines are averaged (Priest and Hudson 1981,
    doi:10.1016/0148-9062(81)90972-0, for joints in rock). Two cracks are neighbours if no crack is
    between them on at least half of the scanlines that meet both. This excludes the distance of two
    cracks beyond the end of a crack between them.

    Args:
        cracks: the polylines (N, 2) of each crack of the group.
    """
    direction_deg = main_direction([line for lines in cracks for line in lines]).angle_deg
    places = [_turned(lines, direction_deg) for lines in cracks]
    low = min(float(line[:, 0].min()) for lines in places for line in lines)
    high = max(float(line[:, 0].max()) for lines in places for line in lines)
    stations = low + (np.arange(_SCANLINES) + 0.5) / _SCANLINES * (high - low)
    across = np.stack([_crossings(lines, stations) for lines in places])
    pairs = [gap for gap in _neighbours(across) if gap.size]
    if not pairs:
        return None
    gaps = np.concatenate(pairs)
    return Spacing(
        mean=float(gaps.mean()),
        spread=float(gaps.std()),
        direction_deg=direction_deg,
        along=high - low,
        pairs=len(pairs),
    )


def _neighbours(across: Floats) -> list[Floats]:
    """Return the distances on the scanlines for each pair of neighbours.

    Args:
        across: (cracks, scanlines) position of each crack, NaN where a scanline misses it.
    """
    order = np.argsort(across, axis=0)  # NaN comes last
    gaps = np.diff(np.take_along_axis(across, order, axis=0), axis=0)
    met = np.isfinite(gaps)
    near, far = order[:-1][met], order[1:][met]
    low, high, gaps = np.minimum(near, far), np.maximum(near, far), gaps[met]
    found = []
    for one, other in np.unique(np.stack([low, high], axis=1), axis=0).tolist():
        own = gaps[(low == one) & (high == other)]
        both = int(np.isfinite(across[one] + across[other]).sum())
        if own.size >= LEAST_OVERLAP * both:
            found.append(own)
    return found


def _group_from_first(
    candidates: Sequence[int],
    cracks: Sequence[Sequence[Floats]],
    points: Sequence[Floats],
    angles: list[float],
) -> list[int]:
    """Return the group that starts from the first candidate."""
    seed = candidates[0]
    angle_deg, group = angles[seed], [seed]
    for _ in range(2):  # the second time with the direction of the whole group
        waiting = [i for i in candidates if i != seed and _is_along(angles[i], angle_deg)]
        spans = {i: _span(points[i], angle_deg) for i in (seed, *waiting)}
        group = [seed]
        while taken := [i for i in waiting if any(_beside(spans[i], spans[j]) for j in group)]:
            group += taken
            waiting = [i for i in waiting if i not in taken]
        angle_deg = main_direction([line for i in group for line in cracks[i]]).angle_deg
    return [index for index in group if _is_along(angles[index], angle_deg)]


def _is_along(angle_deg: float, direction_deg: float) -> bool:
    return to_axis_deg(angle_deg, direction_deg) <= WITHIN_DEG


def _beside(one: _Span, other: _Span) -> bool:
    """Return whether two cracks overlap by half the shorter one, nearer than the longer is long."""
    common = min(one.high, other.high) - max(one.low, other.low)
    shorter, longer = sorted((one.high - one.low, other.high - other.low))
    return common >= LEAST_OVERLAP * shorter and abs(one.across - other.across) <= longer


def _span(points: Floats, direction_deg: float) -> _Span:
    along, across = _turned([points], direction_deg)[0].T
    return _Span(float(along.min()), float(along.max()), float(across.mean()))


def _turned(lines: Sequence[Floats], direction_deg: float) -> list[Floats]:
    """Return the lines with x along the direction and y to its right."""
    angle = math.radians(direction_deg)
    ahead, aside = (math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))
    return [line @ np.array([ahead, aside]).T for line in lines]


def _crossings(lines: Sequence[Floats], stations: Floats) -> Floats:
    """Return the mean position of lines across the direction at each station, NaN if none."""
    total, count = np.zeros(len(stations)), np.zeros(len(stations))
    for line in lines:
        for start, end in itertools.pairwise(line):
            (low, _), (high, _) = sorted((start.tolist(), end.tolist()))
            first, last = np.searchsorted(stations, [low, high])
            if first == last:
                continue
            share = (stations[first:last] - start[0]) / (end[0] - start[0])
            total[first:last] += start[1] + share * (end[1] - start[1])
            count[first:last] += 1
    found: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def _length(lines: Sequence[Floats]) -> float:
    return math.fsum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines)
