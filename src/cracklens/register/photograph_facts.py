"""Facts about a photograph that its file states: time, camera, position."""

from pathlib import Path
from typing import Any

from cracklens.photos.metadata import Metadata, read_metadata
from cracklens.register.schema.base import storable

FACTS = ("taken", "camera", "lens", "latitude_deg", "longitude_deg", "altitude_m")


def photograph_facts(root: str, path: str) -> dict[str, Any]:
    """Return the columns of a photograph that come from the header of its file.

    All are None where the file is not there any more, or says nothing.

    Args:
        root: folder of the photographs.
        path: of the photograph, relative to it.
    """
    try:
        file = Path(root, path)
        found = read_metadata(file) if file.is_file() else Metadata()
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        found = Metadata()
    return {
        "taken": found.taken,
        "camera": _camera(found),
        "lens": None,
        "latitude_deg": found.latitude_deg,
        "longitude_deg": found.longitude_deg,
        "altitude_m": found.altitude_m,
    }


def _camera(found: Metadata) -> str | None:
    """Return make and model; many cameras repeat the make in the model."""
    make, model = found.make or "", found.model or ""
    name = model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return storable(name.strip()) or storable(make) or None
