"""JPEG as faulty programs write it: harmless faults are told, damage is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.photos import read_photo

RNG = np.random.default_rng(7)
PICTURE = Image.fromarray(np.clip(RNG.normal(130, 25, (120, 160, 3)), 0, 255).astype(np.uint8))


def jpeg(**options):
    buffer = io.BytesIO()
    PICTURE.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


PLAIN, PROGRESSIVE = jpeg(), jpeg(progressive=True)
RESTARTS = jpeg(restart_marker_blocks=5)
WHOLE = {"baseline": PLAIN, "progressive": PROGRESSIVE, "restarts": RESTARTS}


def read(tmp_path, data):
    (tmp_path / "a.jpg").write_bytes(data)
    return read_photo(tmp_path / "a.jpg")


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda d: d + b"\0" * 5000, None),
        (lambda d: d + b"MotionPhoto_Data" * 40, None),
        (lambda d: d + d, None),
        (lambda d: d[:-2], "end marker is missing"),
        (lambda d: d[:-1], "end marker is missing"),
        (lambda d: d[:-2] + b"\0" * 700 + d[-2:], "stray bytes before its end"),
        (lambda d: d[:-2] + b"0123456789" + d[-2:], "stray bytes before its end"),
        (lambda d: d[:20] + b"abc" + d[20:], "3 stray bytes between its parts"),
        (lambda d: d[:20] + b"abc" + d[20:-2], "end marker is missing"),
        (lambda d: d[:11] + b"\x09" + d[12:], ""),
    ],
    ids=["zeros behind", "film behind", "twice", "no end", "half an end", "padded", "stray",
         "stray in the head", "both", "unknown JFIF"],
)  # fmt: skip
def test_harmless_faults_give_the_same_pixels_and_a_note(tmp_path, kind, fault, said):
    photo = read(tmp_path, fault(WHOLE[kind]))
    assert np.array_equal(photo.pixels, read(tmp_path, WHOLE[kind]).pixels)
    if not said:
        assert photo.notes == ()
    else:
        assert any(said in note for note in photo.notes)


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("lost", [12, 40, 400, 4000])
def test_a_picture_that_is_cut_off_is_refused(tmp_path, kind, lost):
    with pytest.raises(PhotoError, match="damaged or cut off"):
        read(tmp_path, WHOLE[kind][:-lost])


def test_a_progressive_picture_without_its_last_passes_is_refused(tmp_path):
    scans = [at for at in range(len(PROGRESSIVE)) if PROGRESSIVE[at : at + 2] == b"\xff\xda"]
    for scan in scans[1:]:
        tables = PROGRESSIVE.rfind(b"\xff\xc4", 0, scan)
        with pytest.raises(PhotoError, match="damaged or cut off"):
            read(tmp_path, PROGRESSIVE[:tables])


def test_data_that_fell_out_of_step_are_refused(tmp_path):
    refused = 0
    for place in range(len(PLAIN) // 3, len(PLAIN) - 200, 97):
        broken = bytearray(PLAIN)
        broken[place] = 0xFF
        broken[place + 1] = 0xD5
        with pytest.raises(PhotoError, match="damaged or cut off"):
            read(tmp_path, bytes(broken))
        refused += 1
    assert refused > 20
