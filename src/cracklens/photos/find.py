"""From what a person names (files, folders, patterns) to a list of picture files."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from cracklens.errors import UsageError

SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".bmp", ".webp",
        ".gif", ".ppm", ".pgm", ".jp2", ".avif", ".heic", ".heif",
    }
)  # fmt: skip
"""What counts as a picture inside a folder. A file named outright is always tried."""


def find_photos(inputs: Iterable[str | Path]) -> list[Path]:
    """List the picture files that `inputs` mean, each once, in a stable order.

    Files are taken as they are; folders are searched to the bottom in sorted order, hidden names
    left out and symbolic links followed without walking in circles; patterns may use `*`, `?`,
    `[...]` and `**`.

    Raises:
        UsageError: an input names nothing.
    """
    found: dict[Path, None] = {}
    for given in inputs:
        path = Path(given)
        if path.is_dir():
            found.update(dict.fromkeys(walk(path)))
        elif path.exists():
            found[path] = None
        elif glob.has_magic(str(given)):
            matches = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207 - absolute patterns
            if not matches:
                raise UsageError(f"the pattern {str(given)!r} matches nothing")
            for match in map(Path, matches):
                found.update(dict.fromkeys(walk(match) if match.is_dir() else [match]))
        else:
            raise UsageError(f"{path} does not exist")
    return list(found)


def walk(folder: Path) -> list[Path]:
    """List the pictures below `folder`, sorted; each real folder is entered once."""
    found: list[Path] = []
    entered: set[str] = set()
    for root, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(
            Path(root, name)
            for name in sorted(files)
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - 40,000 names
        )
    return found
