"""Appearance of cracks: darkness, shading, chipped edges, fillings, dirt, efflorescence, rust."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from cracklens.synthesis.crack import RenderedCrack
from cracklens.synthesis.noise import (
    FloatImage,
    blur,
    enlarged,
    fractal_noise,
    shifted,
    smoothstep,
    value_noise,
)

_DARKEST = 0.97  # every crack reflects some light
_SIDES = ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (1, 0), (0, -1), (-1, 0))
_COARSE_PX = 8
_LIME, _RUST, _DIRT = (1.0, 0.985, 0.95), (1.0, 0.78, 0.52), (1.0, 0.975, 0.93)


@dataclass(frozen=True)
class CrackLook:
    """Parameters of the appearance of cracks.

    Attributes:
        depth: 0 for the faintest crack of a given width, 1 for the darkest.
        towards_light: Direction to the light, in rows down and columns right.
        lit_wall: Relative brightening of the crack wall that faces the light.
        wall_px: Visible depth of that wall, as a share of the crack width.
        lit_edge: Relative brightening of the edge that faces the light.
        chips: Approximate share of the edge that is chipped; 0 for sharp edges.
        filling: Approximate share of the length that is filled; 0 for open cracks.
        filling_tone: Brightness of the filling relative to the concrete.
        dirt: Relative darkening next to the crack by dirt or moisture.
        dirt_px: Range of that darkening.
        lime: Efflorescence: largest opacity of the white deposits; 0 for none.
        rust: The same for rust stains.
    """

    depth: float
    towards_light: tuple[int, int]
    lit_wall: float
    wall_px: float
    lit_edge: float
    chips: float
    filling: float
    filling_tone: float
    dirt: float
    dirt_px: float
    lime: float
    rust: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Return a random look; most cracks are open and clean."""
        some = rng.random(6)
        return cls(
            depth=1.0 - rng.random() ** 1.4,
            towards_light=_SIDES[int(rng.integers(len(_SIDES)))],
            lit_wall=rng.uniform(0.0, 0.75),
            wall_px=rng.uniform(0.1, 0.6),
            lit_edge=rng.uniform(0.1, 0.75) if some[0] < 0.5 else 0.0,  # noqa: PLR2004
            chips=rng.uniform(0.1, 0.9) if some[1] < 0.45 else 0.0,  # noqa: PLR2004
            filling=rng.uniform(0.1, 0.8) if some[2] < 0.2 else 0.0,  # noqa: PLR2004
            filling_tone=rng.uniform(0.6, 1.15),
            dirt=rng.uniform(0.03, 0.28) if some[3] < 0.35 else 0.0,  # noqa: PLR2004
            dirt_px=rng.uniform(1.5, 9.0),
            lime=rng.uniform(0.25, 0.95) if some[4] < 0.12 else 0.0,  # noqa: PLR2004
            rust=rng.uniform(0.15, 0.6) if some[5] < 0.05 else 0.0,  # noqa: PLR2004
        )


def paint_cracks(
    surface: FloatImage,
    cracks: Sequence[RenderedCrack],
    rng: np.random.Generator,
    *,
    look: CrackLook | None = None,
) -> FloatImage:
    """Return the surface with the cracks painted on it.

    A wide crack is deep and therefore dark; only a narrow crack can be faint. Fillings and deposits
    brighten parts of a crack, so its ground truth is the coverage, not the brightness.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255: rendered, or a photograph.
        cracks: Cracks with a coverage of (H, W).
        rng: Source of contrast, wear and deposits.
        look: Their appearance; default: random.

    Returns:
        A new array of the same shape, not rounded and not clipped.
    """
    look = look or CrackLook.draw(rng)
    if not cracks:
        return surface.copy()
    cover, dark = _cover_and_darkness(cracks, surface.shape[:2], look, rng)
    width_px = max(_mean_width(crack) for crack in cracks)
    height_px, columns_px = cover.shape
    around = _smoothed(surface)
    wear = fractal_noise(height_px, columns_px, 9.0, rng, octaves=3)
    slow = value_noise(height_px, columns_px, 40.0, rng)
    picture = surface
    if look.dirt or look.rust:
        picture = _stained(picture, cover, slow, wear, look)
    if look.chips:
        picture = _chipped(picture, cover, width_px, look, rng)
    picture = _opened(picture, around, cover, dark, wear, width_px, look)
    if look.filling:
        picture = _filled(picture, around, cover, slow, look, rng)
    if look.lime:
        picture = _limed(picture, around, cover, slow, wear, look, rng)
    return picture


