"""The record as CSV: UTF-8, comma, one header line, units in the names of the columns."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from cracklens.files import writing
from cracklens.inspection.record import CrackRecord, Inspection, PhotoRecord

Cell = str | float | int | None

CRACK_COLUMNS = (
    "crack_id", "photograph_id", "photograph", "length_px", "mean_width_px", "max_width_px",
    "widest_x_px", "widest_y_px", "orientation_deg", "confidence", "leaves_picture", "branches",
    "box_x_px", "box_y_px", "box_width_px", "box_height_px",
)  # fmt: skip
"""`cracks.csv`, one row per crack. `photograph` is its path below the root of the inspection,
`length_px` that of all branches, `max_width_px` the 95th percentile along them, `widest_*` the
widest place, `orientation_deg` counter-clockwise from the x axis, `confidence` from 0 to 1,
`leaves_picture` (`yes` or `no`) says that the length is a lower bound."""

PHOTOGRAPH_COLUMNS = (
    "photograph_id", "photograph", "status", "reason", "width_px", "height_px", "cracks",
    "total_length_px", "longest_px", "max_width_px", "rejected", "judged_by", "notes", "overlay",
    "sha256",
)  # fmt: skip
"""`photographs.csv`, one row per photograph. `status` is `inspected`, or `failed` with its
`reason` and nothing else; `width_px` and `height_px` are those of the photograph, `max_width_px`
that of its widest crack; `judged_by` is `pixels` or `tiles`; notes are separated by semicolons."""

REJECTED_COLUMNS = (
    "photograph_id", "photograph", "reason", "detail", "length_px", "confidence",
    "box_x_px", "box_y_px", "box_width_px", "box_height_px",
)  # fmt: skip
"""`rejected.csv`, one row for each line that was not reported as a crack."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_tables(inspection: Inspection, folder: str | Path) -> tuple[Path, Path, Path]:
    """Write `tables/cracks.csv`, `tables/photographs.csv` and `tables/rejected.csv`.

    Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV
    injection"). The columns are described at `CRACK_COLUMNS` and its neighbours.

    Args:
        inspection: the record.
        folder: of the inspection; `tables` is made in it.

    Returns:
        The three files.

    Raises:
        OutputError: a file cannot be written.
    """
    tables = Path(folder) / "tables"
    files = tables / "cracks.csv", tables / "photographs.csv", tables / "rejected.csv"
    photographs = inspection.photographs
    _write(files[0], CRACK_COLUMNS, (_crack(p, c) for p in photographs for c in p.cracks))
    _write(files[1], PHOTOGRAPH_COLUMNS, [*map(_photograph, photographs), *_failed(inspection)])
    _write(files[2], REJECTED_COLUMNS, (row for p in photographs for row in _rejected(p)))
    return files


def harmless(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    >>> harmless("=HYPERLINK(0).jpg"), harmless("pier 3.jpg"), harmless(-1.5)
    ("'=HYPERLINK(0).jpg", 'pier 3.jpg', -1.5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with (
        writing(path) as partial,
        # a file name that is not UTF-8 becomes the escape \udcXX
        partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([harmless(cell) for cell in row] for row in rows)


def _crack(photo: PhotoRecord, crack: CrackRecord) -> tuple[Cell, ...]:
    return (
        crack.id,
        photo.id,
        photo.path,
        round(crack.length_px, 1),
        round(crack.mean_width_px, 2),
        round(crack.max_width_px, 2),
        round(crack.widest_px[0], 1),
        round(crack.widest_px[1], 1),
        round(crack.orientation_deg, 1),
        round(crack.confidence, 3),
        "yes" if crack.touches_border else "no",
        len(crack.branches),
        *crack.box_px,
    )


def _photograph(photo: PhotoRecord) -> tuple[Cell, ...]:
    lengths = [crack.length_px for crack in photo.cracks]
    return (
        photo.id,
        photo.path,
        "inspected",
        "",
        photo.width_px,
        photo.height_px,
        len(lengths),
        round(sum(lengths), 1),
        round(max(lengths, default=0.0), 1),
        round(max((crack.max_width_px for crack in photo.cracks), default=0.0), 2),
        len(photo.rejected),
        photo.map_kind,
        "; ".join(photo.notes),
        photo.overlay,
        photo.sha256,
    )


def _failed(inspection: Inspection) -> Iterable[tuple[Cell, ...]]:
    blank = (None,) * (len(PHOTOGRAPH_COLUMNS) - 4)
    return (("", failed.path, "failed", failed.reason, *blank) for failed in inspection.failed)


def _rejected(photo: PhotoRecord) -> Iterable[tuple[Cell, ...]]:
    for rejected in photo.rejected:
        yield (
            photo.id,
            photo.path,
            rejected.reason,
            rejected.detail,
            round(rejected.length_px, 1),
            round(rejected.confidence, 3),
            *rejected.box_px,
        )
