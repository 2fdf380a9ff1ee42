"""Photographs of a visit."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cracklens.register.schema.base import Base


class Photograph(Base):
    """A photograph of a visit, and what pages sort it by.

    What was found on it lies in its results, of which one is current.
    """

    __tablename__ = "photograph"
    __table_args__ = (
        UniqueConstraint("visit_id", "sha256"),
        Index("ix_photograph_urgency", "urgency", "id"),
        Index("ix_photograph_visit_urgency", "visit_id", "urgency", "id"),
        Index("ix_photograph_visit_seen_urgency", "visit_id", "seen", "urgency", "id"),
        Index("ix_photograph_element_urgency", "element_id", "urgency", "id"),
        Index("ix_photograph_sha256", "sha256"),
        Index("ix_photograph_visit_counts", "visit_id", "seen", "cracks", "unsure"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    element_id: Mapped[int | None] = mapped_column(ForeignKey("element.id"))
    sha256: Mapped[str]
    short_name: Mapped[str]
    """Within its inspection, such as "P003"."""
    root: Mapped[str]
    """Folder that `path` is relative to."""
    path: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    taken: Mapped[str | None]
    """ISO 8601, local time of the camera, with its offset if the file has it."""
    camera: Mapped[str | None]
    lens: Mapped[str | None]
    latitude_deg: Mapped[float | None]
    longitude_deg: Mapped[float | None]
    altitude_m: Mapped[float | None]
    view: Mapped[str | None]
    """What it shows, as a person says it: "north face from the bank"."""
    seen: Mapped[bool] = mapped_column(default=False)
    """Whether a person has looked at it."""
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]
    urgency: Mapped[float] = mapped_column(default=-1.0)
    """Greatest priority of its cracks, 0 to 100; -1 where none has one."""
    cracks: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    """Findings without a decision whose probability is neither low nor high."""
