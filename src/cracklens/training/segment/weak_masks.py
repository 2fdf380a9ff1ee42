"""Weak masks of cracked tiles: derived from darkness, later refined by a network.

A tile with the label "cracked" shows a crack that is darker than its surroundings. Clearly dark
pixels are in the mask. Less dark pixels are marked as doubtful, and training ignores them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

_SURROUND_SHARE = 0.27  # of the side: wider than any crack, narrower than changes of the light
_FIRM_NOISE, _WEAK_NOISE = 7.0, 3.5  # in units of the noise of the surface
_LEAST_CONTRAST = 10.0  # grey levels; below it, stains and cracks cannot be distinguished
_LEAST_EXTENT = 0.22  # of the side: smaller dark parts are pores or specks
_LEAST_DOUBT = 0.07  # of the side: smaller specks are no cracks
_MOST_AREA = 0.4  # of the tile: a larger dark area is a shadow
_TILE_EXTENT = 0.45  # of the side: least extent of a tile's crack for a trusted mask


@dataclass(frozen=True, slots=True)
class WeakMask:
    """The probable crack pixels of a tile.

    Attributes:
        crack: (H, W) uint8, 0 or 255.
        doubt: (H, W) uint8, 255 on doubtful pixels.
        trusted: whether the crack is long enough to be the one of the tile's label.
    """

    crack: Mask
    doubt: Mask
    trusted: bool


def weak_mask(pixels: NDArray[np.uint8]) -> WeakMask:
    """Return the long dark parts of a tile with the label "cracked".

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Returns:
        Masks of the same height and width.
    """
    return hysteresis_mask(darkness(pixels))


def darkness(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much darker each pixel is than its surroundings, in units of their noise.

    The surroundings are the median over a window of a quarter of the tile. The noise is 1.4826
    times the median absolute deviation, which is the standard deviation of normal noise.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 0.8)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    window = int(_SURROUND_SHARE * max(small.shape)) | 1
    padded = cv2.copyMakeBorder(small, *(window // 2,) * 4, cv2.BORDER_REFLECT_101)
    around = cv2.medianBlur(padded, window)[
        window // 2 : window // 2 + small.shape[0], window // 2 : window // 2 + small.shape[1]
    ]
    surround = cv2.resize(around, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    below = surround.astype(np.float32) - grey.astype(np.float32)
    noise = max(1.4826 * float(np.median(np.abs(below - np.median(below)))), 1.0)
    unit = max(noise, _LEAST_CONTRAST / _FIRM_NOISE)
    dark: NDArray[np.float32] = below / np.float32(unit)
    return dark


def hysteresis_mask(
    dark: NDArray[np.float32], firm: float = _FIRM_NOISE, weak: float = _WEAK_NOISE
) -> WeakMask:
    """Return the long dark parts, extended to about half of their own darkness.

    Args:
        dark: (H, W) darkness, or any map with high values on cracks.
        firm: value that a crack reaches at least at one pixel.
        weak: least value of doubtful pixels.
    """
    side = max(dark.shape)
    # the edge of a crack is at half the height between background and darkest value
    strongest = np.percentile(dark[dark > firm], 80) if (dark > firm).any() else firm
    edge = float(np.clip(0.45 * strongest, weak, None))
    likely = (dark > edge).astype(np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(likely, connectivity=8)
    crack = np.zeros(dark.shape, np.uint8)
    extent = 0.0
    for part in range(1, count):
        reach = float(np.hypot(stats[part, cv2.CC_STAT_WIDTH], stats[part, cv2.CC_STAT_HEIGHT]))
        area = stats[part, cv2.CC_STAT_AREA]
        if reach < _LEAST_EXTENT * side or area > 0.3 * reach * reach:
            continue
        inside = parts == part
        if dark[inside].max() < firm:
            continue
        crack[inside] = 255
        extent = max(extent, reach)
    doubt = _long_parts((dark > weak) & (crack == 0), _LEAST_DOUBT * side)
    doubt = cv2.dilate(doubt, np.ones((3, 3), np.uint8))
    doubt[crack > 0] = 0
    trusted = extent >= _TILE_EXTENT * side and float((crack > 0).mean()) < _MOST_AREA
    return WeakMask(crack, doubt, trusted)


def _long_parts(chosen: NDArray[np.bool_], least_px: float) -> Mask:
    """Return the connected parts whose bounding box has at least this diagonal, as 0 or 255."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(chosen.astype(np.uint8))
    reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = reach >= least_px
    keep[0] = False
    long: Mask = (
        (keep[parts] * np.uint8(255)).astype(np.uint8)
        if count > 1
        else np.zeros_like(parts, np.uint8)
    )
    return long


def refined_mask(probability: NDArray[np.float32], first: bytes | None) -> WeakMask:
    """Return a mask from a network's map; crack pixels only in the first mask are doubtful.

    Args:
        probability: (H, W) crack probability.
        first: PNG of the mask from darkness, 255 crack and 128 doubtful.
    """
    side = max(probability.shape)
    sure, likely = _SURE_PROBABILITY, _LIKELY_PROBABILITY
    crack = _long_parts(probability > likely, _LEAST_EXTENT * side)
    crack = np.where((crack > 0) & (probability > likely), 255, 0).astype(np.uint8)
    doubt = np.where((probability > 1 - sure) & (crack == 0), 255, 0).astype(np.uint8)
    if first is not None:
        before = cv2.imdecode(np.frombuffer(first, np.uint8), cv2.IMREAD_GRAYSCALE)
        # a crack in the first mask that the network does not find is doubtful
        doubt[(before == 255) & (crack == 0)] = 255  # noqa: PLR2004
    count, _, stats, _ = cv2.connectedComponentsWithStats(crack)
    reach = np.hypot(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    crosses = count > 1 and float(reach.max()) >= _TILE_EXTENT * side
    firm = crosses and float(np.median(probability[crack > 0])) > sure
    return WeakMask(crack, doubt, firm and float((crack > 0).mean()) < _MOST_AREA)


_SURE_PROBABILITY, _LIKELY_PROBABILITY = 0.75, 0.5
