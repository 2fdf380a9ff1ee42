"""Whether a decision can be: its points lie on the photograph, its code is known."""

import math
from collections.abc import Iterable, Iterator

from cracklens.errors import UsageError
from cracklens.grading.codes import find_code
from cracklens.photos.scale import check_mm_per_px, scale_from_points
from cracklens.record.base import Point
from cracklens.record.decisions.model import (
    Course,
    Draw,
    Gauge,
    OfFinding,
    OfPhotograph,
    Region,
    Scale,
    Split,
    State,
)
from cracklens.record.schema import PhotoRecord

_LEAST_PX = 1.0


def check_action(action: OfFinding | OfPhotograph, photo: PhotoRecord) -> None:
    """Refuse what can be no decision about a photograph or its findings.

    Args:
        action: what is decided.
        photo: its record.

    Raises:
        UsageError: a point lies outside the photograph, a line has no length, a scale or a code
            cannot be.
    """
    for x, y in _points(action):
        if not (0 <= x + 0.5 <= photo.width_px and 0 <= y + 0.5 <= photo.height_px):
            raise UsageError(
                f"the point {x:g},{y:g} lies outside photograph {photo.id} of {photo.width_px} x "
                f"{photo.height_px} px"
            )
    if isinstance(action, Course | Draw):
        for line in action.lines:
            if max(math.dist(line[0], point) for point in line) < _LEAST_PX:
                raise UsageError(f"a line of {len(line)} points at one place is none")
    if isinstance(action, Scale):
        _check_scale(action, photo)
    if isinstance(action, State):
        find_code(action.code)


def _points(action: OfFinding | OfPhotograph) -> Iterator[Point]:
    places: Iterable[Point | None] = ()
    if isinstance(action, Course | Draw):
        places = (point for line in action.lines for point in line)
    elif isinstance(action, Region):
        places = action.polygon
    elif isinstance(action, Split | Gauge):
        places = (action.point,)
    elif isinstance(action, Scale):
        places = action.points or ()
    yield from (place for place in places if place is not None)


def _check_scale(action: Scale, photo: PhotoRecord) -> None:
    if action.mm_per_px is not None:
        check_mm_per_px(action.mm_per_px)
    elif action.points is not None and action.distance_mm is not None:
        scale_from_points(*action.points, action.distance_mm, (photo.height_px, photo.width_px))
