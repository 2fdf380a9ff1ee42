"""The report of an inspection with the decisions of people in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cracklens.api.relinking import places_of, relinked
from cracklens.api.remeasuring import measuring_of
from cracklens.errors import DataNotFoundError, PhotoError
from cracklens.files import (
    CROPS,
    INSPECTION,
    LINES,
    REVIEWED,
    REVIEWED_RECORD,
    as_path,
    link_file,
    writing_folder,
)
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress
from cracklens.record.decisions import (
    Journal,
    Reviewed,
    approval_problems,
    approvals,
    decided,
    review,
)
from cracklens.record.frame import read_frame
from cracklens.record.schema import Inspection, PhotoRecord
from cracklens.reporting import (
    most_crops,
    read_preview,
    save_crops,
    write_overlay,
    write_report,
    write_tables,
)
from cracklens.reporting.crop_files import cropped
from cracklens.reporting.decisions_view import decisions_view


@dataclass(frozen=True, slots=True)
class ReviewedReport:
    """A report with the decisions in it.

    Attributes:
        folder: that holds it.
        inspection: the record after the decisions. It does not replace that of the model.
        decisions: how many were made.
        approved: number of the last approved version; None without one.
        later: how many decisions were made after that version.
        unmeasured: why a line or a photograph has no new figures, by its short name.
        undrawn: ids of photographs whose overlay would be another one and cannot be drawn, since
            the photograph is not there.
        problems: what was changed after it was approved, one line each.
    """

    folder: Path
    inspection: Inspection
    decisions: int
    approved: int | None
    later: int
    unmeasured: Mapping[str, str]
    undrawn: tuple[str, ...]
    problems: tuple[str, ...]


def report(
    inspection: str | Path,
    output: str | Path | None = None,
    *,
    photos: str | Path | None = None,
    progress: Progress = SILENT,
) -> ReviewedReport:
    """Write report, overlays, crops and tables that follow the decisions of people.

    What the model said stays as it is, in the record and the report of `inspect`. A line that a
    person changed is measured again; where that cannot be, the report says why.

    Args:
        inspection: folder that `inspect` wrote.
        output: folder for the result, which is replaced if this function wrote it; default:
            `reviewed` in that of the inspection.
        photos: folder to which the photographs were moved.
        progress: listener.

    Raises:
        DataNotFoundError: the folder holds no inspection.
        DataError: the record or the history of the decisions is not whole.
        OutputError: the result cannot be written.
        UsageError: `photos` holds no photograph.
    """
    folder = as_path(inspection)
    if not (folder / INSPECTION).is_file():
        raise DataNotFoundError(f"{folder} holds no inspection: name the output of `inspect`")
    frame = read_frame(folder)
    places = places_of(frame.inspection.root, frame.rows)
    if photos is not None:
        places = relinked(frame.rows, as_path(photos), progress)[1]
    files = {
        row.sha256: place.path for row, place in zip(frame.rows, places, strict=True) if place.there
    }

    def file_of(photo: PhotoRecord) -> Path:
        found = files.get(photo.sha256)
        if found is None:
            where = Path(frame.inspection.root, photo.path)
            raise PhotoError(where, "is no longer there: name its new folder with --photos")
        return found

    record = Inspection.load(folder)
    reviewed = review(record, Journal(folder).read())
    measure, weights = measuring_of(folder, record, file_of)
    after = decided(reviewed, measure, weights)
    approved = approvals(folder)
    view = decisions_view(reviewed, approved, after.unmeasured)
    target = as_path(output) if output is not None else folder / REVIEWED
    with writing_folder(target, overwrite=True) as made:
        pictured, undrawn = _pictures(folder, made, reviewed, after.inspection, file_of, progress)
        write_report(
            pictured,
            made,
            lambda photo: read_preview(photo, folder / LINES),
            decisions=view,
            record_name=REVIEWED_RECORD,
        )
        write_tables(pictured, made)
        pictured.save(made / REVIEWED_RECORD)
    return ReviewedReport(
        folder=target,
        inspection=pictured,
        decisions=len(reviewed.decisions),
        approved=approved[-1].version if approved else None,
        later=view.later,
        unmeasured=after.unmeasured,
        undrawn=undrawn,
        problems=tuple(approval_problems(folder)),
    )


def _pictures(
    folder: Path,
    made: Path,
    reviewed: Reviewed,
    inspection: Inspection,
    file_of: Callable[[PhotoRecord], Path],
    progress: Progress,
) -> tuple[Inspection, tuple[str, ...]]:
    """Put overlays and crops into the new folder; return the record, and what lacks them."""
    total = len(inspection.photographs) + len(inspection.failed) + len(inspection.copies)
    most = most_crops(total)
    photographs, undrawn = [], []
    with progress.step("draw", len(inspection.photographs), "photographs") as step:
        for before, photo in zip(reviewed.photographs, inspection.photographs, strict=True):
            if not before.history:
                _link(folder, made, photo, most)
                photographs.append(photo)
            else:
                drawn = _drawn(made, photo, file_of, most)
                photographs.append(drawn or photo.model_copy(update={"overlay": None}))
                if drawn is None:
                    undrawn.append(photo.id)
            step.advance()
    return inspection.model_copy(update={"photographs": photographs}), tuple(undrawn)


def _link(folder: Path, made: Path, photo: PhotoRecord, most: int) -> None:
    """Take the pictures of a photograph without a decision over."""
    names = [f"{CROPS}/{crack.id}.jpg" for crack in cropped(photo, most)]
    names += [photo.overlay] if photo.overlay else []
    for name in names:
        if (folder / name).is_file():
            link_file(folder / name, made / name)


def _drawn(
    made: Path, photo: PhotoRecord, file_of: Callable[[PhotoRecord], Path], most: int
) -> PhotoRecord | None:
    """Draw overlay and crops again; return None if the photograph cannot be read."""
    try:
        pixels = read_photo(file_of(photo)).pixels
    except PhotoError:
        return None
    if photo.overlay:
        write_overlay(pixels, photo, made / photo.overlay)
    save_crops(pixels, photo, made, most)
    return photo
