"""The record as CSV: UTF-8 with its mark, comma, one head line, units in names of columns."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from cracklens.files import TABLE_ENCODING, writing
from cracklens.record.measured import QuantityRecord
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord, RejectedRecord
from cracklens.reporting import figures
from cracklens.reporting.order import ranked
from cracklens.reporting.tables_measured import (
    GRADE_COLUMNS,
    QUANTITY_COLUMNS,
    WIDTH_COLUMNS,
    Cell,
    grade_rows,
    quantity_rows,
    width_rows,
    yes_or_no,
)
from cracklens.reporting.verdict import likeliest

CRACK_COLUMNS = (
    "crack_id", "photograph_id", "photograph", "length_px", "mean_width_px", "max_width_px",
    "widest_x_px", "widest_y_px", "orientation_deg", "confidence", "leaves_picture", "branches",
    "box_x_px", "box_y_px", "box_width_px", "box_height_px",
    "max_width_low_px", "max_width_high_px", "max_width_mm", "max_width_low_mm",
    "max_width_high_mm", "mean_width_mm", "mean_width_low_mm", "mean_width_high_mm",
    "length_mm", "length_low_mm", "length_high_mm", "is_lower_bound", "to_axis_deg", "direction",
    "pattern", "measured_share", "priority", "rank", "probability", "likeliest_look_alike",
    "look_alike_probability", "priority_if_crack", "inferred_length_px", "inferred_length_mm",
    "continues",
)  # fmt: skip
"""`cracks.csv`, one row per crack, the most urgent first. `photograph` is the path below the root
of the inspection, `length_px` the length of all branches, `max_width_px` the greatest measured
width (a high percentile along the length), `widest_*` its position, `orientation_deg`
counter-clockwise from the x axis, `confidence` from 0 to 1. `leaves_picture` is `yes` if the crack
touches the border.

`*_low_*` and `*_high_*` are the ends of the 95 % interval; `is_lower_bound` is `yes` if the crack
may be longer; `to_axis_deg` and `direction` are relative to the axis of the member;
`measured_share` is the share of the length that was measured from grey levels; `priority` is the
score, 0 to 100. Unmeasured values, and values in mm without a scale, are empty.

`rank` counts from 1, the most urgent; lines that are more likely something else come last.
`probability` is that of a crack, on which all widths depend, empty where nothing verified the line;
`likeliest_look_alike` is what it most likely is if it is none. `priority` is `priority_if_crack`
times `probability`. `inferred_length_*` is the part of the length that was not seen; `continues`
holds the ids of the other parts of the same crack."""

PHOTOGRAPH_COLUMNS = (
    "photograph_id", "photograph", "status", "reason", "width_px", "height_px", "cracks",
    "total_length_px", "longest_px", "max_width_px", "rejected", "judged_by", "notes", "overlay",
    "sha256", "scale_mm_per_px", "scale_relative_standard", "scale_source", "scale_detail",
    "tilt_deg", "scale_risks", "scale_missing", "fitness", "advice", "pattern", "spacing_px",
    "spacing_mm", "spacing_low_mm", "spacing_high_mm", "density_m_per_m2", "area_m2",
    "total_length_mm", "max_width_mm", "finest_crack_px", "finest_crack_mm",
)  # fmt: skip
"""`photographs.csv`, one row per photograph. `status` is `inspected`, or `failed` with its
`reason` and no other values, or `copy` with the photograph that counts; `width_px` and `height_px`
are those of the photograph, `max_width_px` that of its widest crack; `judged_by` is `pixels` or
`tiles`, the kind of the probability map; notes are separated by semicolons.

`scale_relative_standard` is a standard uncertainty; `fitness` is `measure`, `detect only` or
`retake`, with its advice; `pattern`, spacing and density apply to all cracks together. Cracks
narrower than `finest_crack_*` may be missed; empty if that is not known."""

REJECTED_COLUMNS = (
    "photograph_id", "photograph", "reason", "detail", "length_px", "confidence",
    "box_x_px", "box_y_px", "box_width_px", "box_height_px", "probability", "likeliest_look_alike",
    "look_alike_probability",
)  # fmt: skip
"""`rejected.csv`, one row for each rejected line. `probability` is that of a crack, of lines that
are listed as probably no crack."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BLANK = (None, None, None)


def write_tables(
    inspection: Inspection, folder: str | Path, widths: Iterable[str] | None = None
) -> tuple[Path, ...]:
    """Write the tables of an inspection, also empty ones.

    Text that a spreadsheet would evaluate as a formula gets an apostrophe before it (OWASP, "CSV
    injection"). `CRACK_COLUMNS` and the other constants describe the columns.

    Args:
        inspection: the record.
        folder: of the inspection; `tables` is created in it.
        widths: rows of `widths.csv` as text, from `width_text` of each photograph, instead of
            those of the record.

    Returns:
        In `tables`: `cracks.csv`, `photographs.csv`, `rejected.csv`, `grades.csv`, `widths.csv` and
        `quantities.csv`.

    Raises:
        OutputError: a file cannot be written.
    """
    photographs = inspection.photographs
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]] = {
        "cracks": (
            CRACK_COLUMNS,
            (_crack(p, c, n) for n, (p, c) in enumerate(ranked(inspection), 1)),
        ),
        "photographs": (
            PHOTOGRAPH_COLUMNS,
            [*map(_photograph, photographs), *_others(inspection)],
        ),
        "rejected": (REJECTED_COLUMNS, (row for p in photographs for row in _rejected(p))),
        "grades": (GRADE_COLUMNS, grade_rows(inspection)),
        "widths": (WIDTH_COLUMNS, ()),
        "quantities": (QUANTITY_COLUMNS, quantity_rows(inspection)),
    }
    place = Path(folder) / "tables"
    texts = map(width_text, photographs) if widths is None else widths
    return tuple(
        _write(place / f"{name}.csv", columns, rows, texts if name == "widths" else ())
        for name, (columns, rows) in tables.items()
    )


