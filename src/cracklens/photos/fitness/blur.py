"""How blurred a surface is, from how its power falls towards fine waves.

The power of a natural surface falls with a power of the frequency f, here f^-b (Field 1987,
J. Opt. Soc. Am. A 4, 2379). A blur of standard deviation s multiplies it by exp(-4 π² s² f²), and
noise adds a floor. The three shapes differ, so s is found without an edge of known sharpness, and
a smooth surface (little power at all frequencies) is not taken for a blurred one (none at the high
ones). What b and the floor can be is stated as a prior and averaged over, so the answer has an
uncertainty.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_PX = 8.0
"""Blur beyond this is reported as this; waves of a block of 128 px tell no more."""
_FINE = np.concatenate([np.arange(0, 2, 0.1), np.geomspace(2, MOST_PX, 20)])
_COARSE = np.concatenate([np.arange(0, 2, 0.25), np.geomspace(2, MOST_PX, 9)])
_FALLS = np.arange(0.0, 3.3, 0.3)
_FALL, _FALL_SPREAD = 1.4, 0.4
"""Of b: rendered and real walls and decks lie between 0.5 and 2.1 (`benchmarks/fitness.py`)."""
_FLOORS = (0.0, 6.0, 12.0, 20.0)
"""Floors of the form exp(-c f²): white noise, and noise that JPEG or the camera has softened."""
_HUMPS, _HUMP_GAIN, _HUMP_PX = (0.0, 6.0), 0.8, 1.5
"""The same, raised at fine waves by a camera that sharpens: an unsharp mask of 1.5 px."""
_FLOOR_POWER, _FLOOR_AT = 2.0, 0.35
"""The errors of strong JPEG fall like f^-2; stated at 0.35 cycles per px."""
_NOISE_LEVELS = 2.1
"""A floor this deep, in grey levels, is as likely as the prior's own deviation allows."""
_JPEG_LEVELS = 0.95
_SIGMA_SCALE_PX = 2.0
"""Prior: each 2 px of blur are e times less likely; decides only what the picture leaves open."""
_MISFIT = 0.35
"""Deviation of the logarithm of real power from these shapes."""
_CUT = 1.0
"""A ring that is off by more than this, in the logarithm, counts no more: lines, patterns."""


@dataclass(frozen=True, slots=True)
class BlurFit:
    """The blur of some spectra.

    Attributes:
        sigma_px: (M,) standard deviation of the blur, the median of what is possible.
        standard_px: (M,) its standard uncertainty.
        floor: (M, K) power of the noise, grey levels squared, in the best fit.
    """

    sigma_px: Floats
    standard_px: Floats
    floor: Floats


def fit_blur(frequency: Floats, power: Floats, *, coarse: bool = False) -> BlurFit:
    """Return the blur that explains each spectrum.

    Args:
        frequency: (K,) cycles per px.
        power: (M, K) grey levels squared, > 0.
        coarse: in steps of about a quarter, for many blocks at once.
    """
    sigma, shape, floor, prior, weight = _grid(tuple(frequency.tolist()), coarse)
    # least squares of the relative error give the two strengths in closed form
    over = 1 / power
    over2 = over**2
    shapes = shape.reshape(-1, shape.shape[-1])
    aa = (over2 @ (shapes**2).T)[:, :, None]
    bb = (over2 @ (floor**2).T)[:, None, :]
    ab = np.einsum("pk,lk,mk->mpl", shapes, floor, over2, optimize=True)
    ay, by = (over @ shapes.T)[:, :, None], (over @ floor.T)[:, None, :]
    determinant = np.maximum(aa * bb - ab**2, 1e-12 * aa * bb)
    light = (ay * bb - by * ab) / determinant
    noise = (by * aa - ay * ab) / determinant
    light = np.where(noise < 0, ay / aa, light)
    noise = np.maximum(noise, 0)
    light, noise = np.where(light < 0, 0, light), np.where(light < 0, by / bb, noise)
    model = light[..., None] * shapes[None, :, None] + noise[..., None] * floor
    off = np.log(np.maximum(model * over[:, None, None], 1e-9))
    cost = np.minimum(off**2, _CUT).sum(-1) / _MISFIT**2 + 2 * noise * weight
    cost += 2 * prior[None, :, None]
    best = cost.reshape(len(power), -1).argmin(1)
    chance = np.exp(-0.5 * (cost - cost.min((1, 2), keepdims=True)))
    by_sigma = chance.reshape(len(power), len(sigma), -1).sum(2) * np.gradient(sigma)
    by_sigma /= by_sigma.sum(1, keepdims=True)
    mean = by_sigma @ sigma
    spread = np.sqrt(np.maximum(by_sigma @ sigma**2 - mean**2, 0))
    pair, kind = np.divmod(best, len(floor))
    rows = np.arange(len(power))
    return BlurFit(_medians(sigma, by_sigma), spread, noise[rows, pair, kind, None] * floor[kind])


def _medians(sigma: Floats, chance: Floats) -> Floats:
    below = np.cumsum(chance, 1) - chance / 2
    return np.array([np.interp(0.5, row, sigma) for row in below])


@cache
def _grid(
    frequency: tuple[float, ...], coarse: bool
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return sigmas (S,), shapes (S, B, K), floors (L, K), priors (S * B,), and (L,) for noise."""
    f = np.array(frequency)
    sigma = _COARSE if coarse else _FINE
    fall = _FALLS[::2] if coarse else _FALLS
    shape = np.exp(-4 * np.pi**2 * sigma[:, None, None] ** 2 * f**2) * f ** -fall[:, None]
    shape /= shape[..., :1]
    softened = [np.exp(-c * f**2) for c in (_FLOORS[::2] if coarse else _FLOORS)]
    raised = (1 + _HUMP_GAIN * (1 - np.exp(-2 * np.pi**2 * _HUMP_PX**2 * f**2))) ** 2
    humps = [raised * np.exp(-c * f**2) for c in (_HUMPS[:1] if coarse else _HUMPS)]
    floor = np.array([*softened, *humps, (f / _FLOOR_AT) ** -_FLOOR_POWER])
    prior = sigma[:, None] / _SIGMA_SCALE_PX + 0.5 * ((fall - _FALL) / _FALL_SPREAD) ** 2
    weight = np.full(len(floor), 1 / _NOISE_LEVELS**2)
    weight[-1] = 1 / _JPEG_LEVELS**2
    return sigma, shape, floor, prior.ravel(), weight
