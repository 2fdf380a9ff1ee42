"""A photograph at another scale, and its probability map resized back to full size."""

from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.photos.windows import Window, read_window

_MARGIN_PX = 4
"""A bicubic filter uses two pixels on each side; rounding needs one more."""


class ScaledPhoto:
    """Windows of a photograph that is reduced or enlarged by `scale`.

    A reduced photograph is computed once and kept in memory, since it is smaller than the original.
    An enlarged photograph is never computed as a whole; each window is enlarged separately.
    """

    def __init__(self, pixels: NDArray[np.uint8], scale: float) -> None:
        height, width = pixels.shape[:2]
        self.height_px = max(1, round(scale * height))
        self.width_px = max(1, round(scale * width))
        self.scale, self._enlarged = scale, scale > 1
        self._pixels = pixels
        if scale < 1:
            reduced = cv2.resize(
                pixels, (self.width_px, self.height_px), interpolation=cv2.INTER_AREA
            )
            self._pixels = np.asarray(reduced, np.uint8)

    def read(self, window: Window) -> NDArray[np.uint8]:
        """Return the pixels of a window at this scale; beyond the border they are reflected.

        Reduction uses area averaging, enlargement bicubic interpolation.
        """
        if not self._enlarged:
            return read_window(self._pixels, window)
        first_y, first_x = max(window.top_px, 0), max(window.left_px, 0)
        height = min(window.top_px + window.height_px, self.height_px) - first_y
        width = min(window.left_px + window.width_px, self.width_px) - first_x
        top, y0, per_y = self._source(0, first_y, self.height_px)
        left, x0, per_x = self._source(1, first_x, self.width_px)
        bottom = top + int(y0 + per_y * height) + 2 * _MARGIN_PX
        right = left + int(x0 + per_x * width) + 2 * _MARGIN_PX
        enlarged = cv2.warpAffine(
            np.ascontiguousarray(self._pixels[top:bottom, left:right]),
            np.array([[per_x, 0, x0], [0, per_y, y0]]),
            (width, height),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        over = min(window.top_px, 0), min(window.left_px, 0)
        place = Window(0, 0, *over, window.height_px, window.width_px)
        return read_window(np.asarray(enlarged, np.uint8), place)

    def _source(self, axis: int, start: int, length: int) -> tuple[int, float, float]:
        """Return, in source px, the start of the crop, the window's start in it and the step."""
        step = self._pixels.shape[axis] / length
        first = (start + 0.5) * step - 0.5  # pixel centres stay in place, as with cv2.resize
        cut = max(0, int(first) - _MARGIN_PX)
        return cut, first - cut, step


class FullSizeRows:
    """Rows of a map at the size of the photograph, from bands at the size of a scale.

    Bands are computed when their rows are requested, from top to bottom, and dropped after use.
    """

    def __init__(
        self,
        bands: Iterator[NDArray[np.float32]],
        size_px: tuple[int, int],
        full_px: tuple[int, int],
    ) -> None:
        self._bands = bands
        self._height, self._width = size_px
        self._full_height, self._full_width = full_px
        self._held: deque[NDArray[np.float32]] = deque()
        self._first = 0  # row of the scale that the first held band starts with

    def rows(self, top: int, bottom: int) -> NDArray[np.float32]:
        """Return rows `top` to `bottom` (excluded); `top` never decreases from call to call."""
        if self._height == self._full_height:
            return self._at_scale(top, bottom)
        place = (np.arange(top, bottom) + 0.5) * self._height / self._full_height - 0.5
        place = np.clip(place, 0, self._height - 1)
        above = place.astype(int)
        below = np.minimum(above + 1, self._height - 1)
        source = self._at_scale(above[0], below[-1] + 1)
        share = (place - above).astype(np.float32)[:, None]
        upper = source[above - above[0]]
        result: NDArray[np.float32] = upper + share * (source[below - above[0]] - upper)
        return result

    def _at_scale(self, top: int, bottom: int) -> NDArray[np.float32]:
        """Return rows of the scale at the full width; drop the bands that lie above them."""
        held = self._first + sum(map(len, self._held))
        while held < bottom:
            band = next(self._bands)
            self._held.append(self._full_width_of(band))
            held += len(band)
        while self._first + len(self._held[0]) <= top:
            self._first += len(self._held.popleft())
        parts, first = [], self._first
        for band in self._held:
            parts.append(band[max(top - first, 0) : max(bottom - first, 0)])
            first += len(band)
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _full_width_of(self, band: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._width == self._full_width:
            return band
        size = (self._full_width, len(band))
        wide = cv2.resize(band, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(wide, np.float32)
