"""Sheets on other papers, and the card: told apart by their markers, measured as the A4 sheet is."""

import hashlib
import itertools
import math
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest

from cracklens.errors import PhotoError, UsageError
from cracklens.measurement.target.check import check_camera, find_pose
from cracklens.measurement.target.layout import sheet_layout
from cracklens.measurement.target.papers import CARD_WIDTHS_MM, PAPERS
from cracklens.measurement.target.result import CameraCheck
from cracklens.measurement.target.text_report import check_text
from cracklens.photos import Photo
from cracklens.reporting.target_pdf import write_target
from cracklens.synthesis import Camera, photograph
from cracklens.synthesis.pinhole import plane_homography
from cracklens.synthesis.printed import printed_page

PHONE = Camera(blur_px=0.7, read_noise=2.0, jpeg_quality=92)
BOUNDARIES = {0.10: ["a"], 0.30: ["a"], 1.27: ["a"], 5.0: ["b"]}


def printed(folder, name, dpi):
    """The sheet without the page around it, 0 for ink and 255 for paper."""
    write_target(folder / f"{name}.pdf", name)
    paper = PAPERS[name]
    left, top = paper.place_mm
    right, bottom = (
        p - q - s for p, q, s in zip(paper.page_mm, paper.place_mm, paper.sheet_mm, strict=True)
    )
    crop = tuple(mm * 72 / 25.4 for mm in (left, bottom, right, top))
    with pdfium.PdfDocument(folder / f"{name}.pdf") as document:
        bitmap = document[0].render(scale=dpi / 72, crop=crop, grayscale=True)
        return bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()


def seen(name, page, size, *, mm_per_px, tilt_deg=0.0, turn_deg=3.0, camera=PHONE, seed=0):
    """A photograph of a sheet with its middle in the middle."""
    paper = PAPERS[name]
    to_mm = plane_homography(size, mm_per_px=mm_per_px, tilt_deg=tilt_deg, tilt_towards_deg=40.0)
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    x, y = (side / 2 for side in paper.sheet_mm)
    to_sheet = np.array([[c, -s, x], [s, c, y], [0, 0, 1]]) @ to_mm
    surface = printed_page(page, paper.sheet_mm[0] / page.shape[1], to_sheet, *size)
    return photograph(surface, camera, np.random.default_rng(seed))


def photo(pixels):
    return Photo(Path("sheet.jpg"), pixels, "0" * 64)


def check(pixels, **more):
    return check_camera(photo(pixels), BOUNDARIES, cracklens_version="0", **more)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    return {name: printed(folder, name, 300) for name in PAPERS}


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return printed(tmp_path_factory.mktemp("card"), "card", 1200)


@pytest.fixture(scope="module")
def near(card):
    """The card at 0.05 mm/px, tilted by 10 degrees."""
    return check(seen("card", card, (1800, 1200), mm_per_px=0.05, tilt_deg=10.0))


# The geometry


def test_printed_a4_sheets_stay_valid():
    """The hash of all coordinates of the first sheet that was published."""
    sheet = sheet_layout("a4")
    markers, lines = hashlib.sha256(), hashlib.sha256()
    for marker in sheet.markers:
        markers.update(np.round(np.append(marker.corners_mm.ravel(), marker.number), 6).tobytes())
    for line in sheet.lines:
        lines.update(line.name.encode() + (np.round(line.polygon_mm, 6) + 0.0).tobytes())
    for bar in sheet.bars:
        sides = np.array([bar.left, bar.top, bar.width, bar.height])
        lines.update((np.round(sides, 6) + 0.0).tobytes())
    assert markers.hexdigest() == "49ade6e0750ff37e2baa52a90ed43a98d11e47953ec5c2d345ecc687697e5773"
    assert lines.hexdigest() == "19a3ef9bf5570702f5b574e08f9246df29869af24967ceb4a77307d41371e6ac"


def test_no_two_papers_share_a_marker():
    numbers = [marker.number for name in PAPERS for marker in sheet_layout(name).markers]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 587


def boxes(sheet):
    """(left, top, right, bottom) of each marker with its white edge, line, bar and ruler."""
    found = []
    for marker in sheet.markers:
        quiet = np.ptp(marker.corners_mm[:, 0]) / 8
        found.append(
            (*marker.corners_mm.min(axis=0) - quiet, *marker.corners_mm.max(axis=0) + quiet)
        )
    lone = [line for line in sheet.lines if line.tone == "dark" and line.shape != "crossing"]
    found += [(*x.polygon_mm.min(axis=0), *x.polygon_mm.max(axis=0)) for x in lone]
    found += [(b.left, b.top, b.left + b.width, b.top + b.height) for b in sheet.bars]
    (x, y), length = sheet.paper.ruler.start_mm, sheet.paper.ruler.length_mm
    return [*found, (x, y - 4.0 if length > 60 else y - 3.0, x + length, y)]


@pytest.mark.parametrize("name", PAPERS)
def test_nothing_lies_on_anything_else_and_all_on_the_sheet(name):
    sheet = sheet_layout(name)
    for one, other in itertools.combinations(boxes(sheet), 2):
        apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
        assert apart, (one, other)
    edge = 2.0 if sheet.paper.is_card else 8.0
    width, height = sheet.paper.sheet_mm
    for left, top, right, bottom in boxes(sheet):
        assert min(left, top) >= edge
        assert right <= width - edge
        assert bottom <= height - edge


