"""Files found by their names as people and programs write them.

Cameras write `IMG_0001.JPG` and tables `img_0001.jpg`; macOS stores an umlaut as a letter and a
mark (Unicode NFD), most programs write it as one character (NFC). A name is compared as it stands,
then in NFC, then without regard to case. The first comparison that finds something decides, so
that names which differ in case alone stay apart where they are written exactly.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable
from pathlib import Path, PurePath

from cracklens.errors import DataError


def folded(name: str) -> str:
    r"""Return a name without regard to case and to how its accents are stored.

    >>> folded("BRU\u0308CKE.JPG") == folded("br\u00fccke.jpg")
    True
    """
    return composed(composed(name).casefold())


def composed(name: str) -> str:
    """Return a name in Unicode NFC."""
    return unicodedata.normalize("NFC", name)


def _as_it_is(name: str) -> str:
    return name


LEVELS: tuple[Callable[[str], str], ...] = (_as_it_is, composed, folded)
"""How names are compared, the strictest first."""


class FileIndex:
    """Finds files by a name, or by the end of a path."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_name: dict[str, list[Path]] = {}
        for path in paths:
            self._by_name.setdefault(folded(path.name), []).append(path)

    def names(self) -> set[str]:
        """Return the names of all files."""
        return {path.name for paths in self._by_name.values() for path in paths}

    def find(self, wanted: str) -> list[Path]:
        r"""Return the files whose paths end as wanted; more than one if that is ambiguous.

        >>> files = FileIndex([Path("a/IMG_1.JPG"), Path("b/IMG_1.JPG"), Path("b/img_1.jpg")])
        >>> [str(path) for path in files.find("a\\img_1.jpg")]
        ['a/IMG_1.JPG']
        >>> [str(path) for path in files.find("img_1.jpg")]
        ['b/img_1.jpg']
        >>> len(files.find("Img_1.jpg"))
        3
        """
        end = parts_of(wanted)
        near = self._by_name.get(folded(end[-1]), []) if end else []
        for level in LEVELS:
            said = [level(part) for part in end]
            if found := [p for p in near if [level(x) for x in p.parts[-len(end) :]] == said]:
                return found
        return []


def parts_of(name: str) -> tuple[str, ...]:
    r"""Return the parts of a path that may have been written on Windows.

    >>> parts_of(".\\north\\IMG_1.JPG")
    ('north', 'IMG_1.JPG')
    """
    return PurePath(name.replace("\\", "/")).parts


def pair_names(names: Collection[str], others: Collection[str]) -> dict[str, str]:
    """Pair names of two kinds of files, such as pictures and masks.

    Returns:
        By each of `names` that has one, its partner among `others`.

    Raises:
        DataError: names that differ in case alone leave open what belongs together.

    >>> pair_names(["IMG_1", "IMG_2"], ["img_1"])
    {'IMG_1': 'img_1'}
    """
    pairs: dict[str, str] = {}
    left, free = list(names), set(others)
    for level in LEVELS:
        mine, theirs = _grouped(left, level), _grouped(free, level)
        for key in mine.keys() & theirs.keys():
            several = mine[key] if len(mine[key]) > 1 else theirs[key]
            if len(several) > 1:
                one, other = sorted(several)[:2]
                raise DataError(
                    f"{one} and {other} differ in case alone: nothing says which of them "
                    f"{(theirs if several is mine[key] else mine)[key][0]} belongs to"
                )
            pairs[mine[key][0]] = theirs[key][0]
        left = [name for name in left if name not in pairs]
        free -= set(pairs.values())
    return pairs


def _grouped(names: Iterable[str], level: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(level(name), []).append(name)
    return found
