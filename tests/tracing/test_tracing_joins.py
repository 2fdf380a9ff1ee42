import numpy as np
import pytest

from cracklens.errors import UsageError
from cracklens.synthesis import fractal_line, line_coverage
from cracklens.tracing import TraceSettings, trace
from cracklens.tracing.ends import free_ends
from cracklens.tracing.join import scored_gaps
from cracklens.tracing.lines import line_graph
from cracklens.tracing.strip import Surface


def two_lines(gap_px, turn_deg=0.0, shift_px=0.0, width_px=4.0, between=0.0):
    """A horizontal line that ends, and another that begins after a gap in some direction."""
    turn = np.radians(turn_deg)
    one = np.array([[20.0, 120.0], [110.0, 120.0]])
    start = np.array([110.0 + gap_px, 120.0 + shift_px])
    other = np.stack([start, start + 90 * np.array([np.cos(turn), np.sin(turn)])])
    lines = [line_coverage(line, np.full(2, width_px), 240, 260) for line in (one, other)]
    coverage = np.maximum(*lines)
    if between:
        into = np.array([4.0, 0.0])
        bridge = np.stack([one[1] - into, start + into])
        coverage = np.maximum(
            coverage, between * line_coverage(bridge, np.full(2, width_px), 240, 260)
        )
    return coverage


@pytest.mark.parametrize("turn_deg", [0, 20, -35])
def test_a_gap_of_six_pixels_is_joined_into_one_crack(traced, turn_deg):
    (crack,) = traced(two_lines(6, turn_deg)).cracks
    assert len(crack.branches) == 1
    assert crack.length_px == pytest.approx(186, rel=0.02)


@pytest.mark.parametrize("turn_deg", [90, 120, -75])
def test_a_gap_towards_another_direction_is_not(traced, turn_deg):
    tracing = traced(two_lines(40, turn_deg))
    assert [crack.length_px for crack in tracing.cracks] == pytest.approx([90, 90], abs=3)


def test_a_line_beside_the_other_is_not_its_continuation(traced):
    assert len(traced(two_lines(-40, shift_px=25)).cracks) == 2


def likeliest(to_map, coverage, pixels=None):
    """Return the highest probability of a join."""
    surface = Surface(to_map(coverage).probability, pixels)
    graph = line_graph(surface.probability, TraceSettings(), seed_threshold=0.5)
    ends = free_ends(graph, surface.probability)
    return max(one.probability for one in scored_gaps(graph, ends, surface, 200.0, {}))


def test_a_join_is_likelier_with_probability_in_the_gap_and_in_line(to_map):
    in_line, with_some = two_lines(60), two_lines(60, between=0.25)
    assert likeliest(to_map, with_some) > likeliest(to_map, in_line)
    assert likeliest(to_map, in_line) > likeliest(to_map, two_lines(60, turn_deg=50)) + 0.05
    assert likeliest(to_map, two_lines(20)) > likeliest(to_map, two_lines(60)) + 0.01


def test_no_gap_is_joined_that_is_longer_than_allowed(traced):
    assert len(traced(two_lines(60, between=0.25)).cracks) == 1
    assert len(traced(two_lines(60, between=0.25), gap_px=40).cracks) == 2


def test_without_joining_each_piece_is_a_crack(traced):
    assert len(traced(two_lines(6), gap_px=0).cracks) == 2


def test_confidence_and_width_are_of_what_is_seen(traced):
    (joined,) = traced(two_lines(9)).cracks
    (whole,) = traced(two_lines(0)).cracks
    assert joined.confidence == pytest.approx(whole.confidence, abs=0.02)
    assert joined.mean_width_px == pytest.approx(whole.mean_width_px, abs=0.1)


def test_a_joined_part_is_inferred_and_has_a_length(traced):
    (crack,) = traced(two_lines(12)).cracks
    (branch,) = crack.branches
    ((first, last),) = branch.inferred
    across = branch.points_px[[first, last]]
    assert sorted(across[:, 0]) == pytest.approx([110, 122], abs=1.5)
    assert crack.inferred_px == pytest.approx(12, abs=2.5)
    assert crack.length_px == pytest.approx(192, abs=3)


def test_where_the_map_follows_the_crack_nothing_is_inferred(traced):
    (crack,) = traced(two_lines(16, between=0.5)).cracks
    assert crack.inferred_px == 0


def test_of_two_ends_the_nearer_in_line_is_joined(traced):
    coverage = two_lines(8)
    aside = np.array([[135.0, 165.0], [200.0, 225.0]])
    coverage = np.maximum(coverage, line_coverage(aside, np.full(2, 3.0), 240, 260))
    tracing = traced(coverage)
    assert len(tracing.cracks) == 2
    assert tracing.cracks[0].length_px == pytest.approx(188, rel=0.03)


