import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cracklens.synthesis import fractal_line, line_coverage
from cracklens.tracing import TraceSettings, trace


def horizontal(value=1.0, start=30, stop=170, width_px=4.0, shape=(80, 200)):
    ends = np.array([[start, 40.0], [stop, 40.0]])
    return value * line_coverage(ends, np.full(2, width_px), *shape)


def test_what_is_set_aside_says_why(traced):
    short = traced(horizontal(stop=50))
    assert not short.cracks
    assert [(one.reason, one.detail) for one in short.rejected] == [
        ("too short", "20 px long, at least 60 are needed")
    ]
    faint = horizontal(0.35)
    faint[38:43, 60:64] = 0.7
    tracing = traced(faint)
    assert [one.reason for one in tracing.rejected] == ["too faint"]
    assert tracing.rejected[0].detail.startswith("mean probability 0.36 along the line")
    assert traced(faint, least_confidence=0.2).cracks


@pytest.mark.parametrize("shape", ["disc", "square", "bar"])
def test_a_spot_is_not_elongated(traced, shape):
    y, x = np.mgrid[:120, :160]
    coverage = {
        "disc": np.hypot(x - 80, y - 60) < 25,
        "square": (abs(x - 80) < 25) & (abs(y - 60) < 25),
        "bar": (abs(x - 80) < 40) & (abs(y - 60) < 15),
    }[shape].astype(np.float32)
    tracing = traced(coverage, least_length_px=30)
    assert not tracing.cracks
    assert [one.reason for one in tracing.rejected] == ["not elongated"]
    assert "times as long as wide" in tracing.rejected[0].detail


@pytest.mark.parametrize(
    ("side_px", "reason"), [(2, "too short"), (8, "too short"), (36, "not elongated")]
)
def test_many_of_one_reason_are_summed_up(traced, side_px, reason):
    coverage = np.zeros((840, 840), np.float32)
    for row in range(10, 800, 60):
        for column in range(10, 800, 60):
            coverage[row : row + side_px, column : column + max(side_px, 12)] = 1
    rejected = traced(coverage, least_length_px=30).rejected
    assert [one.reason for one in rejected] == [reason] * 50
    assert sum("146 shorter ones are not listed" in one.detail for one in rejected) == 1


@pytest.mark.parametrize(
    ("line", "touches"),
    [
        ([[40, 40], [199, 40]], True),
        ([[40, 40], [192, 40]], False),
        ([[-9, 9], [100, 50]], True),
        ([[40, 2], [160, 2]], True),
        ([[40, 12], [160, 12]], False),
    ],
)
def test_a_crack_that_leaves_the_photograph_says_so(traced, line, touches):
    coverage = line_coverage(np.array(line, float), np.full(2, 4.0), 80, 200)
    (crack,) = traced(coverage).cracks
    assert crack.touches_border == touches
    assert len(crack.branches) == 1


def within(points, shape):
    """Whether points lie on the pixels of a photograph, to the edge of the outermost."""
    return (points >= -0.5).all() and (points <= np.array(shape[::-1]) - 0.5).all()


@pytest.mark.slow
@given(
    seed=st.integers(0, 10**6),
    side=st.sampled_from(["left", "right", "top", "bottom"]),
    across=st.floats(0, 1),
    inner=st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)),
    width_px=st.floats(2, 36),
)
@settings(max_examples=80, deadline=None)
def test_a_crack_reaches_to_the_border_and_not_beyond(traced, seed, side, across, inner, width_px):
    shape = height_px, columns_px = 150, 200
    low, high = np.full(2, -0.5), np.array([columns_px, height_px]) - 0.5
    axis = 0 if side in ("left", "right") else 1
    exit_px = low + across * (high - low)
    exit_px[axis] = low[axis] if side in ("left", "top") else high[axis]
    start = np.array(inner) * (high - low)
    ahead = (exit_px - start) / np.hypot(*(exit_px - start))
    ends = np.stack([start, exit_px + 2 * (width_px + 4) * ahead])
    rng = np.random.Generator(np.random.PCG64(seed))
    line = fractal_line(ends, rng, roughness=0.05, decay=0.5)
    coverage = line_coverage(line, np.full(len(line), width_px), *shape)
    tracing = traced(coverage, least_length_px=0, least_elongation=0)
    assert tracing.cracks
    for crack in tracing.cracks:
        assert crack.touches_border
        assert within(crack.nodes_px, shape)
        assert within(np.array(crack.widest_px), shape)
        for branch in crack.branches:
            assert within(branch.points_px, shape)
            ends_px = crack.nodes_px[[branch.start, branch.end]]
            assert (branch.points_px[[0, -1]] == ends_px).all()


def test_a_crack_from_border_to_border_is_as_long_as_it_shows(traced):
    ends = np.array([[-20.0, 30.0], [220.0, 60.0]])
    (crack,) = traced(line_coverage(ends, np.full(2, 9.0), 90, 200)).cracks
    points = crack.branches[0].points_px
    assert sorted(points[[0, -1], 0]) == pytest.approx([-0.5, 199.5], abs=1)
    assert crack.length_px == pytest.approx(200 * np.hypot(1, 30 / 240), rel=0.02)


