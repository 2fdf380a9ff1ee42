"""Stains of water: tide marks, streaks and rust."""

import math

import numpy as np

from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    chance,
    inward,
    normal,
    spread,
)
from cracklens.synthesis.distractors.ribbon import band, ramp, straight_ribbon
from cracklens.synthesis.noise import FloatImage, fractal_noise

_DIRT_SHARE, _LIME_SHARE = 0.55, 0.25  # of all streaks; the rest is rust


def add_stain_edge(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with a darker part, as by water, with a ragged tide mark.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, direction, raggedness, softness and darkness.

    Returns:
        The new surface; the mask is the edge; the whole stained side is darker.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng)
    ragged = fractal_noise(*canvas.shape, spread(25.0, 90.0, rng), rng, octaves=5, persistence=0.55)
    depth = inward(canvas.shape, start, end)
    if chance(0.4, rng):  # a spot with a closed edge
        radius_px = np.float32(rng.uniform(0.2, 0.45) * min(*canvas.shape, 400))
        aside = inward(canvas.shape, (start + end) / 2, (start + end) / 2 + normal(start, end))
        depth = radius_px - np.sqrt(depth * depth + np.float32(rng.uniform(0.2, 1.2)) * aside**2)
    # Ragged enough for a natural edge; the limit keeps the edge in the picture.
    depth += ragged * np.float32(min(rng.uniform(8.0, 40.0), 0.2 * min(canvas.shape)))
    edge_px, rim_px = spread(1.0, 9.0, rng), np.float32(spread(1.5, 7.0, rng))
    wet = ramp(depth / np.float32(edge_px) + 0.5)
    rim = np.clip(1.0 - np.abs(depth) / rim_px, 0.0, 1.0)
    dark, mark = rng.uniform(0.06, 0.4), rng.uniform(0.0, 0.35)
    if chance(0.2, rng):  # salts: paler inside, with a white edge
        dark, mark = -0.4 * dark, -0.7 * mark
    loss = np.array([0.0, rng.uniform(0.0, 0.04), rng.uniform(0.0, 0.12)], dtype=np.float32)
    canvas.surface *= 1.0 - wet[:, :, None] * loss
    canvas.surface *= ((1.0 - wet * np.float32(dark)) * (1.0 - rim * np.float32(mark)))[:, :, None]
    reach = np.float32(max(edge_px / 2, float(rim_px)) + 1.0)
    canvas.mask = np.clip(1.5 - 1.5 * np.abs(depth) / reach, 0.0, 1.0)
    return canvas.done()


def add_run_off(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with vertical streaks, dark, pale or rusty, that taper downwards.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, position, length, width, colour and softness.

    Returns:
        The new surface; the mask is the streaks, the rest is unchanged.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    change = _streak_colour(rng)
    ledge = rng.uniform(-0.2, 0.5) * rows
    common, count = chance(0.5, rng), int(rng.integers(1, 3 + round(12 * min(columns / 256, 4))))
    most_px = spread(2.0, 26.0, rng)
    for rank in range(count):
        x = rng.uniform(0.05, 0.95) * columns
        top = ledge + rng.uniform(-2.0, 2.0) if common else rng.uniform(-0.4, 0.6) * rows
        long_px = rows * rng.uniform(0.35, 1.2) if rank else max(1.1 * rows - top, 0.6 * rows)
        width_px = max(1.0, most_px * rng.random() ** 1.5)
        foot = x + long_px * rng.uniform(-0.04, 0.04)
        nodes = rng.uniform(0.2, 2.5) * rng.uniform(-1.0, 1.0, int(long_px / 40.0) + 3)
        at = straight_ribbon(
            np.array([x, top]),
            np.array([foot, top + long_px]),
            width_px + 8.0,
            canvas.shape,
            wobble_px=nodes,
        )
        part = at.along / np.float32(long_px)
        width = np.float32(width_px) * (1.0 - np.float32(rng.uniform(0.2, 0.95)) * part)
        width *= 1.0 + np.float32(0.25) * at.wander(25.0, rng)
        soft = np.float32(spread(1.2, 7.0, rng))
        share = band(at.across, -width / 2, width / 2, soft)
        # Below a ledge a streak starts abruptly, elsewhere gradually.
        gathers_px = np.float32(3.0 if common else rng.uniform(0.05, 0.35) * long_px)
        share *= np.clip(1.0 - part, 0.0, 1.0) * ramp(at.along / gathers_px)
        share *= np.clip(1.0 + 0.35 * at.wander(30.0, rng), 0.0, 1.0)
        share *= np.float32(rng.uniform(0.6, 1.0))
        if rank == 0 and share.size:  # at least one is clearly visible
            share = share / np.maximum(share.max(), np.float32(0.01))
        canvas.shade(at, 1.0 + share[:, None] * change, share)
    return canvas.done()


def add_rust_streak(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with rusty or pale marks of reinforcement bars under thin cover.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of direction, spacing, width, colour and gaps.

    Returns:
        The new surface; the mask is the marks, the rest is unchanged.
    """
    canvas = Canvas(surface)
    level = 0.0 if chance(0.5, rng) else math.pi / 2
    start, end = across(canvas.shape, rng, angle=level + rng.uniform(-0.05, 0.05))
    grey = np.full(3, rng.uniform(-0.3, -0.06), dtype=np.float32)
    change = _rust(rng) - np.float32(0.04) if chance(0.7, rng) else grey
    size = max(canvas.shape)
    apart, width_px = spread(35.0, 200.0, rng), spread(1.5, 22.0, rng)
    step = np.array([0.0, apart]) if level == 0.0 else np.array([apart, 0.0])
    reach = 0 if chance(0.4, rng) else math.ceil(size / apart)
    for rank in range(-reach, reach + 1):
        moved = rank * step + rng.uniform(-2.0, 2.0, 2)
        at = straight_ribbon(start + moved, end + moved, width_px + 6.0, canvas.shape)
        width = np.float32(width_px) * (1.0 + np.float32(0.3) * at.wander(30.0, rng))
        soft = spread(1.5, 10.0, rng)
        share = band(at.across, -width / 2, width / 2, np.float32(soft))
        gone = ramp(1.5 * at.wander(70.0, rng) + np.float32(rng.uniform(0.3, 1.2)))
        share *= np.maximum(gone, 0.25) * np.clip(1.0 + 0.4 * at.wander(7.0, rng), 0.0, 1.0)
        if rank == 0 and share.size:  # at least one is clearly visible
            share = share / np.maximum(share.max(), np.float32(0.01))
        canvas.shade(at, 1.0 + share[:, None] * change, share)
    return canvas.done()


def _streak_colour(rng: np.random.Generator) -> FloatImage:
    """Return the change of red, green and blue, as shares: dirt, lime or rust."""
    kind = rng.random()
    if kind < _DIRT_SHARE:
        dark = rng.uniform(0.12, 0.6)
        return np.array([-dark, -dark, -dark], dtype=np.float32) + np.float32(
            rng.uniform(-0.04, 0.04)
        )
    if kind < _DIRT_SHARE + _LIME_SHARE:
        pale = rng.uniform(0.12, 0.5)
        return np.array([pale, pale, 0.95 * pale], dtype=np.float32)
    return _rust(rng)


def _rust(rng: np.random.Generator) -> FloatImage:
    """Return the change of red, green and blue under rust, as shares."""
    strong = rng.uniform(0.3, 1.0)
    change = strong * np.array([-0.08, -0.38, -0.65]) * rng.uniform(0.8, 1.1, 3)
    return change.astype(np.float32)
