"""Regular grids of joints: tiles and bricks."""

import math

import numpy as np

from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    chance,
    inward,
    noise_along,
    normal,
    spread,
)
from cracklens.synthesis.distractors.ribbon import band
from cracklens.synthesis.noise import FloatImage, value_noise

_CLAYS = np.array([[1.02, 0.66, 0.54], [0.95, 0.72, 0.55], [0.8, 0.55, 0.48]], dtype=np.float32)


def add_tile_grout(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the grid of grout between tiles or slabs.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of direction, mesh size, width, brightness and differences between slabs.

    Returns:
        The new surface; the mask is the grout; the slabs differ in brightness.
    """
    width_px = spread(22.0, 180.0, rng)
    height_px = width_px if chance(0.6, rng) else width_px * rng.uniform(0.5, 2.0)
    angle = rng.uniform(0.0, math.pi) if chance(0.25, rng) else rng.uniform(-0.06, 0.06)
    joint_px = min(spread(0.8, 10.0, rng), 0.25 * min(width_px, height_px))
    return _joint_grid(
        surface, (width_px, height_px), 0.0, joint_px, angle, rng.uniform(0.0, 0.6), rng
    )


def add_brick_joints(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the staggered joints of bricks or blocks.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of size and brightness of the bricks, and of width and brightness of the mortar.

    Returns:
        The new surface; the mask is the mortar; the bricks differ in brightness.
    """
    height_px = spread(13.0, 75.0, rng)
    width_px = height_px * rng.uniform(1.8, 3.6)
    joint_px = min(spread(0.9, 9.0, rng), 0.28 * height_px)
    angle = rng.uniform(-0.05, 0.05) + (math.pi / 2 if chance(0.1, rng) else 0.0)
    shift = 0.5 if chance(0.8, rng) else rng.uniform(0.2, 0.5)
    rough_px = rng.uniform(0.2, 1.2) * min(1.0, height_px / 40.0 + 0.2)
    if chance(0.4, rng):  # fired clay, or a painted wall
        surface = surface * _CLAYS[int(rng.integers(len(_CLAYS)))]
    return _joint_grid(surface, (width_px, height_px), shift, joint_px, angle, rough_px, rng)


def _joint_grid(
    surface: FloatImage,
    mesh_px: tuple[float, float],
    shift: float,
    joint_px: float,
    angle: float,
    rough_px: float,
    rng: np.random.Generator,
) -> Distraction:
    """Return the surface with a grid of joints; every second row is moved by `shift` of a mesh."""
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng, angle=angle)
    u = inward(canvas.shape, start, start + normal(start, end))
    v = inward(canvas.shape, start, end)
    u -= np.float32(math.floor(float(u.min()) / mesh_px[0]) * mesh_px[0] - mesh_px[0])
    v -= np.float32(math.floor(float(v.min()) / mesh_px[1]) * mesh_px[1] - mesh_px[1])
    if rough_px:
        v += np.float32(rough_px) * noise_along(u, v, 14.0, 14.0, rng)
        u += np.float32(rough_px) * value_noise(*canvas.shape, 12.0, rng)
    row = (v / np.float32(mesh_px[1]) + np.float32(0.5)).astype(np.int32)
    level_px = v - row * np.float32(mesh_px[1])  # from the nearest level joint, -half to half mesh
    course = (v / np.float32(mesh_px[1])).astype(np.int32)
    u -= (course % 2) * np.float32(shift * mesh_px[0])
    stack = np.floor(u / np.float32(mesh_px[0]) + np.float32(0.5)).astype(np.int32)
    plumb_px = u - stack * np.float32(mesh_px[0])
    slab = np.floor(u / np.float32(mesh_px[0])).astype(np.int32)

    tones = rng.uniform(-1.0, 1.0, 997).astype(np.float32)
    tone = tones[(slab * 31 + course * 17) % 997]
    canvas.surface *= (1.0 + np.float32(spread(0.01, 0.14, rng)) * tone)[:, :, None]

    half = np.float32(joint_px / 2)
    soft = spread(1.0, 2.5, rng)
    joint = np.maximum(band(level_px, -half, half, soft), band(plumb_px, -half, half, soft))
    if chance(0.6, rng):
        rim_px, lit = np.float32(rng.uniform(0.8, 2.0)), np.float32(rng.uniform(0.05, 0.35))
        upper = np.maximum(band(level_px, half, half + rim_px), band(plumb_px, half, half + rim_px))
        lower = np.maximum(
            band(level_px, -half - rim_px, -half), band(plumb_px, -half - rim_px, -half)
        )
        canvas.surface *= (1.0 + lit * upper - lit * lower)[:, :, None]
    dirt = 1.0 + np.float32(0.15) * value_noise(*canvas.shape, 21.0, rng)
    share = np.float32(rng.uniform(0.45, 1.0))
    dark = chance(0.6, rng)
    tone_of_joint = canvas.level * (rng.uniform(0.2, 0.85) if dark else rng.uniform(1.12, 1.4))
    colour = np.array([1.0, 1.0, 1.0]) + rng.uniform(-0.04, 0.04, 3)
    filled = dirt[:, :, None] * (colour * tone_of_joint).astype(np.float32)
    canvas.surface += (filled - canvas.surface) * (share * joint)[:, :, None]
    canvas.mask = joint
    return canvas.done()
