"""Rendering of a concrete surface: mottle, grain with relief, pores, stains and uneven light."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from cracklens.synthesis.noise import (
    FloatImage,
    fractal_noise,
    shifted,
    smoothstep,
    soften,
    value_noise,
)

_GREYEST, _WARMEST = (0.985, 1.0, 1.02), (1.05, 1.0, 0.87)  # colour casts: cool and sandy concrete


@dataclass(frozen=True)
class ConcreteLook:
    """Parameters of a concrete surface and its light.

    Attributes:
        brightness: Mean grey value, 0 to 255.
        cast: Factors of the red, green and blue channel.
        mottle: Cloudy variation, as a share of the brightness.
        grain: Speckle of sand and cement over 1 to 4 px, as a share of the brightness.
        relief: Strength of the shading of small bumps lit from one side, as a share.
        feature_px: Size of the coarsest mottle.
        pores_per_kpx: Bug holes per 1,000 square pixels.
        stain: Relative darkening inside stained patches; negative for bleaching.
        gradient: Relative change of the light from border to border, along y and x.
    """

    brightness: float
    cast: tuple[float, float, float]
    mottle: float
    grain: float
    relief: float
    feature_px: float
    pores_per_kpx: float
    stain: float
    gradient: tuple[float, float]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Return a random look, from pale smooth screed to a dark rough wall."""
        warmth = rng.random()
        cool, warm = np.array(_GREYEST), np.array(_WARMEST)
        red, green, blue = (cool + (warm - cool) * warmth + rng.uniform(-0.012, 0.012, 3)).tolist()
        return cls(
            brightness=rng.uniform(85.0, 215.0),
            cast=(red, green, blue),
            mottle=rng.uniform(0.02, 0.12),
            grain=rng.uniform(0.015, 0.07),
            relief=rng.uniform(0.0, 0.16),
            feature_px=rng.uniform(24.0, 80.0),
            pores_per_kpx=max(0.0, rng.uniform(-0.3, 0.9)),
            stain=max(0.0, rng.uniform(-0.35, 0.25)) * (1 if rng.random() < 0.7 else -0.6),  # noqa: PLR2004
            gradient=(rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12)),
        )


def render_concrete(
    height_px: int,
    width_px: int,
    rng: np.random.Generator,
    *,
    look: ConcreteLook | None = None,
) -> FloatImage:
    """Return a concrete surface without cracks.

    Args:
        height_px: Rows.
        width_px: Columns.
        rng: Source of randomness.
        look: The kind of surface; default: random.

    Returns:
        (height_px, width_px, 3) float32 RGB on the scale of 0 to 255, not rounded and not clipped.
    """
    look = look or ConcreteLook.draw(rng)
    shade = 1.0 + look.mottle * 1.6 * fractal_noise(
        height_px, width_px, look.feature_px, rng, octaves=4, persistence=0.6
    )
    shade += _relief(height_px, width_px, rng) * look.relief
    shade += look.grain * _speckle(height_px, width_px, rng)
    if look.stain:
        shade *= 1.0 - look.stain * _stains(height_px, width_px, look.feature_px, rng)
    _add_pores(shade, look.pores_per_kpx, rng)
    rise, run = (np.float32(g) for g in look.gradient)
    shade *= 1.0 + rise * np.linspace(-0.5, 0.5, height_px, dtype=np.float32)[:, None]
    shade *= 1.0 + run * np.linspace(-0.5, 0.5, width_px, dtype=np.float32)[None, :]

    # Wet and dry, cement-rich and sandy patches differ in colour, not only in brightness.
    tint = 0.02 * value_noise(height_px, width_px, look.feature_px / 2, rng)
    red, green, blue = look.cast
    grey = shade * np.float32(look.brightness)
    return np.stack([grey * (red + tint), grey * green, grey * (blue - tint)], axis=2)


def _speckle(height_px: int, width_px: int, rng: np.random.Generator) -> FloatImage:
    """Return fine grain, about -1.5 to 1.5, without structure above 4 px."""
    sand = value_noise(height_px, width_px, rng.uniform(1.8, 3.2), rng)
    cement = rng.random((height_px, width_px), dtype=np.float32)
    cement += rng.random((height_px, width_px), dtype=np.float32)
    return sand + (cement - np.float32(1.0)) * np.float32(0.8)


def _relief(height_px: int, width_px: int, rng: np.random.Generator) -> FloatImage:
    """Return the shading of small bumps by light from the upper left, about -1 to 1."""
    cell_px = rng.uniform(2.0, 7.0)
    bumps = fractal_noise(height_px, width_px, cell_px, rng, octaves=2, persistence=0.6)
    return bumps - shifted(bumps, 1, 1)


def _stains(
    height_px: int, width_px: int, feature_px: float, rng: np.random.Generator
) -> FloatImage:
    """Return the degree of staining of each pixel, 0 to 1: patches with a ragged, soft edge."""
    field = fractal_noise(height_px, width_px, 1.5 * feature_px, rng, octaves=5, persistence=0.55)
    level, softness = rng.uniform(-0.1, 0.35), rng.uniform(0.12, 0.7)
    return smoothstep((field - np.float32(level)) / np.float32(softness) + 0.5)


def _add_pores(shade: FloatImage, pores_per_kpx: float, rng: np.random.Generator) -> None:
    """Darken bug holes in `shade`: ragged ellipses with a lit lower right rim."""
    height_px, width_px = shade.shape
    count = round(pores_per_kpx * height_px * width_px / 1000.0)
    if count == 0:
        return
    field = np.zeros_like(shade)
    for _ in range(count):
        radius_px = 0.6 + 2.6 * rng.random() ** 3
        reach = int(radius_px * 1.8 + 2)
        x, y = rng.uniform(0, width_px), rng.uniform(0, height_px)
        left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
        patch = field[top : int(y) + reach + 1, left : int(x) + reach + 1]
        dx = np.arange(left, left + patch.shape[1], dtype=np.float32) - np.float32(x)
        dy = np.arange(top, top + patch.shape[0], dtype=np.float32)[:, None] - np.float32(y)
        lean, squeeze = rng.uniform(-0.6, 0.6), rng.uniform(0.8, 1.5)
        ragged = 1.0 + 0.5 * (rng.random(patch.shape, dtype=np.float32) - 0.5)
        away = np.sqrt((dx + lean * dy) ** 2 + (squeeze * dy) ** 2) * ragged
        depth = np.float32(rng.uniform(0.25, 0.85))
        np.maximum(patch, depth * np.clip(radius_px - away + 0.5, 0.0, 1.0), out=patch)
    field = soften(field, 0.12)
    shade *= 1.0 - 0.75 * field
    shade += 0.18 * np.maximum(shifted(field, 1, 1) - field, 0.0)
