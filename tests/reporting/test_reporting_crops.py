import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cracklens.reporting import crop_files as crops_module
from cracklens.reporting import save_crops, write_report
from cracklens.reporting.crop_files import cropped, find_crops
from cracklens.reporting.crop_image import HEIGHT_PX, STRIP_PX, WIDTH_PX, crop_window, draw_crop
from cracklens.reporting.order import ranked


def wall(size=(900, 1200)):
    return np.random.default_rng(3).integers(90, 160, (*size, 3), dtype=np.uint8)


def hairline(make, at=(600, 450), width_px=2.0, crack_id="P001-C01"):
    x, y = at
    return make.crack(crack_id, [make.branch([(x - 60, y), (x, y), (x + 60, y)], width_px)])


@pytest.mark.parametrize(("width_px", "zoom"), [(2.0, 3), (6.0, 3), (12.0, 2), (80.0, 1)])
def test_a_narrow_crack_is_enlarged_by_whole_pixels(make, width_px, zoom):
    photo = make.photo("P001", "a.jpg", [hairline(make, width_px=width_px)], size=(1200, 900))
    window = crop_window(photo.cracks[0], photo)
    assert window.zoom == zoom
    assert (window.width, window.height) == (WIDTH_PX // zoom, HEIGHT_PX // zoom)


def test_the_pixels_of_the_crack_are_those_of_the_photograph(make):
    pixels = wall()
    pixels[449:451, 540:661] = (20, 18, 16)  # 2 px wide: less than one in a preview
    photo = make.photo("P001", "a.jpg", [hairline(make)], size=(1200, 900))
    picture = draw_crop(pixels, photo.cracks[0], photo)
    window = crop_window(photo.cracks[0], photo)
    x, y = np.rint(window.place([(560, 449)])[0]).astype(int)
    inside = picture[y - 1 : y + 5, x : x + 200]  # 6 rows: two of the photograph
    assert (inside == (20, 18, 16)).all()
    beside = picture[y - 1 : y + 5, 20:200:3]  # nothing but the lines is drawn into the rest
    column, row = window.x + 20 // 3, window.y + (y + 1) // 3
    assert (beside[2, :5] == pixels[row, column : column + 5]).all()


def test_the_outline_keeps_clear_of_the_crack_and_not_of_the_rest(make):
    flat = np.full((900, 1200, 3), 128, np.uint8)
    photo = make.photo("P001", "a.jpg", [hairline(make, width_px=9.0)], size=(1200, 900))
    window = crop_window(photo.cracks[0], photo)
    view = draw_crop(flat, photo.cracks[0], photo)[:HEIGHT_PX]
    drawn = np.argwhere((view != 128).any(axis=2))
    middle = window.place([(600, 450)])[0][1]
    ends = window.place([(545, 450), (655, 450)])[:, 0]  # the outline closes beyond them
    drawn = drawn[(drawn[:, 1] > ends[0]) & (drawn[:, 1] < ends[1])]
    away = np.abs(drawn[:, 0] - middle) / window.zoom
    assert len(drawn) > 400
    assert away.min() > 9.0 / 2
    assert away.max() < 9.0 / 2 + 8


@pytest.mark.parametrize("at", [(60, 2), (1139, 897), (1139, 0)])
def test_a_crack_at_the_border_has_its_window_inside(make, at):
    photo = make.photo("P001", "a.jpg", [hairline(make, at)], size=(1200, 900))
    window = crop_window(photo.cracks[0], photo)
    assert 0 <= window.x <= 1200 - window.width
    assert 0 <= window.y <= 900 - window.height
    shape = draw_crop(wall(), photo.cracks[0], photo).shape
    assert shape == (HEIGHT_PX + STRIP_PX, WIDTH_PX, 3)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (200, 9000), (60, 40), (227, 227), (9000, 40)])
