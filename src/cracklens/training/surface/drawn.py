"""Rendered pictures of masonry, and of things that are no surface of mineral material.

They stand beside photographs in the training of the surface model: the photographs with a clear
licence show too few kinds of sky, foliage, roofs and windows, and only one brick wall.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.synthesis import render_concrete

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def masonry(height_px: int, width_px: int, rng: np.random.Generator) -> Pixels:
    """Return (H, W, 3) a wall of bricks or blocks in running bond, with mortar joints."""
    high = int(rng.uniform(10, 60))
    long = int(high * rng.uniform(1.5, 4))
    joint = max(1, round(high * rng.uniform(0.06, 0.2)))
    y, x = np.mgrid[:height_px, :width_px].astype(np.float32)
    y += 1.5 * _clouds(height_px, width_px, 6, rng)
    row = (y // high).astype(int)
    x += (row % 2) * long / 2 + 1.5 * _clouds(height_px, width_px, 6, rng)
    column = (x // long).astype(int) + 1
    mortar = (y % high < joint) | (x % long < joint)
    count = (row.max() + 2, column.max() + 2)
    tone = 1 + rng.uniform(0.03, 0.2) * rng.standard_normal(count)
    red = np.array([rng.uniform(120, 190), rng.uniform(70, 150), rng.uniform(50, 130)])
    brick = red[None, None] * tone[row + 1, column][..., None]
    wall = render_concrete(height_px, width_px, rng)
    rough = wall / wall.mean()
    grey = np.full(3, rng.uniform(100, 210))
    picture = np.where(mortar[..., None], grey, brick) * rough
    return _bytes(picture)


def elsewhere(name: str, height_px: int, width_px: int, rng: np.random.Generator) -> Pixels:
    """Return (H, W, 3) a picture of the named kind in `ELSEWHERE`."""
    return _bytes(ELSEWHERE[name](height_px, width_px, rng))


def _sky(height_px: int, width_px: int, rng: np.random.Generator) -> Floats:
    """Return a blue or pale sky with clouds."""
    top = np.array([rng.uniform(40, 150), rng.uniform(110, 190), rng.uniform(190, 245)])
    low = np.array([rng.uniform(170, 240), rng.uniform(200, 245), 250.0])
    share = np.linspace(0, 1, height_px)[:, None, None]
    cloud = _clouds(height_px, width_px, 3, rng)[..., None]
    cloud = np.clip(cloud * rng.uniform(0.2, 1.2) - rng.uniform(0, 0.6), 0, 1)
    sky = top * (1 - share) + low * share
    return np.asarray(sky * (1 - cloud) + 250 * cloud, np.float32)


def _foliage(height_px: int, width_px: int, rng: np.random.Generator) -> Floats:
    """Return overlapping leaves or blades in shades of green and brown."""
    picture = np.zeros((height_px, width_px, 3), np.uint8)
    picture[:] = rng.integers(10, 60, 3)
    size = rng.uniform(3, 18)
    thin = rng.uniform(0.1, 0.7)
    hue = rng.uniform(18, 70)
    for _ in range(min(int(4 * height_px * width_px / size**2), 12_000)):
        at = int(rng.integers(width_px)), int(rng.integers(height_px))
        axes = max(1, int(size * rng.uniform(0.5, 1.5))), max(1, int(size * thin))
        hsv = np.array([[[np.clip(rng.normal(hue, 8), 0, 179), rng.uniform(70, 220),
                          rng.uniform(30, 230)]]]).astype(np.uint8)  # fmt: skip
        colour = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].tolist()
        cv2.ellipse(picture, at, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
    return picture.astype(np.float32)


def _roof(height_px: int, width_px: int, rng: np.random.Generator) -> Floats:
    """Return rows of roof tiles with round lower edges and their shadows."""
    high, wide = rng.uniform(12, 45), rng.uniform(10, 40)
    y, x = np.mgrid[:height_px, :width_px].astype(np.float32)
    x = x + y * rng.uniform(-0.3, 0.3)
    row = np.floor(y / high)
    phase = (x + (row % 2) * wide / 2) / wide
    bow = np.abs(np.sin(np.pi * phase))
    depth = (y / high - row) - 0.25 * bow
    shade = 0.55 + 0.5 * np.clip(depth * 3, 0, 1) * (0.6 + 0.4 * bow)
    base = np.array([rng.uniform(90, 200), rng.uniform(50, 120), rng.uniform(40, 110)])
    tone = 1 + 0.12 * rng.standard_normal((int(row.max()) + 1, int(phase.max() - phase.min()) + 2))
    picked = tone[row.astype(int), (phase - phase.min()).astype(int)]
    return np.asarray(base * (shade * picked)[..., None], np.float32)


def _windows(height_px: int, width_px: int, rng: np.random.Generator) -> Floats:
    """Return a front of windows: frames, bars, and panes that reflect a sky."""
    picture = _sky(height_px, width_px, rng) * rng.uniform(0.2, 0.7)
    step = int(rng.uniform(60, 160))
    frame = rng.uniform(30, 250, 3).tolist()
    bar = max(2, step // int(rng.uniform(8, 16)))
    for left in range(int(rng.integers(step)), width_px, step):
        cv2.rectangle(picture, (left, 0), (left + bar, height_px), frame, -1)
        cv2.line(picture, (left + step // 2, 0), (left + step // 2, height_px), frame, bar // 2)
    for top in range(int(rng.integers(step)), height_px, int(step * rng.uniform(0.8, 1.5))):
        cv2.rectangle(picture, (0, top), (width_px, top + bar), frame, -1)
    return picture


ELSEWHERE: dict[str, Callable[[int, int, np.random.Generator], Floats]] = {
    "sky": _sky,
    "foliage": _foliage,
    "roof tiles": _roof,
    "windows": _windows,
}
"""Kinds of rendered pictures that show no mineral surface."""


def _clouds(height_px: int, width_px: int, cells: int, rng: np.random.Generator) -> Floats:
    """Return smooth noise of mean 0 and deviation about 1."""
    total = np.zeros((height_px, width_px), np.float32)
    for octave in range(3):
        grid = rng.standard_normal((cells * 2**octave + 2,) * 2).astype(np.float32)
        grown = cv2.resize(grid, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
        total += grown / 2**octave
    return total


def _bytes(picture: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
