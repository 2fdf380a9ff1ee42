"""A proposal of elements for photographs, and its writing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cracklens.register.places import elements_of, lock_visit, require_element
from cracklens.register.schema import Photograph, StateQuantity, Visit
from cracklens.register.schema.base import pairs
from cracklens.register.totals import refresh_totals

_IN_ONE_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """Elements for the photographs of a visit.

    Attributes:
        elements: name of the element by the id of the photograph.
        ambiguous: what may belong to several elements, by the path of the photograph: in words.
        unmatched: paths of photographs for which nothing was found.
    """

    elements: Mapping[int, str]
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an assignment did, in numbers of photographs.

    Attributes:
        assigned: that got an element, or another one.
        unchanged: that had it.
        kept: that keep another element, which they had before.
        new_elements: names of elements that were made.
    """

    assigned: int
    unchanged: int
    kept: int
    new_elements: tuple[str, ...]


def assign(
    session: Session, visit: Visit, proposal: Proposal, *, replace: bool = False
) -> Assigned:
    """Assign photographs to elements; an element that the structure does not have is made.

    Args:
        session: one that writes.
        visit: of the photographs.
        proposal: which element for which photograph.
        replace: also where a photograph belongs to another element already.

    Raises:
        UsageError: the name of an element is empty.
    """
    lock_visit(session, visit.id)
    before = pairs(
        session,
        select(Photograph.id, Photograph.element_id).where(Photograph.visit_id == visit.id),
    )
    ids, made = _elements(session, visit, set(proposal.elements.values()))
    moved: defaultdict[int, list[int]] = defaultdict(list)
    unchanged = kept = 0
    for photograph_id, name in proposal.elements.items():
        had = before[photograph_id]
        if had == ids[name]:
            unchanged += 1
        elif had is not None and not replace:
            kept += 1
        else:
            moved[ids[name]].append(photograph_id)
    for element_id, photographs in moved.items():
        for start in range(0, len(photographs), _IN_ONE_STATEMENT):
            _move(session, photographs[start : start + _IN_ONE_STATEMENT], element_id)
    left = {before[each] for photographs in moved.values() for each in photographs}
    refresh_totals(session, visit.id, left | set(moved))
    return Assigned(sum(map(len, moved.values())), unchanged, kept, made)


def _elements(
    session: Session, visit: Visit, names: set[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    known = {element.name for element in elements_of(session, visit.structure_id)}
    ids = {name: require_element(session, visit.structure_id, name).id for name in sorted(names)}
    return ids, tuple(sorted(names - known))


def _move(session: Session, photographs: list[int], element_id: int) -> None:
    session.execute(
        update(Photograph).where(Photograph.id.in_(photographs)).values(element_id=element_id)
    )
    session.execute(
        update(StateQuantity)
        .where(StateQuantity.photograph_id.in_(photographs))
        .values(element_id=element_id)
    )


def paths_of(session: Session, visit_id: int) -> dict[int, str]:
    """Return the path of each photograph of a visit, by its id."""
    wanted = select(Photograph.id, Photograph.path).where(Photograph.visit_id == visit_id)
    return pairs(session, wanted.order_by(Photograph.id))
