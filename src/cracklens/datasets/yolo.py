"""YOLO: a text file per picture, a line per object: its class, and a box or a polygon."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from cracklens.datasets.annotations import (
    AnnotatedPicture,
    Annotations,
    Draw,
    Mask,
    crack_classes,
    is_rectangle,
    polygons_mask,
)
from cracklens.datasets.class_folders import part_of
from cracklens.errors import DataError
from cracklens.file_names import pair_names
from cracklens.files import read_text
from cracklens.photos.find import walk

_BOX, _LEAST_POLYGON = 4, 6
_LINE = re.compile(r"\d+(\s+-?[\d.]+(e-?\d+)?){4,}\s*", re.IGNORECASE)
_NOT_LABELS = frozenset({"classes.txt", "obj.names", "predefined_classes.txt", "notes.txt"})


def read_yolo(root: Path, positive: str | None) -> Annotations | None:
    """Read YOLO labels of a folder, as `find_annotations` does.

    A picture without a label file, or with an empty one, has no objects.
    """
    labels = [f for f in sorted(root.rglob("*.txt")) if f.name not in _NOT_LABELS and _is_label(f)]
    if not labels:
        return None
    names = _names(root)
    objects = {path: _objects(path, names) for path in labels}
    used = list(dict.fromkeys(name for each in objects.values() for name, _ in each))
    cracks = crack_classes(used, positive, root)
    pictures = walk(root)
    by_key = {_key(root, path): path for path in labels}
    pairs = pair_names({_key(root, path): None for path in pictures}, by_key)
    lost = set(by_key) - set(pairs.values())
    if lost:
        raise DataError(f"{by_key[min(lost)]} labels no picture: no picture has the same name")
    found = []
    shapes = [[s for n, s in objects[by_key[pairs[k]]] if n in cracks]
              if (k := _key(root, p)) in pairs else [] for p in pictures]  # fmt: skip
    # polygons that all have four corners are oriented boxes
    oriented = all(len(s) == 2 * _BOX for each in shapes for s in each)
    for path, each in zip(pictures, shapes, strict=True):
        boxed = any(oriented or len(s) == _BOX or is_rectangle(s) for s in each)
        draw = None if boxed else _draw(each)
        part = next((p for name in path.relative_to(root).parts if (p := part_of(name))), None)
        found.append(AnnotatedPicture(path, draw, bool(each), part))
    missing = sum(_key(root, path) not in pairs for path in pictures)
    notes = (f"{missing:,} pictures have no label file: read as without cracks",) if missing else ()
    return Annotations(root, "YOLO", tuple(found), notes)


def _is_label(path: Path) -> bool:
    """Tell whether a text file starts with an object, or is empty in a folder named `labels`."""
    try:
        text = read_text(path).strip()
    except (OSError, UnicodeDecodeError):
        return False
    if not text:
        return any(part.lower() == "labels" for part in path.parent.parts)
    return bool(_LINE.fullmatch(text.splitlines()[0]))


def _key(root: Path, path: Path) -> str:
    """Return the key that a picture and its label file share."""
    folders = path.relative_to(root).parent.parts
    kept = [name.lower() for name in folders if name.lower() not in {"images", "labels"}]
    return "/".join([*kept, path.stem])


def _names(root: Path) -> dict[int, str]:
    """Return the class names from a YAML file or a list of names."""
    for path in sorted([*root.glob("*.yaml"), *root.glob("*.yml")]):
        try:
            content: Any = yaml.safe_load(read_text(path))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue
        names = content.get("names") if isinstance(content, dict) else None
        if isinstance(names, list):
            return {number: str(name) for number, name in enumerate(names)}
        if isinstance(names, dict):
            return {int(number): str(name) for number, name in names.items()}
    for path in sorted([*root.rglob("classes.txt"), *root.rglob("obj.names")]):
        lines = [line.strip() for line in read_text(path).splitlines() if line.strip()]
        return dict(enumerate(lines))
    return {}


def _objects(path: Path, names: dict[int, str]) -> list[tuple[str, list[float]]]:
    """Return class and coordinates of each object, as fractions of width and height."""
    found = []
    for line, text in enumerate(read_text(path).splitlines(), start=1):
        if not text.strip():
            continue
        try:
            number, *rest = text.split()
            values = [float(each) for each in rest]
            name = names[int(number)] if names else str(int(number))
        except (ValueError, KeyError) as error:
            raise DataError(
                f"{path}, line {line}: {error} is no class or number of YOLO"
            ) from error
        if len(values) != _BOX and (len(values) < _LEAST_POLYGON or len(values) % 2):
            raise DataError(
                f"{path}, line {line}: {len(values)} numbers are neither a box (4) nor a polygon "
                "(6 or more, in pairs); a fifth number is the confidence of a prediction, which is "
                "no ground truth"
            )
        if not all(-0.01 <= value <= 1.01 for value in values):  # noqa: PLR2004
            raise DataError(
                f"{path}, line {line}: coordinates must be fractions of the picture, 0 to 1"
            )
        found.append((name, values))
    return found


def _draw(polygons: list[list[float]]) -> Draw:
    def draw(height: int, width: int) -> Mask:
        scale = np.array([width, height])
        scaled = [(np.reshape(each, (-1, 2)) * scale).ravel().tolist() for each in polygons]
        return polygons_mask(scaled, height, width)

    return draw
