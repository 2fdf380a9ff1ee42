"""Labelled tiles with weak masks: first from darkness, later from the output of a network."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cracklens.errors import PhotoError
from cracklens.files import read_bytes
from cracklens.machine import available_cpus
from cracklens.photos import Photo, stream_photos
from cracklens.progress import SILENT, Progress
from cracklens.training.segment.samples import Tile
from cracklens.training.segment.weak_masks import WeakMask, refined_mask, weak_mask

CRACK, DOUBT = 255, 128
_QUALITY = 95
_BATCH = 32


def read_tiles(
    paths: Sequence[Path], *, cracked: bool, max_pixels: int, progress: Progress = SILENT
) -> tuple[list[Tile], dict[Path, str]]:
    """Read tiles into memory, encoded; cracked tiles get a first mask from darkness.

    Args:
        paths: pictures of one label.
        cracked: the label.
        max_pixels: pictures larger than this count as unreadable.
        progress: listener.

    Returns:
        The tiles, and the reason for each unreadable picture.
    """

    def prepare(photo: Photo) -> Tile:
        jpeg = _jpeg_of(photo)
        if not cracked:
            return Tile(jpeg, None, trusted=True)
        mask = weak_mask(photo.pixels)
        return Tile(jpeg, encode_mask(mask), mask.trusted)

    tiles: list[Tile] = []
    unreadable: dict[Path, str] = {}
    name = "weak masks" if cracked else "tiles"
    with progress.step(name, len(paths)) as step:
        for path, found in zip(
            paths, stream_photos(paths, prepare, max_pixels=max_pixels), strict=True
        ):
            if isinstance(found, PhotoError):
                unreadable[path] = str(found)
            else:
                tiles.append(found)
            step.advance()
    return tiles, unreadable


def _jpeg_of(photo: Photo) -> bytes:
    """Return the file itself if it is a JPEG without EXIF, else the pixels as JPEG."""
    data = read_bytes(photo.path)
    if data.startswith(b"\xff\xd8\xff") and b"Exif\x00\x00" not in data[:4096]:
        return data
    return bytes(simplejpeg.encode_jpeg(photo.pixels, _QUALITY))


def encode_mask(mask: WeakMask) -> bytes:
    """Return a mask as PNG: 0 none, 128 doubtful, 255 crack."""
    plane = np.where(mask.crack > 0, CRACK, np.where(mask.doubt > 0, DOUBT, 0)).astype(np.uint8)
    return bytes(cv2.imencode(".png", plane)[1])


def refine_masks(
    tiles: Sequence[Tile],
    probabilities: Callable[[Iterable[NDArray[np.uint8]]], Iterable[NDArray[np.float32]]],
    *,
    progress: Progress = SILENT,
) -> list[Tile]:
    """Return cracked tiles with masks from the maps of a network and the first masks.

    Args:
        tiles: cracked tiles.
        probabilities: function from pictures to maps (H, W) of crack probability, in order.
        progress: listener.
    """
    refined: list[Tile] = []

    def pictures() -> Iterable[NDArray[np.uint8]]:
        with ThreadPoolExecutor(available_cpus()) as pool:
            for start in range(0, len(tiles), _BATCH):
                group = tiles[start : start + _BATCH]
                yield from pool.map(lambda tile: simplejpeg.decode_jpeg(tile.jpeg, "RGB"), group)

    with progress.step("refine masks", len(tiles)) as step:
        for tile, crack in zip(tiles, probabilities(pictures()), strict=True):
            mask = refined_mask(crack, tile.mask)
            refined.append(Tile(tile.jpeg, encode_mask(mask), mask.trusted))
            step.advance()
    return refined
