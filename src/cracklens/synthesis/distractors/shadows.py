"""Shadows on a wall: of an edge, of foliage, of a cable or a twig."""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import fractal_line
from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    bend,
    chance,
    inward,
    normal,
    patch,
    spread,
)
from cracklens.synthesis.distractors.ribbon import Ribbon, band, curved_ribbon, ramp
from cracklens.synthesis.noise import FloatImage, fractal_noise, value_noise


def add_straight_shadow(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with a shadow with straight edges: of a wall, a beam or a pole.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, direction, width, softness and darkness.

    Returns:
        The new surface; the mask is the shadow of a bar, or the edge of a shadow on a whole side.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng)
    depth = inward(canvas.shape, start, end)
    soft_px = spread(1.0, 45.0, rng)
    if chance(0.55, rng):  # a bar, up to a third of the picture wide
        half_px = spread(0.8, max(6.0, 0.17 * min(*canvas.shape, 600)), rng)
        soft_px = min(soft_px, 5.0 * half_px)
        share = band(depth, -half_px, half_px, soft_px)
        mask = share
    else:
        share = ramp(depth / np.float32(soft_px) + np.float32(0.5))
        mask = np.clip(1.5 - np.abs(depth) / np.float32(0.5 * soft_px + 1.5), 0.0, 1.0)
    _cast(canvas, share, rng)
    canvas.mask = mask
    return canvas.done()


