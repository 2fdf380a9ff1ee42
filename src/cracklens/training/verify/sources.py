"""The pictures whose lines train and validate a verifier, and their pieces, cached on disk."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets.annotations import find_annotations
from cracklens.detection.search import Detecting
from cracklens.errors import DataError, PhotoError
from cracklens.files import writing
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress
from cracklens.tracing.crack import Crack
from cracklens.tracing.settings import TraceSettings
from cracklens.training.segment.augment import vary_light
from cracklens.training.verify.labelled import (
    UNKNOWN,
    LabelledPieces,
    Truth,
    found_lines,
    joined,
    labelled_pieces,
)
from cracklens.training.verify.pictures import PictureBank
from cracklens.verification.descriptors import NAMES
from cracklens.verification.verifier import VERSION
from cracklens.verification.views import VIEWS

Bytes = NDArray[np.uint8]
_SHARD = 100
_MOST_PIECES = 40  # of one picture, so that none outweighs the others
_SURE_PX, _SURE = 60.0, 0.7  # a line of a cracked tile that is this long and sure is its crack
_MASKED_VARIANTS = 6
_MASKED_VALIDATION = 3  # each third picture validates


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of one kind with what is known of their lines.

    Attributes:
        name: such as "walls".
        count: number of pictures.
        read: function of the number of a picture; it returns pixels and truth, or None for a
            picture that cannot be read. The truth None stands for a tile that is labelled cracked.
    """

    name: str
    count: int
    read: Callable[[int], tuple[Bytes, Truth | None] | None]


def of_bank(name: str, bank: PictureBank) -> Source:
    """Return rendered pictures as a source."""

    def read(number: int) -> tuple[Bytes, Truth | None]:
        known = bank[number]
        return known.pixels, Truth(known.labels, exact=True)

    return Source(name, len(bank), read)


def of_tiles(name: str, paths: Sequence[Path], *, cracked: bool, max_pixels: int) -> Source:
    """Return labelled tiles as a source; it is not known where the crack of a tile is."""

    def read(number: int) -> tuple[Bytes, Truth | None] | None:
        try:
            pixels = read_photo(paths[number], max_pixels=max_pixels).pixels
        except PhotoError:
            return None
        return pixels, None if cracked else Truth(None, exact=False)

    return Source(name, len(paths), read)


def of_masks(root: Path, max_pixels: int, *, validates: bool) -> Source:
    """Return pictures with drawn masks as a source, each in several kinds of light.

    Args:
        root: folder of the pictures and masks.
        max_pixels: of a picture.
        validates: whether to return the third that validates, or the others.

    Raises:
        DataError: the folder has no drawn masks.
    """
    annotations = find_annotations(root)
    if annotations is None:
        raise DataError(f"--masked {root} holds no pictures with drawn masks")
    annotations.require_masks()
    pictures = [
        picture
        for place, picture in enumerate(annotations.pictures)
        if (place % _MASKED_VALIDATION == _MASKED_VALIDATION - 1) is validates
    ]
    variants = 1 if validates else _MASKED_VARIANTS

    def read(number: int) -> tuple[Bytes, Truth | None] | None:
        picture = pictures[number % len(pictures)]
        assert picture.draw is not None
        try:
            pixels = read_photo(picture.path, max_pixels=max_pixels).pixels
        except PhotoError:
            return None
        labels = picture.draw(*pixels.shape[:2]).astype(np.uint8)
        variant = number // len(pictures)
        if variant:
            rng = np.random.default_rng([number, 994])
            turned = variant % 4
            pixels = np.ascontiguousarray(np.rot90(vary_light(pixels, rng), turned))
            labels = np.ascontiguousarray(np.rot90(labels, turned))
        return pixels, Truth(labels, exact=False)

    return Source("drawn masks", len(pictures) * variants, read)


def pieces_of_source(
    source: Source,
    detector: Detecting,
    settings: TraceSettings,
    folder: Path,
    *,
    seed: int,
    progress: Progress = SILENT,
) -> LabelledPieces:
    """Return the pieces of all pictures of a source; shards in `folder` are not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    with progress.step(f"lines of {source.name}", source.count, "pictures") as step:
        for start in range(0, source.count, _SHARD):
            numbers = range(start, min(start + _SHARD, source.count))
            file = folder / f"{source.name.replace(' ', '-')}-{start:06d}-{len(numbers)}.npz"
            part = _stored(file)
            if part is None:
                part = joined(
                    [
                        piece
                        for number in numbers
                        for piece in _of_picture(source, number, detector, settings, seed)
                    ]
                )
                _store(file, part)
            parts.append(part)
            step.advance(len(numbers))
    return joined(parts)


def _of_picture(
    source: Source, number: int, detector: Detecting, settings: TraceSettings, seed: int
) -> Iterator[LabelledPieces]:
    read = source.read(number)
    if read is None:
        return
    pixels, truth = read
    probability, lines = found_lines(detector, pixels, settings)
    if truth is None:
        found = labelled_pieces(pixels, probability, lines, Truth(None, exact=False), number)
        found = replace(found, labels=_of_cracked_tile(found, lines))
    else:
        found = labelled_pieces(pixels, probability, lines, truth, number)
    if len(found) > _MOST_PIECES:
        rng = np.random.default_rng([seed, number])
        found = found.chosen(np.sort(rng.permutation(len(found))[:_MOST_PIECES]))
    yield found


def _of_cracked_tile(found: LabelledPieces, lines: Sequence[Crack]) -> NDArray[np.int64]:
    """Return labels of a tile's pieces: its crack is a long line that the segmenter is sure of."""
    length = np.expm1(found.descriptors[:, NAMES.index("length of the candidate, log px")])
    sure = found.descriptors[:, NAMES.index("probability, mean")]
    if not lines:
        return np.zeros(0, np.int64)
    return np.where((length >= _SURE_PX) & (sure >= _SURE), 0, UNKNOWN).astype(np.int64)


def _store(file: Path, pieces: LabelledPieces) -> None:
    with writing(file) as partial, partial.open("wb") as target:
        arrays: dict[str, Any] = {
            "descriptors": pieces.descriptors, "labels": pieces.labels, "picture": pieces.picture,
        }  # fmt: skip
        np.savez(target, allow_pickle=False, **arrays, **pieces.views)


def _stored(file: Path) -> LabelledPieces | None:
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as stored:
        views = {name: stored[name] for name in VIEWS}
        return LabelledPieces(views, stored["descriptors"], stored["labels"], stored["picture"])


def cache_key(segmenter_sha256: str, settings: TraceSettings, *parts: str) -> str:
    """Return the name of the folder for pieces of a segmenter and of these sources."""
    known = "\n".join((segmenter_sha256, settings.model_dump_json(), str(VERSION), *parts))
    return hashlib.sha256(known.encode()).hexdigest()[:16]
