import time
from dataclasses import replace

import numpy as np
import pytest

from cracklens.synthesis import draw_cracks, fractal_line, line_coverage
from cracklens.synthesis.drawing import crack_coverage, open_courses
from cracklens.synthesis.network import map_cracks
from cracklens.tracing import TraceSettings, candidates, trace
from cracklens.tracing.candidate import find_candidates, renumbered
from cracklens.tracing.lines import MOST_LINES, MOST_PIECES


def line(value, start, stop, row=40.0, shape=(80, 200), width_px=3.0):
    ends = np.array([[start, row], [stop, row]], float)
    return value * line_coverage(ends, np.full(2, width_px), *shape)


def test_short_and_faint_lines_are_candidates_and_no_cracks(to_map):
    shape = (260, 320)
    coverage = np.maximum(line(0.35, 20, 100, 20.0, shape), line(0.9, 250, 280, 240.0, shape))
    found = candidates(to_map(coverage))
    assert [round(crack.length_px, -1) for crack in found] == [80, 30]
    tracing = trace(to_map(coverage))
    assert not tracing.cracks
    assert [one.reason for one in tracing.rejected] == ["too short"]


def test_a_faint_piece_between_two_is_part_of_the_crack(traced):
    coverage = np.max([line(0.9, 10, 80), line(0.35, 84, 118), line(0.9, 122, 190)], axis=0)
    (crack,) = traced(coverage).cracks
    assert crack.length_px == pytest.approx(180, abs=4)


@pytest.mark.parametrize("length_px", [1, 2, 8])
def test_a_line_of_few_pixels_does_not_fail(to_map, length_px):
    probability = np.zeros((30, 40), np.uint8)
    probability[12, 10 : 10 + length_px] = 250
    probability[12, 20:28] = 250
    found = candidates(to_map(probability))
    assert all(np.isfinite(crack.length_px) for crack in found)


def test_a_straight_line_is_a_candidate_of_its_own(to_map):
    coverage = np.maximum(
        line(1.0, 5, 395, 100.0, (200, 400)),
        line_coverage(
            fractal_line(np.array([[60.0, 5.0], [170.0, 195.0]]), np.random.default_rng(3)),
            np.full(129, 3.0),
            200,
            400,
        ),
    )
    found = find_candidates(to_map(coverage)).lines
    assert [one.straight is not None for one in found] == [True, False]
    tracing = trace(to_map(coverage))
    assert [one.reason for one in tracing.rejected] == ["straight and regular"]
    assert len(tracing.cracks) == 1


@pytest.mark.slow
def test_noise_takes_bounded_time_and_says_so(to_map):
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (500, 700)).astype(np.uint8)
    noise = np.kron(noise, np.ones((4, 4), np.uint8))
    noise[rng.random(noise.shape) < 0.35] = 0
    start = time.process_time()
    tracing = trace(to_map(noise), TraceSettings(seed_threshold=0.5, grow_threshold=0.4))
    assert time.process_time() - start < 40
    for most in (MOST_LINES, MOST_PIECES):
        assert any(f"the {most:,} with the most evidence" in note for note in tracing.notes)


def network(seed, gaps):
    """The coverage of a network in a picture, with some of its sides interrupted."""
    rng = np.random.default_rng(seed)
    courses = map_cracks(500, 600, 3.0, rng, cell_px=70.0)
    coverage = crack_coverage(open_courses(courses, 500, 600, rng), 500, 600)
    for x, y in rng.uniform((0, 0), (600, 500), (gaps, 2)).astype(int):
        coverage[max(y - 6, 0) : y + 6, max(x - 6, 0) : x + 6] = 0
    return coverage


@pytest.mark.parametrize("seed", range(4))
def test_a_network_is_one_finding(traced, seed):
    cracks = traced(network(seed, gaps=160)).cracks
    assert sum(crack.network for crack in cracks) == 1
    total = sum(crack.length_px for crack in cracks)
    assert cracks[0].network
    assert cracks[0].length_px > 0.9 * total


@pytest.mark.parametrize("seed", range(12))
def test_single_and_parallel_cracks_are_no_network(traced, seed):
    rng = np.random.default_rng(seed)
    layouts = ("single", "meander", "straight", "parallel", "stepped")
    drawn = draw_cracks(500, 600, rng, least_width_px=2.0, most_width_px=8.0, layouts=layouts)
    assert not any(crack.network for crack in traced(crack_coverage(drawn, 500, 600)).cracks)


def test_links_follow_the_cracks_into_another_order(traced):
    (crack,) = traced(line(1.0, 20, 180)).cracks
    three = [replace(crack, continues=(2,)), crack, replace(crack, continues=(0,))]
    assert [one.continues for one in renumbered(three, [2, 0])] == [(1,), (0,)]
    assert [one.continues for one in renumbered(three, [1, 2])] == [(), ()]
