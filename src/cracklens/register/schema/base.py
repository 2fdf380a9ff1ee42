"""What all tables share: names of constraints, times in UTC, JSON."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, Select, String
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

K = TypeVar("K")
V = TypeVar("V")
SHA256_DIGITS = 64
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite, which has no time zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the database keeps.

        Raises:
            ValueError: the time has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of the mapped classes."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - as SQLAlchemy declares it
        datetime: Instant,
        dict[str, Any]: JSON(none_as_null=True),
    }


Sha256 = Annotated[str, mapped_column(String(SHA256_DIGITS))]
"""64 hexadecimal digits."""


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def storable(text: str) -> str:
    r"""Return a text that every database can keep.

    The name of a file may hold bytes that are not UTF-8, and PostgreSQL keeps no zero byte.

    >>> storable("a\udc80\0.jpg")
    'a\\udc80\\x00.jpg'
    """
    plain = text.replace("\0", "\\x00")
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")


def pairs(session: Session, wanted: Select[K, V]) -> dict[K, V]:
    """Return rows of two columns as a dictionary."""
    return {row[0]: row[1] for row in session.execute(wanted)}