def test_a_branch_that_almost_reaches_the_crack_meets_it(traced):
    main = line_coverage(np.array([[20.0, 60.0], [280.0, 60.0]]), np.full(2, 4.0), 200, 300)
    branch = line_coverage(np.array([[190.0, 170.0], [153.0, 70.0]]), np.full(2, 3.0), 200, 300)
    (crack,) = traced(np.maximum(main, branch)).cracks
    assert len(crack.branches) == 3
    degree = np.bincount([node for b in crack.branches for node in (b.start, b.end)])
    assert sorted(degree) == [1, 1, 1, 3]
    for one in crack.branches:
        assert (one.points_px[[0, -1]] == crack.nodes_px[[one.start, one.end]]).all()


def painted(points, shape, contrast=40.0, seed=0):
    """RGB pixels of a grey surface with a dark line of 2 px along points."""
    rng = np.random.default_rng(seed)
    line = line_coverage(points, np.full(len(points), 2.0), *shape)
    grey = 150 + rng.normal(0, 3, shape) - contrast * line
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def bow():
    """A bowed line with a gap in the map: coverage, points, and the whole line."""
    x = np.linspace(20, 280, 131)
    points = np.stack([x, 60 + 18 * np.cos((x - 150) / 60)], axis=1)
    coverage = line_coverage(points, np.full(len(points), 2.0), 140, 300)
    coverage[:, 125:175] = 0
    return coverage, points


def test_the_path_follows_the_dark_line_in_the_pixels(to_map):
    coverage, points = bow()
    settings = TraceSettings(reject_straight=False)
    (crack,) = trace(to_map(coverage), settings, painted(points, coverage.shape)).cracks
    (branch,) = crack.branches
    along = branch.points_px[(branch.points_px[:, 0] > 130) & (branch.points_px[:, 0] < 170)]
    assert len(along)
    expected = np.interp(along[:, 0], *points.T)
    assert np.abs(along[:, 1] - expected).max() < 1.5
    assert crack.inferred_px == pytest.approx(50, abs=4)


def test_darkness_in_the_gap_makes_a_join_likelier(to_map):
    coverage, points = bow()
    bare = painted(points, coverage.shape, contrast=0.0)
    dark = painted(points, coverage.shape)
    assert likeliest(to_map, coverage, dark) > likeliest(to_map, coverage, bare) + 0.05


def test_a_crack_goes_on_behind_a_marker(to_map):
    coverage = two_lines(40)
    hidden = np.zeros(coverage.shape, bool)
    hidden[95:145, 108:152] = True
    settings = TraceSettings(reject_straight=False)
    (crack,) = trace(to_map(coverage), settings, hidden=hidden).cracks
    assert crack.inferred_px == pytest.approx(40, abs=5)


def test_what_is_not_joined_behind_a_marker_knows_its_other_half(to_map):
    coverage = two_lines(60, turn_deg=35, shift_px=12)
    hidden = np.zeros(coverage.shape, bool)
    hidden[80:170, 109:171] = True
    settings = TraceSettings(reject_straight=False, join_probability=0.999)
    cracks = trace(to_map(coverage), settings, hidden=hidden).cracks
    assert [crack.continues for crack in cracks] == [(1,), (0,)]
    apart = trace(to_map(coverage), settings).cracks
    assert [crack.continues for crack in apart] == [(), ()]


@pytest.mark.parametrize("name", ["pixels", "hidden"])
def test_what_is_of_another_size_is_refused(to_map, name):
    other = np.zeros((9, 9, 3), np.uint8) if name == "pixels" else np.zeros((9, 9), bool)
    with pytest.raises(UsageError, match=f"`{name}` is .9, 9., the map"):
        trace(to_map(two_lines(6)), **{name: other})


@pytest.mark.parametrize("seed", range(5))
def test_a_crack_interrupted_again_and_again_is_one(traced, seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    line = fractal_line(np.array([[20.0, 60.0], [380.0, 160.0]]), rng, roughness=0.05, decay=0.5)
    width = np.full(len(line), 4.0)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    for gap in (90, 170, 250, 330):
        width[np.abs(along - gap) < 3] = 0
    tracing = traced(line_coverage(line, width, 220, 400))
    assert len(tracing.cracks) == 1
    assert len(tracing.cracks[0].branches) == 1
    assert tracing.cracks[0].length_px == pytest.approx(along[-1], rel=0.03)
