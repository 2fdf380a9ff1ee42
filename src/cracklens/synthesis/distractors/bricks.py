"""Old brickwork: dark, recessed, rough mortar joints between bricks of several colours."""

import math

import numpy as np
from numpy.typing import NDArray

from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    chance,
    inward,
    normal,
    spread,
)
from cracklens.synthesis.distractors.ribbon import band
from cracklens.synthesis.noise import FloatImage, fractal_noise, shifted, value_noise

_CLAYS = (
    (1.25, 0.78, 0.62), (1.1, 0.82, 0.62), (1.02, 0.74, 0.66), (1.2, 1.02, 0.76),
    (0.82, 0.72, 0.68), (1.0, 1.0, 1.0), (0.62, 0.58, 0.58),
)  # fmt: skip


def add_recessed_brick_joints(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface as brickwork whose mortar lies behind the bricks, in shadow.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of size, bond and colours of the bricks, and of width and depth of the joints.

    Returns:
        The new surface; the mask is the joints; the bricks differ in colour.
    """
    canvas = Canvas(surface)
    tall_px = min(spread(10.0, 95.0, rng), 0.4 * min(canvas.shape))
    wide_px = tall_px * rng.uniform(1.7, 4.2)
    joint_px = np.float32(min(spread(0.8, 9.0, rng), 0.25 * tall_px))
    angle = rng.uniform(-0.06, 0.06) + (math.pi / 2 if chance(0.1, rng) else 0.0)
    start, end = across(canvas.shape, rng, angle=angle)
    u = inward(canvas.shape, start, start + normal(start, end))
    v = inward(canvas.shape, start, end)
    u += np.float32(50.0 * wide_px - math.floor(float(u.min()) / wide_px) * wide_px)
    v += np.float32(50.0 * tall_px - math.floor(float(v.min()) / tall_px) * tall_px)
    rough = np.float32(min(spread(0.3, 3.0, rng), 0.08 * tall_px))
    v += rough * fractal_noise(*canvas.shape, spread(6.0, 30.0, rng), rng, octaves=3)
    u += rough * fractal_noise(*canvas.shape, spread(6.0, 30.0, rng), rng, octaves=3)
    course = (v / np.float32(tall_px)).astype(np.int32)
    moves = rng.uniform(-0.08, 0.08, int(course.max()) + 2).astype(np.float32)
    u += ((course % 2) * np.float32(rng.uniform(0.3, 0.5)) + moves[course]) * np.float32(wide_px)
    brick = (u / np.float32(wide_px)).astype(np.int32)
    in_u, in_v = u - brick * np.float32(wide_px), v - course * np.float32(tall_px)
    edge_px = np.minimum(
        np.minimum(in_u, np.float32(wide_px) - in_u), np.minimum(in_v, np.float32(tall_px) - in_v)
    )
    edge_px += np.float32(0.35) * joint_px * value_noise(*canvas.shape, 5.0, rng)

    _colour_bricks(canvas, (brick * 31 + course * 17).astype(np.int32), rng)
    joint = band(edge_px, -1e3, joint_px / 2, spread(1.0, 2.0, rng))
    mortar = np.float32(canvas.level * rng.uniform(0.25, 1.0))
    grain = 1.0 + np.float32(0.3) * value_noise(*canvas.shape, 2.5, rng)
    warm = np.array([1.03, 1.0, 0.95], dtype=np.float32)
    full = np.clip(0.9 + 0.5 * value_noise(*canvas.shape, 50.0, rng), 0.35, 1.0) * joint
    canvas.surface += full[:, :, None] * ((mortar * grain)[:, :, None] * warm - canvas.surface)
    # The sun from above: the upper brick shades the joint, the lower one has a lit edge.
    down, right = max(1, round(0.4 * float(joint_px))), int(rng.integers(-1, 2))
    shaded = np.clip(shifted(1.0 - joint, down, right), 0.0, 1.0) * joint
    lit = np.clip(shifted(joint, 1, right) - joint, 0.0, 1.0)
    dark, bright = np.float32(rng.uniform(0.2, 0.75)), np.float32(rng.uniform(0.0, 0.3))
    canvas.surface *= (1.0 - dark * shaded + bright * lit)[:, :, None]
    canvas.surface = np.clip(canvas.surface, 1.0, 250.0)
    canvas.mask = joint
    return canvas.done()


def _colour_bricks(canvas: Canvas, number: NDArray[np.int32], rng: np.random.Generator) -> None:
    """Give each brick, known by its number, a colour, and each face some sooty patches."""
    count = 997
    first, second = (
        np.array(_CLAYS[int(rng.integers(len(_CLAYS)))], dtype=np.float32) for _ in range(2)
    )
    mix = rng.random((count, 1), dtype=np.float32) * np.float32(rng.uniform(0.0, 1.0))
    tones = np.float32(1.0) + np.float32(spread(0.02, 0.2, rng)) * (
        rng.random((count, 1), dtype=np.float32) * np.float32(2.0) - np.float32(1.0)
    )
    clay = (first + mix * (second - first)) * tones
    canvas.surface *= clay.astype(np.float32)[number % count]
    soot = 1.0 + np.float32(rng.uniform(0.05, 0.3)) * fractal_noise(
        *canvas.shape, 40.0, rng, octaves=4, persistence=0.65
    )
    canvas.surface *= soot[:, :, None]
