"""Rows of a new version of an inspection, written in bulk within one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from cracklens.record.schema import PhotoRecord
from cracklens.register.schema import (
    DecisionRow,
    Finding,
    InspectedRow,
    Photograph,
    Result,
    StateQuantity,
)
from cracklens.register.schema.base import pairs, storable
from cracklens.register.summaries import UNSURE_FROM, finding_columns, state_columns, urgency
from cracklens.register.totals import refresh_totals

_IN_ONE_STATEMENT = 500
_LINES = {"cracks", "rejected"}


@dataclass(frozen=True, slots=True)
class Part:
    """A photograph of an inspection.

    Attributes:
        photo: its record.
        content: the same as JSON values.
        digest: of these.
    """

    photo: PhotoRecord
    content: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Written:
    """How many photographs were new, said something new, or said what was known."""

    added: int
    changed: int
    unchanged: int


def write_photographs(
    session: Session,
    visit_id: int,
    inspection_id: int,
    root: str,
    parts: Sequence[Part],
    facts: Mapping[str, Mapping[str, Any]],
) -> Written:
    """Write the photographs of a version; what the register has already stays as it is.

    Args:
        session: one that writes.
        visit_id: of the visit.
        inspection_id: of the version.
        root: folder that the paths are relative to.
        parts: the photographs, in order.
        facts: columns from the file of each photograph, by its SHA-256.
    """
    known = _photograph_ids(session, visit_id)
    first = {part.photo.sha256: part for part in reversed(parts)}
    new = [sha256 for sha256 in dict.fromkeys(p.photo.sha256 for p in parts) if sha256 not in known]
    rows = [
        {"visit_id": visit_id, "root": storable(root), **facts.get(sha256, {})}
        | _columns(first[sha256].photo)
        for sha256 in new
    ]
    ids = known | dict(zip(new, _inserted(session, Photograph, rows), strict=True))
    results = _results(session, visit_id)
    fresh: dict[tuple[int, str], Part] = {}
    for part in parts:
        key = (ids[part.photo.sha256], part.digest)
        if key not in results:
            fresh.setdefault(key, part)
    results |= _write_results(session, visit_id, fresh)
    current = {ids[sha256]: results[ids[sha256], first[sha256].digest] for sha256 in first}
    moved = _make_current(session, visit_id, current, {ids[s]: first[s] for s in first}, root)
    links = [
        {
            "inspection_id": inspection_id,
            "position": position,
            "result_id": results[ids[part.photo.sha256], part.digest],
        }
        for position, part in enumerate(parts)
    ]
    if links:
        session.execute(insert(InspectedRow), links)
    return Written(len(new), len(moved) - len(new), len(first) - len(moved))


def _write_results(
    session: Session, visit_id: int, fresh: Mapping[tuple[int, str], Part]
) -> dict[tuple[int, str], int]:
    rows = [
        {
            "photograph_id": photograph_id,
            "digest": digest,
            "current": False,
            "record": {k: v for k, v in part.content.items() if k not in _LINES},
        }
        for (photograph_id, digest), part in fresh.items()
    ]
    made = dict(zip(fresh, _inserted(session, Result, rows), strict=True))
    decided = set(
        session.scalars(
            select(DecisionRow.finding_key).where(
                DecisionRow.visit_id == visit_id, DecisionRow.finding_key.is_not(None)
            )
        )
    )
    findings = [
        {
            **columns,
            "visit_id": visit_id,
            "photograph_id": photograph_id,
            "result_id": made[photograph_id, digest],
            "current": False,
            "decided": columns["key"] in decided,
        }
        for (photograph_id, digest), part in fresh.items()
        for columns in finding_columns(part.photo)
    ]
    if findings:
        session.execute(insert(Finding), findings)
    return made


def _make_current(
    session: Session,
    visit_id: int,
    current: Mapping[int, int],
    parts: Mapping[int, Part],
    root: str,
) -> list[int]:
    """Let pages show these results; return the photographs of which they showed another one."""
    wanted = (
        select(Result.photograph_id, Result.id)
        .join(Photograph, Photograph.id == Result.photograph_id)
        .where(Photograph.visit_id == visit_id, Result.current.is_(True))
    )
    shown = pairs(session, wanted)
    moved = [each for each, result in current.items() if shown.get(each) != result]
    for ids in _chunks([shown[each] for each in moved if each in shown]):
        session.execute(update(Result).where(Result.id.in_(ids)).values(current=False))
        session.execute(update(Finding).where(Finding.result_id.in_(ids)).values(current=False))
    for ids in _chunks([current[each] for each in moved]):
        session.execute(update(Result).where(Result.id.in_(ids)).values(current=True))
        session.execute(update(Finding).where(Finding.result_id.in_(ids)).values(current=True))
    for ids in _chunks(moved):
        session.execute(delete(StateQuantity).where(StateQuantity.photograph_id.in_(ids)))
    _write_quantities(session, visit_id, {each: parts[each].photo for each in moved})
    unsure = _unsure(session, visit_id)
    columns = [
        {"id": each, "unsure": unsure.get(each, 0), "root": storable(root)}
        | _columns(parts[each].photo)
        for each in moved
    ]
    if columns:
        session.execute(update(Photograph), columns)
    return moved


def _write_quantities(session: Session, visit_id: int, photos: Mapping[int, PhotoRecord]) -> None:
    element: dict[int, int | None] = {}
    for ids in _chunks(list(photos)):
        wanted = select(Photograph.id, Photograph.element_id).where(Photograph.id.in_(ids))
        element |= pairs(session, wanted)
    rows = [
        {**row, "photograph_id": each, "visit_id": visit_id, "element_id": element[each]}
        for each, photo in photos.items()
        for row in state_columns(photo)
    ]
    if rows:
        session.execute(insert(StateQuantity), rows)
    refresh_totals(session, visit_id, set(element.values()))


def _unsure(session: Session, visit_id: int) -> dict[int, int]:
    counted = (
        select(Finding.photograph_id, func.count())
        .where(Finding.visit_id == visit_id, Finding.current.is_(True))
        .where(Finding.decided.is_(False), Finding.doubt >= UNSURE_FROM)
        .group_by(Finding.photograph_id)
    )
    return pairs(session, counted)


def _columns(photo: PhotoRecord) -> dict[str, Any]:
    return {
        "sha256": photo.sha256,
        "short_name": storable(photo.id),
        "path": storable(photo.path),
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "urgency": urgency(photo),
        "cracks": len(photo.cracks),
    }


def _photograph_ids(session: Session, visit_id: int) -> dict[str, int]:
    wanted = select(Photograph.sha256, Photograph.id).where(Photograph.visit_id == visit_id)
    return pairs(session, wanted)


def _results(session: Session, visit_id: int) -> dict[tuple[int, str], int]:
    wanted = (
        select(Result.photograph_id, Result.digest, Result.id)
        .join(Photograph, Photograph.id == Result.photograph_id)
        .where(Photograph.visit_id == visit_id)
    )
    return {(photo, digest): result for photo, digest, result in session.execute(wanted)}


def _inserted(
    session: Session, table: type[Photograph | Result], rows: list[dict[str, Any]]
) -> list[int]:
    """Insert rows and return their ids, in the same order."""
    if not rows:
        return []
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _IN_ONE_STATEMENT):
        yield ids[start : start + _IN_ONE_STATEMENT]
