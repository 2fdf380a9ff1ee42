"""COCO: one JSON file with images, annotations and categories; polygons and run-length masks."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cracklens.datasets.annotations import (
    AnnotatedPicture,
    Annotations,
    Draw,
    Mask,
    PictureIndex,
    crack_classes,
    decoded_runs,
    is_rectangle,
    polygons_mask,
)
from cracklens.datasets.class_folders import part_of
from cracklens.errors import DataError
from cracklens.files import read_text
from cracklens.photos.find import walk

_KEYS = frozenset({"images", "annotations", "categories"})
_LEAST_NUMBERS = 6


def read_coco(root: Path, positive: str | None) -> Annotations | None:
    """Read all COCO files of a folder, as `find_annotations` does."""
    files = [(path, content) for path in sorted(root.rglob("*.json")) if (content := _coco(path))]
    if not files:
        return None
    index = PictureIndex(root, walk(root))
    pictures: dict[Path, AnnotatedPicture] = {}
    for path, content in files:
        for picture in _pictures(path, content, index, positive, _part(path)):
            if picture.path in pictures:
                raise DataError(f"{picture.path} is annotated in several files ({path.name})")
            pictures[picture.path] = picture
    if not pictures:
        raise DataError(f"{files[0][0]} lists no images")
    return Annotations(root, "COCO", tuple(pictures[p] for p in sorted(pictures)))


def _coco(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(read_text(path))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.keys() >= _KEYS else None


def _part(path: Path) -> str | None:
    """Return the part of the split that a file belongs to, by its folder or a word of its name."""
    words = [path.parent.name, *path.stem.replace("-", "_").replace("2017", "").split("_")]
    return next((part for word in words if (part := part_of(word))), None)


def _pictures(
    path: Path,
    content: dict[str, Any],
    index: PictureIndex,
    positive: str | None,
    part: str | None,
) -> list[AnnotatedPicture]:
    try:
        names = {each["id"]: str(each["name"]) for each in content["categories"]}
        used = dict.fromkeys(names[each["category_id"]] for each in content["annotations"])
        cracks = crack_classes(list(used) or list(names.values()), positive, path)
        shapes: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
        known = {image["id"] for image in content["images"]}
        for each in content["annotations"]:
            if each["image_id"] not in known:
                raise DataError(f"{path}: an annotation of image {each['image_id']}, not listed")
            if names[each["category_id"]] in cracks:
                shapes[each["image_id"]].append(each)
        return [
            AnnotatedPicture(
                index.find(str(image["file_name"]), path),
                _draw(shapes[image["id"]], image, path),
                bool(shapes[image["id"]]),
                part,
            )
            for image in content["images"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path} is no valid COCO file: {error!r} is missing or has the wrong type"
        ) from error


def _draw(shapes: Sequence[dict[str, Any]], image: dict[str, Any], path: Path) -> Draw | None:
    """Return the function that draws the mask of one image; None if a shape is a box."""
    if any(_is_box(shape.get("segmentation")) for shape in shapes):
        return None
    stated = (int(image["height"]), int(image["width"])) if "height" in image else None

    def draw(height: int, width: int) -> Mask:
        if stated is not None and stated != (height, width):
            raise DataError(
                f"{path}: {image['file_name']} was annotated at {stated[1]} x {stated[0]} px and "
                f"is {width} x {height} px upright: give the picture that was annotated"
            )
        mask = np.zeros((height, width), bool)
        for shape in shapes:
            drawn = _shape_mask(shape["segmentation"], height, width)
            if drawn.shape != mask.shape:
                raise DataError(
                    f"{path}: a mask of {image['file_name']} is {drawn.shape[1]} x "
                    f"{drawn.shape[0]} px, the picture {width} x {height} px"
                )
            mask |= drawn
        return mask

    return draw


def _is_box(segmentation: Any) -> bool:  # noqa: ANN401 - as JSON has it
    if isinstance(segmentation, dict):
        return False
    polygons = segmentation or []
    return not polygons or all(is_rectangle(each) for each in polygons)


def _shape_mask(segmentation: Any, height: int, width: int) -> Mask:  # noqa: ANN401
    if isinstance(segmentation, list):
        if any(len(each) < _LEAST_NUMBERS or len(each) % 2 for each in segmentation):
            raise DataError("a polygon of fewer than three points: take it out")
        return polygons_mask(segmentation, height, width)
    try:
        return decoded_runs(segmentation)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"a run-length mask that cannot be read: {error}") from error
