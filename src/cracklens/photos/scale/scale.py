"""How many millimetres of wall a pixel shows."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError

Floats = NDArray[np.float64]
Source = Literal["marker", "points", "metadata", "transform", "typed"]

COARSEST_MM_PER_PX = 20.0
"""Coarser than this is taken for a mistake: a wall of 80 m across 4,000 px."""
FINEST_MM_PER_PX = 0.0005
"""Finer than this is taken for a mistake: below the wavelength of light."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of one photograph.

    Attributes:
        mm_per_px: in the middle of what gave it: of the marker, of the two points, of the picture.
        relative_standard: its relative standard uncertainty, tilt that is not corrected included.
        source: what gave it.
        detail: for people, such as "ArUco marker 7, 50 mm, 212 px wide, seen at 18 degrees".
        homography: (3, 3) from pixels of the photograph to mm in the plane of the wall, where that
            is known; x to the right and y down, in no fixed place.
        tilt_deg: between the optical axis and the normal of the plane; None if not known.
        risks: what could make it wrong, for people.
    """

    mm_per_px: float
    relative_standard: float
    source: Source
    detail: str
    homography: Floats | None = None
    tilt_deg: float | None = None
    risks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: the scale is not finite, not positive, or beyond all photographs of walls.
        """
        check_mm_per_px(self.mm_per_px)

    def to_mm(self, points_px: Floats) -> Floats:
        """Return points on the wall, (N, 2) mm; x to the right and y down, in no fixed place.

        Args:
            points_px: (N, 2) x, y in the photograph.
        """
        if self.homography is None:
            return np.asarray(points_px, dtype=np.float64) * self.mm_per_px
        mapped = np.column_stack([points_px, np.ones(len(points_px))]) @ self.homography.T
        flat: Floats = mapped[:, :2] / mapped[:, 2:]
        return flat

    def jacobian(self, points_px: Floats) -> Floats:
        """Return how a small step in the photograph becomes one on the wall, (N, 2, 2) mm per px.

        `jacobian @ (dx, dy)` is the step in mm: its length is the local scale in that direction.

        Args:
            points_px: (N, 2) x, y in the photograph.
        """
        count = len(points_px)
        if self.homography is None:
            return np.broadcast_to(np.eye(2) * self.mm_per_px, (count, 2, 2))
        h = self.homography
        mapped = np.column_stack([points_px, np.ones(count)]) @ h.T
        flat = mapped[:, :2] / mapped[:, 2:]
        steps: Floats = (h[None, :2, :2] - flat[:, :, None] * h[None, 2:, :2]) / mapped[:, 2:, None]
        return steps


def check_mm_per_px(value: float) -> float:
    """Return a scale that is possible.

    Raises:
        UsageError: says what is wrong with it.

    >>> check_mm_per_px(0.2)
    0.2
    """
    if not math.isfinite(value) or value <= 0:
        raise UsageError(f"a scale must be above 0 mm/px, got {value:g}")
    if not FINEST_MM_PER_PX <= value <= COARSEST_MM_PER_PX:
        across = value * 4000 / 1000
        raise UsageError(
            f"a scale of {value:g} mm/px cannot be right: 4,000 px would show {across:,.4g} m of "
            f"wall; it lies between {FINEST_MM_PER_PX:g} and {COARSEST_MM_PER_PX:g} mm/px"
        )
    return value
