"""Decoding of JPEG: damaged files are refused, and harmless faults give a note.

libjpeg gives the same warning for a truncated picture and for one without its last two bytes. After
a warning, the file is rewritten with the segments of the picture only, and decoded again. A second
warning means damage. Of 15 files with a
harmless fault, strict libjpeg reads 3; of 36 that lack part of the picture, Pillow and OpenCV read
24. Here it is 15 and 0 (docs/results/libraries.md).
"""

import re
from collections.abc import Iterator

import numpy as np
import simplejpeg
from numpy.typing import NDArray

_APP0, _APP14 = 0xE0, 0xEE
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_RESTARTS = range(0xD0, 0xD8)
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive
_STRAY = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_MOST_STRAY = 16
"""Largest accepted number of stray bytes before the end. Some cameras pad the data. A flipped bit
leaves more, since the data after it are not decoded."""
_JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"


def decode_jpeg(data: bytes) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return the pixels (H, W, 3) of a JPEG file as stored, and notes on harmless faults.

    Raises:
        ValueError: the picture is damaged or truncated.
    """
    try:
        return simplejpeg.decode_jpeg(data, "RGB", strict=True), ()
    except ValueError as first:
        cleaned = _cleaned(data)
        if cleaned is None:
            raise
        clean, notes = cleaned
        for _ in range(2):
            try:
                return simplejpeg.decode_jpeg(clean, "RGB", strict=True), notes
            except ValueError as error:
                stray = _STRAY.search(str(error))
                trimmed = _without_stray(clean, int(stray[1])) if stray else None
                if trimmed is None:
                    raise first from error
                clean = trimmed
                notes = (*notes, f"{stray[1] if stray else ''} stray bytes before its end")
        raise


def _cleaned(data: bytes) -> tuple[bytes, tuple[str, ...]] | None:
    """Return the file with the segments of the picture only, and notes; None if it is damaged."""
    parts, notes = [b"\xff\xd8"], list[str]()
    complete: dict[int, bool] = {}
    components = at = 0
    for start, segment, end in _segments(data):
        if not segment:
            return None
        if at and data[at:start].strip(b"\xff"):
            notes.append(f"{start - at} stray bytes between its parts")
        marker, at = segment[1], end
        if marker in _FRAMES and len(segment) > 9:  # noqa: PLR2004
            components = segment[9]
        if marker == _SOS:
            _note_scan(segment, complete)
        parts += [_needed(segment), data[start + len(segment) : end]]
    if not components or sum(complete.values()) != components:
        return None
    if _next_marker(data, at) is None:
        notes.append("its end marker is missing")
    return b"".join([*parts, b"\xff\xd9"]), tuple(dict.fromkeys(notes))


def _segments(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield the start, the bytes and the end of the data of each segment up to the end marker.

    The bytes are empty if the next segment is damaged.
    """
    at = 2
    while (start := _next_marker(data, at)) is not None and data[start + 1] != _EOI:
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        end = start + 2 + length
        if data[start + 1] in {_SOI, *_RESTARTS} or length < 2 or end > len(data):  # noqa: PLR2004
            yield start, b"", start
            return
        at = _end_of_scan(data, end) if data[start + 1] == _SOS else end
        yield start, data[start:end], at


def _needed(segment: bytes) -> bytes:
    """Return a segment if the picture needs it: metadata are dropped, JFIF is replaced."""
    marker = segment[1]
    if marker == _APP0:
        return _JFIF if segment[4:9] == b"JFIF\0" else b""
    return b"" if marker in range(_APP0 + 1, 0xF0) and marker != _APP14 else segment


def _note_scan(segment: bytes, complete: dict[int, bool]) -> None:
    """Record for each component whether a scan contains its last bits (Al = 0)."""
    count = segment[4] if len(segment) > 4 else 0  # noqa: PLR2004
    if len(segment) < 8 + 2 * count:
        return
    last, low_bit = segment[6 + 2 * count], segment[7 + 2 * count] & 15
    for number in range(count):
        component = segment[5 + 2 * number]
        complete[component] = complete.get(component, False) or (last == 63 and low_bit == 0)  # noqa: PLR2004


def _next_marker(data: bytes, at: int) -> int | None:
    """Return the position of the next marker; fill bytes are skipped."""
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        if data[at + 1] not in {0x00, 0xFF}:
            return at
        at += 1
    return None


def _end_of_scan(data: bytes, at: int) -> int:
    """Return the end of the entropy-coded data, which includes restart markers."""
    while (marker_at := _next_marker(data, at)) is not None:
        if data[marker_at + 1] not in _RESTARTS:
            return marker_at
        at = marker_at + 2
    return len(data)


def _without_stray(clean: bytes, count: int) -> bytes | None:
    """Return a clean file without stray bytes at its end; None if they may be image data."""
    stray = clean[-2 - count : -2]
    if count <= _MOST_STRAY or len(set(stray)) == 1:
        return clean[: -2 - count] + b"\xff\xd9"
    return None
