"""From what a person names (files, folders, patterns) to a list of picture files."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from cracklens.errors import UsageError
from cracklens.photos.kinds import RAWS, VIDEOS

__all__ = ["RAWS", "SUFFIXES", "VIDEOS", "find_photos", "walk"]

SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".bmp", ".webp",
        ".gif", ".ppm", ".pgm", ".pnm", ".jp2", ".j2k", ".jpx", ".avif", ".heic", ".heif", ".hif",
    }
)  # fmt: skip
"""What counts as a picture inside a folder. A file named outright is always tried."""


def find_photos(inputs: Iterable[str | Path], *, suffixes: frozenset[str] = SUFFIXES) -> list[Path]:
    """List the picture files that `inputs` mean, each once, in a stable order.

    Files are taken as they are; folders are searched to the bottom in sorted order, hidden names
    left out and symbolic links followed without walking in circles; patterns may use `*`, `?`,
    `[...]` and `**`.

    Args:
        inputs: files, folders, patterns.
        suffixes: what counts inside a folder.

    Raises:
        UsageError: an input names no picture.
    """
    found: dict[Path, None] = {}
    for given in inputs:
        try:
            found.update(dict.fromkeys(_named_by(str(given), suffixes)))
        except OSError as error:  # no permission, or a name that is too long
            raise UsageError(f"{given} cannot be read: {error.strerror or error}") from error
    return list(found)


def _named_by(given: str, suffixes: frozenset[str]) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        if not (pictures := walk(path, suffixes)):
            raise UsageError(f"{path} holds no pictures (.jpg, .png, .tif and the like)")
        return pictures
    if path.exists():
        return [path]
    if not glob.has_magic(given):
        raise UsageError(f"{path} does not exist")
    matches = map(Path, sorted(glob.glob(given, recursive=True)))  # noqa: PTH207 - absolute patterns
    pictures = [
        p for match in matches for p in (walk(match, suffixes) if match.is_dir() else [match])
    ]
    if not pictures:
        raise UsageError(f"the pattern {given!r} matches nothing")
    return pictures


def walk(folder: Path, suffixes: frozenset[str] = SUFFIXES) -> list[Path]:
    """List the pictures below `folder`, sorted; each real folder is entered once."""
    found: list[Path] = []
    entered: set[str] = set()
    for root, folders, files in os.walk(folder, onerror=_refuse, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(
            Path(root, name)
            for name in sorted(files)
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in suffixes  # noqa: PTH122 - 40,000 names
        )
    return found


def _refuse(error: OSError) -> None:
    """A folder that cannot be entered is said, not skipped."""
    raise UsageError(f"{error.filename} cannot be read: {error.strerror or error}") from error
