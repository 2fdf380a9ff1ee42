"""A finding: what the model said of a line, with the decisions about it applied."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from cracklens.record.base import Point
from cracklens.record.decisions.model import Decision, Gauge
from cracklens.record.finding_keys import finding_key, finding_keys, lines_of
from cracklens.record.schema import CrackRecord, PhotoRecord, RejectedRecord

Origin = Literal["model", "set aside", "drawn", "split"]
Status = Literal["open", "accepted", "rejected"]
Lines = tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A line on a photograph.

    Attributes:
        id: stable; hangs on the photograph and the line.
        name: short, such as "P003-C01"; of the report.
        photograph: id of the photograph in the record, such as "P003".
        origin: who found it: the model, the model that set it aside, a person, or a split.
        status: what people decided.
        lines_px: one polyline for each branch, as they are now.
        record: what the model said; None for a line that it did not find.
        moved: the line is not that of the model: it has to be measured again.
        what: kind of a rejected finding.
        why: reason of a rejection.
        element: of the structure.
        gauges: widths read by hand.
        states: state and reason by code, where a person said another one.
        comments: in their order.
        history: all decisions about it, also those that no longer hold.
    """

    id: str
    name: str
    photograph: str
    origin: Origin
    lines_px: Lines
    record: CrackRecord | RejectedRecord | None = None
    status: Status = "open"
    moved: bool = False
    what: str | None = None
    why: str | None = None
    element: str | None = None
    gauges: tuple[Gauge, ...] = ()
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    history: tuple[Decision, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is reported: a crack that nobody rejected, or a line that a person accepts."""
        if self.status == "open":
            return not isinstance(self.record, RejectedRecord)
        return self.status == "accepted"

    @property
    def probability(self) -> float | None:
        """Of a crack: 1 or 0 once a person decided, else what the model says."""
        if self.status == "accepted":
            return 1.0
        if self.status == "rejected":
            return 0.0
        return self.record.probability if self.record else None

    @property
    def length_px(self) -> float:
        """Of all branches along their points."""
        return sum(math.dist(a, b) for line in self.lines_px for a, b in pairwise(line))


def findings_of(photo: PhotoRecord) -> list[Finding]:
    """Return the lines of a photograph as the model found them: cracks, then what it set aside."""
    lines: list[CrackRecord | RejectedRecord] = [*photo.cracks, *photo.rejected]
    first_rejected = len(photo.cracks)
    return [
        Finding(
            id=key,
            name=line.id
            if isinstance(line, CrackRecord)
            else f"{photo.id}-R{place - first_rejected + 1:02}",
            photograph=photo.id,
            origin="model" if isinstance(line, CrackRecord) else "set aside",
            lines_px=as_lines(lines_of(line)),
            record=line,
        )
        for place, (key, line) in enumerate(zip(finding_keys(photo), lines, strict=True))
    ]


def drawn_key(decision: Decision) -> str:
    """Return the id of the line that a decision draws; it hangs on the photograph and the line.

    The number of the decision is in it, so that two people who draw one line make two findings.
    """
    lines = decision.payload["lines"]
    return finding_key(f"{decision.photograph}|{decision.number}", lines)


def as_lines(lines: Sequence[Sequence[Point]]) -> Lines:
    """Return polylines as tuples."""
    return tuple(tuple((float(x), float(y)) for x, y in line) for line in lines)


def with_lines(finding: Finding, lines: Sequence[Sequence[Point]]) -> Finding:
    """Return a finding on another course."""
    return replace(finding, lines_px=as_lines(lines), moved=True)
