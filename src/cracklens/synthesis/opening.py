"""How wide a crack is along its length: wandering, fading, rough edges, bridges of concrete."""

import numpy as np

from cracklens.synthesis.coverage import Floats

_NARROWEST_WITH_EDGES_PX = 2.0  # below, two edges cannot be told from one line
_FINE_UNREST_UP_TO_PX = 5.0  # of width; the edges of wide cracks vary less over 3 px


def width_profile(
    points_px: Floats,
    width_px: float,
    rng: np.random.Generator,
    *,
    variation: float = 0.35,
    fade_start_px: float = 0.0,
    fade_end_px: float = 0.0,
) -> Floats:
    """Return widths that wander along the line and fade to nothing towards its ends.

    Args:
        points_px: (N, 2) x, y of the centreline.
        width_px: The width about which the profile wanders.
        rng: Source of the wandering.
        variation: Largest departure as a share of `width_px`, below 1.
        fade_start_px: Length over which the width grows from 0, like the root of the distance;
            0 for a start without fading.
        fade_end_px: The same at the end.

    Returns:
        (N,) float64, >= 0 and at most `width_px` x (1 + `variation`).
    """
    along = distance_along(points_px)
    total = float(along[-1])
    fine = 0.35 * min(1.0, _FINE_UNREST_UP_TO_PX / max(width_px, 1e-9))
    wander = (1.0 - fine) * _wander(along, 5.0 * width_px + 8.0, rng)
    wander += fine * _wander(along, 3.0, rng)
    width = width_px * (1.0 + variation * wander)
    for fade_px, distance in ((fade_start_px, along), (fade_end_px, total - along)):
        if fade_px > 0:
            width = width * np.sqrt(np.clip(distance / fade_px, 0.0, 1.0))
    return width


def rough_edges(
    points_px: Floats, width_px: Floats, rng: np.random.Generator, *, crumble: float = 0.3
) -> tuple[Floats, Floats]:
    """Return the crack with pieces missing from either edge, each edge on its own.

    Where a piece broke off, the opening is wider and its middle lies aside; the new centreline and
    width describe that opening exactly. Nothing happens below 2 px.

    Args:
        points_px: (N, 2) x, y of the centreline.
        width_px: (N,) full width.
        rng: Source of the pieces.
        crumble: Largest piece as a share of the width, 0 to 0.5; in wide cracks 2 px and a tenth
            of the width are the limit.

    Returns:
        Points (N, 2) and widths (N,); widths change by at most the factor 1 ± `crumble`.
    """
    if float(width_px.max()) < _NARROWEST_WITH_EDGES_PX or crumble <= 0:
        return points_px, width_px
    along = distance_along(points_px)
    piece_px = 0.35 * float(np.median(width_px)) + 3.0
    left, right = (
        0.6 * _jumps(along, rng.uniform(0.6, 1.6) * piece_px, rng)
        + 0.4 * _wander(along, 1.5 * piece_px, rng)
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
    """Return the widths with interruptions, where the concrete still holds together.

    Args:
        points_px: (N, 2) x, y of the centreline.
        width_px: (N,) full width.
        rng: Source of number, place and length of the bridges.
        per_kpx: Bridges expected on 1,000 px of length.

    Returns:
        (N,) widths, at most those given; 0 within a bridge, with ends that taper.
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


def _wander(along: Floats, spacing_px: float, rng: np.random.Generator) -> Floats:
    """Return values in [-1, 1] that change linearly between random nodes."""
    nodes = np.arange(0.0, float(along[-1]) + 2 * spacing_px, spacing_px)
    values: Floats = np.interp(along, nodes, rng.uniform(-1.0, 1.0, nodes.size))
    return values


def _jumps(along: Floats, spacing_px: float, rng: np.random.Generator) -> Floats:
    """Return values in [-1, 1] that keep level and then jump, as where a piece broke off."""
    levels = rng.uniform(-1.0, 1.0, int(float(along[-1]) / spacing_px) + 2)
    shifted = along / spacing_px + rng.random()
    chosen: Floats = levels[np.minimum(shifted.astype(np.intp), levels.size - 1)]
    return chosen
