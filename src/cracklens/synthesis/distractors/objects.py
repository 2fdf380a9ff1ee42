"""Parts of a picture that are no surface: openings, sky, plants, water, and pipes."""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    chance,
    inward,
    normal,
    spread,
    upright_angle,
)
from cracklens.synthesis.distractors.ribbon import band, curved_ribbon, ramp, straight_ribbon
from cracklens.synthesis.noise import FloatImage, fractal_noise, shifted, value_noise

_PLANTS = ((62, 84, 34), (88, 104, 48), (48, 62, 34), (120, 116, 62), (96, 82, 52))
_SKIES = ((176, 200, 228), (214, 220, 226), (238, 240, 242), (120, 160, 214))
_WATERS = ((74, 82, 66), (92, 98, 92), (58, 70, 74), (112, 108, 84))
_FRAMES = ((236, 236, 232), (70, 66, 62), (120, 84, 56), (160, 164, 168), (46, 62, 52))


def add_object_edge(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with a part of it behind an object, or ending before sky or plants.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of the kind of object, its place, size, colours and thin parts.

    Returns:
        The new surface; the mask is the object's edges and thin parts; all of it is `hidden`.
    """
    canvas = Canvas(surface)
    hidden = (_add_opening, _add_outside, _add_outside, _add_pipe)[int(rng.integers(4))](
        canvas, rng
    )
    canvas.surface = np.clip(canvas.surface, 1.0, 250.0)
    return Distraction(canvas.surface, canvas.mask, hidden)


def _add_opening(canvas: Canvas, rng: np.random.Generator) -> FloatImage:
    """Draw a window or a dark opening with its frame; return what it hides."""
    rows, columns = canvas.shape
    start, end = across(canvas.shape, rng, angle=rng.uniform(-0.05, 0.05))
    middle = np.array([rng.uniform(0.0, 1.0) * columns, rng.uniform(0.0, 1.0) * rows])
    ahead = (end - start) / math.dist(start.tolist(), end.tolist())
    y = np.abs(inward(canvas.shape, middle, middle + ahead))
    x = np.abs(inward(canvas.shape, middle, middle + normal(start, end)))
    half_x, half_y = (rng.uniform(0.12, 0.4, 2) * min(rows, columns)).tolist()
    depth = np.minimum(np.float32(half_x) - x, np.float32(half_y) - y)
    inside: FloatImage = np.clip(depth + 0.5, 0.0, 1.0).astype(np.float32)
    frame_px = spread(1.5, 14.0, rng) if chance(0.75, rng) else 0.0
    dark = np.float32(rng.uniform(8.0, 60.0)) * np.array([0.95, 1.0, 1.08], dtype=np.float32)
    glass = 1.0 + np.float32(0.5) * fractal_noise(*canvas.shape, 120.0, rng, octaves=3)
    shade = ramp(depth / np.float32(rng.uniform(4.0, 60.0)))
    paint = dark * (glass * (1.5 - 0.7 * shade))[:, :, None]
    frame = band(depth, 0.0, frame_px) if frame_px else np.zeros_like(depth)
    for bar in (x, y):
        if frame_px and chance(0.5, rng):
            frame = np.maximum(frame, band(bar, -1.0, spread(0.8, 5.0, rng)) * inside)
    wood = np.array(_FRAMES[int(rng.integers(len(_FRAMES)))], dtype=np.float32)
    wood = wood * np.float32(rng.uniform(0.6, 1.0))
    lit = 1.0 - np.float32(0.3) * band(depth, frame_px - 1.5, frame_px + 0.5)
    paint += frame[:, :, None] * (wood * lit[:, :, None] - paint)
    canvas.surface += inside[:, :, None] * (paint - canvas.surface)
    sill = band(depth, -rng.uniform(2.0, 7.0), 0.0, 2.0)
    canvas.surface *= (1.0 - np.float32(rng.uniform(0.0, 0.35)) * sill)[:, :, None]
    canvas.mask = np.maximum(np.maximum(frame, sill), band(np.abs(depth), -1.0, 2.5))
    return inside


def _add_outside(canvas: Canvas, rng: np.random.Generator) -> FloatImage:
    """Draw sky, plants or water beyond an edge of the surface; return what it hides."""
    angle = upright_angle(rng, any_share=0.4)
    start, end = across(canvas.shape, rng, angle=angle)
    depth = inward(canvas.shape, start, end) - np.float32(
        rng.uniform(-0.05, 0.3) * min(canvas.shape)
    )
    kind = ("sky", "plants", "plants", "water")[int(rng.integers(4))]
    wild = np.float32(spread(3.0, 30.0, rng) if kind == "plants" else rng.uniform(0.0, 1.5))
    wild = np.minimum(wild, np.float32(0.12 * min(canvas.shape)))
    depth += wild * fractal_noise(*canvas.shape, 22.0, rng, octaves=4, persistence=0.65)
    inside: FloatImage = np.clip(depth + 0.5, 0.0, 1.0).astype(np.float32)
    thin = np.zeros_like(depth)
    if kind == "plants":
        paint, gaps = _foliage(canvas.shape, rng)
        thin = gaps * inside
    elif kind == "sky":
        tone = np.array(_SKIES[int(rng.integers(len(_SKIES)))], dtype=np.float32)
        clouds = 1.0 + np.float32(0.12) * fractal_noise(*canvas.shape, 150.0, rng, octaves=3)
        paint = tone * clouds[:, :, None]
    else:
        tone = np.array(_WATERS[int(rng.integers(len(_WATERS)))], dtype=np.float32)
        ripple = value_noise(*canvas.shape, 7.0, rng) + value_noise(*canvas.shape, 60.0, rng)
        paint = tone * (1.0 + np.float32(rng.uniform(0.02, 0.15)) * ripple)[:, :, None]
    canvas.surface += inside[:, :, None] * (paint - canvas.surface)
    # A ledge: light and dark bands along the edge.
    for _ in range(0 if kind == "plants" else int(rng.integers(0, 4))):
        place, wide_px = -rng.uniform(0.0, 26.0), spread(1.0, 9.0, rng)
        ledge = band(depth, place - wide_px, place, rng.uniform(1.0, 2.5))
        canvas.surface *= (1.0 + np.float32(rng.uniform(-0.6, 0.3)) * ledge)[:, :, None]
        thin = np.maximum(thin, ledge)
    canvas.mask = np.maximum(thin, band(np.abs(depth), -1.0, 2.5))
    hidden: FloatImage = inside.copy()
    for _ in range(int(rng.integers(0, 9)) if kind != "water" else 0):
        _add_blade(canvas, start, end, hidden, bright=kind == "plants", rng=rng)
    return hidden


def _foliage(shape: tuple[int, int], rng: np.random.Generator) -> tuple[FloatImage, FloatImage]:
    """Return a texture of leaves, (H, W, 3), and its dark gaps, (H, W)."""
    cell_px = spread(5.0, 22.0, rng)
    bumps = fractal_noise(*shape, cell_px, rng, octaves=4, persistence=0.75)
    light = np.clip(2.6 * (bumps - shifted(bumps, 1, 1)), -0.6, 0.9)
    shade = np.clip(0.75 + 1.1 * bumps + light, 0.08, 1.8)
    first, second = (
        np.array(_PLANTS[int(rng.integers(len(_PLANTS)))], dtype=np.float32) for _ in range(2)
    )
    mix = ramp(0.5 + value_noise(*shape, 3.0 * cell_px, rng))
    paint: FloatImage = (first + mix[:, :, None] * (second - first)) * shade[:, :, None]
    return paint, np.clip(2.0 - 5.0 * shade, 0.0, 1.0).astype(np.float32)


def _add_blade(
    canvas: Canvas,
    start_px: Floats,
    end_px: Floats,
    hidden: FloatImage,
    *,
    bright: bool,
    rng: np.random.Generator,
) -> None:
    """Draw one blade of grass or bare twig that grows from the edge into the picture."""
    middle = (start_px + end_px) / 2 + rng.uniform(-0.18, 0.18) * (end_px - start_px)
    out = normal(start_px, end_px) * (-1.0 if bright else 1.0)
    along = (end_px - start_px) / math.dist(start_px.tolist(), end_px.tolist())
    long_px = spread(20.0, 140.0, rng)
    steps = np.linspace(0.0, 1.0, 5)[:, None]
    lean = rng.uniform(-0.8, 0.8)
    line = middle + long_px * (steps * out + lean * steps * steps * along)
    width_px = spread(0.8, 4.0, rng)
    at = curved_ribbon(line, width_px / 2 + 1.0, canvas.shape)
    tone = np.array(_PLANTS[int(rng.integers(len(_PLANTS)))], dtype=np.float32)
    tone = tone * np.float32(rng.uniform(0.9, 1.8) if bright else rng.uniform(0.2, 0.7))
    half = np.float32(width_px / 2) * (1.0 - np.float32(0.8) * at.along / np.float32(at.length_px))
    share = band(at.across, -half, half)
    canvas.cover(at, tone, share)
    hidden[at.row, at.column] = np.maximum(hidden[at.row, at.column], share)


def _add_pipe(canvas: Canvas, rng: np.random.Generator) -> FloatImage:
    """Draw a straight pipe or rail with clamps and a shadow; return what it hides."""
    start, end = across(canvas.shape, rng, angle=upright_angle(rng))
    size_px = min(canvas.shape)
    width_px = min(spread(8.0, 70.0, rng), 0.3 * size_px)
    soft_px = spread(2.0, 0.4 * width_px + 3.0, rng)
    moved = normal(start, end) * width_px * rng.uniform(-0.7, 0.7)
    below = straight_ribbon(start + moved, end + moved, width_px / 2 + soft_px, canvas.shape)
    share = band(below.across, -width_px / 2, width_px / 2, soft_px)
    canvas.shade(below, 1.0 - np.float32(rng.uniform(0.1, 0.6)) * share, share)
    colour = np.array(_FRAMES[int(rng.integers(len(_FRAMES)))], dtype=np.float32)
    colour = colour * np.float32(rng.uniform(0.6, 1.0))
    at = straight_ribbon(start, end, width_px / 2 + 4.0, canvas.shape)
    part = np.clip(at.across * np.float32(2.0 / width_px), -1.0, 1.0)
    light = (
        np.float32(1.1) - np.float32(rng.uniform(0.2, 0.8)) * (part - rng.uniform(-0.6, 0.6)) ** 2
    )
    light *= 1.0 + np.float32(0.06) * at.wander(30.0, rng)
    body = band(at.across, -width_px / 2, width_px / 2)
    apart = np.float32(spread(60.0, 300.0, rng))
    phase = np.abs((at.along + np.float32(rng.uniform(0.0, apart))) % apart - apart / 2)
    clamp_px = spread(1.5, 9.0, rng)
    clamp = band(phase, -1.0, clamp_px) * band(at.across, -width_px / 2 - 2, width_px / 2 + 2)
    light = np.maximum(light, 0.2) * (1.0 - np.float32(rng.uniform(0.1, 0.6)) * clamp)
    body = np.maximum(body, clamp)
    below_pipe = canvas.surface[at.row, at.column]
    canvas.surface[at.row, at.column] = below_pipe + body[:, None] * (
        light[:, None] * colour - below_pipe
    )
    edge = band(np.abs(np.abs(at.across) - np.float32(width_px / 2)), -1.0, 2.5)
    canvas.mask[at.row, at.column] *= 1.0 - body
    canvas.mark(at, np.maximum(edge, clamp))
    hidden = np.zeros(canvas.shape, dtype=np.float32)
    hidden[at.row, at.column] = body
    return hidden
