"""TIFF and GeoTIFF as other programs write them: depths, bands, pages, compressions, HEIC beside."""

import base64
import io

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.photos import read_photo
from cracklens.photos.decoder_messages import suppressed_messages
from cracklens.photos.metadata import read_metadata
from cracklens.photos.scale.geotiff import scale_from_transform

H, W = 70, 90
RNG = np.random.default_rng(5)
WALL = RNG.integers(30, 220, (H, W, 3), np.uint8)
HEIC = base64.b64decode(  # 48 x 32 px, red 5 x, green 7 y, blue 120, by x265 at quality 60
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA"
    "AAAAADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAAHwAAgAAAAACXgABAAAAAAAAACoAAAA4aWluZgAAAAAAAgAAABVp"
    "bmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZo"
    "dmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAA"
    "AwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAA"
    "AAAAQAAAAEAAAAAoY2xhcAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1h"
    "AAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAArm1kYXQAAAB4KAGvCeA9/s3PJwg6WGMkh9gv"
    "0cKF3a5r1ZQveYggwWwe1dR7u60zL23Oi3dKXWoV4+w3X7vsR0YSrwpurJtqOlFCpYmeDDWfutfPgVdwZ519AxY4XOJ7wEuL"
    "vfd2SDeaDd28sX2uQrDdimygLlYIE/n45DifMhL+AAAABkV4aWYAAE1NACoAAAAIAAEBEAACAAAABgAAABoAAAAAcGhvbmUA"
)


def written(path, values, **options):
    tifffile.imwrite(path, values, **{"photometric": "rgb", **options})
    return read_photo(path)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(
    ("dtype", "factor"), [("uint8", 1), ("uint16", 257), ("float32", 1 / 255), ("float64", 1)]
)
def test_three_colours_of_any_depth(tmp_path, dtype, factor, compression, planar):
    values = (WALL * np.float64(factor)).astype(dtype)
    photo = written(
        tmp_path / "a.tif", values if planar == "contig" else np.moveaxis(values, -1, 0),
        compression=compression, planarconfig=planar,
    )  # fmt: skip
    assert np.array_equal(photo.pixels, WALL)
    assert bool(photo.notes) == (dtype != "uint8")


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("bands", [2, 4, 5, 8])
def test_of_more_bands_the_first_three_are_the_colours(tmp_path, bands, dtype):
    values = RNG.integers(30, 220, (H, W, bands)).astype(np.uint8)
    factor = {"uint8": 1, "uint16": 257, "float32": 1 / 255}[dtype]
    photo = written(
        tmp_path / "a.tif", (values * np.float64(factor)).astype(dtype), planarconfig="contig",
        photometric="minisblack", extrasamples=["unspecified"] * (bands - 1),
    )  # fmt: skip
    assert np.array_equal(photo.pixels, values[..., :3] if bands > 2 else values[..., [0, 0, 0]])
    assert photo.no_concrete is None
    if bands > 4:
        assert f"{bands} bands: the first three are taken as red, green and blue" in photo.notes


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_lzw_of_values_that_pillow_does_not_know(tmp_path, dtype):
    values = WALL.astype(dtype) if dtype != "float32" else (WALL / 255).astype(dtype)
    params = [cv2.IMWRITE_TIFF_COMPRESSION, 5]
    assert cv2.imwrite(str(tmp_path / "a.tif"), values[..., ::-1], params)
    photo = read_photo(tmp_path / "a.tif")
    expected = WALL >> 8 if dtype in {"uint16", "int16"} else WALL
    assert np.array_equal(photo.pixels, expected)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.linspace(312, 318, H * W).reshape(H, W).astype(np.float32), "312 to 318.*heights"),
        (np.linspace(-3, 1, H * W).reshape(H, W).astype(np.float32), "-3 to 1.*heights"),
        (np.linspace(-5, 900, H * W).reshape(H, W).astype(np.int16), "32-bit grey|below 0"),
        (np.full((H, W), 70_000, np.uint32), "32-bit"),
    ],
)
def test_values_that_are_no_grey_levels_are_refused(tmp_path, values, said):
    with pytest.raises(PhotoError, match=said):
        written(tmp_path / "a.tif", values, photometric="minisblack")


@pytest.mark.parametrize("marked", [True, False])
def test_overviews_and_thumbnails_are_no_pages(tmp_path, marked):
    kind = {"subfiletype": 1} if marked else {}
    for first in (True, False):
        pages = [WALL, *(np.ascontiguousarray(WALL[::step, ::step]) for step in (2, 4))]
        with tifffile.TiffWriter(tmp_path / "a.tif") as file:
            for page in pages if first else pages[::-1]:
                file.write(page, photometric="rgb", **(kind if page is not pages[0] else {}))
        photo = read_photo(tmp_path / "a.tif")
        assert np.array_equal(photo.pixels, WALL)
        assert photo.notes == ()


