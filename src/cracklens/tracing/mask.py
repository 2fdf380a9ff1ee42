"""Mask of a probability map: hysteresis thresholds on runs of pixels.

After the threshold all steps work on runs (consecutive mask pixels of one row). Their number grows
with the length of the cracks and not with the size of the photograph.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

_SMALL_LIMIT = 2000  # largest number of small regions; a noisy map has tens of thousands
_SMALL_PX = 24  # extent of a small region
_HOLE_PX2 = 20  # smaller holes in a region are noise of the map, not the inside of a loop
_STRIP_PX, _OVERLAP_PX = 512, 24  # rows in which holes are sought, and those two strips share


@dataclass(frozen=True, slots=True)
class Mask:
    """The pixels above the thresholds, with a border of one empty pixel on each side.

    Attributes:
        image: (H + 2, W + 2) uint8, 1 inside.
    """

    image: Bytes

    @property
    def stride(self) -> int:
        """Difference of the flat indices of a pixel and the one below it."""
        return int(self.image.shape[1])

    def xy(self, pixels: Ints) -> NDArray[np.float64]:
        """Return (N, 2) x, y in the photograph of flat indices into `image`."""
        y, x = np.divmod(pixels, self.stride)
        return np.stack([x - 1, y - 1], axis=1).astype(np.float64)


def hysteresis_mask(
    probability: Bytes, *, seed_threshold: float, grow_threshold: float, least_extent_px: int
) -> Mask:
    """Return the regions above the grow threshold that have a pixel above the seed threshold.

    Regions are 8-connected. Regions whose bounding box is smaller than `least_extent_px` along both
    axes are removed. Of regions below 24 px, the 2,000 of the largest area are kept. Holes below
    20 px² are filled.

    Args:
        probability: (H, W) uint8, 0 for 0.0 to 255 for 1.0.
        seed_threshold: Probability of a seed.
        grow_threshold: Probability down to which a region extends.
        least_extent_px: Least longer side of a region's bounding box.
    """
    padded = np.pad(probability, 1)
    image = (padded >= max(_level(grow_threshold), 1)).view(np.uint8)
    flat = image.reshape(-1)
    borders = (
        np.flatnonzero(flat[1:] != flat[:-1]) + 1
    )  # first pixel of each run, and of the gap after it
    if not borders.size:
        return Mask(image)
    starts, stops, stride = borders[::2], borders[1::2] - 1, image.shape[1]
    keep = _runs_to_keep(
        _connect(starts, stops, stride),
        peak=np.maximum.reduceat(padded.reshape(-1), borders)[::2] >= _level(seed_threshold),
        box=np.stack([starts % stride, stops % stride, *[starts // stride] * 2]),
        least_extent_px=least_extent_px,
    )
    flat[_pixels(starts[~keep], stops[~keep])] = 0
    _fill_holes(image)
    return Mask(image)


def _level(threshold: float) -> int:
    """Return the smallest uint8 value that is at least the threshold."""
    return int(np.ceil(threshold * 255 - 1e-9))


def _connect(starts: Ints, stops: Ints, stride: int) -> NDArray[np.int32]:
    """Return the number of the 8-connected region of each run."""
    low = np.searchsorted(stops, starts + stride - 1)
    high = np.searchsorted(starts, stops + stride + 1, side="right")
    count = np.maximum(high - low, 0)
    above = np.repeat(np.arange(starts.size), count)
    below = np.repeat(low - np.cumsum(count) + count, count) + np.arange(above.size)
    edges = coo_array((np.ones(above.size, np.int8), (above, below)), shape=(starts.size,) * 2)
    labels: NDArray[np.int32] = connected_components(edges, directed=False)[1]
    return labels


def _runs_to_keep(
    region: NDArray[np.int32], *, peak: NDArray[np.bool_], box: Ints, least_extent_px: int
) -> NDArray[np.bool_]:
    """Return for each run whether its region is kept.

    Args:
        region: (R,) of each run.
        peak: (R,) whether the run reaches the seed threshold.
        box: (4, R) first and last column, first and last row of each run.
        least_extent_px: See `hysteresis_mask`.
    """
    count = int(region.max()) + 1
    low, high = np.full((2, count), np.iinfo(np.int64).max), np.full((2, count), -1)
    for axis in (0, 1):
        np.minimum.at(low[axis], region, box[2 * axis])
        np.maximum.at(high[axis], region, box[2 * axis + 1])
    extent = (high - low).max(axis=0) + 1
    seeded = np.bincount(region, weights=peak, minlength=count) > 0
    keep: NDArray[np.bool_] = seeded & (extent >= least_extent_px)
    small = np.flatnonzero(keep & (extent < _SMALL_PX))
    if small.size > _SMALL_LIMIT:
        area = np.bincount(region, weights=box[1] - box[0] + 1, minlength=count)[small]
        keep[small[np.argsort(-area, kind="stable")[_SMALL_LIMIT:]]] = False
    return keep[region]


def _pixels(starts: Ints, stops: Ints) -> Ints:
    """Return the flat indices of all pixels of the runs."""
    length = stops - starts + 1
    before = np.cumsum(length) - length
    return np.repeat(starts - before, length) + np.arange(int(length.sum()))


def _fill_holes(image: Bytes) -> None:
    """Fill the small holes in place.

    With a tree of contours, the time grows with the square of their number: 12 s for 220,000 of
    noise. Their direction tells holes, whose area is positive, from outer borders. A small hole has
    less than 20 pixels, so that it lies in one of the overlapping strips; the contours of a whole
    noisy photograph of 12 MP take 0.9 GB.
    """
    for top in range(0, image.shape[0], _STRIP_PX):
        strip = image[top : top + _STRIP_PX + _OVERLAP_PX]
        contours, _ = cv2.findContours(strip, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        holes = [one for one in contours if 0 < cv2.contourArea(one, oriented=True) <= _HOLE_PX2]
        cv2.drawContours(strip, holes, -1, 1, cv2.FILLED)
