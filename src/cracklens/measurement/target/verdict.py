"""Whether a camera serves the boundaries of the codes.

The measure is the uncertainty U = |bias| + 2 scatter of a single width at the boundary, in mm. A
camera serves if U is at most a quarter of the boundary: the least ratio of tolerance to uncertainty
that ANSI/NCSL Z540.3 (2006) and its forerunners ask of an instrument, 4 to 1. Up to half of the
boundary it is limited: it tells widths far from the boundary. And a boundary narrower than 3 px
cannot be placed at all, however small U is.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from cracklens.measurement.target.papers import Paper
from cracklens.measurement.target.result import BoundaryCheck, Verdict, WidthCheck

SERVES, LIMITED = 0.25, 0.5
"""Share of the boundary that the uncertainty may be."""
LEAST_BOUNDARY_PX = 3.0
"""As in the grading: a boundary can be placed where it is about this wide in the photograph."""
_BEYOND = 1.1
"""How far beyond the lines that were measured a boundary may lie."""
_SCALES = np.geomspace(0.005, 5.0, 400)


def judge_boundaries(
    widths: Sequence[WidthCheck],
    boundaries_mm: Mapping[float, Sequence[str]],
    mm_per_px: float,
    paper: Paper,
) -> list[BoundaryCheck]:
    """Return a verdict for each boundary, finest first.

    Args:
        widths: what the check found, at least one.
        boundaries_mm: with the names of the codes that have them.
        mm_per_px: of the photograph.
        paper: of the sheet, which says what widths it has.
    """
    return [
        _judged(boundary, sorted(codes), widths, mm_per_px, paper)
        for boundary, codes in sorted(boundaries_mm.items())
    ]


def _judged(
    boundary: float,
    codes: list[str],
    widths: Sequence[WidthCheck],
    mm_per_px: float,
    paper: Paper,
) -> BoundaryCheck:
    width_px = boundary / mm_per_px
    coarsest = _coarsest(boundary, widths)
    finest, widest = widths[0].true_mm / _BEYOND, widths[-1].true_mm * _BEYOND
    known = finest <= boundary <= widest
    uncertainty = float(_uncertainty_px(width_px, widths)) * mm_per_px if known else None
    verdict: Verdict
    if width_px < LEAST_BOUNDARY_PX:
        verdict = "too coarse"
    elif uncertainty is None:
        verdict = "not seen"
    elif uncertainty <= SERVES * boundary:
        verdict = "serves"
    else:
        verdict = "limited" if uncertainty <= LIMITED * boundary else "does not serve"
    return BoundaryCheck(
        boundary_mm=boundary,
        codes=codes,
        boundary_px=width_px,
        uncertainty_mm=uncertainty,
        verdict=verdict,
        coarsest_mm_per_px=coarsest,
        text=_text(verdict, boundary, coarsest, mm_per_px, paper),
    )


def _uncertainty_px(width_px: float, widths: Sequence[WidthCheck]) -> float:
    """Return |bias| + 2 scatter at a true width, between those that were measured."""
    known = [row.true_px for row in widths]
    each = [abs(row.bias_px) + 2 * row.scatter_px for row in widths]
    return float(np.interp(width_px, known, each))


def _coarsest(boundary: float, widths: Sequence[WidthCheck]) -> float | None:
    """Return the coarsest scale at which the camera serves, if bias and scatter keep their pixels.

    No finer than what was measured: below its finest width in px nothing is known.
    """
    serving = [
        scale
        for scale in _SCALES
        if boundary / scale >= max(LEAST_BOUNDARY_PX, widths[0].true_px)
        and _uncertainty_px(boundary / scale, widths) * scale <= SERVES * boundary
    ]
    return float(max(serving)) if serving else None


def _text(
    verdict: Verdict, boundary: float, coarsest: float | None, mm_per_px: float, paper: Paper
) -> str:
    if verdict == "serves":
        return "serves at this distance"
    if coarsest is not None and coarsest < mm_per_px:
        share = coarsest / mm_per_px
        return f"go to {share:.0%} of this distance ({coarsest:.3f} mm/px)"
    printed = paper.straight.widths_mm
    if verdict == "not seen" and not printed[0] / _BEYOND <= boundary <= printed[-1] * _BEYOND:
        return f"the {paper.title} has no line near {boundary:.2f} mm: use an A4 or Letter sheet"
    if verdict == "not seen":
        return f"no line near {boundary:.2f} mm was measured: take all of the sheet"
    return "no distance helps: sharper focus, better light, less compression"
