"""Whether the camera moved during the exposure: in which direction and how far.

A straight, even movement over L px multiplies the power of a wave of frequency f by
sinc²(f L cos(a)), where a lies between the wave and the movement; the blur of a lens treats all
directions alike. So only differences between directions are looked at. A surface with a direction
of its own (boards, a crack) has them at all frequencies by about the same factor, which is left
free; movement leaves coarse waves alone and takes the fine ones.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cracklens.photos.fitness.blocks import SECTORS, Floats, Spectra, wave_grid

LEAST_PX = 1.5
"""Shorter movements cannot be told from an aberration of the lens, and do no harm."""
_LENGTHS_PX = np.concatenate([[0.0], np.geomspace(LEAST_PX, 48.0, 26)])
_DIRECTIONS_DEG = np.arange(0.0, 180.0, 7.5)
_LEAST_WAVES = 1
LEAST_BLOCKS = 9
"""In fewer blocks a single crack or joint decides what the directions differ by."""
_ANISOTROPY = 0.3
"""Deviation of how strong a surface is in one direction, in the logarithm."""
_FLOOR_SHARES = (1.0, 0.3, 0.05)
"""Fine grain of the surface passes for noise at times, so less of it is tried as well."""
_NOISE_FROM, _NOISE_RISE = 0.15, 1.5
_LEAST_GAIN = 0.3
"""Share of the differences between directions that a movement has to explain."""
_LEAST_DIFFERENCE, _LEAST_DIFFERENCE_BLOCKS = 0.025, 0.2
"""And by how much, as a mean square over all rings, in the logarithm; more with few blocks."""


@dataclass(frozen=True, slots=True)
class Motion:
    """A movement of the picture on the sensor during the exposure.

    Attributes:
        length_px: how far.
        direction_deg: along which line, counter-clockwise from the x axis as seen, 0 to 180.
    """

    length_px: float
    direction_deg: float


def find_motion(found: Spectra, floor: Floats) -> Motion | None:
    """Return the movement that explains the differences between directions; None if none does.

    Args:
        found: of blocks with texture, best `LEAST_BLOCKS` or more; they are taken together.
        floor: (K,) power of the noise.
    """
    power = np.exp(np.log(np.where(found.count > 0, found.power, 1.0)).mean(0))
    weight = np.where(found.count >= _LEAST_WAVES, found.count, 0.0)
    used = (weight > 0).sum(1) > SECTORS // 2
    if used.sum() < SECTORS // 2:
        return None
    power, weight, floor = power[used], np.sqrt(weight[used]), floor[used]
    passed = _passed(found.side_px)[:, :, used]
    fine = found.frequency[used] > _NOISE_FROM
    floors = [*(floor * share for share in _FLOOR_SHARES), _least(power, weight, fine)]
    cost = np.minimum.reduce([_cost(power, weight, each, passed) for each in floors])
    length, turn = np.unravel_index(int(cost.argmin()), cost.shape)
    gain = float(cost[0, 0] - cost[length, turn])
    least = _LEAST_DIFFERENCE + _LEAST_DIFFERENCE_BLOCKS / len(found.power)
    if length == 0 or gain < max(least, _LEAST_GAIN * float(cost[0, 0])):
        return None
    return Motion(*_refined(cost, int(length), int(turn)))


def _least(power: Floats, weight: Floats, fine: NDArray[np.bool_]) -> Floats:
    """Return the power in the emptiest direction of each ring, (K,), over three sectors together.

    Where the camera moved far, nothing but noise is left there, whatever JPEG made of its spectrum.
    Noise does not rise towards coarse waves as a surface does, so it is capped by what `fine` rings
    hold: lines on a surface are no movement.
    """
    near = np.stack([np.roll(power * weight, step, 1) for step in (-1, 0, 1)]).sum(0)
    total = np.stack([np.roll(weight, step, 1) for step in (-1, 0, 1)]).sum(0)
    least = np.where(total > 0, near / np.maximum(total, 1e-9), np.inf).min(1)
    capped: Floats = np.minimum(least, _NOISE_RISE * np.median(least[fine]))
    return capped


def _cost(power: Floats, weight: Floats, floor: Floats, passed: Floats) -> Floats:
    """Return how badly each movement explains the power, (lengths, directions).

    Args:
        power: (K, SECTORS).
        weight: (K, SECTORS).
        floor: (K,) of the noise.
        passed: (lengths, directions, K, SECTORS).
    """
    held = (weight > 0) / (weight > 0).sum(1, keepdims=True)
    mean = (power * held).sum(1)
    signal = np.maximum(mean - floor, 0.0)
    share = signal / (passed * held).sum(3)
    model = passed * share[..., None] + np.minimum(floor, mean)[:, None]
    off = np.log(power) - np.log(model)
    off -= (off * weight).sum(3, keepdims=True) / weight.sum(1)[:, None]
    # a surface's own direction: one factor per sector, held back by its prior
    own = (off * weight).sum(2) / (weight.sum(0) + 1 / _ANISOTROPY**2)
    off -= own[:, :, None]
    cost: Floats = (off**2 * weight).sum((2, 3)) + ((own / _ANISOTROPY) ** 2).sum(2)
    cost /= weight.sum()
    return cost


def _refined(cost: Floats, length: int, turn: int) -> tuple[float, float]:
    """Return length and direction at the bottom of parabolas through the neighbouring costs."""
    count = len(_DIRECTIONS_DEG)
    around = cost[length, [turn - 1, turn, (turn + 1) % count]]
    direction = _DIRECTIONS_DEG[turn] + _vertex(around) * (_DIRECTIONS_DEG[1] - _DIRECTIONS_DEG[0])
    step = 0.0
    if 1 < length < len(_LENGTHS_PX) - 1:
        step = _vertex(cost[length - 1 : length + 2, turn])
    ratio = _LENGTHS_PX[-1] / _LENGTHS_PX[-2]
    return float(_LENGTHS_PX[length] * ratio**step), float(direction % 180)


def _vertex(three: Floats) -> float:
    """Return where a parabola through three points has its bottom, -0.5 to 0.5 steps."""
    bend = three[0] - 2 * three[1] + three[2]
    return float(np.clip((three[0] - three[2]) / (2 * bend), -0.5, 0.5)) if bend > 0 else 0.0


@cache
def _passed(side: int) -> Floats:
    """Return what each movement lets pass, (lengths, directions, rings, SECTORS), at least 1e-4."""
    size, turn, ring = wave_grid(side)
    inside = ring >= 0
    size, turn, ring = size[inside], turn[inside], ring[inside]
    bins = ring * SECTORS + np.floor(turn / (180 / SECTORS)).astype(int) % SECTORS
    total = (int(ring.max()) + 1) * SECTORS
    waves = np.maximum(np.bincount(bins, minlength=total), 1)
    passed = np.empty((len(_LENGTHS_PX), len(_DIRECTIONS_DEG), total))
    for d, direction in enumerate(_DIRECTIONS_DEG):
        along = size * np.cos(np.radians(turn - direction))
        for n, length in enumerate(_LENGTHS_PX):
            passed[n, d] = np.bincount(bins, np.sinc(along * length) ** 2, total) / waves
    shape = (len(_LENGTHS_PX), len(_DIRECTIONS_DEG), -1, SECTORS)
    return np.maximum(passed, 1e-4).reshape(shape)
