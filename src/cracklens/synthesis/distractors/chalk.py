"""Marks by hand: lines, crosses and arrows of chalk, crayon or charcoal."""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import Canvas, Distraction, bend, chance, spread
from cracklens.synthesis.distractors.ribbon import band, curved_ribbon, ramp
from cracklens.synthesis.noise import FloatImage

_CHALKS = (
    (240, 240, 235), (235, 222, 120), (90, 130, 210), (214, 90, 80), (40, 40, 44), (66, 60, 56),
)  # fmt: skip


def add_chalk_mark(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with strokes drawn by hand, grainy where the chalk missed the hollows.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of strokes, colour, width and wear.

    Returns:
        The new surface; the mask is the strokes, the rest is unchanged.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    colour = np.array(_CHALKS[int(rng.integers(len(_CHALKS)))], dtype=np.float32)
    width_px, kept = spread(1.2, 7.0, rng), rng.uniform(0.5, 1.3)
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform(0.2, 0.8, 2) * [columns, rows]
        for line in _strokes(middle, spread(0.15, 0.9, rng) * min(rows, columns), rng):
            at = curved_ribbon(line, width_px / 2 + 1.0, canvas.shape)
            share = band(at.across, -width_px / 2, width_px / 2, 1.5)
            hollow = rng.random(at.row.size, dtype=np.float32) * np.float32(1.4)
            share *= ramp(0.5 + kept + 0.6 * at.wander(12.0, rng) - hollow)
            canvas.cover(at, colour, np.float32(rng.uniform(0.6, 0.95)) * share)
    if np.abs(canvas.surface - surface).max() < 12.0:  # noqa: PLR2004  # no visible contrast
        canvas.surface -= (canvas.mask * np.float32(0.35))[:, :, None] * surface
    return canvas.done()


def _strokes(middle_px: Floats, long_px: float, rng: np.random.Generator) -> list[Floats]:
    """Return the strokes of one mark: a line, a line with end ticks, a cross, or an arrow."""
    angle = rng.uniform(0.0, math.pi)
    knots = np.linspace(-0.5, 0.5, 5)[:, None] * np.array([math.cos(angle), math.sin(angle)])
    line = middle_px + long_px * (knots + rng.uniform(-0.025, 0.025, (5, 2)))
    strokes = [bend(line)]
    tick = 0.5 * min(long_px, 40.0) * np.array([-math.sin(angle), math.cos(angle)])
    if chance(0.35, rng):
        strokes += [bend(np.stack([end - tick, end + tick])) for end in (line[0], line[-1])]
    elif chance(0.3, rng):
        strokes.append(bend(np.stack([line[2] - 2 * tick, line[2] + 2 * tick])))
    elif chance(0.3, rng):
        back = (line[0] - line[-1]) / long_px * min(0.3 * long_px, 20.0)
        strokes += [bend(np.stack([line[-1], line[-1] + back + s * 0.6 * tick])) for s in (-1, 1)]
    return strokes
