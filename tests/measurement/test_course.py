import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cracklens.measurement.course import measure_course
from cracklens.photos.scale import Scale
from cracklens.synthesis import plane_homography, wall_points
from cracklens.tracing.crack import Branch, Crack

SIZE = (800, 600)
MIDDLE = (399.5, 299.5)


def crack_of(*lines, touches_border=False, width_px=4.0) -> Crack:
    """A crack whose lines meet where their ends are equal."""
    nodes, branches = [], []

    def node(point) -> int:
        point = tuple(point)
        if point not in nodes:
            nodes.append(point)
        return nodes.index(point)

    for line in lines:
        points = np.array(line, dtype=float)
        width = np.full(len(points), width_px)
        branches.append(Branch(points, width, node(points[0]), node(points[-1])))
    return Crack(
        branches=tuple(branches),
        nodes_px=np.array(nodes),
        confidence=0.9,
        mean_width_px=width_px,
        max_width_px=width_px,
        widest_px=nodes[0],
        touches_border=touches_border,
    )


def seen(homography, angle_deg, length_mm, middle_mm=(0.0, 0.0)):
    """Both ends, in px, of a straight line on the wall."""
    ahead = np.array([math.cos(math.radians(angle_deg)), -math.sin(math.radians(angle_deg))])
    ends = np.array(middle_mm) + np.array([[-0.5], [0.5]]) * length_mm * ahead
    return wall_points(np.linalg.inv(homography), ends)


