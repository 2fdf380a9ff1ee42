"""How many pixels a boundary of width must have before a photograph can place it."""

import math

LEAST_BOUNDARY_PX = 3.0
"""A boundary can be placed where it is about this wide in the photograph."""
_ROUNDING = 1e-9


def resolved_mm(mm_per_px: float, least_px: float = LEAST_BOUNDARY_PX) -> float:
    """Return the least width that a photograph resolves, a trifle less for rounding.

    Args:
        mm_per_px: of the photograph.
        least_px: that a width must have; more where the photograph is blurred.
    """
    return least_px * mm_per_px * (1 - _ROUNDING)


def coarsest_scale(boundary_mm: float) -> str:
    """Return the mm/px at which a boundary is 3 px wide, to two digits and never coarser.

    >>> coarsest_scale(0.30), coarsest_scale(0.41)
    ('0.10', '0.13')
    """
    value = boundary_mm / LEAST_BOUNDARY_PX
    digits = 1 - math.floor(math.log10(value * (1 + _ROUNDING)))
    return f"{math.floor(value * 10**digits * (1 + _ROUNDING)) / 10**digits:.{max(digits, 0)}f}"


def millimetres(value_mm: float) -> str:
    """Return a boundary as it is written.

    >>> [millimetres(value) for value in (0.1, 1.27, 15)]
    ['0.10', '1.27', '15']
    """
    return f"{value_mm:g}" if value_mm >= 1 and value_mm == int(value_mm) else f"{value_mm:.2f}"


def listed(names: list[str]) -> str:
    """Return names as a person lists them.

    >>> listed(["0.10"]), listed(["0.10", "0.20", "0.30"])
    ('0.10', '0.10, 0.20 and 0.30')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
