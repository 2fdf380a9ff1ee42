import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.synthesis import fractal_line, line_coverage

SIDE_PX = 128


def straight(angle_deg, length_px, middle=(63.3, 64.1)):
    half = (
        length_px
        / 2
        * np.array([math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))])
    )
    return np.array([np.array(middle) - half, np.array(middle) + half])


def sampled_area_under(points, width_px, side_px, per_px):
    """Independent reference: count sub-pixel samples within half a width of a straight strip."""
    start, end = points
    tangent = (end - start) / np.linalg.norm(end - start)
    at = (np.arange(side_px * per_px) + 0.5) / per_px - 0.5
    dx, dy = at[None, :] - start[0], at[:, None] - start[1]
    along, across = dx * tangent[0] + dy * tangent[1], dy * tangent[0] - dx * tangent[1]
    under = (np.abs(across) <= width_px / 2) & (along >= 0) & (along <= np.linalg.norm(end - start))
    return under.reshape(side_px, per_px, side_px, per_px).mean(axis=(1, 3))


@pytest.mark.parametrize("width_px", [0.1, 0.5, 1.0, 2.0, 3.7, 10.0, 24.0])
@pytest.mark.parametrize("angle_deg", [0, 17, 45, 90, 133.7, 225])
def test_the_coverage_of_a_straight_line_sums_to_length_times_width(width_px, angle_deg):
    coverage = line_coverage(straight(angle_deg, 80.0), np.full(2, width_px), SIDE_PX, SIDE_PX)
    assert coverage.dtype == np.float32
    assert coverage.shape == (SIDE_PX, SIDE_PX)
    assert coverage.sum(dtype=float) == pytest.approx(80.0 * width_px, rel=0.005)


@given(
    angle_deg=st.floats(0, 360),
    width_px=st.floats(0.05, 20),
    length_px=st.floats(25, 90),
    x=st.floats(60, 68),
    y=st.floats(60, 68),
)
@settings(max_examples=60, deadline=None)
def test_wherever_it_lies_the_area_is_right(angle_deg, width_px, length_px, x, y):
    points = straight(angle_deg, length_px, (x, y))
    coverage = line_coverage(points, np.full(2, width_px), SIDE_PX, SIDE_PX)
    assert coverage.min() >= 0
    assert coverage.max() <= 1
    # The two ends together are right to 0.15 px of length.
    assert coverage.sum(dtype=float) == pytest.approx(length_px * width_px, abs=0.15 * width_px)


@pytest.mark.parametrize(("angle_deg", "width_px"), [(0, 3.3), (30, 0.6), (45, 2.0), (71, 7.5)])
def test_each_pixel_agrees_with_counted_samples(angle_deg, width_px):
    points = straight(angle_deg, 24.0, (20.2, 19.6))
    reference = sampled_area_under(points, width_px, 40, 24)
    coverage = line_coverage(points, np.full(2, width_px), 40, 40)
    along = np.abs(
        (np.arange(40)[None, :] - 20.2) * math.cos(math.radians(angle_deg))
        + (np.arange(40)[:, None] - 19.6) * math.sin(math.radians(angle_deg))
    )
    away_from_the_ends = along < 10.5
    assert np.abs(coverage - reference)[away_from_the_ends].max() < 0.03
    assert np.abs(coverage - reference).max() < 0.05


@pytest.mark.parametrize("pieces", [1, 3, 40, 400])
def test_more_points_on_a_straight_line_change_nothing(pieces):
    start, end = straight(31.0, 70.0)
    points = start + (end - start) * np.linspace(0, 1, pieces + 1)[:, None]
    plain = line_coverage(np.array([start, end]), np.full(2, 6.0), SIDE_PX, SIDE_PX)
    many = line_coverage(points, np.full(pieces + 1, 6.0), SIDE_PX, SIDE_PX)
    assert np.abs(plain - many).max() < 0.01
    assert many.sum(dtype=float) == pytest.approx(plain.sum(dtype=float), rel=0.003)


def test_a_taper_has_the_area_of_its_trapezoid():
    coverage = line_coverage(straight(20, 80), np.array([0.0, 8.0]), SIDE_PX, SIDE_PX)
    assert coverage.sum(dtype=float) == pytest.approx(80 * 4, rel=0.01)


def test_the_full_width_stands_across_the_line():
    coverage = line_coverage(np.array([[-5.0, 30.25], [70.0, 30.25]]), np.full(2, 5.0), 64, 64)
    assert coverage.sum(axis=0) == pytest.approx(np.full(64, 5.0), abs=1e-3)
    centroid = (coverage * np.arange(64)[:, None]).sum(axis=0) / coverage.sum(axis=0)
    assert centroid == pytest.approx(np.full(64, 30.25), abs=1e-3)


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), width_px=st.floats(0.3, 6))
@settings(max_examples=25, deadline=None)
def test_reversing_or_mirroring_a_line_mirrors_its_coverage(seed, width_px):
    rng = np.random.default_rng(seed)
    points = fractal_line(rng.uniform(-10, 74, (2, 2)), rng)
    width = np.full(len(points), width_px)
    coverage = line_coverage(points, width, 64, 64)
    assert line_coverage(points[::-1], width, 64, 64) == pytest.approx(coverage, abs=1e-4)
    mirrored = line_coverage(points * [-1, 1] + [63, 0], width, 64, 64)
    assert mirrored[:, ::-1] == pytest.approx(coverage, abs=1e-4)
    turned = line_coverage(points[:, ::-1], width, 64, 64).T
    assert turned == pytest.approx(coverage, abs=1e-4)


def test_lines_outside_or_without_length_cover_nothing():
    outside = np.array([[-50.0, -50.0], [-20.0, -40.0]])
    assert line_coverage(outside, np.full(2, 4.0), 64, 64).max() == 0
    assert line_coverage(np.full((2, 2), 7.0), np.full(2, 4.0), 64, 64).max() == 0
    assert line_coverage(outside + 60, np.zeros(2), 64, 64).max() < 1e-6


@pytest.mark.parametrize(
    ("points", "width", "says"),
    [
        ([[1.0, 2.0]], [1.0], "N >= 2"),
        ([[1.0, 2.0], [3.0, 4.0]], [1.0], r"\(1,\)"),
        ([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]], [1.0, 1.0], r"\(2, 3\)"),
        ([[1.0, 2.0], [3.0, 4.0]], [1.0, -1.0], "at least 0"),
        ([[1.0, math.nan], [3.0, 4.0]], [1.0, 1.0], "finite"),
    ],
)
def test_lines_that_make_no_sense_are_refused(points, width, says):
    with pytest.raises(UsageError, match=says):
        line_coverage(np.array(points), np.array(width), 64, 64)
