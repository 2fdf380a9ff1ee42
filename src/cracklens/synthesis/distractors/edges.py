"""Edges of members: a coping on a wall, a kerb, a slab on its support."""

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
    upright_angle,
)
from cracklens.synthesis.distractors.joints import JointLook, print_joint
from cracklens.synthesis.distractors.ribbon import band
from cracklens.synthesis.noise import FloatImage, fractal_noise, value_noise

_MOST_EDGES = 3
_FACES = ((1.0, 1.0, 1.0), (1.0, 0.97, 0.9), (0.96, 1.0, 0.93), (1.0, 0.93, 0.82))


def add_member_edge(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the edge of a member, or with up to three parallel ones.

    The faces differ in brightness, colour and roughness; dirt and shade lie along the edge, and
    the gap between the members may be open for a part of its length.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, direction, faces, shade and gaps.

    Returns:
        The new surface; the mask is the edges; whole sides of the picture change.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng, angle=upright_angle(rng))
    side = normal(start, end)
    places = [0.0]
    for _ in range(int(rng.integers(_MOST_EDGES))):
        places.append(places[-1] + spread(6.0, 0.3 * min(canvas.shape), rng))
    away = inward(canvas.shape, start, end)
    away += np.float32(spread(0.2, 3.0, rng)) * value_noise(*canvas.shape, 60.0, rng)
    for place in places:
        _face(canvas, away - np.float32(place), rng)
    look = JointLook.draw(rng)
    for place in places:
        print_joint(canvas, start + place * side, end + place * side, look.varied(rng), rng)
        edge = band(away - np.float32(place), -2.0, 2.0)
        canvas.mask = np.maximum(canvas.mask, edge)
    canvas.surface = np.clip(canvas.surface, 1.0, 250.0)
    return canvas.done()


def _face(canvas: Canvas, away: FloatImage, rng: np.random.Generator) -> None:
    """Give the face beyond an edge its own look, with shade that fades away from the edge."""
    beyond = band(away, 0.0, 1e6, spread(1.0, 6.0, rng))
    tone = math.exp(rng.uniform(-0.6, 0.45))
    colour = np.array(_FACES[int(rng.integers(len(_FACES)))], np.float32) * np.float32(tone)
    canvas.surface *= 1.0 + beyond[:, :, None] * (colour - 1.0)
    if chance(0.35, rng):  # wet, painted or trowelled: smoother than the first face
        smooth = beyond * np.float32(rng.uniform(0.4, 0.9))
        level = np.float32(canvas.level * tone)
        flat = level * (1.0 + np.float32(0.12) * fractal_noise(*canvas.shape, 50.0, rng, octaves=3))
        canvas.surface += smooth[:, :, None] * (flat[:, :, None] * colour / tone - canvas.surface)
    depth, reach_px = rng.uniform(0.0, 0.6), np.float32(spread(2.0, 60.0, rng))
    turned = away if chance(0.5, rng) else -away
    shade = np.exp(-np.maximum(turned, 0.0) / reach_px) * (turned > -1.0)
    patchy = 0.7 + 0.5 * value_noise(*canvas.shape, 25.0, rng)
    canvas.surface *= np.maximum(1.0 - np.float32(depth) * shade * patchy, 0.1)[:, :, None]
