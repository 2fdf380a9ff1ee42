"""PDF of the camera check sheet: A4, vector outlines, true to scale."""

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
    PAGE_MM,
    RULER_MM,
    RULER_START_MM,
    SHEET_VERSION,
    Floats,
    Sheet,
    SheetLine,
    SheetMarker,
    sheet_layout,
)

_MM_PER_INCH = 25.4
_MODULES = 8  # 6 x 6 bits within a black border of one module
_INK, _PAPER, _QUIET = "black", "white", "#444444"
_TITLE_PT, _TEXT_PT, _LABEL_PT, _SMALL_PT = 15.0, 7.5, 7.0, 6.0
_HOW_TO = """\
Print at 100 % (no “fit to page”) with a laser printer on matte white paper; lay it flat, in even \
light without gloss.
Measure the ruler at the foot with a steel rule; if it is not 100.0 mm long, give what you read, \
such as --ruler 99.2mm.
Photograph it as you photograph walls: same camera, lens, distance and settings. Then:  \
cracklens check-camera PHOTO -o camera.json"""


def write_target(path: pathlib.Path) -> None:
    """Write the sheet as a PDF of one A4 page.

    Lines and markers are filled outlines, not strokes, so that no printer driver changes their
    width; the file contains no raster image. The same version gives the same bytes.

    Args:
        path: the file; it is replaced if it exists.

    Raises:
        OutputError: the file cannot be written.
    """
    figure = Figure(figsize=(PAGE_MM[0] / _MM_PER_INCH, PAGE_MM[1] / _MM_PER_INCH))
    FigureCanvasPdf(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, PAGE_MM[0])
    axes.set_ylim(PAGE_MM[1], 0)
    axes.set_axis_off()
    sheet = sheet_layout()
    _draw_lines(axes, sheet)
    for marker in sheet.markers:
        _fill(axes, marker_squares(marker), _INK)
    _draw_labels(axes, sheet)
    _draw_ruler(axes)
    _draw_words(axes)
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
    for line in sheet.lines:
        text = f"{line.width_mm:.2f}"
        start, end = line.course_mm[0], line.course_mm[-1]
        if line.shape == "straight" and line.tone == "dark":
            _write(axes, start[0] - 2.0, (start[1] + end[1]) / 2, text, "right")
        elif line.shape == "straight":
            _write(axes, end[0] + 3.0, (start[1] + end[1]) / 2, text, "left")
        elif line.shape == "curved":
            _write(axes, end[0], end[1] + 2.2, text, "center")
        else:
            _label_crossing(axes, line, text)


def _label_crossing(axes: Axes, line: SheetLine, text: str) -> None:
    end = line.course_mm[-1]
    if line.name.startswith("down"):
        _write(axes, end[0], end[1] + 2.2, text, "center")
    else:
        _write(axes, end[0] + 0.8, end[1], text, "left", size=_SMALL_PT)


def _draw_ruler(axes: Axes) -> None:
    left, y = RULER_START_MM
    ticks = []
    for mm in range(int(RULER_MM) + 1):
        height = 4.0 if mm % 10 == 0 else 3.0 if mm % 5 == 0 else 2.0
        x = left + mm
        ticks.append(_box(x - 0.06, y - height, x + 0.06, y))
        if mm % 10 == 0:
            _write(axes, x, y - height - 1.3, str(mm), "center", size=_SMALL_PT)
    ticks.append(_box(left - 0.06, y, left + RULER_MM + 0.06, y + 0.12))
    _fill(axes, ticks, _INK)
    _write(axes, left - 3.0, y - 2.0, "Ruler, mm", "right")
    _write(axes, left + RULER_MM + 3.0, y - 2.0, "exactly 100 mm at 100 %", "left")


def _box(left: float, top: float, right: float, bottom: float) -> Floats:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _draw_words(axes: Axes) -> None:
    _write(axes, 10.0, 12.0, "Camera check sheet", "left", size=_TITLE_PT, weight="bold")
    _write(axes, 200.0, 12.0, f"cracklens · sheet version {SHEET_VERSION}", "right", colour=_QUIET)
    for x_mm, text in ((64.0, "dark lines, width in mm"), (146.0, "light lines, width in mm")):
        _write(axes, x_mm, 30.6, text, "center", size=_SMALL_PT, colour=_QUIET)
    for index, text in enumerate(_HOW_TO.splitlines()):
        _write(axes, 10.0, 18.4 + 3.3 * index, f"{index + 1}.  {text}", "left")


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
