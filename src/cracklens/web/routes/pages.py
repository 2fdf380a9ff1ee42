"""The page of the desk and the report of the inspection."""

from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, PlainTextResponse

from cracklens.errors import DataNotFoundError
from cracklens.web.desk import Desk


def pages(desk: Desk) -> APIRouter:
    """Return the routes of what a browser opens."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def page() -> Response:
        content = files("cracklens.web").joinpath("static", "index.html").read_text("utf-8")
        return Response(content, media_type="text/html", headers={"cache-control": "no-cache"})

    @router.get("/report")
    def report() -> Response:
        try:
            file = desk.shown.report()
        except DataNotFoundError as error:
            return PlainTextResponse(f"{error}.", status_code=404)
        # the report is one file with its own style and script, made by this program
        policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        policy += "img-src data:; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
        return FileResponse(
            file, media_type="text/html", headers={"content-security-policy": policy}
        )

    return router
