"""Straight joints between two parts of a structure: construction and expansion joints."""

import math

import numpy as np

from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    chance,
    inward,
    spread,
    upright_angle,
)
from cracklens.synthesis.distractors.ribbon import Ribbon, band, ragged_band, ramp, straight_ribbon
from cracklens.synthesis.noise import FloatImage, value_noise


def add_construction_joint(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the rough but straight joint between two pours.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, roughness, width, darkness and brightness of the two pours.

    Returns:
        The new surface; the mask is the joint; the two pours differ in brightness.
    """
    canvas = Canvas(surface)
    angle = rng.uniform(-0.07, 0.07) + (math.pi / 2 if chance(0.08, rng) else 0.0)
    start, end = across(canvas.shape, rng, angle=angle)
    rough_px, cell_px = spread(0.4, 4.5, rng), spread(9.0, 45.0, rng)
    nodes = _rough_nodes(3.0 * max(canvas.shape), cell_px, rough_px, rng)
    below = inward(canvas.shape, start, end)
    tone = rng.uniform(0.03, 0.2) * (1 if chance(0.5, rng) else -1)
    cast = np.array([rng.uniform(-0.02, 0.02), 0.0, rng.uniform(-0.03, 0.03)]) - tone
    grain = value_noise(*canvas.shape, spread(2.0, 9.0, rng), rng) * np.float32(
        rng.uniform(0.0, 0.05)
    )
    other = band(below, 0.0, 1e6, spread(2.0, 8.0, rng))
    canvas.surface *= 1.0 + other[:, :, None] * (cast.astype(np.float32) + grain[:, :, None])

    width_px, depth = spread(0.8, 10.0, rng), rng.uniform(0.15, 0.8)
    at = straight_ribbon(start, end, width_px * 1.6 + 5.0, canvas.shape, wobble_px=nodes)
    left = ramp(1.6 * at.wander(32.0, rng) + np.float32(rng.uniform(0.4, 1.4)))
    width = np.float32(width_px) * (0.3 + 0.7 * left)
    core = ragged_band(at, width, rng.uniform(0.3, 1.1), rng, soft_px=spread(1.0, 3.0, rng))
    factor = 1.0 - np.float32(depth) * core * np.maximum(left, 0.12)
    lip = band(at.across, width * 0.5, width * 0.5 + 2.0) * left
    factor += np.float32(rng.uniform(-0.1, 0.3)) * lip
    # If the line is worn away, the change of brightness remains.
    edge = np.maximum(core * left, np.float32(0.3) * band(at.across, -1.0, 1.0))
    canvas.shade(at, np.maximum(factor, 0.05), np.maximum(edge, 0.5 * lip))
    return canvas.done()


def add_expansion_joint(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with a straight movement joint, open or filled with sealant.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, width (3 to 30 px), filling and shading.

    Returns:
        The new surface; the mask is the joint with its edges, the rest is unchanged.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng, angle=upright_angle(rng, any_share=0.2))
    half_px = spread(3.0, 30.0, rng) / 2
    at = straight_ribbon(start, end, half_px + 6.0, canvas.shape)
    chipped = _chips(at, rng) if chance(0.4, rng) else np.float32(0.0)
    body = band(at.across, -half_px - chipped, half_px)
    if chance(0.45, rng):  # open: a deep slot, darker near the shaded wall
        tone = canvas.level * rng.uniform(0.12, 0.45)
        slope = rng.uniform(0.0, 0.8)
    else:  # sealant: uniform, often concave, lit from one side
        tone = canvas.level * rng.uniform(0.3, 1.15)
        slope = rng.uniform(-0.5, 0.5)
    part = np.clip(at.across / np.float32(half_px), -1.0, 1.0)
    light = 1.0 + np.float32(slope) * part + np.float32(rng.uniform(-0.25, 0.1)) * part * part
    light += np.float32(0.06) * at.wander(40.0, rng)
    light += np.float32(rng.uniform(0.0, 0.08)) * (rng.random(part.size, dtype=np.float32) - 0.5)
    tint = np.array([1.0, 1.0, 1.0]) + rng.uniform(-0.05, 0.05, 3)
    colour = np.maximum(light, 0.2)[:, None] * (tint * tone).astype(np.float32)
    canvas.cover(at, colour, body)
    edge_px = rng.uniform(0.8, 2.2)
    side = 1 if chance(0.5, rng) else -1
    dark = band(side * at.across, half_px - edge_px, half_px) * np.float32(rng.uniform(0.1, 0.7))
    lit = band(side * at.across, -half_px - edge_px, -half_px) * np.float32(rng.uniform(0.0, 0.35))
    canvas.shade(at, 1.0 - dark + lit, np.maximum(body, np.minimum(lit * 3.0, 1.0)))
    return canvas.done()


def _rough_nodes(
    length_px: float, cell_px: float, rough_px: float, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return deviations from a straight line on three scales; `cell_px` is the coarsest."""
    count = int(length_px / cell_px * 4) + 8
    at = np.arange(count) / 4.0
    nodes = np.zeros(count)
    for finer in (1, 2, 4):
        coarse = rng.uniform(-1.0, 1.0, count + 4)
        nodes += rough_px / finer * np.interp(at * finer, np.arange(count + 4), coarse)
    return nodes


def _chips(at: Ribbon, rng: np.random.Generator) -> FloatImage:
    """Return the depth of the chips of the edge at each point, in px; mostly 0."""
    chips: FloatImage = np.float32(5.0) * np.clip(at.wander(9.0, rng) - 0.55, 0.0, 0.45) / 0.45
    return chips
