"""Crack layouts of a picture: single with branches, meandering, straight, parallel, stepped."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import branch_line, fractal_line
from cracklens.synthesis.opening import distance_along

_THROUGH_SHARE, _BRANCH_SHARE, _TWIG_SHARE = 0.7, 0.35, 0.3
_LONG_FROM_PX = 9.0  # wider cracks have no endpoint inside the picture


@dataclass(frozen=True)
class Course:
    """Centreline and approximate width of one crack.

    Attributes:
        points_px: (N, 2) x, y of the centreline; may leave the picture.
        width_px: Width about which the crack varies.
        fade_start_px: Length over which it opens at its start; 0 if it starts at another crack.
        fade_end_px: The same for its end.
    """

    points_px: Floats
    width_px: float
    fade_start_px: float = 0.0
    fade_end_px: float = 0.0


Layout = Callable[[int, int, float, np.random.Generator], list[Course]]


def single(
    height_px: int, width_px: int, opening_px: float, rng: np.random.Generator
) -> list[Course]:
    """Return a rough crack through the middle of the picture, perhaps with branches.

    Args:
        height_px: Rows of the picture.
        width_px: Columns of the picture.
        opening_px: Width of the widest crack.
        rng: Source of the course.

    Returns:
        The main crack and then its branches.
    """
    anchors = _through(height_px, width_px, opening_px, rng)
    return forked(anchors, opening_px, rng, branch_px=min(height_px, width_px))


def forked(
    anchors_px: Floats, opening_px: float, rng: np.random.Generator, *, branch_px: float
) -> list[Course]:
    """Return a rough crack through given points, perhaps with branches of two orders.

    Args:
        anchors_px: (M, 2) x, y of points on the crack, M >= 2.
        opening_px: Width of the main crack.
        rng: Source of the course.
        branch_px: Reference length; branches have a fifth to a half of it.

    Returns:
        The main crack and then its branches.
    """
    roughness, decay = rng.uniform(0.02, 0.16), rng.uniform(0.48, 0.72)
    line = _rough(anchors_px, rng, opening_px, roughness=roughness, decay=decay)
    courses = [_faded(line, opening_px, rng)]
    for _ in range(2):
        if rng.random() < _BRANCH_SHARE:
            courses.append(_branch(courses[0], branch_px, rng))
            if rng.random() < _TWIG_SHARE:
                courses.append(_branch(courses[-1], 0.5 * branch_px, rng))
    return courses


def meander(
    height_px: int, width_px: int, opening_px: float, rng: np.random.Generator
) -> list[Course]:
    """Return one crack that often changes its direction; arguments as in `single`."""
    start, _, end = _through(height_px, width_px, opening_px, rng)
    count = int(rng.integers(4, 10))
    ahead = (end - start) / (count - 1)
    normal = np.array([-ahead[1], ahead[0]])
    aside = np.cumsum(rng.uniform(-1.0, 1.0, count)) * rng.uniform(0.2, 0.8)
    aside -= aside[count // 2]
    anchors = start + np.arange(count)[:, None] * ahead + aside[:, None] * normal
    line = _rough(
        anchors, rng, opening_px, roughness=rng.uniform(0.1, 0.28), decay=rng.uniform(0.5, 0.75)
    )
    return [_faded(line, opening_px, rng)]


def straight(
    height_px: int, width_px: int, opening_px: float, rng: np.random.Generator
) -> list[Course]:
    """Return a nearly straight crack with small offsets, as under load; arguments as in `single`.

    It differs from a smooth line by offsets of about its width and by a slight roughness.
    """
    start, _, end = _through(height_px, width_px, opening_px, rng)
    bend = rng.uniform(-0.02, 0.02) * np.array([start[1] - end[1], end[0] - start[0]])
    anchors = np.stack([start, (start + end) / 2 + bend, end])
    line = _rough(
        anchors, rng, opening_px, roughness=rng.uniform(0.002, 0.012), decay=rng.uniform(0.55, 0.8)
    )
    along = distance_along(line)
    span_px = rng.uniform(12.0, 45.0) + 2.0 * opening_px
    nodes = np.sort(rng.uniform(0.0, along[-1], 2 + int(along[-1] / span_px)))
    steps = np.cumsum(rng.uniform(-1.0, 1.0, nodes.size)) * (0.4 * opening_px + 1.1)
    steps -= np.interp(along[-1] / 2, nodes, steps)
    ramp_px = 1.0 + 0.4 * opening_px
    places = np.stack([nodes[1:] - ramp_px, nodes[1:]], axis=1).reshape(-1)
    levels = np.stack([steps[:-1], steps[1:]], axis=1).reshape(-1)
    places = np.maximum.accumulate(places)
    aside = np.interp(along, places, levels)
    roughness = np.interp(along, *_nodes(along, 4.0 + opening_px, rng)) * (0.5 + 0.1 * opening_px)
    direction = (end - start) / math.sqrt(float(((end - start) ** 2).sum()))
    normal = np.array([-direction[1], direction[0]])
    return [_faded(line + (aside + roughness)[:, None] * normal, opening_px, rng)]


def parallel(
    height_px: int, width_px: int, opening_px: float, rng: np.random.Generator
) -> list[Course]:
    """Return two to five parallel cracks of different widths; arguments as in `single`."""
    make = straight if rng.random() < 0.4 else _unforked  # noqa: PLR2004
    (first,) = make(height_px, width_px, opening_px, rng)
    run, rise = first.points_px[-1] - first.points_px[0]
    length = math.sqrt(run * run + rise * rise)
    normal = np.array([-rise, run]) / length
    courses = [first]
    distance_px = 0.0
    side = 1 if rng.random() < 0.5 else -1  # noqa: PLR2004
    for _ in range(int(rng.integers(1, 5))):
        distance_px += rng.uniform(0.1, 0.35) * min(height_px, width_px) + 2.0 * opening_px
        along = rng.uniform(-0.25, 0.25) * np.array([run, rise])
        ends = first.points_px[[0, -1]] + side * distance_px * normal + along
        ends += rng.uniform(-0.06, 0.06, (2, 2)) * length
        line = _rough(ends, rng, opening_px, roughness=rng.uniform(0.01, 0.1))
        courses.append(_faded(line, opening_px * rng.uniform(0.4, 1.0), rng))
    return courses


def stepped(
    height_px: int, width_px: int, opening_px: float, rng: np.random.Generator
) -> list[Course]:
    """Return a crack in steps, as along the joints of blocks; arguments as in `single`."""
    start, middle, end = _through(height_px, width_px, opening_px, rng)
    direction = (end - start) / math.sqrt(float(((end - start) ** 2).sum()))
    lean = rng.uniform(0.3, 0.8)  # angle of a step to the main direction
    cos, sin = math.cos(lean), math.sin(lean)
    one = np.array(
        [cos * direction[0] - sin * direction[1], sin * direction[0] + cos * direction[1]]
    )
    two = np.array(
        [cos * direction[0] + sin * direction[1], cos * direction[1] - sin * direction[0]]
    )
    step_px = rng.uniform(0.1, 0.3) * min(height_px, width_px) + 2.0 * opening_px
    count = 2 * int(max(height_px, width_px) / step_px) + 3
    lengths = rng.uniform(0.25, 1.6, count)[:, None] * step_px
    moves = np.where(np.arange(count)[:, None] % 2 == 0, one, two) * lengths
    anchors = np.concatenate([np.zeros((1, 2)), np.cumsum(moves, axis=0)])
    anchors += middle - anchors[count // 2]
    line = _rough(anchors, rng, opening_px, roughness=rng.uniform(0.03, 0.12))
    return [_faded(line, opening_px, rng)]


def _unforked(
    height_px: int, width_px: int, opening_px: float, rng: np.random.Generator
) -> list[Course]:
    """Return `single` without branches."""
    return single(height_px, width_px, opening_px, rng)[:1]


def _through(height_px: int, width_px: int, opening_px: float, rng: np.random.Generator) -> Floats:
    """Return start, middle and end (3, 2) of a slightly bent course through the middle half.

    Most endpoints are outside the picture.
    """
    size_px = np.array([width_px, height_px], dtype=np.float64)
    middle = rng.uniform(0.25, 0.75, 2) * (size_px - 1)
    angle = rng.uniform(0.0, 2 * math.pi)
    ends = []
    for turn in (math.pi, 0.0):
        through = rng.random() < _THROUGH_SHARE or opening_px > _LONG_FROM_PX
        reach = (
            1.1 * max(height_px, width_px)
            if through
            else (rng.uniform(0.3, 0.5) * min(height_px, width_px))
        )
        bent = angle + turn + rng.uniform(-0.35, 0.35)
        ends.append(middle + reach * np.array([math.cos(bent), math.sin(bent)]))
    return np.stack([ends[0], middle, ends[1]])


def _branch(parent: Course, size_px: float, rng: np.random.Generator) -> Course:
    """Return a thinner crack that branches off."""
    line, _ = branch_line(parent.points_px, rng, length_px=rng.uniform(0.2, 0.5) * size_px)
    width_px = parent.width_px * rng.uniform(0.35, 0.75)
    return Course(line, width_px, fade_end_px=rng.uniform(10.0, 24.0) + 2.0 * width_px)


def _faded(line: Floats, opening_px: float, rng: np.random.Generator) -> Course:
    """Return the course with equal fade lengths at both ends."""
    fade_px = rng.uniform(8.0, 26.0) + rng.uniform(3.0, 8.0) * opening_px
    return Course(line, opening_px, fade_start_px=fade_px, fade_end_px=fade_px)


def _rough(
    anchors_px: Floats,
    rng: np.random.Generator,
    opening_px: float,
    *,
    roughness: float,
    decay: float = 0.6,
) -> Floats:
    """Return a `fractal_line` without roughness below the scale of the width.

    Finer roughness comes from the edges.
    """
    coarse_px = max(2.5, 0.7 * opening_px)
    line = fractal_line(anchors_px, rng, roughness=roughness, decay=decay, step_px=coarse_px)
    along = distance_along(line)
    fine_px = max(2.5, 0.13 * opening_px)
    if coarse_px < 2 * fine_px:
        return line
    at = np.unique(np.concatenate([along, np.arange(0.0, along[-1], fine_px)]))
    return np.stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)], axis=1)


def _nodes(along: Floats, spacing_px: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return nodes along a line and random values in [-1, 1] for them."""
    nodes = np.arange(0.0, float(along[-1]) + 2 * spacing_px, spacing_px)
    return nodes, rng.uniform(-1.0, 1.0, nodes.size)
