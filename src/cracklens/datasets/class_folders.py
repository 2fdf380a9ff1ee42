"""Class folders: the level of a folder tree that names the classes.

Levels above the classes may be a split (train, val, test), kinds of structure (D, P and W of
SDNET2018), bridges, or the folder of an unpacked archive. Known names decide. If they do not, the
tree is refused.
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
    return PARTS.get(simplified(name))


def simplified(name: str) -> str:
    """Return a folder name in lower case, with only its letters and digits."""
    return "".join(c for c in name.lower() if c.isalnum())


def read_class_folders(root: Path, expected: str) -> tuple[list[Item], list[str]]:
    """Return the labelled pictures of a folder, and notes on how its tree was read.

    Raises:
        DataError: the tree has no classes, or the level that names them is not clear.
    """
    items, levels = _read(root, None, expected)
    notes = []
    if levels:
        shown = ", ".join(dict.fromkeys(levels))
        notes.append(f"the folders {shown} are no classes: the classes are inside them")
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
    """Return the photograph of a tile; decks, walls and pavements use the same numbers."""
    return f"{item.label[1].upper()}/{item.path.stem.split('-')[0]}"


def _read(folder: Path, part: str | None, expected: str) -> tuple[list[Item], list[str]]:
    """Return the items below a folder and the names of the levels above their classes."""
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
            f"{stray[0].name} next to it has no classes: remove it, or list all pictures in "
            "labels.csv"
        )
    for each in above_classes:
        found, below = _read(each, part, expected)
        items, levels = items + found, [*levels, each.name, *below]
    return items, levels


def visible_folders(parent: Path) -> list[Path]:
    """Return the sorted subfolders, without hidden folders and those of archive programs."""
    with os.scandir(parent) as entries:  # finds folders without a call for each of 20,000 files
        names = [e.name for e in entries if e.is_dir()]
    return sorted(parent / n for n in names if not n.startswith(".") and n not in _JUNK)


def _is_level(folder: Path, *, alone: bool) -> bool:
    """Tell whether a folder holds class folders or a split and is no class itself.

    Raises:
        DataError: its name and the names of its subfolders all mean classes.
    """
    below = visible_folders(folder)
    if not below or _has_pictures(folder):
        return False
    meanings = _meanings(f.name for f in below)
    if meaning(folder.name) is not None and not alone:
        if len(meanings) > 1:
            raise DataError(
                f"{folder} has the name of a class and holds folders with names of classes "
                f"({', '.join(f.name for f in below[:4])}): leave one level of classes"
            )
        return False
    if meanings and not (meaning(folder.name) and len(meanings) == 1):
        return True
    if all(part_of(f.name) for f in below):  # a split of classes, or a class that is split
        return any(visible_folders(f) and not _has_pictures(f) for f in below)
    if any(_is_level(f, alone=len(below) == 1) for f in below):
        return True
    return alone and meaning(folder.name) is None and sum(bool(walk(f)) for f in below) > 1


def _meanings(names: Iterable[str]) -> set[str]:
    """Return the meanings of folder names as classes; 0 and 1 count only as the pair alone."""
    listed = list(names)
    if all(map(is_binary, listed)):
        found = {str(meaning(name)) for name in listed}
        return found if len(listed) == len(found) == 2 else set()  # noqa: PLR2004
    return {value for name in listed if not is_binary(name) and (value := meaning(name))}


def _has_pictures(folder: Path) -> bool:
    return any(
        f.suffix.lower() in SUFFIXES and not f.name.startswith(".") for f in folder.iterdir()
    )


def _require_one_level(parent: Path, folders: Sequence[Path]) -> None:
    """Refuse folders of unknown meaning that all hold subfolders of the same names.

    Raises:
        DataError: both levels could name the classes.
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
            f"class folder {empty[0]} holds no pictures: fill it, or remove it from the data set"
        )
    return items


def _of_class(folder: Path, pictures: Sequence[Path], part: str | None) -> list[Item]:
    """Return the pictures of one class; its subfolders train, val and test give the split.

    Raises:
        DataError: a subfolder has the name of another class or of masks, or some pictures are in
            no part of the split.
    """
    own = meaning(folder.name)
    between: dict[Path, tuple[str, ...]] = {
        parent: parent.relative_to(folder).parts
        for parent in dict.fromkeys(p.parent for p in pictures)
    }
    for parent, names in between.items():
        for name in names:
            found = None if is_binary(name) else meaning(name)
            if found not in {None, own} or simplified(name) in MASK_FOLDERS:
                raise DataError(
                    f"class folder {folder} holds {parent}, which has the name of "
                    f"{'another class' if found else 'masks'}: remove it"
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
    """Return the folders with names of pictures, and those with names of masks or annotations."""
    masks = [f for f in folders if _is_named(f.name, MASK_FOLDERS)]
    return [f for f in folders if f not in masks and _is_named(f.name, IMAGE_FOLDERS)], masks


def _is_named(name: str, known: frozenset[str]) -> bool:
    """Tell whether a name, or one of its words (`img` in "train_img"), is a known name."""
    return not known.isdisjoint([simplified(name), *re.split(r"[\W_]+", name.lower())])


def refuse_annotations(parent: Path, folders: Sequence[Path]) -> None:
    """Refuse folders of pictures and masks or annotations, which are no classes.

    Raises:
        DataError: the folders have such names.
    """
    images, masks = image_and_mask_folders(folders)
    alone = len(folders) == 1 and images + masks and _has_pictures(folders[0])
    if (images and masks) or alone:
        raise DataError(
            f"{parent} holds {' and '.join(f.name for f in images + masks)}: pictures with masks "
            "or annotations, not class folders"
        )
