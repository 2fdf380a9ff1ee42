"""Which photographs an inspection is about, and how they are named in it."""

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cracklens.errors import UsageError
from cracklens.files import (
    CROPS,
    INSPECTION_FILES,
    LINES,
    REVIEWED,
    UNFINISHED,
    expand_home,
    is_inspection,
)
from cracklens.inspection.regions import find_regions, region_notes
from cracklens.photos import Photo, find_photos, read_photo
from cracklens.photos.find import LeftOut
from cracklens.photos.region import within_region
from cracklens.photos.unsupported import RAWS

_LEAST_DIGITS = 3
_LONGEST_STEM_BYTES = 120
_TOP = "|".join(re.escape(name) for name in INSPECTION_FILES if "." in name[1:])
_WRITTEN = re.compile(
    rf"{_TOP}|overlays/P\d{{3,}}-[^/]*\.png|{CROPS}/P\d{{3,}}-C\d+\.jpg|tables/[^/]*\.csv"
    rf"|{LINES}/[0-9a-f]{{64}}\.jpg|{REVIEWED}/.*|{re.escape(UNFINISHED)}/.*"
)
"""What `inspect` leaves in its folder, relative to it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The photographs of an inspection, each once, in the order in which they were found.

    Attributes:
        root: folder that all lie in.
        paths: where each is read from.
        results: how many files were left out, since an inspection wrote them.
        raws: how many raw files were left out, since the same photograph lies beside them.
        unread: what else was found in folders and is not read.
        regions: file of the region that is to be searched, for photographs that have one.
        region_notes: what a person should know of these files.
        ids: of the photographs, where they are not those of their order.
    """

    root: Path
    paths: tuple[Path, ...]
    results: int = 0
    raws: int = 0
    unread: LeftOut = field(default_factory=LeftOut)
    regions: Mapping[Path, Path] = field(default_factory=dict)
    region_notes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    def left_out(self) -> list[str]:
        """Return what a person should know was found and left out, one line each."""
        told = []
        if self.results:
            told.append(f"left out: {_files(self.results)} of earlier results")
        if self.raws:
            told.append(f"left out: {_files(self.raws, 'raw ')}, each with its picture beside it")
        return [*told, *self.unread.lines(), *self.region_notes]

    def region(self, index: int) -> Path | None:
        """Return the file of the region of a photograph; None if all of it is searched."""
        return self.regions.get(self.paths[index])

    def read(self, index: int, max_pixels: int) -> Photo:
        """Return a photograph, of which nothing outside its region is concrete.

        Raises:
            PhotoError: it cannot be read, or its region does not fit it.
        """
        photo, region = read_photo(self.paths[index], max_pixels=max_pixels), self.region(index)
        return within_region(photo, region) if region else photo

    def identifier(self, index: int) -> str:
        """Return the id of a photograph, such as "P003"."""
        if self.ids:
            return self.ids[index]
        digits = max(_LEAST_DIGITS, len(str(len(self.paths))))
        return f"P{index + 1:0{digits}}"

    def name(self, index: int) -> str:
        """Return the path relative to `root`, with "/", as `readable` text."""
        return readable(Path(os.path.relpath(self.paths[index].absolute(), self.root)).as_posix())

    def overlay(self, index: int) -> str:
        """Return the name of the overlay in the output folder; no two are the same."""
        return overlay_of(self.identifier(index), self.paths[index])


