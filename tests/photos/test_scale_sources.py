"""Scales from lengths, points, cameras, transforms and tables, and which of them is taken."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.photos import Photo
from cracklens.photos.metadata import Metadata
from cracklens.photos.scale import (
    Scale,
    ScaleRequest,
    check_mm_per_px,
    find_scale,
    focal_of,
    parse_length,
    read_scale_table,
    scale_from_camera,
    scale_from_points,
)
from cracklens.photos.scale.sensors import find_sensor
from cracklens.photos.xmp import Xmp

SHAPE = (3000, 4000, 3)
PHONE = Metadata(4000, 3000, focal_length_mm=4.2, focal_length_35mm=26.0)
CAMERA = Metadata(5472, 3648, make="DJI", model="FC6310", focal_length_mm=8.8)


@pytest.mark.parametrize(
    ("text", "mm"),
    [("50mm", 50), ("50 mm", 50), ("5cm", 50), ("0.05 m", 50), ("3,2m", 3200), ("2in", 50.8), ("2 IN", 50.8), (" 7.5mm ", 7.5),
     ("50,5mm", 50.5), ("0,125m", 125), ("1.234,5 mm", 1234.5), ("3\u202f200 mm", 3200), ("1.200mm", 1.2)],
)  # fmt: skip
def test_lengths_as_people_write_them(text, mm):
    assert parse_length(text) == pytest.approx(mm)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("50", "needs a unit, got '50': write 50mm, 50cm or 50m"),
        ("fifty mm", "must be a number with a unit"),
        ("50 px", "unknown unit 'px'"),
        ("0mm", "above 0"),
        ("-3cm", "above 0"),
        ("", "must be a number"),
        ("1,200mm", "--marker: 1,200 may mean 1.2 or 1200: write one of these, with its unit"),
        ("1,2,3mm", "must be a number"),
    ],
)
def test_lengths_that_make_no_sense(text, told):
    with pytest.raises(UsageError, match=told):
        parse_length(text, "--marker")


@pytest.mark.slow
@given(st.floats(0.01, 1e4))
def test_a_length_survives_its_unit(value):
    assert parse_length(f"{value:.6f}cm") == pytest.approx(10 * value, rel=1e-3)


@pytest.mark.parametrize("value", [0.0, -0.2, 50.0, math.nan, math.inf, 1e-5])
def test_impossible_scales(value):
    with pytest.raises(UsageError, match="scale"):
        check_mm_per_px(value)


def test_two_points_give_scale_and_the_noise_of_the_clicks():
    scale = scale_from_points((100, 100), (400, 500), 100.0, SHAPE)
    assert scale.mm_per_px == pytest.approx(0.2)
    expected = math.sqrt(2) / 500
    middle = np.array([[250.0, 300.0]])
    along = scale.relative_standard_at(middle, np.array([[0.6, 0.8]]))
    assert along[0] == pytest.approx(expected, rel=0.1)  # the tilt does not matter along the line
    assert scale.relative_standard > 2 * expected  # but across it
    far = scale.relative_standard_at(np.array([[3900.0, 2900.0]]))
    assert far[0] > 0.05  # nothing says that the wall is not tilted
    assert scale.jacobian(np.array([[3900.0, 2900.0]]))[0] == pytest.approx(np.eye(2) * 0.2)


@pytest.mark.parametrize(
    ("first", "second", "length", "told"),
    [
        ((0, 0), (5, 5), 10.0, "7 px apart"),
        ((0, 0), (4000, 10), 10.0, "outside the photograph"),
        ((0, 0), (100, 10), 0.0, "above 0 mm"),
        ((0, 0), (100, 0), 1e5, "cannot be right"),
    ],
)
def test_points_that_make_no_sense(first, second, length, told):
    with pytest.raises(UsageError, match=told):
        scale_from_points(first, second, length, SHAPE)


def test_the_focal_length_has_several_sources_the_best_first():
    equivalent, how = focal_of(PHONE, SHAPE)
    assert equivalent.px == pytest.approx(26 / 43.267 * 5000, rel=1e-4)
    assert "35 mm equivalent of 26 mm alone" in how
    table, how = focal_of(CAMERA, (3648, 5472, 3))
    assert table.px == pytest.approx(8.8 / 13.2 * 5472)
    assert "13.2 mm (FC6310)" in how
    assert table.relative_standard < equivalent.relative_standard
    typed, _ = focal_of(CAMERA, (3648, 5472, 3), sensor_width_mm=13.0)
    assert typed.px == pytest.approx(8.8 / 13.0 * 5472)
    measured = Metadata(
        4000, 3000, focal_length_mm=4.2, focal_plane_px_per_mm=800.0,
        original_width_px=4000, original_height_px=3000,
    )  # fmt: skip
    assert focal_of(measured, SHAPE)[0].px == pytest.approx(4.2 * 800)
    assert focal_of(Metadata(4000, 3000), SHAPE) is None


def test_a_picture_stored_upright_counts_the_longer_side():
    assert focal_of(CAMERA, (5472, 3648, 3))[0].px == pytest.approx(8.8 / 13.2 * 5472)


def test_camera_and_distance_give_a_scale():
    scale = scale_from_camera(CAMERA, (3648, 5472, 3), distance_m=3.2)
    assert scale.mm_per_px == pytest.approx(3200 / (8.8 / 13.2 * 5472), rel=0.003)
    assert 0.025 < scale.relative_standard < 0.06
    assert any("tilt" in risk for risk in scale.risks)
    alone = scale_from_camera(PHONE, SHAPE, distance_m=3.2)
    assert alone.relative_standard > scale.relative_standard
    corner = scale.relative_standard_at(np.array([[0.0, 0.0]]))
    assert corner[0] > 2 * scale.relative_standard


@pytest.mark.parametrize(
    ("metadata", "distance_m", "told"),
    [
        (Metadata(4000, 3000), 3.0, "no focal length"),
        (Metadata(4000, 3000, make="Acme", model="Z1", focal_length_mm=5.0), 3.0, "Acme Z1.*--sensor-width"),
        (PHONE, -1.0, "above 0 m"),
        (PHONE, None, "--distance 3.2m"),
        (Metadata(4000, 1000, focal_length_35mm=26, original_width_px=4000, original_height_px=3000), 3.0, "was cut"),
        (PHONE, 0.005, "nearer than a lens can focus"),
    ],
)  # fmt: skip
def test_what_a_camera_lacks_is_said(metadata, distance_m, told):
    with pytest.raises(UsageError, match=told):
        scale_from_camera(metadata, SHAPE, distance_m=distance_m)


def test_the_table_of_sensors_is_sound():
    from cracklens.photos.scale.sensors import _sensors

    rows = _sensors()
    assert len({(row.make, row.model) for row in rows}) == len(rows) >= 30
    assert all(3.0 < row.width_mm < 40.0 and row.source for row in rows)
    assert find_sensor("NIKON CORPORATION", "NIKON D750").width_mm == 35.9
    assert find_sensor("Canon", "canon  eos 6d").width_mm == 35.8
    assert find_sensor("Sony", "FC6310") is None
    assert find_sensor(None, None) is None


PHOTOS = [Path("site/a.jpg"), Path("site/b.jpg"), Path("north/c.jpg"), Path("south/c.jpg")]


def table(tmp_path, text):
    (tmp_path / "scales.csv").write_text(text, encoding="utf-8")
    return read_scale_table(tmp_path / "scales.csv", PHOTOS)


def test_a_table_gives_each_photograph_its_own_way(tmp_path):
    found = table(
        tmp_path,
        "photo,mm_per_px,marker,distance,x1,y1,x2,y2,length,relative_uncertainty\n"
        "a.jpg,0.2,,,,,,,,0.01\nsite/b.jpg,,50mm,,,,,,,\nnorth/c.jpg,,,3.2m,,,,,,\n\n"
        "south\\c.jpg,,,,10,20,400,20,10 cm,\n",
    )
    rows = [found[photo] for photo in PHOTOS]
    assert (rows[0].mm_per_px, rows[0].relative_standard, rows[0].line) == (0.2, 0.01, 2)
    assert rows[1].marker_mm == 50.0
    assert rows[2].distance_m == pytest.approx(3.2)
    assert (rows[3].points_px, rows[3].length_mm) == (((10, 20), (400, 20)), 100.0)


def test_a_table_may_be_german(tmp_path):
    assert table(tmp_path, "\ufeffphoto;mm_per_px\r\na.jpg;0,25\r\n")[PHOTOS[0]].mm_per_px == 0.25


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: the first line must name"),
        (
            "photo,mm_per_pixel\na.jpg,1\n",
            "line 1: there is no column 'mm_per_pixel': did you mean",
        ),
        ("photo,mm_per_px\nd.jpg,1\n", "line 2: no photograph is called 'd.jpg'"),
        ("photo,mm_per_px\nc.jpg,1\n", "line 2: 2 photographs are called 'c.jpg'"),
        ("photo,mm_per_px\na.jpg,1\nsite/a.jpg,2\n", "line 3: site/a.jpg stands in line 2 already"),
        ("photo,mm_per_px\na.jpg,0\n", "line 2: a scale must be above 0"),
        ("photo,mm_per_px\na.jpg,50\n", "line 2: a scale of 50 mm/px cannot be right"),
        ("photo,mm_per_px\na.jpg,x\n", "line 2: mm_per_px must be a number"),
        ("photo,mm_per_px\na.jpg,nan\n", "line 2: mm_per_px must be a finite number"),
        ("photo,mm_per_px\na.jpg\n", "line 2: it has not as many values"),
        ("photo,mm_per_px\na.jpg,1,2\n", "line 2: it has not as many values"),
        ("photo,mm_per_px,marker\na.jpg,1,50mm\n", "line 2: it has mm_per_px and marker: give one"),
        ("photo,mm_per_px\na.jpg,\n", "line 2: it has no scale"),
        ("photo,marker\na.jpg,50\n", "line 2: marker needs a unit"),
        ("photo,x1,y1,x2,y2,length\na.jpg,1,2,3,,5mm\n", "line 2: two points need.*missing: y2"),
        ("photo,mm_per_px,relative_uncertainty\na.jpg,1,2\n", "line 2: relative_uncertainty"),
        ("photo,mm_per_px\n,1\n", "line 2: the photograph is not named"),
        ('photo,mm_per_px\n"a.jpg,1\n', "not valid CSV"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_line(tmp_path, text, told):
    with pytest.raises(UsageError, match=told):
        table(tmp_path, text)


@pytest.mark.parametrize(
    ("names", "written", "meant"),
    [
        (["IMG_0001.JPG", "IMG_0002.JPG"], "img_0001.jpg", "IMG_0001.JPG"),
        (["north/IMG_1.JPG", "south/IMG_1.JPG"], "South\\img_1.jpg", "south/IMG_1.JPG"),
        (["a.jpg", "A.JPG"], "A.JPG", "A.JPG"),
        (["bru\u0308cke.jpg"], "br\u00fccke.jpg", "bru\u0308cke.jpg"),
        (["br\u00fccke.JPG"], "BRU\u0308CKE.jpg", "br\u00fccke.JPG"),
    ],
)
def test_a_photograph_is_found_whatever_its_case_and_accents(tmp_path, names, written, meant):
    file = tmp_path / "scales.csv"
    file.write_text(f"photo,mm_per_px\n{written},0.25\n", encoding="utf-8")
    found = read_scale_table(file, [Path("site", name) for name in names])
    assert list(found) == [Path("site", meant)]


def test_two_photographs_that_differ_in_case_alone_are_both_named(tmp_path):
    file = tmp_path / "scales.csv"
    file.write_text("photo,mm_per_px\nA.jpg,0.25\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"line 2: 'A.jpg' may be a.jpg or A.JPG.*case alone"):
        read_scale_table(file, [Path("site/a.jpg"), Path("site/A.JPG")])


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nphoto;mm_per_px\r\na.jpg;0,25\r\n",
        '"sep=;"\nphoto;mm_per_px;;\na.jpg;0,25;;\n;;;\n',
        "photo\tmm_per_px\r\na.jpg\t0,25\r\n",
        'photo,mm_per_px\na.jpg,"0,25"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_a_table_as_spreadsheets_write_it(tmp_path, text, encoding):
    (tmp_path / "scales.csv").write_bytes(text.encode(encoding))
    assert read_scale_table(tmp_path / "scales.csv", PHOTOS)[PHOTOS[0]].mm_per_px == 0.25


def test_a_name_in_the_code_page_of_windows_is_read_where_a_photograph_proves_it(tmp_path):
    file = tmp_path / "scales.csv"
    file.write_bytes("photo;mm_per_px\nbrücke.jpg;0,25\n".encode("cp1252"))
    assert read_scale_table(file, [Path("brücke.jpg")])[Path("brücke.jpg")].mm_per_px == 0.25
    for other in ("mac_roman", "cp850"):
        file.write_bytes("photo;mm_per_px\nbrücke.jpg;0,25\n".encode(other))
        with pytest.raises(UsageError, match=r"not .*in UTF-8.*save it as CSV UTF-8"):
            read_scale_table(file, [Path("brücke.jpg")])


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("0,25", "1,250"), (0.25, 1.25)),  # what stands beside it decides
        (("0.25", "1.250"), (0.25, 1.25)),
        (("1.250", "2"), (1.25, 2.0)),
        (("0,250", "0,125"), (0.25, 0.125)),  # no thousands begin with a zero
    ],
)
def test_the_decimal_mark_of_a_table(tmp_path, cells, read):
    found = table(tmp_path, f"photo;mm_per_px\na.jpg;{cells[0]}\nb.jpg;{cells[1]}\n")
    assert tuple(found[photo].mm_per_px for photo in PHOTOS[:2]) == read


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("1,250", "2"), "line 2: mm_per_px: 1,250 may mean 1.25 or 1250"),
        (("0.25", "1,250"), "line 3: mm_per_px: 1,250 may mean"),
        (("0,25", "1.250"), "line 3: mm_per_px: 1.250 may mean"),
        (("0,25", "1,2,3"), "line 3: mm_per_px must be a number"),
    ],
)
def test_a_number_that_may_be_two_is_refused(tmp_path, cells, told):
    with pytest.raises(UsageError, match=told):
        table(tmp_path, f"photo;mm_per_px\na.jpg;{cells[0]}\nb.jpg;{cells[1]}\n")


def test_a_decimal_comma_between_commas_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"line 2.*a decimal comma needs semicolons"):
        table(tmp_path, "photo,mm_per_px\na.jpg,0,25\n")


def test_line_numbers_count_the_separator_line(tmp_path):
    with pytest.raises(UsageError, match=r"line 3: no photograph is called 'd\.jpg'"):
        table(tmp_path, "sep=;\nphoto;mm_per_px\nd.jpg;0,25\n")
    with pytest.raises(UsageError, match="line 2: there is no column 'mm'"):
        table(tmp_path, "sep=;\nphoto;mm\na.jpg;0,25\n")


def test_a_table_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_scale_table(tmp_path / "none.csv", PHOTOS)
    (tmp_path / "latin.csv").write_bytes(b"photo,mm_per_px\n\xe4.jpg,1\n")
    with pytest.raises(UsageError, match="UTF-8"):
        read_scale_table(tmp_path / "latin.csv", PHOTOS)


def photo(tmp_path, shape=(300, 400, 3)):
    return Photo(tmp_path / "a.jpg", np.full(shape, 150, np.uint8), "0" * 64)


def test_without_anything_the_text_says_how_to_get_a_scale(tmp_path):
    scale, why, covered = find_scale(photo(tmp_path), Metadata(), ScaleRequest())
    assert scale is None
    assert covered is None
    assert "--marker 50mm" in why
    assert "--mm-per-px" in why


def test_what_was_typed_beats_metadata_and_a_row_beats_all(tmp_path):
    from cracklens.photos.scale import ScaleRow

    drone = Metadata(4000, 3000, xmp=Xmp(laser_distance_m=5.0, calibrated_focal_px=3000.0))
    found, _, _ = find_scale(photo(tmp_path), drone, ScaleRequest())
    assert found.source == "metadata"
    found, _, _ = find_scale(photo(tmp_path), drone, ScaleRequest(mm_per_px=0.5))
    assert (found.source, found.mm_per_px) == ("typed", 0.5)
    row = ScaleRow(2, "a.jpg", mm_per_px=0.3, relative_standard=0.01)
    found, _, _ = find_scale(
        photo(tmp_path), drone, ScaleRequest(mm_per_px=0.5, marker_mm=50, row=row)
    )
    assert found.mm_per_px == 0.3
    assert found.relative_standard == pytest.approx(
        math.hypot(0.01, 1 / math.cos(math.atan(0.14)) - 1), rel=0.05
    )


def test_a_source_that_failed_is_named(tmp_path):
    request = ScaleRequest(marker_mm=50.0, mm_per_px=0.5)
    found, _, _ = find_scale(photo(tmp_path), Metadata(), request)
    assert found.source == "typed"
    assert any(risk.startswith("not used: no marker was found") for risk in found.risks)
    scale, why, _ = find_scale(photo(tmp_path), Metadata(), ScaleRequest(marker_mm=50.0))
    assert scale is None
    assert why.startswith("no scale: no marker was found")


def test_an_impossible_typed_scale_gives_none(tmp_path):
    scale, why, _ = find_scale(photo(tmp_path), Metadata(), ScaleRequest(mm_per_px=50.0))
    assert scale is None
    assert "cannot be right" in why


def test_a_request_that_names_no_dictionary_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no marker dictionary"):
        find_scale(photo(tmp_path), Metadata(), ScaleRequest(marker_mm=50.0, dictionary="4x5"))


FAULTS = [
    np.linalg.LinAlgError("Singular matrix"),
    ZeroDivisionError(),
    FloatingPointError("overflow"),
    ValueError("x0 is infeasible"),
    IndexError("out of bounds"),
    cv2.error("bad argument"),
]


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_scale_that_cannot_be_computed_is_none_with_its_reason(error, monkeypatch):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr("cracklens.photos.scale.find._from_points", fails)
    photo = Photo(Path("wall.jpg"), np.zeros((30, 40, 3), np.uint8), "0" * 64)
    request = ScaleRequest(points_px=((0.0, 0.0), (9.0, 0.0)), length_mm=5.0)
    scale, reason, _ = find_scale(photo, Metadata(40, 30), request)
    assert scale is None
    assert "could not be computed" in reason
    assert "--mm-per-px" in reason


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_markers_that_cannot_be_located_cost_the_scale_alone(error, monkeypatch):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr("cracklens.photos.scale.sight.find_markers", fails)
    photo = Photo(Path("wall.jpg"), np.zeros((30, 40, 3), np.uint8), "0" * 64)
    scale, reason, covered = find_scale(photo, Metadata(40, 30), ScaleRequest(marker_mm=50.0))
    assert scale is None
    assert covered is None
    assert "markers could not be located" in reason
    scale, _, _ = find_scale(
        photo, Metadata(40, 30), ScaleRequest(marker_mm=50.0, mm_per_px=0.2)
    )  # another way is still gone
    assert scale.mm_per_px == 0.2
    assert any("could not be located" in risk for risk in scale.risks)
    scale, reason, _ = find_scale(photo, Metadata(40, 30), ScaleRequest())
    assert scale is None
    assert "--marker 50mm" in reason


@pytest.mark.parametrize("broken", [{"relative_standard": math.nan}, {"tilt_deg": math.inf}])
def test_a_scale_without_finite_figures_is_refused(broken):
    with pytest.raises(UsageError, match="finite"):
        Scale(
            **{"mm_per_px": 0.2, "relative_standard": 0.01, "source": "typed", "detail": ""}
            | broken
        )
