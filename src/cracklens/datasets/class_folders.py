"""Class folders: which level of a folder tree names the classes, and which one something else.

Above the classes may stand a split (train, val, test), kinds of structure (D, P and W of
SDNET2018), bridges, or the folder that an archive was unpacked into. Known names decide; where they
do not, the tree is refused.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from cracklens.datasets.class_names import is_binary, meaning
from cracklens.datasets.labelled import Item
from cracklens.errors import DataError
from cracklens.photos.find import SUFFIXES, walk

PARTS = {"train": "train", "training": "train", "val": "validation", "valid": "validation",
         "validation": "validation", "test": "test", "testing": "test",
         "trainset": "train", "trainingset": "train", "valset": "validation",
         "validationset": "validation", "testset": "test"}  # fmt: skip
IMAGE_FOLDERS = frozenset(
    {
        "image",
        "images",
        "img",
        "imgs",
        "jpegimages",
        "picture",
        "pictures",
        "photo",
        "photos",
        "rgb",
    }
)
MASK_FOLDERS = frozenset(
    {
        "mask", "masks", "label", "labels", "annotation", "annotations", "ann", "anns", "gt", "gts",
        "groundtruth", "groundtruths", "segmentationclass", "segmentationobject", "segmentation",
        "segmentations", "seg", "segs", "lab", "labs", "bwmask", "bwmasks", "binarymask",
        "binarymasks",
    }
)  # fmt: skip
_JUNK = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "lost+found"})
_SDNET = frozenset({"CD", "UD", "CP", "UP", "CW", "UW"})
_SDNET_NAME = re.compile(r"(\d+)-\d+")


def part_of(name: str) -> str | None:
    """Return "train", "validation" or "test" for the name of a split folder, else None.

    >>> part_of("Valid"), part_of("test_set"), part_of("Positive")
    ('validation', 'test', None)
    """
    return PARTS.get(plain_name(name))


def plain_name(name: str) -> str:
    """Return a folder name in small letters, letters and digits alone."""
    return "".join(c for c in name.lower() if c.isalnum())


def read_class_folders(root: Path, expected: str) -> tuple[list[Item], list[str]]:
    """Return the labelled pictures of a folder, and in words how its tree was read.

    Raises:
        DataError: the tree has no classes, or does not say which of its levels names them.
    """
    items, levels = _read(root, None, expected)
    notes = []
    if levels:
        shown = ", ".join(dict.fromkeys(levels))
        notes.append(f"the folders {shown} are no classes: the classes lie inside of them")
    labels = {item.label for item in items}
    sdnet = bool(labels) and {label.upper() for label in labels} <= _SDNET
    if sdnet and all(_SDNET_NAME.fullmatch(item.path.stem) for item in items):
        notes.append("names as in SDNET2018: tiles of one photograph are one group")
        items = [replace(item, group=_sdnet_photo(item)) for item in items]
    if len(labels) > 2 and (levels or sdnet) and all(map(meaning, labels)):  # noqa: PLR2004
        notes.append(f"{', '.join(sorted(labels))} are read as cracked and uncracked")
        items = [replace(item, label=str(meaning(item.label))) for item in items]
    return items, notes


def _sdnet_photo(item: Item) -> str:
    """Return the photograph of a tile; decks and walls number theirs with the same figures."""
    return f"{item.label[1].upper()}/{item.path.stem.split('-')[0]}"


def _read(folder: Path, part: str | None, expected: str) -> tuple[list[Item], list[str]]:
    """Return the items of one level and the names of the levels passed on the way down."""
    folders = visible_folders(folder)
    parts = [f for f in folders if part_of(f.name)]
    if parts and (part is not None or len(parts) < len(folders)):
        others = ", ".join(f.name for f in folders if f not in parts) or folder.name
        raise DataError(
            f"{folder} mixes {', '.join(f.name for f in parts)} with {others}; {expected}"
        )
    items: list[Item] = []
    levels: list[str] = []
    if parts:
        for each in parts:
            found, above = _read(each, part_of(each.name), expected)
            items, levels = items + found, levels + above
        return items, levels
    refuse_annotations(folder, folders)
    above_classes = [f for f in folders if _is_level(f, alone=len(folders) == 1)]
    if not above_classes:
        _require_one_level(folder, folders)
        return _from_classes(folders, part), []
    if stray := [f for f in folders if f not in above_classes and walk(f)]:
        raise DataError(
            f"{folder}: {above_classes[0].name} holds the classes "
            f"{', '.join(f.name for f in visible_folders(above_classes[0])[:4])}, but "
            f"{stray[0].name} beside it holds none: take it out, or name all pictures in labels.csv"
        )
    for each in above_classes:
        found, below = _read(each, part, expected)
        items, levels = items + found, [*levels, each.name, *below]
    return items, levels


def visible_folders(parent: Path) -> list[Path]:
    """Return the folders inside of one, sorted; hidden ones and those of archivers left out."""
    with os.scandir(parent) as entries:  # tells folders without a call for each of 20,000 files
        names = [e.name for e in entries if e.is_dir()]
    return sorted(parent / n for n in names if not n.startswith(".") and n not in _JUNK)


def _is_level(folder: Path, *, alone: bool) -> bool:
    """Tell whether a folder is no class but holds class folders or a split.

    Raises:
        DataError: its name means a class, and so do the names inside of it.
    """
    below = visible_folders(folder)
    if not below or _has_pictures(folder):
        return False
    said = _meanings(f.name for f in below)
    if meaning(folder.name) is not None and not alone:
        if len(said) > 1:
            raise DataError(
                f"{folder} is named as a class and holds folders that are named as classes "
                f"({', '.join(f.name for f in below[:4])}): leave one level of classes"
            )
        return False
    if said and not (meaning(folder.name) and len(said) == 1):
        return True
    if all(part_of(f.name) for f in below):  # a split of classes, or a class that is split
        return any(visible_folders(f) and not _has_pictures(f) for f in below)
    if any(_is_level(f, alone=len(below) == 1) for f in below):
        return True
    return alone and meaning(folder.name) is None and sum(bool(walk(f)) for f in below) > 1


def _meanings(names: Iterable[str]) -> set[str]:
    """Return what folder names mean as classes; 0 and 1 count where they are all there is."""
    listed = list(names)
    if all(map(is_binary, listed)):
        found = {str(meaning(name)) for name in listed}
        return found if len(listed) == len(found) == 2 else set()  # noqa: PLR2004
    return {said for name in listed if not is_binary(name) and (said := meaning(name))}


def _has_pictures(folder: Path) -> bool:
    return any(
        f.suffix.lower() in SUFFIXES and not f.name.startswith(".") for f in folder.iterdir()
    )


def _require_one_level(parent: Path, folders: Sequence[Path]) -> None:
    """Refuse folders without meaning that all hold folders of the same names.

    Raises:
        DataError: either level could name the classes.
    """
    if any(meaning(f.name) for f in folders) or len(folders) < 2:  # noqa: PLR2004
        return
    below = [{s.name for s in visible_folders(f) if not part_of(s.name)} for f in folders]
    shared = set.intersection(*below)
    if len(shared) > 1:
        raise DataError(
            f"{parent}: which level names the classes? {', '.join(f.name for f in folders[:4])} "
            f"each hold {', '.join(sorted(shared)[:4])}. Leave one level, or name each picture's "
            "class in a labels.csv"
        )


def _from_classes(folders: Iterable[Path], part: str | None) -> list[Item]:
    items: list[Item] = []
    empty: list[Path] = []
    for folder in folders:
        pictures = walk(folder)
        if not pictures:
            empty.append(folder)
        items += _of_class(folder, pictures, part)
    if items and empty:
        raise DataError(
            f"class folder {empty[0]} holds no pictures: fill it, or take it out of the data set"
        )
    return items


def _of_class(folder: Path, pictures: Sequence[Path], part: str | None) -> list[Item]:
    """Return the pictures of one class; train, val and test inside of it are its split.

    Raises:
        DataError: a folder inside is named as another class or as masks, or the split leaves
            pictures out.
    """
    own = meaning(folder.name)
    between: dict[Path, tuple[str, ...]] = {
        parent: parent.relative_to(folder).parts
        for parent in dict.fromkeys(p.parent for p in pictures)
    }
    for parent, names in between.items():
        for name in names:
            said = None if is_binary(name) else meaning(name)
            if said not in {None, own} or plain_name(name) in MASK_FOLDERS:
                raise DataError(
                    f"class folder {folder} holds {parent}, whose name is that of "
                    f"{'another class' if said else 'masks'}: take it out"
                )
    inside = {parent: part_of(names[0]) if names else None for parent, names in between.items()}
    if any(inside.values()) and (part is not None or not all(inside.values())):
        named = next(parent for parent, found in inside.items() if found)
        raise DataError(
            f"class folder {folder} mixes {named.name} with pictures of no part: put all into "
            "train, val or test"
        )
    return [Item(path, folder.name, None, part or inside[path.parent]) for path in pictures]


def image_and_mask_folders(folders: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the folders that are named as pictures, and those named as masks or annotations."""
    masks = [f for f in folders if _is_named(f.name, MASK_FOLDERS)]
    return [f for f in folders if f not in masks and _is_named(f.name, IMAGE_FOLDERS)], masks


def _is_named(name: str, known: frozenset[str]) -> bool:
    """Tell whether a name, or a word of it such as in "train_img", is among the known ones."""
    return not known.isdisjoint([plain_name(name), *re.split(r"[\W_]+", name.lower())])


def refuse_annotations(parent: Path, folders: Sequence[Path]) -> None:
    """Refuse pictures beside their masks or annotations: these are no classes.

    Raises:
        DataError: they are.
    """
    images, masks = image_and_mask_folders(folders)
    alone = len(folders) == 1 and images + masks and _has_pictures(folders[0])
    if (images and masks) or alone:
        raise DataError(
            f"{parent} holds {' and '.join(f.name for f in images + masks)}: pictures with masks "
            "or annotations, not class folders"
        )
