"""Training and validation data of a segmenter: tiles, weak masks, rendered pictures."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets import Dataset, Split
from cracklens.progress import SILENT, Progress
from cracklens.training.segment.annotated_tiles import masked_tiles
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.segment.rendered_bank import FORMAT, Bank, rendered_bank
from cracklens.training.segment.samples import Tile
from cracklens.training.segment.tiles import read_tiles

_VALIDATION_SEED = 1_000_003
"""Added to the seed for the rendered validation pictures."""
_MOST_VALIDATION = 512


@dataclass(frozen=True, slots=True)
class Parts:
    """Training and validation data of a run."""

    bank: Bank | None
    validation_bank: Bank
    cracked: list[Tile]
    crack_free: list[Tile]
    validation_cracked: list[Tile]
    validation_crack_free: list[Tile]
    unreadable: dict[Path, str]
    key: str
    drawn: list[Tile] = field(default_factory=list)
    validation_backgrounds: list[Path] = field(default_factory=list)


def read_parts(
    config: SegmentConfig,
    dataset: Dataset,
    split: Split,
    cracked_class: str,
    cache: Path,
    progress: Progress = SILENT,
    masks: dict[Path, Path] | None = None,
) -> Parts:
    """Read tiles, make their masks and render pictures, or find these in the cache.

    Args:
        config: settings.
        dataset: labelled tiles.
        split: training and validation tiles.
        cracked_class: the label that means a crack.
        cache: folder for rendered pictures.
        progress: listener.
        masks: the drawn mask of each tile, if there are any.
    """

    def paths(indices: NDArray[np.int64], *, cracked: bool) -> list[Path]:
        chosen = (dataset.items[i] for i in indices)
        return [item.path for item in chosen if (item.label == cracked_class) is cracked]

    unreadable: dict[Path, str] = {}
    tiles: list[list[Tile]] = []
    for indices in (split.train, split.validation):
        for cracked in (True, False):
            named = paths(indices, cracked=cracked)
            if masks is not None:
                tiles.append(masked_tiles(named, masks))
                continue
            found, failed = read_tiles(
                named, cracked=cracked, max_pixels=config.max_pixels, progress=progress
            )
            unreadable |= failed
            tiles.append(found)
    if not config.weak_masks and masks is None:
        tiles[0] = [Tile(tile.jpeg, tile.mask, trusted=False) for tile in tiles[0]]
    backgrounds = paths(split.train, cracked=False)
    digest = _digest(dataset, split, masks)

    def bank(count: int, seed: int, surfaces: list[Path], *, likes: bool) -> Bank:
        name = f"{FORMAT}-{seed}-{'likes' if likes else 'plain'}-{digest}"
        return rendered_bank(
            cache / "rendered" / name, count, seed=seed, backgrounds=surfaces, distractors=likes,
            progress=progress,
        )  # fmt: skip

    rendered = None
    if config.rendered_share:
        rendered = bank(
            config.rendered_pictures, config.seed, backgrounds, likes=config.distractors
        )
    unseen = bank(
        min(config.checked_pictures, _MOST_VALIDATION),
        config.seed + _VALIDATION_SEED,
        paths(split.validation, cracked=False),
        likes=True,
    )
    return Parts(
        rendered, unseen, tiles[0], tiles[1], tiles[2], tiles[3], unreadable, digest,
        validation_backgrounds=paths(split.validation, cracked=False),
    )  # fmt: skip


def _digest(dataset: Dataset, split: Split, masks: dict[Path, Path] | None) -> str:
    """Return a hash over names and sizes of a split's files; hashing them all takes a minute."""
    known = hashlib.sha256()
    for part in (split.train, split.validation):
        for index in part:
            item = dataset.items[index]
            place = item.path.relative_to(dataset.root).as_posix()
            known.update(f"{place} {item.label} {item.path.stat().st_size}\n".encode())
            if masks is not None:
                known.update(masks[item.path].read_bytes())
        known.update(b"\n")
    return known.hexdigest()[:16]
