"""Decisions of people: appended, never changed. A trigger in the database refuses anything else."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cracklens.register.schema.base import Base, Sha256


class DecisionRow(Base):
    """One line of the journal of a visit.

    `finding_key` is no foreign key: a line that a person draws is a finding by its decision alone,
    and a decision stays when its finding is gone.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("visit_id", "number"),
        Index("ix_decision_visit_finding", "visit_id", "finding_key", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    number: Mapped[int]
    """1 for the first of the visit, without gaps."""
    finding_key: Mapped[str | None]
    """Null for a decision on a photograph or on the whole inspection."""
    who: Mapped[str]
    decided: Mapped[datetime]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    previous: Mapped[str]
    """The sha256 of the decision before; empty for the first."""
    sha256: Mapped[Sha256]
    line: Mapped[str]
    """As it was given: the hash is over this text, and it is written out again as it is."""
