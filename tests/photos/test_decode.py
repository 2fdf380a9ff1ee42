"""Every kind of picture file that a person may have, against Pillow as reference."""

import hashlib
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from cracklens.errors import PhotoError
from cracklens.photos import read_photo
from cracklens.photos.decode import peek_pixels
from cracklens.photos.unsupported import RAWS

ORIENTATION = 0x0112
LOSSLESS = [".png", ".tif", ".bmp", ".webp", ".ppm"]


def picture(width=97, height=61, seed=0):
    """Smooth colours, so that no reader gains from chance; width and height odd and different."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def saved(path, image, **options):
    image.save(path, **options)
    return path


def reference(path):
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def test_a_photo_carries_its_pixels_its_path_and_the_hash_of_its_bytes(tmp_path):
    path = saved(tmp_path / "a.png", picture())
    photo = read_photo(path)
    assert photo.path == path
    assert (photo.width_px, photo.height_px) == (97, 61)
    assert photo.pixels.dtype == np.uint8
    assert photo.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert photo.notes == ()
    assert np.array_equal(read_photo(str(path)).pixels, photo.pixels)


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_formats_give_the_exact_pixels(tmp_path, suffix):
    options = {"lossless": True} if suffix == ".webp" else {}
    path = saved(tmp_path / f"a{suffix}", picture(), **options)
    photo = read_photo(path)
    assert np.array_equal(photo.pixels, np.asarray(picture()))
    assert photo.notes == ()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("quality", [30, 95])
def test_jpeg_pixels_equal_those_of_pillow(tmp_path, quality, subsampling, progressive):
    path = saved(
        tmp_path / "a.jpg",
        picture(),
        quality=quality,
        subsampling=subsampling,
        progressive=progressive,
    )
    difference = read_photo(path).pixels.astype(int) - reference(path)
    assert np.abs(difference).max() <= 2  # two builds of libjpeg-turbo may round differently


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_exif_orientation_is_applied_as_pillow_does(tmp_path, suffix, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if suffix == ".webp" else {}
    path = saved(tmp_path / f"a{suffix}", picture(), exif=exif, **options)
    photo = read_photo(path)
    assert photo.pixels.shape[:2] == ((97, 61) if orientation > 4 else (61, 97))
    difference = photo.pixels.astype(int) - reference(path)
    assert np.abs(difference).max() <= (2 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(tmp_path, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = saved(tmp_path / "a.jpg", picture(), exif=exif)
    assert read_photo(path).pixels.shape == (61, 97, 3)


@pytest.mark.parametrize(
    "block", [b"\xff" * 40, b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00"]
)
def test_a_broken_exif_block_does_not_spoil_the_pixels(tmp_path, block):
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(picture(), "JPEG", exif=b"Exif\x00\x00" + block))
    assert read_photo(path).pixels.shape == (61, 97, 3)


def test_the_name_does_not_decide_the_format_and_the_mismatch_is_noted(tmp_path):
    path = tmp_path / "really.jpg"
    path.write_bytes(encoded(picture(), "PNG"))
    photo = read_photo(path)
    assert np.array_equal(photo.pixels, np.asarray(picture()))
    assert photo.notes == ("PNG named '.jpg'",)
    path = tmp_path / "really.png"
    path.write_bytes(encoded(picture(), "JPEG"))
    assert read_photo(path).notes == ("JPEG named '.png'",)


def test_grey_jpeg_and_png_become_three_equal_channels(tmp_path):
    grey = picture().convert("L")
    for name in ("a.jpg", "a.png"):
        path = saved(tmp_path / name, grey)
        pixels = read_photo(path).pixels
        assert pixels.shape == (61, 97, 3)
        assert np.abs(pixels.astype(int) - reference(path)).max() <= 1


@pytest.mark.parametrize("transform", [0, 2], ids=["CMYK", "YCCK"])
def test_cmyk_jpeg_is_converted_and_noted(tmp_path, transform):
    data = bytearray(encoded(picture().convert("CMYK"), "JPEG", quality=95))
    data[data.index(b"Adobe") + 11] = transform  # the colour transform in the APP14 segment
    path = tmp_path / "print.jpg"
    path.write_bytes(data)
    photo = read_photo(path)
    assert np.array_equal(photo.pixels, reference(path))
    assert photo.notes == ("CMYK converted to RGB without a colour profile",)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_grey_is_scaled_over_its_whole_range(tmp_path, suffix):
    values = np.array([[0, 128, 129, 257, 32768, 65407, 65535]], np.uint16)
    path = saved(tmp_path / f"deep{suffix}", Image.fromarray(values))
    photo = read_photo(path)
    assert photo.pixels[0, :, 0].tolist() == np.round(values[0] / 257).astype(int).tolist()
    assert (photo.pixels == photo.pixels[:, :, :1]).all()
    assert photo.notes == ("16-bit grey scaled to 8 bits",)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("highest", [65535, 4096, 4095])
def test_16_bit_colour_says_what_was_cut(tmp_path, suffix, highest):
    values = np.linspace(0, highest, 5 * 7 * 3).astype(np.uint16).reshape(5, 7, 3)
    path = tmp_path / f"deep{suffix}"
    assert cv2.imwrite(str(path), values[..., ::-1])
    photo = read_photo(path)
    assert np.array_equal(photo.pixels, values >> 8)
    assert photo.notes[0] == "16-bit values cut to their upper 8 bits"
    assert ["nearly black" in note for note in photo.notes[1:]] == [True] * (highest < 4096)


@pytest.mark.parametrize(("highest", "dark"), [(4095, True), (4096, False), (0, False)])
def test_12_bit_values_in_16_bit_grey_are_said(tmp_path, highest, dark):
    path = saved(tmp_path / "deep.tif", Image.fromarray(np.array([[0, highest]], np.uint16)))
    assert any("nearly black" in note for note in read_photo(path).notes) == dark


@pytest.mark.parametrize(
    ("mode", "suffix"), [("RGB", ".png"), ("L", ".tif"), ("RGB", ".tif"), ("RGB", ".bmp")]
)
def test_8_bits_get_no_note(tmp_path, mode, suffix):
    path = saved(tmp_path / f"dark{suffix}", Image.new(mode, (16, 16)))  # 16 is no depth
    assert read_photo(path).notes == ()


@pytest.mark.parametrize("suffix", sorted(RAWS))
def test_a_raw_file_is_named_and_its_thumbnail_is_no_photograph(tmp_path, suffix):
    path = tmp_path / f"a{suffix.upper()}"
    path.write_bytes(encoded(picture(16, 12), "TIFF"))
    with pytest.raises(PhotoError, match="raw file: export as JPEG or TIFF first"):
        read_photo(path)


@pytest.mark.parametrize(
    "start",
    [
        b"\x00\x00\x00\x18ftyp3gp5",
        b"\x00\x00\x01\xba",
        b"\x00\x00\x01\xb3",
        bytes.fromhex("3026b2758e66cf11"),
        (b"G" + bytes(187)) * 2,
        (bytes(4) + b"G" + bytes(187)) * 2,
    ],
)
def test_a_video_is_called_one(tmp_path, start):
    (tmp_path / "film").write_bytes(start + bytes(400))
    with pytest.raises(PhotoError, match="save stills from it first"):
        read_photo(tmp_path / "film")


@pytest.mark.parametrize("value", [-1, 65536])
def test_32_bit_grey_is_refused(tmp_path, value):
    path = saved(tmp_path / "deep.tif", Image.fromarray(np.full((2, 3), value, np.int32)))
    with pytest.raises(PhotoError, match="32-bit grey"):
        read_photo(path)


def test_transparency_is_laid_on_white_in_proportion(tmp_path):
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 0] = 200
    rgba[0, :, 3] = [0, 128, 255]
    photo = read_photo(saved(tmp_path / "a.png", Image.fromarray(rgba)))
    assert photo.pixels[0, 0].tolist() == [255, 255, 255]
    assert photo.pixels[0, 2].tolist() == [200, 0, 0]
    half = 255 - (np.array([55, 255, 255]) * 128 / 255)
    assert np.abs(photo.pixels[0, 1] - half).max() <= 1
    assert photo.notes == ("transparency laid on white",)


def test_palette_with_and_without_transparency(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    opaque = read_photo(saved(tmp_path / "opaque.png", image))
    assert opaque.pixels[0].tolist() == [[10, 20, 30], [200, 100, 50]]
    assert opaque.notes == ()
    clear = read_photo(saved(tmp_path / "clear.png", image, transparency=0))
    assert clear.pixels[0].tolist() == [[255, 255, 255], [200, 100, 50]]
    assert clear.notes == ("transparency laid on white",)


def test_grey_with_alpha_and_one_bit(tmp_path):
    both = Image.merge("LA", [Image.new("L", (2, 1), 90), Image.new("L", (2, 1), 0)])
    assert (read_photo(saved(tmp_path / "la.png", both)).pixels == 255).all()
    bits = Image.new("1", (2, 1))
    bits.putpixel((1, 0), 1)
    pixels = read_photo(saved(tmp_path / "one.png", bits)).pixels
    assert pixels[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".tif"])
def test_animations_and_many_pages_are_refused_with_their_number(tmp_path, suffix):
    frames = [picture(seed=i) for i in range(3)]
    path = saved(tmp_path / f"many{suffix}", frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(PhotoError, match="3 frames or pages"):
        read_photo(path)


def test_one_frame_of_such_a_format_is_a_still(tmp_path):
    photo = read_photo(saved(tmp_path / "one.gif", picture()))
    assert photo.pixels.shape == (61, 97, 3)
    assert photo.notes == ()


def test_the_second_picture_in_a_phone_jpeg_is_no_hindrance(tmp_path):
    path = tmp_path / "phone.jpg"
    picture().save(path, "MPO", save_all=True, append_images=[picture(seed=1)])
    photo = read_photo(path)
    assert np.abs(photo.pixels.astype(int) - reference(path)).max() <= 2
    assert photo.notes == ()


def test_a_format_that_starts_other_programs_is_not_opened(tmp_path):
    # Pillow hands EPS to Ghostscript
    path = tmp_path / "drawing.jpg"
    picture().save(path, "EPS")
    with pytest.raises(PhotoError, match="not a picture that can be read"):
        read_photo(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused(tmp_path, kind, kept):
    data = encoded(picture(300, 200), kind)
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(PhotoError, match=r"cut\.jpg"):
        read_photo(path)


def test_an_empty_file_says_so(tmp_path):
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(PhotoError, match=r"empty\.jpg: the file is empty \(0 bytes\)"):
        read_photo(tmp_path / "empty.jpg")


def test_text_named_jpg_shows_how_it_starts(tmp_path):
    (tmp_path / "note.jpg").write_text("see the other folder", encoding="utf-8")
    with pytest.raises(PhotoError, match=r"note\.jpg: not a picture .*b'see the '"):
        read_photo(tmp_path / "note.jpg")


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (
            b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
            "HEIC that cannot be decoded",
        ),
        (
            b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic",
            "HEIC that cannot be decoded",
        ),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "a video"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "a video"),
        (b"RIFF\x10\x00\x00\x00AVI LIST", "a video"),
        (b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23", "a video"),
        (b"\xff\x0a\xfa\x12", "JPEG XL is not read"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL is not read"),
        (b"8BPS\x00\x01", "a file of layers"),
        (b"%PDF-1.7", "a document"),
        (b"PK\x03\x04", "an archive"),
    ],
)
def test_what_a_phone_or_a_camera_writes_besides_is_named(tmp_path, start, said):
    (tmp_path / "IMG_1.jpg").write_bytes(start + bytes(100))
    with pytest.raises(PhotoError, match=said):
        read_photo(tmp_path / "IMG_1.jpg")


def test_a_missing_file_a_folder_and_a_link_in_a_circle_are_refused(tmp_path):
    (tmp_path / "circle.jpg").symlink_to(tmp_path / "circle.jpg")
    for path in (tmp_path / "absent.jpg", tmp_path, tmp_path / "circle.jpg"):
        with pytest.raises(PhotoError, match="cannot be read"):
            read_photo(path)


def test_the_budget_holds_at_the_very_pixel(tmp_path):
    for name in ("a.jpg", "a.png"):
        path = saved(tmp_path / name, picture(50, 40))
        assert read_photo(path, max_pixels=2000).pixels.shape == (40, 50, 3)
        with pytest.raises(PhotoError, match=r"50 x 40 .* over the budget .*--max-pixels"):
            read_photo(path, max_pixels=1999)


def claiming(kind, width, height):
    """Return a small file whose header claims a huge picture."""
    data = bytearray(encoded(picture(), kind))
    if kind == "PNG":
        data[16:24] = struct.pack(">II", width, height)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif kind == "JPEG":
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    elif kind == "BMP":
        data[18:26] = struct.pack("<ii", width, height)
    elif kind == "GIF":
        data[6:10] = struct.pack("<HH", width, height)
    elif kind == "TIFF":
        for tag, value in ((256, width), (257, height)):
            for field in (3, 4):
                at = data.find(struct.pack("<HHI", tag, field, 1))
                if at >= 0:
                    data[at : at + 12] = struct.pack("<HHII", tag, 4, 1, value)
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF"])
def test_a_header_that_claims_a_huge_picture_fails_before_decoding(tmp_path, kind):
    (tmp_path / "bomb.jpg").write_bytes(claiming(kind, 60_000, 50_000))
    saved(tmp_path / "small.png", picture())
    # A process of its own: memory that was taken once stays in ru_maxrss.
    code = """
