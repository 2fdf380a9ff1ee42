import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.synthesis import (
    LAYOUTS,
    crack_coverage,
    draw_cracks,
    fractal_line,
    line_coverage,
    width_profile,
)
from cracklens.synthesis.layouts import straight
from cracklens.synthesis.network import craze_cracks, map_cracks
from cracklens.synthesis.opening import bridged, distance_along, rough_edges


def rng_of(seed):
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_cracks_in_the_range_of_widths(layout):
    means = []
    for seed in range(12):
        cracks = draw_cracks(
            120, 160, rng_of(seed), least_width_px=1.0, most_width_px=8.0, layouts=[layout]
        )
        assert cracks
        for crack in cracks:
            assert crack.coverage.shape == (120, 160)
            assert (crack.width_px >= 0).all()
            assert (crack.width_px <= 8.0).all()
            assert (crack.points_px >= -0.5).all()
            assert (crack.points_px <= [159.5, 119.5]).all()
        means.append(max(crack.width_px.mean() for crack in cracks))
        assert crack_coverage(cracks, 120, 160).max() > 0.2
    assert np.ptp(means) > 0.5


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), height_px=st.integers(32, 150), width_px=st.integers(32, 150))
@settings(max_examples=40, deadline=None)
def test_any_picture_gets_a_visible_crack_and_the_same_one_again(seed, height_px, width_px):
    cracks = draw_cracks(height_px, width_px, rng_of(seed))
    again = draw_cracks(height_px, width_px, rng_of(seed))
    coverage = crack_coverage(cracks, height_px, width_px)
    assert coverage.max() > 0
    assert np.array_equal(coverage, crack_coverage(again, height_px, width_px))
    assert all((crack.coverage <= coverage).all() for crack in cracks)


@pytest.mark.slow
def test_fine_cracks_are_met_more_often_and_the_whole_range_is():
    widths = np.array(
        [
            max(float(crack.width_px.max()) for crack in draw_cracks(128, 128, rng_of(seed)))
            for seed in range(90)
        ]
    )
    assert np.mean(widths < 4) > 0.4
    assert widths.min() < 1
    assert widths.max() > 20


@pytest.mark.parametrize("width_px", [0.3, 0.8, 3.0, 12.0, 28.0])
@pytest.mark.parametrize("angle_deg", [3.0, 45.0, 118.0])
def test_the_area_of_a_rough_crack_is_its_length_times_its_width(width_px, angle_deg):
    half = 80 * np.array([math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))])
    middle = np.array([128.3, 127.6])
    line = fractal_line(
        np.array([middle - half, middle + half]), rng_of(7), roughness=0.004, step_px=5.0
    )
    widths = width_profile(line, width_px, rng_of(8), variation=0.4)
    line, widths = rough_edges(line, widths, rng_of(9), crumble=0.3)
    along = distance_along(line)
    area = ((widths[1:] + widths[:-1]) / 2 * np.diff(along)).sum()
    coverage = line_coverage(line, widths, 256, 256)
    # Bends let wide strips overlap: the jogs of the edges lengthen the line more than the area.
    assert coverage.sum(dtype=float) == pytest.approx(area, rel=0.02 if width_px < 5 else 0.06)


def test_rough_edges_move_each_edge_alone_and_hairlines_not_at_all():
    line = np.stack([np.arange(0.0, 200.0, 2.0), np.full(100, 50.0)], axis=1)
    points, widths = rough_edges(line, np.full(100, 8.0), rng_of(1), crumble=0.4)
    upper, lower = points[:, 1] - widths / 2, points[:, 1] + widths / 2
    assert np.abs(np.corrcoef(upper, lower)[0, 1]) < 0.5
    assert np.ptp(upper) > 0.5
    assert np.ptp(lower) > 0.5
    assert (np.abs(widths - 8.0) <= 8.0 * 0.4).all()
    assert rough_edges(line, np.full(100, 1.0), rng_of(1))[0] is line


def test_bridges_close_the_crack_where_they_are_and_nowhere_else():
    line = np.stack([np.arange(0.0, 1000.0, 1.0), np.full(1000, 50.0)], axis=1)
    widths = bridged(line, np.full(1000, 2.0), rng_of(2), per_kpx=6.0)
    gaps = np.count_nonzero(np.diff((widths == 0).astype(int)) == 1) + (widths[0] == 0)
    assert 3 <= gaps <= 7
    assert 0.01 < (widths == 0).mean() < 0.08
    assert (widths == 2.0).mean() > 0.8


def test_a_nearly_straight_crack_is_no_drawn_line():
    departures = []
    for seed in range(20):
        (course,) = straight(256, 256, 1.0, rng_of(seed))
        start, end = course.points_px[0], course.points_px[-1]
        ahead = (end - start) / np.hypot(*(end - start))
        aside = (course.points_px - start) @ np.array([-ahead[1], ahead[0]])
        length = np.hypot(*(end - start))
        assert np.abs(aside).max() < 0.12 * length
        # Beside a smooth curve through it there is unrest on the scale of pixels.
        inner = np.arange(len(aside))
        departures.append(np.std(aside - np.polyval(np.polyfit(inner, aside, 6), inner)))
    assert min(departures) > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("make", [map_cracks, craze_cracks])
def test_a_network_divides_the_picture_into_cells(make):
    from skimage.measure import label

    cells = []
    for seed in range(6):
        courses = make(240, 240, 3.0, rng_of(seed), cell_px=50.0)
        coverage = np.zeros((240, 240), dtype=np.float32)
        for course in courses:
            widths = np.full(len(course.points_px), 3.0)
            coverage = np.maximum(coverage, line_coverage(course.points_px, widths, 240, 240))
        cells.append(label(coverage < 0.3, connectivity=1).max())
    # 240² px hold 23 squares of 50 px; a honeycomb's cell of that side has 2.6 times the area.
    assert 4 <= np.median(cells) <= 60


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"least_width_px": 0.0}, "0 < least_width_px"),
        ({"least_width_px": 5.0, "most_width_px": 4.0}, "got 5.0 and 4.0"),
        ({"layouts": ["spiral"]}, "single"),
        ({"layouts": []}, "layouts must be"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, says):
    with pytest.raises(UsageError, match=says):
        draw_cracks(64, 64, rng_of(0), **arguments)
