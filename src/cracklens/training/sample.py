"""Common parts of both ways of training: readable pictures, a sample of them, a clock."""

import time
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets import Dataset, Split
from cracklens.errors import DataError, PhotoError
from cracklens.models import Preprocessing
from cracklens.photos import Photo, stream_photos
from cracklens.training.config import TrainConfig

TORCH_SAMPLE = 32
"""Number of pictures for the comparison of the engine with PyTorch."""


def draw(dataset: Dataset, count: int) -> NDArray[np.int64]:
    """Draw at most `count` pictures at random, the same ones in every run."""
    total = len(dataset.items)
    return np.sort(np.random.default_rng(0).choice(total, min(count, total), replace=False))


def sample_pixels(
    dataset: Dataset, preprocessing: Preprocessing, max_pixels: int
) -> NDArray[np.uint8]:
    """Return up to `TORCH_SAMPLE` readable pictures at the input size (N x H x W x 3).

    Raises:
        DataError: none can be read.
    """

    def fit(photo: Photo) -> NDArray[np.uint8]:
        return preprocessing.fit(photo.pixels)

    order = np.random.default_rng(0).permutation(len(dataset.items))
    paths = [dataset.items[index].path for index in order]
    read = stream_photos(paths, fit, max_pixels=max_pixels)
    readable = (pixels for pixels in read if not isinstance(pixels, PhotoError))
    if not (sample := list(islice(readable, TORCH_SAMPLE))):
        raise DataError(f"none of the {len(paths)} pictures of {dataset.root} can be read")
    return np.stack(sample)


def without_unreadable(
    config: TrainConfig,
    dataset: Dataset,
    split: Split,
    readable: NDArray[np.int64],
    reasons: dict[Path, str],
) -> tuple[Dataset, Split]:
    """Leave out pictures that cannot be read; the split is renumbered to match.

    Raises:
        DataError: a picture cannot be read and `strict` is set, or a part lacks a class.
    """
    if reasons and config.strict:
        raise DataError(
            f"{len(reasons)} pictures cannot be read, and --strict is set. "
            f"First: {next(iter(reasons.values()))}"
        )
    place = np.full(len(dataset.items), -1)
    place[readable] = np.arange(len(readable))
    parts = [place[part] for part in (split.train, split.validation, split.test)]
    kept = Split(*(part[part >= 0] for part in parts))
    left = dataset.subset(readable)
    for name in ("train", "validation"):
        empty = [c for c, n in left.subset(kept.part(name)).counts().items() if n == 0]
        if empty:
            raise DataError(
                f"no readable picture of class {empty[0]!r} is left in the {name} part "
                f"({len(reasons)} pictures cannot be read)"
            )
    return left, kept


class Clock:
    """Wall time of steps, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End the step `name` and start the next one."""
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now