def _cover_and_darkness(
    cracks: Sequence[RenderedCrack],
    shape: tuple[int, ...],
    look: CrackLook,
    rng: np.random.Generator,
) -> tuple[FloatImage, FloatImage]:
    """Return the coverage of all cracks, and the coverage times the darkness, both (H, W)."""
    cover, dark = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    for crack in cracks:
        faintest = min(0.1 + 0.055 * _mean_width(crack), 0.65)
        depth = min(max(look.depth + rng.uniform(-0.15, 0.15), 0.0), 1.0)
        contrast = faintest + (_DARKEST - faintest) * depth
        under, inside = cover[crack.window], dark[crack.window]
        np.maximum(under, crack.part, out=under)
        np.maximum(inside, crack.part * np.float32(contrast), out=inside)
    return cover, dark


def _mean_width(crack: RenderedCrack) -> float:
    """Return the mean width of a crack over its open points."""
    opened = crack.width_px[crack.width_px > 0]
    return math.fsum(opened.tolist()) / opened.size if opened.size else 0.0


def _opened(
    picture: FloatImage,
    around: FloatImage,
    cover: FloatImage,
    dark: FloatImage,
    wear: FloatImage,
    width_px: float,
    look: CrackLook,
) -> FloatImage:
    """Darken the inside, less on the wall that faces the light, and brighten the lit edge."""
    down, right = look.towards_light
    reach_px = min(max(1, round(look.wall_px * width_px)), 8)
    # The visible wall is at the edge away from the light; the rim of that edge is lit as well.
    wall = np.clip(cover - shifted(cover, down * reach_px, right * reach_px), 0.0, 1.0)
    if reach_px > 1:
        wall = blur(wall, 0.3 * reach_px) * cover
    inside = dark * (0.92 + 0.16 * wear) * (1.0 - np.float32(look.lit_wall) * wall)
    inside = np.clip(inside, 0.0, _DARKEST)
    rim_px = 1 + (width_px > 6.0) + (width_px > 14.0)  # noqa: PLR2004
    rim = np.clip(shifted(cover, -down * rim_px, -right * rim_px) - cover, 0.0, 1.0)
    strength = look.lit_edge * min(1.0, 0.2 * width_px)
    lit = np.float32(strength) * rim * np.clip(wear * 3.0 + 0.3, 0.0, 1.0)
    # Grain and pores of the surface are not visible inside the crack.
    mixed = picture + (0.7 * cover)[:, :, None] * (around - picture)
    painted: FloatImage = mixed * (1.0 - inside + lit)[:, :, None]
    return painted


def _chipped(
    picture: FloatImage,
    cover: FloatImage,
    width_px: float,
    look: CrackLook,
    rng: np.random.Generator,
) -> FloatImage:
    """Add shallow chips at the edges, each with a lit and a shaded side."""
    height_px, columns_px = cover.shape
    reach_px = min(0.9 + 0.22 * width_px, 5.0)
    near = blur(np.minimum(2.5 * cover, 1.0), reach_px)
    cell_px = rng.uniform(3.0, 6.0) + 0.4 * width_px
    noise = fractal_noise(height_px, columns_px, cell_px, rng, octaves=3, persistence=0.6)
    chip = smoothstep((near * 1.6 + noise * 0.9 + np.float32(look.chips - 1.35)) * 5.0)
    chip *= near > 0.02  # noqa: PLR2004
    down, right = look.towards_light
    slope = chip - shifted(chip, down, right)
    tone = np.float32(rng.uniform(-0.3, 0.12))
    factor: FloatImage = 1.0 + tone * chip + np.float32(rng.uniform(0.1, 0.4)) * slope
    rough: FloatImage = rng.random(cover.shape, dtype=np.float32) - np.float32(0.5)
    rough = np.float32(1.0) + np.float32(0.12) * chip * rough
    chipped: FloatImage = picture * (factor * rough)[:, :, None]
    return chipped


