"""Marked pixels against drawn masks, with a segmenter whose answers are known."""

import json

import numpy as np
import pytest
from PIL import Image

from cracklens import load_model
from cracklens.errors import DataError, ModelError


@pytest.fixture
def data(tmp_path):
    """Twelve pictures with a dark bar, its mask 2 px lower, and one without any."""

    def make(count=12, shift=2):
        for number in range(count):
            pixels = np.full((48, 64, 3), 200, np.uint8)
            mask = np.zeros((48, 64), np.uint8)
            if number < 12:
                pixels[20:24, 8:56] = 20
                mask[20 + shift : 24 + shift, 8:56] = 255
            for kind, values in (("images", pixels), ("masks", mask)):
                (tmp_path / "data" / kind).mkdir(parents=True, exist_ok=True)
                Image.fromarray(values).save(tmp_path / "data" / kind / f"{number}.png")
        return tmp_path / "data"

    return make


def test_figures_of_known_masks(segmenter_folder, data):
    found = load_model(segmenter_folder).evaluate_masks(data(13), replicates=50)
    assert found.figures["iou"].value == pytest.approx(2 / 6)
    for name in ("f1", "precision", "recall", "cl_iou"):
        assert found.figures[name].value == 1
    assert found.figures["iou"].low == pytest.approx(2 / 6)
    assert found.false_alarms == (0, 1)


def test_few_pictures_have_no_interval(segmenter_folder, data):
    found = load_model(segmenter_folder).evaluate_masks(data(4), replicates=50)
    assert found.figures["f1"].low is None
    assert "no intervals: 10 or more pictures are needed" in found.text()


def test_nothing_drawn_leaves_the_figures_undefined(segmenter_folder, data):
    root = data(3)
    for mask in (root / "masks").iterdir():
        Image.new("L", (64, 48)).save(mask)
    found = load_model(segmenter_folder).evaluate_masks(root, replicates=5)
    assert found.figures["f1"] is None
    assert found.false_alarms == (3, 3)
    assert "Not defined: no crack is drawn" in found.text()


def test_the_command_compares_pixels_and_writes(cracklens, segmenter_folder, data, tmp_path):
    root = data(12)
    Image.new("L", (64, 64)).save(root / "masks/3.png")
    done = cracklens(
        "evaluate", segmenter_folder, root, "-o", tmp_path / "out", "--json", "--quiet", code=3
    )
    shown = json.loads(done.stdout)
    assert shown["count"] == 11
    assert "aspect ratios differ" in next(iter(shown["unreadable"].values()))
    assert len((tmp_path / "out/pictures.csv").read_text().splitlines()) == 12
    assert "IoU" in (tmp_path / "out/report.txt").read_text()


def test_a_model_that_labels_tiles_is_refused(model_folder, data):
    with pytest.raises(ModelError, match="classifies whole pictures, not pixels"):
        load_model(model_folder).evaluate_masks(data(2))


def test_folders_without_masks_are_refused(segmenter_folder, tiles):
    with pytest.raises(DataError, match="holds no masks or annotations"):
        load_model(segmenter_folder).evaluate_masks(tiles)
