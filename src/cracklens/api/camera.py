"""Checking a camera on a printed sheet: the rooms wired together."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import cracklens
from cracklens.errors import UsageError
from cracklens.files import read_text, require_free_file
from cracklens.grading.codes import find_code
from cracklens.measurement.target.check import check_camera as check_photo
from cracklens.measurement.target.layout import RULER_MM
from cracklens.measurement.target.result import CameraCheck
from cracklens.photos import read_photo

DEFAULT_CODES = ("aashto-mbei",)
_COLUMNS = ("nominal_mm", "true_mm")


def write_target(path: str | Path, *, overwrite: bool = False) -> None:
    """Write the sheet of known lines as a PDF of one A4 page, to be printed at 100 %.

    Args:
        path: the file.
        overwrite: replace it if it exists.

    Raises:
        OutputError: it exists, or cannot be written.
    """
    require_free_file(Path(path), overwrite=overwrite)
    from cracklens.reporting.target_pdf import write_target as write

    write(Path(path))


def check_camera(
    photo: str | Path,
    output: str | Path | None = None,
    *,
    codes: Sequence[str] = DEFAULT_CODES,
    ruler_mm: float = RULER_MM,
    true_widths: str | Path | None = None,
    overwrite: bool = False,
) -> CameraCheck:
    """Read a photograph of the printed sheet: bias and scatter of this camera's widths.

    Args:
        photo: of the sheet.
        output: file for the result, which `inspect` takes as `camera`; without it, nothing is
            written.
        codes: names of the codes whose boundaries the camera should serve.
        ruler_mm: length of the printed ruler as measured; 100 at 100 %.
        true_widths: a CSV file with the columns nominal_mm and true_mm: widths of the printed dark
            lines as read with a loupe.
        overwrite: replace the output if it exists.

    Raises:
        PhotoError: the photograph cannot be read, or does not show the sheet well enough.
        UsageError: there is no such photograph; an unknown code, a ruler or true widths that cannot
            be.
        OutputError: the output exists or cannot be written.
    """
    if not Path(photo).exists():
        raise UsageError(f"{photo} does not exist")
    if Path(photo).is_dir():
        raise UsageError(f"{photo} is a folder: name one photograph of the sheet")
    if output is not None:
        require_free_file(Path(output), overwrite=overwrite)
    boundaries = boundaries_of(codes)
    known = read_true_widths(Path(true_widths)) if true_widths is not None else None
    found = check_photo(
        read_photo(photo),
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
    try:
        rows = list(csv.DictReader(io.StringIO(read_text(path, "utf-8-sig"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not rows or not set(_COLUMNS) <= set(rows[0]):
        raise UsageError(
            f"{path} needs the columns {' and '.join(_COLUMNS)}, and a row for a width"
        )
    known = {}
    for number, row in enumerate(rows, start=2):
        try:
            known[float(row["nominal_mm"])] = float(row["true_mm"])
        except (TypeError, ValueError):
            raise UsageError(f"{path}, line {number}: two numbers in mm are needed") from None
    return known
