"""Crack width along the length: variation, fading ends, rough edges, bridges of concrete."""

import numpy as np

from cracklens.synthesis.coverage import Floats

_NARROWEST_WITH_EDGES_PX = 2.0  # narrower cracks show no separate edges
_FINE_VARIATION_UP_TO_PX = 5.0  # the width of wider cracks varies less over 3 px


def width_profile(
    points_px: Floats,
    width_px: float,
    rng: np.random.Generator,
    *,
    variation: float = 0.35,
    fade_start_px: float = 0.0,
    fade_end_px: float = 0.0,
) -> Floats:
    """Return widths that vary along the line and fall to 0 towards its ends.

    Args:
        points_px: (N, 2) x, y of the centreline.
        width_px: The width about which the profile varies.
        rng: Source of the variation.
        variation: Largest deviation as a share of `width_px`, below 1.
        fade_start_px: Length over which the width grows from 0, proportional to the square root of
            the distance; 0 for a start without fading.
        fade_end_px: The same for the end.

    Returns:
        (N,) float64, >= 0 and at most `width_px` x (1 + `variation`).
    """
    along = distance_along(points_px)
    total = float(along[-1])
    fine = 0.35 * min(1.0, _FINE_VARIATION_UP_TO_PX / max(width_px, 1e-9))
    wander = (1.0 - fine) * _variation(along, 5.0 * width_px + 8.0, rng)
    wander += fine * _variation(along, 3.0, rng)
    width = width_px * (1.0 + variation * wander)
    for fade_px, distance in ((fade_start_px, along), (fade_end_px, total - along)):
        if fade_px > 0:
            width = width * np.sqrt(np.clip(distance / fade_px, 0.0, 1.0))
    return width


def rough_edges(
    points_px: Floats, width_px: Floats, rng: np.random.Generator, *, crumble: float = 0.3
) -> tuple[Floats, Floats]:
    """Return the crack with spalled pieces at both edges, independently of each other.

    A missing piece widens the opening and moves its middle. The new centreline and width describe
    this opening exactly. Cracks below 2 px do not change.

    Args:
        points_px: (N, 2) x, y of the centreline.
        width_px: (N,) full width.
        rng: Source of the pieces.
        crumble: Largest piece as a share of the width, 0 to 0.5; the limit for wide cracks is 2 px
            plus a tenth of the width.

    Returns:
        Points (N, 2) and widths (N,); widths change by at most the factor 1 ± `crumble`.
    """
    if float(width_px.max()) < _NARROWEST_WITH_EDGES_PX or crumble <= 0:
        return points_px, width_px
    along = distance_along(points_px)
    piece_px = 0.35 * float(np.median(width_px)) + 3.0
    left, right = (
        0.6 * _jumps(along, rng.uniform(0.6, 1.6) * piece_px, rng)
        + 0.4 * _variation(along, 1.5 * piece_px, rng)
        for _ in range(2)
    )
    half = np.minimum(width_px * crumble, 2.0 + 0.1 * width_px) / 2
    share = np.clip(width_px - _NARROWEST_WITH_EDGES_PX, 0.0, 1.0)
    aside = (left - right) * half * share / 2
    ahead = np.gradient(points_px, axis=0)
    length = np.maximum(np.sqrt(ahead[:, :1] ** 2 + ahead[:, 1:] ** 2), 1e-9)
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / length
    return points_px + normal * aside[:, None], width_px + (left + right) * half * share


def bridged(
    points_px: Floats, width_px: Floats, rng: np.random.Generator, *, per_kpx: float
) -> Floats:
    """Return the widths with bridges, where the crack is interrupted.

    Args:
        points_px: (N, 2) x, y of the centreline.
        width_px: (N,) full width.
        rng: Source of number, position and length of the bridges.
        per_kpx: Expected number of bridges per 1,000 px of length.

    Returns:
        (N,) widths, at most `width_px`; 0 within a bridge, with tapered ends.
    """
    along = distance_along(points_px)
    count = int(float(along[-1]) * per_kpx / 1000.0 + rng.random())
    width = width_px
    for _ in range(count):
        middle = rng.uniform(0.0, along[-1])
        local_px = float(np.interp(middle, along, width_px))
        half_px = rng.uniform(0.8, 3.0) + rng.uniform(0.1, 0.6) * local_px
        away = np.abs(along - middle) - half_px
        width = width * np.clip(away / (1.5 + 0.5 * local_px), 0.0, 1.0)
    return width


def distance_along(points_px: Floats) -> Floats:
    """Return the distance from the first point along the line, (N,).

    >>> distance_along(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]])).tolist()
    [0.0, 5.0, 6.0]
    """
    step = np.diff(points_px, axis=0)
    return np.concatenate([[0.0], np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2))])


def _variation(along: Floats, spacing_px: float, rng: np.random.Generator) -> Floats:
    """Return values in [-1, 1] that change linearly between random nodes."""
    nodes = np.arange(0.0, float(along[-1]) + 2 * spacing_px, spacing_px)
    values: Floats = np.interp(along, nodes, rng.uniform(-1.0, 1.0, nodes.size))
    return values


def _jumps(along: Floats, spacing_px: float, rng: np.random.Generator) -> Floats:
    """Return piecewise constant values in [-1, 1], as at the edges of spalled pieces."""
    levels = rng.uniform(-1.0, 1.0, int(float(along[-1]) / spacing_px) + 2)
    shifted = along / spacing_px + rng.random()
    chosen: Floats = levels[np.minimum(shifted.astype(np.intp), levels.size - 1)]
    return chosen
