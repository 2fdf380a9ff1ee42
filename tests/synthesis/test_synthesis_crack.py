import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.synthesis import (
    branch_line,
    fractal_line,
    line_coverage,
    render_crack,
    width_profile,
)


def rng_of(seed):
    return np.random.Generator(np.random.PCG64(seed))


@given(seed=st.integers(0, 10**6), count=st.integers(2, 5), roughness=st.floats(0, 0.3))
@settings(max_examples=40, deadline=None)
def test_a_fractal_line_passes_its_anchors_in_order(seed, count, roughness):
    anchors = rng_of(seed).uniform(0, 200, (count, 2))
    line = fractal_line(anchors, rng_of(seed), roughness=roughness)
    every = (len(line) - 1) // (count - 1)
    assert np.array_equal(line[::every], anchors)
    assert np.isfinite(line).all()


def test_roughness_zero_is_straight_and_more_is_longer():
    anchors = np.array([[0.0, 0.0], [100.0, 0.0]])

    def length(roughness):
        step = np.diff(fractal_line(anchors, rng_of(1), roughness=roughness), axis=0)
        return np.hypot(*step.T).sum()

    assert length(0.0) == pytest.approx(100.0)
    assert 100.0 < length(0.05) < length(0.2) < 200.0


@given(seed=st.integers(0, 10**6), width_px=st.floats(0.3, 12), variation=st.floats(0, 0.9))
@settings(max_examples=40, deadline=None)
def test_widths_stay_in_their_range_and_fade_at_the_ends(seed, width_px, variation):
    line = fractal_line(np.array([[0.0, 0.0], [120.0, 30.0]]), rng_of(seed))
    width = width_profile(line, width_px, rng_of(seed), variation=variation)
    assert width.shape == (len(line),)
    assert width.min() >= width_px * (1 - variation) - 1e-9
    assert width.max() <= width_px * (1 + variation) + 1e-9
    faded = width_profile(
        line, width_px, rng_of(seed), variation=variation, fade_start_px=20, fade_end_px=10
    )
    assert faded[0] == faded[-1] == 0
    assert (faded <= width).all()
    middle = len(line) // 2
    assert faded[middle] == width[middle]


def test_a_branch_starts_on_the_line():
    line = fractal_line(np.array([[0.0, 0.0], [100.0, 40.0]]), rng_of(3))
    for seed in range(20):
        branch, fork = branch_line(line, rng_of(seed), length_px=30.0)
        assert np.array_equal(branch[0], line[fork])
        assert np.hypot(*(branch[-1] - branch[0])) == pytest.approx(30.0)
        assert 0.15 * len(line) < fork < 0.85 * len(line)


def test_a_crack_inside_keeps_its_line():
    line = fractal_line(np.array([[10.0, 20.0], [50.0, 40.0]]), rng_of(0))
    width = np.full(len(line), 3.0)
    (crack,) = render_crack(line, width, 64, 64)
    assert np.array_equal(crack.points_px, line)
    assert np.array_equal(crack.width_px, width)
    assert np.array_equal(crack.coverage, line_coverage(line, width, 64, 64))
    assert crack.length_px == pytest.approx(np.hypot(*np.diff(line, axis=0).T).sum())


def test_a_crack_that_leaves_ends_on_the_border_with_its_width_there():
    line, width = np.array([[-20.5, 30.0], [79.5, 30.0]]), np.array([0.0, 10.0])
    (crack,) = render_crack(line, width, 64, 64)
    assert crack.points_px == pytest.approx(np.array([[-0.5, 30.0], [63.5, 30.0]]))
    assert crack.width_px == pytest.approx(np.array([2.0, 8.4]))
    assert crack.length_px == pytest.approx(64.0)
    assert crack.coverage.sum(dtype=float) == pytest.approx(64 * (2.0 + 8.4) / 2, rel=1e-3)


def test_a_crack_that_comes_back_is_two_cracks_with_their_own_pixels():
    line = np.array([[10.0, 10.0], [90.0, 32.0], [10.0, 54.0]])
    upper, lower = render_crack(line, np.full(3, 4.0), 64, 64)
    assert upper.points_px[-1][0] == lower.points_px[0][0] == 63.5
    assert upper.coverage[40:].max() == 0
    assert lower.coverage[:24].max() == 0
    together = np.maximum(upper.coverage, lower.coverage)
    assert together == pytest.approx(line_coverage(line, np.full(3, 4.0), 64, 64), abs=1e-6)


def test_a_crack_elsewhere_leaves_no_record():
    assert render_crack(np.array([[-9.0, -9.0], [-3.0, 80.0]]), np.full(2, 2.0), 64, 64) == ()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_records_lie_inside_and_account_for_the_pixels(seed):
    rng = rng_of(seed)
    line = fractal_line(rng.uniform(-30, 94, (3, 2)), rng, roughness=0.2)
    width = width_profile(line, 3.0, rng)
    for crack in render_crack(line, width, 64, 48):
        assert len(crack.points_px) == len(crack.width_px) >= 2
        assert (crack.points_px >= -0.5).all()
        assert (crack.points_px <= [47.5, 63.5]).all()
        assert crack.coverage.shape == (64, 48)
        x, y = np.clip(np.rint(crack.points_px), 0, [47, 63]).astype(int).T
        assert (crack.coverage[y, x] > 0).all()
