"""Pictures for training in PyTorch, decoded when needed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cracklens.errors import DataError, PhotoError
from cracklens.models import Preprocessing
from cracklens.photos import Photo, stream_photos

_MEMORY_BUDGET = 512 << 20


class Pictures:
    """Pictures at the input size, decoded when needed; cached in memory if all of them fit."""

    def __init__(
        self, paths: Sequence[Path], preprocessing: Preprocessing, *, max_pixels: int
    ) -> None:
        self.paths = paths
        self._preprocessing = preprocessing
        self._max_pixels = max_pixels
        bytes_each = preprocessing.height_px * preprocessing.width_px * 3
        self._use_cache = bytes_each * len(paths) <= _MEMORY_BUDGET
        self._cache: dict[int, NDArray[np.uint8]] = {}

    def batches(self, order: NDArray[np.int64], size: int) -> Iterator[Tensor]:
        """Yield uint8 batches N x H x W x 3 in the given order."""
        missing = [int(i) for i in order if int(i) not in self._cache]
        stream = stream_photos(
            [self.paths[i] for i in missing], self._fit, max_pixels=self._max_pixels, ahead=2 * size
        )
        for start in range(0, len(order), size):
            batch = []
            for index in map(int, order[start : start + size]):
                pixels = self._cache.get(index)
                if pixels is None:
                    pixels = self._next(stream, index)
                batch.append(pixels)
            yield torch.from_numpy(np.stack(batch))

    def _fit(self, photo: Photo) -> NDArray[np.uint8]:
        return self._preprocessing.fit(photo.pixels)

    def _next(
        self, stream: Iterator[NDArray[np.uint8] | PhotoError], index: int
    ) -> NDArray[np.uint8]:
        pixels = next(stream)
        if isinstance(pixels, PhotoError):
            raise DataError(f"a picture became unreadable during training: {pixels}")
        if self._use_cache:
            self._cache[index] = pixels
        return pixels