import resource, sys, time
from cracklens.errors import PhotoError
from cracklens.photos import read_photo
read_photo(sys.argv[1])
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    read_photo(sys.argv[2])
except PhotoError as error:
    print(error)
after, end = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
print((after - before) / 1024, end - start)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "small.png", tmp_path / "bomb.jpg"],
        capture_output=True,
        text=True,
        check=True,
    )
    message, figures = done.stdout.splitlines()
    grown_mib, seconds = map(float, figures.split())
    assert "60000 x 50000 is 3000 million pixels, over the budget of 250 million" in message
    assert grown_mib < 30
    assert seconds < 1


def test_reading_leaves_the_limit_of_pillow_as_it_was(tmp_path):
    before = Image.MAX_IMAGE_PIXELS
    assert before is not None
    read_photo(saved(tmp_path / "a.png", picture()))
    (tmp_path / "b.png").write_bytes(b"nothing")
    with pytest.raises(PhotoError):
        read_photo(tmp_path / "b.png")
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    "name", ["Brücke Süd/Pfeiler 3, été.jpg", "写真/ひび.jpg", "a b/[c] #1%.jpg"]
)
def test_paths_with_spaces_and_letters_of_the_world(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir()
    photo = read_photo(saved(path, picture()))
    assert photo.path == path
    assert photo.notes == ()


def as_file(data):
    """Read `data` as a file; return the photo, or None for a PhotoError. Anything else escapes."""
    file = SCRATCH / "any.jpg"
    file.write_bytes(data)
    try:
        return read_photo(file, max_pixels=1_000_000)
    except PhotoError as refused:
        said = str(refused)
    assert said.startswith(f"{file}: ")
    return None


SCRATCH = Path()


@pytest.fixture(autouse=True, scope="module")
def _scratch(tmp_path_factory):
    global SCRATCH  # noqa: PLW0603 - hypothesis forbids fixtures of function scope
    SCRATCH = tmp_path_factory.mktemp("scratch")


SIGNATURES = [
    b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*",
    b"RIFF\x00\x01\x00\x00WEBP", b"P5 4 4 255\n", b"8BPS\x00\x01", b"\x00\x00\x01\x00", b"DDS ",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\x00\x00\x00\x1cftypavif", b"%!PS-Adobe-3.0 EPSF-3.0\n",
    b"icns\x00\x00\x01\x00", b"qoif", b"\x0a\x05\x01\x08",
]  # fmt: skip


@given(st.sampled_from(SIGNATURES), st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_random_bytes_raise_nothing_but_photo_error(signature, data):
    as_file(signature + data)


def turned():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return exif


WHOLE = {
    kind: encoded(picture(40, 30), kind, **options)
    for kind, options in [
        ("JPEG", {"exif": turned()}),
        ("PNG", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {}),
        ("PPM", {}),
        ("JPEG2000", {}),
    ]
}  # fmt: skip


@pytest.mark.slow
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.floats(0.02, 1),
)
@settings(max_examples=200, deadline=None)
def test_damaged_pictures_give_pixels_or_photo_error(kind, damage, kept):
    data = bytearray(WHOLE[kind])
    for place, value in damage:
        # half of the damage goes to the header, where the decoders decide
        where = int(place * 2 * min(len(data), 80)) if place < 0.5 else int(place * len(data))
        data[where % len(data)] = value
    photo = as_file(bytes(data[: max(1, int(kept * len(data)))]))
    if photo is not None:
        assert photo.pixels.dtype == np.uint8
        assert photo.pixels.ndim == 3
        assert photo.pixels.shape[2] == 3
        assert 0 < photo.pixels.size <= 3_000_000


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_the_header_tells_the_pixels(tmp_path, name):
    Image.new("RGB", (70, 30)).save(tmp_path / name)
    assert peek_pixels(tmp_path / name) == 70 * 30


def test_a_header_that_cannot_be_read_weighs_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    assert peek_pixels(tmp_path / "a.jpg") == 0
    assert peek_pixels(tmp_path / "absent.jpg") == 0
    assert peek_pixels(tmp_path) == 0


def test_a_header_larger_than_pillow_likes_is_told(tmp_path, monkeypatch):
    Image.new("L", (300, 300)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert peek_pixels(tmp_path / "a.png") == 90_000
    assert Image.MAX_IMAGE_PIXELS == 100
