"""Arrays and PIL images are read like the files that hold the same pixels."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import PhotoError, UsageError
from cracklens.photos import given_pictures, read_photo, stream_photos
from cracklens.photos.in_memory import check_picture

RGB = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)


def read(picture, **more):
    (given,) = given_pictures(picture)
    return given.read(**more)


def test_pixels_of_an_array_are_taken_as_they_are():
    photo = read(RGB)
    np.testing.assert_array_equal(photo.pixels, RGB)
    assert photo.path == Path("<picture 0>")
    assert (photo.width_px, photo.height_px, photo.notes) == (40, 30, ())


def test_views_with_other_strides_are_read_right():
    np.testing.assert_array_equal(read(RGB[::-1, ::2, ::-1]).pixels, RGB[::-1, ::2, ::-1])
    assert read(RGB[..., ::-1][..., ::-1]).sha256 == read(RGB.copy()).sha256
    assert read(RGB[..., ::-1]).sha256 != read(RGB).sha256


def test_grey_becomes_three_equal_channels():
    np.testing.assert_array_equal(read(RGB[..., 0]).pixels, np.stack([RGB[..., 0]] * 3, axis=2))


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (RGB.astype(np.float32), "array of float32: give uint8"),
        (RGB.astype(np.uint16), "array of uint16: give uint8"),
        (RGB > 3, "array of bool: give uint8"),
        (np.zeros((3, 30, 40), np.uint8), "array of 3 x 30 x 40: give height x width x 3"),
        (np.zeros((30, 40, 4), np.uint8), "array of 30 x 40 x 4"),
        (np.zeros((30, 40, 1), np.uint8), "array of 30 x 40 x 1"),
        (np.zeros((2, 30, 40, 3), np.uint8), "of a stack, give a list of its pictures"),
        (np.array(3, np.uint8), "array of no dimension"),
        (np.uint8(3), "of type uint8"),
        (None, "<picture 0> is of type NoneType"),
        (np.zeros((0, 40, 3), np.uint8), "without pixels"),
        ([None], "<picture 0> is of type NoneType: give a path"),
        (["a.jpg", 7][1:], "of type int"),
        (b"\xff\xd8", "of type bytes"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(picture, said):
    with pytest.raises(UsageError, match=said):
        given_pictures(picture)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "CMYK", "1", "I;16"])
def test_an_image_of_pil_is_read_like_its_file(tmp_path, mode):
    image = Image.fromarray(RGB).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    image.save(tmp_path / "a.tif")
    wanted = read_photo(tmp_path / "a.tif")
    for given in (image, Image.open(tmp_path / "a.tif")):
        np.testing.assert_array_equal(read(given).pixels, wanted.pixels)
        assert read(given).notes == wanted.notes


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_of_pil_is_turned_upright(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(RGB).save(tmp_path / "a.png", exif=exif)
    wanted = read_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(read(Image.open(tmp_path / "a.png")).pixels, wanted.pixels)


def test_one_image_can_be_given_twice(tmp_path):
    Image.fromarray(np.tile(RGB, (20, 20, 1))).save(tmp_path / "a.png")
    image = Image.open(tmp_path / "a.png")
    photos = list(stream_photos(given_pictures([image] * 12), lambda p: p.pixels, workers=8))
    assert {pixels.tobytes() for pixels in photos} == {np.tile(RGB, (20, 20, 1)).tobytes()}


def test_order_is_kept_where_names_and_pictures_are_mixed(tmp_path):
    for name in ("b.png", "a.png"):
        Image.fromarray(RGB).save(tmp_path / name)
    given = given_pictures([RGB, tmp_path, Image.fromarray(RGB), str(tmp_path / "b.png"), RGB])
    assert [each.path.name if not isinstance(each, Path) else each.name for each in given] == [
        "<picture 0>", "a.png", "b.png", "<picture 2>", "b.png", "<picture 4>",
    ]  # fmt: skip


def test_too_large_and_damaged_ones_say_so():
    with pytest.raises(PhotoError, match="<picture 0>: 40 x 30 is 0 million pixels, over"):
        read(RGB, max_pixels=1199)
    assert read(RGB, max_pixels=1200).width_px == 40
    with pytest.raises(PhotoError, match="over the budget"):
        read(Image.fromarray(RGB), max_pixels=1199)
    data = io.BytesIO()
    Image.fromarray(RGB).save(data, "PNG")
    cut = Image.open(io.BytesIO(data.getvalue()[:200]))
    with pytest.raises(PhotoError, match="<picture 0>: the picture is damaged or cut off"):
        read(cut)


def test_a_good_picture_is_returned_as_it_is():
    assert check_picture(RGB, "x") is RGB
