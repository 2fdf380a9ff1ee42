"""The lines of the sheet measured as cracks are."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.target.layout import Floats, SheetLine
from cracklens.measurement.target.lines import Piece, cracks_of
from cracklens.measurement.target.pose import Pose
from cracklens.measurement.target.result import LineCheck
from cracklens.measurement.types import BY_PROFILE
from cracklens.measurement.width import measure_widths
from cracklens.photos.scale import Scale

_LEAST_STATIONS = 20
"""Fewer say nothing of a line."""


def measure_lines(
    pixels: NDArray[np.uint8],
    pieces: Sequence[Piece],
    pose: Pose,
    printed: float,
    true_widths_mm: Mapping[float, float],
) -> list[LineCheck]:
    """Return what the instrument says of each line, against what is true.

    Each line is measured as if it were alone in the photograph: the instrument learns the blur
    from all that it is given, and a photograph of a wall seldom holds a line of 5 mm to learn from.
    Light lines are measured on the negative of the photograph.

    Args:
        pixels: (H, W, 3) RGB.
        pieces: what the photograph shows of the lines.
        pose: of the sheet.
        printed: size of the print, 1 at 100 %.
        true_widths_mm: of dark lines by nominal width, where they were read with a loupe.
    """
    negative = 255 - pixels
    lines: dict[str, SheetLine] = {piece.line.name: piece.line for piece in pieces}
    groups = [
        [p for p in pieces if p.line.name == n] for n, x in lines.items() if x.shape != "crossing"
    ]
    groups += [crossing] if (crossing := [p for p in pieces if p.line.shape == "crossing"]) else []
    parts: dict[str, list[Floats]] = {}
    for group in groups:
        view = negative if group[0].line.tone == "light" else pixels
        for name, found in _measured(view, group, pose):
            parts.setdefault(name, []).append(found)
    return [
        _summary(line, np.concatenate(parts[name]), printed, true_widths_mm)
        for name, line in lines.items()
        if name in parts
    ]


def _measured(
    pixels: NDArray[np.uint8], group: Sequence[Piece], pose: Pose
) -> list[tuple[str, Floats]]:
    """Return name and (N, 4) stations: width, its stated uncertainty, true width, mm per px."""
    cracks, owners = cracks_of(group, pose)
    scale = Scale(pose.mm_per_px, 0.001, "marker", "check sheet", homography=pose.to_mm)
    found = []
    for widths, pieces in zip(measure_widths(pixels, cracks, scale), owners, strict=True):
        for profile, piece in zip(widths.profiles, pieces, strict=True):
            true_px, mm_per_px = piece.true_width_px(profile.points_px, pose)
            width = np.where(profile.method == BY_PROFILE, profile.width_px, np.nan)
            rows = np.column_stack([width, profile.standard_px, true_px, mm_per_px])
            found.append((piece.line.name, rows))
    return found


def _summary(
    line: SheetLine, rows: Floats, printed: float, true_widths_mm: Mapping[float, float]
) -> LineCheck:
    known = np.isfinite(rows[:, 0])
    width, stated, true, mm_per_px = rows[known].T if known.any() else rows.T
    mm_per_px = mm_per_px * printed
    if line.tone == "dark" and line.width_mm in true_widths_mm:
        true = true_widths_mm[line.width_mm] / mm_per_px
    enough = int(known.sum()) >= _LEAST_STATIONS
    off = width - true
    return LineCheck(
        name=line.name,
        shape=line.shape,
        tone=line.tone,
        nominal_mm=line.width_mm,
        true_mm=float((true * mm_per_px).mean()),
        true_px=float(true.mean()),
        stations=int(known.sum()),
        measured_share=float(known.mean()),
        mean_mm=float((width * mm_per_px).mean()) if enough else None,
        bias_mm=float((off * mm_per_px).mean()) if enough else None,
        scatter_mm=float((off * mm_per_px).std(ddof=1)) if enough else None,
        bias_px=float(off.mean()) if enough else None,
        scatter_px=float(off.std(ddof=1)) if enough else None,
        stated_px=float(np.sqrt((stated**2).mean())) if enough else None,
    )
