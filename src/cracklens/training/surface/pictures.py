"""The pictures that the surface model learns from: surfaces that it is to know, and all else."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.detection.surface import CELL_PX, reduced
from cracklens.photos import read_photo
from cracklens.synthesis import SCENES, render_scene
from cracklens.training.surface.drawn import ELSEWHERE, elsewhere, masonry
from cracklens.training.surface.published import BRICKS, find_picture, find_pictures

Pixels = NDArray[np.uint8]

TILES, SCENE_SEEDS, WALLS, DRAWN = 700, 6, 60, 16
"""Tiles of METU, scenes of each kind, rendered brick walls, pictures of each kind of all else."""
_CROPS = 8
_LONGEST_PX = (320, 448, 640)
_PLAIN, _GREY = 6.0, 25.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the pictures lie; what is None is left out.

    Attributes:
        metu: folder with `Positive` and `Negative`.
        roads: folder with photographs of roads; the name up to "-" tells the data set.
        npm: folder `node_modules` with packages of `published.PICTURES`.
    """

    metu: Path | None = None
    roads: Path | None = None
    npm: Path | None = None


@dataclass(frozen=True, slots=True)
class SurfacePicture:
    """One picture to learn from.

    Attributes:
        group: what is held out together: a data set of surfaces, or one picture of something else.
        pixels: (H, W, 3), sides multiples of 32 px.
        surface: whether it shows a surface that the model is to know.
    """

    group: str
    pixels: Pixels
    surface: bool = True

    def counts(self) -> NDArray[np.bool_]:
        """Return (rows, columns) which cells of 32 px teach something.

        A plain grey cell may be sky or plaster, so it says nothing against a surface.
        """
        high, wide = self.pixels.shape[0] // CELL_PX, self.pixels.shape[1] // CELL_PX
        if self.surface:
            return np.ones((high, wide), bool)
        cells = self.pixels.astype(np.float32).reshape(high, CELL_PX, wide, CELL_PX, 3)
        contrast = cells.mean(axis=4).std(axis=(1, 3))
        colour = np.ptp(cells.mean(axis=(1, 3)), axis=2)
        return np.asarray((contrast >= _PLAIN) | (colour >= _GREY))


def training_pictures(sources: Sources, seed: int = 0) -> Iterator[SurfacePicture]:
    """Yield all training pictures; the same arguments give the same pictures."""
    rng = np.random.default_rng(seed)
    if sources.metu:
        yield from _tiles(sources.metu, rng)
    if sources.roads:
        yield from _roads(sources.roads, rng)
    yield from _rendered(rng)
    yield from _masonry(rng)
    yield from _published(sources.npm, rng)
    for name in ELSEWHERE:
        for _ in range(DRAWN):
            pixels = elsewhere(name, 320, 448, rng)
            yield SurfacePicture(f"rendered {name}", varied(pixels, rng), surface=False)


def varied(pixels: Pixels, rng: np.random.Generator, longest_px: int = 640) -> Pixels:
    """Return a picture reduced, with another exposure, cast and sharpness, at times grey."""
    found = reduced(pixels, longest_px).astype(np.float32)
    if rng.random() < 0.3:  # noqa: PLR2004
        found = np.repeat(found.mean(axis=2, keepdims=True), 3, axis=2)
    gamma, cast = np.exp(rng.normal(0, 0.2)), np.exp(rng.normal(0, 0.05, 3))
    found = 255 * (found / 255) ** gamma * cast * np.exp(rng.normal(0, 0.15))
    if rng.random() < 0.3:  # noqa: PLR2004
        found = cv2.GaussianBlur(found, (0, 0), rng.uniform(0.5, 1.5))
    turned = found[:, ::-1] if rng.random() < 0.5 else found  # noqa: PLR2004
    return np.ascontiguousarray(np.clip(turned, 0, 255).astype(np.uint8))


def _tiles(folder: Path, rng: np.random.Generator) -> Iterator[SurfacePicture]:
    for name in ("Positive", "Negative"):
        files = sorted((folder / name).iterdir())
        for index in rng.choice(len(files), min(TILES // 2, len(files)), replace=False):
            pixels = read_photo(files[index]).pixels
            side = max(64, round(len(pixels) * rng.uniform(0.5, 1.5)))
            scaled = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
            yield SurfacePicture("METU", varied(np.asarray(scaled, np.uint8), rng))


def _roads(folder: Path, rng: np.random.Generator) -> Iterator[SurfacePicture]:
    for file in sorted(folder.iterdir()):
        group = f"roads {file.name.split('-')[0]}"
        pixels = read_photo(file).pixels
        for longest_px in _LONGEST_PX:
            yield SurfacePicture(group, varied(pixels, rng, longest_px))
        yield SurfacePicture(group, varied(_crop(pixels, 0.4, rng), rng))


def _rendered(rng: np.random.Generator) -> Iterator[SurfacePicture]:
    for seed in range(SCENE_SEEDS):
        for kind in SCENES:
            pixels = render_scene(seed + 500, kind, width_px=1000, height_px=750).pixels
            yield SurfacePicture("rendered concrete", varied(pixels, rng))
            yield SurfacePicture("rendered concrete", varied(_crop(pixels, 0.5, rng), rng))


def _masonry(rng: np.random.Generator) -> Iterator[SurfacePicture]:
    for number in range(WALLS):
        pixels = masonry(320, 448 if number % 2 else 224, rng)
        yield SurfacePicture("masonry", varied(pixels, rng))
    bricks = find_picture(BRICKS)
    if bricks:
        pixels = read_photo(bricks).pixels
        for _ in range(_CROPS):
            yield SurfacePicture("masonry", varied(_crop(pixels, rng.uniform(0.4, 1), rng), rng))


def _published(npm: Path | None, rng: np.random.Generator) -> Iterator[SurfacePicture]:
    for picture, file in find_pictures("train", npm):
        pixels = read_photo(file).pixels
        pixels = pixels[: round(picture.rows * len(pixels))]
        yield SurfacePicture(picture.name, reduced(pixels), surface=False)
        for _ in range(_CROPS - 1):
            crop = _crop(pixels, rng.uniform(0.35, 1), rng)
            yield SurfacePicture(
                picture.name,
                varied(crop, rng, int(rng.choice(_LONGEST_PX))),
                surface=False,
            )


def _crop(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    high, wide = (round(share * side) for side in pixels.shape[:2])
    top = rng.integers(pixels.shape[0] - high + 1)
    left = rng.integers(pixels.shape[1] - wide + 1)
    return pixels[top : top + high, left : left + wide]
