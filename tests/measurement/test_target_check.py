"""A photograph of the printed sheet: the real PDF, seen by a known camera."""

import math
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest

from cracklens.errors import DataError, PhotoError, UsageError
from cracklens.measurement.target.check import check_camera, find_pose
from cracklens.measurement.target.layout import PAGE_MM, sheet_layout
from cracklens.measurement.target.result import CameraCheck
from cracklens.photos import Photo
from cracklens.reporting.target_pdf import write_target
from cracklens.synthesis import Camera, photograph
from cracklens.synthesis.pinhole import plane_homography, wall_points
from cracklens.synthesis.printed import printed_page

pytestmark = pytest.mark.slow

DPI = 1200
STRIP_PX = (2060, 560)
STRIP = {"mm_per_px": 0.1, "middle_mm": (105.0, 119.0), "turn_deg": 1.0}
PHONE = Camera(blur_px=0.7, read_noise=2.0, jpeg_quality=92)
BOUNDARIES = {0.10: ["aashto-mbei"], 0.30: ["aashto-mbei"], 1.27: ["aashto-mbei"]}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    file = tmp_path_factory.mktemp("target") / "target.pdf"
    write_target(file)
    with pdfium.PdfDocument(file) as document:
        bitmap = document[0].render(scale=DPI / 72, grayscale=True)
        return bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()


def to_sheet(size, *, mm_per_px, middle_mm=(105.0, 148.5), tilt_deg=0.0, turn_deg=4.0):
    """Homography from px to mm of the sheet; the sheet is turned a little, as by hand."""
    to_mm = plane_homography(size, mm_per_px=mm_per_px, tilt_deg=tilt_deg, tilt_towards_deg=40.0)
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    return np.array([[c, -s, middle_mm[0]], [s, c, middle_mm[1]], [0, 0, 1]]) @ to_mm


def shot(page, size, *, camera=PHONE, seed=0, **view):
    surface = printed_page(page, PAGE_MM[0] / page.shape[1], to_sheet(size, **view), *size)
    pixels = photograph(surface, camera, np.random.default_rng(seed))
    return Photo(Path("sheet.jpg"), pixels, "0" * 64)


def check(photo, **more):
    return check_camera(photo, BOUNDARIES, cracklens_version="0", **more)


@pytest.fixture(scope="module")
def whole(page):
    """The whole sheet at 0.14 mm/px, tilted by 10 degrees."""
    return check(shot(page, (1650, 2300), mm_per_px=0.14, tilt_deg=10.0))


@pytest.fixture(scope="module")
def strip(page):
    """Four pairs from 0.30 to 0.90 mm at 0.1 mm/px."""
    return shot(page, STRIP_PX, **STRIP)


@pytest.fixture(scope="module")
def checked_strip(strip):
    return check(strip)


@pytest.fixture(scope="module")
def near(page):
    """The finest dark lines at 0.03 mm/px, between two columns of markers."""
    return check(shot(page, (3600, 1600), mm_per_px=0.03, middle_mm=(60.5, 90.0), turn_deg=0.5))


@pytest.mark.parametrize(
    ("tilt_deg", "mm_per_px", "size"),
    [(0.0, 0.1, (2300, 3200)), (25.0, 0.2, (1300, 1800)), (15.0, 0.06, (2000, 2000))],
)
def test_the_sheet_is_found_where_it_lies(page, tilt_deg, mm_per_px, size):
    view = {"tilt_deg": tilt_deg, "mm_per_px": mm_per_px}
    pose = find_pose(shot(page, size, **view))
    grid = np.array([(x, y) for x in (30.0, 105.0, 180.0) for y in (40.0, 150.0, 260.0)])
    truth = wall_points(np.linalg.inv(to_sheet(size, **view)), grid)
    seen = ((truth >= 0) & (truth < np.array(size))).all(axis=1)
    assert seen.any()
    assert pose.to_px(grid[seen]) == pytest.approx(truth[seen], abs=0.4)
    assert pose.tilt_deg == pytest.approx(tilt_deg, abs=1.0)


