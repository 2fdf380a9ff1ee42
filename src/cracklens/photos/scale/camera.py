"""The scale from what is known of camera and distance."""

import math

import numpy as np

from cracklens.errors import UsageError
from cracklens.photos.metadata import Metadata
from cracklens.photos.scale.distance import find_distance
from cracklens.photos.scale.framing import editor_of, why_not_whole
from cracklens.photos.scale.pinhole import DIAGONAL_35MM, Focal, untilted_variants
from cracklens.photos.scale.scale import Scale
from cracklens.photos.scale.sensors import find_sensor, native_aspect

_CALIBRATED, _MEASURED_PLANE, _SENSOR, _EQUIVALENT = 0.01, 0.02, 0.025, 0.04
"""Relative standard uncertainty of a focal length in px: as a drone's maker calibrated it; from the
focal plane resolution; from a table or a typed sensor width (nominal focal lengths may be off by
5 %, ISO 517 and breathing included: rectangular); from the 35 mm equivalent, a whole number that
counts the diagonal of whatever part of the sensor the maker meant."""
_TILT_RISK = "the tilt of the wall is not known and not corrected: stand square before it"
_AGREE = 1.25
"""Focal lengths in px from two sources agree up to this factor. The 35 mm equivalent is rounded,
and makers count its diagonal before or after a crop to 16:9, which makes 9 %."""
_USE = "use the original, put a marker on the wall, or give --mm-per-px"
_WIDE = 1.7
"""Pictures wider than this are cut at top and bottom from 4:3 or 3:2, in the camera."""
_NOT_ZOOMED = 1.01
_NATIVE_SHARE = 0.015
_TYPED, _PLANE = " as given", " by its focal plane resolution"
Candidate = tuple[Focal, str]


def focal_of(
    metadata: Metadata, shape: tuple[int, ...], *, sensor_width_mm: float | None = None
) -> Candidate | None:
    """Return the focal length in px of the present picture, and what it is from; None if unknown.

    Args:
        metadata: of the file.
        shape: of the photograph, height first.
        sensor_width_mm: longer side of the sensor, as a person gives it.
    """
    try:
        return known_focal(metadata, shape, sensor_width_mm=sensor_width_mm)
    except UsageError:
        return None


