"""A bank of rendered training pictures with exact masks, cached on disk."""

import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.files import writing
from cracklens.machine import available_cpus
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress
from cracklens.synthesis import (
    CASTS_SHADOW,
    DISTRACTORS,
    IN_FRONT,
    Camera,
    RenderedCrack,
    RenderedSurface,
    draw_cracks,
    paint_cracks,
    photograph,
    render_concrete,
    render_hard_picture,
    render_masonry_picture,
)
from cracklens.training.segment.scene_crops import SceneCrop, scene_crops
from cracklens.training.segment.target import crack_target
from cracklens.training.shards import run_shards, shard_done

SIDE_PX = 384
FORMAT = "4"
"""Version of the rendering; a new value makes cached pictures invalid."""

_SHARD = 16
_SCENE_EVERY = 4  # each fourth shard is cut from one rendered wall
_HARD_SHARE, _MASONRY_SHARE = 0.5, 0.2
_CRACKED_SHARE = 0.6
_REAL_BACKGROUND_SHARE = 0.6
_MOSAIC_SHARE = 0.4
_LIKE_SHARES = {True: (0.45, 0.4, 0.15), False: (0.15, 0.5, 0.35)}  # none, one, two look-alikes
_LATE = IN_FRONT | CASTS_SHADOW


@dataclass(frozen=True, slots=True)
class RenderedPicture:
    """A training picture.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        crack: (H, W) uint8, 255 on a crack, for a hairline on its centreline.
        lookalike: (H, W) uint8, 255 on objects that look like a crack.
        cracks: exact geometry of the cracks; empty for a picture read from a bank.
    """

    pixels: NDArray[np.uint8]
    crack: NDArray[np.uint8]
    lookalike: NDArray[np.uint8]
    cracks: tuple[RenderedCrack, ...] = ()


def render_picture(
    seed: int,
    backgrounds: Sequence[Path] = (),
    *,
    distractors: bool = True,
    side_px: int = SIDE_PX,
) -> RenderedPicture:
    """Render one picture: rendered or real concrete, with or without cracks and look-alikes.

    With look-alikes, a part of the pictures is that of `render_hard_picture`, and another part that
    of `render_masonry_picture`.

    Args:
        seed: the same seed and backgrounds give the same picture.
        backgrounds: real crack-free pictures, used for a part of the pictures.
        distractors: whether to draw look-alikes.
        side_px: side of the square picture.
    """
    rng = np.random.default_rng([seed, 77])
    surface = _background(backgrounds, side_px, rng)
    if distractors and rng.random() < _HARD_SHARE:
        return _known(render_hard_picture(int(rng.integers(2**62)), side_px, side_px, surface))
    if distractors and rng.random() < _MASONRY_SHARE:
        return _known(render_masonry_picture(int(rng.integers(2**62)), side_px, side_px))
    cracked = bool(rng.random() < _CRACKED_SHARE)
    count = int(rng.choice(3, p=_LIKE_SHARES[cracked])) if distractors else 0
    names = sorted(DISTRACTORS)
    chosen = [names[int(rng.integers(len(names)))] for _ in range(count)]
    lookalike = np.zeros((side_px, side_px), np.float32)
    cracks = draw_cracks(side_px, side_px, rng) if cracked else ()
    for late in (False, True):
        if late and cracks:
            surface = paint_cracks(surface, cracks, rng)
        for name in chosen:
            if (name in _LATE) is late:
                added = DISTRACTORS[name](surface, rng)
                surface, lookalike = added.surface, np.maximum(lookalike, added.mask)
    pixels = photograph(surface, Camera.draw(rng), rng)
    return RenderedPicture(
        pixels, _eight_bits(crack_target(cracks, side_px, side_px)), _eight_bits(lookalike), cracks
    )


def _known(drawn: RenderedSurface) -> RenderedPicture:
    target = crack_target(drawn.cracks, *drawn.hidden.shape)
    target[drawn.hidden] = 0.0
    lookalike = np.zeros(drawn.hidden.shape, np.uint8)
    for mask in drawn.lookalikes.values():
        np.maximum(lookalike, mask, out=lookalike)
    return RenderedPicture(drawn.pixels, _eight_bits(target), lookalike, drawn.cracks)


