import hashlib
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.synthesis import DISTRACTORS, ConcreteLook, render_concrete, render_tile

pytestmark = pytest.mark.slow


def digest(tile):
    parts = [tile.pixels, tile.coverage, *(c.points_px for c in tile.cracks)]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@pytest.fixture(scope="module")
def many():
    return [
        (cracked, render_tile(cracked, seed)) for seed in range(200) for cracked in (True, False)
    ]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    for cracked in (True, False):
        digests = [digest(render_tile(cracked, seed)) for seed in range(10)]
        assert digests == [digest(render_tile(cracked, seed)) for seed in range(10)]
        assert len(set(digests)) == 10
    assert digest(render_tile(cracked=True, seed=0)) != digest(render_tile(cracked=False, seed=0))


@given(
    cracked=st.booleans(), seed=st.integers(0, 2**64 - 1), size_px=st.sampled_from([32, 57, 128])
)
@settings(max_examples=40, deadline=None)
def test_any_tile_agrees_with_its_truth(cracked, seed, size_px):
    tile = render_tile(cracked, seed, size_px)
    assert tile.pixels.shape == (size_px, size_px, 3)
    assert tile.pixels.dtype == np.uint8
    assert tile.coverage.shape == (size_px, size_px)
    assert tile.coverage.dtype == np.float32
    assert bool(tile.cracks) is cracked
    assert (tile.coverage.max() > 0.5) is np.bool(cracked)
    for crack in tile.cracks:
        assert (crack.coverage <= tile.coverage).all()
        assert (np.abs(crack.points_px - (size_px - 1) / 2) <= size_px / 2).all()
        assert (crack.width_px >= 0).all()
        assert (crack.width_px <= 10).all()


def test_cracks_are_darker_than_what_surrounds_them(many):
    differences = []
    for cracked, tile in many:
        if cracked:
            grey, inside = tile.pixels.mean(axis=2), tile.coverage > 0.9
            differences.append(grey[tile.coverage == 0].mean() - grey[inside].mean())
    assert np.mean(np.array(differences) > 5) > 0.98
    assert np.ptp(differences) > 60  # faint ones and strong ones


@pytest.mark.parametrize("feature", [np.mean, lambda p: p[..., 0].mean() - p[..., 2].mean()])
def test_neither_brightness_nor_colour_tells_the_label(many, feature):
    values = np.array([feature(tile.pixels.astype(float)) for _, tile in many])
    labels = np.array([cracked for cracked, _ in many])
    above = (values[None, :] > values[:, None]) == labels[None, :]
    share = above.mean(axis=1)
    assert max(share.max(), 1 - share.min()) < 0.65


def test_a_look_is_kept():
    look = ConcreteLook(
        brightness=140.0,
        cast=(1.0, 1.0, 1.0),
        mottle=0.02,
        grain=0.02,
        relief=0.0,
        feature_px=40.0,
        pores_per_kpx=0.0,
        stain=0.0,
        gradient=(0.2, 0.0),
    )
    surface = render_concrete(90, 60, np.random.default_rng(0), look=look)
    assert surface.shape == (90, 60, 3)
    assert surface.dtype == np.float32
    assert surface.mean() == pytest.approx(140.0, abs=5)
    assert surface[60:].mean() > surface[:30].mean() + 10


@pytest.mark.parametrize("name", DISTRACTORS)
def test_a_distractor_changes_part_of_the_surface_and_not_its_argument(name):
    surface = np.full((96, 64, 3), 128.0, dtype=np.float32)
    changed = []
    for seed in range(8):
        result = DISTRACTORS[name](surface, np.random.default_rng(seed)).surface
        assert result.shape == surface.shape
        assert result.dtype == np.float32
        assert (surface == 128.0).all()
        changed.append((np.abs(result - surface).max(axis=2) > 8).mean())
    assert max(changed) > 0.005
    assert min(changed) < 0.9


def test_arguments_out_of_range_are_refused():
    with pytest.raises(UsageError, match="seed"):
        render_tile(cracked=True, seed=-1)
    with pytest.raises(UsageError, match="at least 32 px"):
        render_tile(cracked=True, seed=0, size_px=31)


def test_tiles_are_rendered_fast():
    started = time.process_time()
    for seed in range(50):
        render_tile(seed % 2 == 0, seed)
    assert time.process_time() - started < 5  # 0.25 s on a free core; slow runners are forgiven
