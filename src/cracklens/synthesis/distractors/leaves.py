"""Leaves on a wall, with midrib, side veins and stalk."""

import math

import numpy as np

from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    bend,
    chance,
    patch,
    spread,
)
from cracklens.synthesis.distractors.ribbon import band, curved_ribbon
from cracklens.synthesis.noise import FloatImage, value_noise

# Red, green, blue, 0 to 255: green, yellow, brown and dry leaves.
_LEAVES = (
    (70, 95, 45), (105, 125, 60), (185, 150, 60), (150, 90, 45), (105, 70, 45), (140, 120, 90),
    (70, 50, 38),
)  # fmt: skip


def add_leaves(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with leaves on it.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, place, size, shape and colour.

    Returns:
        The new surface; the mask is the leaves, their stalks and their shadows.
    """
    canvas = Canvas(surface)
    rows, columns = canvas.shape
    area = min(80.0, max(1.0, rows * columns / 65536.0))
    long_px = min(spread(14.0, 110.0, rng), 0.8 * min(rows, columns))
    slim = rng.uniform(0.3, 0.9)
    colour = np.array(_LEAVES[int(rng.integers(len(_LEAVES)))], dtype=np.float32)
    for _ in range(max(1, round(area * rng.uniform(0.8, 6.0)))):
        x, y = rng.uniform(0.08, 0.92) * columns, rng.uniform(0.08, 0.92) * rows
        tone = colour * rng.uniform(0.75, 1.25, 3).astype(np.float32)
        tone *= np.float32(min(1.2, canvas.level / 150.0 + 0.1))
        _add_leaf(canvas, x, y, long_px * rng.uniform(0.6, 1.2), slim, tone, rng)
    return canvas.done()


def _add_leaf(
    canvas: Canvas,
    x: float,
    y: float,
    long_px: float,
    slim: float,
    colour: FloatImage,
    rng: np.random.Generator,
) -> None:
    """Draw one leaf with its stalk and shadow."""
    turn = rng.uniform(0.0, 2.0 * math.pi)
    ahead = np.array([math.cos(turn), math.sin(turn)])
    bow = rng.uniform(-0.18, 0.18) * long_px
    window, dx, dy = patch(x, y, 0.75 * long_px + 4.0, canvas.shape)
    if canvas.mask[window].size == 0:
        return
    noise = value_noise(dy.size, dx.size, max(3.0, 0.09 * long_px), rng)
    drop = rng.uniform(0.8, 4.0)
    shadow, _, _ = _outline(dx - np.float32(drop), dy - np.float32(drop), long_px, slim, turn, bow)
    shadow *= np.float32(rng.uniform(0.15, 0.6))
    ragged = rng.uniform(0.0, 0.05) * long_px
    leaf, t, aside = _outline(dx, dy, long_px, slim, turn, bow, noise * np.float32(ragged))

    stalk_px = max(0.9, 0.022 * long_px)
    foot = np.array([x, y]) - 0.5 * long_px * ahead
    tip = foot - rng.uniform(0.15, 0.5) * long_px * ahead + rng.uniform(-0.12, 0.12, 2) * long_px
    at = curved_ribbon(
        bend(np.stack([foot + 0.1 * long_px * ahead, foot, tip]), 3.0),
        stalk_px / 2 + 1.5,
        canvas.shape,
    )
    canvas.cover(at, colour * np.float32(0.7), band(at.across, -stalk_px / 2, stalk_px / 2))

    rib_tone = np.float32(rng.uniform(0.12, 0.45) * (1 if chance(0.6, rng) else -1))
    rib = band(aside, -stalk_px / 2, stalk_px / 2)
    swept = t * np.float32(long_px) - np.abs(aside) * np.float32(0.9)
    apart = max(5.0, 0.13 * long_px)
    phase = swept / np.float32(apart)
    veins = band((phase - np.floor(phase) - np.float32(0.5)) * np.float32(apart), -0.4, 0.4)
    light = 1.0 + np.float32(rng.uniform(-0.3, 0.3)) * np.clip(
        aside / np.float32(0.3 * long_px), -1, 1
    )
    light += np.float32(0.16) * noise + rib_tone * np.maximum(rib, np.float32(0.5) * veins)
    below = canvas.surface[window]
    below *= (1.0 - shadow)[:, :, None]
    below += (light[:, :, None] * colour - below) * leaf[:, :, None]
    canvas.mask[window] = np.maximum(canvas.mask[window], np.maximum(leaf, shadow))


def _outline(
    dx: FloatImage,
    dy: FloatImage,
    long_px: float,
    slim: float,
    turn: float,
    bow_px: float,
    ragged_px: FloatImage | float = 0.0,
) -> tuple[FloatImage, FloatImage, FloatImage]:
    """Return the leaf's share of each pixel, the position from base to tip, the offset in px."""
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    t = (dx * cos + dy * sin) / np.float32(long_px) + np.float32(0.5)
    on = np.clip(t, 0.0, 1.0)
    hump = np.float32(4.0) * on * (1.0 - on)
    aside = dy * cos - dx * sin - np.float32(bow_px) * hump
    # Widest at about a third of the length from the base, pointed at the tip.
    half = np.float32(0.5 * slim * long_px) * hump * (np.float32(1.25) - np.float32(0.5) * on)
    inside = half + ragged_px - np.abs(aside)
    share = np.clip(inside + np.float32(0.5), 0.0, 1.0) * (hump > 0)
    return share.astype(np.float32), t.astype(np.float32), aside.astype(np.float32)
