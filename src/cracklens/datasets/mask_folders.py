"""Pictures and their mask files: in separate folders, or in one folder with matching names."""

import re
from collections.abc import Sequence
from pathlib import Path

from cracklens.datasets.annotations import AnnotatedPicture, Annotations, Draw, Mask
from cracklens.datasets.class_folders import IMAGE_FOLDERS, MASK_FOLDERS, part_of, simplified
from cracklens.errors import DataError, UsageError
from cracklens.file_names import folded, pair_names
from cracklens.photos.find import walk
from cracklens.photos.mask_file import read_mask

_AFFIX = re.compile(
    r"^(mask|gt|label|seg)[_\- ]|[_\- .](mask|masks|gt|label|labels|seg|bin|binary|annotation|"
    r"groundtruth|ground_truth|lab)$",
    re.IGNORECASE,
)


def read_mask_folders(root: Path, positive: str | None) -> Annotations | None:
    """Read pictures and their masks, as `find_annotations` does."""
    files = [f for f in walk(root) if "SegmentationObject" not in f.relative_to(root).parts]
    masks = [f for f in files if _in_mask_folder(root, f)]
    if not masks:
        masks = _masks_by_name(files)
    chosen = set(masks)
    pictures = [f for f in files if f not in chosen]
    if not masks or not pictures:
        return None
    by_key = _by_key(root, masks)
    own = _by_key(root, pictures)
    pairs = pair_names(own, by_key)
    if not pairs:
        raise DataError(
            f"{root}: no picture has the name of a mask ({pictures[0].name}, {masks[0].name}): "
            "give both the same name, or add _mask to the name of the mask"
        )
    without = sorted(set(own) - set(pairs))
    voc = any(f.name == "SegmentationClass" for f in root.rglob("SegmentationClass"))
    if without and not voc:
        raise DataError(
            f"{root}: {len(without):,} of {len(own):,} pictures have no mask (first: "
            f"{own[without[0]].name}). A picture without cracks needs a black mask"
        )
    if lost := sorted(set(by_key) - set(pairs.values())):
        raise DataError(f"{root}: the mask {by_key[lost[0]]} has no picture")
    value = _value(positive)
    found = tuple(
        AnnotatedPicture(path, _draw(by_key[pairs[key]], value), None, _part(root, path))
        for key, path in sorted(own.items())
        if key in pairs
    )
    left = f"{len(without):,} pictures without a mask are left out"
    return Annotations(root, "masks", found, (left,) if without else ())


def _in_mask_folder(root: Path, path: Path) -> bool:
    return any(map(is_mask_folder, path.relative_to(root).parent.parts))


def is_mask_folder(name: str) -> bool:
    """Tell whether a folder has a name of masks or annotations."""
    return not MASK_FOLDERS.isdisjoint([simplified(name), *_words(name)])


def is_mask_name(name: str) -> bool:
    """Tell whether a file has the name of a mask, such as "x_mask.png"."""
    return _AFFIX.search(name.rpartition(".")[0]) is not None


def _words(name: str) -> list[str]:
    return re.split(r"[\W_]+", name.lower())


def _masks_by_name(files: Sequence[Path]) -> list[Path]:
    """Return the masks (x_mask.png, or x.png for x.jpg) if each picture of a folder has one."""
    stems = {(f.parent, folded(f.stem)) for f in files if not _AFFIX.search(f.stem)}
    affixed = [f for f in files if (f.parent, folded(_AFFIX.sub("", f.stem))) in stems and
               _AFFIX.search(f.stem)]  # fmt: skip
    if affixed and 2 * len(affixed) == len(files):
        return affixed
    drawn = [f for f in files if f.suffix.lower() in {".png", ".bmp"}]
    photographs = {
        (f.parent, folded(f.stem)) for f in files if f.suffix.lower() in {".jpg", ".jpeg"}
    }
    paired = {(f.parent, folded(f.stem)) for f in drawn} == photographs
    return drawn if paired and 2 * len(drawn) == len(files) else []


def _by_key(root: Path, paths: Sequence[Path]) -> dict[str, Path]:
    """Return the files by a key that a picture and its mask share."""
    found: dict[str, Path] = {}
    for path in paths:
        kept = [
            "_".join(w for w in _words(name) if w not in MASK_FOLDERS | IMAGE_FOLDERS)
            for name in path.relative_to(root).parent.parts
            if simplified(name) not in MASK_FOLDERS | IMAGE_FOLDERS
        ]
        key = "/".join([*filter(None, kept), _AFFIX.sub("", path.stem)])
        if key in found:
            raise DataError(
                f"{found[key]} and {path} have the same name, so a mask and its picture cannot "
                "be paired: rename one"
            )
        found[key] = path
    return found


def _part(root: Path, path: Path) -> str | None:
    words = [w for name in path.relative_to(root).parent.parts for w in (name, *_words(name))]
    return next((part for word in words if (part := part_of(word))), None)


def _value(positive: str | None) -> int | None:
    """Return the number in `--positive`, the mask value of cracks.

    Raises:
        UsageError: it is no number.
    """
    if positive is None:
        return None
    try:
        return int(positive.lstrip("#"), 16 if positive.startswith("#") else 0)
    except ValueError:
        raise UsageError(
            f"--positive {positive!r}: masks have numbers, such as 1, or a colour 0xff0000"
        ) from None


def _draw(path: Path, value: int | None) -> Draw:
    def draw(height: int, width: int) -> Mask:
        return read_mask(path, (height, width), value=value)

    return draw
