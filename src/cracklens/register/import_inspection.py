"""From the folder of an inspection into a register.

What the register has is recognised by hashes: a folder that is imported again changes nothing, and
one that has grown adds what is new.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cracklens.errors import OutputError
from cracklens.files import as_path
from cracklens.progress import SILENT, Progress
from cracklens.record.schema import Inspection
from cracklens.register.database import Register
from cracklens.register.decisions import append_journal, read_journal
from cracklens.register.digests import content_of, head_of, inspection_digest, photo_digest
from cracklens.register.import_rows import Part, Written, write_photographs
from cracklens.register.photograph_facts import FACTS, photograph_facts
from cracklens.register.places import lock_visit, require_structure, require_visit
from cracklens.register.schema import InspectionRow, Photograph, Structure, Visit
from cracklens.register.schema.base import storable


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What a person says of a visit; None where nothing is said.

    Attributes:
        date: of the visit. Without it, the visit is the one that has these photographs; if there is
            none, a new one on the day on which the inspection was made.
        name: tells visits of the same day apart.
        inspector: who photographed.
        weather: in words.
    """

    date: dt.date | None = None
    name: str = ""
    inspector: str | None = None
    weather: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        structure: its name.
        visit_id: of the visit in the register.
        date: of the visit.
        version: of the inspection within the visit.
        known: the register had this version before.
        added: photographs that the visit did not have.
        changed: photographs of which this version says something new.
        unchanged: photographs of which it says what was known.
        decisions: that were appended.
    """

    structure: str
    visit_id: int
    date: dt.date
    version: int
    known: bool
    added: int
    changed: int
    unchanged: int
    decisions: int


def import_inspection(
    register: Register,
    folder: str | Path,
    structure: str,
    visit: VisitFacts | None = None,
    progress: Progress = SILENT,
) -> Imported:
    """Import the folder of an inspection, all of it or nothing.

    The photographs stay where they are; the register keeps their hashes, paths and the facts in
    their headers. Overlays, crops and tables stay in the folder.

    Args:
        register: that is open.
        folder: output of `inspect`.
        structure: name of the structure; made if the register has none of that name.
        visit: what is known of the visit.
        progress: hears of each photograph that is read.

    Raises:
        DataError: there is no valid record in the folder, or its decisions contradict those in the
            register.
        OutputError: the register cannot be written.
    """
    place = as_path(folder)
    inspection = Inspection.load(place)
    journal = read_journal(place if place.is_dir() else place.parent)
    parts = _parts(inspection)
    facts = _facts(register, inspection, progress)
    try:
        with register.writing() as session:
            return _written(
                session, inspection, place, structure, visit or VisitFacts(), parts, facts, journal
            )
    except IntegrityError as error:
        raise OutputError(
            f"{register.place}: the same inspection was imported at the same time, or a rule of "
            f"the register is broken ({error.orig}): run the same command again"
        ) from error


def _written(
    session: Session,
    inspection: Inspection,
    place: Path,
    structure: str,
    facts_of_visit: VisitFacts,
    parts: list[Part],
    facts: Mapping[str, Mapping[str, Any]],
    journal: list[str],
) -> Imported:
    head = head_of(inspection)
    digest = inspection_digest(head, [part.digest for part in parts])
    found = require_structure(session, structure)
    visit = _visit(session, found, inspection, facts_of_visit, digest)
    lock_visit(session, visit.id)  # a decision that comes in now would not reach the new rows
    visit.inspector = facts_of_visit.inspector or visit.inspector
    visit.weather = facts_of_visit.weather or visit.weather
    known = session.scalar(
        select(InspectionRow).where(
            InspectionRow.visit_id == visit.id, InspectionRow.digest == digest
        )
    )
    decisions = append_journal(session, visit, journal)
    if known:
        row, written = known, Written(0, 0, len({part.photo.sha256 for part in parts}))
    else:
        last = session.scalar(
            select(func.max(InspectionRow.version)).where(InspectionRow.visit_id == visit.id)
        )
        row = InspectionRow(
            visit_id=visit.id,
            version=(last or 0) + 1,
            digest=digest,
            created=_with_zone(inspection.created),
            cracklens_version=storable(inspection.cracklens_version),
            model=storable(inspection.model.name),
            photographs=len(parts),
            folder=storable(str((place if place.is_dir() else place.parent).absolute())),
            record=head,
        )
        session.add(row)
        session.flush()
        written = write_photographs(session, visit.id, row.id, inspection.root, parts, facts)
    return Imported(
        structure=found.name,
        visit_id=visit.id,
        date=visit.date,
        version=row.version,
        known=known is not None,
        added=written.added,
        changed=written.changed,
        unchanged=written.unchanged,
        decisions=decisions,
    )


def _visit(
    session: Session, structure: Structure, inspection: Inspection, facts: VisitFacts, digest: str
) -> Visit:
    """Return the visit that an inspection belongs to: as said, or by what it has, or a new one."""
    if facts.date is None and not facts.name:
        mine = select(Visit).where(Visit.structure_id == structure.id)
        same = mine.join(InspectionRow).where(InspectionRow.digest == digest).order_by(Visit.id)
        if (known := session.scalar(same)) or (known := _with_most(session, structure, inspection)):
            return known
    date = facts.date or inspection.created.date()
    return require_visit(session, structure, date, facts.name)


def _with_most(session: Session, structure: Structure, inspection: Inspection) -> Visit | None:
    """Return the visit of a structure that has most of these photographs, if any has one."""
    mine = {photo.sha256 for photo in inspection.photographs}
    held = session.execute(
        select(Photograph.visit_id, Photograph.sha256)
        .join(Visit, Visit.id == Photograph.visit_id)
        .where(Visit.structure_id == structure.id)
    )
    counts: dict[int, int] = {}
    for visit_id, sha256 in held:
        if sha256 in mine:
            counts[visit_id] = counts.get(visit_id, 0) + 1
    return session.get(Visit, max(counts, key=lambda each: counts[each])) if counts else None


def _parts(inspection: Inspection) -> list[Part]:
    parts = []
    for photo in inspection.photographs:
        content = content_of(photo)
        parts.append(Part(photo, content, photo_digest(content)))
    return parts


def _facts(
    register: Register, inspection: Inspection, progress: Progress
) -> dict[str, dict[str, Any]]:
    """Return what headers say of photographs; of those in the register, what it has."""
    columns = [getattr(Photograph, name) for name in FACTS]
    with register.reading() as session:
        rows = session.execute(select(Photograph.sha256, *columns))
        held = {row[0]: dict(zip(FACTS, row[1:], strict=True)) for row in rows}
    mine = {photo.sha256: photo for photo in inspection.photographs}
    facts = {sha256: held[sha256] for sha256 in mine.keys() & held.keys()}
    new = {sha256: photo for sha256, photo in mine.items() if sha256 not in held}
    with progress.step("headers", len(new)) as step:
        for sha256, photo in new.items():
            facts[sha256] = photograph_facts(inspection.root, photo.path)
            step.advance()
    return facts


def _with_zone(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
