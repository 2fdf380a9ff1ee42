"""Training pictures cut from rendered walls, where a line runs on far beyond the crop."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.synthesis import SCENES, RenderedScene, render_scene
from cracklens.training.segment.target import crack_target

_WIDTH_PX = (1400, 3200)
_SHAPE = 0.75  # rows for each column
_PANELS_SHARE = 0.4
_PANELS = "panels with joints"  # nearly straight cracks beside straight joints: the hardest
_ON_CRACK_SHARE, _ON_LOOKALIKE_SHARE = 0.6, 0.25
_THERE = 60  # of 255, in a mask


@dataclass(frozen=True, slots=True)
class SceneCrop:
    """A crop of a wall; arrays as in `RenderedPicture`."""

    pixels: NDArray[np.uint8]
    crack: NDArray[np.uint8]
    lookalike: NDArray[np.uint8]


def scene_crops(seed: int, count: int, side_px: int) -> Iterator[SceneCrop]:
    """Yield crops of one wall: most around its cracks, some around its look-alikes.

    Args:
        seed: the same seed gives the same crops.
        count: number of crops.
        side_px: side of a crop.
    """
    rng = np.random.default_rng([seed, 78])
    others = [name for name in SCENES if name != _PANELS]
    kind = _PANELS if rng.random() < _PANELS_SHARE else others[int(rng.integers(len(others)))]
    width = int(rng.integers(*_WIDTH_PX))
    height = int(_SHAPE * width)
    scene = render_scene(int(rng.integers(2**31)), kind, width_px=width, height_px=height)
    crack = np.rint(255 * crack_target(scene.cracks, height, width)).astype(np.uint8)
    crack[scene.coverage == 0] = 0
    like = _lookalikes(scene)
    places = [np.argwhere(mask[::4, ::4] > _THERE) * 4 for mask in (crack, like)]
    for _ in range(count):
        top, left = _corner(places, crack.shape, side_px, rng)
        part = slice(top, top + side_px), slice(left, left + side_px)
        yield SceneCrop(scene.pixels[part], crack[part], like[part])


def _lookalikes(scene: RenderedScene) -> NDArray[np.uint8]:
    mask = np.zeros(scene.coverage.shape, np.uint8)
    for one in scene.distractors.values():
        np.maximum(mask, one, out=mask)
    return mask


def _corner(
    places: list[NDArray[np.intp]],
    shape: tuple[int, ...],
    side_px: int,
    rng: np.random.Generator,
) -> tuple[int, int]:
    """Return the top left corner of a crop around a crack, a look-alike or any place."""
    chance = rng.random()
    near = places[0] if chance < _ON_CRACK_SHARE else places[1]
    most = np.array(shape) - side_px
    if not len(near) or chance > _ON_CRACK_SHARE + _ON_LOOKALIKE_SHARE:
        top, left = rng.integers(0, most + 1)
        return int(top), int(left)
    middle = near[int(rng.integers(len(near)))]
    aside = rng.integers(-side_px // 3, side_px // 3 + 1, 2)
    top, left = np.clip(middle + aside - side_px // 2, 0, most)
    return int(top), int(left)
