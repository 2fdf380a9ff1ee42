"""What one process does for one photograph that is graded again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cracklens.errors import CracklensError, PhotoError
from cracklens.files import CROPS, LINES, link_file
from cracklens.grading.quantities import CountedPhoto
from cracklens.inspection.assess import Assessor
from cracklens.inspection.inputs import overlay_of
from cracklens.inspection.kept.file import kept_path, read_kept, write_kept
from cracklens.inspection.kept.photograph import KeptPhoto
from cracklens.inspection.regrade import regrade
from cracklens.photos import Photo, read_photo
from cracklens.record.frame import Row
from cracklens.record.quantities import counted_photo
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.reporting import keep_preview, most_crops, save_crops, write_overlay
from cracklens.reporting.tables import width_text


@dataclass(frozen=True, slots=True)
class Setup:
    """What is the same for all photographs.

    Attributes:
        assessor: measures and grades.
        threshold: probability from which a line is a crack; None for that of the model.
        source: folder of the inspection.
        result: folder that becomes the new one.
        pictures: draw overlays and crops again where they changed.
        overlays: the inspection has overlays.
        max_pixels: larger photographs are not read.
        photographs: how many there are, on which the number of crops depends.
        slim: leave the widths at the stations out of what is returned.
    """

    assessor: Assessor
    threshold: float | None
    source: Path
    result: Path
    pictures: bool
    overlays: bool
    max_pixels: int
    photographs: int
    slim: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One photograph.

    Attributes:
        row: of the record.
        name: its path in the new record.
        path: where it is expected, by which a table of scales knows it.
        there: whether the file is there.
        crops: names of its crops.
    """

    row: Row
    name: str
    path: Path
    there: bool
    crops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    Attributes:
        text: the new record as JSON.
        shown: the same as JSON, without the widths at the stations if that was asked for.
        widths: rows of `widths.csv`.
        counted: what counts in the quantities; None without a scale.
        holds_scale: the file may hold its scale.
        changed: the record is another one.
        undrawn: pictures of it were left out, since they would show the old result.
        read: pixels were read to regrade it.
        error: why it cannot be regraded; then all else is empty.
        wanted: the reason is that its file is missing or another one.
    """

    text: str = ""
    shown: str = ""
    widths: str = ""
    counted: CountedPhoto | None = None
    holds_scale: bool = False
    changed: bool = False
    undrawn: bool = False
    read: bool = False
    error: str = ""
    wanted: bool = False


def work(setup: Setup, job: Job) -> Done:
    """Regrade one photograph, and write what belongs to it into the new folder."""
    row = job.row
    try:
        kept = read_kept(kept_path(setup.source, row.id), row.sha256)
        return _regraded(setup, job, kept)
    except PhotoError as error:
        return Done(error=f"{job.path}: {error.reason}", wanted=True)
    except CracklensError as error:
        return Done(error=str(error))


def _regraded(setup: Setup, job: Job, kept: KeptPhoto) -> Done:
    row = job.row
    load = cache(lambda: _load(job, setup.max_pixels))
    overlay = overlay_of(row.id, Path(job.name)) if setup.overlays else None
    overlay = row.overlay or overlay
    found = regrade(
        kept,
        setup.assessor,
        load,
        path=job.path,
        identifier=row.id,
        name=row.path,
        overlay=overlay,
        threshold=setup.threshold,
    )
    fresh = found.record.model_copy(update={"gone": None if job.there else row.gone})
    changed = fresh.model_dump_json() != row.text
    record, undrawn = _drawn(setup, job, fresh, load, changed=changed)
    target = kept_path(setup.result, row.id)
    if found.kept:
        write_kept(found.kept, target)
    else:
        link_file(kept_path(setup.source, row.id), target)
    keep_preview(record, setup.source / LINES, setup.result / LINES)
    if job.name != row.path:
        record = record.model_copy(update={"path": job.name})
    text = record.model_dump_json()
    xmp, transform = kept.metadata.xmp, kept.sight.transform
    return Done(
        text=text,
        shown=slim(record).model_dump_json() if setup.slim else text,
        widths=width_text(record),
        counted=counted_photo(record),
        holds_scale=bool(
            xmp.laser_distance_m
            or xmp.relative_altitude_m
            or (transform and (transform.scale or transform.refused or transform.failure))
        ),
        changed=changed,
        undrawn=undrawn,
        read=found.kept is not None,
    )


def slim(record: PhotoRecord) -> PhotoRecord:
    """Return a record without the widths at the stations, which a large report does not show."""
    return record.model_copy(update={"cracks": [_slim(crack) for crack in record.cracks]})


def _slim(crack: CrackRecord) -> CrackRecord:
    found = crack.measurement
    if found is None:
        return crack
    return crack.model_copy(update={"measurement": found.model_copy(update={"profiles": []})})


def _load(job: Job, max_pixels: int) -> Photo:
    """Return the photograph.

    Raises:
        PhotoError: it cannot be read, or is another one.
    """
    if not job.there:
        raise PhotoError(job.path, "is missing")
    photo = read_photo(job.path, max_pixels=max_pixels)
    if photo.sha256 != job.row.sha256:
        raise PhotoError(job.path, "is not the photograph that was inspected")
    return photo


def _drawn(
    setup: Setup, job: Job, record: PhotoRecord, load: Callable[[], Photo], *, changed: bool
) -> tuple[PhotoRecord, bool]:
    """Put overlay and crops into the new folder; return the record, and whether they lack."""
    row = job.row
    crops = [setup.source / CROPS / name for name in job.crops]
    old = setup.source / row.overlay if row.overlay else None
    if not changed and (old is None or old.is_file()):
        for file in (*crops, *([old] if old else [])):
            link_file(file, setup.result / file.relative_to(setup.source))
        return record, False
    if setup.pictures and job.there:
        photo = load()
        if record.overlay:
            write_overlay(photo.pixels, record, setup.result / record.overlay)
        if record.overlay or crops:
            save_crops(photo.pixels, record, setup.result, most_crops(setup.photographs))
        return record, False
    lacks = bool(record.overlay or crops)
    return record.model_copy(update={"overlay": None}), lacks
