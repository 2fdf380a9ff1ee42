"""Small pictures of photographs, kept in memory."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import simplejpeg

from cracklens.photos import read_photo

SIDE_PX = 480
_QUALITY, _MOST = 80, 2_000


class Thumbnails:
    """Thumbnails by the content of the photograph; the last 2,000 are kept, about 40 MB."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, file: Path) -> bytes:
        """Return a JPEG whose long side is 480 px.

        Args:
            key: name of the content, such as its SHA-256.
            file: the photograph.

        Raises:
            PhotoError: it cannot be read.
        """
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        made = _made(file)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return made


def _made(file: Path) -> bytes:
    pixels = read_photo(file).pixels
    times = SIDE_PX / max(pixels.shape[:2])
    if times < 1:
        height, width = pixels.shape[:2]
        size = max(1, round(width * times)), max(1, round(height * times))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    small = np.ascontiguousarray(pixels)
    return bytes(simplejpeg.encode_jpeg(small, quality=_QUALITY, colorsubsampling="420"))
