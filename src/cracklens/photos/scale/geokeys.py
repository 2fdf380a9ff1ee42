"""The coordinate reference system that the keys of a GeoTIFF state (OGC 19-008r4, GeoTIFF 1.1).

tifffile reads the tags and pyproj knows the systems. The keys between them are read here, since
tifffile (2026.3.3, `geotiff_tags`) skips a damaged key with a line of its log, in 8 of 12 damaged
lists (docs/results/libraries.md): a unit that is lost in that way would be a wrong scale, and is
refused here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cracklens.errors import UsageError
from cracklens.photos.scale.ground_scale import TYPE_IT

if TYPE_CHECKING:
    from pyproj import CRS

DIRECTORY, _DOUBLES, _TEXTS = 34735, 34736, 34737
_MODEL, _CITATION, _GEOGRAPHIC, _ANGLES, _ELLIPSOID = 1024, 1026, 2048, 2054, 2056
_MAJOR, _MINOR, _INVERSE_FLATTENING = 2057, 2058, 2059
_PROJECTED, _PROJECTED_CITATION, _PROJECTION, _METHOD = 3072, 3073, 3074, 3075
_UNIT, _UNIT_SIZE = 3076, 3077
_PROJECTED_MODEL, _GEOGRAPHIC_MODEL, _GEOCENTRIC_MODEL, _USER = 1, 2, 3, 32767
_DEGREES = {9102, 9122}
_METHODS = {
    1: "tmerc +lat_0={lat} +lon_0={lon} +k_0={k}",
    7: "merc +lon_0={lon} +k_0={k}",
    8: "lcc +lat_1={lat1} +lat_2={lat2} +lat_0={lat} +lon_0={lon}",
    9: "lcc +lat_1={lat} +lat_0={lat} +lon_0={lon} +k_0={k}",
    10: "laea +lat_0={lat} +lon_0={lon}",
    11: "aea +lat_1={lat1} +lat_2={lat2} +lat_0={lat} +lon_0={lon}",
    16: "sterea +lat_0={lat} +lon_0={lon} +k_0={k}",
    17: "eqc +lat_ts={lat1} +lat_0={lat} +lon_0={lon}",
    18: "cass +lat_0={lat} +lon_0={lon}",
}
"""Projection methods (ProjMethodGeoKey) in the words of PROJ."""
Keys = Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class Reference:
    """What the units of a map mean.

    Attributes:
        crs: the system; None for local coordinates, whose unit is a length as it stands.
        metres_per_unit: by which coordinates are multiplied before they are those of `crs`, or
            metres of a local system.
        name: for people.
    """

    crs: "CRS | None"
    metres_per_unit: float
    name: str


def reference_of_keys(tags: Mapping[int, Any]) -> Reference | None:
    """Return what the keys of a GeoTIFF state; None if there are no keys.

    Raises:
        UsageError: they are damaged, or do not tell what a unit of the map is on the ground.
        pyproj.exceptions.ProjError: PROJ does not know what they name.
    """
    keys = read_keys(tags)
    if not keys:
        return None
    model = keys.get(_MODEL, 0)
    if model == _GEOCENTRIC_MODEL:
        raise UsageError(
            "the GeoTIFF has geocentric coordinates, which are no map: project it first, such as "
            f"with gdalwarp -t_srs EPSG:25832, or {TYPE_IT}"
        )
    if model == _GEOGRAPHIC_MODEL or (not model and _PROJECTED not in keys and _GEOGRAPHIC in keys):
        return _named(_geographic(keys), 1.0)
    if model == _PROJECTED_MODEL or (not model and _PROJECTED in keys):
        return _projected(keys)
    unit = _unit(keys)
    if unit is None:
        raise UsageError(f"the GeoTIFF names neither its CRS nor its unit: {TYPE_IT}")
    return Reference(None, unit, "local coordinates")


def read_keys(tags: Mapping[int, Any]) -> dict[int, Any]:
    """Return the keys with their values: numbers and texts.

    Raises:
        UsageError: the directory is cut off, or points outside its lists.
    """
    try:
        flat = [int(value) for value in tags.get(DIRECTORY, ())]
        keys: dict[int, Any] = {}
        for at in range(4, 4 + 4 * flat[3] if flat else 0, 4):
            key, where, count, value = flat[at : at + 4]
            keys[key] = value if where == 0 else _listed(tags, where, count, value)
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise UsageError(f"the keys of the GeoTIFF are damaged: {TYPE_IT}") from error
    return keys


def _listed(tags: Mapping[int, Any], where: int, count: int, at: int) -> float | str:
    """Return the value of a key that stands in another tag, or behind the keys themselves."""
    if where == _DOUBLES:
        return float(tags[_DOUBLES][at])
    if where == _TEXTS:
        text = tags[_TEXTS]
        text = text.decode("latin-1") if isinstance(text, bytes) else str(text)
        return text[at : at + count].strip("|\0 ")
    if where == DIRECTORY:
        return int(tags[DIRECTORY][at])
    raise KeyError(where)


def _named(crs: "CRS", metres_per_unit: float) -> Reference:
    authority = crs.to_authority(min_confidence=100)
    name = f"{authority[0]}:{authority[1]}, {crs.name}" if authority else crs.name
    return Reference(crs, metres_per_unit, name)


def _projected(keys: Keys) -> Reference:
    code = keys.get(_PROJECTED, 0)
    if code not in {0, _USER}:
        crs = _by_code(code)
        _require_same_unit(crs, _unit(keys), code)
        return _named(crs, 1.0)
    crs_by_text = _by_citation(keys)
    if crs_by_text is not None:
        _require_same_unit(crs_by_text, _unit(keys), crs_by_text.name)
        return _named(crs_by_text, 1.0)
    unit = _unit(keys)
    if unit is None or (_METHOD not in keys and keys.get(_PROJECTION, _USER) == _USER):
        raise UsageError(
            "the GeoTIFF does not name its projected CRS, so a unit of it may be anything on the "
            f"ground: set it, such as with gdal_edit.py -a_srs EPSG:25832, or {TYPE_IT}"
        )
    return Reference(_by_parameters(keys, unit), unit, "a projection by its parameters")


def _by_code(code: int) -> "CRS":
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_epsg(code)
    except CRSError:
        try:
            return CRS.from_authority("ESRI", code)
        except CRSError:
            raise UsageError(
                f"the GeoTIFF has the CRS code {code}, which PROJ does not know: reproject it, "
                f"such as with gdalwarp -t_srs EPSG:25832, or {TYPE_IT}"
            ) from None


def _require_same_unit(crs: "CRS", unit: float | None, code: object) -> None:
    own = crs.axis_info[0].unit_conversion_factor if crs.axis_info else None
    if unit is not None and own is not None and abs(unit / own - 1.0) > 1e-5:  # noqa: PLR2004
        raise UsageError(
            f"the GeoTIFF contradicts itself: its CRS {code} counts in "
            f"{crs.axis_info[0].unit_name}, and its unit key says {unit:g} m: {TYPE_IT}"
        )


def _by_citation(keys: Keys) -> "CRS | None":
    """Return the CRS that a text names exactly, or writes out as well-known text."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    for key in (_PROJECTED_CITATION, _CITATION):
        text = str(keys.get(key, "")).removeprefix("ESRI PE String = ").split("|")[0].strip()
        if not text:
            continue
        try:
            crs = CRS.from_user_input(text)
        except CRSError:
            continue
        if crs.is_projected and (text.startswith("PROJ") or crs.name == text):
            return crs
    return None


