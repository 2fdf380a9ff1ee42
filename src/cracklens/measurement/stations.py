"""Stations for width measurement, at equal distances along smoothed centrelines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cracklens.tracing.crack import Branch, Crack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROW_PX = 1.0
"""Distance between rows of samples along the line: the resolution of the photograph."""
STATION_ROWS = 3
"""Rows between stations; neighbouring stations share most of their samples."""
_SMOOTH_PX, _SMOOTH_SHARE = 1.5, 0.1
"""Sigma of the smoothing of the centreline: px plus a share of the width. Fine cracks bend within a
few pixels, wide ones do not."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sample rows along all branches of all cracks of one photograph, concatenated.

    Attributes:
        points_px: (R, 2) x, y on the smoothed centrelines.
        ahead: (R, 2) unit tangents.
        along_px: (R,) distance from the start of the branch.
        branch: (R,) number of the branch, counted over all cracks.
        crack: (R,) number of the crack.
        mask_px: (R,) width of the mask.
        starts: (B + 1,) the first row of each branch, and the number of rows.
        inferred: (R,) whether the crack is not seen there; None if it is seen everywhere.
    """

    points_px: Floats
    ahead: Floats
    along_px: Floats
    branch: Ints
    crack: Ints
    mask_px: Floats
    starts: Ints
    inferred: NDArray[np.bool_] | None = None

    @property
    def unseen(self) -> NDArray[np.bool_]:
        """Whether the crack is not seen at each station, (N,)."""
        if self.inferred is None:
            return np.zeros(len(self.stations), bool)
        return self.inferred[self.stations]

    @property
    def stations(self) -> Ints:
        """The rows at which widths are measured, (N,)."""
        first = self.starts[self.branch]
        return np.flatnonzero((np.arange(len(self.branch)) - first) % STATION_ROWS == 0)

    @property
    def aside(self) -> Floats:
        """Unit normals, (R, 2): to the right of the tangents as seen on the photograph."""
        return np.stack([-self.ahead[:, 1], self.ahead[:, 0]], axis=1)


def place_rows(cracks: Sequence[Crack]) -> Rows:
    """Return the sample rows along all branches."""
    parts = [
        (number, *_along_branch(branch))
        for number, crack in enumerate(cracks)
        for branch in crack.branches
    ]
    counts = [len(points) for _, points, *_ in parts]
    if not parts:
        empty, none = np.zeros((0, 2)), np.zeros(0, np.int64)
        return Rows(empty, empty, np.zeros(0), none, none, np.zeros(0), np.zeros(1, np.int64))
    return Rows(
        points_px=np.concatenate([points for _, points, *_ in parts]),
        ahead=np.concatenate([ahead for _, _, ahead, *_ in parts]),
        along_px=np.concatenate([along for *_, along, _ in parts]),
        branch=np.repeat(np.arange(len(parts)), counts),
        crack=np.repeat(np.array([number for number, *_ in parts]), counts),
        mask_px=np.concatenate([mask for *_, mask in parts]),
        starts=np.concatenate([[0], np.cumsum(counts)]),
        inferred=_inferred([branch for crack in cracks for branch in crack.branches], counts),
    )


def _inferred(branches: Sequence[Branch], counts: Sequence[int]) -> NDArray[np.bool_] | None:
    """Return whether each row lies in an inferred part; None if there is none."""
    if not any(branch.inferred for branch in branches):
        return None
    rows = []
    for branch, count in zip(branches, counts, strict=True):
        step = np.hypot(*np.diff(branch.points_px, axis=0).T)
        known = np.concatenate([[0.0], np.cumsum(step)])
        along = np.linspace(0.0, known[-1], count)
        own = np.zeros(count, bool)
        for first, last in branch.inferred:
            own |= (along > known[first]) & (along < known[last])
        rows.append(own)
    return np.concatenate(rows)


def _along_branch(branch: Branch) -> tuple[Floats, Floats, Floats, Floats]:
    """Return points, tangents, distances along, and mask widths of one branch."""
    step = np.hypot(*np.diff(branch.points_px, axis=0).T)
    known = np.concatenate([[0.0], np.cumsum(step)])
    count = max(round(known[-1] / ROW_PX), 2) + 1
    along = np.linspace(0.0, known[-1], count)
    points = np.stack([np.interp(along, known, axis) for axis in branch.points_px.T], axis=1)
    mask_px = np.interp(along, known, branch.width_px)
    smooth = _smoothed(points, float(np.median(mask_px)))
    return smooth, _tangents(smooth), along, mask_px


def _smoothed(points: Floats, width_px: float) -> Floats:
    """Return a smoothed line of (N, 2) points; its ends do not move."""
    sigma = min((_SMOOTH_PX + _SMOOTH_SHARE * width_px) / ROW_PX, (len(points) - 1) / 4)
    reach = int(4 * sigma) + 1
    # Odd reflection at the ends, since "nearest" would bend the line there.
    padded = np.pad(points, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    smooth: Floats = gaussian_filter1d(padded, sigma, axis=0)[reach : reach + len(points)]
    return smooth


def _tangents(points: Floats) -> Floats:
    ahead: Floats = np.gradient(points, axis=0)
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    return ahead


def shift_along_normals(rows: Rows, aside_px: Floats) -> Rows:
    """Return the rows moved along their normals and smoothed again.

    Args:
        rows: Rows of all lines.
        aside_px: (R,) distance to move.
    """
    points = rows.points_px + aside_px[:, None] * rows.aside
    ahead = rows.ahead.copy()
    for start, stop in zip(rows.starts[:-1], rows.starts[1:], strict=True):
        part = slice(start, stop)
        points[part] = _smoothed(points[part], float(np.median(rows.mask_px[part])))
        ahead[part] = _tangents(points[part])
    return replace(rows, points_px=points, ahead=ahead)
