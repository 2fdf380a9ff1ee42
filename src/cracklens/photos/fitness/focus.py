"""How sharp a photograph is: blur of its sharp parts, movement, and which share is softer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.photos.fitness.blocks import SECTORS, Floats, Spectra
from cracklens.photos.fitness.blur import BlurFit, fit_blur
from cracklens.photos.fitness.motion import LEAST_BLOCKS, Motion, find_motion

_TEXTURE = 3.0
"""Coarse waves hold so many times the power of the finest where there is something to see."""
_LEAST_POWER = 0.5
"""And at least so much, in grey levels squared: below lies the rounding to whole levels."""
_SHARP_WITHIN, _SHARP_WITHIN_PX = 1.5, 0.4
"""What is not softer than the sharpest quarter by this factor and this much counts as sharp."""
_SOFT_FACTOR = 2.0
_SOFT_PX = 2.0
_MOVED_FAR_PX = 8.0
"""A longer movement hides what the lens did."""
_SURE = 0.5
"""A block counts if its blur is known to this share."""


@dataclass(frozen=True, slots=True)
class Focus:
    """How sharp a photograph is.

    Attributes:
        sigma_px: standard deviation of the blur in the sharp parts, movement left out; None where
            there is too little texture to tell, or a long movement hides it.
        standard_px: its standard uncertainty; None as well.
        motion: movement during the exposure, if any was found.
        motion_known: whether enough was seen to find a movement.
        soft_share: of the blocks with texture, how many are clearly softer; None if not known.
        textured_share: of the blocks, how many have enough texture.
    """

    sigma_px: float | None
    standard_px: float | None
    motion: Motion | None
    motion_known: bool
    soft_share: float | None
    textured_share: float


def measure_focus(found: Spectra) -> Focus:
    """Return how sharp the photograph is that these blocks sample."""
    rings = found.rings()
    textured = _textured(rings)
    share = float(textured.mean())
    if not textured.any():
        return Focus(None, None, None, motion_known=False, soft_share=None, textured_share=share)
    each = fit_blur(found.frequency, rings[textured], coarse=True)
    sharp = _sharp(each)
    limit = max(_SOFT_PX, _SOFT_FACTOR * float(np.median(each.sigma_px[sharp])))
    soft = float((each.sigma_px - each.standard_px > limit).mean())
    pool = found.picked(np.flatnonzero(textured)[sharp])
    whole = fit_blur(found.frequency, _typical(pool.rings())[None])
    every = found.picked(np.flatnonzero(textured))  # movement confuses the choice of sharp ones
    enough = len(every.power) >= LEAST_BLOCKS
    motion = find_motion(every, whole.floor[0]) if enough else None
    if motion is not None:
        if motion.length_px > _MOVED_FAR_PX:
            return Focus(None, None, motion, enough, None, share)
        across = every.rings(_across(motion.direction_deg))
        whole = fit_blur(found.frequency, _typical(across)[None])
    sigma_px, standard_px = float(whole.sigma_px[0]), float(whole.standard_px[0])
    return Focus(sigma_px, standard_px, motion, enough, soft, share)


def _textured(rings: Floats) -> NDArray[np.bool_]:
    """Return which blocks hold more than noise."""
    coarse, finest = np.median(rings[:, 1:6], axis=1), rings[:, -4:].min(1)
    enough: NDArray[np.bool_] = (coarse > _TEXTURE * finest) & (coarse > _LEAST_POWER)
    return enough


def _sharp(each: BlurFit) -> NDArray[np.bool_]:
    """Return which blocks are about as sharp as the sharpest quarter."""
    sure = each.standard_px < _SURE * (each.sigma_px + 1)
    known = each.sigma_px[sure] if sure.any() else each.sigma_px
    best = float(np.quantile(known, 0.25))
    return each.sigma_px <= max(_SHARP_WITHIN * best, best + _SHARP_WITHIN_PX)


def _typical(rings: Floats) -> Floats:
    typical: Floats = np.median(rings, axis=0)
    return typical


def _across(direction_deg: float) -> list[int]:
    """Return the four sectors of waves that a movement leaves alone."""
    middle = (direction_deg + 90) / (180 / SECTORS)
    return [int(np.floor(middle + step)) % SECTORS for step in (-1.5, -0.5, 0.5, 1.5)]
