"""Detection of joints, formwork lines and edges: lines that are straight and of constant width."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.tracing.crack import Floats
from cracklens.tracing.graph import Graph
from cracklens.tracing.packed import Packing

_WINDOW_PX = 300.0  # lens distortion bends a straight edge by less than 0.3 px over this length
_STEP_PX = 2.0
_AIM_PX = 20.0  # length over which directions at a junction are compared
_STRAIGHT_ON_DEG = 20.0
_PARALLEL_DEG, _LEAST_PARALLELS, _PARALLEL_FACTOR = 3.0, 2, 2.0
_ROUNDING_PX2 = 0.1  # variance of the width from the pixel grid of the mask


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of stretches that continue straight through junctions.

    Attributes:
        members: indices into the stretches of the graph, in order.
        points_px: (N, 2) x, y along the whole stroke.
        radius_px: (N,) half width at each point.
    """

    members: tuple[int, ...]
    points_px: Floats
    radius_px: Floats


@dataclass(frozen=True, slots=True)
class Regularity:
    """Measures of the straightness and of the constant width of a stroke.

    Attributes:
        length_px: along the stroke.
        rms_px: largest root mean square deviation from a straight line, over windows of up to 300
            px.
        width_variation: standard deviation of the width divided by its mean.
        axis_deg: direction of its main axis, 0 <= a < 180.
    """

    length_px: float
    rms_px: float
    width_variation: float
    axis_deg: float


def strokes(graph: Graph) -> list[Stroke]:
    """Return the stretches, joined where they continue straight through a junction."""
    follows = _continuations(graph)
    used: set[int] = set()
    found = []
    for index in range(len(graph.stretches)):
        if index in used:
            continue
        way, back = _follow((index, True), follows), _follow((index, False), follows)
        chain = [(i, not forward) for i, forward in reversed(back[1:])] + way
        # A ring of stretches returns to its first one: both directions contain the same stretches.
        chain = list({i: (i, forward) for i, forward in chain}.values())
        used |= {i for i, _ in chain}
        ways = [graph.stretches[i] if f else graph.stretches[i].reversed() for i, f in chain]
        found.append(
            Stroke(
                tuple(i for i, _ in chain),
                np.concatenate([ways[0].points_px[:1], *(w.points_px[1:] for w in ways)]),
                np.concatenate([ways[0].radius_px[:1], *(w.radius_px[1:] for w in ways)]),
            )
        )
    return found


