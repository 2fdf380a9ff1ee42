"""Board-marked concrete: the wood grain and the joints of the formwork, with their place."""

import math
from dataclasses import dataclass

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import (
    Canvas,
    across,
    chance,
    inward,
    noise_along,
    normal,
    spread,
    upright_angle,
)
from cracklens.synthesis.distractors.joints import JointLook, print_joint
from cracklens.synthesis.noise import FloatImage

Line = tuple[Floats, Floats]
"""Two points, (2,) x, y each, of a straight line; outside the picture."""


@dataclass(frozen=True)
class Boarded:
    """A surface with straight joints.

    Attributes:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        mask: (H, W) float32 in [0, 1], the joints.
        lines: The course of each joint that may be in the picture.
    """

    surface: FloatImage
    mask: FloatImage
    lines: tuple[Line, ...]


def mark_boards(surface: FloatImage, rng: np.random.Generator) -> Boarded:
    """Return the surface as cast against rough boards: wood grain, tones and plank lines.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of direction, widths of the boards, grain and joints.

    Returns:
        The new surface, the mask of the plank lines and their course.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng, angle=upright_angle(rng, any_share=0.12))
    away = inward(canvas.shape, start, end)
    along = inward(canvas.shape, start, start + normal(start, end))
    low, high = float(away.min()), float(away.max())
    board_px = spread(35.0, 230.0, rng)
    places = [low + rng.uniform(0.0, 1.0) * board_px]
    while places[-1] < high:
        places.append(places[-1] + board_px * rng.uniform(0.9, 1.1))
    places = places[:-1] or places
    shade = _board_tones(away, places, rng) + _wood(along, away, rng)
    canvas.surface *= np.maximum(shade, 0.3)[:, :, None]
    look, side = JointLook.draw(rng), normal(start, end)
    lines = tuple((start + place * side, end + place * side) for place in places)
    for line in lines:
        print_joint(canvas, *line, look.varied(rng), rng)
    return Boarded(canvas.surface, canvas.mask, lines)


def print_one_joint(surface: FloatImage, rng: np.random.Generator) -> Boarded:
    """Return the surface with the straight mark of one joint between two formwork panels.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of the course and the look of the joint.

    Returns:
        The new surface, the mask of the joint and its course.
    """
    canvas = Canvas(surface)
    line = across(canvas.shape, rng, angle=upright_angle(rng, any_share=0.15))
    print_joint(canvas, *line, JointLook.draw(rng), rng)
    return Boarded(canvas.surface, canvas.mask, (line,))


def _board_tones(away: FloatImage, places: list[float], rng: np.random.Generator) -> FloatImage:
    """Return the brightness of each board, about 1."""
    tones = np.float32(1.0) + np.float32(spread(0.01, 0.1, rng)) * rng.uniform(
        -1.0, 1.0, len(places) + 1
    ).astype(np.float32)
    board = np.searchsorted(np.array(places, dtype=np.float32), away.ravel())
    return tones[board].reshape(away.shape)


def _wood(along: FloatImage, away: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return the print of the wood: fine streaks along the boards, darker late wood, about 0."""
    long_px, fine_px = rng.uniform(60.0, 200.0), rng.uniform(1.5, 3.5)
    waved = away
    if chance(0.5, rng):  # the years of the wood run in waves
        waved = away + np.float32(rng.uniform(1.0, 6.0)) * noise_along(
            along, away, long_px / 2, 40.0, rng
        )
    streaks = noise_along(along, waved, long_px, fine_px, rng)
    years = noise_along(along, waved, 2.0 * long_px, fine_px * rng.uniform(2.5, 5.0), rng)
    strength = np.float32(spread(0.02, 0.13, rng) / math.sqrt(2.0))
    wood: FloatImage = strength * (streaks + years)
    return wood
