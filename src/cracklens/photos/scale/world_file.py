"""What lies beside a picture: world file, .prj and GDAL's .aux.xml."""

import html
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cracklens.errors import UsageError
from cracklens.files import open_regular
from cracklens.photos.scale.scale import Floats

_SRS = re.compile(r"<SRS\b[^>]*>(.*?)</SRS>", re.DOTALL)
_GEOTRANSFORM = re.compile(r"<GeoTransform>(.*?)</GeoTransform>", re.DOTALL)
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Beside:
    """What the files beside a picture say; None for what they do not.

    Attributes:
        axes: (2, 2) whose columns are the steps of one pixel right and down, in units of the map.
        origin: (2,) coordinates of the first pixel.
        crs_text: the coordinate reference system as well-known text.
        name: of the file that has the steps.
    """

    axes: Floats | None = None
    origin: Floats | None = None
    crs_text: str | None = None
    name: str = ""


def read_beside(path: Path) -> Beside:
    """Return what the files beside a picture say of its place.

    Raises:
        UsageError: a world file is none.
    """
    aux = _text(path.with_name(f"{path.name}.aux.xml"))
    srs, geotransform = _SRS.search(aux), _GEOTRANSFORM.search(aux)
    crs_text = html.unescape(srs[1]).strip() if srs else ""
    crs_text = (
        crs_text or _text(_one_of(path.with_suffix(".prj"), path.with_suffix(".PRJ"))).strip()
    )
    world = _world_file(path)
    if world is not None:
        axes, origin = _read_world(world)
        return Beside(axes, origin, crs_text or None, world.name)
    if geotransform:
        name = f"{path.name}.aux.xml"
        x, a, b, y, d, e = _six(geotransform[1].replace(",", " "), name)
        return Beside(np.array([[a, b], [d, e]]), np.array([x, y]), crs_text or None, name)
    return Beside(crs_text=crs_text or None)


def _one_of(*paths: Path) -> Path:
    return next((path for path in paths if path.is_file()), paths[0])


def _text(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        with open_regular(path) as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _world_file(path: Path) -> Path | None:
    """Return the world file of a picture: .tfw for .tif, .jgw for .jpg, or .wld."""
    suffix = path.suffix.lower().lstrip(".")
    short = f"{suffix[0]}{suffix[-1]}w" if len(suffix) > 1 else "wld"
    for ending in (short, f"{suffix}w", "wld"):
        for name in (ending, ending.upper()):
            if (beside := path.with_suffix(f".{name}")).is_file():
                return beside
    return None


def _read_world(path: Path) -> tuple[Floats, Floats]:
    a, d, b, e, x, y = _six(_text(path), str(path))
    return np.array([[a, b], [d, e]]), np.array([x, y])


def _six(text: str, name: str) -> list[float]:
    try:
        numbers = [float(word) for word in text.lstrip("\ufeff").split()[:6]]
    except ValueError as error:
        raise UsageError(f"{name} is no world file of six numbers ({error})") from error
    if len(numbers) != 6 or not all(map(math.isfinite, numbers)):  # noqa: PLR2004
        raise UsageError(f"{name} is no world file: it must hold six numbers")
    return numbers