def known_focal(
    metadata: Metadata, shape: tuple[int, ...], *, sensor_width_mm: float | None = None
) -> Candidate:
    """Return the focal length in px of the present picture, and what it is from.

    Best first: a sensor width that was typed; calibrated focal length; focal plane resolution; the
    table of sensors; the 35 mm equivalent. Where several are there, they must agree.

    Args:
        metadata: of the file.
        shape: of the photograph, height first.
        sensor_width_mm: longer side of the sensor, as a person gives it.

    Raises:
        UsageError: it is not known, the picture is not that of the whole sensor, or what the file
            says contradicts itself.
    """
    reason = why_not_whole(metadata, shape)
    if reason:
        raise UsageError(reason)
    found = _calibrated(metadata) + _by_sensor(metadata, shape, sensor_width_mm)
    if sensor_width_mm and len(found) > 1:  # what a person says of the sensor comes first
        found.sort(key=lambda one: not one[1].endswith(_TYPED))
    found += _equivalent(metadata, shape, alone=not found)
    if not found:
        raise UsageError(_no_focal(metadata))
    best, how = found[0]
    for other, says in found[1:]:
        if not 1.0 / _AGREE < other.px / best.px < _AGREE:
            raise UsageError(
                f"the file contradicts itself: its focal length is {best.px:.0f} px by {how}, and "
                f"{other.px:.0f} px by {says}; was it cut, made smaller or zoomed? "
                f"Then {_USE}"
            )
    editor = editor_of(metadata)
    if editor and not (len(found) > 1 and any(says.endswith(_PLANE) for _, says in found)):
        raise UsageError(
            f"the photograph was saved by {editor}, and nothing in the file shows whether that cut "
            f"it: {_USE}"
        )
    return best, how.removesuffix(_TYPED)


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
            of a camera that looks straight down, its height above the place of take-off if None.
        distance_standard_m: its standard uncertainty; 2 % if None.
        sensor_width_mm: longer side of the sensor.

    Raises:
        UsageError: focal length or distance is not known, or the picture is not that of the
            whole sensor.
    """
    focal, how = known_focal(metadata, shape, sensor_width_mm=sensor_width_mm)
    away, standard_m, risks, where = find_distance(metadata, distance_m, distance_standard_m)
    focal_m = (metadata.focal_length_mm or 0.0) / 1000.0
    if away <= 2.0 * focal_m:
        raise UsageError(f"a distance of {away:g} m is nearer than a lens can focus")
    # thin lens: the picture is f d / (d - f) behind it; how far the lens moves is not known
    mm_per_px = 1000.0 * (away - focal_m / 2.0) / focal.px
    relative = math.hypot(
        focal.relative_standard, standard_m / away, focal_m / 2.0 / away / math.sqrt(3.0)
    )
    middle = np.array([(shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0])
    if not metadata.sizes_as_taken_px:
        risks += ("the file does not say how large it was taken: wrong if it was cut",)
    variants = untilted_variants(mm_per_px, relative, middle, shape, focal.px)
    bare = Scale(mm_per_px, 0.0, "metadata", "", variants=variants)
    return Scale(
        mm_per_px=mm_per_px,
        relative_standard=float(bare.relative_standard_at(middle[None])[0]),
        source="metadata",
        detail=f"{how}, {where}",
        risks=(*risks, _TILT_RISK),
        variants=variants,
    )


def _calibrated(metadata: Metadata) -> list[Candidate]:
    px = metadata.xmp.calibrated_focal_px
    if not px:
        return []
    if _zoom(metadata) > _NOT_ZOOMED:
        raise UsageError(
            f"the photograph was zoomed digitally by {_zoom(metadata):g}, and the calibrated focal "
            "length holds without zoom: zoom with the lens or not at all, or give --mm-per-px"
        )
    return [(Focal(px, _CALIBRATED, guessed=False), "focal length as the maker calibrated it")]


def _by_sensor(
    metadata: Metadata, shape: tuple[int, ...], sensor_width_mm: float | None
) -> list[Candidate]:
    """Return the focal lengths by millimetres of lens and sensor, the best first."""
    focal_mm = metadata.focal_length_mm
    if not focal_mm:
        return []
    longer_px, zoom = max(shape[:2]), _zoom(metadata)
    found: list[Candidate] = []

    def by_width(width_mm: float, what: str) -> None:
        if longer_px / min(shape[:2]) < native_aspect(width_mm) * (1.0 - _NATIVE_SHARE):
            raise UsageError(
                f"the picture is {longer_px} x {min(shape[:2])} px, and a sensor of {width_mm:g} "
                "mm is wider in shape: the longer side was cut, so the width of the view is not "
                f"known: {_USE}"
            )
        px = focal_mm / width_mm * longer_px * zoom
        found.append((Focal(px, _SENSOR, guessed=False), f"{focal_mm:g} mm, sensor {what}"))

    if sensor_width_mm:
        by_width(sensor_width_mm, f"{sensor_width_mm:g} mm{_TYPED}")
    per_mm = metadata.focal_plane_px_per_mm
    if per_mm and 2.0 < longer_px / per_mm < 80.0:  # noqa: PLR2004 - some cameras write nonsense
        how = f"{focal_mm:g} mm, sensor {longer_px / per_mm:.1f} mm{_PLANE}"
        found.append((Focal(focal_mm * per_mm * zoom, _MEASURED_PLANE, guessed=False), how))
    sensor = find_sensor(metadata.make, metadata.model)
    if sensor:
        by_width(sensor.width_mm, f"{sensor.width_mm:g} mm ({metadata.model})")
    return found


def _equivalent(metadata: Metadata, shape: tuple[int, ...], *, alone: bool) -> list[Candidate]:
    """Return the focal length by the 35 mm equivalent, which counts a diagonal."""
    if not metadata.focal_length_35mm:
        return []
    if alone and _zoom(metadata) > _NOT_ZOOMED:
        raise UsageError(
            f"the photograph was zoomed digitally by {_zoom(metadata):g}, and the file has the 35 "
            "mm equivalent alone, which makers state before or after zoom: put a marker on the "
            "wall, or give --mm-per-px"
        )
    longer_px = max(shape[:2])
    diagonal_px, standard = math.hypot(shape[0], shape[1]), _EQUIVALENT
    if longer_px / min(shape[:2]) > _WIDE:  # the diagonal may be that of 4:3, before the cut
        before_px = math.hypot(longer_px, 0.75 * longer_px)
        half = (before_px - diagonal_px) / 2.0
        diagonal_px += half
        standard = math.hypot(standard, half / diagonal_px / math.sqrt(3.0))
    px = metadata.focal_length_35mm / DIAGONAL_35MM * diagonal_px
    how = f"35 mm equivalent of {metadata.focal_length_35mm:g} mm alone"
    return [(Focal(px, standard, guessed=False), how if alone else how.removesuffix(" alone"))]


def _zoom(metadata: Metadata) -> float:
    return max(1.0, metadata.digital_zoom or 1.0)


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
