"""What a person decides: each request is one decision in the journal."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from cracklens.errors import UsageError
from cracklens.record.decisions import (
    STATEMENT,
    Decision,
    Undo,
    approvals,
    approve,
    holding,
    make_decision,
    to_redo,
    to_undo,
    told,
)
from cracklens.record.decisions.checks import check_action
from cracklens.record.decisions.journal import Make
from cracklens.record.decisions.model import Action, OfPhotograph
from cracklens.web.desk import Desk
from cracklens.web.routes.reading import detail, inspection_view
from cracklens.web.views import Decided, InspectionView, SummaryView, View

Name = Annotated[str, Field(min_length=1, max_length=200, description="Name of the person.")]
Seen = Annotated[
    int | None, Field(default=None, ge=0, description="Number of the last decision that was seen.")
]


class Deciding(View):
    """A decision about a photograph or one of its findings."""

    by: Name
    photograph: str
    finding: str | None = None
    expected: Seen
    decision: Action


class Back(View):
    """An undo or redo on a photograph."""

    by: Name
    photograph: str
    expected: Seen


class Approving(View):
    """The approval of the current version."""

    by: Name
    role: Annotated[str, Field(min_length=1, max_length=200)]
    statement: Annotated[str, Field(min_length=1, max_length=10_000)]
    expected: Seen


def deciding(desk: Desk) -> APIRouter:
    """Return the routes that append to the journal."""
    router = APIRouter(tags=["deciding"])

    @router.post("/decisions", status_code=201, summary="Decide")
    def decide(
        body: Annotated[
            Deciding,
            Body(
                examples=[
                    {
                        "by": "A. Smith",
                        "photograph": "P001",
                        "finding": "P001-C01",
                        "expected": 0,
                        "decision": {"kind": "reject", "what": "joint"},
                    }
                ]
            ),
        ],
    ) -> Decided:
        if isinstance(body.decision, Undo):
            raise UsageError("to take a decision back, use /undo or /redo")
        finding = _finding(desk, body)
        photo = desk.shown.photograph(body.photograph).record
        check_action(body.decision, photo)

        def make(before: Sequence[Decision]) -> Decision:
            return make_decision(
                body.decision,
                who=body.by,
                photograph=photo.sha256,
                finding=finding,
                previous=before[-1] if before else None,
                version=len(approvals(desk.shown.folder)) + 1,
            )

        return _decided(desk, body.photograph, make, body.expected)

    @router.post("/undo", status_code=201, summary="Take back the last decision on a photograph")
    def undo(body: Back) -> Decided:
        return _back(desk, body, again=False)

    @router.post("/redo", status_code=201, summary="Do again what was last taken back")
    def redo(body: Back) -> Decided:
        return _back(desk, body, again=True)

    @router.post("/photographs/{photograph}/seen", status_code=204, summary="Mark as looked at")
    def seen(photograph: str) -> None:
        desk.shown.mark_seen(desk.shown.photograph(photograph).record)

    @router.get("/summary", summary="What is approved: counts and metres")
    def summary() -> SummaryView:
        return _summary(desk)

    @router.post("/approvals", status_code=201, summary="Close the current version")
    def close(body: Approving) -> InspectionView:
        approve(
            desk.shown.folder,
            who=body.by,
            role=body.role,
            statement=body.statement,
            expected=body.expected,
        )
        return inspection_view(desk)

    return router


def _finding(desk: Desk, body: Deciding) -> str | None:
    """Return the id of the finding of a decision; it may be named by its short name."""
    if isinstance(body.decision, OfPhotograph):
        desk.shown.photograph(body.photograph)
        return None
    if body.finding is None:
        if body.decision.kind in {"comment", "element"}:
            return None
        raise UsageError(f"{body.decision.kind} is about a finding: name it")
    return desk.shown.finding(body.photograph, body.finding)[1].id


def _back(desk: Desk, body: Back, *, again: bool) -> Decided:
    photo = desk.shown.photograph(body.photograph).record

    def make(before: Sequence[Decision]) -> Decision:
        own = [one for one in before if one.photograph == photo.sha256]
        closed = max((one.decisions for one in approvals(desk.shown.folder)), default=0)
        action = (to_redo if again else to_undo)(own, closed=closed)
        return make_decision(
            action,
            who=body.by,
            photograph=photo.sha256,
            previous=before[-1] if before else None,
            version=len(approvals(desk.shown.folder)) + 1,
        )

    return _decided(desk, body.photograph, make, body.expected)


def _decided(desk: Desk, photograph: str, make: Make, expected: int | None) -> Decided:
    decision = desk.shown.journal.append(make, expected=expected)
    photo = desk.shown.photograph(photograph)
    drawn = next(
        (one.id for one in photo.findings if one.history and one.history[-1] == decision), None
    )
    return Decided(
        number=decision.number,
        told=_told(desk, decision),
        finding=drawn,
        photograph=detail(desk, photo),
        inspection=inspection_view(desk),
    )


def _told(desk: Desk, decision: Decision) -> str:
    action = decision.action
    if not isinstance(action, Undo):
        return told(decision)
    by_number = {one.number: one for one in desk.shown.state().decisions}
    target, again = by_number[action.number], False
    while isinstance(target.action, Undo):
        target, again = by_number[target.action.number], not again
    return f"{'Done again' if again else 'Taken back'}: {told(target)}"


def _summary(desk: Desk) -> SummaryView:
    state = desk.shown.state()
    rows = []
    for photo in state.photographs.values():
        counted = [one for one in photo.findings if one.counts]
        rejected = sum(one.status == "rejected" for one in photo.findings)
        drawn = sum(one.origin == "drawn" for one in counted)
        decided = sum(one.status == "accepted" for one in counted)
        name = photo.record.path
        rows.append([name, str(len(counted)), str(decided), str(drawn), str(rejected)])
    return SummaryView(
        statement=STATEMENT,
        decisions=len(holding(state.decisions)),
        heads=["Photograph", "Cracks", "of these accepted", "drawn by hand", "Rejected"],
        rows=rows,
    )
