"""The scale of a rectified picture: GeoTIFF tags, or a world file beside the picture."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from cracklens.errors import UsageError
from cracklens.files import read_text
from cracklens.photos.decode import _opened
from cracklens.photos.scale.scale import Floats, Scale
from cracklens.photos.tiff import read_tags

_PIXEL_SCALE, _TRANSFORMATION, _KEYS = 33550, 34264, 34735
_MODEL_TYPE, _LINEAR_UNITS = 1024, 3076
_GEOGRAPHIC = 2
_METRES = {9001: 1.0, 9002: 0.3048, 9003: 1200.0 / 3937.0}
"""EPSG codes of units: metre, international foot, US survey foot (OGC 19-008r4, GeoTIFF 1.1)."""
_STANDARD = 0.005
"""Relative standard uncertainty of the scale of an orthophoto: scale bars and control points of
photogrammetry reach 1:1,000 to 1:200; the larger is taken, since nothing in the file tells."""
_SQUARE = 0.002
_RISKS = (
    "the scale is that of the file: an orthophoto without control may be off by several per cent",
    "an orthophoto shows what lies in its plane: cracks in reveals and soffits are too narrow",
)


def scale_from_transform(path: Path) -> Scale | None:
    """Return the scale that a GeoTIFF or a world file states; None if there is neither.

    Raises:
        UsageError: there is one that cannot be used; the message says what to do.
    """
    tags = _tags(path)
    if _TRANSFORMATION in tags or _PIXEL_SCALE in tags:
        per_unit, units = _unit(tags)
        return _scale(_axes(tags) * per_unit * 1000.0, f"GeoTIFF in {units}", ())
    world = _world_file(path)
    if world is None:
        return None
    axes = _read_world(world)
    risk = f"{world.name} does not say its unit: taken as metres"
    return _scale(axes * 1000.0, f"world file {world.name}", (risk,))


def _scale(axes_mm: Floats, detail: str, risks: tuple[str, ...]) -> Scale:
    """Return the scale of a transform whose columns are the steps of one pixel, in mm."""
    determinant = float(np.linalg.det(axes_mm))
    steps = np.linalg.norm(axes_mm, axis=0)
    if not math.isfinite(determinant) or determinant == 0.0:
        raise UsageError(f"the {detail} has pixels without a size: give --mm-per-px")
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


def _tags(path: Path) -> dict[int, Any]:
    try:
        with _opened(path) as image:
            tags = dict(getattr(image, "tag_v2", {}))
            return {int(number): value for number, value in tags.items()}
    except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
        return read_tags(path)  # of five bands, or colours in floating point


def _axes(tags: dict[int, Any]) -> Floats:
    """Return (2, 2): its columns are the steps of one pixel right and down, in model units."""
    try:
        if _TRANSFORMATION in tags:
            matrix = np.array(tags[_TRANSFORMATION], dtype=np.float64).reshape(4, 4)
            return matrix[:2, :2]
        across, down = (float(value) for value in tags[_PIXEL_SCALE][:2])
    except (TypeError, ValueError) as error:
        raise UsageError("the GeoTIFF tags are damaged: give --mm-per-px") from error
    return np.array([[across, 0.0], [0.0, -down]])


def _unit(tags: dict[int, Any]) -> tuple[float, str]:
    """Return metres by unit, and the unit's name."""
    keys = [int(value) for value in tags.get(_KEYS, ())]
    entries = {
        keys[at]: keys[at + 3] for at in range(4, len(keys) - 3, 4) if keys[at + 1] == 0
    }  # where the second number is 0, the fourth is the value itself
    if entries.get(_MODEL_TYPE) == _GEOGRAPHIC:
        raise UsageError(
            "the GeoTIFF is in degrees of longitude and latitude, whose length differs with the "
            "direction: project it first, such as with gdalwarp -t_srs EPSG:25832, or give "
            "--mm-per-px"
        )
    code = entries.get(_LINEAR_UNITS, 9001)
    if code not in _METRES:
        raise UsageError(
            f"the GeoTIFF has a unit that is not known here (EPSG {code}): give --mm-per-px"
        )
    return _METRES[code], {9001: "metres", 9002: "feet", 9003: "US survey feet"}[code]


def _world_file(path: Path) -> Path | None:
    """Return the world file of a picture: .tfw for .tif, .jgw for .jpg, or .wld."""
    suffix = path.suffix.lower().lstrip(".")
    short = f"{suffix[0]}{suffix[-1]}w" if len(suffix) > 1 else "wld"
    for ending in (short, f"{suffix}w", "wld"):
        for name in (ending, ending.upper()):
            if (beside := path.with_suffix(f".{name}")).is_file():
                return beside
    return None


def _read_world(path: Path) -> Floats:
    try:
        numbers = [float(word) for word in read_text(path, "ascii").split()[:6]]
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no world file of six numbers ({error})") from error
    if len(numbers) != 6 or not all(map(math.isfinite, numbers)):  # noqa: PLR2004
        raise UsageError(f"{path} is no world file: it must hold six numbers")
    a, d, b, e = numbers[:4]
    return np.array([[a, b], [d, e]])
