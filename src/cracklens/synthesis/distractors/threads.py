"""Thin objects and thin damage: cables and wires, hair and straw, scratches."""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import Canvas, Distraction, bend, chance, spread
from cracklens.synthesis.distractors.ribbon import band, curved_ribbon, ramp
from cracklens.synthesis.distractors.shadows import hanging_line, soft_band
from cracklens.synthesis.noise import FloatImage

# Red, green, blue as shares of full white: sheaths, galvanised wire, rope.
_SHEATHS = (
    (0.08, 0.08, 0.09), (0.16, 0.16, 0.17), (0.45, 0.46, 0.47), (0.85, 0.85, 0.83),
    (0.95, 0.95, 0.95), (0.65, 0.12, 0.1), (0.12, 0.22, 0.55), (0.8, 0.65, 0.1),
    (0.15, 0.4, 0.2), (0.8, 0.4, 0.08), (0.6, 0.52, 0.4),
)  # fmt: skip
_FIBRES = (
    (0.06, 0.05, 0.05), (0.15, 0.1, 0.07), (0.35, 0.25, 0.15), (0.72, 0.62, 0.4),
    (0.85, 0.78, 0.58), (0.5, 0.45, 0.25), (0.92, 0.9, 0.86), (0.3, 0.36, 0.18),
)  # fmt: skip

_FAINTEST_SHADOW = 0.12  # below this, no shadow: the cable is far from the wall


