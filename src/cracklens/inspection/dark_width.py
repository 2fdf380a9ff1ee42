"""A first width of a line that a person drew: how wide the dark band under it is."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_REACH_PX = 40  # to each side of the line
_NEAR_PX = 4.0  # a person hits a crack this well
_STATION_PX = 3.0
_STEP_PX = 0.25
_LEAST_PX = 1.0
_GROUND_PERCENT = 60.0


def dark_width_px(pixels: NDArray[np.uint8], points_px: Floats) -> float:
    """Return the median full width at half depth of the dark band under a polyline, in px.

    At each station the grey levels across the line are averaged over 3 px along it. The band is
    what lies around the darkest place within 4 px of the line and is darker than halfway between it
    and the brightness beside it. It starts the measurement and is no result.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        points_px: (N, 2) x, y.

    Returns:
        At least 1 px; at most 80.
    """
    grey = _profiles(pixels, points_px)
    across = np.arange(-_REACH_PX, _REACH_PX + _STEP_PX, _STEP_PX)
    near = np.flatnonzero(np.abs(across) <= _NEAR_PX)
    darkest = near[0] + grey[:, near].argmin(axis=1)
    ground = np.percentile(grey, _GROUND_PERCENT, axis=1)
    level = (grey[np.arange(len(grey)), darkest] + ground) / 2
    bright = grey >= level[:, None]
    widths = [_run(row, at) * _STEP_PX for row, at in zip(bright, darkest, strict=True)]
    return max(float(np.median(widths)), _LEAST_PX)


def _profiles(pixels: NDArray[np.uint8], points_px: Floats) -> Floats:
    """Return grey levels across the line at each station, (S, W)."""
    steps = np.hypot(*np.diff(points_px, axis=0).T)
    known = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(int(known[-1] / _STATION_PX), 1)
    at = (np.arange(count) + 0.5) * known[-1] / count
    middle = np.stack([np.interp(at, known, axis) for axis in points_px.T], axis=1)
    part = np.clip(np.searchsorted(known, at) - 1, 0, len(steps) - 1)
    ahead = np.diff(points_px, axis=0)[part] / np.maximum(steps[part], 1e-9)[:, None]
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    across = np.arange(-_REACH_PX, _REACH_PX + _STEP_PX, _STEP_PX)
    low = np.floor(points_px.min(axis=0)).astype(int) - _REACH_PX - 2
    high = np.ceil(points_px.max(axis=0)).astype(int) + _REACH_PX + 3
    low, high = np.maximum(low, 0), np.minimum(high, pixels.shape[1::-1])
    window = np.ascontiguousarray(pixels[low[1] : high[1], low[0] : high[0]])
    grey = np.asarray(cv2.cvtColor(window, cv2.COLOR_RGB2GRAY), np.uint8)
    total = np.zeros((count, len(across)))
    for along in (-1.0, 0.0, 1.0):
        places = middle[:, None] + along * ahead[:, None] + across[:, None] * aside[:, None] - low
        total += _sampled(grey, places)
    return total / 3


def _sampled(grey: NDArray[np.uint8], places: Floats) -> Floats:
    """Return grey levels at places, (S, W); of the nearest pixels."""
    last = np.array(grey.shape[::-1]) - 1
    inside = np.clip(np.rint(places).astype(int), 0, last)
    found: Floats = grey[inside[..., 1], inside[..., 0]].astype(np.float64)
    return found


def _run(bright: NDArray[np.bool_], at: int) -> int:
    """Return how many samples around a place are not bright."""
    before = np.flatnonzero(bright[:at])
    after = np.flatnonzero(bright[at:])
    first = before[-1] + 1 if len(before) else 0
    stop = at + after[0] if len(after) else len(bright)
    return int(stop - first)
