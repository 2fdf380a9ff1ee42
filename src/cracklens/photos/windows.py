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
    """One window; it may extend beyond each border of the photograph.

    Attributes:
        row: number of its row of windows.
        column: number within the row.
        top_px: first row of pixels; negative above the photograph.
        left_px: first column of pixels; negative beside it.
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
        starts_px: ascending, in steps of the plan's `multiple_px`. The first is negative where the
            windows reach over the border: over both by the same, or by 1 px more at the end.
        weights: (windows, window_px) float32; at each pixel those of all windows sum to one.
    """

    length_px: int
    window_px: int
    starts_px: tuple[int, ...]
    weights: NDArray[np.float32]

    @property
    def mirrored_starts_px(self) -> tuple[int, ...]:
        """Where the windows of the mirrored side lie on this one.

        The same, or 1 px before where what reaches over the borders is odd.
        """
        rest = self.length_px - self.window_px
        return tuple(rest - start for start in reversed(self.starts_px))


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

    def windows(self, *, upside_down: bool = False, mirrored: bool = False) -> Iterator[Window]:
        """Yield the windows row by row, each row from left to right.

        `upside_down` and `mirrored` give the places at which they would lie if the photograph were
        turned upside down or mirrored: up to 1 px away (`Axis.mirrored_starts_px`).
        """
        rows, columns = self.rows, self.columns
        tops = rows.mirrored_starts_px if upside_down else rows.starts_px
        lefts = columns.mirrored_starts_px if mirrored else columns.starts_px
        for row, top in enumerate(tops):
            for column, left in enumerate(lefts):
                yield Window(row, column, top, left, *self.size_px)


def plan_windows(
    height_px: int,
    width_px: int,
    window_px: int,
    overlap_px: int,
    multiple_px: int = 1,
    *,
    square: bool = False,
) -> WindowPlan:
    """Divide a photograph into windows that overlap by at least `overlap_px`.

    `window_px` is the longest side of a window. Windows are made smaller as long as their number
    does not change, so that the overlap is small: 4000 x 3000 px with windows of up to 768 px and
    an overlap of 96 px take 30 windows of 768 x 704. The sides of all windows and the steps between
    them are multiples of `multiple_px`, so that the strides of a network have the same grid in
    each. The plan is symmetric: a turned or mirrored photograph has the turned or mirrored plan.
    For that, the windows of an odd number may have to be one multiple larger.

    >>> plan = plan_windows(3000, 4000, window_px=768, overlap_px=96, multiple_px=32)
    >>> plan.size_px, len(list(plan.windows())), plan.rows.starts_px
    ((704, 768), 30, (-4, 572, 1148, 1724, 2300))

    Args:
        height_px: of the photograph.
        width_px: of the photograph.
        window_px: longest side; rounded down to a multiple.
        overlap_px: of neighbours; rounded up to a multiple.
        multiple_px: of sides and steps.
        square: plan square windows, of the side with the smallest total area.

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
    if square:
        sides = range(max(2 * overlap, multiple_px), window + 1, multiple_px)
        plans = (
            WindowPlan(
                *(_exact(each, side, overlap, multiple_px) for each in (height_px, width_px))
            )
            for side in sides
        )
        return min(plans, key=_computed_px)
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
    above, left = max(-window.top_px, 0), max(-window.left_px, 0)
    bottom, right = window.top_px + window.height_px, window.left_px + window.width_px
    cut = pixels[window.top_px + above : bottom, window.left_px + left : right]
    below = window.height_px - above - cut.shape[0]
    beside = window.width_px - left - cut.shape[1]
    if not (above or below or left or beside):
        return cut
    padded = cv2.copyMakeBorder(cut, above, below, left, beside, cv2.BORDER_REFLECT_101)
    return np.asarray(padded, np.uint8)


def _axis(length: int, window: int, overlap: int, multiple: int) -> Axis:
    padded = -(-length // multiple) * multiple
    if padded <= window:
        return _centred(length, padded, (0,))
    largest, count = window, 1 + -(-(padded - window) // (window - overlap))
    window = _least_window(padded, count, overlap, multiple)
    # an even number of gaps is symmetric only if they add up to an even number of steps
    if count % 2 and (padded - window) // multiple % 2:
        count += window == largest
        window = _least_window(padded, count, overlap, multiple) + count % 2 * multiple
    steps = (padded - window) // multiple
    starts = tuple(multiple * start for start in _symmetric(steps, count))
    return _centred(length, window, starts)


def _exact(length: int, window: int, overlap: int, multiple: int) -> Axis:
    """Windows of one size, on the grid of the multiples."""
    padded = max(-(-length // multiple) * multiple, window)
    steps = (padded - window) // multiple
    count = 1 + -(-steps * multiple // (window - overlap))
    count += count % 2 * (steps % 2)
    return _centred(length, window, tuple(multiple * start for start in _symmetric(steps, count)))


def _computed_px(plan: WindowPlan) -> int:
    height, width = plan.size_px
    return len(plan.rows.starts_px) * len(plan.columns.starts_px) * height * width


def _least_window(padded: int, count: int, overlap: int, multiple: int) -> int:
    return -(-(padded + (count - 1) * overlap) // (count * multiple)) * multiple


def _even(length: int, window: int, step: int) -> Axis:
    """Return windows of one size at equal distances of at most `step`."""
    rest = max(length - window, 0)
    count = 1 + -(-rest // step)
    return _centred(length, window, _symmetric(rest, count))


def _symmetric(steps: int, count: int) -> tuple[int, ...]:
    """Return `count` places from 0 to `steps`, as even as whole numbers can be, and mirrored.

    Of an odd number of places the one in the middle is half a step early where `steps` is odd.

    >>> _symmetric(68, 4), _symmetric(7, 3)
    ((0, 23, 45, 68), (0, 3, 7))
    """
    gaps = count - 1
    if not gaps:
        return (0,)
    least, more = divmod(steps, gaps)
    half, pairs = gaps // 2, more // 2  # of the gaps before the middle, `pairs` are one longer
    early = (
        [index * least + -(-index * pairs // half) for index in range(half + 1)] if half else [0]
    )
    late = [steps - start for start in reversed(early)]
    return tuple(early + late[gaps % 2 == 0 :])


def _centred(length: int, window: int, starts: tuple[int, ...]) -> Axis:
    """Shift windows that begin at 0 so that they reach over both borders alike."""
    before = (starts[-1] + window - length) // 2
    weights = _weights(starts, window)
    return Axis(length, window, tuple(start - before for start in starts), weights)


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
