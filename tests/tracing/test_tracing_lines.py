"""Lengths, ends and widths of lines whose geometry is known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.synthesis import fractal_line, line_coverage


def straight_line(angle_deg, length_px, width_px, shift=(0.0, 0.0), size_px=220):
    ahead = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    middle = np.array([size_px / 2, size_px / 2]) + shift
    ends = np.stack([middle - ahead * length_px / 2, middle + ahead * length_px / 2])
    return ends, line_coverage(ends, np.full(2, width_px), size_px, size_px)


def ends_of(crack):
    branch = crack.branches[0]
    return branch.points_px[[0, -1]]


def chain_length_px(branch_points):
    """What counting 8-connected steps would give."""
    step = np.abs(np.diff(branch_points, axis=0))
    return (step.max(axis=1) + (np.sqrt(2) - 1) * step.min(axis=1)).sum()


@pytest.mark.slow
@given(
    angle_deg=st.floats(0, 180),
    width_px=st.floats(2, 20),
    shift=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
@settings(max_examples=80, deadline=None)
def test_a_straight_line_has_its_length_ends_and_width_at_any_angle(
    traced, angle_deg, width_px, shift
):
    ends, coverage = straight_line(angle_deg, 150.0, width_px, shift)
    (crack,) = traced(coverage).cracks
    assert crack.length_px == pytest.approx(150.0, rel=0.02)
    found = ends_of(crack)
    wrong = min(np.hypot(*(found - ends).T).max(), np.hypot(*(found[::-1] - ends).T).max())
    assert wrong < 1.3
    assert crack.mean_width_px == pytest.approx(width_px, abs=0.25)
    assert crack.max_width_px == pytest.approx(width_px, abs=0.5)
    assert crack.confidence > 0.75
    assert not crack.touches_border


def test_counting_pixel_steps_would_be_wrong_by_more_than_that(traced):
    ends, _ = straight_line(22.5, 150.0, 4.0)
    assert chain_length_px(ends) > 1.07 * 150


@pytest.mark.parametrize("radius_px", [20, 45, 90])
@pytest.mark.parametrize("width_px", [2.0, 6.0])
def test_a_circle_is_one_loop_of_its_circumference(traced, radius_px, width_px):
    angle = np.linspace(0, 2 * np.pi, 400)
    circle = 110.3 + radius_px * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    (crack,) = traced(line_coverage(circle, np.full(400, width_px), 220, 220)).cracks
    assert len(crack.branches) == len(crack.nodes_px) == 1
    assert crack.branches[0].start == crack.branches[0].end == 0
    assert crack.length_px == pytest.approx(2 * np.pi * radius_px, rel=0.02)
    away = np.hypot(*(crack.branches[0].points_px - 110.3).T)
    assert np.abs(away - radius_px).max() < 1


@pytest.mark.parametrize(
    ("angles_deg", "branches"), [((10, 130, 250), 3), ((20, 110, 200, 290), 4), ((0, 70, 180), 3)]
)
@pytest.mark.parametrize("width_px", [2.0, 5.0, 12.0])
def test_a_junction_has_its_branches_nodes_and_total_length(traced, angles_deg, branches, width_px):
    coverage = np.zeros((240, 240), np.float32)
    for angle in np.radians(angles_deg):
        tip = 120 + 90 * np.array([np.cos(angle), np.sin(angle)])
        arm = np.stack([[120.0, 120.0], tip])
        coverage = np.maximum(coverage, line_coverage(arm, np.full(2, width_px), 240, 240))
    (crack,) = traced(coverage).cracks
    assert len(crack.branches) == branches
    assert len(crack.nodes_px) == branches + 1
    assert crack.length_px == pytest.approx(90 * branches, rel=0.03)
    for branch in crack.branches:
        assert branch.points_px[0].tolist() == crack.nodes_px[branch.start].tolist()
        assert branch.points_px[-1].tolist() == crack.nodes_px[branch.end].tolist()


def test_the_widest_place_is_where_the_line_is_widest(traced):
    points = np.stack([np.linspace(20, 180, 81), np.full(81, 40.0)], axis=1)
    width = 4 + 8 * np.exp(-(((points[:, 0] - 130) / 12) ** 2))
    (crack,) = traced(line_coverage(points, width, 80, 200)).cracks
    assert crack.widest_px == pytest.approx((130, 40), abs=4)
    assert crack.max_width_px == pytest.approx(np.percentile(width, 95), abs=1)
    assert crack.mean_width_px == pytest.approx(width.mean(), abs=0.75)


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), tolerance_px=st.sampled_from([0.3, 0.5, 1.0, 2.0]))
@settings(max_examples=15, deadline=None)
def test_the_polyline_stays_within_its_tolerance(traced, seed, tolerance_px):
    rng = np.random.default_rng(seed)
    line = fractal_line(np.array([[20.0, 40.0], [180.0, 160.0]]), rng, roughness=0.1)
    coverage = line_coverage(line, np.full(len(line), 4.0), 200, 200)
    (fine,) = traced(coverage, tolerance_px=0.0).cracks
    (coarse,) = traced(coverage, tolerance_px=tolerance_px).cracks
    assert len(fine.branches) == len(coarse.branches)
    for one, other in zip(fine.branches, coarse.branches, strict=True):
        assert len(other.points_px) < len(one.points_px)
        assert distance_to_line(one.points_px, other.points_px).max() <= tolerance_px + 1e-3
        assert len(other.width_px) == len(other.points_px)


def distance_to_line(points, line):
    """Distance of each point to the nearest place of a polyline."""
    start, step = line[:-1], np.diff(line, axis=0)
    along = ((points[:, None] - start) * step).sum(-1) / np.maximum((step**2).sum(-1), 1e-12)
    nearest = start + np.clip(along, 0, 1)[..., None] * step
    return np.hypot(*np.moveaxis(points[:, None] - nearest, -1, 0)).min(axis=1)
