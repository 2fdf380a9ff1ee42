"""From a register to the folder of an inspection again."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cracklens.errors import DataError, DataNotFoundError, did_you_mean
from cracklens.files import INSPECTION, INSPECTION_FILES, UNFINISHED, as_path, writing_folder
from cracklens.record.decisions import JOURNAL
from cracklens.record.schema import Inspection
from cracklens.register.database import Register
from cracklens.register.decisions import decisions_of
from cracklens.register.digests import inspection_digest, photo_digest
from cracklens.register.schema import Finding, InspectedRow, InspectionRow, Result

_LISTS = {"crack": "cracks", "rejected": "rejected"}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        folder: that was written.
        version: of the inspection.
        photographs: in it.
        decisions: in its journal.
        missing: overlays that the record names and that are not where it was imported from.
    """

    folder: Path
    version: int
    photographs: int
    decisions: int
    missing: tuple[str, ...]


def read_inspection(session: Session, visit_id: int, version: int | None = None) -> Inspection:
    """Return a version of the inspection of a visit as it was imported.

    Args:
        session: of the register.
        visit_id: of the visit.
        version: None for the last one.

    Raises:
        DataNotFoundError: there is no such version.
        DataError: the register was changed by something else: the record is not what was imported.
    """
    row = find_version(session, visit_id, version)
    photographs = list(_photographs(session, row.id))
    digest = inspection_digest(row.record, [photo_digest(content) for content in photographs])
    if digest != row.digest:
        raise DataError(
            f"version {row.version} of visit {visit_id} is not what was imported: the register was "
            "changed by another program; restore a copy of it"
        )
    return Inspection.model_validate({**row.record, "photographs": photographs})


def find_version(session: Session, visit_id: int, version: int | None = None) -> InspectionRow:
    """Return a version of the inspection of a visit, without its photographs.

    Args:
        session: of the register.
        visit_id: of the visit.
        version: None for the last one.

    Raises:
        DataNotFoundError: there is no such version.
    """
    wanted = select(InspectionRow).where(InspectionRow.visit_id == visit_id)
    if version is not None:
        wanted = wanted.where(InspectionRow.version == version)
    row = session.scalar(wanted.order_by(InspectionRow.version.desc()).limit(1))
    if row is None:
        known = session.scalars(
            select(InspectionRow.version).where(InspectionRow.visit_id == visit_id)
        ).all()
        hint = did_you_mean(str(version), map(str, known)) if known else "import one"
        raise DataNotFoundError(f"visit {visit_id} has no such version of an inspection: {hint}")
    return row


def export_inspection(
    register: Register,
    visit_id: int,
    target: str | Path,
    version: int | None = None,
    *,
    overwrite: bool = False,
) -> Exported:
    """Write a version of an inspection and the decisions on it into a folder.

    The record equals the one that was imported. Report, overlays, crops and tables are copied from
    the folder that it was imported from, as far as they still lie there.

    Args:
        register: that is open.
        visit_id: of the visit.
        target: the folder to write.
        version: None for the last one.
        overwrite: replace an inspection that is there.

    Raises:
        DataNotFoundError: there is no such version.
        DataError: the register was changed by something else.
        OutputError: the folder exists or cannot be written.
    """
    with register.reading() as session:
        row = find_version(session, visit_id, version)
        inspection = read_inspection(session, visit_id, row.version)
        lines = [decision.line for decision in decisions_of(session, visit_id)]
    folder = as_path(target)
    with writing_folder(folder, overwrite=overwrite) as partial:
        _copy_pictures(Path(row.folder), partial, inspection)
        inspection.save(partial)
        if lines:
            text = "".join(f"{line}\n" for line in lines)
            (partial / JOURNAL).write_text(text, encoding="utf-8", newline="\n")
    overlays = [photo.overlay for photo in inspection.photographs if photo.overlay]
    missing = tuple(each for each in overlays if not (folder / each).is_file())
    return Exported(folder, row.version, len(inspection.photographs), len(lines), missing)


def _photographs(session: Session, inspection_id: int) -> Iterator[dict[str, Any]]:
    """Yield the records of the photographs of a version as JSON values, in order."""
    of_version = InspectedRow.inspection_id == inspection_id
    lines: defaultdict[int, dict[str, list[Any]]] = defaultdict(
        lambda: {name: [] for name in _LISTS.values()}
    )
    found = session.execute(
        select(Finding.result_id, Finding.kind, Finding.record)
        .where(Finding.result_id.in_(select(InspectedRow.result_id).where(of_version)))
        .order_by(Finding.result_id, Finding.position)
    )
    for result_id, kind, record in found:
        lines[result_id][_LISTS[kind]].append(record)
    results = session.execute(
        select(Result.id, Result.record)
        .join(InspectedRow, InspectedRow.result_id == Result.id)
        .where(of_version)
        .order_by(InspectedRow.position)
    )
    for result_id, record in results:
        yield {**record, **lines[result_id]}


def _copy_pictures(source: Path, target: Path, inspection: Inspection) -> None:
    """Copy what lies beside the record, unless another record lies there by now."""
    try:
        same = Inspection.load(source) == inspection
    except DataError:
        return
    for name in INSPECTION_FILES if same else ():
        entry = source / name
        if name in {INSPECTION, UNFINISHED} or entry.is_symlink():
            continue
        if entry.is_dir():
            shutil.copytree(entry, target / name)
        elif entry.is_file():
            shutil.copyfile(entry, target / name)
