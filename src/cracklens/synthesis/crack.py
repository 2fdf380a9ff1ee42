"""Cracks of exactly known geometry: a rough centreline, its width, and the covered pixels.

Points are (x, y) in pixels. The centre of the top-left pixel is (0, 0), so a picture of W x H
pixels covers [-0.5, W - 0.5] x [-0.5, H - 0.5].
"""

import math
from dataclasses import dataclass

import numpy as np

from cracklens.synthesis.coverage import Floats, checked_line, coverage_part
from cracklens.synthesis.noise import FloatImage
from cracklens.synthesis.opening import distance_along


@dataclass(frozen=True)
class RenderedCrack:
    """One visible section of a crack without forks; a branch is a separate crack.

    Attributes:
        points_px: (N, 2) float64 x, y of the centreline, in order, within the picture.
        width_px: (N,) float64 full width across the centreline at each point.
        part: (h, w) float32 in [0, 1], the share of each pixel's area under the crack, in the
            window of the picture that contains the crack.
        corner_px: Row and column of that window's top-left pixel.
        shape: H and W of the picture.
    """

    points_px: Floats
    width_px: Floats
    part: FloatImage
    corner_px: tuple[int, int]
    shape: tuple[int, int]

    @property
    def coverage(self) -> FloatImage:
        """(H, W) float32 in [0, 1], the share of each pixel's area under the crack."""
        coverage = np.zeros(self.shape, dtype=np.float32)
        coverage[self.window] = self.part
        return coverage

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of `part` in the picture."""
        (top, left), (rows, columns) = self.corner_px, self.part.shape
        return slice(top, top + rows), slice(left, left + columns)

    @property
    def length_px(self) -> float:
        """Length of the centreline within the picture."""
        return float(distance_along(self.points_px)[-1])


def fractal_line(
    anchors_px: Floats,
    rng: np.random.Generator,
    *,
    roughness: float = 0.1,
    decay: float = 0.6,
    step_px: float = 2.5,
) -> Floats:
    """Return a rough line through the anchors, by midpoint displacement.

    Each round halves all segments and moves the new points sideways (Fournier, Fussell and
    Carpenter 1982, doi:10.1145/358523.358553). The largest displacement is `roughness` x the
    longest span in the first round, and `decay` times the previous one in each further round.

    Args:
        anchors_px: (M, 2) x, y of points on the line, M >= 2.
        rng: Source of the displacements.
        roughness: Largest first displacement as a share of the longest span between anchors.
        decay: Displacement of a round relative to the one before; 0.5 is smooth, 0.8 jagged.
        step_px: Halving stops when the longest segment, without displacement, is at most this long.

    Returns:
        (N, 2) float64; every anchor is one of the points.

    Raises:
        UsageError: The anchors are fewer than two or not finite.
    """
    points, _ = checked_line(anchors_px, np.zeros(len(anchors_px)))
    step = points[1:] - points[:-1]
    span = float(np.sqrt((step * step).sum(axis=1)).max())
    reach = roughness * span
    while span > step_px:
        step = points[1:] - points[:-1]
        length = np.sqrt(step[:, :1] ** 2 + step[:, 1:] ** 2)
        normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.maximum(length, 1e-9)
        aside = np.minimum(reach, 0.3 * length) * rng.uniform(-1.0, 1.0, (len(step), 1))
        halved = np.empty((2 * len(points) - 1, 2))
        halved[::2] = points
        halved[1::2] = (points[:-1] + points[1:]) / 2 + normal * aside
        points, reach, span = halved, reach * decay, span / 2
    return points


def branch_line(
    points_px: Floats, rng: np.random.Generator, *, length_px: float, roughness: float = 0.1
) -> tuple[Floats, int]:
    """Return a rough branch of a line; it starts between 20 % and 80 % of the line.

    Args:
        points_px: (N, 2) x, y of the line, N >= 2.
        rng: Source of position, angle (25° to 65° to either side) and roughness.
        length_px: Straight distance from the junction to the branch's endpoint.
        roughness: As in `fractal_line`.

    Returns:
        The branch, (M, 2) from the junction to its endpoint, and the junction's index in
        `points_px`.
    """
    fork = round((len(points_px) - 1) * rng.uniform(0.2, 0.8))
    near, far = max(fork - 4, 0), min(fork + 4, len(points_px) - 1)
    ahead_x, ahead_y = points_px[far] - points_px[near]
    turn = math.radians(rng.uniform(25.0, 65.0)) * (1 if rng.random() < 0.5 else -1)  # noqa: PLR2004
    angle = math.atan2(ahead_y, ahead_x) + turn
    tip = points_px[fork] + length_px * np.array([math.cos(angle), math.sin(angle)])
    return fractal_line(np.stack([points_px[fork], tip]), rng, roughness=roughness), fork


def render_crack(
    points_px: Floats, width_px: Floats, height_px: int, columns_px: int
) -> tuple[RenderedCrack, ...]:
    """Return the visible sections of a crack, clipped at the picture's border.

    A line that leaves the picture and comes back gives one section for each part inside. The
    coverage of a section includes pixels covered by parts of the line just outside the border.

    Args:
        points_px: (N, 2) x, y of the centreline, N >= 2; may be outside the picture.
        width_px: (N,) full width at each point, >= 0.
        height_px: Rows of the picture.
        columns_px: Columns of the picture.

    Returns:
        The sections in the line's order; empty if the centreline never enters the picture.

    Raises:
        UsageError: The arrays do not fit together, or hold a negative or non-finite number.
    """
    points, width = _with_border_crossings(
        *checked_line(points_px, width_px), height_px, columns_px
    )
    low, high = np.full(2, -0.5), np.array([columns_px - 0.5, height_px - 0.5])
    middle = (points[:-1] + points[1:]) / 2
    inside = ((middle >= low) & (middle <= high)).all(axis=1)
    change = np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    # Between two sections, the line is cut at the middle point of its part outside.
    cuts = np.concatenate([[0], (ends[:-1] + starts[1:]) // 2, [len(points) - 1]])
    cracks = []
    for rank, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        own = slice(cuts[rank], cuts[rank + 1] + 1)
        part, corner_px = coverage_part(points[own], width[own], height_px, columns_px)
        cracks.append(
            RenderedCrack(
                points_px=np.clip(points[start : end + 1], low, high),
                width_px=width[start : end + 1],
                part=part,
                corner_px=corner_px,
                shape=(height_px, columns_px),
            )
        )
    return tuple(cracks)


def _with_border_crossings(
    points: Floats, width: Floats, height_px: int, columns_px: int
) -> tuple[Floats, Floats]:
    """Add a point at each crossing of the line with one of the four border lines."""
    index: Floats = np.arange(len(points), dtype=np.float64)
    stops = [index]
    for axis, limit in ((0, columns_px - 0.5), (0, -0.5), (1, height_px - 0.5), (1, -0.5)):
        start, step = points[:-1, axis], np.diff(points[:, axis])
        crosses = (start - limit) * (start + step - limit) < 0
        stops.append(index[:-1][crosses] + (limit - start[crosses]) / step[crosses])
    at = np.unique(np.concatenate(stops))
    columns = [np.interp(at, index, points[:, axis]) for axis in (0, 1)]
    return np.stack(columns, axis=1), np.interp(at, index, width)
