"""Lines that were found, and quantities in each state of a code."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cracklens.register.schema.base import Base, Sha256


class Finding(Base):
    """A line of a result: a crack, or what was set aside.

    The columns repeat what the record says, for pages to filter and sort by. `current` is true
    while its result is that of its photograph.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("result_id", "position"),
        CheckConstraint("kind IN ('crack', 'rejected')", name="kind"),
        Index("ix_finding_visit_key", "visit_id", "key"),
        Index("ix_finding_photograph", "photograph_id", "current", "position"),
        Index("ix_finding_doubt", "visit_id", "current", "decided", "doubt", "id"),
        Index("ix_finding_urgency", "visit_id", "current", "kind", "urgency", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[Sha256]
    """The stable id, from `cracklens.record.finding_keys`."""
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    photograph_id: Mapped[int] = mapped_column(ForeignKey("photograph.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    position: Mapped[int]
    """In the result, cracks before rejected lines."""
    current: Mapped[bool]
    short_name: Mapped[str]
    """Within its inspection: "P003-C01", or "P003-R01" for a rejected line."""
    kind: Mapped[str]
    probability: Mapped[float | None]
    """That it is a crack; null where nothing verified it."""
    confidence: Mapped[float]
    length_px: Mapped[float]
    length_mm: Mapped[float | None]
    max_width_px: Mapped[float | None]
    max_width_mm: Mapped[float | None]
    code: Mapped[str | None]
    """First code that gives a condition state, such as "aashto-mbei"."""
    state: Mapped[str | None]
    """Its likeliest state."""
    state_probability: Mapped[float | None]
    """Of that state, given that it is a crack."""
    urgency: Mapped[float] = mapped_column(default=-1.0)
    """Priority, 0 to 100; -1 without one."""
    doubt: Mapped[float] = mapped_column(default=0.0)
    """From 0, where it is certain what the line is, to 1, where the probability is 0.5."""
    decided: Mapped[bool] = mapped_column(default=False)
    record: Mapped[dict[str, Any]]


class StateQuantity(Base):
    """Cracks of a photograph in one state of one code, as its current result expects them."""

    __tablename__ = "state_quantity"
    __table_args__ = (
        Index(
            "ix_state_quantity_totals",
            "visit_id", "element_id", "code", "state", "cracks", "length_m",
        ),
    )  # fmt: skip

    photograph_id: Mapped[int] = mapped_column(ForeignKey("photograph.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    element_id: Mapped[int | None] = mapped_column(ForeignKey("element.id"), index=True)
    """That of the photograph."""
    cracks: Mapped[float]
    """Expected number: each line times the probability of a crack and of the state."""
    length_m: Mapped[float]
    """Expected; 0 without a scale."""


class ElementTotal(Base):
    """Cracks of an element in one state of one code: the sum over its photographs of a visit.

    `cracklens.register.totals` keeps it; a page would wait for the sum.
    """

    __tablename__ = "element_total"
    __table_args__ = (Index("ix_element_total_visit_element", "visit_id", "element_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    element_id: Mapped[int | None] = mapped_column(ForeignKey("element.id"))
    """Null for photographs that belong to no element."""
    code: Mapped[str]
    state: Mapped[str]
    cracks: Mapped[float]
    length_m: Mapped[float]
