"""Near-duplicates: copies that were re-encoded, resized or cropped, found by a perceptual hash."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos import Photo, stream_photos
from cracklens.progress import SILENT, Progress

GRID = 16
"""Rows and columns of the brightness grid; the hash has one bit per horizontal step, 240 in all."""
NEAR_BITS = 40
"""Largest number of different bits, of 240, between near-duplicates.

A METU tile re-encoded as JPEG of quality 30 to 90 differs by 7 bits (median; at most 32 over 400
tiles). Two random METU tiles differ by 118 bits (median; at least 82 over 80,000 pairs).
"""
_BLOCK = 2048


def near_duplicate_groups(
    paths: Sequence[Path],
    *,
    near_bits: int = NEAR_BITS,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress = SILENT,
) -> NDArray[np.int64]:
    """Return a group number per picture; near-duplicates have the same number.

    Two pictures are also in one group if a third one is a near-duplicate of both. A picture that
    cannot be read is a group of its own. Uniform surfaces without texture share one group.

    Args:
        paths: N pictures.
        near_bits: largest number of different hash bits between two near-duplicates.
        max_pixels: pictures larger than this count as unreadable.
        progress: listener.

    Returns:
        (N,) numbers from 0, in the order in which groups first appear.
    """
    hashes = np.zeros((len(paths), GRID * (GRID - 1) // 8), np.uint8)
    readable = np.ones(len(paths), bool)
    with progress.step("fingerprints", len(paths)) as step:
        photos = stream_photos(paths, difference_hash, max_pixels=max_pixels)
        for index, found in enumerate(photos):
            if isinstance(found, PhotoError):
                readable[index] = False
            else:
                hashes[index] = found
            step.advance()
    parents = np.arange(len(paths))
    for one, other in _near_pairs(hashes, near_bits):
        if readable[one] and readable[other]:
            _join(parents, one, other)
    roots = np.array([_root(parents, index) for index in range(len(paths))], np.int64)
    _, first, group = np.unique(roots, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbers: NDArray[np.int64] = rank[group]
    return numbers


def difference_hash(photo: Photo) -> NDArray[np.uint8]:
    """Return 30 bytes: whether each cell of a 16 x 16 grid is brighter than its left neighbour."""
    small = Image.fromarray(photo.pixels).convert("L").resize((GRID, GRID), Image.Resampling.BOX)
    grid = np.asarray(small, np.int16)
    return np.packbits(grid[:, 1:] > grid[:, :-1])


def _near_pairs(hashes: NDArray[np.uint8], near_bits: int) -> Iterator[tuple[int, int]]:
    """Yield all pairs of near-duplicates; bits are +1 and -1, so BLAS counts the differences."""
    signs = np.unpackbits(hashes, axis=1).astype(np.float32) * 2 - 1
    bits = signs.shape[1]
    for start in range(0, len(signs), _BLOCK):
        block = signs[start : start + _BLOCK]
        for other in range(start, len(signs), _BLOCK):
            agreement = block @ signs[other : other + _BLOCK].T
            rows, columns = np.nonzero(agreement >= bits - 2 * near_bits)
            ones, others = rows + start, columns + other
            keep = ones < others
            yield from zip(ones[keep].tolist(), others[keep].tolist(), strict=True)


def _root(parents: NDArray[np.int64], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = int(parents[index])
    return index


def _join(parents: NDArray[np.int64], one: int, other: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, other)))
    parents[second] = first
