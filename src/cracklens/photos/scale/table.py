"""Scales by photograph, as a table that a person writes."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cracklens.errors import UsageError, did_you_mean
from cracklens.file_names import FileIndex
from cracklens.files import expand_home
from cracklens.number_text import AmbiguousNumberError, with_decimal_point
from cracklens.photos.scale.length import parse_length
from cracklens.photos.scale.scale import check_mm_per_px
from cracklens.table_file import Table, read_table

_COLUMNS = (
    "photo", "mm_per_px", "marker", "distance", "x1", "y1", "x2", "y2", "length",
    "relative_uncertainty",
)  # fmt: skip
_POINTS = ("x1", "y1", "x2", "y2", "length")
_MOST_UNCERTAINTY = 0.5


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """What the table says of one photograph: one way to its scale.

    Attributes:
        line: number in the file.
        photo: name or path, as written.
        mm_per_px: the scale itself.
        marker_mm: side of the markers in it.
        distance_m: from the lens to the wall.
        points_px: two points, (x, y) each.
        length_mm: between them.
        relative_standard: of whichever was given, where a person states it.
    """

    line: int
    photo: str
    mm_per_px: float | None = None
    marker_mm: float | None = None
    distance_m: float | None = None
    points_px: tuple[tuple[float, float], tuple[float, float]] | None = None
    length_mm: float | None = None
    relative_standard: float | None = None


def read_scale_table(path: Path, photos: Iterable[Path]) -> dict[Path, ScaleRow]:
    """Read a CSV file of scales and match it with the photographs.

    A first line names the columns: `photo` and some of `mm_per_px`, `marker`, `distance`,
    `x1,y1,x2,y2,length` and `relative_uncertainty` (standard, 0.02 for 2 %). Each line has one way
    to the scale; lengths have units. A photograph may be named by its file name where that is
    unique, or by the end of its path, in upper or lower case.

    Args:
        path: the file, as `cracklens.table_file.read_table` reads it.
        photos: the photographs of the run.

    Raises:
        UsageError: the file cannot be read, or a line makes no sense; all with their line numbers.
    """
    table = read_table(path, UsageError)
    known = {photo.absolute(): photo for photo in photos}
    index = FileIndex(known)
    found: dict[Path, ScaleRow] = {}
    for row in _rows(path, table):
        photo = known[_photo(path, row, index, table)]
        if photo in found:
            raise UsageError(
                f"{path}, line {row.line}: {row.photo} stands in line {found[photo].line} already"
            )
        found[photo] = row
    return found


def _rows(path: Path, table: Table) -> list[ScaleRow]:
    where = f"{path}, line {table.first_line}"
    names = {name: name.lower() for name in table.columns}
    for name in names.values():
        if name not in _COLUMNS:
            hint = did_you_mean(name, _COLUMNS)
            raise UsageError(f"{where}: there is no column {name!r}: {hint}")
    if "photo" not in names.values():
        raise UsageError(f"{where}: the first line must name the columns: photo,mm_per_px")
    if len(set(names.values())) < len(names):
        raise UsageError(f"{where}: a column is named twice")
    try:
        return [
            _row(row.line, {names[n]: cell for n, cell in row.cells.items()}, table.decimal)
            for row in table.rows
        ]
    except UsageError as error:
        raise UsageError(f"{path}, {error}") from error


def _row(line: int, cells: Mapping[str, str], decimal: str | None) -> ScaleRow:
    where = f"line {line}"
    if not cells.get("photo"):
        raise UsageError(f"{where}: the photograph is not named")
    points = [name for name in _POINTS if cells.get(name)]
    if points and len(points) < len(_POINTS):
        missing = ", ".join(name for name in _POINTS if name not in points)
        raise UsageError(f"{where}: two points need x1, y1, x2, y2 and length; missing: {missing}")
    ways = [name for name in ("mm_per_px", "marker", "distance") if cells.get(name)]
    ways += ["two points"] if points else []
    if len(ways) != 1:
        what = f"has {' and '.join(ways)}" if ways else "has no scale"
        raise UsageError(
            f"{where}: it {what}: give one of mm_per_px, marker, distance or x1,y1,x2,y2,length"
        )
    try:
        return _parsed(line, cells, decimal)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _parsed(line: int, cells: Mapping[str, str], decimal: str | None) -> ScaleRow:
    def number(name: str) -> float:
        try:
            value = float(with_decimal_point(cells[name], decimal))
        except AmbiguousNumberError as error:
            raise UsageError(f"{name}: {error}") from error
        except ValueError as error:
            raise UsageError(f"{name} must be a number, got {cells[name]!r}") from error
        if not math.isfinite(value):
            raise UsageError(f"{name} must be a finite number, got {cells[name]!r}")
        return value

    def length(name: str) -> float:
        return parse_length(cells[name], name, decimal)

    relative = number("relative_uncertainty") if cells.get("relative_uncertainty") else None
    if relative is not None and not 0 < relative < _MOST_UNCERTAINTY:
        raise UsageError(
            f"relative_uncertainty must be above 0 and below {_MOST_UNCERTAINTY:g} (0.02 for 2 %), "
            f"got {relative:g}"
        )
    points = (
        ((number("x1"), number("y1")), (number("x2"), number("y2"))) if cells.get("x1") else None
    )
    return ScaleRow(
        line=line,
        photo=cells["photo"],
        mm_per_px=check_mm_per_px(number("mm_per_px")) if cells.get("mm_per_px") else None,
        marker_mm=length("marker") if cells.get("marker") else None,
        distance_m=length("distance") / 1000.0 if cells.get("distance") else None,
        points_px=points,
        length_mm=length("length") if points else None,
        relative_standard=relative,
    )


def _photo(path: Path, row: ScaleRow, index: FileIndex, table: Table) -> Path:
    """Return the one photograph whose path ends as the row says."""
    matches = index.find(expand_home(row.photo))
    if len(matches) == 1:
        return matches[0]
    where = f"{path}, line {row.line}"
    if not matches:
        hint = did_you_mean(row.photo, index.names())
        if table.guessed(row.photo):
            hint += "; the table is not in UTF-8 and was read as Windows-1252: save it as CSV UTF-8"
        raise UsageError(f"{where}: no photograph is called {row.photo!r}: {hint}")
    if len({photo.parent for photo in matches}) == 1:
        raise UsageError(
            f"{where}: {row.photo!r} may be {matches[0].name} or {matches[1].name}, which differ "
            "in case alone: write the name exactly"
        )
    raise UsageError(
        f"{where}: {len(matches)} photographs are called {row.photo!r} ({matches[0]} and "
        f"{matches[1]}): write more of their paths, such as {'/'.join(matches[0].parts[-2:])}"
    )
