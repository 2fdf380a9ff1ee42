"""The scale from what is known of camera and distance."""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from cracklens.errors import UsageError
from cracklens.photos.metadata import Metadata
from cracklens.photos.scale.pinhole import DIAGONAL_35MM, Focal, untilted_variants
from cracklens.photos.scale.scale import Scale

_CALIBRATED, _MEASURED_PLANE, _SENSOR, _EQUIVALENT = 0.01, 0.02, 0.025, 0.04
"""Relative standard uncertainty of a focal length in px: as a drone's maker calibrated it; from the
focal plane resolution; from a table or a typed sensor width (nominal focal lengths may be off by
5 %, ISO 517 and breathing included: rectangular); from the 35 mm equivalent, a whole number that
counts the diagonal of whatever part of the sensor the maker meant."""
_LASER_M, _LASER_SHARE = 0.2, 0.0015
"""Limits of error of a drone's laser range finder, ±(0.2 m + 0.15 % of the distance), as DJI states
for the Zenmuse H20 series; taken as rectangular."""
_ALTITUDE_STANDARD_M = 0.5
"""Of the height above the place of take-off: hovering accuracy by satellites, ±0.5 m as DJI states
for its drones, and the drift of the barometer."""
_STEEP_DEG = 60.0
"""A camera that looks down by less than this sees no deck squarely enough."""
TYPED_DISTANCE_SHARE = 0.02
"""Relative standard uncertainty of a distance that a person gives, when nothing else is said."""
_TILT_RISK = "the tilt of the wall is not known and not corrected: stand square before it"


@dataclass(frozen=True, slots=True)
class Sensor:
    """A row of the table of sensors.

    Attributes:
        make: as EXIF has it, in lower case.
        model: as EXIF has it, in lower case.
        width_mm: of the longer side.
        source: where the number is from.
    """

    make: str
    model: str
    width_mm: float
    source: str


def focal_of(
    metadata: Metadata, shape: tuple[int, ...], *, sensor_width_mm: float | None = None
) -> tuple[Focal, str] | None:
    """Return the focal length in px of the present picture, and what it is from; None if unknown.

    Best first: a sensor width that was typed; calibrated focal length; focal plane resolution; the
    table of sensors; the 35 mm equivalent.

    Args:
        metadata: of the file.
        shape: of the photograph, height first.
        sensor_width_mm: longer side of the sensor, as a person gives it.
    """
    longer_px = max(shape[:2])
    taken_px = metadata.original_longer_px or longer_px
    now = longer_px / taken_px
    zoom = max(1.0, metadata.digital_zoom or 1.0)
    focal_mm = metadata.focal_length_mm
    if sensor_width_mm and focal_mm:
        px = focal_mm / sensor_width_mm * longer_px * zoom
        return Focal(px, _SENSOR, guessed=False), f"{focal_mm:g} mm, sensor {sensor_width_mm:g} mm"
    if metadata.xmp.calibrated_focal_px:
        px = metadata.xmp.calibrated_focal_px * now
        return Focal(px, _CALIBRATED, guessed=False), "focal length as the maker calibrated it"
    if metadata.focal_plane_px_per_mm and focal_mm:
        width_mm = taken_px / metadata.focal_plane_px_per_mm
        if 2.0 < width_mm < 80.0:  # noqa: PLR2004 - some cameras write nonsense
            px = focal_mm * metadata.focal_plane_px_per_mm * now * zoom
            return (
                Focal(px, _MEASURED_PLANE, guessed=False),
                f"{focal_mm:g} mm, sensor {width_mm:.1f} mm by its focal plane resolution",
            )
    sensor = find_sensor(metadata.make, metadata.model)
    if sensor and focal_mm:
        px = focal_mm / sensor.width_mm * longer_px * zoom
        return (
            Focal(px, _SENSOR, guessed=False),
            f"{focal_mm:g} mm, sensor {sensor.width_mm:g} mm ({metadata.model})",
        )
    if metadata.focal_length_35mm:
        px = metadata.focal_length_35mm / DIAGONAL_35MM * math.hypot(shape[0], shape[1])
        return (
            Focal(px, _EQUIVALENT, guessed=False),
            f"35 mm equivalent of {metadata.focal_length_35mm:g} mm alone",
        )
    return None


