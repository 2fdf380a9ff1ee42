import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.measurement.course import measure_course
from cracklens.measurement.field import measure_field
from cracklens.measurement.plane import seen_mm2
from cracklens.measurement.spacing import measure_spacing, parallel_groups
from cracklens.photos.scale import Scale
from cracklens.synthesis import plane_homography, wall_points
from cracklens.tracing.crack import Branch, Crack

SHAPE = (600, 800)


def crack_of(line) -> Crack:
    points = np.array(line, dtype=float)
    width = np.full(len(points), 3.0)
    return Crack(
        (Branch(points, width, 0, 1),), points[[0, -1]], 0.9, 3, 3, (0, 0), touches_border=False
    )


def rows(spacing, count, angle_deg=0.0, length=100.0, stagger=0.0):
    """Straight lines side by side about the origin, each a little further along."""
    ahead = np.array([math.cos(math.radians(angle_deg)), -math.sin(math.radians(angle_deg))])
    aside = np.array([-ahead[1], ahead[0]])
    share = np.linspace(-0.5, 0.5, 21)[:, None]
    return [
        (rank - (count - 1) / 2) * (spacing * aside + stagger * ahead) + share * length * ahead
        for rank in range(count)
    ]


def measured(lines, scale, excluded=None, shape=SHAPE):
    cracks = [crack_of(line) for line in lines]
    middle_px = (shape[1] - 1) / 2, (shape[0] - 1) / 2
    courses = [measure_course(crack, scale, middle_px=middle_px) for crack in cracks]
    return measure_field(cracks, courses, scale, shape=shape, excluded=excluded)


@pytest.mark.slow
@given(
    spacing=st.floats(2, 60),
    count=st.integers(3, 6),
    angle_deg=st.floats(0, 179.9),
    stagger=st.floats(-8, 8),
)
def test_spacing_of_even_lines_at_any_angle(spacing, count, angle_deg, stagger):
    lines = [[line] for line in rows(spacing, count, angle_deg, stagger=stagger)]
    assert parallel_groups(lines) == (tuple(range(count)),)
    found = measure_spacing(lines)
    assert found.mean == pytest.approx(spacing)
    assert found.pairs == count - 1


@settings(max_examples=25)
@given(
    tilt_deg=st.floats(0, 25),
    towards_deg=st.floats(0, 360),
    angle_deg=st.floats(0, 179.9),
    turn_deg=st.floats(-180, 180),
)
def test_spacing_on_a_tilted_wall(tilt_deg, towards_deg, angle_deg, turn_deg):
    flat = plane_homography(
        (800, 600), mm_per_px=0.1, tilt_deg=tilt_deg, tilt_towards_deg=towards_deg
    )
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    frame = np.array([[cos, -sin, 5.0], [sin, cos, 9.0], [0, 0, 1]]) @ flat
    scale = Scale(0.1, 0.004, "marker", "", homography=frame, tilt_deg=tilt_deg)
    to_px = np.linalg.inv(flat)
    lines = [wall_points(to_px, line) for line in rows(6.0, 3, angle_deg, length=30.0)]
    field = measured(lines, scale)
    assert field.parallel == ((0, 1, 2),)
    assert field.pattern == "parallel"
    assert field.spacing_mm.value == pytest.approx(6.0)
    assert field.spacing_mm.contributions["scale"] == pytest.approx(0.004 * 6.0)


def test_uneven_lines_have_their_mean_spacing():
    lines = [[line] for line in rows(0.0, 3)]
    shifted = [[np.add(line, (0.0, at))] for (line,), at in zip(lines, (0, 10, 40), strict=True)]
    found = measure_spacing(shifted)
    assert found.mean == pytest.approx(20)
    assert found.spread == pytest.approx(10)


def test_two_cracks_are_no_group_and_neither_are_crossing_ones():
    assert parallel_groups([[line] for line in rows(20, 2)]) == ()
    star = [[line] for angle in (0, 60, 120) for line in rows(0, 1, angle)]
    assert parallel_groups(star) == ()
    assert parallel_groups([]) == ()


def test_lines_one_behind_the_other_are_no_group():
    line = rows(0, 1)[0]
    assert parallel_groups([[np.add(line, (120.0 * i, 0.0))] for i in range(4)]) == ()


def test_short_pieces_far_apart_are_no_group():
    assert parallel_groups([[line] for line in rows(120, 4)]) == ()
    assert parallel_groups([[line] for line in rows(90, 4)]) == ((0, 1, 2, 3),)


def test_a_network_has_no_spacing():
    """Knots of three arms, cells of 60 x 60 px, and three lines beside it that hold less."""
    places, branches = {}, []
    for row in range(6):
        for column in range(11):
            places[row, column] = len(places)
            ends = [(row, column - 1)] if column else []
            ends += [(row - 1, column)] if row and (row + column) % 2 else []
            for end in ends:
                line = np.array([[30.0 * end[1], 60.0 * end[0]], [30.0 * column, 60.0 * row]])
                branches.append(Branch(line, np.full(2, 3.0), places[end], places[row, column]))
    nodes = np.array([[30.0 * column, 60.0 * row] for row, column in places])
    network = Crack(tuple(branches), nodes, 0.9, 3, 3, (0, 0), touches_border=False)
    beside = [crack_of(np.add(line, (600.0, 200.0))) for line in rows(40, 3)]
    for cracks, expected in (([network, *beside], "map"), (beside, "parallel")):
        courses = [measure_course(crack, None) for crack in cracks]
        field = measure_field(cracks, courses, None, shape=SHAPE)
        assert field.pattern == expected
        assert (field.spacing_px is None) == (expected == "map")


