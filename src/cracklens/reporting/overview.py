"""Data of the overview of the report: ranked cracks, quantities, photographs to retake."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from cracklens.record.measured import QuantitiesRecord, WidthClassRecord
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord
from cracklens.reporting import figures
from cracklens.reporting.boundaries import exposures
from cracklens.reporting.palette import WIDTH_CLASSES, rank_of


@dataclass(frozen=True, slots=True)
class Bar:
    """Expected metres in one width class; `percent` is relative to the longest class.

    `rank` is the index in `WIDTH_CLASSES`; None for a class with other bounds.
    """

    name: str
    rank: int | None
    length: str
    interval: str
    cracks: int
    percent: float


@dataclass(frozen=True, slots=True)
class StateRow:
    """Length and area in one state of a code."""

    state: str
    length: str
    interval: str
    area: str
    percent: float


@dataclass(frozen=True, slots=True)
class StateTable:
    """Quantities by state of one code."""

    code: str
    title: str
    kind: str
    mark: str
    rows: list[StateRow]


@dataclass(frozen=True, slots=True)
class Advice:
    """Photographs with the same verdict and the same advice."""

    verdict: str
    text: str
    photographs: list[PhotoRecord]


def scaled(inspection: Inspection) -> Literal["none", "some", "all"]:
    """Return whether none, some or all of the photographs have a scale."""
    known = [photo.scale is not None for photo in inspection.photographs]
    return "all" if known and all(known) else "some" if any(known) else "none"


def context_rows(inspection: Inspection) -> list[tuple[str, str]]:
    """Return the context of the member as names and texts; empty without context."""
    context = inspection.context
    if context is None:
        return []
    titles = {
        grade.code: grade.title
        for photo in inspection.photographs
        for crack in photo.cracks
        for grade in crack.grades
    }
    axis = "" if context.axis_deg is None else f"{context.axis_deg:g}° from the horizontal"
    rows = [
        ("Codes", "; ".join(titles.get(code, code) for code in context.codes)),
        ("Exposure", ", ".join(exposures(context))),
        ("Concrete", context.reinforcement or ""),
        ("Member", context.member or ""),
        ("Axis of the member", axis),
    ]
    return [(name, text) for name, text in rows if text]


def to_retake(inspection: Inspection) -> list[Advice]:
    """Return the advice for photographs that are not fit to measure, those to retake first."""
    groups: dict[tuple[str, str], list[PhotoRecord]] = {}
    for photo in inspection.photographs:
        if photo.fitness and photo.fitness.verdict != "measure":
            advice = "; ".join(photo.fitness.advice) or photo.scale_missing or ""
            groups.setdefault((photo.fitness.verdict, advice), []).append(photo)
    found = [Advice(verdict, advice, photos) for (verdict, advice), photos in groups.items()]
    return sorted(found, key=lambda each: each.verdict != "retake")


def bars(quantities: QuantitiesRecord) -> list[Bar]:
    """Return the bars of the metres by width class."""
    most_m = max((each.length_m for each in quantities.width_classes), default=0.0) or 1.0
    return [
        Bar(
            name=each.name,
            rank=_rank(each),
            length=_metres(each.length_m),
            interval=interval_m(each.low_m, each.high_m),
            cracks=each.cracks,
            percent=round(100 * each.length_m / most_m, 1),
        )
        for each in quantities.width_classes
    ]


def state_tables(inspection: Inspection) -> list[StateTable]:
    """Return quantities by state, one table for each code; inspection states come first."""
    if inspection.quantities is None:
        return []
    grades = {
        grade.code: grade
        for photo in inspection.photographs
        for crack in photo.cracks
        for grade in crack.grades
    }
    tables = []
    for code, rows in groupby(inspection.quantities.states, key=lambda row: row.code):
        found, grade = list(rows), grades.get(code)
        most_m = max(row.length_m for row in found) or 1.0
        tables.append(
            StateTable(
                code=code,
                title=grade.title if grade else code,
                kind=grade.kind if grade else "inspection state",
                mark="(s)" if grade and grade.verified == "secondary" else "",
                rows=[
                    StateRow(
                        state=row.state,
                        length=_metres(row.length_m),
                        interval=interval_m(row.low_m, row.high_m),
                        area="" if row.area_m2 is None else f"{row.area_m2:,.2f} m²",
                        percent=round(100 * row.length_m / most_m, 1),
                    )
                    for row in found
                ],
            )
        )
    return sorted(tables, key=lambda table: table.kind == "design limit")


def total_m(pairs: Sequence[tuple[PhotoRecord, CrackRecord]]) -> float | None:
    """Return the expected length of all cracks with a length in mm, in m; None without one."""
    known = [(figures.length_mm(crack), figures.share(crack)) for _, crack in pairs]
    found = [value * share for value, share in known if value is not None]
    return sum(found) / figures.MM_PER_M if found else None


def interval_m(low_m: float | None, high_m: float | None) -> str:
    """Return the ends of an interval in metres, as text; empty where it is not known, or all 0."""
    return "" if low_m is None or not high_m else f"{low_m:,.2f} to {high_m:,.2f}"


def _rank(found: WidthClassRecord) -> int | None:
    rank = rank_of(found.above_mm)
    up_to_mm = math.inf if found.up_to_mm is None else found.up_to_mm
    return rank if up_to_mm == WIDTH_CLASSES[rank].up_to_mm else None


def _metres(length_m: float) -> str:
    return f"{length_m:,.2f} m"
