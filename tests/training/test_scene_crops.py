"""Crops of rendered walls for the training of a segmenter."""

import numpy as np
import pytest

from cracklens.synthesis import render_crack
from cracklens.training.segment.scene_crops import scene_crops
from cracklens.training.segment.target import crack_target

SIDE_PX = 192


@pytest.fixture(scope="module")
def crops():
    return [crop for seed in (3, 5) for crop in scene_crops(seed, 8, SIDE_PX)]


def test_crops_show_cracks_and_look_alikes(crops):
    for crop in crops:
        assert crop.pixels.shape == (SIDE_PX, SIDE_PX, 3)
        assert crop.crack.shape == crop.lookalike.shape == (SIDE_PX, SIDE_PX)
    assert np.mean([crop.crack.any() for crop in crops]) > 0.3
    assert any(crop.lookalike.any() for crop in crops)


def test_the_same_seed_gives_the_same_crops(crops):
    again = next(iter(scene_crops(3, 8, SIDE_PX)))
    assert np.array_equal(again.pixels, crops[0].pixels)
    assert np.array_equal(again.crack, crops[0].crack)


def test_the_target_of_a_hairline_has_the_weight_of_one_pixel():
    line = np.array([[10.0, 20.0], [80.0, 20.0]])
    (hair,) = render_crack(line, np.full(2, 0.5), 40, 100)
    (wide,) = render_crack(line, np.full(2, 6.0), 40, 100)
    assert crack_target([hair], 40, 100)[20, 30] == pytest.approx(1.0)
    assert np.array_equal(crack_target([wide], 40, 100), wide.coverage)
    both = crack_target([hair, wide], 40, 100)
    assert (both >= wide.coverage).all()
    assert not crack_target([], 40, 100).any()