def test_two_directions_make_two_groups_the_longer_first():
    flat, upright = rows(20, 3), rows(20, 4, 90)
    lines = [[line] for line in flat + [np.add(one, (500.0, 0.0)) for one in upright]]
    assert parallel_groups(lines) == ((3, 4, 5, 6), (0, 1, 2))


def test_an_empty_photograph():
    scale = Scale(0.5, 0.01, "typed", "")
    field = measured([], scale)
    assert field.pattern == "none"
    assert field.parallel == ()
    assert field.spacing_mm is None
    assert field.density_m_per_m2.value == 0
    assert field.area_m2.value == pytest.approx(800 * 600 * 0.25e-6)
    assert field.area_m2.contributions["scale"] == pytest.approx(0.02 * field.area_m2.value)
    assert measured([], None).density_m_per_m2 is None


def test_density_is_length_by_area():
    scale = Scale(0.5, 0.01, "typed", "")
    lines = [np.add(line, (400, 300)) for line in rows(80, 3, 30, length=300)]
    field = measured(lines, scale)
    assert field.density_m_per_m2.value == pytest.approx(3 * 0.15 / (0.4 * 0.3))
    assert field.density_m_per_m2.contributions["scale"] == pytest.approx(
        0.01 * field.density_m_per_m2.value
    )
    assert field.spacing_px.value == pytest.approx(80)
    assert field.spacing_mm.value == pytest.approx(40)


def test_a_scale_that_is_larger_by_one_percent():
    """One variant that is off in size alone: 1 % of lengths and distances, 2 % of the area."""
    flat = plane_homography((800, 600), mm_per_px=0.1, tilt_deg=15, tilt_towards_deg=40)
    larger = np.diag([1.01, 1.01, 1.0]) @ flat
    scale = Scale(0.1, 0.5, "marker", "", homography=flat, tilt_deg=15.0, variants=larger[None])
    lines = [wall_points(np.linalg.inv(flat), line) for line in rows(6.0, 3, 30, length=30.0)]
    field = measured(lines, scale)
    course = measure_course(crack_of(lines[0]), scale, middle_px=(399.5, 299.5))
    assert course.length_mm.contributions["scale"] == pytest.approx(0.3)
    assert course.orientation_deg.contributions["scale"] == pytest.approx(0, abs=1e-9)
    assert field.spacing_mm.contributions["scale"] == pytest.approx(0.06)
    assert field.area_m2.contributions["scale"] == pytest.approx(0.0201 * field.area_m2.value)
    assert field.density_m_per_m2.contributions["scale"] == pytest.approx(
        (1 - 1 / 1.01) * field.density_m_per_m2.value
    )


def test_a_tilt_that_may_be_wrong_makes_directions_uncertain():
    """By what a tilt of 5 degrees turns a line at 45 degrees to it, whatever the variant's frame."""
    flat = plane_homography((800, 600), mm_per_px=0.1)
    tilted = plane_homography((800, 600), mm_per_px=0.1, tilt_deg=5)
    turn = np.array([[0.0, -1.0, 4.0], [1.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
    scale = Scale(0.1, 0.0, "typed", "", variants=(turn @ tilted)[None])
    lines = [wall_points(np.linalg.inv(flat), line) for line in rows(0, 1, 45, length=4.0)]
    course = measure_course(crack_of(lines[0]), scale, middle_px=(399.5, 299.5))
    expected = 45 - math.degrees(math.atan(math.cos(math.radians(5))))
    assert course.orientation_deg.contributions["tilt"] == pytest.approx(expected, rel=0.02)


def test_what_is_hidden_is_not_seen():
    scale = Scale(0.5, 0.0, "typed", "")
    excluded = np.zeros(SHAPE, dtype=bool)
    excluded[100:300, 200:600] = True
    whole, part = seen_mm2(scale, SHAPE), seen_mm2(scale, SHAPE, excluded)
    assert whole - part == pytest.approx(200 * 400 * 0.25, rel=1e-9)
    assert seen_mm2(scale, SHAPE, np.ones(SHAPE, dtype=bool)) == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=15)
@given(tilt_deg=st.floats(0, 30), towards_deg=st.floats(0, 360))
def test_the_area_is_the_sum_over_pixels(tilt_deg, towards_deg):
    flat = plane_homography(
        (80, 60), mm_per_px=0.5, tilt_deg=tilt_deg, tilt_towards_deg=towards_deg
    )
    scale = Scale(0.5, 0.0, "marker", "", homography=flat, tilt_deg=tilt_deg)
    y, x = np.mgrid[0:60, 0:80]
    places = np.column_stack([x.ravel(), y.ravel()]).astype(float)
    pixels = np.abs(np.linalg.det(scale.jacobian(places))).sum()
    assert seen_mm2(scale, (60, 80)) == pytest.approx(pixels, rel=1e-3)


def test_a_picture_with_the_horizon_shows_a_limited_area():
    """Of a wall at 60 degrees, only what is at most four times as coarse as the middle."""
    flat = plane_homography((80, 60), mm_per_px=0.5, tilt_deg=60, focal_px=1000)
    steep = flat.copy()
    steep[2] = (-0.04, 0.0, 1 + 0.04 * 39.5)  # the horizon stands 25 px right of the middle
    area = seen_mm2(Scale(0.5, 0.0, "marker", "", homography=steep), (60, 80))
    x = 39.5 + 25 * (1 - 4 ** (-2 / 3))
    at = np.array([[-0.5, -0.5], [x, -0.5], [x, 59.5], [-0.5, 59.5]])
    u, v = wall_points(steep, at).T
    assert area == pytest.approx(abs(u @ np.roll(v, -1) - v @ np.roll(u, -1)) / 2)
