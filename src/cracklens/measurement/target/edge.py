"""How sharp the photograph of the sheet is, from the long slanted edges of its widest lines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.special import ndtr

from cracklens.measurement.target.layout import Floats
from cracklens.measurement.target.lines import Piece
from cracklens.measurement.target.pose import Pose

_LEAST_PX = 8.0  # of width: both edges of a finer line reach into the same pixels
_REACH_PX = 8.0
_STRETCH_MM = 10.0  # short enough to be straight in the photograph
_LUMINANCE = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


def edge_blur_px(
    pixels: NDArray[np.uint8], pieces: Sequence[Piece], pose: Pose
) -> float | None:
    """Return the standard deviation of the spread of an edge, or None without a wide line.

    The grey values of single pixels over their distance from a slanted edge show its spread finer
    than the pixels lie (ISO 12233); a Gaussian step is fitted to them. The pixel's own extent
    counts, so the result is never below 0.29 px.

    Args:
        pixels: (H, W, 3) RGB.
        pieces: of the sheet's lines.
        pose: of the sheet.
    """
    found = []
    for piece in pieces:
        if piece.line.shape != "straight":
            continue
        wide, scale = piece.true_width_px(piece.course_px, pose)
        if wide.min() < _LEAST_PX:
            continue
        stretch = max(int(_STRETCH_MM / np.ptp(piece.course_mm[:2, 0])), 2)
        for start in range(0, len(piece.course_px) - stretch, stretch):
            ends = piece.course_px[[start, start + stretch]]
            reach = min(_REACH_PX, float(wide[start]) / 2, 3.0 / float(scale[start]))
            found += _both_edges(pixels, ends, float(wide[start]), reach)
    return float(np.median(found)) if found else None


def _both_edges(
    pixels: NDArray[np.uint8], ends: Floats, width_px: float, reach_px: float
) -> list[float]:
    along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    aside = np.array([-along[1], along[0]]) * width_px / 2
    fits = (_spread(pixels, ends + side * aside, reach_px) for side in (-1.0, 1.0))
    return [sigma for sigma in fits if sigma is not None]


def _spread(pixels: NDArray[np.uint8], ends: Floats, reach_px: float) -> float | None:
    """Return the sigma of a Gaussian step across the edge from one end to the other."""
    low = np.maximum(np.floor(ends.min(axis=0) - reach_px).astype(int), 0)
    high = np.ceil(ends.max(axis=0) + reach_px).astype(int) + 1
    grey = pixels[low[1] : high[1], low[0] : high[0]] @ _LUMINANCE
    y, x = np.indices(grey.shape)
    away = np.stack([x + low[0], y + low[1]], axis=-1) - ends[0]
    length = np.hypot(*(ends[1] - ends[0]))
    along = (ends[1] - ends[0]) / length
    distance = away @ np.array([-along[1], along[0]])
    near = (np.abs(distance) <= reach_px) & (away @ along >= 0) & (away @ along <= length)
    if near.sum() < 30:  # noqa: PLR2004 - a fit of four parameters
        return None
    across, values = distance[near], grey[near]
    rise = values[across > 0].mean() - values[across < 0].mean()
    begin = (values.mean() - rise / 2, rise, 0.0, 1.0)
    try:
        fitted, _ = curve_fit(_step, across, values, p0=begin)
    except RuntimeError:  # no convergence: another edge, or none
        return None
    sigma = abs(float(fitted[3]))
    return sigma if sigma < reach_px else None


def _step(across: Floats, low: float, rise: float, middle: float, sigma: float) -> Floats:
    step: Floats = low + rise * ndtr((across - middle) / max(abs(sigma), 0.05))
    return step
