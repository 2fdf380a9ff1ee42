"""Broken-out concrete: a patch, or all beyond a ragged edge, with a rough lower floor."""

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
from cracklens.synthesis.distractors.ribbon import ramp
from cracklens.synthesis.noise import FloatImage, blur, fractal_noise, shifted

_SIDES = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, 0))


def add_spall_edge(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with a place where its skin is broken out.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of place, size, raggedness, depth, and light.

    Returns:
        The new surface; the mask is the rim; the floor is rougher and mostly darker.
    """
    canvas = Canvas(surface)
    depth = ragged_side(canvas, rng)
    down, right = _SIDES[int(rng.integers(len(_SIDES)))]
    inside = ramp(depth / np.float32(spread(0.9, 2.5, rng)) + 0.5)
    floor = fractal_noise(*canvas.shape, spread(4.0, 18.0, rng), rng, octaves=4, persistence=0.65)
    slope = floor - shifted(floor, -down, -right)
    tone = np.float32(rng.uniform(-0.45, 0.12))
    rough = 1.0 + tone + np.float32(rng.uniform(0.2, 1.2)) * slope + np.float32(0.15) * floor
    cast = np.array([0.05, 0.0, -0.07], dtype=np.float32) * np.float32(rng.uniform(-0.5, 1.0))
    factor = 1.0 + inside[:, :, None] * ((rough - 1.0)[:, :, None] + cast)
    # The wall that faces away from the light is in shadow, and shades the floor beside it.
    wide_px = max(1, round(spread(1.0, 6.0, rng)))
    fall = shifted(inside, -wide_px * down, -wide_px * right) - inside
    fall = blur(fall, 0.35 * wide_px) if wide_px > 1 else fall
    wall = fractal_noise(*canvas.shape, 9.0, rng, octaves=2)
    shaded = np.clip(-fall, 0.0, 1.0) * inside * np.clip(0.9 + wall, 0.0, 1.0)
    lit = np.clip(fall, 0.0, 1.0) * np.clip(0.6 + 1.5 * wall, 0.0, 1.0)
    dark, bright = np.float32(rng.uniform(0.2, 0.75)), np.float32(rng.uniform(0.0, 0.4))
    factor *= (1.0 + bright * lit)[:, :, None] * (1.0 - dark * shaded)[:, :, None]
    canvas.surface = np.clip(canvas.surface * np.maximum(factor, 0.04), 1.0, 250.0)
    around = blur(inside, 1.3)
    edge = np.clip(4.5 * around * (1.0 - around), 0.0, 1.0)
    canvas.mask = np.maximum(edge, np.maximum(shaded, lit)).astype(np.float32)
    canvas.mask[canvas.mask < 0.05] = 0.0  # noqa: PLR2004
    return canvas.done()


def ragged_side(
    canvas: Canvas, rng: np.random.Generator, *, patch_share: float = 0.6
) -> FloatImage:
    """Return the depth in px, about, of each pixel behind a ragged border; negative before it.

    Args:
        canvas: The picture.
        rng: Source of place and raggedness.
        patch_share: Probability of a closed patch instead of all beyond a line.

    Returns:
        (H, W) float32.
    """
    start, end = across(canvas.shape, rng)
    depth = inward(canvas.shape, start, end)
    if chance(patch_share, rng):
        radius_px = np.float32(spread(0.07, 0.4, rng) * min(*canvas.shape, 500))
        middle = (start + end) / 2
        aside = inward(canvas.shape, middle, middle + normal(start, end))
        depth = radius_px - np.sqrt(depth * depth + np.float32(spread(0.08, 1.0, rng)) * aside**2)
    ragged = fractal_noise(
        *canvas.shape, spread(15.0, 80.0, rng), rng, octaves=5, persistence=rng.uniform(0.45, 0.62)
    )
    most_px = min(spread(8.0, 60.0, rng), 0.15 * math.sqrt(canvas.mask.size))
    ragged_depth: FloatImage = depth + ragged * np.float32(most_px)
    # Some of either side is in the picture.
    few, many = np.quantile(ragged_depth[::3, ::3], (0.08, 0.92)).astype(np.float32)
    ragged_depth -= np.float32(max(float(few), 0.0) + min(float(many), 0.0))
    return ragged_depth
