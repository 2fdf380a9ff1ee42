"""One labelled tile: concrete, with cracks or without, and perhaps something that resembles one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.synthesis.concrete import ConcreteLook, render_concrete
from cracklens.synthesis.crack import (
    RenderedCrack,
    branch_line,
    fractal_line,
    render_crack,
)
from cracklens.synthesis.distractors import DISTRACTORS
from cracklens.synthesis.noise import FloatImage, fractal_noise, shifted, soften
from cracklens.synthesis.opening import width_profile

SMALLEST_TILE_PX = 32
_DISTRACTOR_SHARE = {True: 0.4, False: 0.8}  # cracked tiles carry fewer, for the crack needs room
_BRANCH_SHARE, _THROUGH_SHARE, _SECOND_SHARE = 0.35, 0.7, 0.12


@dataclass(frozen=True)
class RenderedTile:
    """A tile with its truth.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        coverage: (H, W) float32 in [0, 1], the share of each pixel's area under any crack, before
            the blur of the camera; all 0 without cracks.
        cracks: The visible stretches of all cracks; empty without cracks.
        distractor: (H, W) float32 in [0, 1], where something lies that resembles a crack.
    """

    pixels: NDArray[np.uint8]
    coverage: FloatImage
    cracks: tuple[RenderedCrack, ...]
    distractor: FloatImage


def render_tile(cracked: bool, seed: int, size_px: int = 128) -> RenderedTile:
    """Return one square tile; the same arguments give the same tile.

    Cracks are 2 to 10 px wide, fade where they end, may fork, and pass the middle half of the
    tile. Tiles of both labels may carry one of `DISTRACTORS`. Brightness, contrast, colour, blur
    and noise are drawn alike for both labels.

    Args:
        cracked: Whether the tile shows a crack.
        seed: Any integer >= 0. The two labels of one seed are unrelated pictures.
        size_px: Side of the tile, at least 32.

    Returns:
        The tile with its coverage and cracks, all of side `size_px`.

    Raises:
        UsageError: `seed` is negative or `size_px` too small.
    """
    if seed < 0:
        raise UsageError(f"a seed must be at least 0, got {seed}")
    if size_px < SMALLEST_TILE_PX:
        raise UsageError(f"a tile must be at least {SMALLEST_TILE_PX} px wide, got {size_px}")
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(cracked)])))
    look = ConcreteLook.draw(rng)
    picture = render_concrete(size_px, size_px, rng, look=look)
    distractor = np.zeros((size_px, size_px), dtype=np.float32)
    if rng.random() < _DISTRACTOR_SHARE[cracked]:
        add = list(DISTRACTORS.values())[int(rng.integers(len(DISTRACTORS)))]
        distraction = add(picture, rng)
        picture, distractor = distraction.surface, distraction.mask
    cracks = draw_cracks(size_px, rng) if cracked else ()
    coverage = np.zeros((size_px, size_px), dtype=np.float32)
    for crack in cracks:
        coverage = np.maximum(coverage, crack.coverage)
    if cracks:
        # A wide crack is deep and therefore dark; only a fine one may be faint.
        widest_px = max(float(crack.width_px.max()) for crack in cracks)
        least = min(0.1 + 0.05 * widest_px, 0.6)
        picture = paint_crack(picture, coverage, rng, least_contrast=least)
    return RenderedTile(_photograph(picture, look.brightness, rng), coverage, cracks, distractor)


def draw_cracks(size_px: int, rng: np.random.Generator) -> tuple[RenderedCrack, ...]:
    """Return the cracks of one tile: one or two lines, with up to two branches each.

    Args:
        size_px: Side of the tile.
        rng: Source of number, place, course and width.

    Returns:
        At least one visible stretch; see `RenderedCrack`.
    """
    cracks: list[RenderedCrack] = []
    for _ in range(2 if rng.random() < _SECOND_SHARE else 1):
        line, width_px = _main_line(size_px, rng)
        cracks.extend(render_crack(line, width_px, size_px, size_px))
        for _ in range(2):
            if rng.random() < _BRANCH_SHARE:
                twig, fork = branch_line(line, rng, length_px=rng.uniform(0.2, 0.5) * size_px)
                start_px = max(2.0, float(width_px[fork]) * rng.uniform(0.35, 0.7))
                twig_px = width_profile(twig, start_px, rng, variation=0.25, fade_end_px=20.0)
                cracks.extend(render_crack(twig, twig_px, size_px, size_px))
    return tuple(cracks)


def paint_crack(
    picture: FloatImage,
    coverage: FloatImage,
    rng: np.random.Generator,
    *,
    least_contrast: float = 0.25,
) -> FloatImage:
    """Return the picture with the crack's dark inside and its worn, lit edge.

    Args:
        picture: (H, W, 3) float32 RGB, 0 to 255.
        coverage: (H, W) float32 in [0, 1].
        rng: Source of contrast, of the light's side and of the wear.
        least_contrast: Darkening of the inside at least, as a share; at most 0.95.

    Returns:
        A new array of the same shape. Away from the crack and its edge of 2 px it is unchanged.
    """
    height_px, columns_px = coverage.shape
    contrast = np.float32(0.95 - (0.95 - least_contrast) * rng.random() ** 1.5)
    down, right = ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (1, 0))[int(rng.integers(6))]
    reach_px = int(rng.integers(1, 3))
    down, right = down * reach_px, right * reach_px
    worn = fractal_noise(height_px, columns_px, 9.0, rng, octaves=3)
    # The wall of the crack that faces the light is less dark than its depth.
    facing = np.clip(coverage - shifted(coverage, -down, -right), 0.0, 1.0)
    inside = coverage * (0.9 + 0.3 * worn) - np.float32(rng.uniform(0.0, 0.6)) * facing
    edge = np.clip(shifted(coverage, down, right) - coverage, 0.0, 1.0)
    lit = np.float32(rng.uniform(0.0, 0.5)) * edge * np.clip(worn * 2.0 + 0.4, 0.0, 1.0)
    factor = 1.0 - contrast * np.clip(inside, 0.0, 1.0) + lit * contrast
    painted: FloatImage = picture * factor[:, :, None]
    return painted


def _main_line(
    size_px: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return centreline and widths of a crack through the middle half of the tile."""
    middle = rng.uniform(0.25, 0.75, 2) * (size_px - 1)
    angle = rng.uniform(0.0, 2 * math.pi)
    ends = []
    for turn in (math.pi, 0.0):
        through = rng.random() < _THROUGH_SHARE
        reach = 1.1 * size_px if through else rng.uniform(0.3, 0.5) * size_px
        bent = angle + turn + rng.uniform(-0.35, 0.35)
        ends.append(middle + reach * np.array([math.cos(bent), math.sin(bent)]))
    line = fractal_line(
        np.stack([ends[0], middle, ends[1]]),
        rng,
        roughness=rng.uniform(0.02, 0.16),
        decay=rng.uniform(0.48, 0.72),
    )
    variation = rng.uniform(0.15, 0.6)
    # Between 2 and 10 px with its variation; fine cracks are the more frequent ones.
    low, high = 2.0 / (1.0 - variation), 10.0 / (1.0 + variation)
    width_px = low + (high - low) * rng.random() ** 2
    fade_px = rng.uniform(12.0, 30.0)
    widths = width_profile(
        line, width_px, rng, variation=variation, fade_start_px=fade_px, fade_end_px=fade_px
    )
    return line, widths


def _photograph(picture: FloatImage, level: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return what a camera makes of it: contrast, slight blur, noise, 8 bits."""
    contrast = np.float32(rng.uniform(0.75, 1.15))
    picture = soften(picture, rng.uniform(0.03, 0.22), passes=1 + (rng.random() < 0.3))  # noqa: PLR2004
    noise = rng.random(picture.shape, dtype=np.float32) - 0.5
    noise += (rng.random(picture.shape[:2], dtype=np.float32) - 0.5)[:, :, None]
    picture = (picture - np.float32(level)) * contrast + np.float32(level)
    picture = picture + np.float32(rng.uniform(1.0, 9.0)) * noise
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
