"""Where the photographs of an inspection are now."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cracklens.errors import UsageError
from cracklens.files import sha256_file
from cracklens.inspection.inputs import readable
from cracklens.photos import find_photos
from cracklens.photos.find import LeftOut
from cracklens.progress import Progress
from cracklens.record.frame import Row


@dataclass(frozen=True, slots=True)
class Place:
    """Where one photograph is.

    Attributes:
        name: its path in the record, relative to the root.
        path: of the file.
        there: whether there is a file.
    """

    name: str
    path: Path
    there: bool


def places_of(root: str, rows: Sequence[Row]) -> list[Place]:
    """Return where the record says that its photographs are.

    Args:
        root: of the inspection.
        rows: its photographs.
    """
    paths = [Path(root, row.path) for row in rows]
    return [
        Place(row.path, path, row.gone is None and path.is_file())
        for row, path in zip(rows, paths, strict=True)
    ]


def relinked(rows: Sequence[Row], folder: Path, progress: Progress) -> tuple[str, list[Place]]:
    """Return the new root, and where photographs lie that were moved into or below a folder.

    They are known by their bytes, whatever their names are. One that is not there keeps its name.

    Args:
        rows: the photographs of the record.
        folder: where to look.
        progress: listener.

    Raises:
        UsageError: the folder holds no photograph.
    """
    found = find_photos([str(folder)], left_out=LeftOut())
    if not found:
        raise UsageError(f"--photos {folder} holds no photograph: name the folder with them")
    root = folder.resolve()
    by_bytes: dict[str, list[Path]] = defaultdict(list)
    with progress.step("relink", len(found), "files") as step:
        for path in found:
            by_bytes[sha256_file(path)].append(path)
            step.advance()
    places = []
    for row in rows:
        same = by_bytes.get(row.sha256, [])
        same.sort(key=lambda path: _name(path, root) != row.path)
        if same:
            places.append(Place(_name(same[0], root), same[0], there=True))
        else:
            places.append(Place(row.path, root / row.path, there=False))
    return readable(str(root)), _apart(places)


def _name(path: Path, root: Path) -> str:
    return readable(Path(os.path.relpath(path.resolve(), root)).as_posix())


def _apart(places: Sequence[Place]) -> list[Place]:
    """Return the places with another name for a missing file whose name another one has now."""
    taken = {place.name for place in places if place.there}
    return [
        Place(f"missing/{place.name}", place.path, there=False)
        if not place.there and place.name in taken
        else place
        for place in places
    ]