def _filled(
    picture: FloatImage,
    around: FloatImage,
    cover: FloatImage,
    slow: FloatImage,
    look: CrackLook,
    rng: np.random.Generator,
) -> FloatImage:
    """Fill parts of the opening with dust or sealer."""
    share = smoothstep((slow * 0.9 + np.float32(look.filling * 1.8 - 0.9)) * 2.5 + 0.5)
    grain: FloatImage = rng.random(cover.shape, dtype=np.float32) - np.float32(0.5)
    tone: FloatImage = np.float32(look.filling_tone) * (1.0 + 0.12 * grain)
    amount = (np.float32(0.9) * share * cover)[:, :, None]
    filled: FloatImage = picture + amount * (around * tone[:, :, None] - picture)
    return filled


def _stained(
    picture: FloatImage, cover: FloatImage, slow: FloatImage, wear: FloatImage, look: CrackLook
) -> FloatImage:
    """Darken the concrete next to the crack, or tint it with rust."""
    near = blur(np.minimum(2.0 * cover, 1.0), look.dirt_px)
    near = np.minimum(near * np.float32(1.5 + 0.12 * look.dirt_px), 1.0)
    near *= np.clip(0.75 + 0.5 * slow + 0.35 * wear, 0.0, 1.0)
    loss = near * np.float32(look.dirt)
    stained: FloatImage = picture * (1.0 - loss[:, :, None] * _colour_loss(_DIRT, 1.0))
    if look.rust:
        rust = near * np.clip(1.3 * slow + 0.6, 0.0, 1.0) * np.float32(look.rust)
        stained *= 1.0 - rust[:, :, None] * _colour_loss(_RUST, 0.25)
    return stained


def _limed(
    picture: FloatImage,
    around: FloatImage,
    cover: FloatImage,
    slow: FloatImage,
    wear: FloatImage,
    look: CrackLook,
    rng: np.random.Generator,
) -> FloatImage:
    """Add white deposits on and next to the crack, and below it."""
    aside = shifted(cover, int(rng.integers(-2, 4)), int(rng.integers(-2, 3)))
    near = np.minimum(blur(np.minimum(2.5 * aside, 1.0), rng.uniform(1.2, 4.0)) * 2.2, 1.0)
    for _ in range(int(rng.integers(0, 9))):
        near = np.maximum(near, np.float32(rng.uniform(0.8, 0.97)) * shifted(near, 3, 0))
    thick = smoothstep(near * 1.3 + slow * 0.7 + wear * 0.8 - 0.65) * np.float32(look.lime)
    thick *= 1.0 - np.float32(rng.uniform(0.3, 1.0)) * cover  # the opening often stays dark
    light = np.float32(0.75 * min(float(np.median(around)) * 1.25 + 35.0, 245.0))
    white: FloatImage = np.array(_LIME, dtype=np.float32) * light + np.float32(0.25) * around
    limed: FloatImage = picture + thick[:, :, None] * (white - picture)
    return limed


def _colour_loss(tint: tuple[float, float, float], darkness: float) -> FloatImage:
    """Return the relative loss of each channel: `darkness` plus the loss by the tint."""
    loss: FloatImage = np.float32(1.0 + darkness) - np.array(tint, dtype=np.float32)
    return loss


def _smoothed(surface: FloatImage) -> FloatImage:
    """Return the surface without detail: block means with linear interpolation."""
    height_px, columns_px = surface.shape[:2]
    pad = [(0, -height_px % _COARSE_PX), (0, -columns_px % _COARSE_PX), (0, 0)]
    padded = np.pad(surface, pad, mode="edge")
    # Added one by one, because the summation order of `sum` differs between platforms.
    rows = padded[::_COARSE_PX].copy()
    for offset in range(1, _COARSE_PX):
        rows += padded[offset::_COARSE_PX]
    means = rows[:, ::_COARSE_PX].copy()
    for offset in range(1, _COARSE_PX):
        means += rows[:, offset::_COARSE_PX]
    means *= np.float32(1 / _COARSE_PX**2)
    return enlarged(means, _COARSE_PX, height_px, columns_px)
