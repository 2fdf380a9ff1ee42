"""Reading a photograph of the sheet: what this camera makes of lines of known width."""

from collections.abc import Mapping, Sequence

import numpy as np

import cracklens
from cracklens.errors import PhotoError, UsageError
from cracklens.measurement.target.edge import edge_blur_px
from cracklens.measurement.target.layout import RULER_MM, SHEET_VERSION, WIDTHS_MM, sheet_layout
from cracklens.measurement.target.lines import Piece, visible_pieces
from cracklens.measurement.target.measure import measure_lines
from cracklens.measurement.target.pose import LEAST_MARKERS, Pose, find_sheet_markers, fit_pose
from cracklens.measurement.target.result import CameraCheck, LineCheck, check_true_widths
from cracklens.measurement.target.verdict import judge_boundaries
from cracklens.measurement.target.widths import by_width
from cracklens.photos import Photo

_RULER_MM = (80.0, 125.0)
_BLURRED_PX, _TILTED_DEG, _BENT_PX = 1.5, 25.0, 1.5
_LEAST_LINES = 3


def check_camera(
    photo: Photo,
    boundaries_mm: Mapping[float, Sequence[str]],
    *,
    ruler_mm: float = RULER_MM,
    true_widths_mm: Mapping[float, float] | None = None,
) -> CameraCheck:
    """Return bias and scatter of the widths that a camera gives, by width.

    Args:
        photo: of one printed sheet, all of it or a part.
        boundaries_mm: widths at which codes change their verdict, with the names of the codes.
        ruler_mm: length of the printed ruler, nominally 100 mm; all of the sheet is scaled with it.
        true_widths_mm: by nominal width, true widths of the dark lines as read with a loupe.

    Raises:
        PhotoError: there is no sheet in the photograph, more than one, or too little of it.
        UsageError: ruler or true widths cannot be.
    """
    if not _RULER_MM[0] <= ruler_mm <= _RULER_MM[1]:
        raise UsageError(
            f"a printed ruler of {ruler_mm:g} mm cannot be right: it is {RULER_MM:g} mm long at "
            "100 %; print the sheet at 100 % and measure from 0 to 100"
        )
    known = true_widths_mm or {}
    check_true_widths(known, WIDTHS_MM)
    pose = find_pose(photo)
    pieces = visible_pieces(sheet_layout().lines, pose, photo.height_px, photo.width_px)
    lines = measure_lines(photo.pixels, pieces, pose, ruler_mm / RULER_MM, known)
    widths = by_width(lines, pose.mm_per_px * ruler_mm / RULER_MM, separated=set(known))
    if len(widths) < _LEAST_LINES:
        raise PhotoError(
            photo.path,
            f"only {len(widths)} widths of the sheet could be measured: take all of it, closer, "
            "sharp and in even light",
        )
    blur_px = edge_blur_px(photo.pixels, pieces, pose)
    return CameraCheck(
        cracklens_version=cracklens.__version__,
        sheet_version=SHEET_VERSION,
        photograph=photo.path.name,
        sha256=photo.sha256,
        width_px=photo.width_px,
        height_px=photo.height_px,
        ruler_mm=ruler_mm,
        markers=len(pose.seen),
        markers_missing=len(sheet_layout().markers) - len(pose.seen),
        mm_per_px=pose.mm_per_px * ruler_mm / RULER_MM,
        tilt_deg=pose.tilt_deg,
        blur_px=blur_px,
        residual_px=pose.residual_px,
        ink="true widths given" if known else "half of the difference",
        lines=lines,
        widths=widths,
        boundaries=judge_boundaries(widths, boundaries_mm, pose.mm_per_px * ruler_mm / RULER_MM),
        missing=_missing(pieces),
        advice=_advice(pose, blur_px, lines),
    )


def find_pose(photo: Photo) -> Pose:
    """Return where the sheet lies.

    Raises:
        PhotoError: there is no sheet, more than one, or too little of it.
    """
    found = find_sheet_markers(photo.pixels)
    numbers = [number for number, _ in found]
    if not found:
        raise PhotoError(
            photo.path,
            "no marker of the check sheet was found: print it with cracklens target -o target.pdf "
            "and photograph it from nearer, sharp and evenly lit",
        )
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise PhotoError(
            photo.path,
            f"there are several check sheets in it ({len(twice)} markers came more than once): "
            "photograph one at a time",
        )
    if len(found) < LEAST_MARKERS:
        raise PhotoError(
            photo.path,
            f"only {len(found)} marker of the check sheet was found, at least {LEAST_MARKERS} are "
            "needed: take more of the sheet",
        )
    return fit_pose(found, photo.height_px, photo.width_px)


def _missing(pieces: Sequence[Piece]) -> list[str]:
    seen = {piece.line.name for piece in pieces}
    return [line.name for line in sheet_layout().lines if line.name not in seen]


def _advice(pose: Pose, blur_px: float | None, lines: Sequence[LineCheck]) -> list[str]:
    """Return what would make a better check, for people."""
    said = []
    if blur_px is not None and blur_px > _BLURRED_PX:
        said.append(
            f"blurred: edges are spread by {blur_px:.1f} px; focus on the sheet, hold still or use "
            "a tripod, unless your photographs of walls look the same"
        )
    if pose.tilt_deg > _TILTED_DEG:
        said.append(f"seen at {pose.tilt_deg:.0f} degrees: hold the camera square to the sheet")
    if pose.residual_px > _BENT_PX:
        said.append(
            f"the markers lie {pose.residual_px:.1f} px from where a flat sheet has them: lay it "
            "flat, tape down its corners"
        )
    odd = [line.name for line in lines if line.tone == "dark" and line.measured_share < 0.5]  # noqa: PLR2004
    if odd:
        said.append(f"less than half could be measured of: {', '.join(odd)}")
    if not any(line.tone == "light" and line.stations for line in lines):
        said.append(
            "no light line was measured: without them, ink that spread counts as the camera's bias"
        )
    return [*said, *_far(np.array([line.true_px for line in lines if line.nominal_mm == 0.3]))]  # noqa: PLR2004


def _far(widths_px: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    if len(widths_px) and widths_px.mean() < 1.0:
        return ["too far away for cracks: the line of 0.30 mm is less than a pixel wide"]
    return []
