"""Small JPEGs of the photographs for the report; their size depends on their number."""

import math
from pathlib import Path

import numpy as np
import simplejpeg

from cracklens.files import link_file, read_bytes, writing
from cracklens.record.schema import PhotoRecord
from cracklens.reporting.picture import Pixels, shrunk

PREVIEW_SIDE_PX = 1600
PREVIEW_BYTES = 300_000
REPORT_BYTES = 15_000_000
"""Limit for all previews of one report. As base64 they take a third more; the rest of the 30 MB is
for crops and lines."""
MOST_EMBEDDED = 300
"""With more photographs the report contains no pictures but links to the overlays."""
_QUALITIES = (85, 78, 70, 60, 50, 40)


def photo_preview(
    pixels: Pixels, max_side_px: int = PREVIEW_SIDE_PX, *, max_bytes: int = PREVIEW_BYTES
) -> bytes:
    """Return the photograph as a small JPEG; if it is too large, first the quality is reduced.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        max_side_px: long side of a picture of 4:3; other shapes get the same number of pixels.
        max_bytes: of the JPEG; exceeded only if the long side is already 64 px.
    """
    side_px = max_side_px
    while True:
        small = np.ascontiguousarray(shrunk(pixels, side_px).pixels)
        for quality in _QUALITIES:
            data = bytes(simplejpeg.encode_jpeg(small, quality=quality, colorsubsampling="420"))
            if len(data) <= max_bytes:
                return data
        if side_px <= 64:  # noqa: PLR2004 - see the docstring
            return data
        side_px = max(64, min(side_px - 1, int(0.9 * side_px * math.sqrt(max_bytes / len(data)))))


def save_preview(pixels: Pixels, record: PhotoRecord, folder: str | Path) -> None:
    """Store the preview of a photograph until the report is written, also over an interruption.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        record: of this photograph; `sha256` gives the file its name.
        folder: created if it is missing.

    Raises:
        OutputError: the file cannot be written.
    """
    with writing(_file(record, folder)) as partial:
        partial.write_bytes(photo_preview(pixels))


def keep_preview(record: PhotoRecord, source: str | Path, target: str | Path) -> bool:
    """Take a preview from one folder into another; return whether there was one.

    Args:
        record: of the photograph.
        source: folder that may hold it.
        target: folder, created if it is missing.
    """
    file = _file(record, source)
    if not file.is_file():
        return False
    link_file(file, _file(record, target))
    return True


def read_preview(record: PhotoRecord, folder: str | Path) -> bytes | None:
    """Return the preview that `save_preview` stored; None if there is none."""
    try:
        return read_bytes(_file(record, folder))
    except FileNotFoundError:
        return None


def embeds_previews(photographs: int) -> bool:
    """Return whether the report of so many photographs contains pictures.

    >>> embeds_previews(300), embeds_previews(301)
    (True, False)
    """
    return photographs <= MOST_EMBEDDED


def preview_budget(photographs: int) -> int:
    """Return the largest size of one preview in bytes, so that the report stays below 30 MB.

    >>> preview_budget(12), preview_budget(200)
    (300000, 75000)
    """
    return min(PREVIEW_BYTES, REPORT_BYTES // max(1, photographs))


def fitted_preview(jpeg: bytes, max_bytes: int) -> bytes:
    """Return the preview if it is small enough, else a reduced one."""
    if len(jpeg) <= max_bytes:
        return jpeg
    pixels = simplejpeg.decode_jpeg(jpeg, colorspace="RGB")
    side_px = round(math.sqrt(pixels.shape[0] * pixels.shape[1] * 4 / 3))
    return photo_preview(
        pixels, int(side_px * math.sqrt(max_bytes / len(jpeg))), max_bytes=max_bytes
    )


def _file(record: PhotoRecord, folder: str | Path) -> Path:
    return Path(folder) / f"{record.sha256}.jpg"