def regularity(stroke: Stroke) -> Regularity:
    """Return the measures of regularity of a stroke.

    Deviations are root mean squares from the best straight line (total least squares), over windows
    of 300 px that overlap by half, or over the whole stroke if it is shorter. The ends, 5 % on each
    side, are ignored, since lines fade and bend there.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke.points_px, axis=0).T))])
    total = float(along[-1])
    at = np.arange(0.05 * total, 0.95 * total, _STEP_PX)
    if at.size < 3:  # noqa: PLR2004
        return Regularity(total, np.inf, np.inf, 0.0)
    points = np.stack([np.interp(at, along, column) for column in stroke.points_px.T], axis=1)
    width = 2 * np.interp(at, along, stroke.radius_px)
    size = min(int(_WINDOW_PX / _STEP_PX), len(at))
    starts = [*range(0, len(at) - size, max(size // 2, 1)), len(at) - size]
    rms = max(_deviation(points[start : start + size]) for start in starts)
    spread = np.sqrt(max(float(width.var()) - _ROUNDING_PX2, 0.0))
    axis = np.linalg.eigh(np.cov(points.T, bias=True))[1][:, 1]
    axis_deg = float(np.degrees(np.arctan2(-axis[1], axis[0]))) % 180
    return Regularity(total, rms, float(spread / width.mean()), axis_deg)


def are_straight(
    found: Sequence[Regularity], *, least_px: float, rms_px: float, width_variation: float
) -> list[bool]:
    """Return for each stroke of a photograph whether it is straight and regular.

    For a line with two parallel lines (within 3 degrees) the allowed deviation is doubled, since
    cracks are seldom three straight parallel lines.

    Args:
        found: One for each stroke.
        least_px: `straight_least_px` of `TraceSettings`.
        rms_px: `straight_rms_px`.
        width_variation: `straight_width_variation`.
    """
    axis = np.array([one.axis_deg for one in found])
    deviation = np.array([one.rms_px for one in found])
    even = np.array(
        [one.length_px >= least_px and one.width_variation <= width_variation for one in found],
        bool,
    )
    nearly = even & (deviation <= _PARALLEL_FACTOR * rms_px)
    straight = even & (deviation <= rms_px)
    for index in np.flatnonzero(nearly & ~straight):
        apart = np.abs(axis[nearly] - axis[index])
        # The line itself is included.
        parallels = (np.minimum(apart, 180 - apart) <= _PARALLEL_DEG).sum() - 1
        straight[index] = parallels >= _LEAST_PARALLELS
    return [bool(one) for one in straight]


def _deviation(points: Floats) -> float:
    """Return the RMS distance of points from their best straight line."""
    least = np.linalg.eigvalsh(np.cov(points.T, bias=True))[0]
    return float(np.sqrt(max(least, 0.0)))


def _continuations(graph: Graph) -> dict[tuple[int, bool], tuple[int, bool]]:
    """Return the straight continuation of each stretch at a junction, by (index, forward)."""
    arriving: dict[int, list[tuple[int, bool, Floats]]] = {}
    for index, (stretch, course) in enumerate(zip(graph.stretches, _arrivals(graph), strict=True)):
        arriving.setdefault(stretch.end, []).append((index, True, course[1]))
        arriving.setdefault(stretch.start, []).append((index, False, course[0]))
    follows = {}
    least = np.cos(np.radians(_STRAIGHT_ON_DEG))
    for lines in arriving.values():
        # Two stretches continue each other if they arrive in opposite directions.
        pairs = sorted(
            (float(a[2] @ b[2]), i, j)
            for i, a in enumerate(lines)
            for j, b in enumerate(lines[i + 1 :], i + 1)
            if a[0] != b[0] and float(a[2] @ b[2]) <= -least
        )
        taken: set[int] = set()
        for _, i, j in pairs:
            if not taken & {i, j}:
                taken |= {i, j}
                (one, one_way, _), (other, other_way, _) = lines[i], lines[j]
                follows[one, one_way] = (other, not other_way)
                follows[other, other_way] = (one, not one_way)
    return follows


def _arrivals(graph: Graph) -> Floats:
    """Return the unit direction out of each stretch at its start and at its end, (S, 2, 2)."""
    if not graph.stretches:
        return np.zeros((0, 2, 2))
    points = np.concatenate([s.points_px for s in graph.stretches])
    packing = Packing.of([len(s.points_px) for s in graph.stretches])
    index, found = np.arange(len(points)), []
    for end, step in ((packing.first, 1), (packing.last, -1)):
        away = np.hypot(*(points - np.repeat(points[end], packing.count, axis=0)).T)
        aim = np.minimum(_AIM_PX, np.maximum.reduceat(away, packing.first))
        enough = away >= np.repeat(aim, packing.count)
        nearest = np.minimum if step > 0 else np.maximum
        outside = np.where(enough, index, len(points) * step)
        course = points[end] - points[nearest.reduceat(outside, packing.first)]
        found.append(course / np.maximum(np.hypot(*course.T), 1e-9)[:, None])
    return np.stack(found, axis=1)


def _follow(
    first: tuple[int, bool], follows: dict[tuple[int, bool], tuple[int, bool]]
) -> list[tuple[int, bool]]:
    """Return the chain that starts with a stretch, by (index, forward), each stretch once."""
    chain = [first]
    seen = {first[0]}
    while (following := follows.get(chain[-1])) and following[0] not in seen:
        chain.append(following)
        seen.add(following[0])
    return chain
