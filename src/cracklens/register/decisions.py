"""Decisions in the register: appended one after the other, each with the hash of the one before.

What a decision means is not known here. Its line is kept as it was given.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cracklens.errors import DataError, OutputError
from cracklens.files import read_text
from cracklens.record.decisions import JOURNAL
from cracklens.register.places import lock_visit
from cracklens.register.schema import DecisionRow, Finding, Photograph, Visit
from cracklens.register.summaries import UNSURE_FROM


class DecisionLine(BaseModel):
    """What the register needs to know of a decision. Other fields are kept, and not looked at."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    number: int = Field(gt=0, description="1 for the first of an inspection, without gaps.")
    finding: str | None = Field(default=None, description="Stable id; null for no single finding.")
    who: str = Field(min_length=1)
    when: datetime
    kind: str = Field(min_length=1)
    payload: dict[str, Any] = Field(default_factory=dict)
    previous: str = Field(description="The sha256 of the decision before; empty for the first.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ConflictError(OutputError):
    """Somebody else decided in between; nothing was written.

    Attributes:
        last: number of the last decision in the register; the next one has the number after it.
    """

    def __init__(self, last: int, given: int) -> None:
        super().__init__(
            f"decision {given} does not follow decision {last}, the last one in the register: "
            "somebody else decided in between; load the page again and decide again"
        )
        self.last = last


def append_decision(session: Session, visit: Visit, line: str) -> DecisionRow:
    """Append a decision to those of a visit. It is kept when the session commits.

    Args:
        session: one that writes.
        visit: that it belongs to.
        line: the decision as JSON text.

    Raises:
        ConflictError: it does not follow the last decision.
        DataError: it is no decision, or its time has no zone.
    """
    decision = _parsed(line, "the decision")
    lock_visit(session, visit.id)
    last = last_decision(session, visit.id)
    number, sha256 = (last.number, last.sha256) if last else (0, "")
    if decision.number != number + 1 or (last and decision.previous != sha256):
        raise ConflictError(number, decision.number)
    row = DecisionRow(
        visit_id=visit.id,
        number=decision.number,
        finding_key=decision.finding,
        who=decision.who,
        decided=decision.when,
        kind=decision.kind,
        payload=decision.payload,
        previous=decision.previous,
        sha256=decision.sha256,
        line=line,
    )
    session.add(row)
    session.flush()
    if decision.finding:
        _mark_decided(session, visit.id, decision.finding)
    return row


def last_decision(session: Session, visit_id: int) -> DecisionRow | None:
    """Return the last decision of a visit."""
    return session.scalar(
        select(DecisionRow)
        .where(DecisionRow.visit_id == visit_id)
        .order_by(DecisionRow.number.desc())
        .limit(1)
    )


def decisions_of(
    session: Session, visit_id: int, finding_key: str | None = None
) -> Sequence[DecisionRow]:
    """Return the decisions of a visit, or of one finding, in their order."""
    wanted = select(DecisionRow).where(DecisionRow.visit_id == visit_id)
    if finding_key is not None:
        wanted = wanted.where(DecisionRow.finding_key == finding_key)
    return session.scalars(wanted.order_by(DecisionRow.number)).all()


def read_journal(folder: Path) -> list[str]:
    """Return the decisions in the folder of an inspection, one JSON text each.

    Raises:
        DataError: the journal cannot be read.
    """
    file = folder / JOURNAL
    if not file.exists():
        return []
    try:
        lines = read_text(file).split("\n")
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            _parsed(line, f"{file}, line {number}")
    return [line for line in lines if line.strip()]


def append_journal(session: Session, visit: Visit, lines: Iterable[str]) -> int:
    """Append what is new in a journal to the decisions of a visit.

    Returns:
        How many were appended.

    Raises:
        DataError: the journal and the register disagree on what was decided.
    """
    known = [row.sha256 for row in decisions_of(session, visit.id)]
    appended = 0
    for place, line in enumerate(lines):
        sha256 = _parsed(line, f"decision {place + 1}").sha256
        if place < len(known):
            if known[place] != sha256:
                raise DataError(
                    f"decision {place + 1} in the folder is another one than in the register: two "
                    "people went on from the same state; import the folder as a visit of its own"
                )
            continue
        append_decision(session, visit, line)
        appended += 1
    return appended


def decisions_without_finding(session: Session, visit_id: int) -> Sequence[DecisionRow]:
    """Return decisions on findings that no current result has, such as after a new inspection."""
    there = select(Finding.id).where(
        Finding.visit_id == visit_id,
        Finding.key == DecisionRow.finding_key,
        Finding.current.is_(True),
    )
    return session.scalars(
        select(DecisionRow)
        .where(DecisionRow.visit_id == visit_id, DecisionRow.finding_key.is_not(None))
        .where(~there.exists())
        .order_by(DecisionRow.number)
    ).all()


def _mark_decided(session: Session, visit_id: int, key: str) -> None:
    """Take a finding, in whichever results it stands, out of those that wait for a decision."""
    here = (Finding.visit_id == visit_id, Finding.key == key)
    photographs = session.scalars(select(Finding.photograph_id).where(*here).distinct()).all()
    session.execute(update(Finding).where(*here).values(decided=True))
    for photograph_id in photographs:
        unsure = (
            select(func.count())
            .where(Finding.photograph_id == photograph_id, Finding.current.is_(True))
            .where(Finding.decided.is_(False), Finding.doubt >= UNSURE_FROM)
            .scalar_subquery()
        )
        session.execute(
            update(Photograph).where(Photograph.id == photograph_id).values(unsure=unsure)
        )


def _parsed(line: str, where: str) -> DecisionLine:
    try:
        decision = DecisionLine.model_validate(json.loads(line, parse_constant=_no_number))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError(f"{where} is no decision: {field}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON: {error}") from error
    if decision.when.tzinfo is None:
        raise DataError(f"{where}: its time {decision.when} has no zone: add one, such as Z")
    return decision


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
