"""Where the corners of a marker are, to a fraction of a pixel, from all edges of its code.

A square's four corners alone are hit to about a tenth of a pixel, and a tone curve or ink that ran
moves each of them outwards or inwards. Here each edge between a black and a white module is found
along many short lines across it. One homography, through its four corners, and one offset common
to all edges, positive where black has grown, are fitted to them by Gauss-Newton steps. The offset
is what a tone curve does to blurred edges; edges on both sides of a module tell it from a change of
size. The residuals give the covariance.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.photos.scale.dictionaries import Bits
from cracklens.photos.scale.scale import Floats

_STEP_PX = 0.5  # between samples across an edge
_WIDEST_PX = 6.0  # reach of the samples on each side of an edge
_MODULE_SHARE = 0.5  # of a module that the samples reach
_SMOOTHING_PX = 1.0  # of the derivative; near the blur of usual pictures
_APART_PX = 2.0  # between lines across an edge: closer ones share their noise
_MOST_LINES = 12  # across an edge of one module
_ENDS = 0.22  # of a module, at each end of an edge, that lie too near to corners
_STEPS = 6
_LEAST_LINES = 24
_WEAK = 0.35  # of the median strength: what is weaker is dirt, glare or no edge
_OUTLIER = 3.0  # residuals above so many standard deviations are left out
_FLOOR_PX = 0.015
"""Standard deviation that no corner falls below: what interpolation and JPEG leave in common to
many edges, which residuals cannot tell."""


class Fit(NamedTuple):
    """Corners (4, 2) px, their covariance (8, 8) px², and the noise of single edge points, px."""

    corners_px: Floats
    covariance_px2: Floats
    edge_noise_px: float


class _Edges(NamedTuple):
    """Places on edges in modules, (N, 2), and (N, 2) directions across them, black to white."""

    places: Floats
    across: Floats


def fit_corners(
    pixels: NDArray[np.uint8], corners_px: Floats, pattern: Bits, rough_px: float
) -> Fit:
    """Return the corners of a marker's black square.

    Args:
        pixels: (H, W, 3) RGB.
        corners_px: (4, 2) where they are to about `rough_px`, from the top left clockwise.
        pattern: (modules, modules) white bits, the black border included.
        rough_px: how far off they may be; their uncertainty where no edges can be fitted.
    """
    grey, origin = _cut(pixels, corners_px)
    corners = corners_px - origin
    module_px = float(np.sqrt(abs(_doubled_area(corners)) / 2.0)) / len(pattern)
    edges = _edges(pattern, module_px)
    reach_px = min(_WIDEST_PX, max(2.0, _MODULE_SHARE * module_px))
    unfitted = Fit(corners_px, np.eye(8) * rough_px**2, float("nan"))
    fitted, solved = corners, unfitted
    for step in range(_STEPS):
        wide = reach_px if step else max(reach_px, min(rough_px + 2.0, 0.6 * module_px + 1.0))
        after = _step(grey, fitted, edges, wide)
        if after is None:
            return unfitted
        solved = after
        moved = float(np.abs(solved.corners_px - fitted).max())
        fitted = solved.corners_px
        if moved < 1e-3:  # noqa: PLR2004 - px
            break
    if np.abs(fitted - corners).max() > max(4.0 * rough_px, 0.5 * module_px):
        return unfitted
    return Fit(fitted + origin, solved.covariance_px2, solved.edge_noise_px)


def _step(grey: NDArray[np.float32], corners: Floats, edges: _Edges, reach_px: float) -> Fit | None:
    """Return the corners after one Gauss-Newton step, or None without enough edges."""
    points, normals = _in_picture(corners, edges)
    offsets, strength = _offsets(grey, points, normals, reach_px)
    good = np.isfinite(offsets)
    if np.count_nonzero(good) < _LEAST_LINES:
        return None
    good &= strength > _WEAK * np.median(strength[good])
    design = _design(corners, edges, points, normals)
    for _ in range(3):
        if np.count_nonzero(good) < _LEAST_LINES:
            return None
        solution, *_rest = np.linalg.lstsq(design[good], offsets[good], rcond=None)
        residuals = offsets - design @ solution
        noise = float(1.4826 * np.median(np.abs(residuals[good]))) + 1e-6
        good &= np.abs(residuals) < _OUTLIER * max(noise, 0.02)
    kept = residuals[good]
    spread = float(np.sqrt(np.sum(kept**2) / max(1, len(kept) - design.shape[1])))
    normal = design[good].T @ design[good]
    covariance = np.linalg.inv(normal)[:8, :8] * spread**2 + np.eye(8) * _FLOOR_PX**2
    return Fit(corners + solution[:8].reshape(4, 2), covariance, spread)


def _cut(pixels: NDArray[np.uint8], corners: Floats) -> tuple[NDArray[np.float32], Floats]:
    """Return the marker's surroundings in grey, and where they begin."""
    spare = 16
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - spare, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + spare
    part = np.ascontiguousarray(pixels[top:bottom, left:right])
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return grey, np.array([left, top], dtype=np.float64)


