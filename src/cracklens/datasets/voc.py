"""Pascal VOC: an XML file with boxes per picture; some sets have masks in SegmentationClass."""

import xml.etree.ElementTree as ET
from pathlib import Path

from cracklens.datasets.annotations import (
    AnnotatedPicture,
    Annotations,
    PictureIndex,
    crack_classes,
)
from cracklens.errors import DataError
from cracklens.files import read_text
from cracklens.photos.find import walk


def read_voc(root: Path, positive: str | None) -> Annotations | None:
    """Read the boxes of a folder; return None if there are no boxes, or masks as well."""
    if any(root.rglob("SegmentationClass")):
        return None
    parsed = [
        (f, tree) for f in sorted(root.rglob("*.xml")) if (tree := _annotation(f)) is not None
    ]
    if not parsed:
        return None
    named = {f: [_text(o, "name", f) for o in tree.findall("object")] for f, tree in parsed}
    used = list(dict.fromkeys(name for names in named.values() for name in names))
    cracks = crack_classes(used, positive, root)
    index = PictureIndex(root, walk(root))
    pictures = [
        AnnotatedPicture(
            index.find(_text(tree, "filename", file), file),
            None,
            not cracks.isdisjoint(named[file]),
        )
        for file, tree in parsed
    ]
    return Annotations(root, "Pascal VOC", tuple(pictures))


def _annotation(path: Path) -> ET.Element | None:
    """Return the tree of a VOC file; files with entities, which can expand, are refused."""
    try:
        text = read_text(path)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return None
        tree = ET.fromstring(text)  # noqa: S314 - no entities
    except (OSError, UnicodeDecodeError, ET.ParseError):
        return None
    return tree if tree.tag == "annotation" else None


def _text(tree: ET.Element, name: str, path: Path) -> str:
    found = tree.findtext(name)
    if not found:
        raise DataError(f"{path} lacks <{name}>")
    return found.strip()
