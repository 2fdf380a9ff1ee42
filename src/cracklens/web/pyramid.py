"""Tiles of photographs for deep zoom: a pyramid of halves, made when a tile is asked for."""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos import read_photo

TILE_PX = 512
_QUALITY = 88
_MOST_BYTES = 400_000_000  # of decoded photographs: about eight of 12 megapixels, with their halves

Pixels = NDArray[np.uint8]


def level_sizes(width_px: int, height_px: int) -> list[tuple[int, int]]:
    """Return width and height of each level, from one pixel to the whole photograph.

    Level n of a pyramid is the photograph divided by 2 to the power of (last level - n), rounded
    up, as in the Deep Zoom format.

    >>> level_sizes(5, 3)
    [(1, 1), (2, 1), (3, 2), (5, 3)]
    """
    last = math.ceil(math.log2(max(width_px, height_px, 1)))
    return [
        (-(-width_px // 2 ** (last - n)), -(-height_px // 2 ** (last - n))) for n in range(last + 1)
    ]


@dataclass(frozen=True, slots=True)
class _Levels:
    """The levels of one photograph, the largest first, made as they are asked for."""

    made: list[Pixels]
    lock: Lock = field(default_factory=Lock)

    def at(self, halves: int) -> Pixels:
        with self.lock:
            while len(self.made) <= halves:
                last = self.made[-1]
                rows, columns = -(-last.shape[0] // 2), -(-last.shape[1] // 2)
                half = cv2.resize(last, (columns, rows), interpolation=cv2.INTER_AREA)
                self.made.append(np.asarray(half, np.uint8))
            return self.made[halves]

    @property
    def bytes(self) -> int:
        return 4 * self.made[0].nbytes // 3


class Pyramids:
    """Tiles of photographs; the last ones that were used stay decoded."""

    def __init__(
        self, *, most_bytes: int = _MOST_BYTES, max_pixels: int = DEFAULT_MAX_PIXELS
    ) -> None:
        self._most_bytes, self._max_pixels = most_bytes, max_pixels
        self._kept: OrderedDict[str, _Levels] = OrderedDict()
        self._reading: dict[str, Lock] = {}
        self._lock = Lock()

    def tile(self, key: str, file: Path, level: int, column: int, row: int) -> bytes:
        """Return a tile as JPEG.

        Args:
            key: name of the content of the file, such as its SHA-256.
            file: the photograph.
            level: as in `level_sizes`.
            column: of the tile in its level, from 0.
            row: the same.

        Raises:
            PhotoError: the photograph cannot be read.
            UsageError: there is no such tile.
        """
        levels = self._levels(key, file)
        height, width = levels.made[0].shape[:2]
        sizes = level_sizes(width, height)
        if not 0 <= level < len(sizes):
            raise UsageError(f"the photograph has the levels 0 to {len(sizes) - 1}, not {level}")
        wide, high = sizes[level]
        if not (0 <= column * TILE_PX < wide and 0 <= row * TILE_PX < high):
            raise UsageError(f"level {level} has no tile {column}, {row}")
        plane = levels.at(len(sizes) - 1 - level)
        top, left = row * TILE_PX, column * TILE_PX
        cut = np.ascontiguousarray(plane[top : top + TILE_PX, left : left + TILE_PX])
        return bytes(simplejpeg.encode_jpeg(cut, quality=_QUALITY))

    def pixels(self, key: str, file: Path) -> Pixels:
        """Return the whole photograph, (H, W, 3) uint8 RGB; not to be changed.

        Raises:
            PhotoError: it cannot be read.
        """
        return self._levels(key, file).made[0]

    def _levels(self, key: str, file: Path) -> _Levels:
        with self._lock:
            reading = self._reading.setdefault(key, Lock())
        with reading:  # two clients that ask for one photograph read it once
            with self._lock:
                known = self._kept.get(key)
                if known is not None:
                    self._kept.move_to_end(key)
                    return known
            levels = _Levels([read_photo(file, max_pixels=self._max_pixels).pixels])
            with self._lock:
                self._kept[key] = levels
                while len(self._kept) > 1 and self._bytes() > self._most_bytes:
                    old, _ = self._kept.popitem(last=False)
                    self._reading.pop(old, None)
            return levels

    def _bytes(self) -> int:
        return sum(levels.bytes for levels in self._kept.values())
