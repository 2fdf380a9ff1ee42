"""Reading of polygons that a person drew on a photograph; ambiguous ones are refused."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.files import read_text

Ring = NDArray[np.float64]

_MOST_CORNERS = 4000
_LEAST_CORNERS = 3
_FORM = (
    "expected a list of rings such as [[[10, 20], [300, 20], [300, 200]]], or GeoJSON with Polygon "
    "or MultiPolygon, in px of the upright photograph"
)


def read_polygons(file: Path) -> list[list[Ring]]:
    """Return the polygons of a JSON file: the outline of each, then its holes, (N, 2) each.

    A file holds a list of rings, each a list of [x, y] and a polygon of its own; one ring alone; or
    GeoJSON: a geometry `Polygon` or `MultiPolygon`, a feature or a collection of them. A ring may
    repeat its first corner at its end.

    Raises:
        ValueError: no such file, no polygon in it, a ring that crosses or touches itself (and
            where), has fewer than three corners or encloses nothing.
    """
    try:
        content = json.loads(read_text(file))
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON ({error})") from error
    polygons = [
        [_ring(ring, f"ring {number} of polygon {place}") for number, ring in enumerate(rings, 1)]
        for place, rings in enumerate(_polygons(content), 1)
    ]
    if not polygons or not all(polygons):
        raise ValueError(f"it holds no polygon: {_FORM}")
    return polygons


def _polygons(content: Any) -> list[list[Any]]:  # noqa: ANN401 - JSON
    """Return the rings of each polygon, not yet checked."""
    if isinstance(content, list):
        return [[content]] if _is_point(content[0] if content else None) else [[r] for r in content]
    if not isinstance(content, dict):
        raise ValueError(_FORM)  # noqa: TRY004 - one error for what a file may hold
    kind, parts = content.get("type"), content.get("coordinates")
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        return [rings for each in content["features"] for rings in _polygons(each)]
    if kind == "GeometryCollection" and isinstance(content.get("geometries"), list):
        return [rings for each in content["geometries"] for rings in _polygons(each)]
    if kind == "Feature":
        return _polygons(content.get("geometry"))
    if kind == "Polygon" and isinstance(parts, list):
        return [parts]
    if kind == "MultiPolygon" and isinstance(parts, list):
        return [rings if isinstance(rings, list) else [rings] for rings in parts]
    raise ValueError(f"{kind or 'it'} is no polygon: {_FORM}")


def _is_point(value: Any) -> bool:  # noqa: ANN401 - JSON
    return (
        isinstance(value, list)
        and len(value) in {2, 3}
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    )


def _ring(corners: Any, name: str) -> Ring:  # noqa: ANN401 - JSON
    if not isinstance(corners, list) or not all(map(_is_point, corners)):
        raise ValueError(f"{name} is no list of corners: {_FORM}")
    if len(corners) > _MOST_CORNERS:
        raise ValueError(
            f"{name} has {len(corners):,} corners, at most {_MOST_CORNERS:,} are read: simplify "
            "it, or save a mask"
        )
    if not all(math.isfinite(v) for corner in corners for v in corner[:2]):
        raise ValueError(f"{name} has a corner that is no number")
    given = np.array([corner[:2] for corner in corners], np.float64).reshape(-1, 2)
    ring: Ring = given[
        (given != np.roll(given, 1, axis=0)).any(axis=1)
    ]  # corners given twice in a row
    if len(ring) < _LEAST_CORNERS:
        raise ValueError(f"{name} has fewer than three different corners")
    crossing = self_crossing(ring)
    if crossing is not None:
        raise ValueError(
            f"{name} crosses itself near ({crossing[0]:.1f}, {crossing[1]:.1f}), so its inside is "
            "not known: draw it again there, or make two polygons of it"
        )
    return ring


def self_crossing(ring: Ring) -> tuple[float, float] | None:
    """Return where a closed ring (N, 2) crosses or touches itself; None if it does not.

    >>> self_crossing(np.array([[0, 0], [4, 4], [4, 0], [0, 4]], float))
    (2.0, 2.0)
    >>> self_crossing(np.array([[0, 0], [4, 0], [4, 4], [0, 4]], float)) is None
    True
    """
    ends = np.roll(ring, -1, axis=0)
    count = len(ring)
    for index in range(count):
        back = _backwards(ring[index], ends[index], ends[(index + 1) % count])
        if back:
            return float(ends[index][0]), float(ends[index][1])
        others = np.arange(index + 2, count - (index == 0))  # neighbours share a corner
        if not len(others):
            continue
        hits = _meet(ring[index], ends[index], ring[others], ends[others])
        if hits.any():
            first = others[int(np.argmax(hits))]
            return _where(ring[index], ends[index], ring[first], ends[first])
    return None


def _backwards(start: Ring, corner: Ring, end: Ring) -> bool:
    """Tell whether the line turns back onto itself at a corner."""
    before, after = start - corner, end - corner
    return bool(_cross(before, after) == 0 and before @ after > 0)


def _meet(start: Ring, end: Ring, starts: Ring, ends: Ring) -> NDArray[np.bool_]:
    """Tell which of the segments (K, 2) meet one segment, by the sides on which they lie."""
    one, two = _cross(end - start, starts - start), _cross(end - start, ends - start)
    three, four = _cross(ends - starts, start - starts), _cross(ends - starts, end - starts)
    low, high = np.minimum(start, end), np.maximum(start, end)
    near = (np.maximum(starts, ends) >= low).all(axis=1)
    near &= (np.minimum(starts, ends) <= high).all(axis=1)
    return np.asarray(
        near & (np.sign(one) * np.sign(two) <= 0) & (np.sign(three) * np.sign(four) <= 0)
    )


def _where(start: Ring, end: Ring, other: Ring, other_end: Ring) -> tuple[float, float]:
    across = float(_cross(end - start, other_end - other))
    share = float(_cross(other - start, other_end - other)) / across if across else 0.0
    if not across:  # on one line: the first of the four corners that lies on both
        inside = [p for p in (other, other_end) if 0 <= (p - start) @ (end - start)
                  <= (end - start) @ (end - start)]  # fmt: skip
        point = inside[0] if inside else start
        return float(point[0]), float(point[1])
    x, y = start + share * (end - start)
    return float(x), float(y)


def _cross(one: Ring, other: Ring) -> NDArray[np.float64]:
    return np.asarray(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])