def _edges(pattern: Bits, module_px: float) -> _Edges:
    """Return places on all edges between unlike modules; the square stands on white."""
    tones = np.pad(pattern, 1, constant_values=True)
    lines = int(np.clip(module_px * (1.0 - 2.0 * _ENDS) / _APART_PX, 1, _MOST_LINES))
    along = _ENDS + (np.arange(lines) + 0.5) / lines * (1.0 - 2.0 * _ENDS)
    places, across = [], []
    for axis in (0, 1):
        step = np.diff(tones.astype(np.int8), axis=axis)
        for row, column in np.argwhere(step):
            bright = float(step[row, column])
            for share in along:
                if axis:  # an upright edge, at the right of the module (row, column)
                    places.append((column, row - 1 + share))
                    across.append((bright, 0.0))
                else:
                    places.append((column - 1 + share, row))
                    across.append((0.0, bright))
    return _Edges(np.array(places, dtype=np.float64) / len(pattern), np.array(across))


def _in_picture(corners: Floats, edges: _Edges) -> tuple[Floats, Floats]:
    """Return where the edges are in the picture, and unit normals there, black to white."""
    mapping = _homography(corners)
    mapped = np.column_stack([edges.places, np.ones(len(edges.places))]) @ mapping.T
    points = mapped[:, :2] / mapped[:, 2:]
    steps = (mapping[None, :2, :2] - points[:, :, None] * mapping[None, 2:, :2]) / mapped[
        :, 2:, None
    ]
    along = np.einsum("nij,nj->ni", steps, edges.across[:, ::-1])
    normals = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    outward = np.einsum("nij,nj->ni", steps, edges.across)
    normals *= np.sign(np.sum(normals * outward, axis=1))[:, None]
    return points, normals


def _offsets(
    grey: NDArray[np.float32], points: Floats, normals: Floats, reach_px: float
) -> tuple[Floats, Floats]:
    """Return how far along its normal each edge is steepest, (N,) px, and how steep.

    NaN where it is steepest at the end of the reach, or outside the picture.
    """
    margin = 2.5 * _SMOOTHING_PX
    count = int(np.ceil((reach_px + margin) / _STEP_PX))
    at = np.arange(-count, count + 1) * _STEP_PX
    x = (points[:, :1] + normals[:, :1] * at).astype(np.float32)
    y = (points[:, 1:] + normals[:, 1:] * at).astype(np.float32)
    profiles = cv2.remap(grey, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    distance = at[:, None] - at[None, :]
    kernel = distance * np.exp(-0.5 * (distance / _SMOOTHING_PX) ** 2)
    slopes = profiles.astype(np.float64) @ kernel.T
    slopes *= -1.0  # kernel[i, j] rises with i: correlation with the derivative of a Gaussian
    inside = np.abs(at) <= reach_px
    first = int(np.argmax(inside))
    held = slopes[:, inside]
    peak = np.argmax(held, axis=1)
    rows = np.arange(len(points))
    strength = held[rows, peak]
    usable = (peak > 0) & (peak < held.shape[1] - 1) & (strength > 0)
    usable &= (x.min(axis=1) >= 0) & (x.max(axis=1) <= grey.shape[1] - 1)
    usable &= (y.min(axis=1) >= 0) & (y.max(axis=1) <= grey.shape[0] - 1)
    middle = np.clip(peak, 1, held.shape[1] - 2)
    logs = np.log(np.maximum(held[rows[:, None], middle[:, None] + np.array([-1, 0, 1])], 1e-9))
    bend = logs[:, 0] - 2.0 * logs[:, 1] + logs[:, 2]
    shift = np.where(bend < 0, 0.5 * (logs[:, 0] - logs[:, 2]) / np.where(bend < 0, bend, -1.0), 0)
    found = at[first + middle] + np.clip(shift, -1.0, 1.0) * _STEP_PX
    return np.where(usable, found, np.nan), strength


def _design(corners: Floats, edges: _Edges, points: Floats, normals: Floats) -> Floats:
    """Return how far edges move along their normals per px of each corner, and per px of growth."""
    columns = []
    for index in range(8):
        shifted = corners.copy().ravel()
        shifted[index] += 0.01
        mapping = _homography(shifted.reshape(4, 2))
        mapped = np.column_stack([edges.places, np.ones(len(edges.places))]) @ mapping.T
        columns.append(np.sum((mapped[:, :2] / mapped[:, 2:] - points) * normals, axis=1) / 0.01)
    columns.append(np.ones(len(points)))
    return np.stack(columns, axis=1)


def _homography(corners: Floats) -> Floats:
    """Return the mapping of the unit square to the corners, in closed form (Heckbert 1989)."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    below = dx1 * dy2 - dx2 * dy1
    g = (dx3 * dy2 - dx2 * dy3) / below
    h = (dx1 * dy3 - dx3 * dy1) / below
    return np.array(
        [
            [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
            [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
            [g, h, 1.0],
        ]
    )


def _doubled_area(corners: Floats) -> float:
    x, y = corners[:, 0], corners[:, 1]
    return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
