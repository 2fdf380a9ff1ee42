import numpy as np
import pytest

from cracklens.synthesis import fractal_line, line_coverage


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
def test_a_gap_of_six_pixels_is_bridged_into_one_crack(traced, turn_deg):
    (crack,) = traced(two_lines(6, turn_deg)).cracks
    assert len(crack.branches) == 1
    assert crack.length_px == pytest.approx(186, rel=0.02)


@pytest.mark.parametrize("turn_deg", [90, 120, -75])
def test_a_gap_towards_another_direction_is_not(traced, turn_deg):
    tracing = traced(two_lines(7, turn_deg))
    assert [crack.length_px for crack in tracing.cracks] == pytest.approx([90, 90], abs=3)


def test_a_line_beside_the_other_is_not_its_continuation(traced):
    assert len(traced(two_lines(6, shift_px=14)).cracks) == 2


def test_a_longer_gap_needs_some_probability(traced):
    assert len(traced(two_lines(16)).cracks) == 2
    assert len(traced(two_lines(16, between=0.2)).cracks) == 1
    assert len(traced(two_lines(30, between=0.2)).cracks) == 2
    assert len(traced(two_lines(30, between=0.2), gap_px=40).cracks) == 1


def test_without_bridging_each_piece_is_a_crack(traced):
    assert len(traced(two_lines(6), gap_px=0).cracks) == 2


def test_confidence_counts_the_gap(traced):
    (bridged,) = traced(two_lines(9)).cracks
    (whole,) = traced(two_lines(0)).cracks
    assert bridged.confidence == pytest.approx(whole.confidence * 180 / 189, abs=0.02)


def test_of_two_ends_the_nearer_in_line_is_joined(traced):
    coverage = two_lines(8)
    aside = np.array([[116.0, 124.0], [180.0, 160.0]])
    coverage = np.maximum(coverage, line_coverage(aside, np.full(2, 3.0), 240, 260))
    tracing = traced(coverage)
    assert len(tracing.cracks) == 2
    assert tracing.cracks[0].length_px == pytest.approx(188, rel=0.03)


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
