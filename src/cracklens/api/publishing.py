"""What an inspection writes: pictures of each photograph, then tables, report and record."""

from pathlib import Path

from cracklens.files import LINES, write_json
from cracklens.inspection.config import InspectConfig
from cracklens.inspection.finish import OnPhoto
from cracklens.inspection.reuse import TIMINGS, timings_of
from cracklens.inspection.run import Outcome
from cracklens.inspection.store import Store
from cracklens.photos import Photo
from cracklens.record.schema import Inspection, PhotoRecord


def pictures_of(store: Store, config: InspectConfig, photographs: int) -> OnPhoto:
    """Return what writes the pictures of one photograph: its overlay, its crops, its preview."""
    from cracklens.reporting import (
        embeds_previews,
        most_crops,
        save_crops,
        save_preview,
        write_overlay,
    )

    embedded = embeds_previews(photographs)

    def write(photo: Photo, record: PhotoRecord) -> None:
        if config.overlays and record.overlay:
            write_overlay(photo.pixels, record, store.result / record.overlay)
        if embedded:
            save_preview(photo.pixels, record, store.result / LINES)
        if embedded or config.overlays:
            save_crops(photo.pixels, record, store.result, most_crops(photographs))

    return write


def publish(store: Store, inspection: Inspection, outcome: Outcome) -> None:
    """Write tables, report and record, and give the output folder its content.

    Raises:
        OutputError: a file cannot be written; what was finished is kept.
    """
    from cracklens.reporting import read_preview, write_report, write_tables

    def complete(folder: Path) -> None:
        write_report(inspection, folder, lambda photo: read_preview(photo, folder / LINES))
        write_tables(inspection, folder)
        copies = [copy.path for copy in inspection.copies]
        timings = timings_of(
            inspection.photographs,
            outcome.seconds,
            outcome.stamps,
            dict(zip(copies, outcome.copy_stamps, strict=True)),
        )
        write_json(folder / TIMINGS, timings)
        inspection.save(folder)

    store.publish(complete)