def test_overviews_in_their_own_folder_are_no_pages(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(WALL, photometric="rgb", subifds=1)
        file.write(WALL[::2, ::2], photometric="rgb", subfiletype=1)
    assert np.array_equal(read_photo(tmp_path / "a.tif").pixels, WALL)


@pytest.mark.parametrize(("bands", "dtype"), [(3, "uint8"), (5, "uint8"), (3, "float32")])
def test_the_scale_of_a_geotiff_is_found_whatever_its_values(tmp_path, bands, dtype):
    values = np.full((H, W, bands), 1, dtype)
    keys = (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 25832)
    place = (0.0, 0.0, 0.0, 500_000.0, 5_700_000.0, 0.0)  # on the central meridian
    tags = [(33550, "d", 3, (0.002, 0.002, 0.0), True), (33922, "d", 6, place, True),
            (34735, "H", 12, keys, True)]  # fmt: skip
    written(tmp_path / "a.tif", values, planarconfig="contig", extratags=tags,
            extrasamples=["unspecified"] * (bands - 3))  # fmt: skip
    assert scale_from_transform(tmp_path / "a.tif").mm_per_px == pytest.approx(
        2.0 / 0.9996, rel=1e-5
    )


def test_two_pictures_in_one_file_are_refused(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for size in (W, W - 7):
            file.write(np.ascontiguousarray(WALL[:, :size]), photometric="rgb")
    with pytest.raises(PhotoError, match="2 frames or pages"):
        read_photo(tmp_path / "a.tif")


def test_a_raw_file_named_tif_is_not_taken_for_its_thumbnail(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        dng = [(50706, "B", 4, b"\x01\x04\x00\x00", True)]
        file.write(WALL[::4, ::4], photometric="rgb", subfiletype=1, subifds=1, extratags=dng)
        file.write(WALL[..., 0], photometric=32803, subfiletype=0)
    with pytest.raises(PhotoError, match="raw file"):
        read_photo(tmp_path / "a.tif")


def test_the_budget_counts_the_picture_and_not_its_thumbnail(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(WALL[::2, ::2], photometric="rgb", subfiletype=1)
        file.write(WALL, photometric="rgb")
    with pytest.raises(PhotoError, match="over the budget"):
        read_photo(tmp_path / "a.tif", max_pixels=H * W - 1)


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "a.hif", "sent.jpg"])
def test_heic_is_read(tmp_path, name):
    (tmp_path / name).write_bytes(HEIC)
    photo = read_photo(tmp_path / name)
    rows, columns = np.mgrid[0:32, 0:48]
    true = np.stack([5 * columns, 7 * rows, np.full_like(rows, 120)], axis=-1)
    assert np.abs(photo.pixels.astype(int) - true).mean() < 12
    assert bool(photo.notes) == name.endswith(".jpg")
    assert read_metadata(tmp_path / name).model == "phone"


def test_avif_is_read(tmp_path):
    soft = cv2.GaussianBlur(WALL, (0, 0), 4)
    Image.fromarray(soft).save(tmp_path / "a.avif", quality=95)
    assert np.abs(read_photo(tmp_path / "a.avif").pixels.astype(int) - soft).mean() < 3


def test_a_damaged_file_prints_nothing_on_the_terminal(tmp_path, capfd):
    whole = cv2.imencode(".tif", WALL, [cv2.IMWRITE_TIFF_COMPRESSION, 5])[1].tobytes()
    jpeg = io.BytesIO()
    Image.fromarray(WALL).save(jpeg, "TIFF", compression="jpeg")
    for kind, data in (("lzw", whole), ("jpeg", jpeg.getvalue())):
        for place in range(300, len(data) - 300, 997):
            path = tmp_path / f"{kind}.tif"
            path.write_bytes(data[:place] + b"\xff\xd9\xa5" * 40 + data[place + 120 :])
            try:
                read_photo(path)
            except PhotoError as error:
                assert "\n" not in str(error)  # noqa: PT017
    assert capfd.readouterr() == ("", "")


def test_what_others_print_meanwhile_comes_through(capfd):
    import os

    kept = []
    with suppressed_messages(kept):
        os.write(2, b"LZWDecode: Using code not yet in table.\n")
        os.write(2, b"inspect: 3 of 9 photographs\n")
    assert capfd.readouterr().err == "inspect: 3 of 9 photographs\n"
    assert kept == ["LZWDecode: Using code not yet in table."]
