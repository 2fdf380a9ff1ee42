"""Climbing plants: stems, twigs and roots on a wall, with leaves."""

import math
from dataclasses import dataclass

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import Canvas, Distraction, bend, chance, patch, spread
from cracklens.synthesis.distractors.ribbon import Ribbon, band, curved_ribbon
from cracklens.synthesis.noise import FloatImage

# Red, green, blue as shares of full white.
_BARKS = (
    (0.2, 0.15, 0.11), (0.33, 0.27, 0.2), (0.45, 0.4, 0.33), (0.58, 0.53, 0.44),
    (0.16, 0.15, 0.14), (0.38, 0.24, 0.15), (0.3, 0.32, 0.16),
)  # fmt: skip
_LEAVES = (
    (0.2, 0.33, 0.1), (0.32, 0.42, 0.14), (0.12, 0.22, 0.09), (0.5, 0.25, 0.12), (0.55, 0.5, 0.2),
)  # fmt: skip
_MOST_STEMS = 15


@dataclass(frozen=True)
class _Stem:
    """A stem: its course, its width at the start, and the share of it that is left at the end."""

    points_px: Floats
    width_px: float
    left: float


def add_twigs(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with branching stems or roots on it, round, with a soft shadow.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, course, width, colour, shadow and leaves.

    Returns:
        The new surface; the mask is the stems, their shadows and the leaves.
    """
    canvas = Canvas(surface)
    stems = _stems(canvas, rng)
    turn = rng.uniform(0.0, 2.0 * math.pi)
    away = np.array([math.cos(turn), math.sin(turn)]) * rng.uniform(0.3, 1.2)
    dark, soft_px = np.float32(rng.uniform(0.15, 0.6)), spread(1.0, 4.0, rng)
    for stem in stems:
        moved = stem.points_px + away * (stem.width_px + 1.0)
        at = curved_ribbon(moved, stem.width_px / 2 + soft_px / 2 + 1.0, canvas.shape)
        half = _half_width(at, stem)
        share = band(at.across, -half, half, soft_px)
        canvas.shade(at, 1.0 - dark * share, np.float32(0.7) * share)
    bark = np.array(_BARKS[int(rng.integers(len(_BARKS)))]) * rng.uniform(0.75, 1.25)
    from_side = np.float32(rng.uniform(-0.7, 0.7))
    shine = np.float32(rng.uniform(0.3, 0.75))
    for stem in stems:
        at = curved_ribbon(stem.points_px, stem.width_px / 2 + 1.5, canvas.shape)
        half = _half_width(at, stem)
        part = np.clip(at.across / np.maximum(half, 0.3), -1.0, 1.0)
        light = np.float32(1.15) - shine * (part - from_side) ** 2
        light *= 1.0 + np.float32(0.14) * at.wander(2.5, rng) + np.float32(0.1) * at.wander(9, rng)
        colour = (255.0 * bark * rng.uniform(0.9, 1.1)).astype(np.float32)
        canvas.cover(at, np.maximum(light, 0.25)[:, None] * colour, band(at.across, -half, half))
    if chance(0.45, rng):
        _add_leaves(canvas, stems, away, rng)
    canvas.surface = np.clip(canvas.surface, 1.0, 250.0)
    return canvas.done()


def _stems(canvas: Canvas, rng: np.random.Generator) -> list[_Stem]:
    """Return the main stems and their branches of two orders."""
    rows, columns = canvas.shape
    size_px = float(min(rows, columns, 600))
    base = -math.pi / 2 if chance(0.7, rng) else rng.uniform(0.0, 2.0 * math.pi)
    width_px, curl = spread(1.2, 9.0, rng), rng.uniform(0.1, 0.45)
    stems: list[_Stem] = []
    for _ in range(int(rng.integers(1, 4))):
        angle = base + rng.uniform(-0.4, 0.4)
        long_px = rng.uniform(0.5, 1.3) * size_px
        middle = rng.uniform(0.25, 0.75, 2) * [columns, rows]
        start = middle - 0.5 * long_px * np.array([math.cos(angle), math.sin(angle)])
        line = _grown(start, angle, long_px, curl, rng)
        stems.append(_Stem(line, width_px * rng.uniform(0.6, 1.1), rng.uniform(0.3, 0.9)))
    twigs, place = rng.uniform(1.0, 7.0), 0
    while place < len(stems) and len(stems) < _MOST_STEMS:
        parent = stems[place]
        order = 1 if place < 3 else 2  # noqa: PLR2004
        count = int(twigs / order * rng.uniform(0.4, 1.3))
        if parent.width_px > 0.9:  # noqa: PLR2004
            stems += [_twig(parent, size_px / order, curl, rng) for _ in range(count)]
        place += 1
    return stems[:_MOST_STEMS]


def _twig(parent: _Stem, size_px: float, curl: float, rng: np.random.Generator) -> _Stem:
    """Return a twig that leaves its parent at 20 to 70 degrees."""
    points = parent.points_px
    at = int(rng.uniform(0.08, 0.95) * (len(points) - 2))
    run, rise = (points[at + 1] - points[at]).tolist()
    turn = rng.uniform(0.35, 1.2) * (1 if chance(0.5, rng) else -1)
    line = _grown(
        points[at], math.atan2(rise, run) + turn, rng.uniform(0.08, 0.4) * size_px, curl, rng
    )
    here = parent.width_px * (1.0 - (1.0 - parent.left) * at / len(points))
    return _Stem(line, max(0.7, here * rng.uniform(0.4, 0.8)), rng.uniform(0.2, 0.6))


def _grown(
    start_px: Floats, angle: float, long_px: float, curl: float, rng: np.random.Generator
) -> Floats:
    """Return a winding line from a start; `curl` is the change of direction per piece in rad."""
    count = max(3, int(long_px / 28.0))
    points = [start_px]
    for _ in range(count):
        angle += rng.uniform(-curl, curl)
        step = long_px / count * rng.uniform(0.8, 1.2)
        points.append(points[-1] + step * np.array([math.cos(angle), math.sin(angle)]))
    return bend(np.stack(points), 8.0)


def _half_width(at: Ribbon, stem: _Stem) -> FloatImage:
    """Return half the width of the tapering stem at each pixel."""
    part = at.along / np.float32(max(at.length_px, 1.0))
    half: FloatImage = np.float32(stem.width_px / 2) * (1.0 - np.float32(1.0 - stem.left) * part)
    return half


def _add_leaves(canvas: Canvas, stems: list[_Stem], away: Floats, rng: np.random.Generator) -> None:
    """Draw pointed leaves beside the stems, each with a shadow."""
    colour = np.array(_LEAVES[int(rng.integers(len(_LEAVES)))])
    half_px = spread(2.5, 14.0, rng)
    for _ in range(int(rng.integers(4, 40))):
        stem = stems[int(rng.integers(len(stems)))]
        point = stem.points_px[int(rng.integers(len(stem.points_px)))]
        angle, long_px = rng.uniform(0.0, 2.0 * math.pi), half_px * rng.uniform(0.6, 1.3)
        axis = np.array([math.cos(angle), math.sin(angle)])
        middle = point + long_px * axis
        slim, tone = rng.uniform(1.4, 2.6), 255.0 * colour * rng.uniform(0.6, 1.3, 1)
        for shadow in (True, False):
            x, y = (middle + (2.5 * away if shadow else 0.0)).tolist()
            window, dx, dy = patch(x, y, long_px + 2.0, canvas.shape)
            along = dx * np.float32(axis[0]) + dy * np.float32(axis[1])
            aside = np.abs(dy * np.float32(axis[0]) - dx * np.float32(axis[1]))
            room = np.float32(long_px) - along * along / np.float32(long_px)
            share = np.clip(0.55 * room - np.float32(slim) * aside + 0.5, 0.0, 1.0)
            known = canvas.mask[window]
            np.maximum(known, share * np.float32(0.5 if shadow else 1.0), out=known)
            below = canvas.surface[window]
            if shadow:
                below *= (1.0 - np.float32(0.3) * share)[:, :, None]
            else:
                vein = 1.0 - np.float32(0.25) * (aside < 0.7)  # noqa: PLR2004
                paint = (vein * (1.0 + along / np.float32(5.0 * long_px)))[:, :, None]
                below += share[:, :, None] * (paint * tone.astype(np.float32) - below)
