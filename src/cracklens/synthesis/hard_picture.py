"""Training pictures of what is hard: faint cracks on weathered concrete, among look-alikes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.synthesis.boards import Boarded, Line, print_one_joint
from cracklens.synthesis.camera import Camera, photograph
from cracklens.synthesis.concrete import render_concrete
from cracklens.synthesis.crack import RenderedCrack
from cracklens.synthesis.distractors import CASTS_SHADOW, DISTRACTORS, IN_FRONT
from cracklens.synthesis.distractors.edges import add_member_edge
from cracklens.synthesis.drawing import crack_coverage
from cracklens.synthesis.faint_cracks import draw_faint_cracks, paint_faint_cracks
from cracklens.synthesis.noise import FloatImage
from cracklens.synthesis.weathered import weathered_boards

SMALLEST_HARD_PICTURE_PX = 64
_STREAM, _EDGE_STREAM = 41, 47  # separate these pictures from others with the same seed
MEMBER_EDGE = "member edge"
_EDGE_SHARE = 0.15
_CRACKED_SHARE, _WEATHERED_SHARE, _JOINT_SHARE = 0.65, 0.5, 0.2
_LOOKALIKE_SHARES = {True: (0.35, 0.35, 0.2, 0.1), False: (0.15, 0.4, 0.3, 0.15)}
_HIDES_FROM = 0.3  # share of a pixel under an object


@dataclass(frozen=True)
class RenderedSurface:
    """A picture with its ground truth.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        cracks: All cracks, also hidden ones.
        crack_coverage: (H, W) float32 in [0, 1], the share of each pixel's area under a visible
            crack; 0 under objects in front of the surface.
        lookalikes: Mask (H, W) uint8, 0 to 255, of each look-alike by its name in `DISTRACTORS`, or
            `MEMBER_EDGE`.
        hidden: (H, W) bool, pixels on which an object in front hides the surface.
    """

    pixels: NDArray[np.uint8]
    cracks: tuple[RenderedCrack, ...]
    crack_coverage: FloatImage
    lookalikes: dict[str, NDArray[np.uint8]]
    hidden: NDArray[np.bool_]


def render_hard_picture(
    seed: int, height_px: int, width_px: int, background: FloatImage | None = None
) -> RenderedSurface:
    """Return one picture; the same arguments give the same picture.

    Args:
        seed: Any integer >= 0.
        height_px: Rows, at least 64.
        width_px: Columns, at least 64.
        background: (height_px, width_px, 3) float32 RGB, 0 to 255, without cracks, for the half of
            the pictures that do not show weathered concrete; default: rendered concrete.

    Returns:
        The picture with its ground truth.

    Raises:
        UsageError: The seed is negative, the size too small, or the background has another size.
    """
    _check(seed, height_px, width_px, background)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _STREAM])))
    picture = _Picture(_surface(height_px, width_px, background, rng))
    own = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _EDGE_STREAM])))
    if own.random() < _EDGE_SHARE:
        edge = add_member_edge(picture.surface, own)
        picture.surface = edge.surface
        picture.mark(MEMBER_EDGE, edge.mask)
    cracked = bool(rng.random() < _CRACKED_SHARE)
    if rng.random() < _JOINT_SHARE and not picture.lines:
        joint = print_one_joint(picture.surface, rng)
        picture.surface, picture.lines = joint.surface, joint.lines
        picture.mark("formwork line", joint.mask)
    names = list(DISTRACTORS)
    count = int(rng.choice(4, p=_LOOKALIKE_SHARES[cracked]))
    chosen = [names[int(rng.integers(len(names)))] for _ in range(count)]
    late = CASTS_SHADOW | IN_FRONT
    picture.draw([name for name in chosen if name not in late], rng)
    cracks: tuple[RenderedCrack, ...] = ()
    if cracked:
        cracks = draw_faint_cracks(height_px, width_px, rng, lines=picture.lines)
        picture.surface = paint_faint_cracks(picture.surface, cracks, rng)
    picture.draw([name for name in chosen if name in CASTS_SHADOW], rng)
    picture.draw([name for name in chosen if name in IN_FRONT], rng)
    coverage = crack_coverage(cracks, height_px, width_px)
    coverage[picture.hidden] = 0.0
    pixels = photograph(np.clip(picture.surface, 0.0, 255.0), Camera.draw(rng), rng)
    return RenderedSurface(pixels, cracks, coverage, picture.lookalikes, picture.hidden)


class _Picture:
    """A surface on which look-alikes are drawn, with their masks."""

    def __init__(self, boarded: Boarded) -> None:
        self.surface: FloatImage = boarded.surface
        self.lines: tuple[Line, ...] = boarded.lines
        self.hidden: NDArray[np.bool_] = np.zeros(boarded.mask.shape, dtype=np.bool_)
        self.lookalikes: dict[str, NDArray[np.uint8]] = {}
        if boarded.lines:
            self.mark("plank lines", boarded.mask)

    def draw(self, names: Sequence[str], rng: np.random.Generator) -> None:
        """Draw look-alikes; what is behind one in front is no longer visible."""
        for name in names:
            drawn = DISTRACTORS[name](self.surface, rng)
            self.surface = drawn.surface
            if name in IN_FRONT:
                over = (drawn.mask if drawn.hidden is None else drawn.hidden) > _HIDES_FROM
                self.hidden |= over
                for known in self.lookalikes.values():
                    known[over] = 0
            self.mark(name, drawn.mask)

    def mark(self, name: str, mask: FloatImage) -> None:
        """Add a mask to that of one kind of look-alike."""
        eight_bits = np.rint(np.clip(mask, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)
        known = self.lookalikes.get(name)
        self.lookalikes[name] = eight_bits if known is None else np.maximum(known, eight_bits)


def _surface(
    height_px: int, width_px: int, background: FloatImage | None, rng: np.random.Generator
) -> Boarded:
    """Return weathered concrete, or the background, without cracks."""
    if rng.random() < _WEATHERED_SHARE:
        return weathered_boards(height_px, width_px, rng)
    if background is None:
        background = render_concrete(height_px, width_px, rng)
    return Boarded(
        background.astype(np.float32), np.zeros((height_px, width_px), dtype=np.float32), ()
    )


def _check(seed: int, height_px: int, width_px: int, background: FloatImage | None) -> None:
    """Raise a `UsageError` unless the arguments are usable."""
    if seed < 0:
        raise UsageError(f"a seed must be at least 0, got {seed}")
    if min(height_px, width_px) < SMALLEST_HARD_PICTURE_PX:
        raise UsageError(
            f"a picture must be at least {SMALLEST_HARD_PICTURE_PX} px wide and high, "
            f"got {width_px} x {height_px} px"
        )
    if background is not None and background.shape != (height_px, width_px, 3):
        raise UsageError(
            f"the background must have the shape {(height_px, width_px, 3)}, got {background.shape}"
        )
