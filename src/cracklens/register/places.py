"""Structures, elements and visits: found by name, or made."""

import datetime as dt
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from cracklens.errors import DataNotFoundError, UsageError, did_you_mean
from cracklens.register.element_facts import ElementFacts
from cracklens.register.schema import Element, Structure, Visit

_Row = TypeVar("_Row", Structure, Visit, Element)


def find_structure(session: Session, name: str) -> Structure:
    """Return a structure.

    Raises:
        DataNotFoundError: there is none of that name.
    """
    found = session.scalar(select(Structure).where(Structure.name == name))
    if found is None:
        names = session.scalars(select(Structure.name)).all()
        hint = did_you_mean(name, names) if names else "there is none yet: import an inspection"
        raise DataNotFoundError(f"no structure {name!r} in the register: {hint}")
    return found


def require_structure(session: Session, name: str) -> Structure:
    """Return a structure; it is made if there is none of that name.

    Raises:
        UsageError: the name is empty.
    """
    _require_name(name, "structure")
    found = session.scalar(select(Structure).where(Structure.name == name))
    return found or _added(session, Structure(name=name))


def require_visit(session: Session, structure: Structure, date: dt.date, name: str = "") -> Visit:
    """Return a visit; it is made if there is none on that day of that name."""
    found = session.scalar(
        select(Visit).where(
            Visit.structure_id == structure.id, Visit.date == date, Visit.name == name
        )
    )
    return found or _added(session, Visit(structure_id=structure.id, date=date, name=name))


def find_visit(session: Session, structure: str, date: dt.date | None = None) -> Visit:
    """Return a visit of a structure.

    Args:
        session: of the register.
        structure: its name.
        date: of the visit; None for the last one.

    Raises:
        DataNotFoundError: there is no such structure or visit.
        UsageError: there are several on that day.
    """
    found = find_structure(session, structure)
    wanted = select(Visit).where(Visit.structure_id == found.id)
    if date is not None:
        wanted = wanted.where(Visit.date == date)
    visits = session.scalars(wanted.order_by(Visit.date.desc(), Visit.id.desc()).limit(2)).all()
    if not visits:
        dates = session.scalars(select(Visit.date).where(Visit.structure_id == found.id)).all()
        known = f"known: {', '.join(map(str, sorted(dates)))}" if dates else "there is none yet"
        raise DataNotFoundError(f"no visit to {structure!r} on {date}: {known}")
    if date is not None and len(visits) > 1:
        raise UsageError(f"{structure!r} was visited several times on {date}: name the visit by id")
    return visits[0]


def lock_visit(session: Session, visit_id: int) -> None:
    """Wait until nobody else changes a visit, and keep others waiting until the session commits.

    In SQLite the whole register is locked already.
    """
    session.execute(select(Visit.id).where(Visit.id == visit_id).with_for_update())


def require_element(
    session: Session,
    structure_id: int,
    name: str,
    *,
    parent: str | None = None,
    facts: ElementFacts | None = None,
) -> Element:
    """Return an element; it is made if the structure has none of that name.

    Args:
        session: of the register.
        structure_id: of its structure.
        name: of the element.
        parent: name of the element that it is a part of; made too if it is not there.
        facts: replace what is known, as far as they are given.

    Raises:
        UsageError: the name is empty, or the element would be a part of itself.
    """
    _require_name(name, "element")
    found = _element(session, structure_id, name)
    element = found or _added(session, Element(structure_id=structure_id, name=name))
    if parent is not None:
        above: Element | None = require_element(session, structure_id, parent)
        element.parent_id = above.id if above else None
        while above is not None:
            if above.id == element.id:
                raise UsageError(
                    f"element {name!r} would be a part of itself, by way of {parent!r}"
                )
            above = session.get(Element, above.parent_id) if above.parent_id else None
    for field, value in facts.model_dump(exclude_none=True).items() if facts else ():
        setattr(element, field, value)
    session.flush()
    return element


def elements_of(session: Session, structure_id: int) -> list[Element]:
    """Return the elements of a structure, by name."""
    return list(
        session.scalars(
            select(Element).where(Element.structure_id == structure_id).order_by(Element.name)
        )
    )


def _element(session: Session, structure_id: int, name: str) -> Element | None:
    return session.scalar(
        select(Element).where(Element.structure_id == structure_id, Element.name == name)
    )


def _require_name(name: str, what: str) -> None:
    if not name.strip():
        raise UsageError(f"the name of a {what} is empty: give one")


def _added(session: Session, row: _Row) -> _Row:
    session.add(row)
    session.flush()
    return row
