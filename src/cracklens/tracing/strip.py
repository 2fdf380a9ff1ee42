"""The least-cost path between two ends, in a strip of the picture along the gap."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d
from skimage.graph import route_through_array

from cracklens.tracing.crack import Floats
from cracklens.tracing.mask import Bytes

_LEAST_STEPS, _MOST_STEPS = 8, 96  # along the gap; a longer gap is sampled more coarsely
_HALF_SHARE, _LEAST_HALF_PX, _MOST_HALF_PX = 0.35, 6.0, 48.0
_MARGIN = 12  # samples around the strip, for the filter
_SIGMA_WIDTHS, _LEAST_SIGMA, _MOST_SIGMA = 0.3, 1.0, 4.0
"""A line of width w answers most to a second derivative at w / (2 sqrt 3) (Lindeberg 1998,
doi:10.1023/A:1008097225773)."""
_FULL_DARKNESS = 4.0  # robust standard deviations of the valley filter that count as full evidence
_BASE_COST, _DARK_SHARE = 0.1, 0.6
_UNKNOWN = 0.5  # evidence where the surface is hidden
_SMOOTH_SAMPLES = 2.0
_BESIDE = (-2, -1, 1, 2)  # parallel paths, in units of the width plus 3 px

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Surface:
    """What is known of the surface in a gap.

    Attributes:
        probability: (H, W) uint8.
        pixels: (H, W, 3) uint8 RGB, or None.
        hidden: (H, W) True where the surface is hidden or no concrete, or None.
    """

    probability: Bytes
    pixels: Pixels | None = None
    hidden: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A path across a gap.

    Attributes:
        points_px: (N, 2) x, y, from one end to the other, about 1 px apart.
        length_px: along the path.
        gap_px: straight distance of its ends.
        probability: (K,) of the map along the path, 0 where it is hidden.
        darkness: (K,) valley filter along the path in robust standard deviations, 0 without pixels.
        beside: (K,) the same, greatest of the parallel paths beside it.
        hidden: (K,) whether the surface is hidden.
    """

    points_px: Floats
    length_px: float
    gap_px: float
    probability: Floats
    darkness: Floats
    beside: Floats
    hidden: NDArray[np.bool_]


def least_cost_path(surface: Surface, start: Floats, end: Floats, width_px: float) -> Path:
    """Return the path of least cost between two points.

    The cost of a pixel falls with the probability of the map and with the darkness of a valley of
    the width of the crack in the grey picture (`route_through_array` of scikit-image: Dijkstra with
    the length of a step). Only a strip of 0.35 gaps to either side is looked at.

    Args:
        surface: map, pixels and what is hidden.
        start: (2,) x, y.
        end: (2,) x, y.
        width_px: of the crack at the gap.
    """
    gap = end - start
    gap_px = max(float(np.hypot(*gap)), 1e-6)
    count = int(np.clip(np.ceil(gap_px), _LEAST_STEPS, _MOST_STEPS))
    step = gap_px / count
    half_px = np.clip(_HALF_SHARE * gap_px, _LEAST_HALF_PX, _MOST_HALF_PX)
    half = int(min(np.ceil(half_px / step), 2 * count))
    ahead = gap / gap_px
    aside = np.array([-ahead[1], ahead[0]])
    along = np.arange(-_MARGIN, count + 1 + _MARGIN) * step
    across = np.arange(-half - _MARGIN, half + 1 + _MARGIN) * step
    places = start + along[None, :, None] * ahead + across[:, None, None] * aside
    probability, darkness, hidden = _sampled(surface, places, width_px, step)
    evidence = 1 - (1 - np.sqrt(probability)) * (
        1 - _DARK_SHARE * np.clip(darkness / _FULL_DARKNESS, 0, 1)
    )
    cost = _BASE_COST + 1 - np.where(hidden, _UNKNOWN, evidence)
    inner = cost[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    route, _ = route_through_array(inner, (half, 0), (half, count), geometric=True)
    rows, columns = (np.array(route) + _MARGIN).T
    away = max(round((width_px + 3) / step), 1)
    high = len(across) - 1
    beside = np.max([darkness[np.clip(rows + k * away, 0, high), columns] for k in _BESIDE], axis=0)
    points = _smooth(places[rows, columns])
    points[[0, -1]] = start, end
    return Path(
        points_px=points,
        length_px=float(np.hypot(*np.diff(points, axis=0).T).sum()),
        gap_px=gap_px,
        probability=np.where(hidden, 0.0, probability)[rows, columns],
        darkness=darkness[rows, columns],
        beside=beside,
        hidden=hidden[rows, columns],
    )


def _sampled(
    surface: Surface, places: Floats, width_px: float, step: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return probability, darkness and what is hidden at places (R, C, 2)."""
    shape = np.array(surface.probability.shape[::-1])
    corners = places[[0, 0, -1, -1], [0, -1, 0, -1]]
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - 1, 0, shape - 1)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 2, low + 1, shape)
    window = slice(low[1], high[1]), slice(low[0], high[0])
    at = (places - low).astype(np.float32)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])

    def remapped(image: NDArray[np.uint8]) -> Floats:
        values = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        found: Floats = values.astype(np.float64)
        return found

    probability = remapped(surface.probability[window]) / 255
    hidden = np.zeros(probability.shape, bool)
    if surface.hidden is not None:
        hidden = remapped(surface.hidden[window].astype(np.uint8)) > 0
    if surface.pixels is None:
        return probability, np.zeros(probability.shape), hidden
    grey = remapped(cv2.cvtColor(surface.pixels[window], cv2.COLOR_RGB2GRAY))
    sigma = float(np.clip(_SIGMA_WIDTHS * width_px, _LEAST_SIGMA, _MOST_SIGMA)) / step
    return probability, np.where(hidden, 0.0, _valley(grey, max(sigma, 0.7))), hidden


def _valley(grey: Floats, sigma: float) -> Floats:
    """Return the second derivative across the darkest line, in robust standard deviations."""
    yy, xx, xy = (gaussian_filter(grey, sigma, order=o) for o in ((2, 0), (0, 2), (1, 1)))
    valley = (xx + yy) / 2 + np.hypot((xx - yy) / 2, xy)
    usual = float(np.median(valley))
    spread = 1.48 * float(np.median(np.abs(valley - usual))) + 0.2 / sigma**2
    found: Floats = (valley - usual) / spread
    return found


def _smooth(points: Floats) -> Floats:
    """Return the points of a path on a grid, smoothed and about 1 px apart; ends do not move."""
    pad = min(len(points) - 1, 8)
    padded = np.pad(points, ((pad, pad), (0, 0)), mode="reflect", reflect_type="odd")
    soft = gaussian_filter1d(padded, _SMOOTH_SAMPLES, axis=0)[pad : pad + len(points)]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(soft, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(int(along[-1]), 1) + 1)
    return np.stack([np.interp(at, along, axis) for axis in soft.T], axis=1)
