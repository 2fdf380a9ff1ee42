"""Whether a photograph shows a crack in enough pixels to place it among the boundaries."""

import math
from collections.abc import Sequence

from cracklens.grading.rules import millimetres
from cracklens.measurement import Quantity

LEAST_BOUNDARY_PX = 3.0
"""A boundary can be placed where it is about this wide in the photograph."""
_ROUNDING = 1e-9


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
    resolved_mm = LEAST_BOUNDARY_PX * mm_per_px * (1 - _ROUNDING)
    surely_mm = width_mm.interval[0]
    if surely_mm >= resolved_mm:
        return None
    hidden = [edge for edge in boundaries_mm if edge < resolved_mm]
    if not hidden:
        return None
    needed = coarsest_scale(max(min(hidden), surely_mm))
    names = _listed([millimetres(edge) for edge in hidden])
    verb = "needs" if len(hidden) == 1 else "need"
    about = " for a crack about this wide" if surely_mm > min(hidden) else ""
    return (
        f"the {names} mm {'boundary' if len(hidden) == 1 else 'boundaries'} {verb} "
        f"{needed} mm/px or finer{about}; this photograph has {mm_per_px:.2g}: retake closer"
    )


def coarsest_scale(boundary_mm: float) -> str:
    """Return the mm/px at which a boundary is 3 px wide, to two digits and never coarser.

    >>> coarsest_scale(0.30), coarsest_scale(0.41)
    ('0.10', '0.13')
    """
    value = boundary_mm / LEAST_BOUNDARY_PX
    digits = 1 - math.floor(math.log10(value * (1 + _ROUNDING)))
    return f"{math.floor(value * 10**digits * (1 + _ROUNDING)) / 10**digits:.{max(digits, 0)}f}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
