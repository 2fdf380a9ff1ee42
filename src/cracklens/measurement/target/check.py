"""Reading a photograph of the sheet: what this camera makes of lines of known width."""

from collections.abc import Mapping, Sequence

from cracklens.errors import PhotoError, UsageError
from cracklens.measurement.target.edge import EdgeSpread, edge_spread
from cracklens.measurement.target.layout import SHEET_VERSION, Floats
from cracklens.measurement.target.lines import Piece, visible_pieces
from cracklens.measurement.target.measure import measure_lines
from cracklens.measurement.target.papers import PAPERS, Paper, paper_of
from cracklens.measurement.target.pose import LEAST_MARKERS, Pose, find_sheet_markers, fit_pose
from cracklens.measurement.target.result import CameraCheck, LineCheck, check_true_widths
from cracklens.measurement.target.verdict import judge_boundaries
from cracklens.measurement.target.widths import by_width
from cracklens.photos import Photo

_PRINTED = (0.8, 1.25)
"""Size of the print, between which a ruler can be believed."""
_BLURRED_PX, _TILTED_DEG, _BENT_PX = 1.5, 25.0, 1.5
_LEAST_SHARE = 0.5  # of a line, less is worth a word
_COARSE_MM_PER_PX = 0.3
_LEAST_WIDTHS = 3


def check_camera(
    photo: Photo,
    boundaries_mm: Mapping[float, Sequence[str]],
    *,
    cracklens_version: str,
    ruler_mm: float | None = None,
    true_widths_mm: Mapping[float, float] | None = None,
) -> CameraCheck:
    """Return bias and scatter of the widths that a camera gives, by width.

    Args:
        photo: of one printed sheet, all of it or a part.
        boundaries_mm: widths at which codes change their verdict, with the names of the codes.
        cracklens_version: for the record.
        ruler_mm: length of the printed ruler, nominally 100 mm, of a card 60 mm; all of the sheet
            is scaled with it. None: it is as it should be.
        true_widths_mm: by nominal width, true widths of the dark lines as read with a loupe.

    Raises:
        PhotoError: there is no sheet in the photograph, more than one, or too little of it.
        UsageError: ruler or true widths cannot be.
    """
    known = true_widths_mm or {}
    check_true_widths(known)
    if ruler_mm is not None and not any(_believable(ruler_mm, each) for each in PAPERS.values()):
        raise _wrong_ruler(ruler_mm, PAPERS["a4"])
    pose = find_pose(photo)
    paper = pose.sheet.paper
    check_true_widths(known, paper.name)
    if ruler_mm is not None and not _believable(ruler_mm, paper):
        raise _wrong_ruler(ruler_mm, paper)
    ruler_mm = ruler_mm or paper.ruler.length_mm
    printed = ruler_mm / paper.ruler.length_mm
    mm_per_px = pose.mm_per_px * printed
    pieces = visible_pieces(pose.sheet.lines, pose, photo.height_px, photo.width_px)
    lines = measure_lines(photo.pixels, pieces, pose, printed, known)
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
        paper=paper.name,
        sheet_version=SHEET_VERSION,
        photograph=photo.path.name,
        sha256=photo.sha256,
        width_px=photo.width_px,
        height_px=photo.height_px,
        ruler_mm=ruler_mm,
        markers=len(pose.seen),
        markers_missing=len(pose.sheet.markers) - len(pose.seen),
        mm_per_px=mm_per_px,
        tilt_deg=pose.tilt_deg,
        blur_px=spread.sigma_px if spread else None,
        sharpening=spread.sharpening if spread else None,
        residual_px=pose.residual_px,
        ink="true widths given" if known else "half of the difference",
        lines=lines,
        widths=widths,
        boundaries=judge_boundaries(widths, boundaries_mm, mm_per_px, paper),
        missing=_missing(pieces, pose),
        advice=_advice(pose, spread, lines),
    )


def find_pose(photo: Photo) -> Pose:
    """Return where the sheet lies.

    Raises:
        PhotoError: there is no sheet, more than one, or too little of it.
    """
    found = _of_one_paper(photo, find_sheet_markers(photo.pixels))
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


def _of_one_paper(photo: Photo, found: list[tuple[int, Floats]]) -> list[tuple[int, Floats]]:
    """Return the markers of the paper of which enough are seen, or of which most are.

    Raises:
        PhotoError: enough are seen of several papers.
    """
    by_paper: dict[str, list[tuple[int, Floats]]] = {}
    for number, corners in found:
        if paper := paper_of(number):
            by_paper.setdefault(paper.title, []).append((number, corners))
    enough = [title for title, each in by_paper.items() if len(each) >= LEAST_MARKERS]
    if len(enough) > 1:
        raise PhotoError(
            photo.path,
            f"there are several check sheets in it ({' and '.join(enough)}): photograph one at a "
            "time",
        )
    return max(by_paper.values(), key=len, default=[])


def _believable(ruler_mm: float, paper: Paper) -> bool:
    return _PRINTED[0] <= ruler_mm / paper.ruler.length_mm <= _PRINTED[1]


def _wrong_ruler(ruler_mm: float, paper: Paper) -> UsageError:
    length = f"{paper.ruler.length_mm:g}"
    return UsageError(
        f"a printed ruler of {ruler_mm:g} mm cannot be right: that of the {paper.title} is "
        f"{length} mm long at 100 %; print the sheet at 100 % and measure from 0 to {length}"
    )


def _missing(pieces: Sequence[Piece], pose: Pose) -> list[str]:
    seen = {piece.line.name for piece in pieces}
    return [line.name for line in pose.sheet.lines if line.name not in seen]


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
    if pose.sheet.paper.is_card:
        widest = pose.sheet.paper.straight.widths_mm[-1]
        said.append(
            f"a card checks no widths above {widest:.2f} mm, no curved or crossing lines, and not "
            "the distortion of the lens; an A4 or Letter sheet does"
        )
    if pose.mm_per_px > _COARSE_MM_PER_PX:
        said.append(
            "too far away to measure most cracks: the line of 0.30 mm is "
            f"{0.3 / pose.mm_per_px:.1f} px wide"
        )
    return said
