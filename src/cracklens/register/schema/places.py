"""Structures, their elements, and visits to them."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cracklens.register.schema.base import Base


class Structure(Base):
    """A bridge, a tunnel, a building."""

    __tablename__ = "structure"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Element(Base):
    """A part of a structure that is graded by itself, such as a pier or a deck."""

    __tablename__ = "element"
    __table_args__ = (
        UniqueConstraint("structure_id", "name"),
        CheckConstraint("latitude_deg BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude_deg BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("area_m2 > 0", name="area"),
        CheckConstraint("length_m > 0", name="length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("element.id"), index=True)
    name: Mapped[str]
    number: Mapped[str | None]
    """Of the element in the code, such as "205" (AASHTO: reinforced concrete column)."""
    material: Mapped[str | None]
    member: Mapped[str | None]
    exposure: Mapped[str | None]
    reinforcement: Mapped[str | None]
    area_m2: Mapped[float | None]
    length_m: Mapped[float | None]
    latitude_deg: Mapped[float | None]
    longitude_deg: Mapped[float | None]


class Visit(Base):
    """A day on which a structure was photographed."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("structure_id", "date", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    date: Mapped[dt.date]
    name: Mapped[str] = mapped_column(default="")
    """Tells visits of the same day apart; empty where there is one."""
    inspector: Mapped[str | None]
    weather: Mapped[str | None]
