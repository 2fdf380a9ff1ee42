"""A finding cut in two at the place of a branch that is nearest to a point."""

import math
from collections.abc import Sequence
from itertools import pairwise

from cracklens.errors import UsageError
from cracklens.record.base import Point
from cracklens.record.decisions.finding import Lines

_SAME_PX = 1.5  # ends of branches nearer than this belong to one node
_LEAST_PX = 1.0  # of a part


def split_lines(lines: Lines, branch: int, point: Point) -> tuple[Lines, Lines]:
    """Return the branches of the two parts of a crack.

    The branch is cut; the other branches stay with the part that they hang on. On a ring, which
    one cut does not divide, only the cut branch itself becomes the second part.

    Args:
        lines: polyline of each branch.
        branch: number of the one that is cut, from 0.
        point: near the cut.

    Raises:
        UsageError: there is no such branch, or the cut is at its end.
    """
    if not 0 <= branch < len(lines):
        raise UsageError(f"the finding has {len(lines)} branches, so none with number {branch}")
    first, second = _cut(lines[branch], point)
    others = [line for number, line in enumerate(lines) if number != branch]
    near_first = _hanging_on(first, others, away_from=second[0])
    near_second = _hanging_on(second, others, away_from=second[0])
    if near_first & near_second:  # a ring
        return ((first, *others), (second,))
    return (
        (first, *(line for n, line in enumerate(others) if n not in near_second)),
        (second, *(others[n] for n in sorted(near_second))),
    )


def _cut(line: Sequence[Point], point: Point) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    best: tuple[float, int, Point] = (math.inf, 0, line[0])
    for number, (start, end) in enumerate(pairwise(line)):
        place = _nearest(start, end, point)
        best = min(best, (math.dist(place, point), number, place))
    _, number, place = best
    first = (*(p for p in line[: number + 1] if p != place), place)
    second = (place, *(p for p in line[number + 1 :] if p != place))
    if min(_length(first), _length(second)) < _LEAST_PX:
        raise UsageError("the line is not split at its end: choose a place between its ends")
    return first, second


def _nearest(start: Point, end: Point, point: Point) -> Point:
    run, rise = end[0] - start[0], end[1] - start[1]
    square = run * run + rise * rise
    if not square:
        return start
    along = ((point[0] - start[0]) * run + (point[1] - start[1]) * rise) / square
    share = min(max(along, 0.0), 1.0)
    return start[0] + share * run, start[1] + share * rise


def _hanging_on(
    part: Sequence[Point], others: Sequence[Sequence[Point]], *, away_from: Point
) -> set[int]:
    """Return which branches are connected with a part, not over the place of the cut."""
    found: set[int] = set()
    ends = [end for end in (part[0], part[-1]) if math.dist(end, away_from) > _SAME_PX]
    while ends:
        at = ends.pop()
        for number, line in enumerate(others):
            if number in found:
                continue
            if math.dist(line[0], at) <= _SAME_PX or math.dist(line[-1], at) <= _SAME_PX:
                found.add(number)
                ends += [line[0], line[-1]]
    return found


def _length(line: Sequence[Point]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(line))
