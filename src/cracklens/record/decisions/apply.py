"""The record with the decisions applied: what is shown and counted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cracklens.errors import UsageError
from cracklens.record.decisions.finding import (
    Finding,
    as_lines,
    drawn_key,
    findings_of,
    with_lines,
)
from cracklens.record.decisions.history import holding
from cracklens.record.decisions.model import (
    Accept,
    Comment,
    Course,
    Decision,
    Draw,
    Element,
    Gauge,
    Join,
    Region,
    Reject,
    Scale,
    Split,
    State,
)
from cracklens.record.decisions.split import split_lines
from cracklens.record.schema import Inspection, PhotoRecord


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A decision that holds and cannot be applied, with the reason."""

    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewedPhoto:
    """A photograph after the decisions.

    Attributes:
        record: what the model said.
        findings: in the order of the record; drawn and split ones last.
        scale: set by hand; None if nobody did.
        regions: polygons that a person marked as no concrete.
        element: of the structure.
        history: all decisions about it and its findings, also those that no longer hold.
        not_applied: decisions that could not be applied.
    """

    record: PhotoRecord
    findings: tuple[Finding, ...]
    scale: Scale | None = None
    regions: tuple[Region, ...] = ()
    element: str | None = None
    history: tuple[Decision, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()

    @property
    def original(self) -> list[Finding]:
        """The findings without any decision, as the model said."""
        return findings_of(self.record)

    def finding(self, key: str) -> Finding | None:
        """Return a finding by its id or its short name."""
        return next((one for one in self.findings if key in {one.id, one.name}), None)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An inspection after the decisions; `not_applied` also holds those on unknown photographs."""

    inspection: Inspection
    photographs: tuple[ReviewedPhoto, ...]
    decisions: tuple[Decision, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()

    def photograph(self, key: str) -> ReviewedPhoto | None:
        """Return a photograph by its id, its path or its SHA-256."""
        return next(
            (
                one
                for one in self.photographs
                if key in {one.record.id, one.record.path, one.record.sha256}
            ),
            None,
        )


def review(inspection: Inspection, decisions: Sequence[Decision]) -> Reviewed:
    """Return an inspection with all decisions applied that hold.

    The result depends on the arguments alone. A decision that cannot be applied is listed.

    Args:
        inspection: what the model said; it is not changed.
        decisions: the whole journal.
    """
    holds = {decision.number for decision in holding(decisions)}
    by_photo: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_photo.setdefault(decision.photograph or "", []).append(decision)
    photographs = tuple(
        review_photo(photo, by_photo.pop(photo.sha256, ()), holds)
        for photo in inspection.photographs
    )
    gone = [
        NotApplied(decision, "the photograph is not in this inspection")
        for rest in by_photo.values()
        for decision in rest
        if decision.number in holds
    ]
    known = [one for photo in photographs for one in photo.not_applied]
    return Reviewed(inspection, photographs, tuple(decisions), (*known, *gone))


def review_photo(
    photo: PhotoRecord, decisions: Iterable[Decision], holds: set[int]
) -> ReviewedPhoto:
    """Return a photograph after its decisions.

    Args:
        photo: its record.
        decisions: all about it, in their order.
        holds: numbers of the decisions that hold.
    """
    history = tuple(decisions)
    state = _State(photo, history, {one.id: one for one in findings_of(photo)})
    for decision in history:
        if decision.number in holds:
            try:
                state.take(decision)
            except UsageError as error:
                state.not_applied.append(NotApplied(decision, str(error)))
    findings = tuple(replace(one, history=state.history_of(one)) for one in state.findings.values())
    return ReviewedPhoto(
        photo,
        findings,
        state.scale,
        tuple(state.regions),
        state.element,
        history,
        tuple(state.not_applied),
    )


def _concerns(decision: Decision, key: str) -> bool:
    return decision.finding == key or key in decision.payload.get("others", ())


@dataclass(slots=True)
class _State:
    """The findings of a photograph while decisions are applied."""

    photo: PhotoRecord
    history: tuple[Decision, ...]
    findings: dict[str, Finding]
    scale: Scale | None = None
    regions: list[Region] = field(default_factory=list)
    element: str | None = None
    not_applied: list[NotApplied] = field(default_factory=list)
    drawn: int = 0

    def take(self, decision: Decision) -> None:
        """Apply one decision.

        Raises:
            UsageError: what it is about is gone, or it makes no sense any more.
        """
        action = decision.action
        apply = _APPLY[type(action)]
        apply(self, decision, action)

    def one(self, decision: Decision) -> Finding:
        found = self.findings.get(decision.finding or "")
        if found is None:
            raise UsageError("the finding is gone")
        return found

    def history_of(self, *findings: Finding, until: int | None = None) -> tuple[Decision, ...]:
        """Return what was decided about findings and about what they came from, in its order."""
        own = {one.number: one for finding in findings for one in finding.history}
        for decision in self.history:
            early = until is None or decision.number <= until
            if early and any(_concerns(decision, finding.id) for finding in findings):
                own[decision.number] = decision
        return tuple(own[number] for number in sorted(own))

    def put(self, finding: Finding) -> None:
        self.findings[finding.id] = finding


def _accept(state: _State, decision: Decision, action: Accept) -> None:
    del action
    state.put(replace(state.one(decision), status="accepted", what=None, why=None))


def _reject(state: _State, decision: Decision, action: Reject) -> None:
    found = state.one(decision)
    state.put(replace(found, status="rejected", what=action.what, why=action.reason))


def _course(state: _State, decision: Decision, action: Course) -> None:
    found = with_lines(state.one(decision), action.lines)
    state.put(replace(found, status="accepted", what=None, why=None))


def _join(state: _State, decision: Decision, action: Join) -> None:
    first = state.one(decision)
    keys = [key for key in dict.fromkeys(action.others) if key != first.id]
    others = [state.findings[key] for key in keys if key in state.findings]
    if not others or len(others) < len(keys):
        raise UsageError("a part that was joined is gone")
    lines = [line for one in (first, *others) for line in one.lines_px]
    history = state.history_of(first, *others, until=decision.number)
    for one in others:
        del state.findings[one.id]
    joined = replace(with_lines(first, lines), history=history)
    state.put(replace(joined, status="accepted", what=None, why=None))


def _split(state: _State, decision: Decision, action: Split) -> None:
    found = state.one(decision)
    parts = split_lines(found.lines_px, action.branch, action.point)
    place = list(state.findings)
    at = place.index(found.id)
    made = [
        replace(
            with_lines(found, part),
            id=f"{found.id}-{number}",
            name=f"{found.name}-{number}",
            origin="split",
            history=state.history_of(found, until=decision.number),
        )
        for number, part in enumerate(parts, 1)
    ]
    rest = [state.findings[key] for key in place[at + 1 :]]
    for key in place[at:]:
        del state.findings[key]
    for one in (*made, *rest):
        state.put(one)


def _draw(state: _State, decision: Decision, action: Draw) -> None:
    state.drawn += 1
    state.put(
        Finding(
            id=drawn_key(decision),
            name=f"{state.photo.id}-D{state.drawn:02}",
            photograph=state.photo.id,
            origin="drawn",
            lines_px=as_lines(action.lines),
            status="accepted",
            moved=True,
            history=(decision,),
        )
    )


def _gauge(state: _State, decision: Decision, action: Gauge) -> None:
    found = state.one(decision)
    state.put(replace(found, gauges=(*found.gauges, action)))


def _overrule(state: _State, decision: Decision, action: State) -> None:
    found = state.one(decision)
    states = {**found.states, action.code: (action.state, action.reason)}
    state.put(replace(found, states=states))


def _comment(state: _State, decision: Decision, action: Comment) -> None:
    if decision.finding is None:
        return
    found = state.one(decision)
    state.put(replace(found, comments=(*found.comments, action.text)))


def _assign(state: _State, decision: Decision, action: Element) -> None:
    if decision.finding is None:
        state.element = action.element
        return
    state.put(replace(state.one(decision), element=action.element))


def _set_scale(state: _State, decision: Decision, action: Scale) -> None:
    del decision
    state.scale = action


def _mark_region(state: _State, decision: Decision, action: Region) -> None:
    del decision
    state.regions.append(action)


_APPLY: Mapping[type, Callable[[_State, Decision, Any], None]] = {
    Accept: _accept,
    Reject: _reject,
    Course: _course,
    Join: _join,
    Split: _split,
    Draw: _draw,
    Gauge: _gauge,
    State: _overrule,
    Comment: _comment,
    Element: _assign,
    Scale: _set_scale,
    Region: _mark_region,
}