def _eight_bits(share: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def _background(
    backgrounds: Sequence[Path], side_px: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    if not backgrounds or rng.random() >= _REAL_BACKGROUND_SHARE:
        return render_concrete(side_px, side_px, rng)

    def one(size_px: int) -> NDArray[np.uint8]:
        pixels = read_photo(backgrounds[int(rng.integers(len(backgrounds)))]).pixels
        way = cv2.INTER_AREA if size_px < pixels.shape[0] else cv2.INTER_CUBIC
        turned = np.rot90(
            cv2.resize(pixels, (size_px, size_px), interpolation=way), int(rng.integers(4))
        )
        return np.ascontiguousarray(turned)

    if rng.random() < _MOSAIC_SHARE:  # finer grain; seams are steps of brightness, not cracks
        half = side_px // 2
        rows = [np.concatenate([one(half), one(side_px - half)], 1) for _ in range(2)]
        return np.concatenate(rows, 0)[:side_px].astype(np.float32)
    large = one(int(side_px * rng.uniform(1.0, 1.5)))
    top, left = rng.integers(0, large.shape[0] - side_px + 1, 2)
    return large[top : top + side_px, left : left + side_px].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Bank:
    """Rendered pictures, read from disk when needed."""

    shards: tuple[NDArray[np.uint8], ...]

    def __len__(self) -> int:
        return len(self.shards) * _SHARD

    def __getitem__(self, index: int) -> RenderedPicture:
        planes = self.shards[index // _SHARD][index % _SHARD]
        return RenderedPicture(planes[..., :3], planes[..., 3], planes[..., 4])


def rendered_bank(
    folder: Path,
    count: int,
    *,
    seed: int,
    backgrounds: Sequence[Path] = (),
    distractors: bool = True,
    workers: int | None = None,
    progress: Progress = SILENT,
) -> Bank:
    """Render a bank into `folder`, or complete the one in it.

    Args:
        folder: a separate folder for each combination of seed, backgrounds and distractors.
        count: number of pictures, rounded up to whole shards of 16.
        seed: different seeds give different pictures.
        backgrounds: as in `render_picture`.
        distractors: as in `render_picture`.
        workers: number of processes; default: one per processor.
        progress: listener.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = -(-count // _SHARD)
    files = [folder / f"{n:05d}.npy" for n in range(shards)]
    missing = [n for n, file in enumerate(files) if not file.is_file()]
    parts = max(1, min(workers or available_cpus(), len(missing)))
    orders = [
        {
            "numbers": missing[part::parts],
            "folder": str(folder),
            "seed": seed,
            "backgrounds": [str(path) for path in backgrounds],
            "distractors": distractors,
        }
        for part in range(parts if missing else 0)
    ]
    with progress.step("render", shards * _SHARD) as step, ThreadPoolExecutor(parts) as pool:
        step.advance((shards - len(missing)) * _SHARD)
        for _ in pool.map(lambda order: run_shards(__name__, order, step, _SHARD), orders):
            pass
    return Bank(tuple(np.load(file, mmap_mode="r", allow_pickle=False) for file in files))


def _shard(
    seed: int, number: int, backgrounds: Sequence[Path], *, distractors: bool
) -> Iterator[RenderedPicture | SceneCrop]:
    """Yield the pictures of a shard; with look-alikes, some shards are crops of one wall."""
    if distractors and number % _SCENE_EVERY == _SCENE_EVERY - 1:
        yield from scene_crops(_unique(seed, number, _SHARD), _SHARD, SIDE_PX)
        return
    for place in range(_SHARD):
        yield render_picture(_unique(seed, number, place), backgrounds, distractors=distractors)


def _unique(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


def _main() -> None:
    cv2.setNumThreads(1)
    order = json.load(sys.stdin)
    backgrounds = [Path(path) for path in order["backgrounds"]]
    for number in order["numbers"]:
        planes = np.empty((_SHARD, SIDE_PX, SIDE_PX, 5), np.uint8)
        pictures = _shard(order["seed"], number, backgrounds, distractors=order["distractors"])
        for place, picture in enumerate(pictures):
            planes[place, ..., :3] = picture.pixels
            planes[place, ..., 3] = picture.crack
            planes[place, ..., 4] = picture.lookalike
        target = Path(order["folder"]) / f"{number:05d}.npy"
        with writing(target) as partial_file, partial_file.open("wb") as file:
            np.save(file, planes)
        shard_done(number)


if __name__ == "__main__":
    _main()
