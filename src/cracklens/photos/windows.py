"""Windows over a photograph of any size: each pixel is covered, and the weights sum to one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError

_UNUSED = 0.25
"""Share of an overlap, at each of its two ends, in which only the other window has a weight: a
network is least accurate at the border of its window."""

_LEAST = 1e-6
"""Weight of these pixels: not zero, so that the sum of the weights is never zero."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window; it may extend beyond the right and the lower border of the photograph.

    Attributes:
        row: number of its row of windows.
        column: number within the row.
        top_px: first row of pixels.
        left_px: first column of pixels.
        height_px: of all windows of a plan.
        width_px: of all windows of a plan.
    """

    row: int
    column: int
    top_px: int
    left_px: int
    height_px: int
    width_px: int


@dataclass(frozen=True, slots=True)
class Axis:
    """Division of one side of a photograph into windows.

    Attributes:
        length_px: of the photograph.
        window_px: of each window.
        starts_px: ascending; multiples of the plan's `multiple_px`.
        weights: (windows, window_px) float32; at each pixel those of all windows sum to one.
    """

    length_px: int
    window_px: int
    starts_px: tuple[int, ...]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """Windows of equal size, in rows from top to bottom.

    The weight of a pixel in a window is `rows.weights[row, y] * columns.weights[column, x]`.
    """

    rows: Axis
    columns: Axis

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of each window."""
        return self.rows.window_px, self.columns.window_px

    def windows(self) -> Iterator[Window]:
        """Yield the windows row by row, each row from left to right."""
        for row, top in enumerate(self.rows.starts_px):
            for column, left in enumerate(self.columns.starts_px):
                yield Window(row, column, top, left, *self.size_px)


def plan_windows(
    height_px: int, width_px: int, window_px: int, overlap_px: int, multiple_px: int = 1
) -> WindowPlan:
    """Divide a photograph into windows that overlap by at least `overlap_px`.

    `window_px` is the longest side of a window. Windows are made smaller as long as their number
    does not change, so that the overlap is small: 4000 x 3000 px with windows of up to 1024 px and
    an overlap of 96 px take 20 windows of 896 x 832. Sides and positions of all windows are
    multiples of `multiple_px`, so that the strides of a network have the same grid in each.

    >>> plan = plan_windows(3000, 4000, window_px=1024, overlap_px=96, multiple_px=32)
    >>> plan.size_px, len(list(plan.windows()))
    ((832, 896), 20)

    Args:
        height_px: of the photograph.
        width_px: of the photograph.
        window_px: longest side; rounded down to a multiple.
        overlap_px: of neighbours; rounded up to a multiple.
        multiple_px: of sides and positions.

    Raises:
        UsageError: the overlap is over half a window, or a window smaller than a multiple.
    """
    window = window_px // multiple_px * multiple_px
    overlap = -(-overlap_px // multiple_px) * multiple_px
    if min(height_px, width_px, window_px, multiple_px) < 1 or overlap_px < 0:
        raise UsageError("sides and windows are at least 1 px, the overlap at least 0 px")
    if not window or 2 * overlap > window:
        raise UsageError(
            f"windows of {window_px} px cannot overlap by {overlap_px} px in steps of "
            f"{multiple_px} px: choose windows of at least {2 * max(overlap, multiple_px)} px"
        )
    return WindowPlan(
        _axis(height_px, window, overlap, multiple_px),
        _axis(width_px, window, overlap, multiple_px),
    )


def plan_tiles(height_px: int, width_px: int, tile_px: tuple[int, int]) -> WindowPlan:
    """Divide a photograph into tiles of exactly `tile_px` (height, width) that overlap by half.

    >>> plan_tiles(300, 200, (200, 200)).rows.starts_px
    (0, 100)
    """
    return WindowPlan(
        _even(height_px, tile_px[0], max(1, tile_px[0] // 2)),
        _even(width_px, tile_px[1], max(1, tile_px[1] // 2)),
    )


def read_window(pixels: NDArray[np.uint8], window: Window) -> NDArray[np.uint8]:
    """Cut a window out of a photograph (H x W x 3); beyond its border the image is reflected.

    For a photograph of one row or one column the edge is repeated instead.
    """
    bottom, right = window.top_px + window.height_px, window.left_px + window.width_px
    cut = pixels[window.top_px : bottom, window.left_px : right]
    below, beside = window.height_px - cut.shape[0], window.width_px - cut.shape[1]
    if not below and not beside:
        return cut
    padded = cv2.copyMakeBorder(cut, 0, below, 0, beside, cv2.BORDER_REFLECT_101)
    return np.asarray(padded, np.uint8)


def _axis(length: int, window: int, overlap: int, multiple: int) -> Axis:
    padded = -(-length // multiple) * multiple
    if padded <= window:
        return Axis(length, padded, (0,), np.ones((1, padded), np.float32))
    count = 1 + -(-(padded - window) // (window - overlap))
    window = -(-(padded + (count - 1) * overlap) // (count * multiple)) * multiple
    steps = (padded - window) // multiple
    starts = tuple(index * steps // (count - 1) * multiple for index in range(count))
    return Axis(length, window, starts, _weights(starts, window))


def _even(length: int, window: int, step: int) -> Axis:
    """Return windows of one size at equal distances of at most `step`."""
    rest = max(length - window, 0)
    count = 1 + -(-rest // step)
    starts = tuple(index * rest // max(count - 1, 1) for index in range(count))
    return Axis(length, window, starts, _weights(starts, window))


def _weights(starts: tuple[int, ...], window: int) -> NDArray[np.float32]:
    """Return the weights: a raised cosine over the middle of each overlap, else constant."""
    raw = np.ones((len(starts), window))
    for index, (first, second) in enumerate(pairwise(starts)):
        overlap = first + window - second
        if overlap > 0:
            place = (np.arange(overlap) + 0.5) / overlap
            ramp = np.clip((place - _UNUSED) / (1 - 2 * _UNUSED), 0, 1)
            rise = np.maximum(np.sin(np.pi / 2 * ramp) ** 2, _LEAST)
            raw[index, window - overlap :] *= rise[::-1]
            raw[index + 1, :overlap] *= rise
    total = np.zeros(starts[-1] + window)
    for start, weights in zip(starts, raw, strict=True):
        total[start : start + window] += weights
    sums = np.stack([total[start : start + window] for start in starts])
    return (raw / sums).astype(np.float32)
