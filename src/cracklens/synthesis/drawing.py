"""The cracks of one picture: a random layout with widths, rough edges and gaps."""

from collections.abc import Sequence

import numpy as np

from cracklens.errors import UsageError
from cracklens.synthesis.crack import RenderedCrack, render_crack
from cracklens.synthesis.layouts import Course, Layout, meander, parallel, single, stepped, straight
from cracklens.synthesis.network import craze_cracks, map_cracks
from cracklens.synthesis.noise import FloatImage
from cracklens.synthesis.opening import bridged, rough_edges, width_profile

LAYOUTS: dict[str, Layout] = {
    "single": single,
    "meander": meander,
    "straight": straight,
    "parallel": parallel,
    "stepped": stepped,
    "map": map_cracks,
    "craze": craze_cracks,
}
_FREQUENCY = {
    "single": 0.44,
    "meander": 0.17,
    "straight": 0.14,
    "parallel": 0.07,
    "stepped": 0.04,
    "map": 0.08,
    "craze": 0.06,
}
_SECOND_SHARE, _BRIDGED_SHARE = 0.1, 0.3
_BRIDGED_UP_TO_PX = 3.0  # above this width, bridges become rarer with the width
_ATTEMPTS = 20


def draw_cracks(
    height_px: int,
    width_px: int,
    rng: np.random.Generator,
    *,
    least_width_px: float = 0.5,
    most_width_px: float = 30.0,
    layouts: Sequence[str] = tuple(LAYOUTS),
) -> tuple[RenderedCrack, ...]:
    """Return the cracks of one picture, from a single hairline to a network.

    The width of the widest crack is about log-uniform, with more weight on small widths. Branches
    and the younger cracks of a network may be narrower than `least_width_px`.

    Args:
        height_px: Rows of the picture.
        width_px: Columns of the picture.
        rng: Source of layout, position, course and width.
        least_width_px: Least mean width of the widest crack.
        most_width_px: Largest width of any crack at any point.
        layouts: Names from `LAYOUTS` to choose from, weighted by their frequency.

    Returns:
        At least one visible section; see `RenderedCrack`.

    Raises:
        UsageError: The range of widths is empty, or a layout is not known.
    """
    if not 0 < least_width_px <= most_width_px:
        raise UsageError(
            "crack widths need 0 < least_width_px <= most_width_px, "
            f"got {least_width_px} and {most_width_px}"
        )
    if not layouts or any(name not in LAYOUTS for name in layouts):
        raise UsageError(f"layouts must be some of {', '.join(LAYOUTS)}, got {list(layouts)}")
    cracks: list[RenderedCrack] = []
    for _ in range(_ATTEMPTS):
        for _ in range(2 if rng.random() < _SECOND_SHARE else 1):
            opening_px = _random_width(least_width_px, most_width_px, rng)
            courses = LAYOUTS[_random_layout(layouts, rng)](height_px, width_px, opening_px, rng)
            cracks.extend(
                open_courses(courses, height_px, width_px, rng, most_width_px=most_width_px)
            )
        if any(crack.part.any() for crack in cracks):
            break
    return tuple(cracks)


def open_courses(
    courses: Sequence[Course],
    height_px: int,
    width_px: int,
    rng: np.random.Generator,
    *,
    most_width_px: float = 30.0,
) -> tuple[RenderedCrack, ...]:
    """Return the cracks along given courses, with the same variation of width and roughness.

    Args:
        courses: Centreline and approximate width of each crack.
        height_px: Rows of the picture.
        width_px: Columns of the picture.
        rng: Source of the widths, edges and bridges.
        most_width_px: Largest width at any point.

    Returns:
        The visible sections, in the order of the courses.
    """
    variation, crumble = rng.uniform(0.1, 0.55), max(0.0, rng.uniform(-0.15, 0.5))
    bridges_per_kpx = rng.uniform(2.0, 14.0) if rng.random() < _BRIDGED_SHARE else 0.0
    cracks: list[RenderedCrack] = []
    for course in courses:
        widths = width_profile(
            course.points_px,
            course.width_px,
            rng,
            variation=variation,
            fade_start_px=course.fade_start_px,
            fade_end_px=course.fade_end_px,
        )
        line, widths = rough_edges(course.points_px, widths, rng, crumble=crumble)
        if bridges_per_kpx > 0:
            rarer = min(1.0, _BRIDGED_UP_TO_PX / course.width_px)
            widths = bridged(line, widths, rng, per_kpx=bridges_per_kpx * rarer)
        widths = np.minimum(widths, most_width_px)
        cracks.extend(render_crack(line, widths, height_px, width_px))
    return tuple(cracks)


def crack_coverage(cracks: Sequence[RenderedCrack], height_px: int, width_px: int) -> FloatImage:
    """Return the share of each pixel's area under any of the cracks.

    Args:
        cracks: Cracks of one picture; may be empty.
        height_px: Rows of the picture.
        width_px: Columns of the picture.

    Returns:
        (height_px, width_px) float32 in [0, 1]: the largest share of any one crack.
    """
    coverage = np.zeros((height_px, width_px), dtype=np.float32)
    for crack in cracks:
        under = coverage[crack.window]
        np.maximum(under, crack.part, out=under)
    return coverage


def _random_width(least_px: float, most_px: float, rng: np.random.Generator) -> float:
    """Return a random width, about log-uniform with more weight on small widths."""
    share: float = rng.random() ** 1.25
    return float(least_px * (most_px / least_px) ** share)


def _random_layout(names: Sequence[str], rng: np.random.Generator) -> str:
    """Return one of the names at random, weighted by its frequency."""
    at = rng.random() * sum(_FREQUENCY[name] for name in names)
    for name in names:
        at -= _FREQUENCY[name]
        if at < 0:
            return name
    return names[-1]
