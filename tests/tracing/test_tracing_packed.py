from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import convolve1d

from cracklens.synthesis.drawing import crack_coverage, open_courses
from cracklens.synthesis.network import map_cracks
from cracklens.tracing.edges import half_widths
from cracklens.tracing.graph import skeleton_graph
from cracklens.tracing.mask import hysteresis_mask
from cracklens.tracing.packed import (
    Packing,
    along_px,
    courses,
    filled,
    lengths_px,
    smoothed,
    smoothed_within,
)
from cracklens.tracing.prune import prune
from cracklens.tracing.refine import refine
from cracklens.tracing.simplify import kept_points, simplified
from cracklens.tracing.thinning import thin

KERNEL = np.exp(-0.5 * (np.arange(-4, 5) / 1.5) ** 2)
KERNEL /= KERNEL.sum()


@st.composite
def many_lines(draw):
    """Random walks of 2 to 30 points."""
    counts = draw(st.lists(st.integers(2, 30), min_size=1, max_size=8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return [np.cumsum(rng.normal(0, 1.5, (count, 2)), axis=0) for count in counts]


def packed(lines):
    return np.concatenate(lines), Packing.of([len(line) for line in lines])


@given(many_lines())
@settings(max_examples=60, deadline=None)
def test_lines_packed_together_are_as_each_alone(lines):
    points, packing = packed(lines)
    ring = np.arange(len(lines)) % 3 == 2
    together = zip(
        packing.split(along_px(points, packing)),
        packing.split(courses(points, packing)),
        packing.split(smoothed(points, packing, ring)),
        packing.split(smoothed_within(points, packing)),
        lengths_px(lines),
        strict=True,
    )
    for line, closed, (along, course, soft, within, length) in zip(
        lines, ring, together, strict=True
    ):
        steps = np.hypot(*np.diff(line, axis=0).T)
        assert along == pytest.approx(np.append(0.0, np.cumsum(steps)))
        assert length == pytest.approx(steps.sum())
        ahead = np.gradient(line, axis=0)
        assert course == pytest.approx(ahead / np.hypot(*ahead.T)[:, None])
        assert within == pytest.approx(convolve1d(line, KERNEL, axis=0, mode="nearest"))
        if closed:
            expected = convolve1d(line, KERNEL, axis=0, mode="wrap")
        else:
            padded = np.pad(line, ((4, 4), (0, 0)), mode="reflect", reflect_type="odd")
            expected = convolve1d(padded, KERNEL, axis=0)[4:-4]
        assert soft == pytest.approx(expected)


@given(many_lines(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_unknown_values_are_interpolated_along_each_line(lines, seed):
    points, packing = packed(lines)
    rng = np.random.default_rng(seed)
    values, known = rng.normal(size=len(points)), rng.random(len(points)) < 0.4
    known[packing.first + rng.integers(0, packing.count)] = True
    along = along_px(points, packing)
    parts = (packing.split(each) for each in (filled(values, known, along, packing), along))
    rest = (packing.split(each) for each in (known, values))
    for found, at, seen, own in zip(*parts, *rest, strict=True):
        assert found == pytest.approx(np.interp(at, at[seen], own[seen]), abs=1e-9)


@given(many_lines(), st.sampled_from([0.0, 0.5, 3.0]))
@settings(max_examples=60, deadline=None)
def test_lines_are_simplified_together_as_one_by_one(lines, tolerance_px):
    points, packing = packed(lines)
    kept = kept_points(points, packing.first, packing.last, tolerance_px)
    for line, own in zip(lines, packing.split(kept), strict=True):
        assert np.flatnonzero(own).tolist() == simplified(line, tolerance_px).tolist()
        assert own[[0, -1]].all()
        at = np.flatnonzero(own)
        for first, last in pairwise(at.tolist()):
            share = np.linspace(0, 1, 2001)[:, None]
            chord = line[first] + share * (line[last] - line[first])
            gap = np.hypot(*(line[first : last + 1, None] - chord).transpose(2, 0, 1))
            assert gap.min(axis=1).max() <= tolerance_px + 1e-2


@pytest.mark.parametrize("seed", range(4))
def test_a_net_is_refined_as_each_of_its_components_alone(seed):
    rng = np.random.default_rng(seed)
    drawn = open_courses(map_cracks(300, 400, 3.0 + seed, rng, cell_px=60.0), 300, 400, rng)
    coverage = crack_coverage(drawn, 300, 400)
    for x, y in rng.uniform((0, 0), (400, 300), (60, 2)).astype(int):
        coverage[max(y - 6, 0) : y + 6, max(x - 6, 0) : x + 6] = 0
    probability = np.rint(coverage * 255).astype(np.uint8)
    mask = hysteresis_mask(probability, seed_threshold=0.5, grow_threshold=0.3, least_extent_px=8)
    graph = prune(skeleton_graph(thin(mask), mask), spur_widths=1.0, spur_px=6.0)
    label = graph.components()
    together = refine(graph, probability, grow_threshold=0.3).stretches
    pieces = np.array([label[s.start] for s in graph.stretches])
    assert len(set(pieces.tolist())) > 3
    for piece in set(pieces.tolist()):
        own = np.flatnonzero(pieces == piece)
        alone = graph.with_stretches(graph.stretches[i] for i in own)
        for index, stretch in zip(
            own, refine(alone, probability, grow_threshold=0.3).stretches, strict=True
        ):
            assert stretch.points_px == pytest.approx(together[index].points_px, abs=1e-9)
            assert stretch.radius_px == pytest.approx(together[index].radius_px, abs=1e-9)


def test_half_widths_of_more_points_than_a_block(monkeypatch):
    probability = np.zeros((40, 300), np.uint8)
    probability[17:22, 5:295] = 255
    points = np.stack([np.linspace(10, 290, 281), np.full(281, 19.0)], axis=1)
    radius = np.full(281, 3.0)
    whole = half_widths(probability, points, radius)
    monkeypatch.setattr("cracklens.tracing.edges._BLOCK", 50)
    for one, other in zip(whole, half_widths(probability, points, radius), strict=True):
        assert (one == other).all()
        assert one == pytest.approx(2.5, abs=0.3)
