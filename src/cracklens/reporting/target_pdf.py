"""PDF of the camera check sheet: vector outlines, true to scale."""

import pathlib
from collections.abc import Sequence

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from cracklens.files import writing
from cracklens.measurement.target.layout import (
    DICTIONARY,
    SHEET_VERSION,
    Floats,
    Sheet,
    SheetLine,
    SheetMarker,
    sheet_layout,
)
from cracklens.measurement.target.papers import Paper, PaperName

_MM_PER_INCH = 25.4
_MODULES = 8  # 6 x 6 bits within a black border of one module
_INK, _PAPER, _QUIET = "black", "white", "#444444"
_TITLE_PT, _TEXT_PT, _LABEL_PT, _SMALL_PT, _TINY_PT = 15.0, 7.5, 7.0, 6.0, 4.5
_CUT_MM, _CUT_AWAY_MM = 5.0, 2.0  # length of a cut mark, and how far from the card it begins
_HOW_TO = """\
Print at 100 % (no “fit to page”) with a laser printer on matte white paper; lay it flat, in even \
light without gloss.
Measure the ruler at the foot with a steel rule; if it is not 100.0 mm long, give what you read, \
such as --ruler 99.2mm.
Photograph it as you photograph walls: same camera, lens, distance and settings. Then:  \
cracklens check-camera PHOTO -o camera.json"""
_HOW_TO_CARD = """\
Print at 100 % (no “fit to page”, no “shrink”) on A4 or Letter: laser printer, matte white card.
Measure the ruler with a steel rule; if it is not 60.0 mm long, give what you read, such as \
--ruler 59.5mm.
Cut along the marks. The white edge around the markers must stay.
Hold it flat beside the crack; photograph it as you photograph walls: same camera, lens, settings.
cracklens check-camera PHOTO -o camera.json"""
_CARD_LIMITS = """\
The card has straight lines of 0.10 to 1.27 mm. It checks no wider cracks, no curved or crossing
lines and no distortion of the lens, and it serves near the wall: up to about 0.25 mm per pixel.
For all of that, print a sheet:  cracklens target --paper a4 (or letter, legal)"""


