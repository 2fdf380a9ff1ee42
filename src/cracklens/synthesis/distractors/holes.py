"""Holes: round holes of formwork ties, and ragged air pores (bug holes)."""

import math

import numpy as np

from cracklens.synthesis.distractors.canvas import Canvas, Distraction, chance, patch, spread
from cracklens.synthesis.distractors.ribbon import band
from cracklens.synthesis.noise import FloatImage, soften, value_noise

_MOST_CLUSTERS = 400


def add_tie_holes(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the round holes of formwork ties, alone or in a row.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, place, size, depth, plug and rim.

    Returns:
        The new surface; the mask is the holes with their rims, the rest is unchanged.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    radius_px = spread(2.5, 24.0, rng)
    radius_px = min(radius_px, 0.3 * min(rows, columns))
    x, y = rng.uniform(0.15, 0.85) * columns, rng.uniform(0.15, 0.85) * rows
    apart = radius_px * rng.uniform(4.0, 14.0)
    angle = rng.uniform(-0.06, 0.06) + (math.pi / 2 if chance(0.5, rng) else 0.0)
    alone = chance(0.4, rng)
    plugged, rim = chance(0.35, rng), rng.uniform(-0.35, 0.3)
    tone = canvas.level * (rng.uniform(0.6, 1.25) if plugged else rng.uniform(0.1, 0.5))
    light = rng.uniform(0.0, 2.0 * math.pi)
    reach = math.ceil(max(rows, columns) / apart)
    for rank in [0] if alone else range(-reach, reach + 1):
        at_x = x + rank * apart * math.cos(angle) + rng.uniform(-1.0, 1.0)
        at_y = y + rank * apart * math.sin(angle) + rng.uniform(-1.0, 1.0)
        window, dx, dy = patch(at_x, at_y, radius_px * 1.5 + 4.0, canvas.shape)
        if canvas.mask[window].size == 0:
            continue
        away = np.sqrt(dx * dx + dy * dy)
        toward = (dx * np.float32(math.cos(light)) + dy * np.float32(math.sin(light))) / np.float32(
            radius_px
        )
        grain = rng.random(away.shape, dtype=np.float32) - np.float32(0.5)
        hole = band(away, -1e6, radius_px, rng.uniform(1.0, 2.5))
        ring_px = rng.uniform(0.8, 0.25 * radius_px + 1.0)
        ring = band(away, radius_px, radius_px + ring_px, 1.5)
        inside = np.float32(tone) * (
            1.0
            + np.float32(0.1 if plugged else 0.55) * np.clip(toward, -1.0, 1.0)
            + np.float32(0.12) * grain
        )
        if plugged:  # a dark gap between plug and concrete
            gap = band(away, radius_px - ring_px, radius_px)
            inside *= 1.0 - np.float32(0.6) * gap
        below = canvas.surface[window]
        below *= (1.0 + np.float32(rim) * ring)[:, :, None]
        below += (inside[:, :, None] - below) * (hole * np.float32(0.95))[:, :, None]
        canvas.mask[window] = np.maximum(canvas.mask[window], np.maximum(hole, ring))
    return canvas.done()


def add_bug_holes(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with clusters of pores; some are merged or elongated.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, place, size, shape and depth.

    Returns:
        The new surface; the mask is the pores, the surface changes only there and at their rims.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    area = rows * columns / 65536.0
    clusters = min(_MOST_CLUSTERS, max(1, round(area * rng.uniform(0.6, 3.5))))
    largest_px = spread(2.0, 9.0, rng)
    depth = np.zeros(canvas.shape, dtype=np.float32)
    for _ in range(clusters):
        x, y = rng.uniform(0.1, 0.9) * columns, rng.uniform(0.1, 0.9) * rows
        spread_px, lean = rng.uniform(6.0, 45.0), rng.uniform(0.0, math.pi)
        chain = 0.12 if chance(0.4, rng) else 1.0  # pores in a row look more like a crack
        for _ in range(int(rng.integers(1, 13))):
            along = spread_px * (rng.uniform(-1.0, 1.0) + rng.uniform(-1.0, 1.0))
            aside = spread_px * chain * (rng.uniform(-1.0, 1.0) + rng.uniform(-1.0, 1.0))
            at_x = x + along * math.cos(lean) - aside * math.sin(lean)
            at_y = y + along * math.sin(lean) + aside * math.cos(lean)
            radius_px = max(0.8, largest_px * rng.random() ** 2.5)
            _dig(depth, at_x, at_y, radius_px, rng)
    at_x, at_y = rng.uniform(0.2, 0.8, 2) * [columns, rows]
    _dig(depth, at_x, at_y, largest_px, rng)
    light = ((1, 1), (1, -1), (1, 0), (-1, 1))[int(rng.integers(4))]
    return _lit(canvas, soften(depth, 0.1), light, rng)


def _dig(depth: FloatImage, x: float, y: float, radius_px: float, rng: np.random.Generator) -> None:
    """Add one ragged, elongated pore to `depth`."""
    squeeze = rng.uniform(1.0, 1.6) if chance(0.7, rng) else rng.uniform(1.6, 4.0)
    window, dx, dy = patch(x, y, radius_px * squeeze + 2.0, depth.shape)
    pore = depth[window]
    if pore.size == 0:
        return
    turn = rng.uniform(0.0, math.pi)
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    u, v = (dx * cos + dy * sin) / np.float32(squeeze), dy * cos - dx * sin
    ragged = 1.0 + np.float32(0.3) * value_noise(dy.size, dx.size, 1.0 + 0.6 * radius_px, rng)
    skew = 1.0 + np.float32(rng.uniform(-0.3, 0.3)) * u / np.float32(radius_px)
    away = np.sqrt(u * u + v * v * skew * skew) * ragged
    deep = np.float32(rng.uniform(0.45, 1.0))
    sharp = np.float32(rng.uniform(min(1.0, 3.0 / (1.0 + radius_px)), 1.0))  # a dish or a pit
    np.maximum(
        pore, deep * np.clip((radius_px - away) * sharp + np.float32(0.5), 0.0, 1.0), out=pore
    )


def _lit(
    canvas: Canvas, depth: FloatImage, light: tuple[int, int], rng: np.random.Generator
) -> Distraction:
    """Darken the holes of `depth` and brighten the rims that face the light."""
    down, right = light
    moved = np.zeros_like(depth)
    rows, columns = depth.shape
    source = depth[max(0, -down) : rows - max(0, down), max(0, -right) : columns - max(0, right)]
    moved[max(0, down) : rows - max(0, -down), max(0, right) : columns - max(0, -right)] = source
    rim = np.maximum(moved - depth, 0.0)
    factor = 1.0 - np.float32(rng.uniform(0.45, 0.9)) * depth
    factor += np.float32(rng.uniform(0.05, 0.4)) * rim
    # The wall of a hole on the side of the light is in shadow.
    factor *= 1.0 - np.float32(rng.uniform(0.2, 0.7)) * np.clip(depth - moved, 0.0, 1.0)
    canvas.surface *= factor[:, :, None]
    canvas.mask = np.clip(depth, 0.0, 1.0)
    return canvas.done()
