"""The points of many lines in one array, and operations along all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.mask import Ints

_SIGMA_POINTS = 1.5  # of the smoothing; a circle of 20 px radius shrinks by 0.3 %
_REACH = int(3 * _SIGMA_POINTS)


@dataclass(frozen=True, slots=True)
class Packing:
    """Where each of S lines lies in an array of the N points of all of them.

    Attributes:
        first: (S,) index of the first point of each line.
        count: (S,) number of points, at least 1.
    """

    first: Ints
    count: Ints

    @classmethod
    def of(cls, counts: Sequence[int] | Ints) -> "Packing":
        """Return the packing of lines of these numbers of points."""
        count = np.asarray(counts, np.int64)
        return cls(np.cumsum(count) - count, count)

    @property
    def last(self) -> Ints:
        """Index of the last point of each line, (S,)."""
        return self.first + self.count - 1

    @property
    def owner(self) -> Ints:
        """Line of each point, (N,)."""
        return np.repeat(np.arange(len(self.count)), self.count)

    def split(self, values: Floats) -> list[Floats]:
        """Return the part of each line, S views of (N, ...)."""
        stops = self.first + self.count
        return [
            values[start:stop]
            for start, stop in zip(self.first.tolist(), stops.tolist(), strict=True)
        ]

    def sums(self, values: Floats) -> Floats:
        """Return the sum along each line, (S,), of (N,)."""
        found: Floats = np.bincount(self.owner, values, len(self.count)).astype(np.float64)
        return found

    def medians(self, values: Floats) -> Floats:
        """Return the median along each line, (S,), of (N,)."""
        ordered = values[np.lexsort((values, self.owner))]
        low, high = self.first + (self.count - 1) // 2, self.first + self.count // 2
        found: Floats = (ordered[low] + ordered[high]) / 2
        return found


def steps_px(points: Floats, packing: Packing) -> Floats:
    """Return the distance of each point from the one before it, (N,); 0 at first points."""
    step = np.zeros(len(points))
    step[1:] = np.hypot(*np.diff(points, axis=0).T)
    step[packing.first] = 0.0
    return step


def along_px(points: Floats, packing: Packing) -> Floats:
    """Return the distance along the line from its first point, (N,)."""
    along = steps_px(points, packing)
    for part in packing.split(along):  # one sum over all lines rounds by the lines before
        np.cumsum(part, out=part)
    return along


def lengths_px(lines: Sequence[Floats]) -> Floats:
    """Return the length of each polyline (N, 2) of at least one point, (S,)."""
    if not lines:
        return np.zeros(0)
    packing = Packing.of([len(line) for line in lines])
    return packing.sums(steps_px(np.concatenate(lines), packing))


def courses(points: Floats, packing: Packing) -> Floats:
    """Return the unit direction at each point, (N, 2): `np.gradient` along each line."""
    ahead = np.empty_like(points)
    ahead[1:-1] = (points[2:] - points[:-2]) / 2
    first, last = packing.first, packing.last
    after, before = np.minimum(first + 1, last), np.maximum(last - 1, first)
    ahead[first] = points[after] - points[first]
    ahead[last] = points[last] - points[before]
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    return ahead


def filled(values: Floats, known: NDArray[np.bool_], along: Floats, packing: Packing) -> Floats:
    """Return (N,) values with the unknown ones interpolated along each line.

    Beyond the first and the last known value of a line, that value goes on.

    Args:
        values: (N,).
        known: (N,) True at one point of each line at least.
        along: (N,) see `along_px`.
        packing: of the lines.
    """
    room = 2.0 + along[packing.last]
    origin = np.cumsum(room) - room
    at = along + np.repeat(origin, packing.count)
    index = np.flatnonzero(known)
    owner = packing.owner[index]
    low = np.searchsorted(owner, np.arange(len(packing.count)))
    high = np.searchsorted(owner, np.arange(len(packing.count)), side="right") - 1
    knots = np.concatenate([origin - 0.5, at[index], origin + along[packing.last] + 0.5])
    heights = np.concatenate([values[index[low]], values[index], values[index[high]]])
    order = np.argsort(knots, kind="stable")
    found: Floats = np.interp(at, knots[order], heights[order])
    return found


def smoothed_within(values: Floats, packing: Packing) -> Floats:
    """Return (N, C) values smoothed by a Gaussian along each line; its ends go on as they are."""
    line = np.repeat(np.arange(len(packing.count)), packing.count + 2 * _REACH)
    at = _padded_places(packing)
    inside = np.clip(at, 0, packing.count[line] - 1)
    return _convolved(values[packing.first[line] + inside], packing)


def smoothed(points: Floats, packing: Packing, ring: NDArray[np.bool_]) -> Floats:
    """Return (N, C) points smoothed by a Gaussian of 1.5 points along each line.

    The first and the last point of a line do not move: it goes on beyond them as its reflection in
    the point. A ring has its first point once.

    Args:
        points: (N, C).
        packing: of the lines.
        ring: (S,) whether a line is closed.
    """
    line = np.repeat(np.arange(len(packing.count)), packing.count + 2 * _REACH)
    at, count, first = _padded_places(packing), packing.count[line], packing.first[line]
    period = np.maximum(2 * (count - 1), 1)
    turns, rest = np.divmod(at, period)
    back = rest > count - 1
    own = points[first + np.where(ring[line], at % count, np.where(back, period - rest, rest))]
    end, start = points[first + count - 1], points[first]
    mirrored = np.where(back[:, None], 2 * end - own, own) + 2 * turns[:, None] * (end - start)
    return _convolved(np.where(ring[line][:, None], own, mirrored), packing)


def _padded_places(packing: Packing) -> Ints:
    """Return the place on its line of each point of the lines, padded on both sides."""
    size = packing.count + 2 * _REACH
    begin = np.cumsum(size) - size
    places: Ints = np.arange(int(size.sum())) - np.repeat(begin, size) - _REACH
    return places


def _convolved(padded: Floats, packing: Packing) -> Floats:
    """Return the smoothed points, (N, C), of lines that are padded on both sides."""
    kernel = np.exp(-0.5 * (np.arange(-_REACH, _REACH + 1) / _SIGMA_POINTS) ** 2)
    kernel /= kernel.sum()
    lines = np.arange(len(packing.count))
    shift = np.repeat(lines * 2 * _REACH, packing.count)
    kept = np.arange(int(packing.count.sum())) + shift
    return np.stack([np.convolve(column, kernel, "valid")[kept] for column in padded.T], axis=1)
