"""The orientation of a picture counts the same in every format, wherever the file says it."""

import io
import struct

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cracklens.photos import read_photo
from cracklens.photos.metadata import read_metadata

STORED = (40, 60)
FORMS = [
    '<rdf:Description tiff:Orientation="{}"/>',
    "<rdf:Description tiff:Orientation='{}'/>",
    '<rdf:Description tiff:Orientation = "{}" />',
    "<tiff:Orientation>{}</tiff:Orientation>",
    "<tiff:Orientation> {} </tiff:Orientation>",
]


def picture():
    ramp = np.linspace(0, 250, STORED[0] * STORED[1]).astype(np.uint8).reshape(STORED)
    return Image.fromarray(np.repeat(ramp[:, :, None], 3, axis=2))


def save(path, *, exif=None, xmp=None):
    options = {} if exif is None else {"exif": exif}
    if xmp is not None:
        if path.suffix == ".png":
            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", xmp.decode())
            options["pnginfo"] = info
        elif path.suffix == ".tif":
            options["tiffinfo"] = {700: xmp}
        else:
            options["xmp"] = xmp
    picture().save(path, **options)
    return path


def orientation_exif(number):
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def corners(path):
    grey = read_photo(path).pixels[..., 0].astype(int)
    return grey.shape, [grey[0, 0] > grey[-1, -1], grey[0, -1] > grey[-1, 0]]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("number", [3, 6, 7])
def test_an_orientation_in_xmp_alone_counts_as_that_of_exif(tmp_path, suffix, form, number):
    by_exif = save(tmp_path / f"exif{suffix}", exif=orientation_exif(number))
    by_xmp = save(tmp_path / f"xmp{suffix}", xmp=form.format(number).encode())
    assert read_metadata(by_xmp).orientation == number
    assert corners(by_xmp) == corners(by_exif)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_exif_comes_before_xmp_unless_it_is_invalid(tmp_path, suffix):
    xmp = FORMS[0].format(6).encode()
    both = save(tmp_path / f"both{suffix}", exif=orientation_exif(3), xmp=xmp)
    assert read_metadata(both).orientation == 3
    assert corners(both)[0] == STORED
    invalid = save(tmp_path / f"invalid{suffix}", exif=orientation_exif(9), xmp=xmp)
    assert read_metadata(invalid).orientation == 6
    assert corners(invalid)[0] == STORED[::-1]


@pytest.mark.parametrize("segments", [1, 5])
def test_exif_is_seen_behind_long_segments(tmp_path, segments):
    memory = io.BytesIO()
    picture().save(memory, "JPEG", exif=orientation_exif(6))
    data = memory.getvalue()
    long = b"http://ns.adobe.com/xmp/extension/\0" + b"x" * 65000
    block = (b"\xff\xe1" + struct.pack(">H", len(long) + 2) + long) * segments
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:2] + block + data[2:])
    assert read_metadata(path).orientation == 6
    assert read_photo(path).pixels.shape == (60, 40, 3)


def test_the_word_in_the_pixels_is_no_orientation(tmp_path):
    path = save(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + b'<x tiff:Orientation="6"/>Exif\0\0')
    assert read_photo(path).pixels.shape == (*STORED, 3)
