"""Rendered brickwork: its cracks follow the joints or run through the bricks."""

import numpy as np
import pytest

from cracklens.errors import UsageError
from cracklens.synthesis import DISTRACTORS, render_masonry_picture
from cracklens.synthesis.masonry_picture import WALLS
from cracklens.synthesis.mortar import lay_mortar

SIDE_PX = 160


@pytest.fixture(scope="module")
def many():
    return [render_masonry_picture(seed, SIDE_PX, SIDE_PX) for seed in range(60)]


def test_the_same_seed_gives_the_same_picture(many):
    again = render_masonry_picture(7, SIDE_PX, SIDE_PX)
    assert np.array_equal(again.pixels, many[7].pixels)
    assert np.array_equal(again.crack_coverage, many[7].crack_coverage)
    assert not np.array_equal(many[7].pixels, many[8].pixels)


def test_a_picture_shows_joints_and_often_a_crack(many):
    for picture in many:
        assert picture.pixels.shape == (SIDE_PX, SIDE_PX, 3)
        assert picture.pixels.dtype == np.uint8
        assert set(picture.lookalikes) <= set(WALLS) <= set(DISTRACTORS)
        assert picture.crack_coverage.any() == bool(picture.cracks)
    assert 0.5 <= np.mean([bool(p.cracks) for p in many]) <= 0.8


def test_a_crack_reaches_across_the_picture(many):
    reach = []
    for picture in many:
        if picture.cracks:
            y, x = np.nonzero(picture.crack_coverage > 0.2)
            reach.append(max(np.ptp(x), np.ptp(y)) if len(x) else 0)
    assert np.mean(np.array(reach) > SIDE_PX / 3) > 0.8


def test_some_cracks_follow_the_joints_and_some_do_not(many):
    """Share of the crack on joints, against the share of joints in the picture."""
    more = []
    for picture in many:
        if picture.cracks:
            joints = next(iter(picture.lookalikes.values())) > 100
            on = picture.crack_coverage > 0.3
            if on.any():
                more.append(joints[on].mean() - joints.mean())
    assert np.mean(more) > 0.1
    assert np.min(more) < 0.05


def test_a_crack_is_darker_than_what_it_runs_through(many):
    darker = []
    for picture in many:
        on = picture.crack_coverage > 0.8
        if on.sum() > 30:
            grey = picture.pixels.mean(axis=2)
            darker.append(grey[on].mean() < grey[~on].mean())
    assert np.mean(darker) > 0.85


def test_a_wrong_size_or_seed_is_refused():
    with pytest.raises(UsageError, match="seed"):
        render_masonry_picture(-1, 96, 96)
    with pytest.raises(UsageError, match="64 px"):
        render_masonry_picture(0, 96, 63)


def test_wide_mortar_lies_where_the_joints_are(many):
    """Seen from near, joints are wide and their mortar differs from the bricks."""
    rng = np.random.default_rng(3)
    joints = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    joints[40:42], joints[120:122] = 1.0, 1.0
    brick = np.full((SIDE_PX, SIDE_PX, 3), 60.0, np.float32)
    surface, mask = lay_mortar(brick, joints, rng)
    assert mask[41].mean() > 0.95
    assert mask.mean() > joints.mean()
    assert mask[80].max() < 0.05
    assert abs(surface[41].mean() - 60.0) > 10.0
    assert abs(surface[80].mean() - 60.0) < 2.0
