"""The printed sheet: true to scale, vector, readable."""

import numpy as np
import pypdfium2 as pdfium
import pytest

from cracklens.errors import OutputError
from cracklens.measurement.target.layout import PAGE_MM, RULER_MM, RULER_START_MM, sheet_layout
from cracklens.measurement.target.papers import PAPERS
from cracklens.measurement.target.pose import find_sheet_markers, fit_pose
from cracklens.reporting.target_pdf import write_target

POINTS_PER_MM = 72 / 25.4
LINES = [line for line in sheet_layout().lines if line.shape != "crossing"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("target") / "target.pdf"
    write_target(file)
    return file


@pytest.fixture(scope="module")
def page(path):
    document = pdfium.PdfDocument(path)
    assert len(document) == 1
    yield document[0]
    document.close()


def rendered(page, left, top, right, bottom, dpi):
    """A part of the page in mm as grey values, and its (left, top) after rounding to dots."""
    crop = [mm * POINTS_PER_MM for mm in (left, PAGE_MM[1] - bottom, PAGE_MM[0] - right, top)]
    bitmap = page.render(scale=dpi / 72, crop=tuple(crop), grayscale=True)
    return bitmap.to_numpy().reshape(bitmap.height, bitmap.width).astype(float)


@pytest.mark.slow
def test_the_page_is_a4(page):
    assert np.array(page.get_size()) / POINTS_PER_MM == pytest.approx(PAGE_MM, abs=0.01)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_line_has_its_width(page, line):
    """Area by length at 2,400 dots per inch; the ink of a light line is what it leaves out."""
    (left, top), (right, bottom) = line.course_mm.min(axis=0), line.course_mm.max(axis=0)
    reach = line.width_mm / 2 + 0.7
    if line.tone == "light":  # within the bar: a crop without the ends, of the same slant all along
        grey = rendered(page, left + 5, top - reach, right - 5, bottom + reach, 2400)
        length = float(np.hypot(*(line.course_mm[-1] - line.course_mm[0]))) * (
            grey.shape[1] * 25.4 / 2400 / (right - left)
        )
        area = grey.sum() / 255 * (25.4 / 2400) ** 2
    else:
        aside, down = (reach, 0.7) if line.shape == "curved" else (0.7, reach)
        grey = rendered(page, left - aside, top - down, right + aside, bottom + down, 2400)
        length = float(np.hypot(*np.diff(line.course_mm, axis=0).T).sum())
        area = (255 - grey).sum() / 255 * (25.4 / 2400) ** 2
    assert area / length == pytest.approx(line.width_mm, abs=0.0006 + 0.001 * line.width_mm)


def test_the_ruler_is_100_mm_long(page):
    left, y = RULER_START_MM
    grey = rendered(page, left - 2, y - 3.5, left + RULER_MM + 2, y - 2.1, 1200)
    dark = np.flatnonzero((grey < 128).all(axis=0)) * 25.4 / 1200
    gaps = np.diff(dark)
    starts = dark[np.concatenate([[True], gaps > 0.5])]
    assert starts[-1] - starts[0] == pytest.approx(RULER_MM, abs=0.03)


@pytest.mark.slow
def test_all_markers_are_read_where_the_layout_has_them(page):
    grey = rendered(page, 0, 0, *PAGE_MM, 400).astype(np.uint8)
    dots_per_mm = np.array(grey.shape[::-1]) / PAGE_MM  # pdfium fits the page to whole dots
    found = find_sheet_markers(np.repeat(grey[:, :, None], 3, axis=2))
    assert [number for number, _ in found] == [each.number for each in sheet_layout().markers]
    pose = fit_pose(found, *grey.shape)
    assert pose.residual_px < 0.3
    corners_mm = np.concatenate([marker.corners_mm for marker in sheet_layout().markers])
    assert (pose.to_px(corners_mm) + 0.5) / dots_per_mm == pytest.approx(corners_mm, abs=0.01)


def test_there_is_no_raster_and_no_stroke_in_it(page):
    kinds = [thing.type for thing in page.get_objects()]
    assert pdfium.raw.FPDF_PAGEOBJ_PATH in kinds
    assert pdfium.raw.FPDF_PAGEOBJ_IMAGE not in kinds


def test_the_page_says_what_to_do_and_every_width(page):
    text = page.get_textpage().get_text_range()
    for wanted in ("Print at 100 %", "--ruler 99.2mm", "matte", "laser", "check-camera"):
        assert wanted in text
    for line in sheet_layout().lines:
        assert f"{line.width_mm:.2f}" in text


def test_nothing_lies_where_printers_do_not_print(page):
    dark = rendered(page, 0, 0, *PAGE_MM, 100) < 250
    margin = round(8 * 100 / 25.4)
    assert dark.any()
    inner = np.zeros_like(dark)
    inner[margin:-margin, margin:-margin] = True
    assert not (dark & ~inner).any()


@pytest.mark.slow
def test_the_same_version_gives_the_same_bytes(path, tmp_path):
    write_target(tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        write_target(tmp_path / "file" / "target.pdf")


@pytest.fixture(params=["letter", "legal", "card"])
def other(request, tmp_path):
    """A sheet on another paper: the paper, its page, and the page as grey values at 600 dpi."""
    write_target(tmp_path / "target.pdf", request.param)
    with pdfium.PdfDocument(tmp_path / "target.pdf") as document:
        bitmap = document[0].render(scale=600 / 72, grayscale=True)
        grey = bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()
        yield PAPERS[request.param], document[0], grey


@pytest.mark.slow
def test_other_papers_are_as_true_to_scale(other):
    paper, page, grey = other
    per_mm = 600 / 25.4
    assert np.array(page.get_size()) / POINTS_PER_MM == pytest.approx(paper.page_mm, abs=0.01)
    start, length = np.array(paper.ruler.start_mm) + paper.place_mm, paper.ruler.length_mm
    row = round((start[1] - 0.6) * per_mm)
    dark = np.flatnonzero(grey[row] < 128) / per_mm
    ticks = dark[np.concatenate([[True], np.diff(dark) > 0.5])]
    ticks = ticks[(ticks > start[0] - 1) & (ticks < start[0] + length + 1)]
    assert len(ticks) == length + 1
    assert ticks[-1] - ticks[0] == pytest.approx(length, abs=0.06)
    margin = round(8 * per_mm)
    inner = np.zeros_like(grey, bool)
    inner[margin:-margin, margin:-margin] = True
    assert not ((grey < 250) & ~inner).any()


@pytest.mark.slow
def test_other_papers_say_what_to_do(other):
    paper, page, _ = other
    text = page.get_textpage().get_text_range()
    for wanted in ("Print at 100 %", f"{paper.ruler.length_mm:.1f} mm", "matte", "check-camera"):
        assert wanted in text
    for line in sheet_layout(paper.name).lines:
        assert f"{line.width_mm:.2f}" in text
    if paper.is_card:
        for wanted in ("Cut along the marks", "no wider cracks", "85.60 x 53.98 mm"):
            assert wanted in text
