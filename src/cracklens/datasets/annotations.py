"""Pictures with drawn masks or annotations: mask folders, COCO, YOLO and Pascal VOC.

A box gives the position of a crack and not its pixels. It labels a picture as cracked; it is never
used as a mask.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets.labelled import Dataset, Item
from cracklens.errors import DataError
from cracklens.file_names import LEVELS, folded
from cracklens.files import as_path

Mask = NDArray[np.bool_]
Draw = Callable[[int, int], Mask]
"""Function of the height and width (px) of the upright picture; returns its crack mask."""


@dataclass(frozen=True, slots=True)
class AnnotatedPicture:
    """A picture and its annotation.

    Attributes:
        path: the picture.
        draw: makes its mask; None if there are only boxes.
        cracked: whether a crack is annotated; None if only the mask file shows it.
        part: train, validation or test, if the layout states it.
    """

    path: Path
    draw: Draw | None
    cracked: bool | None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Annotations:
    """All annotated pictures of a folder; `kind` names the format."""

    root: Path
    kind: str
    pictures: tuple[AnnotatedPicture, ...]
    notes: tuple[str, ...] = ()

    def require_masks(self) -> None:
        """Check that every picture has a mask.

        Raises:
            DataError: some pictures have only boxes.
        """
        boxes = [picture for picture in self.pictures if picture.draw is None]
        if boxes:
            raise DataError(
                f"{self.root} ({self.kind}): {len(boxes):,} of {len(self.pictures):,} pictures "
                f"have boxes and no masks (first: {boxes[0].path.name}). A box is no mask: most "
                "of its pixels are concrete, so pixel metrics would be wrong. Draw polygons, or "
                "use the boxes as picture labels, with a model that labels tiles"
            )

    def labelled(self) -> Dataset:
        """Return the pictures with the labels "cracked" and "uncracked".

        Raises:
            DataError: the label of a picture is not known without its mask.
        """
        items = []
        for picture in self.pictures:
            if picture.cracked is None:
                raise DataError(
                    f"{self.root} holds pictures with masks or annotations ({self.kind}), not "
                    "class folders: evaluate a model of --task segment on them, or train one"
                )
            label = "cracked" if picture.cracked else "uncracked"
            items.append(Item(picture.path, label, None, picture.part))
        classes = tuple(sorted({item.label for item in items}))
        note = f"{self.kind}: pictures with an annotated crack are read as cracked, others not"
        return Dataset(self.root, classes, tuple(items), (*self.notes, note))


def find_annotations(root: Path, positive: str | None = None) -> Annotations | None:
    """Read a folder of annotated pictures; return None for any other folder.

    Args:
        root: the folder.
        positive: the class that means a crack; needed if no class name shows it.

    Raises:
        DataError: annotations contradict each other, name missing pictures, or do not show which
            class means a crack.
    """
    from cracklens.datasets.coco import read_coco
    from cracklens.datasets.mask_folders import read_mask_folders
    from cracklens.datasets.voc import read_voc
    from cracklens.datasets.yolo import read_yolo

    root = as_path(root)
    if not root.is_dir() or (root / "labels.csv").is_file():
        return None
    suffixes, pairs = _file_types(root)
    readers = ((read_coco, ".json"), (read_yolo, ".txt"), (read_voc, ".xml"))
    for read, suffix in readers:
        if suffix in suffixes and (found := read(root, positive)) is not None:
            return found
    return read_mask_folders(root, positive) if pairs else None


def _file_types(root: Path) -> tuple[set[str], bool]:
    """Return the suffixes of all files, and whether masks may be among them.

    The tree is listed once, so that a data set without annotations is not searched per format.
    """
    from cracklens.datasets.mask_folders import is_mask_folder, is_mask_name

    suffixes: set[str] = set()
    pairs = False
    for _, folders, names in os.walk(root):  # linked folders are listed, not entered
        found = {name.rpartition(".")[2].lower() for name in names}
        suffixes |= {f".{suffix}" for suffix in found}
        pairs = pairs or any(map(is_mask_folder, folders)) or any(map(is_mask_name, names))
        pairs = pairs or bool(found & {"jpg", "jpeg"} and found & {"png", "bmp"})
    return suffixes, pairs


def crack_classes(names: Sequence[str], positive: str | None, where: object) -> frozenset[str]:
    """Return the annotated classes that mean a crack.

    These are the classes in `positive` (separated by commas). Without it, the names decide.

    Raises:
        DataError: no class name means a crack, or a class in `positive` does not exist.
    """
    from cracklens.datasets.class_names import meaning
    from cracklens.errors import did_you_mean

    if positive is not None:
        chosen = [positive] if positive in names else [each.strip() for each in positive.split(",")]
        for each in chosen:
            if each not in names:
                raise DataError(f"--positive {each!r} is no class: {did_you_mean(each, names)}")
        return frozenset(chosen)
    found = frozenset(name for name in names if not name.isdigit() and meaning(name) == "cracked")
    if not found:
        shown = ", ".join(names[:8]) or "none"
        raise DataError(
            f"{where}: no class name means a crack (classes: {shown}): name the class, such as "
            f"--positive {names[0] if names else 'NAME'}"
        )
    return found


def polygons_mask(polygons: Sequence[Sequence[float]], height: int, width: int) -> Mask:
    """Draw polygons (flat lists x, y, x, y, ... in px) as COCO's own tools do."""
    from pycocotools import mask as coco

    if not polygons:
        return np.zeros((height, width), bool)
    runs = coco.frPyObjects([list(map(float, each)) for each in polygons], height, width)
    return decoded_runs(coco.merge(runs))


