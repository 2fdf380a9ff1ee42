"""How far the wall was from the lens: as a person says, or as a drone measured it."""

import math
from typing import NamedTuple

from cracklens.errors import UsageError
from cracklens.photos.metadata import Metadata
from cracklens.photos.xmp import Xmp

TYPED_DISTANCE_SHARE = 0.02
"""Relative standard uncertainty of a distance that a person gives, when nothing else is said."""
_LASER_M, _LASER_SHARE, _LASER_LEAST_M = 0.2, 0.0015, 1.0
"""Limits of error of a drone's laser range finder, ±(0.2 m + 0.15 % of the distance), as DJI states
for the Zenmuse H20 series, taken as rectangular; and its blind zone, 1 m at least (Matrice 4)."""
_ALTITUDE_STANDARD_M = 0.5
"""Of the height above the place of take-off: hovering accuracy by satellites, ±0.5 m as DJI states
for its drones, and the drift of the barometer."""
_NADIR_DEG, _WITHIN_DEG = -90.0, 5.0
_AUTOFOCUS_FACTOR = 1.5
_ASK = "give the distance with --distance, such as --distance 3.2m"


class Distance(NamedTuple):
    """Distance along the optical axis and its standard uncertainty in m; risks, origin as text."""

    m: float
    standard_m: float
    risks: tuple[str, ...]
    detail: str


def find_distance(
    metadata: Metadata, distance_m: float | None, standard_m: float | None
) -> Distance:
    """Return how far the wall was: as given, by the laser of a drone, or by its height.

    The height of a drone is that above its place of take-off. It is a distance only where the
    camera looks straight down, on ground at the height of that place; never to a wall or a soffit.

    Args:
        metadata: of the file.
        distance_m: as a person gives it; it comes first.
        standard_m: standard uncertainty of that; 2 % if None.

    Raises:
        UsageError: the distance is not known; says why what the file has does not serve.
    """
    if distance_m is not None:
        return _typed(metadata, distance_m, standard_m)
    laser = metadata.xmp.laser_distance_m
    if laser is not None and laser >= _LASER_LEAST_M:
        limit = _LASER_M + _LASER_SHARE * laser
        risk = "the laser of the drone must have hit the wall where the cracks are"
        detail = f"{laser:g} m away by the drone's laser"
        return Distance(laser, limit / math.sqrt(3.0), (risk,), detail)
    return _by_height(metadata.xmp)


def _typed(metadata: Metadata, distance_m: float, standard_m: float | None) -> Distance:
    if not distance_m > 0 or not math.isfinite(distance_m):
        raise UsageError(f"the distance must be above 0 m, got {distance_m:g}")
    standard = TYPED_DISTANCE_SHARE * distance_m if standard_m is None else standard_m
    risks: tuple[str, ...] = ()
    for measured, what in (
        (metadata.xmp.laser_distance_m, "the drone's laser"),
        (metadata.subject_distance_m, "the autofocus"),
    ):
        if measured and not 1 / _AUTOFOCUS_FACTOR < measured / distance_m < _AUTOFOCUS_FACTOR:
            risks += (
                f"the distance was given as {distance_m:g} m, and {what} measured {measured:g} m",
            )
    return Distance(distance_m, standard, risks, f"{distance_m:g} m away as given")


def _by_height(xmp: Xmp) -> Distance:
    height = xmp.relative_altitude_m
    if not height:
        raise UsageError(f"the distance to the wall is not known: {_ASK}")
    upright = xmp.gimbal_roll_deg is None or abs(xmp.gimbal_roll_deg) < 90.0  # noqa: PLR2004
    pitch = xmp.gimbal_pitch_deg
    if pitch is None or not upright or abs(pitch - _NADIR_DEG) > _WITHIN_DEG:
        raise UsageError(
            f"the distance to the wall is not known: {_looked(pitch, upright=upright)}, so the "
            f"height of {height:g} m above the place of take-off is no distance: {_ASK}"
        )
    risk = (
        "the height of the drone is above its place of take-off: right only if the photograph "
        "shows level ground at the height of that place, and wrong for a deck or a roof above it"
    )
    detail = f"{height:.3g} m above the place of take-off, taken as the distance to what lies below"
    return Distance(height, _ALTITUDE_STANDARD_M, (risk,), detail)


def _looked(pitch: float | None, *, upright: bool) -> str:
    if pitch is None:
        return "the file does not say where the camera looked"
    if not upright:
        return "the camera hung upside down, where makers mean different things by its pitch"
    if pitch > _WITHIN_DEG:
        return f"the camera looked up by {pitch:.0f} degrees"
    if pitch < _NADIR_DEG - _WITHIN_DEG:
        return f"the camera's pitch is {pitch:.0f} degrees, beyond straight down"
    return f"the camera looked {max(0.0, -pitch):.0f} degrees below the horizon, not straight down"