def width_text(photo: PhotoRecord) -> str:
    """Return the rows of a photograph in `widths.csv`, as text; empty without widths."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(width_rows(photo))
    return text.getvalue()


def harmless(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would evaluate as a formula.

    >>> harmless("=HYPERLINK(0).jpg"), harmless("pier 3.jpg"), harmless(-1.5)
    ("'=HYPERLINK(0).jpg", 'pier 3.jpg', -1.5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _write(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    texts: Iterable[str] = (),
) -> Path:
    with (
        writing(path) as partial,
        # a file name that is not UTF-8 becomes the escape \udcXX
        partial.open("w", encoding=TABLE_ENCODING, errors="backslashreplace", newline="") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([harmless(cell) for cell in row] for row in rows)
        file.writelines(texts)
    return path


def _crack(photo: PhotoRecord, crack: CrackRecord, rank: int) -> tuple[Cell, ...]:
    found = crack.priority
    inferred_mm = crack.measurement.inferred_mm if crack.measurement else None
    return (
        crack.id,
        photo.id,
        photo.path,
        round(figures.length_px(crack), 1),
        round(figures.mean_width_px(crack), 2),
        round(figures.max_width_px(crack), 2),
        round(crack.widest_px[0], 1),
        round(crack.widest_px[1], 1),
        round(figures.orientation_deg(crack), 1),
        round(crack.confidence, 3),
        yes_or_no(crack.touches_border),
        len(crack.branches),
        *crack.box_px,
        *_measured(crack),
        round(found.score, 1) if found else None,
        rank,
        *_judged(crack),
        found.if_crack if found else None,
        round(figures.inferred_px(crack), 1),
        None if inferred_mm is None else round(inferred_mm, 1),
        "; ".join(crack.continues),
    )


def _judged(line: CrackRecord | RejectedRecord) -> tuple[Cell, Cell, Cell]:
    """Return the probability of a crack, and the likeliest look-alike with its probability."""
    if line.probability is None:
        return _BLANK
    kind, share = likeliest(line.kinds)
    return line.probability, kind, share if kind else None


def _measured(crack: CrackRecord) -> tuple[Cell, ...]:
    found = crack.measurement
    if found is None:
        return (*_BLANK[:2], *_BLANK * 3, yes_or_no(crack.touches_border), *_BLANK, None)
    return (
        *_interval(found.max_width_px, 2)[1:],
        *_interval(found.max_width_mm, 3),
        *_interval(found.mean_width_mm, 3),
        *_interval(found.length_mm, 1),
        yes_or_no(found.is_lower_bound),
        None if found.to_axis_deg is None else round(found.to_axis_deg, 1),
        found.direction,
        found.pattern,
        round(found.measured_share, 3),
    )


def _interval(value: QuantityRecord | None, digits: int) -> tuple[Cell, Cell, Cell]:
    """Return the value and the ends of its 95 % interval."""
    if value is None:
        return _BLANK
    return round(value.value, digits), round(value.low, digits), round(value.high, digits)


def _photograph(photo: PhotoRecord) -> tuple[Cell, ...]:
    lengths = [figures.length_px(crack) for crack in photo.cracks]
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
        round(max(map(figures.max_width_px, photo.cracks), default=0.0), 2),
        len(photo.rejected),
        photo.map_kind,
        "; ".join(photo.notes),
        photo.overlay,
        photo.sha256,
        *_scale(photo),
        *_together(photo),
        *((finest.px, finest.mm) if (finest := photo.finest_crack) else (None, None)),
    )


def _scale(photo: PhotoRecord) -> tuple[Cell, ...]:
    scale, fitness = photo.scale, photo.fitness
    known: tuple[Cell, ...] = (None,) * 6
    if scale:
        known = (
            scale.mm_per_px, scale.relative_standard, scale.source, scale.detail, scale.tilt_deg,
            "; ".join(scale.risks),
        )  # fmt: skip
    serves = (fitness.verdict, "; ".join(fitness.advice)) if fitness else (None, None)
    return (*known, photo.scale_missing, *serves)


def _together(photo: PhotoRecord) -> tuple[Cell, ...]:
    field = photo.field
    lengths = [value for value in map(figures.length_mm, photo.cracks) if value is not None]
    widths = [value for value in map(figures.max_width_mm, photo.cracks) if value is not None]
    sums = (
        round(sum(lengths), 1) if lengths else None,
        round(max(widths), 3) if widths else None,
    )
    if field is None:
        return (*_BLANK * 2, None, *sums)
    return (
        field.pattern,
        _interval(field.spacing_px, 1)[0],
        *_interval(field.spacing_mm, 1),
        _interval(field.density_m_per_m2, 3)[0],
        _interval(field.area_m2, 4)[0],
        *sums,
    )


def _others(inspection: Inspection) -> Iterable[tuple[Cell, ...]]:
    blank = (None,) * (len(PHOTOGRAPH_COLUMNS) - 4)
    for failed in inspection.failed:
        yield ("", failed.path, "failed", failed.reason, *blank)
    for copy in inspection.copies:
        yield ("", copy.path, "copy", f"the same file as {copy.of}", *blank)


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
            *_judged(rejected),
        )
