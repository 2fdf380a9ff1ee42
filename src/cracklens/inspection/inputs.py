"""Which photographs an inspection is about, and how they are named in it."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cracklens.errors import UsageError
from cracklens.files import is_inspection
from cracklens.photos import find_photos
from cracklens.photos.find import SUFFIXES, VIDEOS

_LEAST_DIGITS = 3
_LONGEST_STEM_BYTES = 120


@dataclass(frozen=True, slots=True)
class Inputs:
    """The photographs of an inspection, each once, in the order in which they were found.

    Attributes:
        root: folder that all lie in.
        paths: where each is read from.
    """

    root: Path
    paths: tuple[Path, ...]

    def identifier(self, index: int) -> str:
        """Return the id of a photograph, such as "P003"."""
        digits = max(_LEAST_DIGITS, len(str(len(self.paths))))
        return f"P{index + 1:0{digits}}"

    def name(self, index: int) -> str:
        """Return the path relative to `root`, with "/", as `readable` text."""
        return readable(Path(os.path.relpath(self.paths[index].absolute(), self.root)).as_posix())

    def overlay(self, index: int) -> str:
        """Return the name of the overlay in the output folder; no two are the same."""
        stem = re.sub(r"[^\w.-]+", "_", readable(self.paths[index].stem))  # also safe in a link
        stem = stem.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore")
        return f"overlays/{self.identifier(index)}-{stem}.png"


def find_inputs(photos: Iterable[str | Path], output: Path | None) -> Inputs:
    """Find what is to be inspected.

    Each file counts once, by whatever names and links it was reached. What lies in the output or in
    another inspection is a result, never a photograph to inspect. Videos are listed, since a person
    should know that they were not looked at.

    Raises:
        UsageError: an input names no photograph.
    """
    given = list(photos)
    found = find_photos(given, suffixes=SUFFIXES | VIDEOS)
    named = {os.path.realpath(one) for one in given if not Path(one).is_dir()}
    target = Path(os.path.realpath(output)) if output else None
    results: dict[Path, bool] = {}
    kept: dict[str, Path] = {}
    for path in found:
        real = os.path.realpath(path)
        inside = target is not None and Path(real).is_relative_to(target)
        if inside or (real not in named and _in_inspection(path.parent, results)):
            continue
        kept.setdefault(real, path)
    if not kept:
        raise UsageError(
            f"all {len(found):,} pictures that were named lie in the output or in another "
            "inspection: name the photographs themselves"
        )
    paths = tuple(kept.values())
    return Inputs(_common_root(paths), paths)


def readable(name: str) -> str:
    r"""Return a file name as text that JSON and HTML can hold.

    >>> readable("crack.jpg"), readable("br\udcfccke.jpg")
    ('crack.jpg', 'br\\xfccke.jpg')
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _in_inspection(folder: Path, known: dict[Path, bool]) -> bool:
    """Tell whether a folder, or one that it lies in, is the output of an inspection."""
    if folder not in known:
        above = folder.parent != folder and _in_inspection(folder.parent, known)
        known[folder] = above or is_inspection(folder)
    return known[folder]


def _common_root(paths: Sequence[Path]) -> Path:
    folders = {str(path.absolute().parent) for path in paths}
    try:
        return Path(os.path.commonpath([os.path.normpath(folder) for folder in folders]))
    except ValueError:  # on different drives of Windows
        return Path(paths[0].absolute().anchor)
