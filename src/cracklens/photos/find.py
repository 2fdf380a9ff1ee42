"""Search for picture files in files, folders and patterns."""

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cracklens.errors import UsageError
from cracklens.file_names import FileIndex
from cracklens.files import expand_home
from cracklens.photos.unsupported import ADVICE, left_out_advice

SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".bmp", ".webp",
        ".gif", ".ppm", ".pgm", ".pnm", ".jp2", ".j2k", ".jpx", ".avif", ".heic", ".heif", ".hif",
    }
)  # fmt: skip
"""Suffixes of pictures inside a folder. A file that the user names is always read."""


@dataclass(slots=True)
class LeftOut:
    """Files and folders that a search skipped.

    Attributes:
        files: of kinds that are not read, such as videos; only those inside folders.
        folders: that could not be entered, with the reason.
    """

    files: list[Path] = field(default_factory=list)
    folders: dict[Path, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return one line for each kind of file, with what to do, and for each such folder."""
        kinds: dict[str, list[Path]] = {}
        for file in dict.fromkeys(self.files):
            kinds.setdefault(left_out_advice(file) or "", []).append(file)
        lines = []
        for advice, files in kinds.items():
            suffixes = ", ".join(sorted({file.suffix.lower() for file in files}))
            number = f"{len(files):,} file{'' if len(files) == 1 else 's'} ({suffixes})"
            lines.append(f"left out: {number}: {advice}")
        return lines + [
            f"left out: the folder {folder} cannot be read ({reason}); its content is unknown"
            for folder, reason in self.folders.items()
        ]


def find_photos(
    inputs: Iterable[str | Path],
    *,
    suffixes: frozenset[str] = SUFFIXES,
    left_out: LeftOut | None = None,
) -> list[Path]:
    """Return the picture files of `inputs`, each once, in a stable order.

    Files are returned unchanged. Folders are searched with all subfolders in sorted order; hidden
    names are skipped, and symbolic links are followed, each folder once. Patterns may use `*`, `?`,
    `[...]` and `**`.

    Args:
        inputs: files, folders, patterns.
        suffixes: of pictures inside a folder.
        left_out: receives the skipped files and folders.

    Raises:
        UsageError: an input contains no picture.
    """
    found: dict[Path, None] = {}
    passed = left_out if left_out is not None else LeftOut()
    for given in inputs:
        try:
            found.update(dict.fromkeys(_named_by(expand_home(str(given)), suffixes, passed)))
        except OSError as error:  # no permission, or a name that is too long
            raise UsageError(f"{given} cannot be read: {error.strerror or error}") from error
    return list(found)


def _named_by(given: str, suffixes: frozenset[str], left_out: LeftOut) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        before = len(left_out.lines())
        if not (pictures := walk(path, suffixes, left_out)):
            skipped = "".join(f"; {line}" for line in left_out.lines()[before:])
            raise UsageError(f"{path} holds no pictures (.jpg, .png, .tif and the like){skipped}")
        return pictures
    if path.exists():
        return [path]
    if not glob.has_magic(given):
        alike = FileIndex(path.parent.iterdir()).find(path.name) if path.parent.is_dir() else []
        hint = f": did you mean {alike[0]}?" if alike else ""
        raise UsageError(f"{path} does not exist{hint}")
    matches = map(Path, sorted(glob.glob(given, recursive=True)))  # noqa: PTH207 - absolute patterns
    pictures = [
        p
        for match in matches
        for p in (_below(match, suffixes, left_out) if match.is_dir() else [match])
    ]
    if not pictures:
        raise UsageError(f"the pattern {given!r} matches nothing")
    return pictures


def _below(match: Path, suffixes: frozenset[str], left_out: LeftOut) -> list[Path]:
    """Return the pictures of a folder that matches a pattern; an unreadable one is skipped."""
    try:
        return walk(match, suffixes, left_out)
    except UsageError as error:
        left_out.folders[match] = getattr(error.__cause__, "strerror", None) or str(error)
        return []


def walk(
    folder: Path, suffixes: frozenset[str] = SUFFIXES, left_out: LeftOut | None = None
) -> list[Path]:
    """List the pictures below `folder`, sorted; each real folder is entered once.

    Args:
        folder: to search, with all subfolders.
        suffixes: of pictures.
        left_out: receives the skipped files, and the subfolders that cannot be entered.

    Raises:
        UsageError: the folder cannot be entered; without `left_out`, also for one below it.
    """
    found: list[Path] = []
    entered: set[str] = set()

    def refuse(error: OSError) -> None:
        """Report a folder that cannot be entered."""
        reason = error.strerror or str(error)
        if left_out is None or Path(error.filename) == folder:
            raise UsageError(f"{error.filename} cannot be read: {reason}") from error
        left_out.folders[Path(error.filename)] = reason

    for root, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - 40,000 names
            if name.startswith("."):
                continue
            if suffix in suffixes:
                found.append(Path(root, name))
            elif left_out is not None and suffix in ADVICE:
                left_out.files.append(Path(root, name))
    return found
