"""Paint, chalk and marker on concrete: straight lines, handwritten strokes and symbols."""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    bend,
    chance,
    spread,
    upright_angle,
)
from cracklens.synthesis.distractors.ribbon import (
    Ribbon,
    band,
    curved_ribbon,
    ramp,
    straight_ribbon,
)
from cracklens.synthesis.distractors.shadows import hanging_line
from cracklens.synthesis.noise import FloatImage

# Red, green, blue, 0 to 255: road white and yellow, survey sprays, chalks, pencil and markers.
_PAINTS = (
    (225, 225, 220), (215, 180, 60), (200, 50, 40), (230, 100, 50), (60, 90, 170), (40, 120, 70),
)  # fmt: skip
_CHALKS = ((235, 235, 230), (120, 150, 210), (215, 110, 110), (225, 205, 120))
_MARKERS = ((25, 25, 28), (35, 40, 90), (150, 30, 35), (70, 70, 72), (30, 80, 50))


def add_painted_line(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with painted lines or handwritten strokes.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of the tool (brush, spray, chalk or marker), position, course, width and wear.

    Returns:
        The new surface; the mask is the paint, the rest is unchanged.
    """
    canvas = Canvas(surface)
    tool = ("brush", "spray", "chalk", "marker")[int(rng.integers(4))]
    choice = {"chalk": _CHALKS, "marker": _MARKERS}.get(tool, _PAINTS)
    colour = np.array(choice[int(rng.integers(len(choice)))], dtype=np.float32)
    colour *= np.float32(min(1.0, canvas.level / 190.0 + 0.15))  # paint is in the same light
    low, high = {"brush": (3.0, 30.0), "spray": (4.0, 22.0)}.get(tool, (1.0, 5.0))
    width_px = spread(low, high, rng)
    if tool == "brush" or chance(0.35, rng):
        start, end = across(canvas.shape, rng, angle=upright_angle(rng, any_share=0.5))
        lines = [(start, end)]
        if chance(0.25, rng):
            beside = rng.uniform(2.0, 6.0) * width_px
            lines.append((start + beside, end + beside))
        for first, last in lines:
            nodes = rng.uniform(-0.6, 0.6, int(3 * max(canvas.shape) / 60.0) + 3)
            at = straight_ribbon(first, last, 1.1 * width_px + 3.0, canvas.shape, wobble_px=nodes)
            _stroke(canvas, at, width_px, tool, colour, rng)
    else:
        for line in _writing(canvas, rng):
            at = curved_ribbon(line, 1.1 * width_px + 3.0, canvas.shape)
            _stroke(canvas, at, width_px, tool, colour, rng)
    if np.abs(canvas.surface - surface).max() < 12.0:  # noqa: PLR2004  # no visible contrast
        canvas.surface -= (canvas.mask * np.float32(0.35))[:, :, None] * surface
    return canvas.done()


def _stroke(
    canvas: Canvas,
    at: Ribbon,
    width_px: float,
    tool: str,
    colour: FloatImage,
    rng: np.random.Generator,
) -> None:
    """Draw one stroke with the edges and gaps that are typical of its tool."""
    grain = rng.random(at.across.size, dtype=np.float32)
    worn = 1.3 * at.wander(19.0, rng) + 0.5 * at.wander(4.0, rng)
    if tool == "spray":  # dense in the middle, fine drops at the sides
        soft_px = width_px * rng.uniform(0.35, 1.0) + 1.0
        dense = ramp(
            (np.float32(width_px / 2) - np.abs(at.across)) / np.float32(soft_px) + np.float32(0.5)
        )
        share = np.clip(dense * 1.5 - 0.45 * grain, 0.0, 1.0) * at.within(4.0)
    elif tool == "chalk":  # colour only on protruding grains
        body = band(at.across, -width_px / 2, width_px / 2, 1.3) * at.within()
        take = np.float32(rng.uniform(0.3, 0.9)) + np.float32(0.25) * worn
        share = body * np.clip((take - grain) * 2.5 + 0.4, 0.08, 1.0)
    else:
        wide = np.float32(width_px) * (1.0 + np.float32(0.08) * at.wander(8.0, rng))
        body = band(at.across, -wide / 2, wide / 2) * at.within()
        left = ramp(worn + np.float32(rng.uniform(0.5, 1.6)) + (grain - 0.5) * 1.2)
        share = body * np.maximum(left, 0.1 if tool == "brush" else 0.7)
    canvas.cover(at, colour, share.astype(np.float32) * np.float32(rng.uniform(0.7, 1.0)))


def _writing(canvas: Canvas, rng: np.random.Generator) -> list[Floats]:
    """Return handwritten strokes: a long line, a scrawl, symbols in a row, a cross or a ring."""
    rows, columns = canvas.shape
    if chance(0.3, rng):  # a long line by hand, as drawn along a crack
        return [hanging_line(canvas, rng)]
    size = rng.uniform(0.25, 0.8) * min(rows, columns, 500)
    middle = rng.uniform(0.3, 0.7, 2) * [columns, rows]
    kind = int(rng.integers(4))
    if kind == 0:
        knots = np.stack([np.linspace(-0.6, 0.6, 6), rng.uniform(-0.25, 0.25, 6)], axis=1)
        strokes = [_turned(knots, rng.uniform(0.0, math.pi))]
    elif kind == 1:
        strokes = [
            rng.uniform(-0.1, 0.1, (int(rng.integers(2, 5)), 2)) * [1.0, 1.8] + [0.28 * place, 0.0]
            for place in np.linspace(-2.0, 2.0, int(rng.integers(3, 6)))
        ]
    elif kind == 2:  # noqa: PLR2004
        turn = rng.uniform(0.0, math.pi)
        strokes = [
            _turned(np.array([[-0.5, -0.3], [0.02, 0.03], [0.5, 0.3]]), turn),
            _turned(np.array([[-0.4, 0.35], [0.0, 0.0], [0.45, -0.35]]), turn),
        ]
    else:
        turns = [i * math.pi / 4 + rng.uniform(-0.12, 0.12) for i in range(9)]
        strokes = [np.array([[0.5 * math.cos(t), 0.38 * math.sin(t)] for t in turns])]
    shaken = [s + rng.uniform(-0.02, 0.02, s.shape) for s in strokes]
    return [bend(middle + size * s, 3.0) for s in shaken]


def _turned(points: Floats, angle: float) -> Floats:
    """Return (N, 2) points rotated about the origin."""
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)
