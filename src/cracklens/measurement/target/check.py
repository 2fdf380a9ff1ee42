"""Reading a photograph of the sheet: what this camera makes of lines of known width."""

from collections.abc import Mapping, Sequence

from cracklens.errors import PhotoError, UsageError
from cracklens.measurement.target.edge import EdgeSpread, edge_spread
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
_LEAST_SHARE = 0.5  # of a line, less is worth a word
_COARSE_MM_PER_PX = 0.3
_LEAST_WIDTHS = 3


def check_camera(
    photo: Photo,
    boundaries_mm: Mapping[float, Sequence[str]],
    *,
    cracklens_version: str,
    ruler_mm: float = RULER_MM,
    true_widths_mm: Mapping[float, float] | None = None,
) -> CameraCheck:
    """Return bias and scatter of the widths that a camera gives, by width.

    Args:
        photo: of one printed sheet, all of it or a part.
        boundaries_mm: widths at which codes change their verdict, with the names of the codes.
        cracklens_version: for the record.
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
    mm_per_px = pose.mm_per_px * ruler_mm / RULER_MM
    pieces = visible_pieces(sheet_layout().lines, pose, photo.height_px, photo.width_px)
    lines = measure_lines(photo.pixels, pieces, pose, ruler_mm / RULER_MM, known)
    widths = by_width(lines, separated=set(known))
    if len(widths) < _LEAST_WIDTHS:
        raise PhotoError(
            photo.path,
            f"only {len(widths)} widths of the sheet could be measured: take all of it, closer, "
            "sharp and in even light",
        )
    spread = edge_spread(photo.pixels, pieces, pose)
    return CameraCheck(
        cracklens_version=cracklens_version,
        sheet_version=SHEET_VERSION,
        photograph=photo.path.name,
        sha256=photo.sha256,
        width_px=photo.width_px,
        height_px=photo.height_px,
        ruler_mm=ruler_mm,
        markers=len(pose.seen),
        markers_missing=len(sheet_layout().markers) - len(pose.seen),
        mm_per_px=mm_per_px,
        tilt_deg=pose.tilt_deg,
        blur_px=spread.sigma_px if spread else None,
        sharpening=spread.sharpening if spread else None,
        residual_px=pose.residual_px,
        ink="true widths given" if known else "half of the difference",
        lines=lines,
        widths=widths,
        boundaries=judge_boundaries(widths, boundaries_mm, mm_per_px),
        missing=_missing(pieces),
        advice=_advice(pose, spread, lines),
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


def _advice(pose: Pose, spread: EdgeSpread | None, lines: Sequence[LineCheck]) -> list[str]:
    """Return what would make a better check, for people."""
    said = []
    if spread is not None and spread.sigma_px > _BLURRED_PX:
        said.append(
            f"blurred: edges are spread by {spread.sigma_px:.1f} px; focus on the sheet, hold "
            "still or use a tripod, unless your photographs of walls look the same"
        )
    if pose.tilt_deg > _TILTED_DEG:
        said.append(f"seen at {pose.tilt_deg:.0f} degrees: hold the camera square to the sheet")
    if pose.residual_px > _BENT_PX:
        said.append(
            f"the markers lie {pose.residual_px:.1f} px from where a flat sheet has them: lay it "
            "flat, tape down its corners"
        )
    poor = [x.name for x in lines if x.tone == "dark" and x.measured_share < _LEAST_SHARE]
    if poor:
        said.append(f"less than half could be measured of: {', '.join(poor)}")
    if not any(line.tone == "light" and line.stations for line in lines):
        said.append(
            "no light line was measured: without them, ink that spread counts as the camera's bias"
        )
    if pose.mm_per_px > _COARSE_MM_PER_PX:
        said.append(
            "too far away to measure most cracks: the line of 0.30 mm is "
            f"{0.3 / pose.mm_per_px:.1f} px wide"
        )
    return said
