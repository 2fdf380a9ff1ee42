"""Sums over the photographs of an element, kept so that pages need not add them up."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cracklens.register.schema import ElementTotal, StateQuantity

_KEYS = ("visit_id", "element_id", "code", "state")


def refresh_totals(session: Session, visit_id: int, elements: Collection[int | None]) -> None:
    """Add up the quantities of elements again; to be called where one of a photograph changed.

    Args:
        session: one that writes.
        visit_id: of the visit.
        elements: whose photographs changed, came or went; None for those without an element.
    """
    if not elements:
        return
    session.execute(
        delete(ElementTotal).where(
            ElementTotal.visit_id == visit_id, _among(ElementTotal.element_id, elements)
        )
    )
    keys = [getattr(StateQuantity, name) for name in _KEYS]
    sums = (
        select(*keys, func.sum(StateQuantity.cracks), func.sum(StateQuantity.length_m))
        .where(StateQuantity.visit_id == visit_id, _among(StateQuantity.element_id, elements))
        .group_by(*keys)
    )
    session.execute(insert(ElementTotal).from_select([*_KEYS, "cracks", "length_m"], sums))


def _among(
    column: InstrumentedAttribute[int | None], elements: Collection[int | None]
) -> ColumnElement[bool]:
    named = column.in_([each for each in elements if each is not None])
    return or_(named, column.is_(None)) if None in elements else named
