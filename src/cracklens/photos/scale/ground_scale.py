"""From units of a map to metres on the ground, at one place of a coordinate reference system (CRS).

A unit of a map is no length on the ground: EPSG:3857 shows 1 m at 52 degrees north as 1.62 units,
others count in feet or degrees. PROJ (by pyproj) knows the units and turns coordinates into
longitude and latitude; the distance there is that of the geodesic on the ellipsoid of the CRS
(Karney 2013). The height of the ground is not counted: 1,000 m are 0.016 %.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from cracklens.errors import UsageError
from cracklens.photos.scale.scale import Floats

if TYPE_CHECKING:
    from pyproj import CRS

_SPAN_M, _SPAN_DEG = 10.0, 1e-4
"""Length over which a step is measured: short on the Earth, long beside the rounding."""
_MARGIN_DEG = 2.0
"""So far outside its area of use, the coordinates are not meant in a CRS."""
TYPE_IT = "give --mm-per-px"


def ground_axes(crs: "CRS", place: Floats, axes: Floats) -> Floats:
    """Return the steps of one pixel on the ground, (2, 2) in m: a column each, east over north.

    Args:
        crs: of the map: projected, geographic, engineering, or compound with one of these.
        place: (2,) coordinates, easting or longitude first, where the steps are taken.
        axes: (2, 2) the same steps in units of the map.

    Raises:
        UsageError: the CRS has no horizontal coordinates, or does not hold at that place.
    """
    crs = _horizontal(crs)
    if crs.is_engineering:
        return axes * crs.axis_info[0].unit_conversion_factor
    return _geodesic(crs, place, axes)


def _horizontal(crs: "CRS") -> "CRS":
    if crs.is_bound and crs.source_crs is not None:
        return _horizontal(crs.source_crs)
    if crs.is_compound:
        return _horizontal(crs.sub_crs_list[0])
    if not (
        crs.is_projected or crs.is_engineering or (crs.is_geographic and not crs.is_geocentric)
    ):
        raise UsageError(
            f"the picture is georeferenced in {crs.name}, a {crs.type_name}, which is no map: "
            f"project it first, such as with gdalwarp -t_srs EPSG:25832, or {TYPE_IT}"
        )
    return crs


def _geodesic(crs: "CRS", place: Floats, axes: Floats) -> Floats:
    from pyproj import Transformer

    geodetic = crs.geodetic_crs
    geod = crs.get_geod()
    if geodetic is None or geod is None:
        raise UsageError(f"{crs.name} has no ellipsoid to measure on: {TYPE_IT}")
    to_degrees = math.degrees(geodetic.axis_info[0].unit_conversion_factor)
    transformer = Transformer.from_crs(crs, geodetic, always_xy=True)

    def lon_lat(point: Floats) -> tuple[float, float]:
        lon, lat = transformer.transform(float(point[0]), float(point[1]))
        lon, lat = lon * to_degrees, lat * to_degrees
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90.0):  # noqa: PLR2004
            raise UsageError(_misplaced(crs, place))
        return lon, lat

    _require_inside(crs, *lon_lat(place), place)
    unit = crs.axis_info[0].unit_conversion_factor
    span = _SPAN_M / unit if crs.is_projected else _SPAN_DEG / to_degrees
    columns = []
    for step in axes.T:
        length = float(np.linalg.norm(step))
        if not math.isfinite(length) or length == 0.0:
            raise UsageError(f"the picture is georeferenced with pixels without a size: {TYPE_IT}")
        half = step / length * span / 2.0
        azimuth, _, distance = geod.inv(*lon_lat(place - half), *lon_lat(place + half))
        turn = math.radians(azimuth)
        columns.append(np.array([math.sin(turn), math.cos(turn)]) * distance / span * length)
    return np.stack(columns, axis=1)


def _require_inside(crs: "CRS", lon: float, lat: float, place: Floats) -> None:
    area = crs.area_of_use
    directions = [axis.direction.lower() for axis in crs.axis_info[:2]]
    if area is None or not set(directions) <= {"east", "north"}:
        return  # grids that count to the west or south are written in both ways
    width = (area.east - area.west) % 360.0 or 360.0
    past_west = (lon - area.west + _MARGIN_DEG) % 360.0
    inside = width > 350.0 or past_west <= width + 2.0 * _MARGIN_DEG  # noqa: PLR2004
    if not inside or not area.south - _MARGIN_DEG <= lat <= area.north + _MARGIN_DEG:
        raise UsageError(_misplaced(crs, place))


def _misplaced(crs: "CRS", place: Floats) -> str:
    area = f" ({crs.area_of_use.name.rstrip('.')})" if crs.area_of_use else ""
    return (
        f"the picture says that it lies at {place[0]:.10g}, {place[1]:.10g} in {crs.name}, which "
        f"is far outside the area of that system{area}: its coordinates or its system are wrong; "
        f"correct them, or {TYPE_IT}"
    )
