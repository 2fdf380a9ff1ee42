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
_DIRECTIONS = 8
"""Directions, evenly spread, among which the largest uncertainty is looked for."""


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
        variants: (K, 3, 3) homographies that are off by one standard uncertainty, one for each
            independent cause: what `relative_standard_at` is computed from. They share with
            `homography` the mm, but neither place nor turn on the wall.
    """

    mm_per_px: float
    relative_standard: float
    source: Source
    detail: str
    homography: Floats | None = None
    tilt_deg: float | None = None
    risks: tuple[str, ...] = ()
    variants: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: the scale is not finite, not positive, or beyond all photographs of walls;
                its uncertainty or its plane is not finite.
        """
        check_mm_per_px(self.mm_per_px)
        figures = (self.relative_standard, self.tilt_deg, self.homography, self.variants)
        if not all(np.isfinite(each).all() for each in figures if each is not None):
            raise UsageError(
                "the scale came out without a finite uncertainty or plane: give --mm-per-px, "
                "--distance or a scale table for this photograph"
            )

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
        if self.homography is None:
            return np.broadcast_to(np.eye(2) * self.mm_per_px, (len(points_px), 2, 2))
        return _jacobian(self.homography, points_px)

    def relative_standard_at(self, points_px: Floats, directions: Floats | None = None) -> Floats:
        """Return the relative standard uncertainty of the local scale, (N,).

        Far from what gave the scale it grows, since the tilt is known only so well. It is first
        order: the root of the sum of squares over the `variants` (GUM, 5.1.2).

        Args:
            points_px: (N, 2) x, y in the photograph.
            directions: (N, 2) steps in the photograph along which a length is meant, such as across
                a crack; None for the direction in which the uncertainty is largest.
        """
        count = len(points_px)
        if self.variants is None:
            return np.full(count, self.relative_standard)
        here = self.jacobian(points_px)
        there = [_jacobian(variant, points_px) for variant in self.variants]
        if directions is not None:
            return _spread(here, there, np.asarray(directions, dtype=np.float64))
        turns = np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS
        steps = np.stack([np.cos(turns), np.sin(turns)], axis=1)
        largest = [_spread(here, there, np.broadcast_to(step, (count, 2))) for step in steps]
        return np.asarray(np.max(largest, axis=0), dtype=np.float64)


def _jacobian(homography: Floats, points_px: Floats) -> Floats:
    mapped = np.column_stack([points_px, np.ones(len(points_px))]) @ homography.T
    flat = mapped[:, :2] / mapped[:, 2:]
    steps: Floats = (
        homography[None, :2, :2] - flat[:, :, None] * homography[None, 2:, :2]
    ) / mapped[:, 2:, None]
    return steps


def _spread(here: Floats, there: list[Floats], directions: Floats) -> Floats:
    """Return the root of the summed squares of how much the lengths of steps change, (N,)."""
    length = np.linalg.norm(np.einsum("nij,nj->ni", here, directions), axis=1)
    total = np.zeros(len(length))
    for other in there:
        changed = np.linalg.norm(np.einsum("nij,nj->ni", other, directions), axis=1)
        total += (changed / length - 1.0) ** 2
    return np.sqrt(total)


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