def find_inputs(
    photos: Iterable[str | Path], output: Path | None, region: Path | None = None
) -> Inputs:
    """Find what is to be inspected.

    Each file counts once, by whatever names and links it was reached. What lies in the output, and
    what another inspection wrote, is a result and no photograph, unless a file of another
    inspection is named itself. Whatever else lies in the folder of an inspection is inspected.
    Videos, raw files, archives and the like in a folder, and folders that cannot be entered, are
    told in `left_out`; they do not fail. One that is named itself is tried, and fails.

    Args:
        photos: files, folders and patterns.
        output: folder of the result.
        region: file or folder of regions, see `find_regions`; what lies in it is no photograph.

    Raises:
        UsageError: an input names no photograph, or the regions are ambiguous.
    """
    given = [expand_home(os.fspath(each)) for each in photos]
    if not given or "" in given:
        what = "one of the names of photographs is empty" if given else "no photographs were named"
        raise UsageError(f"{what}: give files, folders or patterns such as 'site/*.jpg'")
    unread = LeftOut()
    found = find_photos(given, left_out=unread)
    named = {os.path.realpath(one) for one in given if not Path(one).is_dir()}
    target = Path(os.path.realpath(output)) if output else None
    masks = Path(os.path.realpath(region)) if region else None
    inspections: dict[Path, bool] = {}
    kept: dict[str, Path] = {}
    results: set[str] = set()
    for path in found:
        real = os.path.realpath(path)
        if masks is not None and Path(real).is_relative_to(masks):
            continue
        inside = target is not None and Path(real).is_relative_to(target)
        if inside or (real not in named and _is_result(Path(real), inspections)):
            results.add(real)
        else:
            kept.setdefault(real, path)
    if not kept and not results:
        raise UsageError(
            f"all pictures that were named lie in the folder of regions {region}: put the regions "
            "into a folder of their own"
        )
    if not kept:
        raise UsageError(
            f"all {len(found):,} files that were named lie in the output or were written by "
            "another inspection: name the photographs themselves"
        )
    paths = tuple(kept.values())
    unread.files = [
        file
        for real, file in {os.path.realpath(file): file for file in unread.files}.items()
        if real not in kept
    ]
    raws = _raws_beside(paths, unread.files)
    unread.files = [file for file in unread.files if file not in raws]
    root = common_root(paths)
    regions = find_regions(region, paths, root) if region else {}
    notes = region_notes(regions, region, paths) if region else []
    return Inputs(root, paths, len(results), len(raws), unread, regions, tuple(notes))


def overlay_of(identifier: str, path: Path) -> str:
    """Return the name of the overlay of a photograph, by its id and its file.

    >>> overlay_of("P003", Path("north side/a b.jpg"))
    'overlays/P003-a_b.png'
    """
    stem = re.sub(r"[^\w.-]+", "_", readable(path.stem))  # also safe in a link
    stem = stem.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore")
    return f"overlays/{identifier}-{stem}.png"


def readable(name: str) -> str:
    r"""Return a file name as text that JSON and HTML can hold.

    >>> readable("crack.jpg"), readable("br\udcfccke.jpg")
    ('crack.jpg', 'br\\xfccke.jpg')
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _raws_beside(pictures: Collection[Path], files: Collection[Path]) -> set[Path]:
    """Return the raw files whose photograph is there as a picture, too."""
    known = {_without_suffix(path) for path in pictures}
    return {
        file for file in files if file.suffix.lower() in RAWS and _without_suffix(file) in known
    }


def _without_suffix(path: Path) -> tuple[str, str]:
    return os.path.realpath(path.parent), path.stem.lower()


def _is_result(path: Path, inspections: dict[Path, bool]) -> bool:
    """Tell whether an inspection wrote a file: by its name and by what lies around it."""
    for folder in path.parents:
        below = path.relative_to(folder)
        if _WRITTEN.fullmatch(below.as_posix()):
            if folder not in inspections:
                inspections[folder] = is_inspection(folder)
            if inspections[folder]:
                return True
    return False


def _files(count: int, kind: str = "") -> str:
    return f"{count:,} {kind}file{'' if count == 1 else 's'}"


def common_root(paths: Sequence[Path]) -> Path:
    """Return the folder that all files lie in."""
    folders = {str(path.absolute().parent) for path in paths}
    try:
        return Path(os.path.commonpath([os.path.normpath(folder) for folder in folders]))
    except ValueError:  # on different drives of Windows
        return Path(paths[0].absolute().anchor)
