"""What is shown: the inspection, its photographs and their findings."""

from pathlib import PurePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from cracklens.record.decisions import LOOKALIKES, ReviewedPhoto, approvals
from cracklens.web.desk import Desk
from cracklens.web.present import finding_views, photograph_view, scale_text
from cracklens.web.views import (
    ApprovalView,
    InspectionView,
    NextView,
    PhotographDetail,
    PhotographPage,
    PhotographView,
)

PAGE = 60
Order = Literal["urgency", "name", "element"]
Which = Literal["all", "unsure", "undecided", "unseen"]


def inspection_view(desk: Desk) -> InspectionView:
    """Return the inspection as the head of each page shows it."""
    state = desk.shown.state()
    views = [card(desk, photo) for photo in state.photographs.values()]
    return InspectionView(
        name=PurePath(desk.shown.inspection.root).name or "photographs",
        created=desk.shown.inspection.created.isoformat(),
        photographs=len(views),
        findings=sum(one.findings for one in views),
        undecided=sum(one.undecided for one in views),
        unsure=sum(one.unsure for one in views),
        decisions=len(state.decisions),
        kinds=list(LOOKALIKES),
        approved=[
            ApprovalView(
                version=one.version,
                by=one.who,
                role=one.role,
                at=one.when.isoformat(),
                statement=one.statement,
            )
            for one in approvals(desk.shown.folder)
        ],
    )


def card(desk: Desk, photo: ReviewedPhoto) -> PhotographView:
    """Return a photograph as the wall shows it."""
    record = photo.record
    return photograph_view(
        record,
        finding_views(desk.shown.counted(photo, pixels=False)),
        present=desk.shown.file(record) is not None,
        seen=record.sha256 in desk.shown.seen,
        element=photo.element,
    )


def detail(desk: Desk, photo: ReviewedPhoto) -> PhotographDetail:
    """Return a photograph with all its findings, likely cracks first."""
    state = desk.shown.state()
    record = photo.record
    ids = list(state.photographs)
    at = ids.index(record.id)
    counted = desk.shown.counted(photo)
    views = finding_views(counted, state.undone)
    views.sort(key=lambda one: (not one.shown, -(one.priority or 0.0)))
    return PhotographDetail(
        id=record.id,
        path=record.path,
        file=str(PurePath(record.path).name),
        present=desk.shown.file(record) is not None,
        width_px=record.width_px,
        height_px=record.height_px,
        notes=list(record.notes),
        scale=scale_text(counted.record),
        unmeasured=counted.unmeasured.get(record.id),
        decisions=len(state.decisions),
        findings=views,
        regions=[one.polygon for one in photo.regions],
        previous=ids[at - 1] if at else None,
        next=ids[at + 1] if at + 1 < len(ids) else None,
    )


def reading(desk: Desk) -> APIRouter:
    """Return the routes that change nothing."""
    router = APIRouter(tags=["reading"])

    @router.get("/inspection", summary="The inspection and how much is left to do")
    def inspection() -> InspectionView:
        return inspection_view(desk)

    @router.get("/photographs", summary="Photographs, a page at a time")
    def photographs(
        order: Order = "urgency",
        filter: Which = "all",  # noqa: A002 - name of the parameter in the address
        after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = PAGE,
    ) -> PhotographPage:
        found = [card(desk, photo) for photo in desk.shown.state().photographs.values()]
        kept = sorted((one for one in found if _is(one, filter)), key=_KEYS[order])
        ids = [one.id for one in kept]
        start = ids.index(after) + 1 if after in ids else 0
        items = kept[start : start + limit]
        more = start + limit < len(kept)
        return PhotographPage(items=items, next=items[-1].id if more and items else None)

    @router.get("/photographs/{photograph}", summary="A photograph with its findings")
    def photograph(photograph: str) -> PhotographDetail:
        return detail(desk, desk.shown.photograph(photograph))

    @router.get("/next-unsure", summary="The next finding that nobody decided and is not sure")
    def next_unsure(
        after: Annotated[
            str | None, Query(description="photograph/finding after which to look.")
        ] = None,
    ) -> NextView:
        pairs = [
            (photo.record.id, view)
            for photo in desk.shown.state().photographs.values()
            for view in finding_views(desk.shown.counted(photo, pixels=False))
        ]
        place, _, key = (after or "").partition("/")
        at = next(
            (n for n, (photo, view) in enumerate(pairs) if (photo, view.id) == (place, key)), -1
        )
        for photo, view in (*pairs[at + 1 :], *pairs[: at + 1]):
            if view.unsure and (photo, view.id) != (place, key):
                return NextView(photograph=photo, finding=view.id)
        return NextView(photograph=None, finding=None)

    return router


def _is(photo: PhotographView, which: Which) -> bool:
    return {
        "all": True,
        "unsure": photo.unsure > 0,
        "undecided": photo.undecided > 0,
        "unseen": not photo.seen,
    }[which]


_KEYS: dict[str, Any] = {
    "urgency": lambda one: (-(one.urgency if one.urgency is not None else -1.0), one.id),
    "name": lambda one: one.path,
    "element": lambda one: (one.element is None, one.element or "", one.path),
}
