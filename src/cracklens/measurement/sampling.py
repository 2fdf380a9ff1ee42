"""Grey-level profiles across a crack, interpolated between pixels and averaged along the crack."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cracklens.measurement.stations import ROW_PX, Floats, Ints, Rows, shift_along_normals

SAMPLES = 33
"""Samples across, odd: from 0.3 px apart at hairlines to 1 px at 20 px wide cracks."""
AVERAGE_SIGMA_PX = 1.5
"""Sigma of the Gaussian average along the line. Its length of about 5 px is the size of the pieces
that break off the edges of cracks up to 10 px wide, and is short compared with the bends of a
crack."""
_MARGIN_PX, _MARGIN_SHARE = 5.5, 0.25  # concrete on either side of the crack
_NEAR_PX = 2.0
_OFFSETS = np.arange(SAMPLES) - SAMPLES // 2
_CHUNK_ROWS = 2000  # cv2.remap is limited to 32,767 px along a side, which a long crack can exceed
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as JPEG has it


@dataclass(frozen=True, slots=True)
class Profiles:
    """Grey-level profiles across the crack at N stations.

    Attributes:
        across_px: (N, K) distance of each sample from the centreline.
        grey: (N, K) luminance, 0 to 255; 0 where the weight is 0.
        weight: (N, K) usable share of the averaged pixels, 0 to 1.
        step_px: (N,) distance between samples.
    """

    across_px: Floats
    grey: Floats
    weight: Floats
    step_px: Floats


def sample_profiles(
    pixels: NDArray[np.uint8], rows: Rows, *, excluded: NDArray[np.bool_] | None = None
) -> Profiles:
    """Return the profiles at the stations of all lines.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        rows: Rows of samples along all lines.
        excluded: (H, W), True where nothing may be measured.
    """
    step = _step_px(rows)
    grey, weight = _sample_rows(pixels, rows, step, excluded)
    grey *= weight
    average = _averaging(rows)
    share = average @ weight
    mean = average @ grey
    stations = rows.stations
    return Profiles(
        across_px=step[stations, None] * _OFFSETS,
        grey=np.where(share > 0, mean / np.maximum(share, 1e-9), 0.0),
        weight=share,
        step_px=step[stations],
    )


def recentred(pixels: NDArray[np.uint8], rows: Rows) -> Rows:
    """Return the rows moved to the middle of the dark pixels.

    A traced line is smoother than a fine crack, so an average along it would blur the edges. The
    middle is the centroid of the squared darkness within half the width of the mask plus 2 px.
    """
    step = _step_px(rows)
    grey, weight = _sample_rows(pixels, rows, step, None)
    away = np.abs(step[:, None] * _OFFSETS)
    near = away < (rows.mask_px / 2 + _NEAR_PX)[:, None]
    outside = weight * ~near
    ground = (grey * outside).sum(axis=1) / np.maximum(outside.sum(axis=1), 1e-9)
    dark = np.clip(ground[:, None] - grey, 0.0, None) ** 2 * (weight * near)
    total = dark.sum(axis=1)
    middle = (dark @ _OFFSETS) * step / np.maximum(total, 1e-9)
    return shift_along_normals(rows, np.where(total > 0, middle, 0.0))


def _sample_rows(
    pixels: NDArray[np.uint8],
    rows: Rows,
    step: Floats,
    excluded: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return luminance and usability across the line at each row, (R, K) each."""
    grey = np.zeros((len(step), SAMPLES), np.float32)
    weight = np.zeros_like(grey)
    points, aside = rows.points_px.astype(np.float32), rows.aside.astype(np.float32)
    for start in range(0, len(step), _CHUNK_ROWS):
        part = slice(start, start + _CHUNK_ROWS)
        across = step[part, None].astype(np.float32) * _OFFSETS.astype(np.float32)
        x, y = (points[part, i, None] + across * aside[part, i, None] for i in (0, 1))
        grey[part], weight[part] = _sampled(pixels, x, y, excluded)
    return grey, weight


def _step_px(rows: Rows) -> Floats:
    """Return the distance between samples at each row, constant along a branch."""
    widest = np.array(
        [
            np.percentile(rows.mask_px[start:stop], 90)
            for start, stop in zip(rows.starts[:-1], rows.starts[1:], strict=True)
        ]
    )
    half = widest / 2 + _MARGIN_PX + _MARGIN_SHARE * widest
    step: Floats = (half / (SAMPLES // 2))[rows.branch]
    return step


def _sampled(
    pixels: NDArray[np.uint8],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    excluded: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return luminance and usability, (R, K) each, at points x, y of the same shape."""
    bottom, right = pixels.shape[0] - 1, pixels.shape[1] - 1
    inside = (x >= 0) & (x <= right) & (y >= 0) & (y <= bottom)
    if not inside.any():
        return np.zeros_like(x), np.zeros_like(x)
    rows, columns = _span(y, bottom), _span(x, right)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[rows, columns]), cv2.COLOR_RGB2GRAY)
    found: NDArray[np.float32] = cv2.remap(
        grey.astype(np.float32),
        x - np.float32(columns.start),
        y - np.float32(rows.start),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if excluded is not None and excluded[rows, columns].any():
        row = np.clip(np.rint(y), 0, bottom).astype(np.intp)
        inside &= ~excluded[row, np.clip(np.rint(x), 0, right).astype(np.intp)]
    usable = np.asarray(inside, dtype=np.float32)
    return found, usable


def _span(places: NDArray[np.float32], last: int) -> slice:
    """Return the rows or columns that contain the points, with a margin for the interpolation."""
    low, high = int(places.min()) - 3, int(places.max()) + 4
    start = min(max(low, 0), last)
    return slice(start, max(min(high, last) + 1, start + 1))


def _averaging(rows: Rows) -> csr_array:
    """Return the matrix that averages rows into stations, within each branch, (N, R)."""
    stations = rows.stations
    reach = int(3 * AVERAGE_SIGMA_PX / ROW_PX)
    offsets: Ints = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets * ROW_PX / AVERAGE_SIGMA_PX) ** 2)
    sources = stations[:, None] + offsets
    first, stop = rows.starts[rows.branch[stations]], rows.starts[rows.branch[stations] + 1]
    own = (sources >= first[:, None]) & (sources < stop[:, None])
    value = np.where(own, weights / weights.sum(), 0.0).astype(np.float32)
    index = np.clip(sources, 0, len(rows.branch) - 1)
    pointer = np.arange(len(stations) + 1) * len(offsets)
    return csr_array(
        (value.ravel(), index.ravel(), pointer), shape=(len(stations), len(rows.branch))
    )
