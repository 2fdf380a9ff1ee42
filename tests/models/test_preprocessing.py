"""A picture is brought to the input size as a whole, and left alone when it fits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cracklens.models import Preprocessing


def preprocessing(width=32, height=24, **changes):
    values = {"height_px": height, "width_px": width, "mean": (0.5, 0.5, 0.5), "std": (1, 1, 1)}
    return Preprocessing(**(values | changes))


def noise(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_a_picture_of_the_right_size_is_left_as_it_is(interpolation):
    pixels = noise(24, 32)
    assert preprocessing(interpolation=interpolation).fit(pixels) is pixels


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from(["bilinear", "bicubic"]))
@settings(max_examples=40, deadline=None)
def test_any_size_becomes_the_input_size_and_a_flat_colour_stays(height, width, interpolation):
    flat = np.full((height, width, 3), (12, 130, 250), np.uint8)
    fitted = preprocessing(interpolation=interpolation).fit(flat)
    assert fitted.shape == (24, 32, 3)
    assert fitted.dtype == np.uint8
    assert (fitted == (12, 130, 250)).all()


@pytest.mark.parametrize("edge", ["top", "bottom", "left", "right"])
def test_nothing_is_cut_off_at_any_edge(edge):
    pixels = np.zeros((480, 200, 3), np.uint8)
    rows, columns = {
        "top": (slice(0, 30), slice(None)),
        "bottom": (slice(-30, None), slice(None)),
        "left": (slice(None), slice(0, 10)),
        "right": (slice(None), slice(-10, None)),
    }[edge]
    pixels[rows, columns] = 255
    fitted = preprocessing().fit(pixels)
    line = {"top": fitted[0], "bottom": fitted[-1], "left": fitted[:, 0], "right": fitted[:, -1]}
    assert (line[edge] > 200).all()
    assert fitted.mean() == pytest.approx(pixels.mean(), rel=0.1)


def test_shrinking_averages_instead_of_dropping_lines():
    stripes = np.zeros((240, 320, 3), np.uint8)
    stripes[:, ::2] = 200  # one pixel on, one off: nearest neighbour would give 0 or 200
    fitted = preprocessing().fit(stripes)
    assert np.abs(fitted[2:-2, 2:-2].astype(int) - 100).max() <= 12


@pytest.mark.parametrize(
    "changes", [{"height": 15}, {"width": 5000}, {"resize": "crop"}, {"mean": (0, 0)}, {"gamma": 1}]
)
def test_what_makes_no_sense_is_refused(changes):
    with pytest.raises(ValidationError):
        preprocessing(**changes)