def test_a_lens_with_distortion_is_followed(page):
    size, k = (1600, 2200), -0.02
    photo = shot(page, size, mm_per_px=0.14)
    y, x = np.indices(size[::-1], dtype=np.float32)
    middle, half = (np.array(size) - 1) / 2, math.hypot(*size) / 2
    away = np.stack([x, y], axis=-1) - middle
    factor = 1 - k * ((away / half) ** 2).sum(axis=-1, keepdims=True)  # inverse to first order
    source = (middle + away * factor).astype(np.float32)
    bent = cv2.remap(photo.pixels, source[..., 0], source[..., 1], cv2.INTER_CUBIC)
    pose = find_pose(Photo(photo.path, bent, photo.sha256))
    assert pose.distortion == pytest.approx(k, abs=0.003)
    assert pose.residual_px < 0.4


def test_bias_and_scatter_of_a_good_camera_are_small(whole):
    assert whole.markers + whole.markers_missing == 24
    assert whole.mm_per_px == pytest.approx(0.14, rel=0.03)
    assert whole.tilt_deg == pytest.approx(10.0, abs=1.0)
    assert whole.blur_px == pytest.approx(math.hypot(PHONE.blur_px, 0.29), abs=0.12)
    assert [row.nominal_mm for row in whole.widths] == sorted(
        {line.width_mm for line in sheet_layout().lines if line.tone == "dark"}
    )
    for row in whole.widths:
        if row.true_px > 2:
            assert abs(row.bias_px) < 0.25, row
            assert row.scatter_px < 0.5, row
            assert row.mean_mm == pytest.approx(row.true_mm, abs=0.03)


def test_curved_and_crossing_lines_are_measured_too(whole):
    shapes = {line.shape for line in whole.lines if line.stations > 100}
    assert shapes == {"straight", "curved", "crossing"}


def test_verdicts_follow_distance(whole, near):
    verdicts = {each.boundary_mm: each for each in whole.boundaries}
    assert verdicts[0.10].verdict == "too coarse"
    assert "of this distance" in verdicts[0.10].text
    assert verdicts[0.10].coarsest_mm_per_px <= 0.10 / 3 + 1e-9
    assert verdicts[1.27].verdict == "serves"
    closer = {each.boundary_mm: each for each in near.boundaries}
    assert closer[0.30].verdict == "serves"


def test_a_part_of_the_sheet_is_used_and_the_rest_is_named(near):
    assert {"dark 5.00", "light 5.00", "curved 0.30"} <= set(near.missing)
    assert "dark 0.30" in {line.name for line in near.lines if line.stations > 200}


def test_a_print_at_97_percent_needs_the_ruler(strip, checked_strip):
    """The same picture: all millimetres are 3 % less, and no pixel changes."""
    full, small = checked_strip, check(strip, ruler_mm=97.0)
    assert small.mm_per_px == pytest.approx(0.97 * full.mm_per_px)
    for one, other in zip(full.widths, small.widths, strict=True):
        assert other.true_mm == pytest.approx(0.97 * one.true_mm)
        assert other.bias_px == pytest.approx(one.bias_px)


def test_ink_is_kept_apart_as_far_as_it_can_be(page, checked_strip):
    """Ink that spreads by a dot on every side moves dark and light lines apart by 0.042 mm."""
    inked = check(shot(cv2.erode(page, np.ones((3, 3), np.uint8)), STRIP_PX, **STRIP))
    rows = [
        (one, other)
        for one, other in zip(checked_strip.widths, inked.widths, strict=True)
        if one.true_px > 3
    ]
    assert len(rows) >= 2
    for one, other in rows:
        grown_px = other.odd_px - one.odd_px
        assert grown_px == pytest.approx(0.042 / 0.1, abs=0.08), one.nominal_mm
        assert other.even_px == pytest.approx(one.even_px, abs=0.08)
        assert other.left_px > 0.99 * abs(other.odd_px) / math.sqrt(12)


