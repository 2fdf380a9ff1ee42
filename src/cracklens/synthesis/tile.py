"""One labelled tile: concrete with or without cracks, and perhaps a look-alike of a crack."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.synthesis.camera import Camera, photograph
from cracklens.synthesis.concrete import render_concrete
from cracklens.synthesis.crack import RenderedCrack
from cracklens.synthesis.distractors import DISTRACTORS
from cracklens.synthesis.drawing import crack_coverage, draw_cracks
from cracklens.synthesis.noise import FloatImage
from cracklens.synthesis.paint import CrackLook, paint_cracks

SMALLEST_TILE_PX = 32
_DISTRACTOR_SHARE = {True: 0.4, False: 0.8}  # fewer on cracked tiles, which need room for the crack
_LEAST_WIDTH_PX, _MOST_WIDTH_PX = 2.5, 10.0
_LAYOUTS = ("single", "straight", "meander")


@dataclass(frozen=True)
class RenderedTile:
    """A tile with its ground truth.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        coverage: (H, W) float32 in [0, 1], the share of each pixel's area under any crack, before
            the blur of the camera; all 0 without cracks.
        cracks: The visible sections of all cracks; empty without cracks.
        distractor: (H, W) float32 in [0, 1], mask of the look-alike.
    """

    pixels: NDArray[np.uint8]
    coverage: FloatImage
    cracks: tuple[RenderedCrack, ...]
    distractor: FloatImage


def render_tile(cracked: bool, seed: int, size_px: int = 128) -> RenderedTile:
    """Return one square tile; the same arguments give the same tile.

    Cracks are 2 to 10 px wide, fade at their endpoints, may have branches, and pass through the
    middle half of the tile. Tiles of both labels may show one of `DISTRACTORS`. Brightness,
    contrast, colour, blur and noise have the same distribution for both labels.

    Args:
        cracked: Whether the tile shows a crack.
        seed: Any integer >= 0. The tiles of the two labels with one seed are independent.
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
    picture = render_concrete(size_px, size_px, rng)
    distractor = np.zeros((size_px, size_px), dtype=np.float32)
    if rng.random() < _DISTRACTOR_SHARE[cracked]:
        add = list(DISTRACTORS.values())[int(rng.integers(len(DISTRACTORS)))]
        distraction = add(picture, rng)
        picture, distractor = distraction.surface, distraction.mask
    cracks: tuple[RenderedCrack, ...] = ()
    if cracked:
        cracks = draw_cracks(
            size_px,
            size_px,
            rng,
            least_width_px=_LEAST_WIDTH_PX,
            most_width_px=_MOST_WIDTH_PX,
            layouts=_LAYOUTS,
        )
        picture = paint_cracks(picture, cracks, rng, look=_open_look(rng))
    coverage = crack_coverage(cracks, size_px, size_px)
    return RenderedTile(photograph(picture, _steady_camera(rng), rng), coverage, cracks, distractor)


def _open_look(rng: np.random.Generator) -> CrackLook:
    """Return the look of an open crack without deposits."""
    return replace(CrackLook.draw(rng), filling=0.0, lime=0.0, rust=0.0)


def _steady_camera(rng: np.random.Generator) -> Camera:
    """Return a camera with slight blur and noise and no compression."""
    return Camera(
        blur_px=rng.uniform(0.25, 0.75),
        contrast=rng.uniform(0.75, 1.15),
        read_noise=rng.uniform(0.4, 3.7),
    )
