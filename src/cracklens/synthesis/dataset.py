"""A folder of labelled tiles, laid out like the published METU set."""

from pathlib import Path

import numpy as np
from PIL import Image

from cracklens.errors import OutputError, UsageError
from cracklens.progress import SILENT, Progress
from cracklens.synthesis.tile import SMALLEST_TILE_PX, render_tile

JPEG_QUALITY = 90
_FOLDERS = {True: "Positive", False: "Negative"}


def render_tiles(
    folder: Path | str,
    count: int,
    *,
    seed: int = 0,
    size_px: int = 128,
    progress: Progress = SILENT,
) -> None:
    """Write tiles to `folder/Positive/00001.jpg` ... and `folder/Negative/00001.jpg` ...

    Half of the tiles are cracked, and one more if the count is odd. The pixels depend only on
    `seed`, number and label, so a longer set starts with the tiles of a shorter one. The bytes of
    the files also depend on the version of Pillow's JPEG library.

    Args:
        folder: Output folder; created if it does not exist.
        count: Number of tiles in total, at least 2.
        seed: Any integer >= 0.
        size_px: Side of the tiles, at least 32.
        progress: Listener.

    Raises:
        UsageError: `count`, `seed` or `size_px` is too small. Nothing is written.
        OutputError: The folder exists and is not empty, or cannot be written.
    """
    if count < len(_FOLDERS):
        raise UsageError(f"a set needs at least one tile of each label, so count >= 2, got {count}")
    if seed < 0 or size_px < SMALLEST_TILE_PX:
        raise UsageError(
            f"tiles need a seed of at least 0 and a side of at least {SMALLEST_TILE_PX} px, "
            f"got {seed} and {size_px}"
        )
    folder = Path(folder)
    try:
        _create_folders(folder)
        with progress.step("render tiles", count, unit="tiles") as step:
            for index in range(count):
                cracked, number = index % 2 == 0, index // 2 + 1
                tile = render_tile(cracked, tile_seed(seed, number), size_px)
                path = folder / _FOLDERS[cracked] / f"{number:05d}.jpg"
                Image.fromarray(tile.pixels).save(path, quality=JPEG_QUALITY)
                step.advance()
    except OSError as error:
        raise OutputError(f"cannot write tiles to {folder}: {error}") from error


def tile_seed(seed: int, number: int) -> int:
    """Return the seed of one tile of a set; sets with different seeds share no tile.

    Args:
        seed: Seed of the set, >= 0.
        number: Number of the tile within its label, from 1.

    Returns:
        An integer of 64 bits for `render_tile`.
    """
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])


def _create_folders(folder: Path) -> None:
    """Create the folder and its two subfolders; refuse a folder that is not empty."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; give the path of a new or empty folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"{folder} is not empty; give the path of a new or empty folder")
    for name in _FOLDERS.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
