"""Orientation of a picture: one rule for every file format."""

import re
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_Pixel = TypeVar("_Pixel", bound=np.generic)
_ORIENTATION = 0x0112
_IN_XMP = re.compile(r'tiff:Orientation\s*(?:=\s*["\']|>)\s*([1-8])\s*["\'<]')
_ALONE = {0x01, *range(0xD0, 0xD9)}
"""JPEG markers without a length (ITU-T T.81, table B.1)."""
_START_OF_SCAN = 0xDA


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation of an opened picture, 1 to 8; 1 without a valid value.

    EXIF has priority over XMP (`tiff:Orientation`), after the guidelines of the Metadata Working
    Group. A damaged block is ignored.
    """
    try:
        number = int(image.getexif().get(_ORIENTATION, 0))
    except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
        number = 0
    if 1 <= number <= 8:  # noqa: PLR2004
        return number
    found = _IN_XMP.search(xmp_packet(image).decode("utf-8", "replace"))
    return int(found[1]) if found else 1


def orientation_left(image: Image.Image) -> int:
    """Return the orientation to apply after the pixels are loaded.

    Call it before `image.load()`: there Pillow applies the EXIF orientation of TIFF files, but not
    that of other formats.
    """
    number = read_orientation(image)
    if image.format != "TIFF":
        return number
    try:
        known = int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - as above
        known = 1
    return 1 if known == number else number


def xmp_packet(image: Image.Image) -> bytes:
    """Return the XMP packet of an opened picture of any format; empty if it has none."""
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not found:
        found = getattr(image, "tag_v2", {}).get(700, b"")
    return found.encode("utf-8", "replace") if isinstance(found, str) else bytes(found)


def jpeg_may_be_turned(data: bytes) -> bool:
    """Return whether the header of a JPEG file contains EXIF or an XMP orientation.

    It takes a few microseconds. All segments before the first scan are searched.
    """
    end = _end_of_head(data)
    return data.find(b"Exif\0\0", 0, end) >= 0 or data.find(b"tiff:Orientation", 0, end) >= 0


def upright(pixels: NDArray[_Pixel], orientation: int) -> NDArray[_Pixel]:
    """Apply an EXIF orientation 1 to 8 (CIPA DC-008, tag 0x0112).

    Args:
        pixels: (H, W, channels) as stored.
        orientation: other values than 1 to 8 change nothing.
    """
    turned = {
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: p.transpose(1, 0, 2)[:, ::-1],
        7: lambda p: p.transpose(1, 0, 2)[::-1, ::-1],
        8: lambda p: p.transpose(1, 0, 2)[::-1],
    }.get(orientation)
    return pixels if turned is None else np.ascontiguousarray(turned(pixels))


def _end_of_head(data: bytes) -> int:
    """Return the start of the first scan of a JPEG file, or its length if segments are damaged."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004
        marker = data[at + 1]
        if marker == _START_OF_SCAN:
            return at
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return len(data)
