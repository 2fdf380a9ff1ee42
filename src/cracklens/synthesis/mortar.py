"""Mortar of brickwork seen from near: thick, coarse, often pale, behind or before the bricks."""

import cv2
import numpy as np

from cracklens.synthesis.distractors.canvas import chance, spread
from cracklens.synthesis.noise import FloatImage, fractal_noise, shifted, smoothstep, value_noise

_ON_JOINT = 0.4
_MORTARS = ((1.0, 0.98, 0.93), (1.0, 1.0, 1.0), (1.0, 0.94, 0.84), (0.94, 0.97, 1.0))


def lay_mortar(
    surface: FloatImage, joints: FloatImage, rng: np.random.Generator
) -> tuple[FloatImage, FloatImage]:
    """Return brickwork with wide joints of mortar in place of its thin ones.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        joints: (H, W) float32 in [0, 1], the mask of the joints.
        rng: Source of width, colour, grain and light.

    Returns:
        The new surface and the mask of the wide joints.
    """
    rows, columns = joints.shape
    wide_px = spread(1.0, 0.07 * min(rows, columns), rng)
    bricks = (joints <= _ON_JOINT).astype(np.uint8)
    away = cv2.distanceTransform(bricks, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rough_px = rng.uniform(0.1, 0.5) * wide_px
    edge = away - np.float32(wide_px)
    edge += np.float32(rough_px) * fractal_noise(
        rows, columns, max(5.0, 1.5 * wide_px), rng, octaves=3
    )
    soft_px = np.float32(spread(1.0, 3.0, rng))
    mortar: FloatImage = smoothstep(np.clip(0.5 - edge / soft_px, 0.0, 1.0)).astype(np.float32)
    level = rng.uniform(120.0, 235.0) if chance(0.7, rng) else rng.uniform(50.0, 120.0)
    colour = np.float32(level) * np.array(_MORTARS[int(rng.integers(len(_MORTARS)))], np.float32)
    grain = np.float32(spread(0.03, 0.2, rng)) * value_noise(
        rows, columns, spread(1.5, 5.0, rng), rng
    )
    blotches = np.float32(rng.uniform(0.0, 0.2)) * fractal_noise(
        rows, columns, 30.0, rng, octaves=3
    )
    laid = (1.0 + grain + blotches)[:, :, None] * colour
    covered = surface + mortar[:, :, None] * (laid - surface)
    return _lit(covered, mortar, wide_px, rng), mortar


def _lit(
    surface: FloatImage, mortar: FloatImage, wide_px: float, rng: np.random.Generator
) -> FloatImage:
    """Add the shadow of the upper edge and the light on the lower edge of recessed joints."""
    deep_px = max(1, round(wide_px * rng.uniform(0.1, 0.6)))
    aside_px = int(rng.integers(-deep_px, deep_px + 1))
    bricks = 1.0 - mortar
    shadow = np.clip(shifted(bricks, deep_px, aside_px) - bricks, 0.0, 1.0)
    light = np.clip(shifted(mortar, deep_px, aside_px) - mortar, 0.0, 1.0)
    dark = np.float32(rng.uniform(0.1, 0.7) if chance(0.7, rng) else 0.0)
    bright = np.float32(rng.uniform(0.0, 0.25))
    shaded: FloatImage = surface * (1.0 - dark * shadow + bright * light)[:, :, None]
    return np.clip(shaded, 1.0, 250.0).astype(np.float32)
