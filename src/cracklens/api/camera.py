"""Checking a camera on a printed sheet: the rooms wired together."""

from collections.abc import Sequence
from pathlib import Path

import cracklens
from cracklens.errors import UsageError, did_you_mean
from cracklens.files import as_path, require_free_file
from cracklens.grading.codes import find_code
from cracklens.measurement.target.check import check_camera as check_photo
from cracklens.measurement.target.papers import PAPERS, PaperName
from cracklens.measurement.target.result import CameraCheck
from cracklens.number_text import AmbiguousNumberError, with_decimal_point
from cracklens.photos import read_photo
from cracklens.table_file import read_table

DEFAULT_CODES = ("aashto-mbei",)
_COLUMNS = ("nominal_mm", "true_mm")


def write_target(path: str | Path, *, paper: PaperName = "a4", overwrite: bool = False) -> None:
    """Write the sheet of known lines as a PDF of one page, to be printed at 100 %.

    Args:
        path: the file.
        paper: a4, letter, legal, or a card of the size of a credit card to cut out, on a page that
            fits on A4 and on Letter.
        overwrite: replace it if it exists.

    Raises:
        UsageError: there is no such paper.
        OutputError: it exists, or cannot be written.
    """
    if paper not in PAPERS:
        raise UsageError(f"no paper {paper!r}: {did_you_mean(str(paper), PAPERS)}")
    target = as_path(path)
    require_free_file(target, overwrite=overwrite)
    from cracklens.reporting.target_pdf import write_target as write

    write(target, paper)


def check_camera(
    photo: str | Path,
    output: str | Path | None = None,
    *,
    codes: Sequence[str] = DEFAULT_CODES,
    ruler_mm: float | None = None,
    true_widths: str | Path | None = None,
    overwrite: bool = False,
) -> CameraCheck:
    """Read a photograph of the printed sheet: bias and scatter of this camera's widths.

    Args:
        photo: of the sheet.
        output: file for the result, which `inspect` takes as `camera`; without it, nothing is
            written.
        codes: names of the codes whose boundaries the camera should serve.
        ruler_mm: length of the printed ruler as measured; 100 at 100 %, of a card 60.
        true_widths: a CSV file with the columns nominal_mm and true_mm: widths of the printed dark
            lines as read with a loupe.
        overwrite: replace the output if it exists.

    Raises:
        PhotoError: the photograph cannot be read, or does not show the sheet well enough.
        UsageError: there is no such photograph; an unknown code, a ruler or true widths that cannot
            be.
        OutputError: the output exists or cannot be written.
    """
    if not as_path(photo).exists():
        raise UsageError(f"{photo} does not exist")
    if Path(photo).is_dir():
        raise UsageError(f"{photo} is a folder: name one photograph of the sheet")
    if output is not None:
        require_free_file(as_path(output), overwrite=overwrite)
    boundaries = boundaries_of(codes)
    known = read_true_widths(as_path(true_widths)) if true_widths is not None else None
    found = check_photo(
        read_photo(as_path(photo)),
        boundaries,
        cracklens_version=cracklens.__version__,
        ruler_mm=ruler_mm,
        true_widths_mm=known,
    )
    if output is not None:
        found.save(output)
    return found


def boundaries_of(codes: Sequence[str]) -> dict[float, list[str]]:
    """Return the widths in mm at which codes change their verdict, with the codes that do.

    Raises:
        UsageError: no code, or an unknown one.

    >>> boundaries_of(["din-1076"])
    {0.2: ['din-1076']}
    """
    found: dict[float, list[str]] = {}
    for name in codes:
        code = find_code(name)
        edges = {edge for table in code.tables for edge in table.boundaries_mm}
        edges |= {limit.limit_mm for limit in code.limits if limit.limit_mm is not None}
        for edge in edges:
            found.setdefault(edge, []).append(name)
    if not found:
        raise UsageError("name at least one code, such as --codes aashto-mbei")
    return dict(sorted(found.items()))


def read_true_widths(path: Path) -> dict[float, float]:
    """Return true widths by nominal width, mm.

    Args:
        path: CSV with a head line and the columns nominal_mm and true_mm.

    Raises:
        UsageError: it cannot be read, or a row makes no sense.
    """
    table = read_table(path, UsageError)
    if not table.rows or not set(_COLUMNS) <= set(table.columns):
        raise UsageError(
            f"{path} needs the columns {' and '.join(_COLUMNS)}, and a row for a width"
        )
    known = {}
    for row in table.rows:
        try:
            nominal, true = (
                float(with_decimal_point(row.cells[name], table.decimal)) for name in _COLUMNS
            )
        except AmbiguousNumberError as error:
            raise UsageError(f"{path}, line {row.line}: {error}") from error
        except ValueError:
            raise UsageError(f"{path}, line {row.line}: two numbers in mm are needed") from None
        known[nominal] = true
    return known
