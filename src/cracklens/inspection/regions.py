"""Which file says what region of a photograph is to be searched."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from cracklens.errors import UsageError
from cracklens.photos.region import MASKS, POLYGONS

_KINDS = (*MASKS, *POLYGONS)
_FORM = "a PNG mask (.png) or JSON with polygons (.json, .geojson)"


def find_regions(region: Path, photos: Sequence[Path], root: Path) -> dict[Path, Path]:
    """Return the file of the region of each photograph that has one.

    Args:
        region: for one photograph, its file. For many, a folder with files that are named like the
            photographs (`north.jpg` has `north.png` or `north.json`), or that lie in the same
            subfolders as the photographs do below `root`.
        photos: the photographs.
        root: folder that all photographs lie in.

    Raises:
        UsageError: no such file or folder, one of another kind, one file for many photographs, a
            folder that has none for any of them, or two for one of them.
    """
    if not region.exists():
        raise UsageError(f"--region {region} does not exist: give {_FORM}, or a folder of these")
    if region.is_dir():
        return _in_folder(region, photos, root)
    if region.suffix.lower() not in _KINDS:
        raise UsageError(f"--region {region} is neither {_FORM}")
    if len(photos) > 1:
        raise UsageError(
            f"--region {region} is one file for {len(photos):,} photographs: give a folder with "
            f"one for each, named like it (such as {photos[0].stem}.png or {photos[0].stem}.json)"
        )
    return {photos[0]: region}


def region_notes(regions: Mapping[Path, Path], region: Path, photos: Sequence[Path]) -> list[str]:
    """Return what a person should know of a folder of regions, one line each."""
    if not region.is_dir():
        return []
    notes = []
    without = len(photos) - len(regions)
    if without:
        some = "photograph has" if without == 1 else "photographs have"
        notes.append(f"{without:,} {some} no region in {region}: searched as a whole")
    used = set(regions.values())
    unused = sorted(
        file for file in _files(region) if file not in used and file.suffix.lower() in _KINDS
    )
    if unused:
        more = f" and {len(unused) - 1:,} more" if len(unused) > 1 else ""
        notes.append(f"no photograph is named like the region {unused[0]}{more}: not used")
    return notes


def _in_folder(folder: Path, photos: Sequence[Path], root: Path) -> dict[Path, Path]:
    found: dict[str, list[Path]] = {}
    for file in _files(folder):
        if file.suffix.lower() in _KINDS:
            place = file.relative_to(folder).with_suffix("").as_posix().casefold()
            found.setdefault(place, []).append(file)
    stems = Counter(photo.stem.casefold() for photo in photos)
    regions: dict[Path, Path] = {}
    for photo in photos:
        path = Path(os.path.relpath(photo.absolute(), root)).with_suffix("")
        below = path.as_posix().casefold()
        files = found.get(below) or found.get(photo.stem.casefold(), [])
        if below not in found and files and stems[photo.stem.casefold()] > 1:
            raise UsageError(
                f"{files[0]} may be the region of several photographs named {photo.stem}: put it "
                f"into the same subfolder as its photograph, {folder / below}{files[0].suffix}"
            )
        if len(files) > 1:
            raise UsageError(
                f"{photo.name} has two regions, {files[0]} and {files[1]}: keep one of them"
            )
        if files:
            regions[photo] = files[0]
    if not regions:
        raise UsageError(
            f"--region {folder} holds no region for any photograph: name the files like the "
            f"photographs, such as {photos[0].stem}.png or {photos[0].stem}.json"
        )
    return regions


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