def add_cable(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with one to three cables or wires on it, each with light and shadow.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of course, width, colour, highlight and distance of the shadow.

    Returns:
        The new surface; the mask is the cables and their shadows, the rest is unchanged.
    """
    canvas = Canvas(surface)
    width_px = spread(1.2, 20.0, rng)
    line = hanging_line(canvas, rng, step_px=3.0 + 0.7 * width_px)
    turn = rng.uniform(0.0, 2.0 * math.pi)
    away_px = width_px * rng.uniform(0.3, 2.5)
    shadow = away_px * np.array([math.cos(turn), math.sin(turn)])
    dark, soft_px = np.float32(rng.uniform(0.0, 0.65)), 1.0 + width_px * rng.uniform(0.1, 0.7)
    count = 1 if chance(0.7, rng) else int(rng.integers(2, 4))
    apart = width_px * rng.uniform(1.1, 2.5)
    lines = [
        line + rank * apart * np.array([math.sin(turn), -math.cos(turn)]) for rank in range(count)
    ]
    if dark > _FAINTEST_SHADOW:
        for each in lines:
            at = curved_ribbon(each + shadow, width_px / 2 + soft_px / 2 + 1.0, canvas.shape)
            share = soft_band(at, width_px, soft_px)
            canvas.shade(at, 1.0 - dark * share, 0.8 * share)
    for each in lines:
        colour = np.array(_SHEATHS[int(rng.integers(len(_SHEATHS)))]) * rng.uniform(0.7, 1.1)
        _draw_cable(canvas, each, width_px, (255.0 * colour).astype(np.float32), rng)
    return canvas.done()


def add_hair_and_straw(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with thin fibres on it: hair, straw, dry grass, threads.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, position, length, course, width and colour.

    Returns:
        The new surface; the mask is the fibres, the rest is unchanged.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    area = min(60.0, max(1.0, rows * columns / 65536.0))
    stiff = chance(0.45, rng)
    colour = np.array(_FIBRES[int(rng.integers(len(_FIBRES)))])
    thin_px = spread(0.8, 4.5, rng, lean=1.5)
    for _ in range(max(1, round(area * rng.uniform(1.0, 7.0)))):
        long_px = spread(25.0, 260.0, rng)
        middle = rng.uniform(0.1, 0.9, 2) * [columns, rows]
        line = _fibre(middle, long_px, 0.2 if stiff else 0.8, rng)
        width_px = max(0.7, min(thin_px * rng.uniform(0.75, 1.3), long_px / 30.0))
        tone = (255.0 * colour * rng.uniform(0.8, 1.2)).astype(np.float32)
        if chance(0.6, rng):
            below = curved_ribbon(line + rng.uniform(0.6, 1.8, 2), width_px / 2 + 2.0, canvas.shape)
            share = soft_band(below, width_px, 2.0)
            canvas.shade(below, 1.0 - np.float32(rng.uniform(0.1, 0.45)) * share, 0.5 * share)
        at = curved_ribbon(line, width_px / 2 + 1.0, canvas.shape)
        share = band(at.across, -width_px / 2, width_px / 2) * np.float32(rng.uniform(0.75, 1.0))
        light = 1.0 + np.float32(0.15) * at.wander(22.0, rng)
        canvas.cover(at, light[:, None] * tone, share)
    if np.abs(canvas.surface - surface).max() < 12.0:  # noqa: PLR2004  # no visible contrast
        canvas.surface -= (canvas.mask * np.float32(0.35))[:, :, None] * surface
    return canvas.done()


def add_scratches(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with one to five thin, nearly parallel scratches, pale or dark.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, position, direction, width and brightness.

    Returns:
        The new surface; the mask is the scratches, the rest is unchanged.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    size_px = min(rows, columns)
    angle = rng.uniform(0.0, math.pi)
    change = rng.uniform(0.12, 0.45) if chance(0.5, rng) else -rng.uniform(0.2, 0.85)
    lip = rng.uniform(0.0, 0.35) if chance(0.4, rng) else 0.0
    kept = rng.uniform(0.9, 1.9)
    for _ in range(int(rng.integers(1, 6))):
        middle = rng.uniform(0.15, 0.85, 2) * [columns, rows]
        lean = angle + rng.uniform(-0.15, 0.15)
        half = rng.uniform(0.15, 0.6) * size_px * np.array([math.cos(lean), math.sin(lean)])
        bow = rng.uniform(-0.08, 0.08) * np.array([-half[1], half[0]])
        line = bend(np.stack([middle - half, middle + bow, middle + half]))
        most_px = spread(0.7, 6.0, rng, lean=1.6)
        at = curved_ribbon(line, most_px / 2 + 3.0, canvas.shape)
        taper = at.along / np.float32(at.length_px) * 2.0 - 1.0
        width = np.float32(most_px) * (1.0 - np.float32(0.9) * taper * taper)
        left = ramp(0.9 * at.wander(19.0, rng) + 0.9 * at.wander(3.0, rng) + np.float32(kept))
        share = band(at.across, -width / 2, width / 2) * left
        raised = band(at.across, width / 2, width / 2 + 1.2) * left * (lip > 0)
        factor = 1.0 + np.float32(change * rng.uniform(0.5, 1.0)) * share + np.float32(lip) * raised
        canvas.shade(at, factor, np.maximum(share, 0.6 * raised))
    return canvas.done()


def _draw_cable(
    canvas: Canvas, line: Floats, width_px: float, colour: FloatImage, rng: np.random.Generator
) -> None:
    """Draw a round body of constant width, lit from one side."""
    at = curved_ribbon(line, width_px / 2 + 1.5, canvas.shape)
    part = np.clip(at.across * np.float32(2.0 / width_px), -1.0, 1.0)
    from_side = np.float32(rng.uniform(-0.7, 0.7))
    light = np.float32(1.1) - np.float32(0.6) * (part - from_side) ** 2
    shine = np.clip(1.0 - np.abs(part - from_side) * np.float32(3.5), 0.0, 1.0)
    body = np.maximum(light, 0.3)[:, None] * colour
    if chance(0.15, rng) and width_px > 4.0:  # noqa: PLR2004  # rope or stranded wire
        turns = (at.along + at.across * np.float32(1.3)) / np.float32(1.3 * width_px)
        lay = np.abs(turns - np.floor(turns) - np.float32(0.5)) * 2.0
        body = body * (np.float32(0.6) + np.float32(0.55) * lay)[:, None]
    body = np.minimum(body + (np.float32(rng.uniform(0.0, 110.0)) * shine * shine)[:, None], 255.0)
    canvas.cover(at, body.astype(np.float32), band(at.across, -width_px / 2, width_px / 2))


def _fibre(middle_px: Floats, long_px: float, curl: float, rng: np.random.Generator) -> Floats:
    """Return a smooth line; per seventh, its direction drifts by up to `curl` radians."""
    angle, drift = rng.uniform(0.0, 2.0 * math.pi), rng.uniform(-curl, curl)
    points = [np.zeros(2)]
    for _ in range(7):
        points.append(points[-1] + long_px / 7 * np.array([math.cos(angle), math.sin(angle)]))
        angle += drift + rng.uniform(-0.6, 0.6) * curl
    knots = np.stack(points)
    return bend(knots - (knots[0] + knots[-1]) / 2 + middle_px, 3.0)
