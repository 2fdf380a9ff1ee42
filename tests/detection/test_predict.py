"""`Model.predict` takes what a program has: names, arrays and images, one or many."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cracklens
from cracklens.errors import PhotoError, UsageError


@pytest.fixture(scope="module")
def model(model_folder):
    return cracklens.load_model(model_folder, precision="f32")


@pytest.fixture(scope="module")
def picture(tiles):
    return tiles / "Positive" / "00001.jpg"


def test_a_picture_in_memory_is_labelled_like_its_file(model, picture):
    (wanted,) = model.predict(picture)
    pixels = np.array(Image.open(picture).convert("RGB"))
    for given in (pixels, Image.open(picture), [pixels], iter([Image.fromarray(pixels)])):
        (said,) = model.predict(given)
        assert said.path == Path("<picture 0>")
        assert said.label == wanted.label
        assert said.probabilities == pytest.approx(wanted.probabilities, abs=0.02)
    mixed = model.predict([pixels, picture, Image.open(picture), str(picture)])
    assert [said.path.name for said in mixed] == [
        "<picture 0>", "00001.jpg", "<picture 2>", "00001.jpg",
    ]  # fmt: skip
    assert {said.label for said in mixed} == {wanted.label}


def test_notes_and_errors_name_the_picture(model):
    small = np.full((128, 128, 3), 90, np.uint8)
    long = np.full((128, 1000, 3), 90, np.uint8)
    errors = []
    said = model.predict([small, long], max_pixels=20_000, on_error=errors.append)
    assert [each.path.name for each in said] == ["<picture 0>"]
    assert [error.path.name for error in errors] == ["<picture 1>"]
    with pytest.raises(PhotoError, match="<picture 1>"):
        model.predict([small, long], max_pixels=20_000)
    assert "shape changed" in model.predict(long)[0].notes[0]
    with pytest.raises(UsageError, match="give uint8"):
        model.predict([small, small / 255])


def test_many_predictions_are_printed_as_one_line(model, tiles):
    said = model.predict(tiles)
    assert isinstance(said, list)
    assert len(said) == 120
    text = repr(said)
    assert "\n" not in text
    counts = [sum(each.label == label for each in said) for label in ("Negative", "Positive")]
    assert text == f"<120 predictions: Negative {counts[0]}, Positive {counts[1]}>"
    assert len(repr(said[0])) < 60
    assert repr(model.predict([])) == "[]"