def scale_from_camera(
    metadata: Metadata,
    shape: tuple[int, ...],
    *,
    distance_m: float | None = None,
    distance_standard_m: float | None = None,
    sensor_width_mm: float | None = None,
) -> Scale:
    """Return the scale in the middle of a picture of a wall at a known distance.

    Args:
        metadata: of the file.
        shape: of the photograph, height first.
        distance_m: from the lens to the wall along the optical axis; that of the drone's laser or,
            of a camera that looks down, its height above the place of take-off if None.
        distance_standard_m: its standard uncertainty; 2 % if None.
        sensor_width_mm: longer side of the sensor.

    Raises:
        UsageError: focal length or distance is not known, or the picture was cropped.
    """
    if metadata.cropped:
        raise UsageError(
            f"the photograph was cut: it is {metadata.width_px} x {metadata.height_px} px and was "
            f"taken with {metadata.original_width_px} x {metadata.original_height_px} px, so its "
            "focal length says nothing: use the original, or --mm-per-px"
        )
    found = focal_of(metadata, shape, sensor_width_mm=sensor_width_mm)
    if found is None:
        raise UsageError(_no_focal(metadata))
    focal, how = found
    away, standard_m, risks, where = _distance(metadata, distance_m, distance_standard_m)
    focal_m = (metadata.focal_length_mm or 0.0) / 1000.0
    if away <= 2.0 * focal_m:
        raise UsageError(f"a distance of {away:g} m is nearer than a lens can focus")
    # thin lens: the picture is f d / (d - f) behind it; how far the lens moves is not known
    mm_per_px = 1000.0 * (away - focal_m / 2.0) / focal.px
    relative = math.hypot(
        focal.relative_standard, standard_m / away, focal_m / 2.0 / away / math.sqrt(3.0)
    )
    middle = np.array([(shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0])
    variants = untilted_variants(mm_per_px, relative, middle, shape, focal.px)
    bare = Scale(mm_per_px, 0.0, "metadata", "", variants=variants)
    if metadata.resized is not None and abs(metadata.resized - 1.0) > 0.001:  # noqa: PLR2004
        risks += ("the photograph was made smaller after it was taken; if it was cut, it is wrong",)
    return Scale(
        mm_per_px=mm_per_px,
        relative_standard=float(bare.relative_standard_at(middle[None])[0]),
        source="metadata",
        detail=f"{how}, {where}",
        risks=(*risks, _TILT_RISK),
        variants=variants,
    )


def find_sensor(make: str | None, model: str | None) -> Sensor | None:
    """Return the row of the table for a camera, as EXIF names it; None if it is not there.

    >>> find_sensor("DJI", "FC6310").width_mm
    13.2
    """
    if not model:
        return None
    name = " ".join(model.lower().split())
    maker = (make or "").lower().split(" ")[0]
    for sensor in _sensors():
        if sensor.model == name and (not maker or sensor.make.split(" ")[0] == maker):
            return sensor
    return None


@cache
def _sensors() -> tuple[Sensor, ...]:
    text = resources.files(__package__).joinpath("sensors.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    sources = table["sources"]
    return tuple(
        Sensor(row["make"].lower(), row["model"].lower(), row["width_mm"], sources[row["source"]])
        for row in table["sensors"]
    )


def _distance(
    metadata: Metadata, distance_m: float | None, standard_m: float | None
) -> tuple[float, float, tuple[str, ...], str]:
    """Return distance and standard uncertainty in m, risks, and what it is, for people."""
    xmp = metadata.xmp
    if distance_m is not None:
        if not distance_m > 0 or not math.isfinite(distance_m):
            raise UsageError(f"the distance must be above 0 m, got {distance_m:g}")
        standard = TYPED_DISTANCE_SHARE * distance_m if standard_m is None else standard_m
        return distance_m, standard, (), f"{distance_m:g} m away as given"
    if xmp.laser_distance_m:
        limit = _LASER_M + _LASER_SHARE * xmp.laser_distance_m
        risk = "the laser of the drone must have hit the wall where the cracks are"
        where = f"{xmp.laser_distance_m:g} m away by the drone's laser"
        return xmp.laser_distance_m, limit / math.sqrt(3.0), (risk,), where
    pitch = abs(xmp.gimbal_pitch_deg) if xmp.gimbal_pitch_deg is not None else None
    if xmp.relative_altitude_m and pitch is not None and pitch >= _STEEP_DEG:
        away = xmp.relative_altitude_m / math.sin(math.radians(pitch))
        risk = (
            "the height of the drone is above the place of take-off: right only for a level deck "
            "at that height"
        )
        return (
            away,
            _ALTITUDE_STANDARD_M,
            (risk,),
            f"{away:.3g} m away by the drone's height, looking down by {pitch:.0f} degrees",
        )
    raise UsageError(
        "the distance to the wall is not known: give it with --distance, such as --distance 3.2m"
    )


def _no_focal(metadata: Metadata) -> str:
    if metadata.focal_length_mm:
        camera = " ".join(filter(None, (metadata.make, metadata.model))) or "unknown"
        return (
            f"the sensor of the camera ({camera}) is not in the table: give its longer side in mm "
            "with --sensor-width"
        )
    return (
        "the file has no focal length (an editor or a messenger removed it?): use the original "
        "file, put a marker in the picture, or give --mm-per-px"
    )
