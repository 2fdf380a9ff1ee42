import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.synthesis import plane_homography, render_specimen, wall_points

BOX = {"layout": "straight", "plain": True, "noise": 0.0, "jpeg_quality": None, "blur_px": 0.0}
EVEN = {"variation": 0.0, "crumble": 0.0, "fade_px": 0.0}


def area_px(crack) -> float:
    step = np.hypot(*np.diff(crack.points_px, axis=0).T)
    return float((step * (crack.width_px[1:] + crack.width_px[:-1]) / 2).sum())


@settings(max_examples=25, deadline=None)
@given(
    tilt_deg=st.floats(0, 30),
    towards_deg=st.floats(0, 360),
    mm_per_px=st.floats(0.05, 2),
    focal_px=st.floats(400, 3000),
)
def test_homography_is_that_of_a_camera_before_a_turned_wall(
    tilt_deg, towards_deg, mm_per_px, focal_px
):
    """Against OpenCV's projection of the turned plane."""
    found = plane_homography(
        (400, 300),
        mm_per_px=mm_per_px,
        tilt_deg=tilt_deg,
        tilt_towards_deg=towards_deg,
        focal_px=focal_px,
    )
    towards = np.radians(towards_deg)
    away = np.array([np.cos(towards), -np.sin(towards), 0.0])
    turn = np.cross(away, [0.0, 0.0, 1.0]) * np.radians(tilt_deg)
    wall = np.array([[-30.0, -20, 0], [10, 5, 0], [25, -14, 0], [0, 0, 0]]) * mm_per_px
    lens = np.array([[focal_px, 0, 199.5], [0, focal_px, 149.5], [0, 0, 1]])
    place = np.array([0.0, 0.0, mm_per_px * focal_px])
    seen = cv2.projectPoints(wall, turn, place, lens, None)[0].reshape(-1, 2)
    np.testing.assert_allclose(wall_points(found, seen), wall[:, :2], atol=1e-6 * mm_per_px * 400)


def test_a_wall_recedes_where_it_is_said_to():
    flat = plane_homography((200, 200), mm_per_px=0.1, tilt_deg=25, tilt_towards_deg=90)
    ends = wall_points(flat, np.array([[99.5, 0.0], [100.5, 0], [99.5, 199], [100.5, 199]]))
    above, below = np.hypot(*np.diff(ends, axis=0)[::2].T)
    assert above > 0.1 > below


@settings(max_examples=20, deadline=None)
@given(
    tilt_deg=st.floats(0, 30),
    towards_deg=st.floats(0, 360),
    angle_deg=st.floats(0, 180),
    width_px=st.floats(0.7, 20),
)
def test_coverage_integrated_twice_is_width_times_length(
    tilt_deg, towards_deg, angle_deg, width_px
):
    """And the width is that between the edges, which are mapped by the homography themselves."""
    specimen = render_specimen(
        5,
        width_px=width_px,
        angle_deg=angle_deg,
        tilt_deg=tilt_deg,
        tilt_towards_deg=towards_deg,
        length_px=140,
        size_px=260,
        **BOX,
        **EVEN,
    )
    (crack,) = specimen.cracks
    ahead = np.array([np.cos(np.radians(angle_deg)), -np.sin(np.radians(angle_deg))])
    half = np.array([-ahead[1], ahead[0]]) * width_px * specimen.mm_per_px / 2
    end = ahead * 70 * specimen.mm_per_px
    corners = np.array([-end - half, end - half, end + half, -end + half])
    seen = wall_points(np.linalg.inv(specimen.homography), corners)
    exact = cv2.contourArea(seen.astype(np.float32))
    assert specimen.coverage.sum() == pytest.approx(exact, rel=2e-3, abs=0.1 * width_px)
    assert area_px(crack) == pytest.approx(exact, rel=2e-3)
    np.testing.assert_allclose(crack.width_mm, width_px * specimen.mm_per_px, rtol=1e-6)
    assert crack.length_mm == pytest.approx(140 * specimen.mm_per_px)
    assert (crack.orientation_deg - angle_deg + 90) % 180 == pytest.approx(90, abs=1e-6)


