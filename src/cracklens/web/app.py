"""The server: one inspection, its page and its HTTP interface, version 1."""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles

import cracklens
from cracklens.errors import (
    CracklensError,
    DataNotFoundError,
    OutputError,
    PhotoError,
    UsageError,
)
from cracklens.record.schema import PhotoRecord
from cracklens.web.evidence import darkest_path, strip_picture
from cracklens.web.pyramid import Pyramids
from cracklens.web.security import Access, Guard
from cracklens.web.shown import Shown
from cracklens.web.thumbnails import Thumbnails

_WEEK = "private, max-age=604800, immutable"  # of what is named by its content
_REPORT = "report.html"
_STATUS: dict[type[CracklensError], int] = {
    DataNotFoundError: 404,
    PhotoError: 410,
    UsageError: 422,
    OutputError: 507,
}


@dataclass(frozen=True)
class Desk:
    """What the routes share."""

    shown: Shown
    pyramids: Pyramids = field(default_factory=Pyramids)
    thumbnails: Thumbnails = field(default_factory=Thumbnails)


def create_app(shown: Shown, access: Access | None = None) -> FastAPI:
    """Return the server of an inspection.

    Args:
        shown: the inspection.
        access: who may use it; default: this machine alone.
    """
    app = FastAPI(
        title="cracklens",
        version=cracklens.__version__,
        summary="Cracks in photographs of concrete: look at them, correct them, approve them.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(Guard, access=access or Access())
    app.add_exception_handler(CracklensError, _said)
    desk = Desk(shown)
    app.include_router(_pages(desk))
    app.include_router(_pictures(desk), prefix="/api/v1")
    place = files("cracklens.web").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(place)), name="static")
    return app


async def _said(request: Request, error: Exception) -> JSONResponse:
    """Answer with what an error says; paths of the server's disk stay out of it."""
    del request
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    text = f"{error.path.name} {error.reason}" if isinstance(error, PhotoError) else str(error)
    return JSONResponse({"detail": text}, status_code=status)


def _pages(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def page() -> Response:
        content = files("cracklens.web").joinpath("static", "index.html").read_text("utf-8")
        return Response(content, media_type="text/html", headers={"cache-control": "no-cache"})

    @router.get("/report")
    def report() -> Response:
        file = desk.shown.folder / _REPORT
        if not file.is_file():
            return PlainTextResponse("The inspection has no report.", status_code=404)
        # the report is one file with its own style and script, made by this program
        policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        policy += "img-src data:; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
        return FileResponse(
            file, media_type="text/html", headers={"content-security-policy": policy}
        )

    return router


def _pictures(desk: Desk) -> APIRouter:
    """Return the routes of pixels."""
    router = APIRouter(tags=["pictures"])

    def picture(content: bytes) -> Response:
        return Response(content, media_type="image/jpeg", headers={"cache-control": _WEEK})

    @router.get(
        "/photographs/{photograph}/tiles/{level}/{column}/{row}.jpg",
        summary="A tile of 512 px for deep zoom",
        response_class=Response,
    )
    def tile(photograph: str, level: int, column: int, row: int) -> Response:
        photo = desk.shown.photograph(photograph)
        file = desk.shown.require_file(photo)
        return picture(desk.pyramids.tile(photo.sha256, file, level, column, row))

    @router.get(
        "/photographs/{photograph}/thumbnail.jpg",
        summary="The photograph at 480 px",
        response_class=Response,
    )
    def thumbnail(photograph: str) -> Response:
        photo = desk.shown.photograph(photograph)
        return picture(desk.thumbnails.get(photo.sha256, desk.shown.require_file(photo)))

    @router.get(
        "/photographs/{photograph}/findings/{finding}/strip.jpg",
        summary="The photograph straightened along a line",
        response_class=Response,
    )
    def strip(photograph: str, finding: str) -> Response:
        import numpy as np

        photo = desk.shown.photograph(photograph)
        found = _finding(desk, photo, finding)
        lines = [np.asarray(line.points, np.float64) for line in found.lines]
        pixels = desk.pyramids.pixels(photo.sha256, desk.shown.require_file(photo))
        content = strip_picture(pixels, lines, found.width_px)
        return Response(content, media_type="image/jpeg", headers={"cache-control": "no-cache"})

    @router.get("/photographs/{photograph}/path", summary="The darkest path between two points")
    def path(
        photograph: str,
        start: Annotated[str, Query(alias="from", examples=["120.5,340"])],
        end: Annotated[str, Query(alias="to", examples=["480,352"])],
    ) -> dict[str, Any]:
        photo = desk.shown.photograph(photograph)
        pixels = desk.pyramids.pixels(photo.sha256, desk.shown.require_file(photo))
        found = darkest_path(pixels, _point(start), _point(end))
        return {"points": [(round(x, 1), round(y, 1)) for x, y in found.tolist()]}

    return router


def _finding(desk: Desk, photo: PhotoRecord, finding: str) -> Any:  # noqa: ANN401
    found = next((one for one in desk.shown.findings(photo) if one.id == finding), None)
    if found is None:
        raise DataNotFoundError(f"photograph {photo.id} has no line {finding!r}")
    return found


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"a point is written as x,y in px, not {text!r}") from error
    return x, y
