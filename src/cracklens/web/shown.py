"""An inspection folder as the desk shows it: its photographs, their lines, and where the files are.

Nothing here changes the record.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cracklens.errors import DataNotFoundError, PhotoError
from cracklens.files import sha256_file
from cracklens.photos.find import find_photos
from cracklens.record.base import Point
from cracklens.record.schema import Inspection, PhotoRecord
from cracklens.web.views import FindingView, crack_view, rejected_view


@dataclass(frozen=True)
class Shown:
    """An inspection.

    Attributes:
        folder: output of `inspect`.
        inspection: its record.
        photos: folder in which the photographs lie now, if they were moved.
    """

    folder: Path
    inspection: Inspection
    photos: Path | None = None

    @cached_property
    def by_id(self) -> dict[str, PhotoRecord]:
        """Photographs by their id."""
        return {photo.id: photo for photo in self.inspection.photographs}

    def photograph(self, identifier: str) -> PhotoRecord:
        """Return a photograph.

        Raises:
            DataNotFoundError: the inspection has no such photograph.
        """
        found = self.by_id.get(identifier)
        if found is None:
            raise DataNotFoundError(f"the inspection has no photograph {identifier!r}")
        return found

    def file(self, photo: PhotoRecord) -> Path | None:
        """Return where a photograph lies; None if it is not found.

        A photograph that was moved is found by its name below `photos`, or by its content.
        """
        named = Path(self.inspection.root, photo.path)
        if named.is_file():
            return named
        if self.photos is None:
            return None
        moved = self.photos / photo.path
        return moved if moved.is_file() else self._moved.get(photo.sha256)

    @cached_property
    def _moved(self) -> dict[str, Path]:
        """The files below `photos` by their SHA-256."""
        assert self.photos is not None
        return {sha256_file(path): path for path in find_photos([self.photos])}

    def require_file(self, photo: PhotoRecord) -> Path:
        """Return where a photograph lies.

        Raises:
            PhotoError: it is not found; says how to name its folder.
        """
        found = self.file(photo)
        if found is None:
            raise PhotoError(
                Path(self.inspection.root, photo.path),
                "is no longer there: name its new folder with --photos",
            )
        return found

    def findings(self, photo: PhotoRecord) -> list[FindingView]:
        """Return the lines of a photograph: its cracks, then what was set aside."""
        return list(self._findings(photo))

    def _findings(self, photo: PhotoRecord) -> Iterator[FindingView]:
        for crack in photo.cracks:
            lines = [branch.points_px for branch in crack.branches]
            yield crack_view(crack, line_id(photo.sha256, lines))
        for number, rejected in enumerate(photo.rejected, 1):
            name = f"{photo.id}-R{number:02}"
            yield rejected_view(rejected, line_id(photo.sha256, rejected.lines_px), name)


def line_id(photo_sha256: str, lines_px: list[list[Point]]) -> str:
    """Return the stable id of a line: it hangs on the photograph and the line, not on an order.

    >>> line_id("ab", [[(1.2, 2.0), (5.0, 6.9)]])
    'f-5eb55f8d2ee0821d'
    """
    whole = [[(round(x), round(y)) for x, y in line] for line in lines_px]
    known = f"{photo_sha256} {whole}"
    return f"f-{hashlib.sha256(known.encode()).hexdigest()[:16]}"
