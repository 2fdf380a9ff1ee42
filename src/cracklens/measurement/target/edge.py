"""How sharp the photograph of the sheet is, from the long slanted edges of its widest lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import ndtr

from cracklens.measurement.profile_model import SHARPENED_PX
from cracklens.measurement.target.layout import Floats
from cracklens.measurement.target.lines import Piece
from cracklens.measurement.target.pose import Pose

_LEAST_PX = 10.0  # of width: both edges of a finer line reach into the same pixels
_REACH_PX = 8.0
_SPARE_MM = 0.5  # of what a bar has beside its line, not looked at
_STRETCH_MM = 10.0  # short enough to be straight in the photograph
_LEAST_PIXELS = 60
_FINEST_SIGMA_PX = 0.29
"""Of a pixel, a box of 1 px: no edge in a photograph is sharper."""
_SIGMAS_PX = (_FINEST_SIGMA_PX, 8.0)
_LUMINANCE = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


@dataclass(frozen=True, slots=True)
class EdgeSpread:
    """How a sharp edge appears.

    Attributes:
        sigma_px: standard deviation of the Gaussian; the pixel's own extent counts.
        sharpening: strength of the unsharp mask that the camera put on top.
    """

    sigma_px: float
    sharpening: float


def edge_spread(
    pixels: NDArray[np.uint8], pieces: Sequence[Piece], pose: Pose
) -> EdgeSpread | None:
    """Return the spread of an edge, the median over all edges, or None without a wide line.

    The grey values of single pixels over their distance from a slanted edge show its spread finer
    than the pixels lie (ISO 12233). The step that is fitted to them is the one by which cracks are
    measured: a Gaussian, sharpened by an unsharp mask.

    Args:
        pixels: (H, W, 3) RGB.
        pieces: of the sheet's lines.
        pose: of the sheet.
    """
    found: list[EdgeSpread] = []
    beside_mm = pose.sheet.paper.straight.guard_mm - _SPARE_MM
    for piece in pieces:
        if piece.line.shape != "straight":
            continue
        wide, scale = piece.true_width_px(piece.course_px, pose)
        if wide.min() < _LEAST_PX:
            continue
        step_mm = float(np.hypot(*(piece.course_mm[1] - piece.course_mm[0])))
        stretch = max(int(_STRETCH_MM / step_mm), 2)
        for start in range(0, len(piece.course_px) - stretch, stretch):
            ends = piece.course_px[[start, start + stretch]]
            reach = min(_REACH_PX, float(wide[start]) / 2, beside_mm / float(scale[start]))
            found += _both_edges(pixels, ends, float(wide[start]), reach)
    if not found:
        return None
    return EdgeSpread(
        float(np.median([each.sigma_px for each in found])),
        float(np.median([each.sharpening for each in found])),
    )


def _both_edges(
    pixels: NDArray[np.uint8], ends: Floats, width_px: float, reach_px: float
) -> list[EdgeSpread]:
    along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    aside = np.array([-along[1], along[0]]) * width_px / 2
    fits = (_one_edge(pixels, ends + side * aside, reach_px) for side in (-1.0, 1.0))
    return [fit for fit in fits if fit is not None]


def _one_edge(pixels: NDArray[np.uint8], ends: Floats, reach_px: float) -> EdgeSpread | None:
    """Return the step across the edge from one end to the other; None if there is none."""
    low = np.maximum(np.floor(ends.min(axis=0) - reach_px).astype(int), 0)
    high = np.ceil(ends.max(axis=0) + reach_px).astype(int) + 1
    grey = pixels[low[1] : high[1], low[0] : high[0]] @ _LUMINANCE
    y, x = np.indices(grey.shape)
    away = np.stack([x + low[0], y + low[1]], axis=-1) - ends[0]
    length = np.hypot(*(ends[1] - ends[0]))
    along = (ends[1] - ends[0]) / length
    distance = away @ np.array([-along[1], along[0]])
    near = (np.abs(distance) <= reach_px) & (away @ along >= 0) & (away @ along <= length)
    if near.sum() < _LEAST_PIXELS:
        return None
    across, values = distance[near], grey[near]
    rise = float(values[across > 0].mean() - values[across < 0].mean())
    fit = least_squares(
        lambda p: _step(across, *p) - values,
        (float(values.mean()) - rise / 2, rise, 0.0, 1.0, 0.1),
        bounds=(
            (-200.0, -400.0, -reach_px, _SIGMAS_PX[0], 0.0),
            (400.0, 400.0, reach_px, _SIGMAS_PX[1], 3.0),
        ),
        x_scale=(100.0, 100.0, 1.0, 1.0, 1.0),
    )
    return EdgeSpread(float(fit.x[3]), float(fit.x[4])) if fit.success else None


def _step(
    across: Floats, low: float, rise: float, middle: float, sigma: float, sharpening: float
) -> Floats:
    place = across - middle
    sharp, soft = ndtr(place / sigma), ndtr(place / np.hypot(sigma, SHARPENED_PX))
    step: Floats = low + rise * ((1 + sharpening) * sharp - sharpening * soft)
    return step
