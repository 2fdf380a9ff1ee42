"""Pixels: tiles, thumbnails, strips, and the darkest path between points."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Response

from cracklens.errors import UsageError
from cracklens.record.schema import CrackRecord
from cracklens.web.desk import Desk
from cracklens.web.evidence import darkest_path, strip_picture

_WEEK = "private, max-age=604800, immutable"  # of what is named by its content


def pictures(desk: Desk) -> APIRouter:
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
        photo = desk.shown.photograph(photograph).record
        file = desk.shown.require_file(photo)
        return picture(desk.pyramids.tile(photo.sha256, file, level, column, row))

    @router.get(
        "/photographs/{photograph}/thumbnail.jpg",
        summary="The photograph at 480 px",
        response_class=Response,
    )
    def thumbnail(photograph: str) -> Response:
        photo = desk.shown.photograph(photograph).record
        return picture(desk.thumbnails.get(photo.sha256, desk.shown.require_file(photo)))

    @router.get(
        "/photographs/{photograph}/findings/{finding}/strip.jpg",
        summary="The photograph straightened along a line",
        response_class=Response,
    )
    def strip(photograph: str, finding: str) -> Response:
        reviewed, found = desk.shown.finding(photograph, finding)
        photo = reviewed.record
        lines = [np.asarray(line, np.float64) for line in found.lines_px]
        pixels = desk.pyramids.pixels(photo.sha256, desk.shown.require_file(photo))
        record = found.record
        width = record.max_width_px if isinstance(record, CrackRecord) else 0.0
        content = strip_picture(pixels, lines, width)
        return Response(content, media_type="image/jpeg", headers={"cache-control": "no-cache"})

    @router.get("/photographs/{photograph}/path", summary="The darkest path between two points")
    def path(
        photograph: str,
        start: Annotated[str, Query(alias="from", examples=["120.5,340"])],
        end: Annotated[str, Query(alias="to", examples=["480,352"])],
    ) -> dict[str, Any]:
        photo = desk.shown.photograph(photograph).record
        pixels = desk.pyramids.pixels(photo.sha256, desk.shown.require_file(photo))
        found = darkest_path(pixels, _point(start), _point(end))
        return {"points": [(round(x, 1), round(y, 1)) for x, y in found.tolist()]}

    return router


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"a point is written as x,y in px, not {text!r}") from error
    return x, y