@pytest.mark.parametrize("tilt_deg", [0.0, 30.0])
def test_each_profile_of_a_plain_specimen_integrates_to_the_width(tilt_deg):
    """Across an upright crack, row by row, with the width changing along it."""
    specimen = render_specimen(
        8,
        width_px=6,
        angle_deg=90,
        tilt_deg=tilt_deg,
        tilt_towards_deg=90,
        length_px=150,
        size_px=200,
        crumble=0.0,
        variation=0.0,
        **BOX,
    )
    (crack,) = specimen.cracks
    rows = np.arange(60, 140)
    dark = (180.0 - specimen.pixels[rows, :, 0].astype(float)).sum(axis=1) / 140.0
    order = np.argsort(crack.points_px[:, 1])
    width = np.interp(rows, crack.points_px[order, 1], crack.width_px[order])
    np.testing.assert_allclose(dark, width, atol=0.02)  # 8 bits: half a grey value at each edge


def test_the_tilt_adds_no_blur():
    """A slanted edge under 30 degrees is as steep as a box of one pixel: 1/12 px2."""
    specimen = render_specimen(
        3, width_px=30, angle_deg=80, tilt_deg=30, tilt_towards_deg=20, size_px=200, **BOX, **EVEN
    )
    (crack,) = specimen.cracks
    start, end = crack.points_px[[0, -1]]
    ahead = (end - start) / np.hypot(*(end - start))
    y, x = np.mgrid[70:130, 0:200]
    across = (x - start[0]) * ahead[1] - (y - start[1]) * ahead[0]
    along = (x - start[0]) * ahead[0] + (y - start[1]) * ahead[1]
    width = np.interp(along, np.hypot(*(crack.points_px - start).T), crack.width_px)
    edge = across - width / 2
    near = np.abs(edge) < 3
    grey = 180.0 - specimen.pixels[70:130, :, 0][near]
    order = np.argsort(edge[near])
    bins = np.linspace(-2.5, 2.5, 51)
    middle = (bins[1:] + bins[:-1]) / 2
    count = np.histogram(edge[near], bins)[0]
    step = np.histogram(edge[near][order], bins, weights=grey[order])[0] / count / 140
    spread = -np.diff(step)
    at = (middle[1:] + middle[:-1]) / 2
    mean = (spread * at).sum() / spread.sum()
    variance = (spread * (at - mean) ** 2).sum() / spread.sum()
    assert variance == pytest.approx(1 / 12, abs=0.025)


def test_neighbours_lie_at_the_stated_spacing():
    specimen = render_specimen(
        4,
        width_px=3,
        layout="straight",
        cracks=3,
        spacing_px=90,
        tilt_deg=25,
        size_px=500,
        crumble=0.0,
    )
    assert len(specimen.cracks) == 3
    assert specimen.spacing_mm == pytest.approx(9.0)
    first, second, third = (crack.points_mm for crack in specimen.cracks)
    ahead = np.diff(first[[0, -1]], axis=0)[0]
    normal = np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead)
    for one, other in ((first, second), (second, third)):
        assert abs((other.mean(axis=0) - one[0]) @ normal) == pytest.approx(9.0, abs=1e-6)


@pytest.mark.parametrize("layout", ["rough", "fork", "map"])
def test_the_same_arguments_give_the_same_specimen(layout):
    one, other = (
        render_specimen(12, width_px=4, layout=layout, tilt_deg=10, size_px=200) for _ in range(2)
    )
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert len(one.cracks) == len(other.cracks)
    assert len(one.cracks) >= {"rough": 1, "fork": 2, "map": 5}[layout]
    assert one.pixels.shape == (200, 200, 3)
    for crack in one.cracks:
        assert (crack.points_px >= -0.5).all()
        assert (crack.points_px <= 199.5).all()


@pytest.mark.slow
def test_the_widths_vary_as_asked():
    (crack,) = render_specimen(9, width_px=8, variation=0.3, crumble=0.0, fade_px=0.0).cracks
    assert 8 * 0.7 - 1e-9 <= crack.width_px.min() < 7
    assert 9 < crack.width_px.max() <= 8 * 1.3 + 1e-9


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"width_px": 0}, "wider than 0"),
        ({"cracks": 2, "layout": "fork"}, "'fork' has 1 crack"),
        ({"size_px": 10}, "at least 32"),
        ({"tilt_deg": 80}, "reduce the tilt"),
        ({"mm_per_px": 0}, "above 0"),
    ],
)
def test_what_cannot_be_is_refused(wrong, words):
    with pytest.raises(UsageError, match=words):
        render_specimen(**{"seed": 1, "width_px": 3} | wrong)
