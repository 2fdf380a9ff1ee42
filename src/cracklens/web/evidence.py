"""What a person looks at to decide: the strip along a line, and the darkest path between points."""

from collections.abc import Sequence

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.tracing.strip import Surface, least_cost_path

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]

ROW_PX, MOST_ROWS = 600, 12
"""Length of the strip in one row of its picture, and the greatest number of rows."""
LONGEST_SNAP_PX = 4_000
_LEAST_SNAP_PX = 3.0  # nearer points have no path but the straight one
_LEAST_HALF_PX, _MOST_HALF_PX = 16, 60
_GAP_PX = 4
_GROUND = 40
_QUALITY = 92
_SMOOTH_PX = 4.0
_SNAP_WIDTH_PX = 3.0  # of the crack that a person draws along; the filter suits 1 to 8 px
_MARGIN_PX = 64
_TOLERANCE_PX = 0.6


def strip_picture(pixels: Pixels, lines: Sequence[Floats], width_px: float) -> bytes:
    """Return the photograph straightened along a line, at full resolution, as JPEG.

    The longest branch is shown from its start to its end, in rows from left to right; what is
    longer than 12 rows of 600 px is cut off.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        lines: one (N, 2) x, y for each branch.
        width_px: of the line; the strip shows twice as much to each side, at least 16 px.

    Raises:
        UsageError: there is no line.
    """
    if not lines:
        raise UsageError("the finding has no line")
    path = _resampled(max(lines, key=_length))
    half = int(np.clip(2 * width_px, _LEAST_HALF_PX, _MOST_HALF_PX))
    path = path[: MOST_ROWS * ROW_PX]
    ahead = np.gradient(_smooth(path), axis=0) if len(path) > 1 else np.array([[1.0, 0.0]])
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    across = np.arange(-half, half + 1, dtype=np.float64)
    places = path[None] + across[:, None, None] * normal[None]
    strip = _sampled(pixels, places)
    return bytes(simplejpeg.encode_jpeg(_in_rows(strip), quality=_QUALITY))


def darkest_path(pixels: Pixels, start: Sequence[float], end: Sequence[float]) -> Floats:
    """Return the path of least cost between two points: it follows what is dark and narrow.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        start: x, y on the photograph.
        end: the same.

    Returns:
        (N, 2) x, y, with as few points as keep it within 0.6 px.

    Raises:
        UsageError: a point is not on the photograph, or they are more than 4,000 px apart.
    """
    height, width = pixels.shape[:2]
    ends = np.array([start, end], np.float64)
    inside = (ends >= 0) & (ends <= np.array([width - 1, height - 1]))
    if not (np.isfinite(ends).all() and inside.all()):
        raise UsageError(f"both points must lie on the photograph of {width} x {height} px")
    apart = float(np.hypot(*(ends[1] - ends[0])))
    if apart > LONGEST_SNAP_PX:
        raise UsageError(f"points up to {LONGEST_SNAP_PX:,} px apart are joined, not {apart:,.0f}")
    if apart < _LEAST_SNAP_PX:
        return ends
    margin = _MARGIN_PX + 0.4 * apart
    low = np.maximum(np.floor(ends.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(ends.max(axis=0) + margin).astype(int) + 1, (width, height))
    part = np.ascontiguousarray(pixels[low[1] : high[1], low[0] : high[0]])
    unknown = np.zeros(part.shape[:2], np.uint8)
    path = least_cost_path(Surface(unknown, part), ends[0] - low, ends[1] - low, _SNAP_WIDTH_PX)
    points = path.points_px + low
    kept = cv2.approxPolyDP(points.astype(np.float32)[:, None], _TOLERANCE_PX, closed=False)
    found: Floats = kept[:, 0].astype(np.float64)
    found[[0, -1]] = ends
    return found


def _length(line: Floats) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _resampled(line: Floats) -> Floats:
    """Return points 1 px apart."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.arange(0.0, max(along[-1], 1e-9), 1.0)
    return np.stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)], axis=1)


def _smooth(path: Floats) -> Floats:
    """Return a path without its small bends, so that the strip does not fold."""
    smooth = cv2.GaussianBlur(
        path.astype(np.float32)[:, None], (1, 0), sigmaX=1, sigmaY=_SMOOTH_PX,
        borderType=cv2.BORDER_REFLECT_101,
    ) if len(path) > 2 else path  # fmt: skip  # noqa: PLR2004
    return np.asarray(smooth, np.float64).reshape(-1, 2)


def _sampled(pixels: Pixels, places: Floats) -> Pixels:
    """Return pixels at places; `cv2.remap` is limited to 32,767 px, so a window is cut first."""
    height, width = pixels.shape[:2]
    low = np.clip(np.floor(places.min(axis=(0, 1))) - 2, 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(places.max(axis=(0, 1))) + 3, low + 1, (width, height)).astype(int)
    part = pixels[low[1] : high[1], low[0] : high[0]]
    x, y = (places - low).astype(np.float32).transpose(2, 0, 1)
    found = cv2.remap(
        part, np.ascontiguousarray(x), np.ascontiguousarray(y), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(_GROUND,) * 3,
    )  # fmt: skip
    return np.asarray(found, np.uint8)


def _in_rows(strip: Pixels) -> Pixels:
    high, long = strip.shape[:2]
    rows = max(1, -(-long // ROW_PX))
    wide = min(long, ROW_PX) if rows == 1 else ROW_PX
    picture = np.full((rows * (high + _GAP_PX) - _GAP_PX, wide, 3), _GROUND, np.uint8)
    for row in range(rows):
        part = strip[:, row * ROW_PX : (row + 1) * ROW_PX]
        top = row * (high + _GAP_PX)
        picture[top : top + high, : part.shape[1]] = part
    return picture
