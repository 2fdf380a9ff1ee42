"""Weathered concrete: stained, board-marked, coarse, mossy, with lime, in grazing light."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from cracklens.synthesis.aggregate import scatter_stones
from cracklens.synthesis.boards import Boarded, mark_boards
from cracklens.synthesis.distractors.canvas import chance, spread
from cracklens.synthesis.noise import (
    FloatImage,
    enlarged,
    fractal_noise,
    shifted,
    smoothstep,
    value_noise,
)

_KINDS = ("boards", "coarse", "old", "mossy")
_KIND_SHARES = (0.3, 0.25, 0.25, 0.2)
_SIDES = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, 1), (1, -1))
# Mean colours, red, green, blue.
_GREYS = ((62, 64, 68), (84, 87, 92), (104, 105, 108), (128, 128, 126), (72, 70, 72))
_BROWNS = ((124, 108, 92), (146, 131, 110), (104, 96, 80), (168, 158, 136), (112, 100, 92))
_PALES = ((172, 168, 154), (150, 150, 144), (186, 180, 168), (140, 138, 120))
_MOSSES = ((74, 84, 44), (52, 54, 40), (42, 38, 34), (98, 92, 52), (60, 66, 58))
_LIME = (226, 222, 212)


@dataclass(frozen=True)
class WeatheredLook:
    """Parameters of a weathered surface.

    Attributes:
        colour: Mean red, green and blue, 0 to 255.
        boards: Whether it was cast against boards.
        mottle: Cloudy variation, as a share of the brightness.
        grain: Speckle over 1 to 3 px, as a share.
        relief: Strength of the shading of the relief by light from the side, as a share.
        relief_px: Size of the largest bumps.
        towards_light: Direction to the light, in rows down and columns right.
        stones: Contrast of exposed aggregate, as a share; 0 for none.
        stone_px: Size of the largest stones.
        pits: Share of cells with a pit.
        runs: Darkening by water runs, as a share; negative for pale runs; 0 for none.
        moss: Largest opacity of algae and moss; 0 for none.
        lime: Largest opacity of lime; 0 for none.
    """

    colour: tuple[float, float, float]
    boards: bool
    mottle: float
    grain: float
    relief: float
    relief_px: float
    towards_light: tuple[int, int]
    stones: float
    stone_px: float
    pits: float
    runs: float
    moss: float
    lime: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Return a random look."""
        kind = _KINDS[int(rng.choice(len(_KINDS), p=_KIND_SHARES))]
        coarse, grazing = kind == "coarse", chance(0.35, rng)
        greys = _GREYS if coarse and chance(0.75, rng) else _BROWNS + _PALES + _GREYS[2:]
        base = greys[int(rng.integers(len(greys)))]
        light = rng.uniform(0.95, 1.2)
        red, green, blue = (light * c * rng.uniform(0.98, 1.02) for c in base)
        runs = rng.uniform(0.08, 0.45) if chance(0.25 if coarse else 0.55, rng) else 0.0
        return cls(
            colour=(red, green, blue),
            boards=kind == "boards",
            mottle=spread(0.04, 0.16, rng),
            grain=spread(0.02, 0.08, rng),
            relief=rng.uniform(0.35, 1.0) if grazing else rng.uniform(0.05, 0.4),
            relief_px=spread(4.0, 16.0, rng),
            towards_light=_SIDES[int(rng.integers(len(_SIDES)))],
            stones=spread(0.1, 0.5, rng) if coarse or chance(0.4, rng) else 0.0,
            stone_px=spread(4.0, 14.0, rng),
            pits=spread(0.005, 0.1, rng) if chance(0.5, rng) else 0.0,
            runs=runs * (-0.6 if chance(0.3, rng) else 1.0),
            moss=rng.uniform(0.25, 0.85) if chance(0.9 if kind == "mossy" else 0.2, rng) else 0.0,
            lime=rng.uniform(0.1, 0.5) if chance(0.3, rng) else 0.0,
        )


def weathered_surface(height_px: int, width_px: int, rng: np.random.Generator) -> FloatImage:
    """Return a random weathered surface, perhaps with plank lines, without cracks.

    Args:
        height_px: Rows.
        width_px: Columns.
        rng: Source of the look and of all details.

    Returns:
        (height_px, width_px, 3) float32 RGB, 0 to 255, not rounded.
    """
    return weathered_boards(height_px, width_px, rng).surface


def weathered_boards(
    height_px: int, width_px: int, rng: np.random.Generator, *, look: WeatheredLook | None = None
) -> Boarded:
    """Return a weathered surface with the mask and the course of its plank lines.

    Args:
        height_px: Rows.
        width_px: Columns.
        rng: Source of all details.
        look: The kind of surface; default: random.

    Returns:
        The surface; without boards the mask is empty and there are no lines.
    """
    look = look or WeatheredLook.draw(rng)
    shape = (height_px, width_px)
    shade, height = _texture(shape, look, rng)
    down, right = look.towards_light
    lit = height - shifted(height, -down, -right)
    shade += np.float32(look.relief) * np.clip(lit, -0.45, 0.45)
    tint = np.float32(0.035) * _broad(shape, 70.0, 3, 0.5, 4, rng)
    red, green, blue = (np.float32(c) for c in look.colour)
    shade = np.maximum(shade, 0.12)
    surface = np.stack(
        [shade * red * (1.0 + tint), shade * green, shade * blue * (1.0 - 1.3 * tint)], axis=2
    )
    boarded = Boarded(surface, np.zeros(shape, dtype=np.float32), ())
    if look.boards:
        boarded = mark_boards(surface, rng)
    surface = _weathered(boarded.surface, shade, look, rng)
    return Boarded(np.clip(surface, 2.0, 250.0), boarded.mask, boarded.lines)