def add_ragged_shadow(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the shadow of foliage, or of branches with leaves.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, raggedness, softness and darkness.

    Returns:
        The new surface; the mask is the shadow.
    """
    canvas = Canvas(surface)
    if chance(0.5, rng):
        share = _foliage(canvas, rng)
    else:
        share = np.zeros(canvas.shape, dtype=np.float32)
        for _ in range(int(rng.integers(1, 4))):
            _add_branch(share, rng)
    _cast(canvas, share, rng)
    canvas.mask = share
    return canvas.done()


def add_cable_shadow(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the shadow of a hanging cable or of a twig.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, sag, width, softness and darkness.

    Returns:
        The new surface; the mask is the shadow, the rest is unchanged.
    """
    canvas = Canvas(surface)
    width_px = spread(1.2, 14.0, rng)
    twig = chance(0.3, rng)
    line = hanging_line(canvas, rng, step_px=48.0 if twig else 3.0 + width_px)
    soft_px = width_px * rng.uniform(0.3, 1.6) + 0.8
    if twig:  # soft: otherwise it cannot be distinguished from a crack
        soft_px = max(soft_px, 5.0, 1.2 * width_px)
        step_px = 2.5 + 0.4 * (width_px + soft_px)
        line = fractal_line(line, rng, roughness=rng.uniform(0.03, 0.1), decay=0.5, step_px=step_px)
    at = curved_ribbon(line, width_px / 2 + soft_px / 2 + 1.0, canvas.shape)
    share = soft_band(at, width_px, soft_px)
    dark = np.float32(rng.uniform(0.2, 0.8))
    tint = np.array([1.0, 0.98, 0.98 - rng.uniform(0.0, 0.08)], dtype=np.float32)
    canvas.shade(at, 1.0 - (dark * share)[:, None] * tint, share)
    return canvas.done()


def hanging_line(canvas: Canvas, rng: np.random.Generator, *, step_px: float = 4.0) -> Floats:
    """Return a smooth sagging or bent line across the picture, with points `step_px` apart."""
    start, end = across(canvas.shape, rng)
    aside = normal(start, end)
    sag = rng.uniform(-0.4, 0.4) * min(canvas.shape)
    knots = [start + (end - start) * t for t in (0.0, 0.32, 0.5, 0.68, 1.0)]
    bows = np.array([0.0, 0.6, 1.0, 0.6, 0.0])
    if chance(0.35, rng):  # irregular, as if laid by hand
        bows = bows + rng.uniform(-0.5, 0.5, 5)
    bows -= bows[2]  # the middle does not move, so the line stays in the picture
    return bend(np.stack(knots) + sag * bows[:, None] * aside, step_px)


def soft_band(at: Ribbon, width_px: float | FloatImage, soft_px: float) -> FloatImage:
    """Return the share of light that a body of this width blocks, with a penumbra of `soft_px`."""
    half = width_px / 2
    rises = ramp((at.across + half) / np.float32(soft_px) + np.float32(0.5))
    falls = ramp((at.across - half) / np.float32(soft_px) + np.float32(0.5))
    taken: FloatImage = np.maximum(rises - falls, 0.0)
    return taken


def _cast(canvas: Canvas, share: FloatImage, rng: np.random.Generator) -> None:
    """Darken by a shadow; the remaining skylight is bluer."""
    dark = rng.uniform(0.18, 0.72)
    blue = rng.uniform(0.0, 0.12)
    loss = np.array([dark, dark * (1.0 - 0.4 * blue), dark * (1.0 - blue)], dtype=np.float32)
    canvas.surface *= 1.0 - share[:, :, None] * loss


def _foliage(canvas: Canvas, rng: np.random.Generator) -> FloatImage:
    """Return the share of light that leaves block: dense on one side, spots at the edge."""
    rows, columns = canvas.shape
    cell_px = spread(9.0, 50.0, rng)
    field = fractal_noise(rows, columns, cell_px, rng, octaves=3, persistence=0.5)
    field += np.float32(0.5) * value_noise(rows, columns, 3.0 * cell_px, rng)
    start, end = across(canvas.shape, rng)
    side = inward(canvas.shape, start, end) / np.float32(rng.uniform(40.0, 160.0))
    field += np.clip(side, -1.2, 0.5)
    return ramp(field / np.float32(spread(0.06, 0.5, rng)) + np.float32(0.5))


def _add_branch(share: FloatImage, rng: np.random.Generator) -> None:
    """Add a tapered branch with twigs and leaves to `share`, the share of blocked light."""
    shape = (share.shape[0], share.shape[1])
    leafy, leaf_px = chance(0.75, rng), spread(4.0, 16.0, rng)
    # A bare branch must be soft: otherwise it cannot be distinguished from a branched crack.
    soft_px = spread(1.5, 7.0, rng) if leafy else spread(4.0, 12.0, rng)
    start, end = across(shape, rng)
    start, end = (start + end) / 2 + (start - end) * 0.45, (start + end) / 2 + (end - start) * 0.2
    line = fractal_line(np.stack([start, end]), rng, roughness=0.06, decay=0.5, step_px=9.0)
    width_px = spread(3.0, 16.0, rng)
    _shade_line(share, line, width_px, soft_px)
    size = min(*shape, 500)
    for _ in range(int(rng.integers(2, 9))):
        foot = line[int(rng.integers(len(line)))]
        angle = rng.uniform(0.0, 2.0 * math.pi)
        tip = foot + rng.uniform(0.15, 0.5) * size * np.array([math.cos(angle), math.sin(angle)])
        twig = fractal_line(np.stack([foot, tip]), rng, roughness=0.12, decay=0.5, step_px=8.0)
        _shade_line(share, twig, width_px * rng.uniform(0.25, 0.6), soft_px)
        for _ in range(int(rng.integers(3, 14)) if leafy else 0):
            x, y = twig[int(rng.integers(len(twig)))] + rng.uniform(-1.5, 1.5, 2) * leaf_px
            _shade_leaf(share, x, y, leaf_px * rng.uniform(0.6, 1.3), soft_px, rng)


def _shade_line(share: FloatImage, line: Floats, width_px: float, soft_px: float) -> None:
    """Add the shadow of a tapered line to `share`."""
    at = curved_ribbon(line, width_px / 2 + soft_px / 2 + 1.0, (share.shape[0], share.shape[1]))
    width = np.float32(width_px) * (1.0 - np.float32(0.85) * at.along / np.float32(at.length_px))
    dark = soft_band(at, width, soft_px)
    share[at.row, at.column] = np.maximum(share[at.row, at.column], dark)


def _shade_leaf(
    share: FloatImage,
    x: float,
    y: float,
    radius_px: float,
    soft_px: float,
    rng: np.random.Generator,
) -> None:
    """Add the shadow of one leaf, an ellipse, to `share`."""
    window, dx, dy = patch(x, y, radius_px + soft_px, (share.shape[0], share.shape[1]))
    turn, slim = rng.uniform(0.0, math.pi), rng.uniform(1.3, 3.0)
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    u, v = dx * cos + dy * sin, (dy * cos - dx * sin) * np.float32(slim)
    away = np.sqrt(u * u + v * v)
    dark = ramp((np.float32(radius_px) - away) / np.float32(soft_px) + np.float32(0.5))
    share[window] = np.maximum(share[window], dark)
