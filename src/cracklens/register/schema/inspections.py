"""Inspections of a visit, version by version, and what each says of a photograph.

A result is what one inspection found on one photograph. Versions of an inspection that say the same
of it share the result. Nothing is removed: an old version can be written out as it was.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cracklens.register.schema.base import Base, Sha256, now


class InspectionRow(Base):
    """A version of the inspection of a visit: its record without the photographs."""

    __tablename__ = "inspection"
    __table_args__ = (
        UniqueConstraint("visit_id", "version"),
        UniqueConstraint("visit_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    version: Mapped[int]
    """1 for the first of the visit."""
    digest: Mapped[Sha256]
    """Of the whole record, from `cracklens.register.digests`."""
    created: Mapped[datetime]
    cracklens_version: Mapped[str]
    model: Mapped[str]
    photographs: Mapped[int]
    folder: Mapped[str]
    """It was imported from here; overlays, crops and tables lie there."""
    imported: Mapped[datetime] = mapped_column(default=now)
    record: Mapped[dict[str, Any]]


class Result(Base):
    """What was found on a photograph: its record without cracks and rejected lines."""

    __tablename__ = "result"
    __table_args__ = (UniqueConstraint("photograph_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    photograph_id: Mapped[int] = mapped_column(ForeignKey("photograph.id"))
    digest: Mapped[Sha256]
    """Of the whole record of the photograph."""
    current: Mapped[bool]
    """Whether pages show it: true for one result of a photograph."""
    record: Mapped[dict[str, Any]]


class InspectedRow(Base):
    """A photograph in a version of an inspection."""

    __tablename__ = "inspected"
    __table_args__ = (Index("ix_inspected_result_id", "result_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """In the record, from 0."""
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
