"""What pages show: lists in pieces, each with the key of the next one.

A piece is found by the last row of the one before, never by counting rows from the beginning: the
hundredth page costs as much as the first, and a row that comes in between moves none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, defer

from cracklens.register.schema import Element, ElementTotal, Finding, Photograph, Structure, Visit

T = TypeVar("T")
Key = tuple[float, int]
"""Sort value and id of a row."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list.

    Attributes:
        rows: in order.
        after: give it for the next piece; None if this is the last one.
    """

    rows: Sequence[T]
    after: Key | None


@dataclass(frozen=True, slots=True)
class StateTotal:
    """Cracks in one state of one code on one element.

    Attributes:
        element_id: None for photographs that belong to no element.
        element: its name.
        code: such as "aashto-mbei".
        state: such as "CS2".
        cracks: expected number.
        length_m: expected.
    """

    element_id: int | None
    element: str | None
    code: str
    state: str
    cracks: float
    length_m: float


@dataclass(frozen=True, slots=True)
class VisitTotal:
    """How far the work on a visit has come.

    Attributes:
        photographs: of the visit.
        seen: of these, looked at.
        cracks: on them.
        unsure: findings that wait for a decision.
    """

    photographs: int
    seen: int
    cracks: int
    unsure: int


def photographs_by_urgency(
    session: Session,
    *,
    visit_id: int | None = None,
    element_id: int | None = None,
    seen: bool | None = None,
    after: Key | None = None,
    limit: int = PAGE,
) -> Page[Photograph]:
    """Return photographs, the most urgent first.

    Args:
        session: of the register.
        visit_id: of one visit alone.
        element_id: of one element alone, over all visits unless one is given.
        seen: those that were looked at alone, or those that were not.
        after: key of the piece before.
        limit: most rows.
    """
    wanted = select(Photograph)
    if visit_id is not None:
        wanted = wanted.where(Photograph.visit_id == visit_id)
    if element_id is not None:
        wanted = wanted.where(Photograph.element_id == element_id)
    if seen is not None:
        wanted = wanted.where(Photograph.seen.is_(seen))
    if after is not None:
        wanted = wanted.where(tuple_(Photograph.urgency, Photograph.id) < tuple_(*after))
    ordered = wanted.order_by(Photograph.urgency.desc(), Photograph.id.desc()).limit(limit + 1)
    rows = session.scalars(ordered).all()
    return Page(
        rows[:limit], (rows[limit - 1].urgency, rows[limit - 1].id) if len(rows) > limit else None
    )


def unsure_findings(
    session: Session, visit_id: int, *, after: Key | None = None, limit: int = 1
) -> Page[Finding]:
    """Return findings of a visit that nobody decided on, the most doubtful first.

    Findings of which it is certain what they are come last. The records are loaded when used.
    """
    wanted = _findings(visit_id).where(Finding.decided.is_(False))
    if after is not None:
        wanted = wanted.where(tuple_(Finding.doubt, Finding.id) < tuple_(*after))
    ordered = wanted.order_by(Finding.doubt.desc(), Finding.id.desc()).limit(limit + 1)
    rows = session.scalars(ordered).all()
    return Page(
        rows[:limit], (rows[limit - 1].doubt, rows[limit - 1].id) if len(rows) > limit else None
    )


def findings_by_urgency(
    session: Session, visit_id: int, *, after: Key | None = None, limit: int = PAGE
) -> Page[Finding]:
    """Return the cracks of a visit, the most urgent first. The records are loaded when used."""
    wanted = _findings(visit_id).where(Finding.kind == "crack")
    if after is not None:
        wanted = wanted.where(tuple_(Finding.urgency, Finding.id) < tuple_(*after))
    ordered = wanted.order_by(Finding.urgency.desc(), Finding.id.desc()).limit(limit + 1)
    rows = session.scalars(ordered).all()
    return Page(
        rows[:limit], (rows[limit - 1].urgency, rows[limit - 1].id) if len(rows) > limit else None
    )


def findings_of(session: Session, photograph_id: int) -> Sequence[Finding]:
    """Return all lines of a photograph with their records, cracks before rejected lines."""
    return session.scalars(
        select(Finding)
        .where(Finding.photograph_id == photograph_id, Finding.current.is_(True))
        .order_by(Finding.position)
    ).all()


def state_totals(session: Session, visit_id: int) -> list[StateTotal]:
    """Return expected cracks of a visit for each element, code and state, by name of the element.

    What belongs to no element comes last.
    """
    found = session.execute(
        select(ElementTotal, Element.name)
        .outerjoin(Element, Element.id == ElementTotal.element_id)
        .where(ElementTotal.visit_id == visit_id)
    )
    totals = [
        StateTotal(row.element_id, name, row.code, row.state, row.cracks, row.length_m)
        for row, name in found
    ]
    return sorted(totals, key=lambda t: (t.element is None, t.element or "", t.code, t.state))


def visit_total(session: Session, visit_id: int) -> VisitTotal:
    """Return how far the work on a visit has come."""
    mine = Photograph.visit_id == visit_id
    count, cracks, unsure = session.execute(
        select(func.count(), func.sum(Photograph.cracks), func.sum(Photograph.unsure)).where(mine)
    ).one()
    seen = session.scalar(
        select(func.count()).select_from(Photograph).where(mine, Photograph.seen.is_(True))
    )
    return VisitTotal(count, seen or 0, cracks or 0, unsure or 0)


def visits(session: Session) -> list[tuple[str, Visit]]:
    """Return all visits with the names of their structures, the last one of each first."""
    found = session.execute(
        select(Structure.name, Visit)
        .join(Visit, Visit.structure_id == Structure.id)
        .order_by(Structure.name, Visit.date.desc(), Visit.id.desc())
    )
    return [(name, visit) for name, visit in found]


def _findings(visit_id: int) -> Select[Finding]:
    return (
        select(Finding)
        .options(defer(Finding.record))
        .where(Finding.visit_id == visit_id, Finding.current.is_(True))
    )