def _unit(keys: Keys) -> float | None:
    """Return metres by unit; None if the keys do not say."""
    from pyproj.database import get_units_map

    code = keys.get(_UNIT)
    if code in {None, 0}:
        return None
    if code == _USER:
        size = keys.get(_UNIT_SIZE)
        if isinstance(size, float) and size > 0.0:
            return size
    for unit in get_units_map(auth_name="EPSG", category="linear", allow_deprecated=True).values():
        if unit.code == str(code):
            return float(unit.conv_factor)
    raise UsageError(f"the GeoTIFF has a unit that is not known here (EPSG {code}): {TYPE_IT}")


def _geographic(keys: Keys) -> "CRS":
    from pyproj import CRS

    code = keys.get(_GEOGRAPHIC, 0)
    if code not in {0, _USER}:
        return _by_code(code)
    if keys.get(_ANGLES, 9102) not in _DEGREES:
        raise UsageError(f"the GeoTIFF counts in angles that are not degrees: {TYPE_IT}")
    return CRS.from_user_input(f"+proj=longlat {_ellipsoid(keys)} +no_defs +type=crs")


def _ellipsoid(keys: Keys) -> str:
    """Return the ellipsoid for PROJ; that of WGS 84 where none is said, which differs by 0.01 %."""
    from pyproj.crs import Ellipsoid  # type: ignore[attr-defined]  # documented all the same

    if _MAJOR in keys and (_INVERSE_FLATTENING in keys or _MINOR in keys):
        flat = f"+rf={keys[_INVERSE_FLATTENING]}" if keys.get(_INVERSE_FLATTENING) else ""
        return f"+a={keys[_MAJOR]} {flat or '+b=' + str(keys.get(_MINOR, keys[_MAJOR]))}"
    code = keys.get(_GEOGRAPHIC, 0)
    if code not in {0, _USER}:
        found = _by_code(code).ellipsoid
    elif keys.get(_ELLIPSOID, _USER) not in {0, _USER}:
        found = Ellipsoid.from_epsg(keys[_ELLIPSOID])
    else:
        found = None
    if found is None:
        return "+ellps=WGS84"
    return f"+a={found.semi_major_metre} +b={found.semi_minor_metre}"


def _by_parameters(keys: Keys, unit: float) -> "CRS":
    """Return the CRS of a projection that is written out, its coordinates in metres."""
    from pyproj import CRS
    from pyproj.crs import CoordinateOperation, ProjectedCRS  # type: ignore[attr-defined]

    code = keys.get(_PROJECTION, _USER)
    if code not in {0, _USER}:
        conversion = CoordinateOperation.from_epsg(code)
        return ProjectedCRS(conversion=conversion, geodetic_crs=_geographic(keys))
    method = _METHODS.get(keys.get(_METHOD, 0))
    if method is None or keys.get(_ANGLES, 9102) not in _DEGREES:
        raise UsageError(
            f"the GeoTIFF has a projection that is not known here (method {keys.get(_METHOD)}): "
            f"reproject it, such as with gdalwarp -t_srs EPSG:25832, or {TYPE_IT}"
        )

    def first(*names: int, default: float = 0.0) -> float:
        return float(next((keys[name] for name in names if name in keys), default))

    lat = first(3081, 3085, 3089)
    text = method.format(
        lat=lat,
        lon=first(3080, 3084, 3088),
        lat1=first(3078, default=lat),
        lat2=first(3079, 3078, default=lat),
        k=first(3092, 3093, default=1.0),
    )
    if method.startswith("merc") and 3078 in keys:  # noqa: PLR2004 - of the variant B
        text = f"merc +lon_0={first(3080, 3084, 3088)} +lat_ts={first(3078)}"
    east, north = first(3082, 3086, 3090) * unit, first(3083, 3087, 3091) * unit
    return CRS.from_user_input(
        f"+proj={text} +x_0={east} +y_0={north} {_ellipsoid(keys)} +units=m +no_defs +type=crs"
    )