# Which sheet it is


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "mm_per_px"), [("a4", 0.25), ("letter", 0.25), ("legal", 0.3), ("card", 0.12)]
)
def test_the_photograph_says_which_sheet_it_shows(pages, name, mm_per_px):
    size = tuple(round(1.15 * side / mm_per_px) for side in PAPERS[name].sheet_mm)
    pose = find_pose(photo(seen(name, pages[name], size, mm_per_px=mm_per_px, tilt_deg=8.0)))
    assert pose.sheet.paper.name == name
    assert len(pose.seen) == len(sheet_layout(name).markers)
    assert pose.residual_px < 0.4
    assert pose.mm_per_px == pytest.approx(mm_per_px, rel=0.03)


@pytest.mark.slow
def test_two_kinds_of_sheets_at_once_are_refused(pages):
    sheet = seen("a4", pages["a4"], (1000, 700), mm_per_px=0.25)
    small = seen("card", pages["card"], (1000, 700), mm_per_px=0.12)
    both = photo(np.concatenate([sheet, small], axis=0))
    with pytest.raises(PhotoError, match=r"several check sheets in it \(card and A4 sheet\)"):
        find_pose(both)


@pytest.mark.slow
def test_one_marker_of_another_sheet_does_not_decide(pages):
    sheet = seen("a4", pages["a4"], (1000, 700), mm_per_px=0.25)
    small = seen("card", pages["card"], (1000, 700), mm_per_px=0.12, turn_deg=0.0)
    corner = small[80:260, 100:300]  # with the marker at the top left
    assert [n for n, _ in find_numbers(corner)] == [500]
    pose = find_pose(
        photo(np.concatenate([sheet, np.pad(corner, ((0, 0), (0, 800), (0, 0)), mode="edge")]))
    )
    assert pose.sheet.paper.name == "a4"


def find_numbers(pixels):
    from cracklens.measurement.target.pose import find_sheet_markers

    return find_sheet_markers(np.ascontiguousarray(pixels))


# What the card says


@pytest.mark.slow
def test_the_card_measures_as_the_sheet_does(near):
    assert near.paper == "card"
    assert (near.markers, near.markers_missing) == (6, 0)
    assert near.mm_per_px == pytest.approx(0.05, rel=0.02)
    assert near.tilt_deg == pytest.approx(10.0, abs=2.0)
    assert near.blur_px == pytest.approx(math.hypot(PHONE.blur_px, 0.29), abs=0.15)
    assert [row.nominal_mm for row in near.widths] == list(CARD_WIDTHS_MM)
    for row in near.widths:
        if row.true_px > 3:
            assert row.mean_mm == pytest.approx(row.true_mm, abs=0.012), row
            assert abs(row.bias_px) < 0.2, row
            assert row.scatter_px < 0.4, row


@pytest.mark.slow
@pytest.mark.parametrize("mm_per_px", [0.12, 0.25])
def test_the_card_is_right_as_far_away_as_it_says(card, mm_per_px):
    found = check(
        seen("card", card, (round(110 / mm_per_px), round(80 / mm_per_px)), mm_per_px=mm_per_px)
    )
    assert found.mm_per_px == pytest.approx(mm_per_px, rel=0.01)
    resolved = [row for row in found.widths if row.true_px > 2.3]
    assert len(resolved) >= 2
    for row in resolved:
        assert abs(row.bias_px) < 0.25, row
        assert row.scatter_px < 0.4, row


def test_the_card_says_what_it_cannot_check(near):
    verdicts = {each.boundary_mm: each for each in near.boundaries}
    assert verdicts[0.30].verdict == verdicts[1.27].verdict == "serves"
    assert verdicts[5.0].verdict == "not seen"
    assert "the card has no line near 5.00 mm: use an A4 or Letter sheet" in verdicts[5.0].text
    assert any("no widths above 1.27 mm, no curved or crossing" in text for text in near.advice)
    assert near.missing == []
    assert "card, 6 of 6 markers" in check_text(near)


@pytest.mark.slow
def test_the_ruler_of_the_card_is_60_mm_long(card, near):
    assert near.ruler_mm == 60.0
    pixels = seen("card", card, (1800, 1200), mm_per_px=0.05, tilt_deg=10.0)
    small = check(pixels, ruler_mm=58.2)
    assert small.mm_per_px == pytest.approx(0.97 * near.mm_per_px)
    with pytest.raises(UsageError, match="that of the card is 60 mm long"):
        check(pixels, ruler_mm=99.2)
    with pytest.raises(UsageError, match="the card has no line of 5 mm"):
        check(pixels, true_widths_mm={5.0: 5.1})


def test_a_check_of_a_card_is_kept_and_one_of_old_is_read(near, tmp_path):
    near.save(tmp_path / "camera.json")
    assert CameraCheck.load(tmp_path / "camera.json") == near
    assert len(near.bias().width_px) >= 5
    old = near.model_dump(mode="json")
    del old["paper"]
    assert CameraCheck.model_validate(old).paper == "a4"