def decoded_runs(runs: dict[str, Any]) -> Mask:
    """Return the mask of COCO run lengths, given as a list or as compressed text.

    pycocotools does not report runs that do not fill the picture. So this function repeats the
    decoding of `maskApi.c` (rleFrString, rleDecode) and adds that check.

    Raises:
        ValueError: the runs do not fill the picture.
    """
    height, width = (int(each) for each in runs["size"])
    counts = runs["counts"]
    lengths = [int(n) for n in counts] if isinstance(counts, list) else _unpacked(counts)
    if min(lengths, default=-1) < 0 or sum(lengths) != height * width:
        raise ValueError(f"its runs do not fill {width} x {height} px")
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape((height, width), order="F")


def _unpacked(text: str | bytes) -> list[int]:
    """Unpack run lengths: groups of five bits, each length as difference to the last but one."""
    codes = text.encode("ascii") if isinstance(text, str) else text
    lengths: list[int] = []
    value = shift = 0
    for code in codes:
        bits = code - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))  # noqa: PLR2004
        value = shift = 0
    if shift:
        raise ValueError("its runs end within a number")
    return lengths


def is_rectangle(polygon: Sequence[float]) -> bool:
    """Tell whether a polygon is an upright rectangle: a box written as a polygon.

    >>> is_rectangle([1, 1, 5, 1, 5, 3, 1, 3]), is_rectangle([1, 1, 5, 2, 5, 3, 1, 3])
    (True, False)
    """
    points = list(zip(polygon[::2], polygon[1::2], strict=True))
    if len(points) == 5 and points[0] == points[-1]:  # noqa: PLR2004
        points = points[:-1]
    corners = len({x for x, _ in points}) == 2 and len({y for _, y in points}) == 2  # noqa: PLR2004
    return len(points) == 4 and len(set(points)) == 4 and corners  # noqa: PLR2004


class PictureIndex:
    """The pictures of a folder, found by the names in annotation files."""

    def __init__(self, root: Path, pictures: Sequence[Path]) -> None:
        self._root = root
        self._by_name: dict[str, list[Path]] = {}
        for path in pictures:
            self._by_name.setdefault(folded(path.name), []).append(path)

    def find(self, name: str, source: Path) -> Path:
        """Return the picture of this name, in upper or lower case.

        Of several, it is the one that shares most parent folders, then the one with exactly this
        name.

        Raises:
            DataError: no picture has this name, or several fit equally well.
        """
        wanted = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
        found = self._by_name.get(folded(wanted[-1]), []) if wanted else []
        if not found:
            raise DataError(f"{source} names the picture {name!r}, which is not in {self._root}")

        def agreement(path: Path) -> tuple[int, ...]:
            own = path.relative_to(self._root).parts
            equal = [_equal_ends([*map(level, own)], [*map(level, wanted)]) for level in LEVELS]
            return equal[-1], path.parent.is_relative_to(source.parent), *equal

        best = max(map(agreement, found))
        chosen = [path for path in found if agreement(path) == best]
        if len(chosen) > 1:
            raise DataError(
                f"{source} names the picture {name!r}, and {len(chosen)} files fit: "
                f"{chosen[0]} and {chosen[1]}"
            )
        return chosen[0]


def _equal_ends(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many parts are equal, counted from the end."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
