"""Validation of what is kept of the photographs of an inspection, against its record."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cracklens.errors import DataError
from cracklens.files import LINES
from cracklens.inspection.kept.file import AGAIN, kept_path, read_kept
from cracklens.record.schema import Inspection, PhotoRecord

NOTHING_KEPT = f"it holds no lines/, as inspections before regrading existed: {AGAIN}"


def kept_problems(inspection: Inspection, folder: Path) -> Iterator[str]:
    """Yield what is wrong with the files in `lines/`, one line each; nothing without that folder.

    Each photograph has a file, which is whole, belongs to it, and leads to the cracks of the
    record.

    Args:
        inspection: valid by its schema.
        folder: of the inspection.
    """
    if not (folder / LINES).is_dir():
        return
    for photo in inspection.photographs:
        path = kept_path(folder, photo.id)
        try:
            lines = read_kept(path, photo.sha256).tracing(_threshold(inspection)).cracks
        except DataError as error:
            yield f"{photo.id}: {error}"
            continue
        if [round(line.length_px, 2) for line in lines] != _lengths(photo):
            yield f"{photo.id}: {path} holds other cracks than the record: {AGAIN}"


def _threshold(inspection: Inspection) -> float | None:
    given: Any = inspection.configuration.get("threshold")
    verification: Any = inspection.model.card.get("verification")
    if given is None and verification:
        given = verification.get("threshold")
    return None if given is None else float(given)


def _lengths(photo: PhotoRecord) -> list[float]:
    return [crack.length_px for crack in photo.cracks]
