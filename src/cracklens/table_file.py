"""Tables that a person or a spreadsheet wrote: encoding, separator, head line, decimal mark.

Excel writes CSV with semicolons where the decimal mark is a comma, tab-separated text in UTF-16
("Unicode text"), CSV in the code page of the computer, and understands a first line `sep=;`.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cracklens.errors import CracklensError
from cracklens.files import read_bytes
from cracklens.number_text import decimal_mark

_SEPARATORS = ",;\t"
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?[,;\t ]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_NUMBER = re.compile(r'\s*([+-]?[0-9]+[.,][0-9]+|[+-]?[.,][0-9]+)\s*[a-zA-Z"%]*\s*')
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ASSUMED = "cp1252"
"""What a table that is not in Unicode is read as. Only names that exist prove it right."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that holds anything: number of its last line in the file, and cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: names as written, without blanks around them.
        rows: those that hold anything.
        encoding: what it was read as; `ASSUMED` is a guess where a cell is not ASCII.
        decimal: mark that its numbers show beyond doubt; "?" for both, None for neither.
        first_line: number of the line that names the columns.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str
    decimal: str | None
    first_line: int

    def guessed(self, text: str) -> bool:
        """Tell whether a text rests on the guess of the encoding."""
        return self.encoding == ASSUMED and not text.isascii()


def read_table(path: Path, error: type[CracklensError], *, short_rows: bool = False) -> Table:
    """Read a CSV file: UTF-8, UTF-16 or Windows-1252; separated by commas, semicolons or tabs.

    Columns without a name and rows without content, which spreadsheets leave behind, are passed
    over.

    Args:
        path: the file.
        error: what is raised.
        short_rows: take a row with fewer values than columns; those that lack are empty.

    Raises:
        CracklensError: of the kind `error`: the file cannot be read, or is no table; says where.
    """
    try:
        text, encoding = _decoded(read_bytes(path))
    except OSError as failure:
        raise error(f"{path} cannot be read: {failure.strerror or failure}") from failure
    except ValueError as failure:
        raise error(
            f"{path} is not a CSV file in UTF-8 ({failure}): save it as CSV UTF-8"
        ) from failure
    stated = _SEP_LINE.match(text)
    body = text[stated.end() :] if stated else text
    head = body.splitlines()[0] if body else ""
    separator = stated[1] if stated else max(_SEPARATORS, key=head.count)
    before = 1 if stated else 0
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name.strip() for name in next(reader, [])]
        _require_once(columns)
        rows = tuple(_rows(reader, columns, before, short_rows=short_rows))
    except csv.Error as failure:
        line = reader.line_num + before
        raise error(f"{path}, line {line}: not valid CSV ({failure})") from failure
    except ValueError as failure:
        raise error(f"{path}, {failure}") from failure
    cells = (found for row in rows for cell in row.cells.values() if (found := _number(cell)))
    named = tuple(name for name in columns if name)
    return Table(named, rows, encoding, decimal_mark(cells), 1 + before)


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding.

    Raises:
        ValueError: no encoding fits.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding), encoding
    if b"\0" in content:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        if len(content) % 2 or b"\0" not in content[:2]:
            raise ValueError("it holds zero bytes")
        return content.decode(encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        try:
            return content.decode(ASSUMED), ASSUMED
        except UnicodeDecodeError:
            raise error from None


def _require_once(columns: list[str]) -> None:
    named = [name for name in columns if name]
    if len(set(named)) < len(named):
        raise ValueError("line 1: a column is named twice")


def _rows(
    reader: Any,  # noqa: ANN401 - the type of csv.reader has no public name
    columns: list[str],
    before: int,
    *,
    short_rows: bool,
) -> Iterator[TableRow]:
    for values in reader:
        cells = [value.strip() for value in values]
        if not any(cells):
            continue
        if short_rows:
            cells += [""] * (len(columns) - len(cells))
        line = reader.line_num + before
        surplus = cells[len(columns) :]
        unnamed = [cell for name, cell in zip(columns, cells, strict=False) if not name and cell]
        if len(cells) < len(columns) or any(surplus):
            hint = "; a decimal comma needs semicolons between the values" if surplus else ""
            raise ValueError(f"line {line}: it has not as many values as line {1 + before}{hint}")
        if unnamed:
            raise ValueError(f"line {line}: {unnamed[0]!r} stands in a column without a name")
        yield TableRow(line, {n: c for n, c in zip(columns, cells, strict=False) if n})


def _number(cell: str) -> str | None:
    found = _NUMBER.fullmatch(cell)
    return found[1] if found else None
