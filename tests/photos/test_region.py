"""The region that a person wants searched: masks and polygons, and what is wrong with them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.photos import Photo, read_photo
from cracklens.photos.no_concrete import NoConcrete
from cracklens.photos.polygon_file import read_polygons, self_crossing
from cracklens.photos.region import within_region

H, W = 60, 80
SQUARE = [[10, 20], [50, 20], [50, 40], [10, 40]]


def photo(no_concrete=None):
    return Photo(Path("wall.jpg"), np.zeros((H, W, 3), np.uint8), "", (), no_concrete)


def save_mask(path, mask):
    Image.fromarray(np.asarray(mask, np.uint8)).save(path)
    return path


def save_json(path, content):
    path.write_text(json.dumps(content))
    return path


def test_all_but_zero_of_a_mask_is_searched(tmp_path):
    mask = np.zeros((H, W))
    mask[10:20, 30:40] = 1
    found = within_region(photo(), save_mask(tmp_path / "wall.png", mask)).no_concrete
    assert (found.mask == (mask == 0)).all()
    assert found.why == ("outside the region",)


def test_a_region_joins_what_is_known_to_be_no_concrete(tmp_path):
    known = np.zeros((H, W), bool)
    known[:, :5] = True
    mask = np.full((H, W), 255)
    mask[:, 70:] = 0
    given_ = photo(NoConcrete(known, ("nodata",)))
    found = within_region(given_, save_mask(tmp_path / "wall.png", mask)).no_concrete
    assert (found.mask == (known | (mask == 0))).all()
    assert found.why == ("nodata", "outside the region")


def test_a_region_that_is_all_of_the_photograph_changes_nothing(tmp_path):
    whole = save_mask(tmp_path / "wall.png", np.full((H, W), 255))
    assert within_region(photo(), whole).no_concrete is None


@pytest.mark.parametrize(
    "content",
    [
        SQUARE,
        [SQUARE],
        [[*SQUARE, SQUARE[0]]],
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
            ],
        },
    ],
)
def test_polygons_of_each_form_hold_the_same_pixels(tmp_path, content):
    found = within_region(photo(), save_json(tmp_path / "wall.json", content)).no_concrete
    inside = np.zeros((H, W), bool)
    inside[20:41, 10:51] = True  # corners are centres of pixels
    assert (~found.mask == inside).all()


def test_inner_rings_are_holes_and_polygons_add_up(tmp_path):
    hole = [[20, 25], [30, 25], [30, 35], [20, 35]]
    other = [[60, 0], [79, 0], [79, 10], [60, 10]]
    content = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], [other]]}
    searched = ~within_region(photo(), save_json(tmp_path / "a.geojson", content)).no_concrete.mask
    assert not searched[30, 25]
    assert searched[22, 12]
    assert searched[5, 70]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([[0, 0], [40, 40], [40, 0], [0, 40]], r"crosses itself near \(20\.0, 20\.0\)"),
        ([[0, 0], [40, 0], [20, 0], [20, 40]], r"crosses itself near \(40\.0, 0\.0\)"),
        ([[0, 0], [40, 0]], "fewer than three"),
        ([], "no polygon"),
        ({"type": "Point", "coordinates": [3, 4]}, "Point is no polygon"),
        ([[0, 0], [400, 0], [40, 40]], r"\(400, 0\) lies outside the photograph of 80 x 60 px"),
        ([[0, 0], [40, float("nan")], [40, 40]], "no number"),
        ([[0, "a"], [40, 0], [40, 40]], "no list of corners"),
        ([[[i, i % 7] for i in range(5000)]], "at most 4,000"),
    ],
)
def test_a_wrong_polygon_is_refused_with_its_place(tmp_path, content, said):
    file = save_json(tmp_path / "wall.json", content)
    with pytest.raises(PhotoError, match=said) as error:
        within_region(photo(), file)
    assert error.value.path == Path("wall.jpg")
    assert str(file) in str(error.value)


def test_a_ring_that_encloses_no_pixel_is_refused(tmp_path):
    file = save_json(tmp_path / "a.json", [[[0.2, 0.2], [0.4, 0.2], [0.3, 0.21]]])
    drawn = within_region(photo(), file).no_concrete  # OpenCV draws outlines: a pixel at least
    assert 1 <= (~drawn.mask).sum() <= 4


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((H, W + 1), "the mask has 81 x 60 px, the photograph 80 x 60 px: save the mask"),
        ((W, H), "the mask has 60 x 80 px, the photograph 80 x 60 px, the size before"),
    ],
)
def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path, shape, said):
    with pytest.raises(PhotoError, match=re.escape(said)):
        within_region(photo(), save_mask(tmp_path / "wall.png", np.full(shape, 255)))


def test_an_empty_mask_is_refused(tmp_path):
    with pytest.raises(PhotoError, match="is empty"):
        within_region(photo(), save_mask(tmp_path / "wall.png", np.zeros((H, W))))


@pytest.mark.parametrize("name", ["wall.png", "wall.json"])
def test_a_file_that_is_no_region_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x89no")
    with pytest.raises(PhotoError, match=name):
        within_region(photo(), tmp_path / name)


def test_a_region_is_that_of_the_upright_photograph(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (W, H), "grey").save(tmp_path / "wall.jpg", exif=exif)
    mask = np.zeros((W, H))
    mask[:10] = 255
    upright = read_photo(tmp_path / "wall.jpg")
    found = within_region(upright, save_mask(tmp_path / "m.png", mask)).no_concrete
    assert not found.mask[:10].any()


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=8, unique=True)
)
def test_crossing_agrees_with_a_count_of_windings(corners):
    """The corners in order of angle around a point inside make a simple ring."""
    points = np.array(corners, float)
    centre = points.mean(axis=0) + np.array((0.0123, 0.0217))
    angles = np.arctan2(*(points - centre).T[::-1])
    if len(np.unique(np.round(angles, 6))) < len(angles) or np.ptp(angles) < np.pi:
        return
    ring = points[np.argsort(angles)]
    gaps = np.diff(np.append(np.sort(angles), np.sort(angles)[0] + 2 * np.pi))
    if gaps.max() < np.pi - 1e-6:
        assert self_crossing(ring) is None


def test_a_byte_order_mark_is_passed_over(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(SQUARE), encoding="utf-8-sig")
    assert len(read_polygons(tmp_path / "a.json")[0][0]) == 4
