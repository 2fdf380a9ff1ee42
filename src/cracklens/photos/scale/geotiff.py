"""The scale of a rectified picture: GeoTIFF tags, or a world file beside the picture."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cracklens.errors import UsageError
from cracklens.files import open_regular
from cracklens.photos.decode import _opened
from cracklens.photos.orientation import read_orientation, upright
from cracklens.photos.scale.geokeys import Reference, reference_of_keys
from cracklens.photos.scale.ground_scale import TYPE_IT, ground_axes
from cracklens.photos.scale.scale import Floats, Scale
from cracklens.photos.scale.world_file import read_beside

_PIXEL_SCALE, _TIE_POINTS, _TRANSFORMATION = 33550, 33922, 34264
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_STANDARD = 0.005
"""Relative standard uncertainty of the scale of an orthophoto: scale bars and control points of
photogrammetry reach 1:1,000 to 1:200; the larger is taken, since nothing in the file tells."""
_SQUARE = 0.002
_RISKS = (
    "the scale is that of the file: an orthophoto without control may be off by several per cent",
    "an orthophoto shows what lies in its plane: cracks in reveals and soffits are too narrow",
)
_LOCAL_RISK = (
    "local coordinates: right only if their unit is a true length, by control or scale bars"
)


@dataclass(frozen=True, slots=True)
class Transform:
    """How pixels become coordinates of a map.

    Attributes:
        axes: (2, 2) whose columns are the steps of one pixel right and down.
        origin: (2,) coordinates of the first pixel; None if they are not known.
    """

    axes: Floats
    origin: Floats | None


def scale_from_transform(path: Path) -> Scale | None:
    """Return the scale in the middle of a picture with a GeoTIFF's tags or a world file.

    Coordinates of the map become metres on the ground at that place: units, projection and
    direction count. None if there is neither.

    Raises:
        UsageError: there is one that cannot be used; the message says what to do.
    """
    tags, size = _tags(path)
    transform, detail = _transform(tags), "GeoTIFF"
    beside = read_beside(path)
    if transform is None and beside.axes is not None:
        transform, detail = Transform(beside.axes, beside.origin), f"world file {beside.name}"
    if transform is None:
        return None
    reference = _with_proj(lambda: reference_of_keys(tags) or _of_text(beside.crs_text))
    if reference is None:
        raise UsageError(_no_reference(transform, detail))
    axes_m, risks = _on_ground(transform, reference, size)
    return _scale(_as_read(axes_m, path) * 1000.0, f"{detail} in {reference.name}", risks)


def _no_reference(transform: Transform, detail: str) -> str:
    across = float(np.linalg.norm(transform.axes[:, 0]))
    return (
        f"the {detail} says that a pixel is {across:.6g} units wide, and not what a unit is: put "
        "the .prj file beside the picture, or, if it is a metre on the ground, give --mm-per-px "
        f"{across * 1000.0:.6g}"
    )


def _on_ground(
    transform: Transform, reference: Reference, size: tuple[int, int]
) -> tuple[Floats, tuple[str, ...]]:
    axes = transform.axes * reference.metres_per_unit
    if reference.crs is None:
        return axes, (_LOCAL_RISK,)
    crs = reference.crs
    if transform.origin is None:
        raise UsageError(
            f"the GeoTIFF does not say where it lies, and how long a unit of {crs.name} is differs "
            f"with the place: {TYPE_IT}"
        )
    middle = (np.array(size, dtype=np.float64) - 1.0) / 2.0
    place = (transform.origin + transform.axes @ middle) * reference.metres_per_unit
    ground: Floats = _with_proj(lambda: ground_axes(crs, place, axes))
    return ground, (_LOCAL_RISK,) if crs.is_engineering else ()


def _with_proj(work: Any) -> Any:  # noqa: ANN401 - a function and what it returns
    """Do what needs pyproj; where that fails, such as without its database, say so."""
    try:
        return work()
    except UsageError:
        raise
    except Exception as error:
        first = str(error).strip().split("\n")[0]
        raise UsageError(
            f"the coordinates of the picture cannot be turned into lengths on the ground "
            f"({first}): is PROJ_DATA or PROJ_LIB set for another program? Unset it, or {TYPE_IT}"
        ) from error


def _of_text(text: str | None) -> Reference | None:
    """Return the reference of well-known text, as .prj and .aux.xml files have it."""
    if not text:
        return None
    from pyproj import CRS

    crs = CRS.from_user_input(text)
    return Reference(crs, 1.0, crs.name)


def _as_read(axes: Floats, path: Path) -> Floats:
    """Return the steps right and down in the picture once it is turned by its orientation."""
    try:
        with _opened(path) as image:
            orientation = read_orientation(image)
    except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
        return axes
    stored = np.stack(np.meshgrid(np.arange(2.0), np.arange(2.0)), axis=2)
    turned = upright(stored, orientation)
    read: Floats = axes @ np.stack(
        [turned[0, 1] - turned[0, 0], turned[1, 0] - turned[0, 0]], axis=1
    )
    return read


def _scale(axes_mm: Floats, detail: str, risks: tuple[str, ...]) -> Scale:
    """Return the scale of a transform whose columns are the steps of one pixel, in mm."""
    determinant = float(np.linalg.det(axes_mm))
    steps = np.linalg.norm(axes_mm, axis=0)
    if not math.isfinite(determinant) or abs(determinant) <= 1e-9 * steps[0] * steps[1]:
        raise UsageError(f"the {detail} has pixels without a size: {TYPE_IT}")
    mm_per_px = math.sqrt(abs(determinant))
    homography = None
    if abs(steps[0] / steps[1] - 1.0) > _SQUARE or abs(axes_mm[:, 0] @ axes_mm[:, 1]) > (
        _SQUARE * steps[0] * steps[1]
    ):
        down = 1.0 if determinant > 0 else -1.0  # y of a map runs up, that of a wall here down
        homography = np.eye(3)
        homography[:2, :2] = np.diag([1.0, down]) @ axes_mm
    return Scale(
        mm_per_px=mm_per_px,
        relative_standard=_STANDARD,
        source="transform",
        detail=f"{detail}, {mm_per_px:.4g} mm/px",
        homography=homography,
        tilt_deg=0.0,
        risks=(*risks, *_RISKS),
    )


def _tags(path: Path) -> tuple[dict[int, Any], tuple[int, int]]:
    """Return the tags of the first page of a TIFF file, and width and height of any picture."""
    try:
        with open_regular(path) as file:
            is_tiff = file.read(4) in _TIFF
        if is_tiff:
            import tifffile

            with tifffile.TiffFile(path) as tiff:
                page: Any = tiff.pages.first
                tags = {int(tag.code): tag.value for tag in page.tags}
                return tags, (int(page.imagewidth), int(page.imagelength))
        with _opened(path) as image:
            return {}, image.size
    except Exception:  # noqa: BLE001 - on damaged data, readers raise whatever they stumble over
        return {}, (1, 1)


def _transform(tags: Mapping[int, Any]) -> Transform | None:
    try:
        if _TRANSFORMATION in tags:
            matrix = np.array(tags[_TRANSFORMATION], dtype=np.float64).reshape(4, 4)
            return Transform(matrix[:2, :2], matrix[:2, 3])
        ties = np.array(tags.get(_TIE_POINTS, ()), dtype=np.float64)
        if _PIXEL_SCALE in tags:
            across, down = (float(value) for value in tags[_PIXEL_SCALE][:2])
            axes = np.array([[across, 0.0], [0.0, -down]])
            tie = ties[:6] if ties.size >= 6 else None  # noqa: PLR2004
            return Transform(axes, None if tie is None else tie[3:5] - axes @ tie[:2])
    except (TypeError, ValueError) as error:
        raise UsageError(f"the GeoTIFF tags are damaged: {TYPE_IT}") from error
    if ties.size > 6:  # noqa: PLR2004
        raise UsageError(
            "the GeoTIFF has control points only and is not rectified: use gdalwarp on it first, "
            f"or {TYPE_IT}"
        )
    return None
