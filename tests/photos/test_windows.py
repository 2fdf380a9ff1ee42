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
    height, width, square = draw(SIDES), draw(SIDES), draw(st.booleans())
    plan = plan_windows(height, width, window, overlap, multiple, square=square)
    assert not square or plan.rows.window_px == plan.columns.window_px
    return plan, (window, overlap, multiple, square)


@pytest.mark.slow
@given(plans())
@settings(max_examples=200, deadline=None)
def test_each_pixel_is_covered_with_weights_that_sum_to_one(planned):
    plan, _ = planned
    for axis in (plan.rows, plan.columns):
        starts = np.array(axis.starts_px) - axis.starts_px[0]
        total = np.zeros(starts[-1] + axis.window_px)
        for start, weights in zip(starts, axis.weights, strict=True):
            assert weights.shape == (axis.window_px,)
            assert weights.min() >= 0
            total[start : start + axis.window_px] += weights
        assert axis.starts_px[0] <= 0
        assert len(total) + axis.starts_px[0] >= axis.length_px
        np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.slow
@given(plans())
@settings(max_examples=200, deadline=None)
def test_windows_keep_to_what_was_asked_for(planned):
    plan, (window, overlap, multiple, square) = planned
    for axis in (plan.rows, plan.columns):
        starts = np.array(axis.starts_px)
        assert axis.window_px <= window
        assert axis.window_px % multiple == 0
        assert not ((starts - starts[0]) % multiple).any()
        assert (np.diff(starts) >= multiple).all()
        assert (axis.window_px - np.diff(starts) >= overlap).all()
        # nothing is computed that lies a whole multiple outside of the photograph
        before, after = -starts[0], starts[-1] + axis.window_px - axis.length_px
        assert 0 <= before + after < multiple or (square and len(starts) == 1)
        assert before == (before + after) // 2


@pytest.mark.slow
@given(plans())
@settings(max_examples=200, deadline=None)
def test_the_plan_of_a_mirrored_photograph_is_the_mirrored_plan(planned):
    plan, _ = planned
    for axis in (plan.rows, plan.columns):
        odd = (axis.starts_px[-1] + axis.window_px - axis.length_px + axis.starts_px[0]) % 2
        assert axis.mirrored_starts_px == tuple(start - odd for start in axis.starts_px)
        np.testing.assert_allclose(axis.weights, axis.weights[::-1, ::-1], atol=1e-6)


@given(SIDES, st.integers(1, 300))
@settings(max_examples=100, deadline=None)
def test_the_tiles_of_a_mirrored_photograph_are_the_mirrored_tiles(length, tile_px):
    axis = plan_tiles(length, length, (tile_px, tile_px)).rows
    apart = np.abs(np.subtract(axis.mirrored_starts_px, axis.starts_px))
    assert apart.max() <= 1
    if length >= tile_px:  # half a pixel cannot be shared by the tile in the middle
        assert apart.sum() <= 1


@pytest.mark.slow
@given(plans())
@settings(max_examples=100, deadline=None)
def test_what_lies_near_the_border_of_a_window_is_left_to_its_neighbour(planned):
    plan, (window, overlap, multiple, _) = planned
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
    ("size", "side", "count"),
    [((512, 512), 512, 1), ((3000, 4000), 768, 30), ((300, 2000), 352, 8)],
)
def test_square_windows_compute_little_twice(size, side, count):
    plan = plan_windows(*size, window_px=768, overlap_px=96, multiple_px=32, square=True)
    assert (plan.size_px, len(list(plan.windows()))) == ((side, side), count)


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
        starts, rest = np.array(axis.starts_px), axis.length_px - axis.window_px
        assert starts[0] == min(rest // 2 + rest % 2, 0)
        assert rest < 0 or starts[-1] == rest
        assert (np.diff(starts) <= max(1, axis.window_px // 2)).all()
        assert (np.diff(starts) >= 1).all()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(8, 48), st.integers(0, 4))
@settings(max_examples=100, deadline=None)
def test_a_window_reads_what_numpy_pads(height, width, window_px, overlap):
    pixels = np.random.default_rng(height * 41 + width).integers(
        0, 256, (height, width, 3), np.uint8
    )
    plan = plan_windows(height, width, window_px, overlap, 4)
    wide = np.pad(pixels, ((8, 8), (8, 8), (0, 0)), mode="reflect")
    for window in plan.windows():
        rows, columns = (
            slice(8 + window.top_px, 8 + window.top_px + window.height_px),
            slice(8 + window.left_px, 8 + window.left_px + window.width_px),
        )
        np.testing.assert_array_equal(read_window(pixels, window), wide[rows, columns])


def test_a_single_pixel_fills_its_window():
    pixels = np.array([[[1, 2, 3]]], np.uint8)
    assert (read_window(pixels, Window(0, 0, 0, 0, 32, 32)) == [1, 2, 3]).all()


def test_a_window_inside_is_no_copy():
    pixels = np.zeros((100, 100, 3), np.uint8)
    assert np.shares_memory(read_window(pixels, Window(0, 0, 10, 20, 64, 64)), pixels)
