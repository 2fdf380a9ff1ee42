"""Blocks of a photograph at full resolution, and how much is in them at each fineness.

A picture made smaller has lost what tells a sharp one from a blurred one, so nothing here is
scaled: a grid of blocks is a sample of the photograph, each cut as it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SECTORS = 12
"""Directions of waves, 15 degrees each; the first runs from 0 to 15 degrees."""
_SIDES_PX = (128, 64)
_MOST = 80
_RINGS = np.concatenate([[0.0125], np.geomspace(0.0275, 0.5, 18)])
"""Borders of the rings, in cycles per px; 0.5 is the finest that pixels can carry."""
_ROUNDING = 1 / 12
"""Power of the rounding to whole grey levels, per px."""


@dataclass(frozen=True, slots=True)
class Spectra:
    """The power of each block, by fineness and direction of its waves.

    Attributes:
        frequency: (K,) of each ring, cycles per px, ascending.
        power: (M, K, SECTORS) mean power of each block, grey levels squared per px; white noise of
            deviation s has s² everywhere. NaN where no wave of the block falls.
        count: (K, SECTORS) how many waves each value is the mean of.
        side_px: of the blocks.
    """

    frequency: Floats
    power: Floats
    count: Floats
    side_px: int

    def rings(self, sectors: Sequence[int] = range(SECTORS)) -> Floats:
        """Return the power over some directions together, (M, K)."""
        chosen = list(sectors)
        weight = self.count[:, chosen]
        total: Floats = (np.nan_to_num(self.power[:, :, chosen]) * weight).sum(2)
        total /= np.maximum(weight.sum(1), 1)
        return total

    def picked(self, chosen: NDArray[np.intp]) -> "Spectra":
        """Return those of some blocks alone."""
        return Spectra(self.frequency, self.power[chosen], self.count, self.side_px)


def cut_blocks(plane: NDArray[np.uint8], exclude: Mask | None = None) -> NDArray[np.float32] | None:
    """Return blocks spread evenly over a photograph, (M, side, side); None if it is too small.

    Args:
        plane: (H, W) one channel.
        exclude: (H, W); a block with any of it inside is left out, unless no block would be left.
    """
    height, width = plane.shape
    side = next((s for s in _SIDES_PX if s <= min(height, width)), None)
    if side is None:
        return None
    tops = _starts(height, side, math.sqrt(_MOST * height / width))
    lefts = _starts(width, side, math.sqrt(_MOST * width / height))
    places = [(top, left) for top in tops for left in lefts]
    squares = [(slice(top, top + side), slice(left, left + side)) for top, left in places]
    clear = [square for square in squares if exclude is None or not exclude[square].any()]
    cut = [plane[square] for square in clear or squares]
    return np.stack(cut).astype(np.float32)


def _starts(length: int, side: int, wished: float) -> list[int]:
    count = int(np.clip(round(wished), 1, min(length // side, _MOST)))
    if count == 1:
        return [(length - side) // 2]
    return [index * (length - side) // (count - 1) for index in range(count)]


def spectra(blocks: NDArray[np.float32]) -> Spectra:
    """Return the power of blocks, freed from uneven light (a plane) and from their borders.

    Args:
        blocks: (M, side, side) grey levels.
    """
    side = blocks.shape[1]
    ring, sector, count, frequency = _bins(side)
    place = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    flat = blocks - blocks.mean((1, 2), keepdims=True)
    steep = 12.0 / side**2
    flat = flat - np.einsum("myx,x->m", flat, place)[:, None, None] * np.float32(steep) * place
    fall = np.einsum("myx,y->m", flat, place)[:, None, None] * np.float32(steep)
    flat = flat - fall * place[:, None]
    window = np.hanning(side + 1)[:side].astype(np.float32)
    waves = scipy.fft.rfft2(flat * (window[:, None] * window))
    power = (waves.real**2 + waves.imag**2) / np.float32((window**2).sum() ** 2)
    rings = len(frequency)
    at = np.where(ring >= 0, ring * SECTORS + sector, rings * SECTORS).ravel()
    order = np.argsort(at, kind="stable")
    edges = np.searchsorted(at[order], np.arange(rings * SECTORS + 1))
    summed = np.concatenate(
        [np.zeros((len(blocks), 1)), np.cumsum(power.reshape(len(blocks), -1)[:, order], 1, float)],
        1,
    )
    total = (summed[:, edges[1:]] - summed[:, edges[:-1]]).reshape(-1, rings, SECTORS)
    mean = np.full_like(total, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return Spectra(frequency, np.maximum(mean, 0) + _ROUNDING, count, side)


@cache
def _bins(side: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]:
    """Return ring (-1: none) and sector of each wave, waves in each, frequency of each ring."""
    size, turn, ring = wave_grid(side)
    sector = np.floor(turn / (180 / SECTORS)).astype(np.intp) % SECTORS
    rings = ring.max() + 1
    count = np.zeros((rings, SECTORS))
    np.add.at(count, (ring[ring >= 0], sector[ring >= 0]), 1)
    frequency = np.array([math.sqrt((size[ring == k] ** 2).mean()) for k in range(rings)])
    return ring, sector, count, frequency


@cache
def wave_grid(side: int) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return frequency, direction (degrees as seen) and ring (-1: none) of each wave of `rfft2`."""
    down, right = scipy.fft.fftfreq(side)[:, None], scipy.fft.rfftfreq(side)[None]
    size = np.hypot(down, right)
    turn = np.degrees(np.arctan2(-down, right)) % 180
    # the rows of waves without a horizontal part stand there twice
    ring = np.digitize(size, _RINGS) - 1
    ring[(size < _RINGS[0]) | (size >= _RINGS[-1]) | ((right == 0) & (down < 0))] = -1
    # rings that are too narrow for the waves of a small block hold none
    held = np.unique(ring[ring >= 0])
    renumbered = np.full(len(_RINGS) + 1, -1, dtype=np.intp)
    renumbered[held] = np.arange(len(held))
    return size, turn, renumbered[ring]
