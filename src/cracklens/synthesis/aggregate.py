"""Stones and pits of a concrete surface: one rounded body in each cell of a shifted grid."""

from dataclasses import dataclass

import numpy as np

from cracklens.synthesis.noise import FloatImage, value_noise


@dataclass(frozen=True)
class Stones:
    """Rounded bodies on a surface.

    Attributes:
        share: (H, W) float32 in [0, 1], the share of each pixel's area under a stone.
        height: (H, W) float32 in [0, 1], the height of the domed stones.
        tone: (H, W) float32 in [-1, 1], one number for each stone.
    """

    share: FloatImage
    height: FloatImage
    tone: FloatImage


def scatter_stones(
    height_px: int, width_px: int, cell_px: float, density: float, rng: np.random.Generator
) -> Stones:
    """Return stones of different sizes and ragged outlines at random places.

    Args:
        height_px: Rows.
        width_px: Columns.
        cell_px: Size of the cells; the stones have a diameter of up to 0.8 of it.
        density: Share of the cells with a stone.
        rng: Source of places, sizes and tones.

    Returns:
        The stones.
    """
    ragged = np.float32(0.22) * value_noise(height_px, width_px, max(1.5, 0.4 * cell_px), rng)
    y = np.arange(height_px, dtype=np.float32)[:, None] / np.float32(cell_px) + ragged + 1.0
    x = np.arange(width_px, dtype=np.float32)[None, :] / np.float32(cell_px) + 1.0
    rows = int(height_px / cell_px) + 4
    columns = int(width_px / cell_px) + 6
    row = y.astype(np.int32)
    x = x + rng.random(rows, dtype=np.float32)[row] - ragged  # each row of cells is moved
    x += np.float32(1.0)
    column = x.astype(np.int32)
    cell = row * np.int32(columns) + column
    count = rows * columns
    middle_x, middle_y = (
        np.float32(0.5) + np.float32(0.22) * (rng.random(count, dtype=np.float32) * 2 - 1)
        for _ in range(2)
    )
    radius = np.float32(0.1) + np.float32(0.3) * rng.random(count, dtype=np.float32) ** 2
    radius[rng.random(count, dtype=np.float32) > density] = -1.0
    tones = rng.random(count, dtype=np.float32) * np.float32(2.0) - np.float32(1.0)
    dx = x - column - middle_x[cell]
    dy = y - row - middle_y[cell]
    inside = radius[cell] - np.sqrt(dx * dx + dy * dy)
    share = np.clip(inside * np.float32(cell_px) + np.float32(0.5), 0.0, 1.0)
    dome = np.clip(inside * np.float32(4.0), 0.0, 1.0)
    return Stones(share, dome * (2.0 - dome) * share, tones[cell])
