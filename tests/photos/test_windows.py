"""Windows cover each pixel of a photograph of any size, and their weights sum to one."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.photos.windows import Window, plan_tiles, plan_windows, read_window

SIDES = st.integers(1, 1500)


@st.composite
def plans(draw):
    """A plan that makes sense, and what it was made of."""
    multiple = draw(st.sampled_from([1, 2, 8, 32]))
    window = draw(st.integers(multiple, 400))
    overlap = draw(st.integers(0, window // 2))
    assume(2 * -(-overlap // multiple) * multiple <= window // multiple * multiple)
    height, width = draw(SIDES), draw(SIDES)
    return plan_windows(height, width, window, overlap, multiple), (window, overlap, multiple)


@pytest.mark.slow
@given(plans())
@settings(max_examples=200, deadline=None)
def test_each_pixel_is_covered_with_weights_that_sum_to_one(planned):
    plan, _ = planned
    for axis in (plan.rows, plan.columns):
        total = np.zeros(axis.starts_px[-1] + axis.window_px)
        for start, weights in zip(axis.starts_px, axis.weights, strict=True):
            assert weights.shape == (axis.window_px,)
            assert weights.min() >= 0
            total[start : start + axis.window_px] += weights
        assert len(total) >= axis.length_px
        np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.slow
@given(plans())
@settings(max_examples=200, deadline=None)
def test_windows_keep_to_what_was_asked_for(planned):
    plan, (window, overlap, multiple) = planned
    for axis in (plan.rows, plan.columns):
        starts = np.array(axis.starts_px)
        assert starts[0] == 0
        assert axis.window_px <= window
        assert axis.window_px % multiple == 0
        assert not (starts % multiple).any()
        assert (np.diff(starts) >= multiple).all()
        assert (axis.window_px - np.diff(starts) >= overlap).all()
        # nothing is computed that lies a whole multiple outside of the photograph
        assert 0 <= starts[-1] + axis.window_px - axis.length_px < 2 * multiple


@given(plans())
@settings(max_examples=100, deadline=None)
def test_what_lies_near_the_border_of_a_window_is_left_to_its_neighbour(planned):
    plan, (window, overlap, multiple) = planned
    for axis in (plan.rows, plan.columns):
        if len(axis.starts_px) > 1 and 3 * (overlap + 3 * multiple) <= window:
            assert axis.weights[1:, : overlap // 4].max(initial=0) < 1e-5
            assert axis.weights[:-1, axis.window_px - overlap // 4 :].max(initial=0) < 1e-5


@given(SIDES, SIDES, st.integers(64, 512))
@settings(max_examples=50, deadline=None)
def test_windows_come_row_by_row(height, width, window_px):
    found = [(w.row, w.column) for w in plan_windows(height, width, window_px, 16, 8).windows()]
    assert found == sorted(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("size", "window", "count"),
    [((1, 1), (32, 32), 1), ((7, 300), (32, 320), 1), ((200, 30_000), (224, 512), 72),
     ((512, 512), (512, 512), 1), ((513, 512), (320, 512), 2), ((3000, 4000), (512, 512), 70)],
)  # fmt: skip
def test_windows_are_no_larger_than_the_photograph_needs(size, window, count):
    plan = plan_windows(*size, window_px=512, overlap_px=96, multiple_px=32)
    assert plan.size_px == window
    assert len(list(plan.windows())) == count


@pytest.mark.parametrize(
    ("window", "overlap", "multiple"), [(64, 33, 1), (64, 20, 32), (31, 0, 32), (0, 0, 1)]
)
def test_windows_that_make_no_sense_are_refused(window, overlap, multiple):
    if (window, overlap, multiple) == (64, 20, 32):
        assert plan_windows(100, 100, window, overlap, multiple)  # 32 of 64 is half
    else:
        with pytest.raises(UsageError, match="window"):
            plan_windows(100, 100, window, overlap, multiple)


def test_no_photograph_no_plan():
    with pytest.raises(UsageError, match="at least 1 px"):
        plan_windows(0, 100, 64, 16)


@given(SIDES, SIDES, st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=100, deadline=None)
def test_tiles_have_their_size_and_overlap_by_half(height, width, tile_height, tile_width):
    plan = plan_tiles(height, width, (tile_height, tile_width))
    assert plan.size_px == (tile_height, tile_width)
    for axis in (plan.rows, plan.columns):
        starts = np.array(axis.starts_px)
        assert starts[0] == 0
        assert starts[-1] == max(axis.length_px - axis.window_px, 0)
        assert (np.diff(starts) <= max(1, axis.window_px // 2)).all()
        assert (np.diff(starts) >= 1).all()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(8, 48), st.integers(0, 4))
@settings(max_examples=100, deadline=None)
def test_a_window_reads_what_numpy_pads(height, width, window_px, overlap):
    pixels = np.random.default_rng(height * 41 + width).integers(
        0, 256, (height, width, 3), np.uint8
    )
    plan = plan_windows(height, width, window_px, overlap, 4)
    padded = -(-height // 4) * 4, -(-width // 4) * 4
    for window in plan.windows():
        rows, columns = (
            slice(window.top_px, window.top_px + window.height_px),
            slice(window.left_px, window.left_px + window.width_px),
        )
        below, beside = max(padded[0] - height, 0), max(padded[1] - width, 0)
        wide = np.pad(pixels, ((0, below + 8), (0, beside + 8), (0, 0)), mode="reflect")
        np.testing.assert_array_equal(read_window(pixels, window), wide[rows, columns])


def test_a_single_pixel_fills_its_window():
    pixels = np.array([[[1, 2, 3]]], np.uint8)
    assert (read_window(pixels, Window(0, 0, 0, 0, 32, 32)) == [1, 2, 3]).all()


def test_a_window_inside_is_no_copy():
    pixels = np.zeros((100, 100, 3), np.uint8)
    assert np.shares_memory(read_window(pixels, Window(0, 0, 10, 20, 64, 64)), pixels)
