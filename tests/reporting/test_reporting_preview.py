import io

import numpy as np
import pytest
from PIL import Image

from cracklens.reporting import embeds_previews, photo_preview, read_preview, save_preview
from cracklens.reporting.preview import fitted_preview, preview_budget


def noise(height_px, width_px):
    return np.random.default_rng(0).integers(0, 255, (height_px, width_px, 3), dtype=np.uint8)


def opened(jpeg):
    picture = Image.open(io.BytesIO(jpeg))
    assert picture.format == "JPEG"
    return picture


@pytest.mark.parametrize(
    ("size", "expected"), [((3000, 4000), (1600, 1200)), ((240, 320), (320, 240)), ((1, 1), (1, 1))]
)
def test_a_preview_is_a_small_jpeg_of_the_same_shape(size, expected):
    assert opened(photo_preview(np.full((*size, 3), 90, np.uint8))).size == expected


def test_colours_are_kept():
    pixels = np.full((60, 80, 3), (200, 120, 40), np.uint8)
    seen = np.asarray(opened(photo_preview(pixels))).reshape(-1, 3).mean(axis=0)
    assert seen == pytest.approx((200, 120, 40), abs=3)


@pytest.mark.parametrize("max_bytes", [300_000, 60_000, 8_000])
def test_even_noise_stays_below_the_bytes(max_bytes):
    jpeg = photo_preview(noise(1200, 1600), max_bytes=max_bytes)
    assert max_bytes / 3 < len(jpeg) <= max_bytes


def test_a_limit_that_cannot_be_met_ends_with_a_tiny_picture():
    assert max(opened(photo_preview(noise(1200, 1600), max_bytes=10)).size) <= 64


def test_a_preview_that_fits_is_left_as_it_is_and_another_shrinks():
    jpeg = photo_preview(noise(600, 800))
    assert fitted_preview(jpeg, len(jpeg)) is jpeg
    smaller = fitted_preview(jpeg, 20_000)
    assert len(smaller) <= 20_000
    width, height = opened(smaller).size
    assert width / height == pytest.approx(4 / 3, rel=0.02)


def test_what_was_saved_is_read_back(tmp_path, make):
    record, other = make.photo("P001", "a.jpg"), make.photo("P002", "b.jpg")
    pixels = noise(60, 80)
    save_preview(pixels, record, tmp_path / "previews")
    assert read_preview(record, tmp_path / "previews") == photo_preview(pixels)
    assert read_preview(other, tmp_path / "previews") is None
    assert len(list((tmp_path / "previews").iterdir())) == 1


def test_the_budget_keeps_a_report_below_30_mb():
    for count in range(1, 400):
        if embeds_previews(count):
            assert count * preview_budget(count) * 4 / 3 <= 20_000_000
    assert preview_budget(50) == preview_budget(1) > preview_budget(51)
    assert not embeds_previews(2000)
