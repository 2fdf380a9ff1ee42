"""Elements from a table with the columns `photograph` and `element`: CSV or XLSX."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.orm import Session

from cracklens.errors import MissingExtraError, UsageError
from cracklens.file_names import FileIndex
from cracklens.files import open_regular
from cracklens.register.assign.proposal import Proposal, paths_of
from cracklens.table_file import read_table

_COLUMNS = ("photograph", "element")
_WORKBOOKS = {".xlsx", ".xlsm"}
Row = tuple[int, str, str]
"""Number of the line, photograph, element."""


def propose_by_table(session: Session, visit_id: int, table: Path) -> Proposal:
    """Propose the elements that a table names.

    A photograph is named by its file name where that is unique, or by the end of its path. Other
    columns are passed over, as are rows without an element.

    Args:
        session: of the register.
        visit_id: of the visit.
        table: CSV as spreadsheets write it, or the first sheet of an XLSX file.

    Raises:
        UsageError: the file cannot be read, lacks a column, or a line names a photograph that is
            not there or an element beside another one; with the number of the line.
        MissingExtraError: the `register` extra is not there, which reads XLSX.
    """
    paths = paths_of(session, visit_id)
    by_path = {Path(path): photograph_id for photograph_id, path in paths.items()}
    index = FileIndex(by_path)
    elements: dict[int, str] = {}
    lines: dict[int, int] = {}
    ambiguous: dict[str, str] = {}
    for line, photograph, element in read_elements(table):
        found = index.find(photograph)
        if not found:
            raise UsageError(
                f"{table}, line {line}: there is no photograph {photograph!r} in this visit"
            )
        if len(found) > 1:
            several = ", ".join(sorted(map(str, found))[:3])
            ambiguous[photograph] = f"line {line} may mean {several}: write more of the path"
            continue
        photograph_id = by_path[found[0]]
        if elements.get(photograph_id, element) != element:
            raise UsageError(
                f"{table}, line {line}: {photograph} belongs to {element!r} here, and to "
                f"{elements[photograph_id]!r} in line {lines[photograph_id]}"
            )
        elements[photograph_id], lines[photograph_id] = element, line
    unmatched = tuple(path for each, path in paths.items() if each not in elements)
    return Proposal(elements, ambiguous, unmatched)


def read_elements(table: Path) -> list[Row]:
    """Return the rows of a table that name an element.

    Raises:
        UsageError: it cannot be read, or lacks a column; says where.
        MissingExtraError: as of `propose_by_table`.
    """
    rows = _workbook(table) if table.suffix.lower() in _WORKBOOKS else _csv(table)
    given = []
    for line, photograph, element in rows:
        if element and not photograph:
            raise UsageError(f"{table}, line {line}: the photograph is not named")
        if element:
            given.append((line, photograph, element))
    return given


def _csv(path: Path) -> Iterator[Row]:
    table = read_table(path, UsageError, short_rows=True)
    named = _named(path, table.first_line, table.columns)
    for row in table.rows:
        yield row.line, row.cells[named["photograph"]], row.cells[named["element"]]


def _workbook(path: Path) -> Iterator[Row]:
    if find_spec("openpyxl") is None:
        raise MissingExtraError("reading XLSX", "register")
    from openpyxl import load_workbook

    try:
        with open_regular(path) as file:
            book = load_workbook(file, read_only=True, data_only=True)
            rows = [
                [_text(v) for v in row] for row in book.worksheets[0].iter_rows(values_only=True)
            ]
            book.close()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except Exception as error:
        raise UsageError(f"{path} is no XLSX file ({error}): save it again as XLSX") from error
    first = next((n for n, row in enumerate(rows) if any(row)), None)
    if first is None:
        raise UsageError(f"{path} is empty: its first line must name photograph and element")
    named = _named(path, first + 1, rows[first])
    places = [rows[first].index(named[name]) for name in _COLUMNS]
    for number, row in enumerate(rows[first + 1 :], first + 2):
        cells = [row[place] if place < len(row) else "" for place in places]
        yield number, cells[0], cells[1]


def _named(path: Path, line: int, columns: "tuple[str, ...] | list[str]") -> dict[str, str]:
    """Return the column of each name, as written.

    Raises:
        UsageError: one is missing or stands twice.
    """
    named = {}
    for name in _COLUMNS:
        found = [column for column in columns if column.casefold() == name]
        if len(found) != 1:
            what = "stands twice" if found else "is missing"
            raise UsageError(
                f"{path}, line {line}: the column {name!r} {what}; the first line must name "
                "photograph and element"
            )
        named[name] = found[0]
    return named


def _text(value: object) -> str:
    """Return a cell as a person reads it: 3 for a number that a spreadsheet keeps as 3.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
