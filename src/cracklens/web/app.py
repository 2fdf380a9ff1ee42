"""The server: one inspection, its page and its HTTP interface, version 1."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import PurePath

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from cracklens.errors import (
    CracklensError,
    DataNotFoundError,
    OutputError,
    PhotoError,
    UsageError,
)
from cracklens.record.decisions import ConflictError
from cracklens.version import __version__
from cracklens.web.desk import Desk
from cracklens.web.routes.deciding import deciding
from cracklens.web.routes.pages import pages
from cracklens.web.routes.pictures import pictures
from cracklens.web.routes.reading import reading
from cracklens.web.security import Access, Guard
from cracklens.web.shown import Shown

_STATUS: dict[type[CracklensError], int] = {
    ConflictError: 409,
    DataNotFoundError: 404,
    PhotoError: 410,
    UsageError: 422,
    OutputError: 507,
}
API = "/api/v1"


def create_app(shown: Shown, access: Access | None = None) -> FastAPI:
    """Return the server of an inspection.

    Args:
        shown: the inspection.
        access: who may use it; default: this machine alone.
    """
    app = FastAPI(
        title="cracklens",
        version=__version__,
        summary="Cracks in photographs of concrete: look at them, correct them, approve them.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
    )
    app.add_middleware(Guard, access=access or Access())
    app.add_exception_handler(CracklensError, _sayer(shown))
    desk = Desk(shown)
    app.include_router(pages(desk))
    for routes in (reading, deciding, pictures):
        app.include_router(routes(desk), prefix=API)
    place = files("cracklens.web").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(place)), name="static")
    return app


def _sayer(shown: Shown) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    """Return what answers with the text of an error; places on the server's disk stay out of it."""

    async def say(request: Request, error: Exception) -> JSONResponse:
        del request
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
        text = f"{error.path.name} {error.reason}" if isinstance(error, PhotoError) else str(error)
        for place in (str(shown.folder), shown.inspection.root):
            text = text.replace(place, PurePath(place).name)
        return JSONResponse({"detail": text}, status_code=status)

    return say
