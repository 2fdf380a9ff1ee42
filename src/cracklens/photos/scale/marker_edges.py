"""Where the corners of a marker are, to a fraction of a pixel, from all edges of its code.

A square's four corners alone are hit to about a tenth of a pixel, and a tone curve or ink that ran
moves each of them outwards or inwards. Here each edge between a black and a white module is found
along many short lines across it. One homography, through its four corners, and one offset common
to all edges, positive where black has grown, are fitted to them by Gauss-Newton steps. The offset
is what a tone curve does to blurred edges; edges on both sides of a module tell it from a change of
size. The residuals give the covariance.

Beside the black square there may be a printed frame, a shadow, the edge of a card or text, and an
outer edge may be fitted to that instead. Nothing of the kind lies within the code. So the edges
between modules are fitted first, alone, and an outer side counts only where it agrees with the
square that they predict.

Of markers 80 px wide, 95 % of the errors of the side are below 0.04 %, and below 0.17 % in a thin
frame. OpenCV's best refinement (APRILTAG) reaches 0.43 and 12 %, cornerSubPix 0.95 and 19 %
(docs/results/libraries.md).
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
_LEAST_LINES = 12
"""Of 9 unknowns. Codes of 4 x 4 bits have 16 or more between modules of 10 px, but one of 50."""
_WORST_CONDITION = 1e6  # of the equations: a code of few edges does not fix its square
_CHECKED = 0.05
"""Standard deviation, in modules, above which the code says too little of where a side is to check
it: a frame lies 0.15 module or more beside the square."""
_WEAK = 0.35  # of the median strength: what is weaker is dirt, glare or no edge
_OUTLIER = 3.0  # residuals above so many standard deviations are left out
_SIDES = 4
_FLOOR_PX = 0.015
"""Standard deviation that no corner falls below: what interpolation and JPEG leave in common to
many edges, which residuals cannot tell."""


_AGREES = 2.5  # standard deviations by which an outer side may lie beside the grid of the code
_SEEN = 0.5  # of the lines across a side that must show an edge
_AGREES_PX = 0.04  # and this: what blur and tone curve do to edges of wide and of narrow areas
_FARTHEST = 0.8  # of a module, from where the square was detected: a frame was taken for it


class Fit(NamedTuple):
    """A fitted square.

    Attributes:
        corners_px: (4, 2).
        covariance_px2: (8, 8) of them.
        edge_noise_px: standard deviation of single edge points; NaN where nothing could be fitted.
        left_out: sides of the square whose outer edge does not lie where the code says.
    """

    corners_px: Floats
    covariance_px2: Floats
    edge_noise_px: float
    left_out: int = 0


class _Edges(NamedTuple):
    """Points on edges of the code.

    Attributes:
        places: (N, 2) in the unit square.
        across: (N, 2) directions across the edges, black to white.
        sides: (N,) side of the square, from the top clockwise; -1 between modules.
    """

    places: Floats
    across: Floats
    sides: NDArray[np.int64]

    def only(self, kept: NDArray[np.bool_]) -> "_Edges":
        return _Edges(self.places[kept], self.across[kept], self.sides[kept])


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
    first_px = max(reach_px, min(rough_px + 2.0, 0.6 * module_px + 1.0))
    unfitted = Fit(corners_px, np.eye(8) * rough_px**2, float("nan"))
    code = _settled(grey, corners, edges.only(edges.sides < 0), reach_px, first_px)
    if code is None:
        return unfitted
    agreeing = _agreeing(grey, code, edges, reach_px, _CHECKED * module_px)
    kept = (edges.sides < 0) | np.isin(edges.sides, agreeing)
    fitted = _settled(grey, code.corners_px, edges.only(kept), reach_px, reach_px)
    if fitted is None:
        return unfitted
    moved_px = float(np.abs(fitted.corners_px - corners).max())
    if moved_px > max(4.0 * rough_px, _FARTHEST * module_px):
        return unfitted
    return fitted._replace(corners_px=fitted.corners_px + origin, left_out=_SIDES - len(agreeing))


def _settled(
    grey: NDArray[np.float32], corners: Floats, edges: _Edges, reach_px: float, first_px: float
) -> Fit | None:
    """Return the corners after steps until they stay, or None without enough edges.

    Args:
        grey: the surroundings of the marker.
        corners: (4, 2) to begin with.
        edges: that are fitted.
        reach_px: how far from where they are expected they are looked for.
        first_px: the same, in the first step.
    """
    fitted: Fit | None = None
    for step in range(_STEPS):
        after = _step(grey, corners, edges, reach_px if step else first_px)
        if after is None:
            return None
        fitted = after
        moved_px = float(np.abs(after.corners_px - corners).max())
        corners = after.corners_px
        if moved_px < 1e-3:  # noqa: PLR2004 - px
            break
    return fitted


def _agreeing(
    grey: NDArray[np.float32], code: Fit, edges: _Edges, reach_px: float, unsure_px: float
) -> list[int]:
    """Return the sides of the square whose outer edge lies where the grid of the code puts it.

    Args:
        grey: the surroundings of the marker.
        code: the square that the edges between modules predict.
        edges: all.
        reach_px: how far from there an outer edge is looked for.
        unsure_px: sides that are predicted less surely than this cannot be checked.
    """
    points, normals = _in_picture(code.corners_px, edges)
    offsets, _ = _offsets(grey, points, normals, reach_px)
    design = _design(code.corners_px, edges, points, normals)
    within = edges.sides < 0
    growth = float(np.nanmedian(offsets[within]))
    agreeing = []
    for side in range(_SIDES):
        own = (edges.sides == side) & np.isfinite(offsets)
        count = np.count_nonzero(own)
        if count < _SEEN * np.count_nonzero(edges.sides == side):
            continue
        off = offsets[own] - growth
        away = float(np.median(off))
        rough = 1.4826 * float(np.median(np.abs(off - away)))
        mean = design[own, :8].mean(axis=0)
        known = float(mean @ code.covariance_px2 @ mean) + rough**2 / count
        near = abs(away) <= _AGREES_PX + _AGREES * np.sqrt(known) and np.sqrt(known) < unsure_px
        if near and rough <= 2.0 * code.edge_noise_px + _AGREES_PX:
            agreeing.append(side)
    return agreeing


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
    if np.linalg.cond(design[good]) > _WORST_CONDITION:
        return None
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
    places, across, sides = [], [], []
    last = len(pattern)
    for axis in (0, 1):
        step = np.diff(tones.astype(np.int8), axis=axis)
        for row, column in np.argwhere(step):
            bright = float(step[row, column])
            outer = {0: (3, 0)[1 - axis], last: (1, 2)[1 - axis]}  # left, top; right, bottom
            side = outer.get(int(column if axis else row), -1)
            for share in along:
                sides.append(side)
                if axis:  # an upright edge, at the right of the module (row, column)
                    places.append((column, row - 1 + share))
                    across.append((bright, 0.0))
                else:
                    places.append((column - 1 + share, row))
                    across.append((0.0, bright))
    return _Edges(
        np.array(places, dtype=np.float64) / len(pattern), np.array(across), np.array(sides)
    )


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