def test_any_shape_of_photograph_has_crops(make, size):
    height_px, width_px = size
    course = [(0.0, 0.0), (width_px - 1.0, height_px - 1.0)]
    record = make.crack("P001-C01", [make.branch(course, 300.0)])
    photo = make.photo("P001", "a.jpg", [record], size=(width_px, height_px))
    picture = draw_crop(wall(size), record, photo)
    assert picture.shape == (HEIGHT_PX + STRIP_PX, WIDTH_PX, 3)


@pytest.mark.slow
def test_every_kind_of_record_has_crops(tmp_path, in_mm, without_scale, mixed):
    for inspection in (in_mm, without_scale, mixed):
        for photo in inspection.photographs:
            save_crops(wall((photo.height_px, photo.width_px)), photo, tmp_path)
            for crack in photo.cracks:
                data = (tmp_path / "crops" / f"{crack.id}.jpg").read_bytes()
                assert Image.open(io.BytesIO(data)).size == (WIDTH_PX, HEIGHT_PX + STRIP_PX)


def test_of_very_many_cracks_the_most_urgent_have_a_crop(make):
    found = [hairline(make, (200 + n, 300), crack_id=f"P001-C{n}") for n in range(30)]
    longest = make.crack("P001-C999", [make.branch([(0, 0), (700, 500)])])
    photo = make.photo("P001", "a.jpg", [*found, longest])
    assert cropped(photo, 20)[0].id == "P001-C999"
    assert (len(cropped(photo, 20)), len(cropped(photo))) == (20, 31)


@pytest.fixture
def cracked(make, tmp_path):
    """An inspection of three cracks whose crops lie in a folder, 1,000 bytes each."""
    found = [
        make.crack(f"P001-C0{n}", [make.branch([(10, 50 * n), (700 - 50 * n, 50 * n)])])
        for n in (1, 2, 3)
    ]
    inspection = make.inspection_of([make.photo("P001", "a.jpg", found)])
    (tmp_path / "crops").mkdir()
    for crack in found:
        (tmp_path / "crops" / f"{crack.id}.jpg").write_bytes(b"\xff" * 1000)
    return inspection, tmp_path


def report(inspection, folder: Path):
    return write_report(inspection, folder, {}).read_text(encoding="utf-8")


def test_the_report_holds_all_crops_where_they_are_few(cracked):
    inspection, folder = cracked
    text = report(inspection, folder)
    assert re.findall(r'<figure class="crop" id="crop-([\w-]+)">', text) == [
        "P001-C01", "P001-C02", "P001-C03",
    ]  # fmt: skip
    assert text.count('src="data:image/jpeg;base64,') == 3
    assert "crops/P001" not in text
    assert "no crop" not in text


@pytest.mark.parametrize("limit", [{"BYTES_IN_REPORT": 2500}, {"MOST_IN_REPORT": 2}])
def test_more_crops_than_the_report_holds_lie_beside_it_and_it_is_said(cracked, monkeypatch, limit):
    for name, value in limit.items():
        monkeypatch.setattr(crops_module, name, value)
    inspection, folder = cracked
    found = find_crops(ranked(inspection), folder)
    assert (found.embedded, found.beside) == ({"P001-C01", "P001-C02"}, {"P001-C03"})
    text = report(inspection, folder)
    assert text.count('src="data:image/jpeg;base64,') == 2
    assert 'href="crops/P001-C03.jpg"' in text
    assert "The crops of 1 more crack are in the folder" in text


def test_cracks_without_a_crop_are_counted(cracked):
    inspection, folder = cracked
    (folder / "crops" / "P001-C03.jpg").unlink()
    assert "1 crack has no crop" in report(inspection, folder)


def test_without_crops_nothing_is_said_of_them(cracked):
    inspection, folder = cracked
    for file in (folder / "crops").iterdir():
        file.unlink()
    text = report(inspection, folder)
    assert "crop-" not in text
    assert "no crop" not in text