def test_a_tone_curve_looks_like_ink(page, checked_strip):
    """So it is odd too, and half of it is taken for the camera's, with the doubt stated."""
    camera = Camera(blur_px=0.7, read_noise=2.0, jpeg_quality=92, tone=0.4)
    bright = check(shot(page, STRIP_PX, camera=camera, **STRIP))
    for one, other in zip(checked_strip.widths, bright.widths, strict=True):
        if one.true_px > 3:
            truth = one.bias_px + other.odd_px - one.odd_px
            assert other.odd_px < -0.1
            assert abs(other.bias_px - truth) < 1.96 * other.left_px + 0.05


def test_true_widths_by_a_loupe_decide(strip, checked_strip):
    given = check(strip, true_widths_mm={0.40: 0.44})
    assert given.ink == "true widths given"
    (before,), (after,) = (
        [row for row in each.widths if row.nominal_mm == 0.40] for each in (checked_strip, given)
    )
    assert after.true_mm == pytest.approx(0.44)
    assert after.odd_px == 0
    assert after.bias_mm == pytest.approx(after.mean_mm - 0.44, abs=0.004)
    assert before.mean_mm == pytest.approx(after.mean_mm)


def test_a_blurred_photograph_is_told(page):
    camera = Camera(blur_px=2.0, read_noise=2.0)
    found = check(shot(page, STRIP_PX, camera=camera, **STRIP | {"middle_mm": (105.0, 183.0)}))
    assert any("blurred" in text for text in found.advice)
    assert found.blur_px == pytest.approx(2.0, abs=0.2)


# Bad input


def test_a_photograph_without_the_sheet_says_print_it():
    wall = np.full((300, 400, 3), 180, np.uint8)
    with pytest.raises(PhotoError, match=r"cracklens target -o target\.pdf"):
        check(Photo(Path("wall.jpg"), wall, "0" * 64))


def test_several_sheets_are_refused(page):
    one = shot(page, (900, 1200), mm_per_px=0.25).pixels
    two = Photo(Path("two.jpg"), np.concatenate([one, one], axis=1), "0" * 64)
    with pytest.raises(PhotoError, match="several check sheets"):
        check(two)


def test_one_marker_is_not_enough(page):
    photo = shot(page, (500, 500), mm_per_px=0.06, middle_mm=(16.0, 39.0))
    with pytest.raises(PhotoError, match="only 1 marker"):
        check(photo)


def test_too_far_away_is_told(page):
    photo = shot(page, (480, 200), mm_per_px=0.45, middle_mm=(105.0, 120.0))
    try:
        advice = " ".join(check(photo).advice)
    except PhotoError as error:
        advice = error.reason
    assert "too far away" in advice or "closer" in advice


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ruler_mm": 9.92}, "print the sheet at 100 %"),
        ({"true_widths_mm": {0.33: 0.35}}, "no line of 0.33 mm"),
        ({"true_widths_mm": {0.30: 300.0}}, "cannot be 300 mm wide"),
    ],
)
def test_wrong_settings_are_named(more, said):
    with pytest.raises(UsageError, match=said):
        check(Photo(Path("x.jpg"), np.zeros((10, 10, 3), np.uint8), "0" * 64), **more)


# What is kept


def test_the_result_survives_a_round_trip(whole, tmp_path):
    whole.save(tmp_path / "camera.json")
    assert CameraCheck.load(tmp_path / "camera.json") == whole


def test_the_table_for_the_measurement_has_rising_widths(whole):
    bias = whole.bias()
    assert len(bias.width_px) >= 8
    assert (np.diff(bias.width_px) > 0).all()
    row = whole.widths[-1]
    assert bias.bias_at(np.array([row.mean_px])) == pytest.approx([row.bias_px])
    assert bias.scatter_at(np.array([row.mean_px])) == pytest.approx([row.left_px])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nothing", "not a check of a camera"),
        ('{"schema_version": 9}', "make it anew"),
        ("[1, 2]", "not a check of a camera"),
    ],
)
def test_another_file_is_no_check(tmp_path, content, said):
    (tmp_path / "camera.json").write_text(content)
    with pytest.raises(DataError, match=said):
        CameraCheck.load(tmp_path / "camera.json")


def test_a_missing_file_names_the_verb_that_writes_it(tmp_path):
    with pytest.raises(UsageError, match="check-camera writes it"):
        CameraCheck.load(tmp_path / "camera.json")