def test_longest_first(traced):
    coverage = np.zeros((200, 300), np.float32)
    for row, stop in ((20, 90), (60, 200), (100, 150), (140, 90)):
        coverage[row : row + 3, 40:stop] = 1
    cracks = traced(coverage, least_length_px=30).cracks
    lengths = [crack.length_px for crack in cracks]
    assert lengths == sorted(lengths, reverse=True)
    assert [round(length, -1) for length in lengths] == [160, 110, 50, 50]
    assert cracks[2].nodes_px[0, 1] < cracks[3].nodes_px[0, 1]  # of equals the upper one


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 300), (5, 5), (60, 80)])
@pytest.mark.parametrize("value", [0, 255])
def test_odd_shapes_empty_and_full(to_map, shape, value):
    tracing = trace(to_map(np.full(shape, value, np.uint8)))
    found = [*tracing.cracks, *(one.crack for one in tracing.rejected)]
    assert bool(found) == (value == 255 and max(shape) >= 8)
    for crack in found:
        assert np.isfinite(crack.length_px)
        assert 0 <= crack.confidence <= 1
        assert crack.touches_border


def test_a_map_without_pixels_has_no_cracks(to_map):
    assert trace(to_map(np.zeros((0, 0), np.uint8))) == trace(to_map(np.zeros((9, 9), np.uint8)))


def test_noise_of_any_size_ends(traced):
    for seed in range(3):
        noise = np.random.default_rng(seed).integers(0, 256, (120, 160)).astype(np.uint8)
        tracing = traced(noise, reject_straight=True)
        for crack in [*tracing.cracks, *(one.crack for one in tracing.rejected)]:
            assert len(crack.branches) >= 1
            for branch in crack.branches:
                assert len(branch.points_px) == len(branch.width_px) >= 2
                assert np.isfinite(branch.points_px).all()
                assert (branch.width_px > 0).all()
                assert max(branch.start, branch.end) < len(crack.nodes_px)


@pytest.mark.slow
def test_a_huge_empty_map_costs_next_to_nothing(to_map):
    empty = to_map(np.zeros((9000, 12000), np.uint8))
    start = time.process_time()
    assert trace(empty).cracks == ()
    assert time.process_time() - start < 2.0


def test_a_map_wider_than_opencv_can_remap(to_map):
    probability = np.zeros((40, 40000), np.uint8)
    probability[18:22, 39000:39900] = 200
    tracing = trace(to_map(probability), TraceSettings(reject_straight=False))
    assert tracing.cracks[0].length_px == pytest.approx(900, rel=0.01)


def tile_map(to_map, rows, side_px=64):
    lit = np.array([[char == "#" for char in row] for row in rows])
    boxes = [
        (column * side_px, row * side_px, side_px, side_px)
        for row in range(lit.shape[0])
        for column in range(lit.shape[1])
    ]
    return to_map(np.kron(lit, np.full((side_px, side_px), 230)).astype(np.uint8), "tiles", boxes)


def test_a_tile_map_gives_the_middle_of_its_regions(to_map):
    tracing = trace(tile_map(to_map, ["......", ".####.", "......", "......"]))
    (crack,) = tracing.cracks
    assert tracing.rejected == ()
    (branch,) = crack.branches
    assert sorted(branch.points_px[[0, -1], 0]) == pytest.approx([64, 320], abs=12)
    assert branch.points_px[:, 1] == pytest.approx(np.full(len(branch.points_px), 96), abs=8)
    assert crack.length_px == pytest.approx(256, abs=20)
    assert crack.confidence == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("side_px", [64, 75, 100, 227])
@pytest.mark.parametrize("first_lit", [True, False])
def test_no_crack_is_wider_than_the_photograph_is_high(to_map, side_px, first_lit):
    rows = [["#"] * -(-800 // side_px) for _ in range(-(-600 // side_px))]
    rows[0][0] = "#" if first_lit else "."
    whole = tile_map(to_map, rows, side_px)
    cut = to_map(
        whole.probability[:600, :800],
        "tiles",
        [
            (x, y, min(side_px, 800 - x), min(side_px, 600 - y))
            for x, y, _, _ in whole.tile_boxes_px.tolist()
        ],
    )
    (crack,) = trace(cut).cracks
    assert 0 < crack.mean_width_px <= 600 + 1e-9  # a mean of many is rounded
    assert crack.max_width_px <= 600
    assert all((branch.width_px <= 600).all() for branch in crack.branches)
    assert crack.touches_border


def test_one_tile_alone_is_a_line_across_it(to_map):
    (crack,) = trace(tile_map(to_map, ["....", "..#.", "...."])).cracks
    points = np.concatenate([branch.points_px for branch in crack.branches])
    assert (points >= (128 - 8, 64 - 8)).all()
    assert (points <= (192 + 8, 128 + 8)).all()
    assert 30 < crack.length_px < 100


def test_a_bent_region_of_tiles_is_followed(to_map):
    (crack,) = trace(tile_map(to_map, ["#.....", "#.....", "#.....", "#####."])).cracks
    assert crack.length_px == pytest.approx(4 * 64 + 4 * 64, rel=0.15)


def test_settings_that_contradict_each_other_are_refused():
    with pytest.raises(ValidationError, match=r"grow_threshold 0\.8 is above seed_threshold 0\.5"):
        TraceSettings(grow_threshold=0.8)
    with pytest.raises(ValidationError):
        TraceSettings(least_length_px=-1)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_settings_are_finite(number):
    with pytest.raises(ValidationError, match="finite"):
        TraceSettings(gap_px=number)