def _texture(
    shape: tuple[int, int], look: WeatheredLook, rng: np.random.Generator
) -> tuple[FloatImage, FloatImage]:
    """Return the brightness, about 1, and the height of the relief, (H, W) each."""
    mottle = _broad(shape, rng.uniform(60.0, 160.0), 4, 0.68, 4, rng)
    shade = 1.0 + np.float32(1.4 * look.mottle) * mottle
    shade += np.float32(0.7 * look.mottle) * fractal_noise(
        *shape, rng.uniform(6, 14), rng, octaves=2
    )
    noise = rng.random(shape, dtype=np.float32) + rng.random(shape, dtype=np.float32) - 1.0
    fine = value_noise(*shape, rng.uniform(1.6, 3.0), rng) + noise
    shade += np.float32(look.grain) * fine
    height = fractal_noise(*shape, look.relief_px, rng, octaves=3, persistence=0.6)
    if look.stones:
        for cell_px in (look.stone_px, 0.45 * look.stone_px + 1.0):
            stones = scatter_stones(*shape, cell_px, rng.uniform(0.3, 0.8), rng)
            shade += np.float32(look.stones) * stones.tone * stones.share
            height += np.float32(0.5) * stones.height
    if look.pits:
        pits = scatter_stones(*shape, rng.uniform(5.0, 11.0), look.pits, rng)
        shade *= 1.0 - np.float32(rng.uniform(0.1, 0.55)) * pits.share
        height -= np.float32(0.6) * pits.height
    return shade, height


def _weathered(
    surface: FloatImage, shade: FloatImage, look: WeatheredLook, rng: np.random.Generator
) -> FloatImage:
    """Return the surface with water runs, moss and lime."""
    shape = shade.shape
    if look.runs:
        loss = np.float32(look.runs) * _runs(shape, rng)
        warm = np.array([0.95, 1.0, 1.08], dtype=np.float32)
        surface = surface * (1.0 - loss[:, :, None] * warm)
    ragged = value_noise(shape[0], shape[1], 2.2, rng) if look.moss or look.lime else shade
    for strength, colours in ((look.moss, _MOSSES), (look.lime, (_LIME,))):
        if not strength:
            continue
        field = _broad(shape, rng.uniform(30.0, 150.0), 5, rng.uniform(0.6, 0.75), 2, rng)
        level, soft = rng.uniform(0.05, 0.35), spread(0.15, 0.8, rng)
        field += np.float32(0.12) * ragged + np.float32(0.1) * (shade - np.float32(1.0))
        cover = smoothstep((field - np.float32(level)) / np.float32(soft))
        cover *= np.float32(strength)
        tone = np.array(colours[int(rng.integers(len(colours)))], dtype=np.float32)
        tone *= np.float32(rng.uniform(0.75, 1.1) * min(1.0, 0.45 + look.colour[1] / 200.0))
        rough = np.clip(np.float32(0.5) + np.float32(0.5) * shade, 0.3, 1.4)
        surface = surface + cover[:, :, None] * (tone * rough[:, :, None] - surface)
    return surface


def _broad(
    shape: tuple[int, ...],
    cell_px: float,
    octaves: int,
    persistence: float,
    factor: int,
    rng: np.random.Generator,
) -> FloatImage:
    """Return `fractal_noise` whose finest cells are several px, made on a reduced picture."""
    small = fractal_noise(
        -(-shape[0] // factor),
        -(-shape[1] // factor),
        cell_px / factor,
        rng,
        octaves=octaves,
        persistence=persistence,
    )
    return enlarged(small, factor, shape[0], shape[1])


def _runs(shape: tuple[int, ...], rng: np.random.Generator) -> FloatImage:
    """Return the strength of vertical water runs, 0 to 1."""
    wide = _stretched(shape, rng.uniform(14.0, 40.0), rng.uniform(150.0, 500.0), rng)
    thin = _stretched(shape, rng.uniform(2.5, 8.0), rng.uniform(60.0, 300.0), rng)
    patches = _broad(shape, 120.0, 2, 0.5, 4, rng)
    level, soft = rng.uniform(-0.2, 0.4), rng.uniform(0.3, 0.9)
    return smoothstep((wide + 0.5 * thin + 0.7 * patches - np.float32(level)) / np.float32(soft))


def _stretched(
    shape: tuple[int, ...], cell_px: float, long_px: float, rng: np.random.Generator
) -> FloatImage:
    """Return noise, -1 to 1, whose cells are `cell_px` wide and `long_px` high."""
    ratio = cell_px / long_px
    small = value_noise(int(shape[0] * ratio) + 2, shape[1], cell_px, rng)
    at = np.arange(shape[0], dtype=np.float32) * np.float32(ratio)
    row = at.astype(np.intp)
    upper = small[row]
    noise: FloatImage = upper + (small[row + 1] - upper) * (at - row)[:, None].astype(np.float32)
    return noise
