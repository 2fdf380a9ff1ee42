"""Whether a photograph shows a crack in enough pixels to place it among the boundaries."""

from collections.abc import Sequence

from cracklens.measurement import Quantity
from cracklens.photos.scale.boundary import (
    LEAST_BOUNDARY_PX,
    coarsest_scale,
    listed,
    millimetres,
    resolved_mm,
)

__all__ = ["LEAST_BOUNDARY_PX", "coarsest_scale", "needed_mm", "too_coarse"]


def needed_mm(width_mm: Quantity, boundaries_mm: Sequence[float], mm_per_px: float) -> float | None:
    """Return the width that must be 3 px wide before this crack can be placed; None if it can be.

    Args:
        width_mm: as measured.
        boundaries_mm: rising.
        mm_per_px: of the photograph.
    """
    least_mm, surely_mm = resolved_mm(mm_per_px), width_mm.interval[0]
    hidden = [edge for edge in boundaries_mm if edge < least_mm]
    if surely_mm >= least_mm or not hidden:
        return None
    return max(min(hidden), surely_mm)


def too_coarse(width_mm: Quantity, boundaries_mm: Sequence[float], mm_per_px: float) -> str | None:
    """Return why a width cannot be placed among boundaries, and what would help; else None.

    A boundary that is at least 3 px wide can be placed. A narrower one does not matter to a crack
    that is surely wider than 3 px: 3 mm at 0.42 mm/px lie above 1.27 mm and above 0.30 mm too,
    though 0.30 mm are less than a pixel there. But a line that may be narrower than 3 px is drawn
    by the lens as wide as the lens draws any thin line. It can be of any width below 3 px, so each
    boundary in that range is open, whatever the measured value.

    Args:
        width_mm: as measured.
        boundaries_mm: rising.
        mm_per_px: of the photograph.

    >>> too_coarse(Quantity(0.34, {"fit": 0.05}), [0.3, 1.27], 0.42)
    'the 0.30 mm boundary needs 0.10 mm/px or finer; this photograph has 0.42: retake closer'
    >>> too_coarse(Quantity(3.0, {"fit": 0.2}), [0.3, 1.27], 0.42) is None
    True
    """
    wanted = needed_mm(width_mm, boundaries_mm, mm_per_px)
    if wanted is None:
        return None
    hidden = [edge for edge in boundaries_mm if edge < resolved_mm(mm_per_px)]
    names = listed([millimetres(edge) for edge in hidden])
    verb = "needs" if len(hidden) == 1 else "need"
    about = " for a crack about this wide" if wanted > min(hidden) else ""
    return (
        f"the {names} mm {'boundary' if len(hidden) == 1 else 'boundaries'} {verb} "
        f"{coarsest_scale(wanted)} mm/px or finer{about}; this photograph has {mm_per_px:.3g}: "
        "retake closer"
    )
