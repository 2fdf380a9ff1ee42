"""What a person says of a photograph: that it was looked at, and what it shows."""

from sqlalchemy.orm import Session

from cracklens.errors import DataNotFoundError
from cracklens.register.schema import Photograph
from cracklens.register.schema.base import now


def mark_seen(session: Session, photograph_id: int, who: str) -> None:
    """Say that a person has looked at a photograph. The first one stays.

    Raises:
        DataNotFoundError: there is no such photograph.
    """
    photograph = find_photograph(session, photograph_id)
    if not photograph.seen:
        photograph.seen, photograph.seen_at, photograph.seen_by = True, now(), who


def set_view(session: Session, photograph_id: int, view: str | None) -> None:
    """Say what a photograph shows, such as "north face from the bank".

    Raises:
        DataNotFoundError: there is no such photograph.
    """
    find_photograph(session, photograph_id).view = view


def find_photograph(session: Session, photograph_id: int) -> Photograph:
    """Return a photograph.

    Raises:
        DataNotFoundError: there is none of that number.
    """
    photograph = session.get(Photograph, photograph_id)
    if photograph is None:
        raise DataNotFoundError(f"there is no photograph {photograph_id} in the register")
    return photograph
