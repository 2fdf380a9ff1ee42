"""Rendered cracks, whose centreline and width are known at each point."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cracklens.synthesis import branch_line, fractal_line, line_coverage, width_profile


def spread(line, step_px=0.5):
    """Points along a polyline, evenly."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.arange(0, along[-1], step_px)
    return np.stack([np.interp(at, along, column) for column in line.T], axis=1)


def share_near(points, others, limit_px):
    apart = np.hypot(*np.moveaxis(points[:, None] - others, -1, 0)).min(axis=1)
    return (apart <= limit_px).mean()


def length(line):
    return np.hypot(*np.diff(line, axis=0).T).sum()


def seen_at(line, ruler_px):
    """The line without unrest finer than a ruler: within a crack's width it cannot be seen."""
    points = spread(line)
    reach = int(1.5 * ruler_px)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (ruler_px / 2)) ** 2)
    padded = np.pad(points, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    return np.stack([np.convolve(c, kernel / kernel.sum(), "valid") for c in padded.T], axis=1)


def crack(seed, width_px, *, decay=0.5, variation=0.25, size_px=320):
    rng = np.random.Generator(np.random.PCG64(seed))
    angle = rng.uniform(0, np.pi)
    reach = 0.42 * size_px * np.array([np.cos(angle), np.sin(angle)])
    ends = np.stack([size_px / 2 - reach, size_px / 2 + reach])
    line = fractal_line(ends, rng, roughness=rng.uniform(0.03, 0.12), decay=decay)
    return line, width_profile(line, width_px, rng, variation=variation), rng


@pytest.mark.slow
@example(seed=4639, width_px=19.5)
@given(seed=st.integers(0, 10**6), width_px=st.floats(2, 20))
@settings(max_examples=25, deadline=None)
def test_a_rendered_crack_is_found_where_it_is(traced, seed, width_px):
    line, widths, _ = crack(seed, width_px)
    (found,) = traced(line_coverage(line, widths, 320, 320)).cracks
    truth = spread(line)
    traced_points = np.concatenate([spread(branch.points_px) for branch in found.branches])
    # Within half a width of a square end, the mask does not tell the course.
    known, shown = (
        points[
            np.hypot(*np.moveaxis(points[:, None] - line[[0, -1]], -1, 0)).min(axis=1)
            > width_px / 2
        ]
        for points in (truth, traced_points)
    )
    assert share_near(known, traced_points, 1.5) >= 0.97
    assert share_near(shown, truth, 1.5) >= 0.97
    ends = width_px / length(line)  # half a width at either end
    assert share_near(truth, traced_points, 1.5) >= 1 - max(0.05, ends)
    assert found.length_px == pytest.approx(length(line), rel=0.03)
    along = np.interp(np.linspace(0, 1, 2000), np.linspace(0, 1, len(widths)), widths)
    assert found.mean_width_px == pytest.approx(along.mean(), abs=0.7)


@pytest.mark.parametrize("decay", [0.6, 0.7])
@pytest.mark.parametrize("width_px", [2.0, 5.0, 10.0])
def test_the_length_of_a_jagged_crack_is_that_at_the_scale_of_its_width(traced, decay, width_px):
    ratios = []
    for seed in range(6):
        line, widths, _ = crack(seed, width_px, decay=decay)
        tracing = traced(line_coverage(line, widths, 320, 320))
        seen = length(seen_at(line, max(width_px, 4.0)))
        ratios.append(sum(found.length_px for found in tracing.cracks) / seen)
    assert np.mean(ratios) == pytest.approx(1, abs=0.03 if decay < 0.7 else 0.045)
    assert np.ptp(ratios) < 0.1


@pytest.mark.parametrize("seed", range(8))
def test_a_forked_crack_has_its_fork_and_both_lengths(traced, seed):
    line, widths, rng = crack(seed, 5.0)
    twig, fork = branch_line(line, rng, length_px=80.0, roughness=0.05)
    coverage = np.maximum(
        line_coverage(line, widths, 320, 320),
        line_coverage(twig, np.full(len(twig), 3.0), 320, 320),
    )
    (found,) = traced(coverage).cracks
    assert len(found.branches) == 3
    degree = np.bincount([end for b in found.branches for end in (b.start, b.end)])
    # At a sharp fork of 25 degrees the two lines of 5 and 3 px part 9 px from where they meet.
    assert np.hypot(*(found.nodes_px[int(np.argmax(degree))] - line[fork])) < 14
    assert found.length_px == pytest.approx(length(line) + length(twig), rel=0.04)


@pytest.mark.parametrize("seed", range(4))
def test_mirrored_and_turned_maps_give_mirrored_and_turned_cracks(traced, seed):
    line, widths, rng = crack(seed, 5.0)
    twig, _ = branch_line(line, rng, length_px=80.0)
    coverage = np.maximum(
        line_coverage(line, widths, 320, 320),
        line_coverage(twig, np.full(len(twig), 3.0), 320, 320),
    )
    (found,) = traced(coverage).cracks
    own = np.concatenate([spread(branch.points_px, 2.0) for branch in found.branches])
    for turned, back in (
        (coverage[:, ::-1], lambda p: np.stack([319 - p[:, 0], p[:, 1]], axis=1)),
        (coverage[::-1], lambda p: np.stack([p[:, 0], 319 - p[:, 1]], axis=1)),
        (np.rot90(coverage), lambda p: np.stack([319 - p[:, 1], p[:, 0]], axis=1)),
        (coverage.T, lambda p: p[:, ::-1]),
    ):
        (other,) = traced(np.ascontiguousarray(turned)).cracks
        assert len(other.branches) == len(found.branches)
        assert sorted(b.length_px for b in other.branches) == pytest.approx(
            sorted(b.length_px for b in found.branches), rel=0.03, abs=3
        )
        points = np.concatenate([back(spread(b.points_px, 2.0)) for b in other.branches])
        assert share_near(points, own, 1.5) >= 0.97


@given(seed=st.integers(0, 10**6), right=st.integers(0, 90), down=st.integers(0, 90))
@settings(max_examples=10, deadline=None)
def test_a_shifted_map_gives_the_same_cracks_elsewhere(traced, seed, right, down):
    line, widths, _ = crack(seed, 3.0)
    coverage = line_coverage(line, widths, 320, 320)
    places = [(0, 0), (down, right)]
    results = []
    for top, left in places:
        canvas = np.zeros((412, 412), np.float32)
        canvas[1 + top : 321 + top, 1 + left : 321 + left] = coverage
        results.append(traced(canvas))
    here, there = results
    # Ends are sought in half pixels, and ties fall by the rounding of the place.
    assert len(here.cracks) == len(there.cracks)
    for one, other in zip(here.cracks, there.cracks, strict=True):
        assert one.length_px == pytest.approx(other.length_px, abs=0.5)
        assert other.nodes_px - (right, down) == pytest.approx(one.nodes_px, abs=0.51)
        assert one.confidence == pytest.approx(other.confidence, abs=0.01)
