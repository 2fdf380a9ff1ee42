"""A rendered photograph of a whole wall, about 12 MP, with all cracks and look-alikes known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.synthesis.camera import Camera, photograph
from cracklens.synthesis.concrete import render_concrete
from cracklens.synthesis.crack import RenderedCrack
from cracklens.synthesis.distractors import DISTRACTORS
from cracklens.synthesis.drawing import open_courses
from cracklens.synthesis.marker import Marker, place_marker
from cracklens.synthesis.noise import FloatImage, enlarged, fractal_noise, value_noise
from cracklens.synthesis.paint import CrackLook, paint_cracks
from cracklens.synthesis.scene_kinds import SCENES, SceneKind

SMALLEST_SCENE_PX = 600
_CLOUD_PX = 8  # large patches are drawn on a picture reduced by this factor
_FLAT = 128.0
_MARKER_MM = 30.0
_MARGIN_PX = 60  # around the cracks of a group, for stains and deposits


@dataclass(frozen=True)
class RenderedScene:
    """A photograph of a wall in a perpendicular view, with its ground truth.

    Attributes:
        kind: Name in `SCENES`.
        pixels: (H, W, 3) uint8 RGB.
        coverage: (H, W) uint8, 255 times the share of each pixel's area under any visible crack;
            it is 0 under objects in front of the wall.
        cracks: All cracks of the wall, also hidden ones.
        distractors: Mask (H, W) uint8, 0 or up to 255, of each look-alike in the picture, by its
            name in `DISTRACTORS`.
        mm_per_px: Ground sampling distance.
        marker: The marker that gives the scale.
    """

    kind: str
    pixels: NDArray[np.uint8]
    coverage: NDArray[np.uint8]
    cracks: tuple[RenderedCrack, ...]
    distractors: dict[str, NDArray[np.uint8]]
    mm_per_px: float
    marker: Marker


def render_scene(
    seed: int, kind: str | None = None, *, width_px: int = 4000, height_px: int = 3000
) -> RenderedScene:
    """Return one scene; the same arguments give the same scene.

    At 12 MP this takes a few seconds and about 0.8 GB.

    Args:
        seed: Any integer >= 0.
        kind: Name in `SCENES`; default: determined by the seed.
        width_px: Columns, at least 600.
        height_px: Rows, at least 600.

    Returns:
        The scene, without compression.

    Raises:
        UsageError: `seed` is negative, the size is too small, or the kind is unknown.
    """
    if seed < 0:
        raise UsageError(f"a seed must be at least 0, got {seed}")
    if min(width_px, height_px) < SMALLEST_SCENE_PX:
        raise UsageError(
            f"a scene must be at least {SMALLEST_SCENE_PX} px wide and high, "
            f"got {width_px} x {height_px} px"
        )
    kind = kind if kind is not None else list(SCENES)[seed % len(SCENES)]
    if kind not in SCENES:
        raise UsageError(f"no scene {kind!r}; known: {', '.join(SCENES)}")
    place = list(SCENES).index(kind)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, place])))
    wall = _Wall(height_px, width_px, SCENES[kind], rng)
    wall.draw_large(rng)
    for name in SCENES[kind].fine:
        wall.draw(name, rng)
    cracks: list[RenderedCrack] = []
    for group in SCENES[kind].plan(height_px, width_px, rng):
        opened = open_courses(group.courses, height_px, width_px, rng)
        wall.crack(opened, replace(CrackLook.draw(rng), **dict(group.look)), rng)
        cracks.extend(opened)
    for name in SCENES[kind].over:
        wall.draw(name, rng)
        hidden = wall.distractors[name] > 0
        wall.coverage[hidden] = 0
    marker = _marker(wall, SCENES[kind].mm_per_px, seed, rng)
    window = place_marker(wall.surface, marker)
    wall.coverage[window] = 0
    pixels = photograph(wall.surface, _camera(rng), rng)
    return RenderedScene(
        kind=kind,
        pixels=pixels,
        coverage=wall.coverage,
        cracks=tuple(cracks),
        distractors=wall.distractors,
        mm_per_px=SCENES[kind].mm_per_px,
        marker=marker,
    )


class _Wall:
    """A wall on which a scene is drawn, with its ground truth."""

    def __init__(
        self, height_px: int, width_px: int, kind: SceneKind, rng: np.random.Generator
    ) -> None:
        self.kind = kind
        self.coverage: NDArray[np.uint8] = np.zeros((height_px, width_px), dtype=np.uint8)
        self.distractors: dict[str, NDArray[np.uint8]] = {}
        self.surface: FloatImage = render_concrete(height_px, width_px, rng, look=kind.concrete)
        clouds = _clouds(height_px, width_px, kind.weather, rng)
        self.surface *= enlarged(clouds, _CLOUD_PX, height_px, width_px)[:, :, None]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.coverage.shape[0], self.coverage.shape[1]

    def draw_large(self, rng: np.random.Generator) -> None:
        """Draw each large look-alike on a reduced picture and enlarge it."""
        height_px, width_px = self.shape
        for name, times in self.kind.large:
            small = (-(-height_px // times), -(-width_px // times), 3)
            drawn = DISTRACTORS[name](np.full(small, _FLAT, dtype=np.float32), rng)
            factor = drawn.surface * np.float32(1 / _FLAT)
            self.surface *= enlarged(factor, times, height_px, width_px)
            large = drawn.mask.repeat(times, axis=0)[:height_px].repeat(times, axis=1)
            self._mark(name, large[:, :width_px])

    def draw(self, name: str, rng: np.random.Generator) -> None:
        """Draw a look-alike at the size that it has on a tile."""
        drawn = DISTRACTORS[name](self.surface, rng)
        self.surface = drawn.surface
        self._mark(name, drawn.mask)

    def crack(
        self, cracks: Sequence[RenderedCrack], look: CrackLook, rng: np.random.Generator
    ) -> None:
        """Paint cracks in the part of the wall around them."""
        if not cracks:
            return
        windows = [crack.window for crack in cracks]
        top = max(min(rows.start for rows, _ in windows) - _MARGIN_PX, 0)
        left = max(min(columns.start for _, columns in windows) - _MARGIN_PX, 0)
        bottom = min(max(rows.stop for rows, _ in windows) + _MARGIN_PX, self.shape[0])
        right = min(max(columns.stop for _, columns in windows) + _MARGIN_PX, self.shape[1])
        own = [
            replace(
                crack,
                points_px=crack.points_px - np.array([left, top]),
                corner_px=(crack.corner_px[0] - top, crack.corner_px[1] - left),
                shape=(bottom - top, right - left),
            )
            for crack in cracks
        ]
        part = slice(top, bottom), slice(left, right)
        self.surface[part] = paint_cracks(self.surface[part], own, rng, look=look)
        for crack in cracks:
            under = self.coverage[crack.window]
            np.maximum(under, np.rint(crack.part * 255.0).astype(np.uint8), out=under)

    def _mark(self, name: str, mask: FloatImage) -> None:
        """Add a mask to that of one kind of look-alike."""
        eight_bits = np.rint(mask * np.float32(255.0)).astype(np.uint8)
        known = self.distractors.get(name)
        self.distractors[name] = eight_bits if known is None else np.maximum(known, eight_bits)


def _clouds(height_px: int, width_px: int, strength: float, rng: np.random.Generator) -> FloatImage:
    """Return large patches and streaks as brightness factors, reduced by `_CLOUD_PX`."""
    rows, columns = -(-height_px // _CLOUD_PX), -(-width_px // _CLOUD_PX)
    cell_px = max(rows, columns) / 2.5
    clouds = fractal_noise(rows, columns, cell_px, rng, octaves=6, persistence=0.6)
    # Vertical streaks of water: noise on a few rows, stretched to the full height.
    streaks = value_noise(-(-rows // 32), columns, 3.0, rng)
    streaks += value_noise(-(-rows // 32), columns, 9.0, rng)
    streaks = enlarged(streaks.repeat(32, axis=0)[:rows], 1, rows, columns)
    factors: FloatImage = 1.0 + np.float32(strength) * (2.2 * clouds + 0.12 * streaks)
    return np.maximum(factors, np.float32(0.3))


def _marker(wall: _Wall, mm_per_px: float, seed: int, rng: np.random.Generator) -> Marker:
    """Return a marker in the corner in which it hides the fewest crack pixels."""
    height_px, width_px = wall.shape
    side_px = min(_MARKER_MM / mm_per_px, 0.15 * min(height_px, width_px))
    inset = side_px * rng.uniform(1.1, 1.5)
    corners = [(x, y) for y in (inset, height_px - inset) for x in (inset, width_px - inset)]

    def hidden(corner: tuple[float, float]) -> int:
        x, y, reach = int(corner[0]), int(corner[1]), int(side_px)
        return int(np.count_nonzero(wall.coverage[y - reach : y + reach, x - reach : x + reach]))

    best = min(corners, key=hidden)
    return Marker(
        number=seed % 50,
        side_mm=side_px * mm_per_px,
        middle_px=best,
        side_px=side_px,
        turn_deg=rng.uniform(-4.0, 4.0),
    )


def _camera(rng: np.random.Generator) -> Camera:
    """Return a good, steady camera."""
    return Camera(
        blur_px=rng.uniform(0.5, 0.85),
        exposure=rng.uniform(0.95, 1.1),
        vignette=rng.uniform(0.05, 0.16),
        shot_noise=rng.uniform(1.0, 2.0),
        read_noise=rng.uniform(0.5, 1.0),
        sharpening=rng.uniform(0.2, 0.6),
        tone=rng.uniform(0.0, 0.15),
        contrast=rng.uniform(1.0, 1.1),
    )
