"""Validation of an inspection on disk: its fields and their consistency."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from cracklens.files import INSPECTION, as_path
from cracklens.record.base import Box, Point
from cracklens.record.schema import (
    CrackRecord,
    Inspection,
    PhotoRecord,
    faults,
    read_content,
)
from cracklens.record.validate_judged import judged_problems
from cracklens.record.validate_measured import measured_problems

_ROUNDING_PX = 0.01
_LENGTH_PX = 1.0
_LENGTH_SHARE = 0.01


def find_problems(place: str | Path) -> list[str]:
    """Return the problems of an inspection, one line each; empty if it is valid.

    The fields are checked against the schema. If they are valid, rules beyond the schema are
    checked: ids are unique, no photograph counts twice, overlays exist, boxes and points are inside
    the photographs, nodes exist, the length of a crack is that of its branches, and measured values
    and probabilities are consistent.

    Args:
        place: the output folder of an inspection, or a file with a record. Overlays are searched
            in the folder of the file.

    Raises:
        DataError: there is no record, or a newer cracklens wrote it.
    """
    path = as_path(place)
    file = path / INSPECTION if path.is_dir() else path
    try:
        inspection = Inspection.model_validate(read_content(file))
    except ValidationError as error:
        return faults(error)
    return [
        *_shared(inspection),
        *_each(inspection, file.parent),
        *measured_problems(inspection),
        *judged_problems(inspection),
    ]


def _shared(inspection: Inspection) -> Iterator[str]:
    photographs = inspection.photographs
    cracks = [crack.id for photo in photographs for crack in photo.cracks]
    paths = [photo.path for photo in photographs if photo.gone is None]
    paths += [failed.path for failed in inspection.failed]
    paths += [copy.path for copy in inspection.copies]
    for noun, ids in (
        ("photograph id", [photo.id for photo in photographs]),
        ("crack id", cracks),
        ("path", paths),
        ("overlay", [photo.overlay for photo in photographs if photo.overlay]),
    ):
        for name, count in Counter(ids).items():
            if count > 1:
                yield f"{noun} {name!r} stands {count} times"
    yield from _copies(inspection)


def _copies(inspection: Inspection) -> Iterator[str]:
    first: dict[str, PhotoRecord] = {}
    for photo in inspection.photographs:
        other = first.setdefault(photo.sha256, photo)
        if other is not photo:
            yield f"{photo.id} has the same bytes as {other.id}: its cracks are counted twice"
    counted = {photo.path for photo in inspection.photographs}
    for copy in inspection.copies:
        if copy.of not in counted:
            yield f"{copy.path!r} is a copy of {copy.of!r}, which is no inspected photograph"


def _each(inspection: Inspection, folder: Path) -> Iterator[str]:
    for photo in inspection.photographs:
        if photo.overlay:
            yield from _overlay(photo, photo.overlay, folder)
        for crack in photo.cracks:
            if not crack.id.startswith(f"{photo.id}-"):
                yield f"{crack.id}: stands in photograph {photo.id}, whose id it should begin with"
            yield from _box(crack.id, crack.box_px, photo)
            points = [point for branch in crack.branches for point in branch.points_px]
            yield from _points(crack.id, [*points, *crack.nodes_px, crack.widest_px], photo)
            yield from _length(crack)
            for branch in crack.branches:
                if len(branch.width_px) != len(branch.points_px):
                    yield f"{crack.id}: a branch has not as many widths as points"
                if max(branch.start, branch.end) >= len(crack.nodes_px):
                    yield f"{crack.id}: a branch names a node that does not exist"
        for number, rejected in enumerate(photo.rejected):
            name = f"{photo.id}, rejected {number}"
            yield from _box(name, rejected.box_px, photo)
            yield from _points(name, [point for line in rejected.lines_px for point in line], photo)
        for number, tile in enumerate(photo.tiles):
            yield from _box(f"{photo.id}, tile {number}", tile.box_px, photo)


def _overlay(photo: PhotoRecord, overlay: str, folder: Path) -> Iterator[str]:
    relative = PurePosixPath(overlay)
    if relative.is_absolute() or ".." in relative.parts:
        yield f"{photo.id}: overlay {overlay!r} does not lie in the folder of the inspection"
    elif not (folder / relative).is_file():
        yield f"{photo.id}: overlay {overlay!r} is missing"


def _box(name: str, box: Box, photo: PhotoRecord) -> Iterator[str]:
    x, y, width, height = box
    inside = x >= 0 and y >= 0 and x + width <= photo.width_px and y + height <= photo.height_px
    if not inside or width < 1 or height < 1:
        yield (
            f"{name}: box {list(box)} does not lie in the photograph of {photo.width_px} x "
            f"{photo.height_px} px"
        )


def _length(crack: CrackRecord) -> Iterator[str]:
    lines = [branch.points_px for branch in crack.branches]
    drawn_px = sum(math.dist(a, b) for line in lines for a, b in pairwise(line))
    if abs(drawn_px - crack.length_px) > max(_LENGTH_PX, _LENGTH_SHARE * drawn_px):
        yield f"{crack.id}: length_px is {crack.length_px}, its branches are {drawn_px:.2f} long"


def _points(name: str, points: list[Point], photo: PhotoRecord) -> Iterator[str]:
    edge = 0.5 + _ROUNDING_PX  # the centre of the first pixel is (0, 0)
    for x, y in points:
        if not (
            -edge <= x <= photo.width_px - 1 + edge and -edge <= y <= photo.height_px - 1 + edge
        ):
            yield (
                f"{name}: point ({x}, {y}) does not lie in the photograph of {photo.width_px} x "
                f"{photo.height_px} px"
            )
            return
