import numpy as np
import pytest

from cracklens.errors import UsageError
from cracklens.synthesis import (
    DISTRACTORS,
    IN_FRONT,
    crack_coverage,
    render_hard_picture,
    weathered_surface,
)
from cracklens.synthesis.boards import mark_boards
from cracklens.synthesis.faint_cracks import draw_faint_cracks, paint_faint_cracks
from cracklens.synthesis.hard_picture import MEMBER_EDGE

SIDE_PX = 160


@pytest.fixture(scope="module")
def many():
    return [render_hard_picture(seed, SIDE_PX, SIDE_PX) for seed in range(80)]


def test_the_same_seed_gives_the_same_picture_and_another_seed_another():
    for seed in range(4):
        first, second = (render_hard_picture(seed, 90, 128) for _ in range(2))
        assert first.pixels.tobytes() == second.pixels.tobytes()
        assert first.crack_coverage.tobytes() == second.crack_coverage.tobytes()
        assert {k: v.tobytes() for k, v in first.lookalikes.items()} == {
            k: v.tobytes() for k, v in second.lookalikes.items()
        }
        assert not np.array_equal(first.pixels, render_hard_picture(seed + 9, 90, 128).pixels)


def test_every_mask_has_the_size_and_range_of_its_picture(many):
    for picture in [*many, render_hard_picture(3, 64, 500), render_hard_picture(5, 700, 64)]:
        shape = picture.pixels.shape[:2]
        assert picture.pixels.dtype == np.uint8
        assert picture.crack_coverage.shape == picture.hidden.shape == shape
        assert picture.crack_coverage.dtype == np.float32
        assert 0 <= picture.crack_coverage.min() <= picture.crack_coverage.max() <= 1
        assert set(picture.lookalikes) <= {*DISTRACTORS, MEMBER_EDGE}
        for mask in picture.lookalikes.values():
            assert mask.shape == shape
            assert mask.dtype == np.uint8


def test_both_labels_and_many_kinds_of_lookalikes_appear(many):
    cracked = np.mean([bool(picture.cracks) for picture in many])
    assert 0.5 < cracked < 0.8
    assert len({name for picture in many for name in picture.lookalikes}) > 15
    assert any(not picture.lookalikes for picture in many)


def test_what_an_object_hides_is_no_crack(many):
    hides = [p for p in many if p.cracks and p.hidden.any()]
    lost = 0.0
    for picture in hides:
        assert IN_FRONT & set(picture.lookalikes)
        assert picture.crack_coverage[picture.hidden].max() == 0
        whole = crack_coverage(picture.cracks, SIDE_PX, SIDE_PX)
        seen = ~picture.hidden
        assert np.array_equal(picture.crack_coverage[seen], whole[seen])
        lost += float(whole[picture.hidden].sum())
    assert lost > 0


def test_an_object_hides_all_of_its_inside_and_not_only_its_edge():
    surface = np.full((128, 128, 3), 128.0, dtype=np.float32)
    for seed in range(12):
        other = surface + 40.0
        first, second = (
            DISTRACTORS["object edge"](below, np.random.default_rng(seed))
            for below in (surface, other)
        )
        # Where the object is opaque, the surface behind it makes no difference.
        opaque = np.abs(first.surface - second.surface).max(axis=2) < 0.5
        assert first.hidden is not None
        assert (first.hidden[opaque] > 0.9).mean() > 0.95
        assert opaque[first.hidden > 0.999].all()


def test_cracks_are_darker_than_beside_them_but_not_by_much():
    changes = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        surface = weathered_surface(SIDE_PX, SIDE_PX, rng)
        cracks = draw_faint_cracks(SIDE_PX, SIDE_PX, rng)
        painted = paint_faint_cracks(surface, cracks, rng)
        share = crack_coverage(cracks, SIDE_PX, SIDE_PX)
        loss = (1 - painted.mean(axis=2) / surface.mean(axis=2)) * share
        changes.append(loss.sum() / (share * share).sum())
    assert np.mean(np.array(changes) > 0) > 0.85
    assert 0.15 < np.median(changes) < 0.6


def test_cracks_run_beside_the_joints_of_the_boards():
    beside = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        boarded = mark_boards(np.full((SIDE_PX, SIDE_PX, 3), 128.0, dtype=np.float32), rng)
        start, end = boarded.lines[0]
        ahead = (end - start) / np.hypot(*(end - start))
        for crack in draw_faint_cracks(SIDE_PX, SIDE_PX, rng, lines=boarded.lines[:1]):
            offset = (crack.points_px - start) @ np.array([-ahead[1], ahead[0]])
            beside += bool(crack.length_px > 20 and np.abs(offset).max() < 60)
    assert beside > 5


@pytest.mark.parametrize("seed", range(6))
def test_a_weathered_surface_is_a_picture_with_structure(seed):
    surface = weathered_surface(96, 130, np.random.default_rng(seed))
    assert surface.shape == (96, 130, 3)
    assert surface.dtype == np.float32
    assert 0 <= surface.min() < surface.max() <= 255
    assert surface[..., 1].std() > 2


def test_half_of_the_pictures_show_the_given_background():
    red = np.zeros((96, 96, 3), dtype=np.float32) + np.array([200, 20, 20], dtype=np.float32)
    shown = [
        np.median(p[..., 0].astype(float) - p[..., 2]) > 90
        for p in (render_hard_picture(seed, 96, 96, red).pixels for seed in range(60))
    ]
    assert 0.25 < np.mean(shown) < 0.7


def test_arguments_out_of_range_are_refused():
    with pytest.raises(UsageError, match="seed"):
        render_hard_picture(-1, 96, 96)
    with pytest.raises(UsageError, match="at least 64 px"):
        render_hard_picture(0, 96, 63)
    with pytest.raises(UsageError, match="background"):
        render_hard_picture(0, 96, 96, np.zeros((96, 95, 3), dtype=np.float32))