def turned(homography, angle_deg):
    """The same plane in a frame that is turned and moved on it."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.array([[cos, -sin, 31.0], [sin, cos, -12.0], [0, 0, 1]]) @ homography


def apart_deg(one, other):
    return abs((one - other + 90) % 180 - 90)


@given(
    angle_deg=st.floats(0, 179.9),
    length_px=st.floats(20, 2000),
    mm_per_px=st.floats(0.01, 5),
)
def test_a_straight_line_at_any_angle(angle_deg, length_px, mm_per_px):
    ahead = np.array([math.cos(math.radians(angle_deg)), -math.sin(math.radians(angle_deg))])
    scale = Scale(mm_per_px, 0.01, "typed", "")
    course = measure_course(crack_of([(5.0, 9.0), (5.0, 9.0) + ahead * length_px]), scale)
    assert course.length_px.value == pytest.approx(length_px)
    assert course.length_mm.value == pytest.approx(length_px * mm_per_px)
    assert course.length_mm.contributions["scale"] == pytest.approx(0.01 * length_px * mm_per_px)
    assert apart_deg(course.orientation_deg.value, angle_deg) < 1e-6
    assert 0 <= course.orientation_deg.value < 180
    assert course.pattern == "single"
    assert not course.is_lower_bound


@settings(max_examples=60)
@given(
    tilt_deg=st.floats(0, 40),
    towards_deg=st.floats(0, 360),
    turn_deg=st.floats(-180, 180),
    angle_deg=st.floats(0, 179.9),
    x_mm=st.floats(-15, 15),
    y_mm=st.floats(-15, 15),
)
def test_length_and_orientation_are_those_on_the_wall_under_any_homography(
    tilt_deg, towards_deg, turn_deg, angle_deg, x_mm, y_mm
):
    """However the frame of the homography is turned, and wherever the line lies."""
    flat = plane_homography(SIZE, mm_per_px=0.1, tilt_deg=tilt_deg, tilt_towards_deg=towards_deg)
    crack = crack_of(seen(flat, angle_deg, 12.0, (x_mm, y_mm)))
    scale = Scale(0.1, 0.003, "marker", "", homography=turned(flat, turn_deg), tilt_deg=tilt_deg)
    course = measure_course(crack, scale, middle_px=MIDDLE)
    assume(not course.is_lower_bound)  # far out, towards the horizon
    assert course.length_mm.value == pytest.approx(12.0)
    assert apart_deg(course.orientation_deg.value, angle_deg) < 1e-5


@given(turn_deg=st.floats(-180, 180), angle_deg=st.floats(0, 179.9))
def test_without_tilt_the_orientation_is_that_of_the_picture(turn_deg, angle_deg):
    flat = plane_homography(SIZE, mm_per_px=0.1)
    crack = crack_of(seen(flat, angle_deg, 12.0))
    with_plane = Scale(0.1, 0.003, "marker", "", homography=turned(flat, turn_deg), tilt_deg=0.0)
    plain = measure_course(crack, None)
    on_wall = measure_course(crack, with_plane, middle_px=MIDDLE)
    assert apart_deg(plain.orientation_deg.value, on_wall.orientation_deg.value) < 1e-5


def test_a_circle():
    angle = np.linspace(0, 2 * np.pi, 721)
    ring = np.column_stack([300 + 80 * np.cos(angle), 250 + 80 * np.sin(angle)])
    ring[-1] = ring[0]
    course = measure_course(crack_of(ring), Scale(0.5, 0.0, "typed", ""))
    assert course.length_mm.value == pytest.approx(80 * np.pi, rel=1e-4)
    assert course.length_px.contributions["ends"] == 0
    assert course.orientation_deg.standard == pytest.approx(180 / math.sqrt(12))
    assert course.pattern == "single"


def test_a_right_angle():
    """Both legs count with their length: a longer one wins, and doubled angles of equal ones add to
    no direction."""
    equal = measure_course(crack_of([(0, 0), (100, 0), (100, 100)]), None)
    assert equal.length_px.value == pytest.approx(200)
    assert equal.orientation_deg.standard == pytest.approx(180 / math.sqrt(12))
    longer = measure_course(crack_of([(0, 0), (200, 0), (200, 100)]), None)
    assert longer.orientation_deg.value == pytest.approx(0)
    straight = measure_course(crack_of([(0, 0), (300, 0)]), None)
    assert 10 > longer.orientation_deg.standard > straight.orientation_deg.standard


def test_all_branches_count():
    star = crack_of([(50, 50), (150, 50)], [(50, 50), (50, 150)], [(50, 50), (0, 50)])
    course = measure_course(star, None)
    assert course.length_px.value == pytest.approx(250)
    assert course.pattern == "branched"
    assert course.length_px.contributions["ends"] == pytest.approx(
        measure_course(crack_of([(0, 0), (250, 0)]), None).length_px.contributions["ends"]
        * math.sqrt(3 / 2)
    )


def test_a_rough_line_is_less_certain_than_a_smooth_one():
    x = np.arange(0.0, 401.0, 4.0)
    rough = np.column_stack([x, 3 * (np.arange(len(x)) % 2)])
    smooth = np.column_stack([x, np.zeros(len(x))])
    one, other = (measure_course(crack_of(line), None).length_px for line in (rough, smooth))
    assert one.contributions["tracing"] > 5 * other.contributions["tracing"]
    assert one.value > other.value


@pytest.mark.parametrize(
    ("angle_deg", "axis_deg", "acute", "direction"),
    [
        (10, 0, 10, "longitudinal"),
        (175, 5, 10, "longitudinal"),
        (80, 170, 90, "transverse"),
        (45, 0, 45, "diagonal"),
        (22, 0, 22, "longitudinal"),
        (23, 0, 23, "diagonal"),
        (68, 0, 68, "transverse"),
        (67, 0, 67, "diagonal"),
    ],
)
def test_the_direction_against_the_axis(angle_deg, axis_deg, acute, direction):
    ahead = np.array([math.cos(math.radians(angle_deg)), -math.sin(math.radians(angle_deg))])
    crack = crack_of([(300, 300), np.array([300, 300]) + 200 * ahead])
    course = measure_course(crack, None, axis_deg=axis_deg)
    assert course.to_axis_deg == pytest.approx(acute)
    assert course.direction == direction
    without = measure_course(crack, None)
    assert without.to_axis_deg is None
    assert without.direction is None


def test_what_leaves_the_picture_or_is_hidden_is_a_lower_bound():
    line = [(100.0, 100.0), (300.0, 120.0)]
    hidden = np.zeros((600, 800), dtype=bool)
    hidden[90:150, 305:360] = True  # 5 px beyond the end, half the width being 2 px
    assert not measure_course(crack_of(line), None).is_lower_bound
    assert measure_course(crack_of(line, touches_border=True), None).is_lower_bound
    assert measure_course(crack_of(line), None, excluded=hidden).is_lower_bound
    assert not measure_course(crack_of(line), None, excluded=np.roll(hidden, 6, 1)).is_lower_bound
    across = np.roll(hidden, -150, 1)  # the crack passes through it
    assert measure_course(crack_of(line), None, excluded=across).is_lower_bound


def test_what_lies_towards_the_horizon_does_not_count():
    """A wall at 60 degrees: above the middle of the picture it soon recedes beyond all measure."""
    flat = plane_homography((800, 60), mm_per_px=0.1, tilt_deg=60, tilt_towards_deg=90)
    scale = Scale(0.1, 0.0, "marker", "", homography=flat, tilt_deg=60.0)
    upright = [(400.0, y) for y in np.arange(-600.0, 61.0, 5.0)]
    course = measure_course(crack_of(upright), scale, middle_px=(399.5, 29.5))
    assert course.is_lower_bound
    near = [point for point in upright if point[1] > 0]
    part = measure_course(crack_of(near), scale, middle_px=(399.5, 29.5))
    assert not part.is_lower_bound
    assert part.length_mm.value < course.length_mm.value < 40 * part.length_mm.value
    assert course.orientation_deg.value == pytest.approx(90, abs=0.5)


def test_an_unknown_tilt_makes_the_orientation_less_certain():
    crack = crack_of([(0, 0), (400, 300)])
    flat = plane_homography(SIZE, mm_per_px=0.1)
    plane = Scale(0.1, 0.001, "marker", "", homography=flat, tilt_deg=0.0)
    typed = Scale(0.1, 0.001, "typed", "")
    square = Scale(0.1, 0.001, "metadata", "", tilt_deg=0.0)
    known, guessed, told = (
        measure_course(crack, scale).orientation_deg.standard for scale in (plane, typed, square)
    )
    assert guessed > 2 * known
    assert told < guessed