def write_target(path: pathlib.Path, paper: PaperName = "a4") -> None:
    """Write the sheet as a PDF of one page.

    Lines and markers are filled outlines, not strokes, so that no printer driver changes their
    width; the file contains no raster image. The same version gives the same bytes.

    Args:
        path: the file; it is replaced if it exists.
        paper: on which it is printed.

    Raises:
        OutputError: the file cannot be written.
    """
    sheet = sheet_layout(paper)
    (width, height), (left, top) = sheet.paper.page_mm, sheet.paper.place_mm
    figure = Figure(figsize=(width / _MM_PER_INCH, height / _MM_PER_INCH))
    FigureCanvasPdf(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(-left, width - left)
    axes.set_ylim(height - top, -top)
    axes.set_axis_off()
    _draw_lines(axes, sheet)
    for marker in sheet.markers:
        _fill(axes, marker_squares(marker), _INK)
    _draw_labels(axes, sheet)
    _draw_ruler(axes, sheet.paper)
    if sheet.paper.is_card:
        _draw_cut_marks(axes, sheet.paper)
        _write_around_card(axes, sheet.paper)
    else:
        _write_around_lines(axes, sheet.paper)
    metadata = {
        "Title": "cracklens camera check sheet",
        "Creator": "cracklens",
        "CreationDate": None,
    }
    with writing(path) as partial:
        figure.savefig(partial, format="pdf", metadata=metadata)


def marker_squares(marker: SheetMarker) -> list[Floats]:
    """Return the black parts of a marker as outlines, (4, 2) mm each."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
    black = cv2.aruco.generateImageMarker(dictionary, marker.number, _MODULES) == 0
    side = float(np.ptp(marker.corners_mm[:, 0])) / _MODULES
    left, top = marker.corners_mm[0]
    squares = []
    for row in range(_MODULES):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], black[row], [False]]).astype(int)))
        for start, end in edges.reshape(-1, 2):
            above, below = top + row * side, top + (row + 1) * side
            squares.append(_box(left + start * side, above, left + end * side, below))
    return squares


def _draw_lines(axes: Axes, sheet: Sheet) -> None:
    bars = [_box(b.left, b.top, b.left + b.width, b.top + b.height) for b in sheet.bars]
    _fill(axes, bars, _INK)
    _fill(axes, [line.polygon_mm for line in sheet.lines if line.tone == "light"], _PAPER)
    _fill(axes, [line.polygon_mm for line in sheet.lines if line.tone == "dark"], _INK)


def _fill(axes: Axes, outlines: Sequence[Floats], colour: str) -> None:
    """Draw all outlines as one path, so that viewers show no gap between touching outlines."""
    closed = [Path(np.concatenate([each, each[:1]]), closed=True) for each in outlines]
    patch = PathPatch(Path.make_compound_path(*closed), facecolor=colour, edgecolor="none")
    patch.set_linewidth(0)
    axes.add_patch(patch)


def _draw_labels(axes: Axes, sheet: Sheet) -> None:
    card = sheet.paper.is_card
    for line in sheet.lines:
        text = f"{line.width_mm:.2f}"
        start, end = line.course_mm[0], line.course_mm[-1]
        middle = (start[1] + end[1]) / 2
        if line.shape == "straight" and line.tone == "dark":
            away, size = (0.9, _TINY_PT) if card else (2.0, _LABEL_PT)
            _write(axes, start[0] - away, middle, text, "right", size=size)
        elif line.shape == "straight" and not card:
            _write(axes, end[0] + 3.0, middle, text, "left")
        elif line.shape == "curved":
            _write(axes, end[0], end[1] + 2.2, text, "center")
        elif line.shape == "crossing":
            _label_crossing(axes, line, text)


def _label_crossing(axes: Axes, line: SheetLine, text: str) -> None:
    end = line.course_mm[-1]
    if line.name.startswith("down"):
        _write(axes, end[0], end[1] + 2.2, text, "center")
    else:
        _write(axes, end[0] + 0.8, end[1], text, "left", size=_SMALL_PT)


def _draw_ruler(axes: Axes, paper: Paper) -> None:
    (left, y), length = paper.ruler.start_mm, paper.ruler.length_mm
    high, size = (3.0, _TINY_PT) if paper.is_card else (4.0, _SMALL_PT)
    ticks = []
    for mm in range(int(length) + 1):
        height = high if mm % 10 == 0 else high - 1.0 if mm % 5 == 0 else high - 2.0
        x = left + mm
        ticks.append(_box(x - 0.06, y - height, x + 0.06, y))
        if mm % 10 == 0:
            _write(axes, x, y - height - 1.3, str(mm), "center", size=size)
    ticks.append(_box(left - 0.06, y, left + length + 0.06, y + 0.12))
    _fill(axes, ticks, _INK)
    if not paper.is_card:
        _write(axes, left - 3.0, y - 2.0, "Ruler, mm", "right")
        _write(axes, left + length + 3.0, y - 2.0, f"exactly {length:g} mm at 100 %", "left")


def _box(left: float, top: float, right: float, bottom: float) -> Floats:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _write_around_lines(axes: Axes, paper: Paper) -> None:
    left = paper.markers.columns_mm[0]
    right = paper.markers.columns_mm[-1] + paper.markers.side_mm
    version = f"cracklens · {paper.title}, version {SHEET_VERSION}"
    _write(axes, left, 12.0, "Camera check sheet", "left", size=_TITLE_PT, weight="bold")
    _write(axes, right, 12.0, version, "right", colour=_QUIET)
    rows = paper.straight
    for x_mm, text in (
        (rows.dark_x_mm + rows.length_mm / 2, "dark lines, width in mm"),
        (rows.light_x_mm + rows.length_mm / 2, "light lines, width in mm"),
    ):
        _write(axes, x_mm, 30.6, text, "center", size=_SMALL_PT, colour=_QUIET)
    _write_steps(axes, left, 18.4, 3.3, _HOW_TO)


def _write_around_card(axes: Axes, paper: Paper) -> None:
    width, height = paper.sheet_mm
    rows = paper.straight
    caption = f"cracklens · camera check card {SHEET_VERSION} · width in mm · ruler: 60 mm"
    _write(axes, (rows.dark_x_mm - 4.0), 3.4, caption, "left", size=_TINY_PT, colour=_QUIET)
    left = -20.0
    _write(axes, left, -42.0, "Camera check card", "left", size=_TITLE_PT, weight="bold")
    _write_steps(axes, left, -34.0, 4.2, _HOW_TO_CARD, size=_TEXT_PT)
    for index, text in enumerate(_CARD_LIMITS.splitlines()):
        _write(axes, left, height + 16.0 + 4.2 * index, text, "left", size=_TEXT_PT)
    size = f"{width:.2f} x {height:.2f} mm (ISO/IEC 7810 ID-1)"
    _write(axes, width / 2, height + 9.0, size, "center", size=_SMALL_PT, colour=_QUIET)


def _write_steps(
    axes: Axes, left: float, top: float, pitch: float, steps: str, *, size: float = _LABEL_PT
) -> None:
    for index, text in enumerate(steps.splitlines()):
        _write(axes, left, top + pitch * index, f"{index + 1}.  {text}", "left", size=size)


def _draw_cut_marks(axes: Axes, paper: Paper) -> None:
    width, height = paper.sheet_mm
    near, far, half = _CUT_AWAY_MM, _CUT_AWAY_MM + _CUT_MM, 0.05
    marks = []
    for x in (0.0, width):
        marks += [_box(x - half, -far, x + half, -near)]
        marks += [_box(x - half, height + near, x + half, height + far)]
    for y in (0.0, height):
        marks += [_box(-far, y - half, -near, y + half)]
        marks += [_box(width + near, y - half, width + far, y + half)]
    _fill(axes, marks, _QUIET)


def _write(
    axes: Axes,
    x_mm: float,
    y_mm: float,
    text: str,
    align: str,
    *,
    size: float = _LABEL_PT,
    weight: str = "normal",
    colour: str = _INK,
) -> None:
    axes.text(x_mm, y_mm, text, size=size, weight=weight, color=colour, ha=align, va="center")
