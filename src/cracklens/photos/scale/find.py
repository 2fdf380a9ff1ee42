"""The scale of a photograph from whatever there is: the one door to this room."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.photos.metadata import Metadata
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.photos.photo import Photo
from cracklens.photos.scale.camera import focal_of, scale_from_camera
from cracklens.photos.scale.marker_scale import SIDE_STANDARD_MM, scale_from_markers
from cracklens.photos.scale.markers import Marker, excluded
from cracklens.photos.scale.pinhole import Focal, untilted_variants
from cracklens.photos.scale.points import scale_from_points
from cracklens.photos.scale.scale import Scale
from cracklens.photos.scale.sight import Sight
from cracklens.photos.scale.table import ScaleRow

TYPED_SHARE = 0.02
"""Relative standard uncertainty of a typed scale when nothing else is said."""
_OTHER_WAYS = "give --mm-per-px, --distance or a scale table for this photograph"
_HOW = (
    "put a marker of known size on the wall (--marker 50mm), give the distance (--distance 3.2m) "
    "or the scale (--mm-per-px)"
)
Found = tuple[Scale | None, str, NDArray[np.bool_] | None]


@dataclass(frozen=True, slots=True)
class ScaleRequest:
    """What a person says of the scale of the photographs of a run, or of one of them.

    Attributes:
        marker_mm: side of the markers' black square.
        dictionary: of the markers; all are tried if None.
        side_standard_mm: standard uncertainty of the side.
        distance_m: from the lens to the wall.
        sensor_width_mm: longer side of the sensor.
        mm_per_px: the scale itself.
        relative_standard: of `mm_per_px` or `distance_m`; 2 % if None.
        points_px: two points in the photograph.
        length_mm: between them.
        row: what a table says of this very photograph; it comes before all else.
    """

    marker_mm: float | None = None
    dictionary: str | None = None
    side_standard_mm: float = SIDE_STANDARD_MM
    distance_m: float | None = None
    sensor_width_mm: float | None = None
    mm_per_px: float | None = None
    relative_standard: float | None = None
    points_px: tuple[tuple[float, float], tuple[float, float]] | None = None
    length_mm: float | None = None
    row: ScaleRow | None = None


def find_scale(photo: Photo, metadata: Metadata, request: ScaleRequest) -> Found:
    """Return the scale of a photograph, why there is none, and where markers cover the wall.

    The first that is there is taken: what a table says of this photograph; markers; two points; a
    typed scale; a typed distance with the camera's focal length; the transform of a GeoTIFF or
    world file; the range of a drone with its focal length. A source that was asked for and failed
    is named among the risks of the scale that took its place.

    Args:
        photo: the photograph, upright.
        metadata: of its file.
        request: what a person said.

    Returns:
        The scale or None; why there is none and how to get one, or an empty text; (H, W) where the
        cards of markers lie, or None without markers.

    Raises:
        UsageError: the request itself makes no sense, such as an unknown dictionary.
    """
    return find_scale_again(Sight.of(photo), metadata, request)


def find_scale_again(
    sight: Sight, metadata: Metadata, request: ScaleRequest, *, cover: bool = True
) -> Found:
    """Return what `find_scale` does, from what was kept of a photograph.

    Args:
        sight: what is known of the photograph.
        metadata: of its file.
        request: what a person said.
        cover: say also where the cards of markers lie.

    Raises:
        NeedsPixelsError: something was not looked for before, and there are no pixels.
        UsageError: as `find_scale`.
    """
    request = _with_row(request)
    failed: list[str] = []
    markers: tuple[Marker, ...] | None = None
    covered = None
    try:
        markers = _markers(sight, request)
        covered = excluded(markers, sight.shape) if markers and cover else None
    except UsageError:
        raise
    except FAILURES as error:
        failed.append(f"the markers could not be located ({failure_text(error)}): {_OTHER_WAYS}")
    for source in _sources(sight, metadata, request, markers):
        try:
            scale = source()
        except UsageError as error:
            failed.append(str(error))
            continue
        except FAILURES as error:
            failed.append(f"it could not be computed ({failure_text(error)}): {_OTHER_WAYS}")
            continue
        if scale is not None:
            notes = tuple(f"not used: {reason}" for reason in failed)
            return replace(scale, risks=(*scale.risks, *notes)), "", covered
    reason = "; ".join(failed) if failed else _nothing(sight, request)
    return None, f"no scale: {reason}", covered


def _with_row(request: ScaleRequest) -> ScaleRequest:
    """Return what is left of a request when a table says something of this photograph."""
    row = request.row
    if row is None:
        return request
    return ScaleRequest(
        marker_mm=row.marker_mm,
        dictionary=request.dictionary,
        side_standard_mm=request.side_standard_mm
        if row.relative_standard is None or row.marker_mm is None
        else row.relative_standard * row.marker_mm,
        distance_m=row.distance_m,
        sensor_width_mm=request.sensor_width_mm,
        mm_per_px=row.mm_per_px,
        relative_standard=row.relative_standard,
        points_px=row.points_px,
        length_mm=row.length_mm,
    )


def _markers(sight: Sight, request: ScaleRequest) -> tuple[Marker, ...]:
    if request.marker_mm is None:
        return ()
    return sight.markers(request.dictionary)


def _sources(
    sight: Sight,
    metadata: Metadata,
    request: ScaleRequest,
    markers: tuple[Marker, ...] | None,
) -> list[Callable[[], Scale | None]]:
    shape = sight.shape
    sources: list[Callable[[], Scale | None]] = []
    if request.marker_mm is not None and markers is not None:
        sources.append(lambda: _from_markers(sight, metadata, request, markers))
    if request.points_px is not None and request.length_mm is not None:
        sources.append(lambda: _from_points(shape, metadata, request))
    if request.mm_per_px is not None:
        sources.append(lambda: _typed(shape, metadata, request))
    if request.distance_m is not None:
        sources.append(
            lambda: scale_from_camera(
                metadata,
                shape,
                distance_m=request.distance_m,
                distance_standard_m=_standard_m(request),
                sensor_width_mm=request.sensor_width_mm,
            )
        )
    sources.append(sight.scale_of_file)
    if metadata.xmp.laser_distance_m or metadata.xmp.relative_altitude_m:
        sources.append(
            lambda: scale_from_camera(metadata, shape, sensor_width_mm=request.sensor_width_mm)
        )
    return sources


def _from_markers(
    sight: Sight, metadata: Metadata, request: ScaleRequest, markers: tuple[Marker, ...]
) -> Scale | None:
    assert request.marker_mm is not None
    if not markers:
        raise UsageError(sight.why_no_marker(request.dictionary))
    shape = sight.shape
    known = _focal(metadata, shape, request)
    return scale_from_markers(
        markers,
        request.marker_mm,
        shape,
        focal=known[0] if known else None,
        side_standard_mm=request.side_standard_mm,
    )


def _from_points(shape: tuple[int, ...], metadata: Metadata, request: ScaleRequest) -> Scale:
    assert request.points_px is not None
    assert request.length_mm is not None
    known = _focal(metadata, shape, request)
    return scale_from_points(
        *request.points_px,
        request.length_mm,
        shape,
        length_standard_mm=(request.relative_standard or 0.0) * request.length_mm,
        focal_px=known[0].px if known else None,
    )


def _typed(shape: tuple[int, ...], metadata: Metadata, request: ScaleRequest) -> Scale:
    assert request.mm_per_px is not None
    relative = TYPED_SHARE if request.relative_standard is None else request.relative_standard
    bare = Scale(request.mm_per_px, 0.0, "typed", "")  # refuses what cannot be
    known = _focal(metadata, shape, request)
    middle = np.array([(shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0])
    focal_px = known[0].px if known else None
    bare = replace(
        bare, variants=untilted_variants(request.mm_per_px, relative, middle, shape, focal_px)
    )
    return replace(
        bare,
        relative_standard=float(bare.relative_standard_at(middle[None])[0]),
        detail=f"{request.mm_per_px:g} mm/px as given",
        risks=("a scale that was typed holds for one distance: is it that of this photograph?",),
    )


def _focal(
    metadata: Metadata, shape: tuple[int, ...], request: ScaleRequest
) -> tuple[Focal, str] | None:
    """Return the focal length in px; None if it is not known, or the picture was cut."""
    if metadata.cropped:
        return None
    return focal_of(metadata, shape, sensor_width_mm=request.sensor_width_mm)


def _standard_m(request: ScaleRequest) -> float | None:
    if request.relative_standard is None or request.distance_m is None:
        return None
    return request.relative_standard * request.distance_m


def _nothing(sight: Sight, request: ScaleRequest) -> str:
    """Say how to get a scale; a marker whose size nobody gave is mentioned."""
    seen: tuple[Marker, ...] = ()
    with suppress(*FAILURES):  # it is a hint alone
        seen = sight.markers(request.dictionary)
    if seen:
        names = ", ".join(marker.name for marker in seen[:3])
        return f"there is {names} in the picture: give the side of its black square (--marker 50mm)"
    return _HOW
