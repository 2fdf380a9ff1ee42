import hashlib
import math

import cv2
import numpy as np
import pytest

from cracklens.errors import UsageError
from cracklens.synthesis import DISTRACTORS, SCENES, line_coverage, render_scene
from cracklens.synthesis.coverage import coverage_part
from cracklens.synthesis.marker import Marker, place_marker
from cracklens.synthesis.noise import enlarged

pytestmark = pytest.mark.slow

WIDTH_PX, HEIGHT_PX = 1000, 750


@pytest.fixture(scope="module")
def scenes():
    return {kind: render_scene(5, kind, width_px=WIDTH_PX, height_px=HEIGHT_PX) for kind in SCENES}


def test_a_scene_holds_what_its_kind_names(scenes):
    for kind, scene in scenes.items():
        assert scene.kind == kind
        assert scene.pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert scene.pixels.dtype == scene.coverage.dtype == np.uint8
        assert scene.coverage.shape == (HEIGHT_PX, WIDTH_PX)
        names = {name for name, _ in SCENES[kind].large} | {*SCENES[kind].fine, *SCENES[kind].over}
        assert set(scene.distractors) == names <= set(DISTRACTORS)
        for mask in scene.distractors.values():
            assert mask.shape == (HEIGHT_PX, WIDTH_PX)
            assert mask.max() > 100
        assert 60 < scene.pixels.mean() < 220


def test_the_coverage_is_that_of_the_cracks_and_a_sound_wall_has_none(scenes):
    assert scenes["sound wall"].cracks == ()
    assert not scenes["sound wall"].coverage.any()
    for kind, scene in scenes.items():
        seen = scene.coverage > 0
        known = np.zeros_like(seen)
        for crack in scene.cracks:
            known[crack.window] |= crack.part > 0
        assert not (seen & ~known).any()
        if kind != "sound wall":
            assert len(scene.cracks) >= 2
            assert seen.mean() > 0.0005


def test_open_wide_cracks_are_darker_than_what_lies_beside_them(scenes):
    darker, looked = 0, 0
    for kind in ("board-marked wall", "pier with run-off", "wall with cable"):
        scene = scenes[kind]
        grey = scene.pixels.astype(float).mean(axis=2)
        for crack in scene.cracks:
            for index in range(2, len(crack.points_px) - 2, 5):
                (x, y), width_px = crack.points_px[index], crack.width_px[index]
                ahead = crack.points_px[index + 2] - crack.points_px[index - 2]
                side = np.array([-ahead[1], ahead[0]]) / max(np.hypot(*ahead), 1e-9)
                beside = np.array([[x, y] + s * side * (width_px / 2 + 6) for s in (-1, 1)])
                inside = (beside > 3).all() and (beside < [WIDTH_PX - 4, HEIGHT_PX - 4]).all()
                if width_px < 3 or not inside or scene.coverage[round(y), round(x)] < 250:
                    continue
                column, row = np.rint(beside).astype(int).T
                if scene.coverage[row, column].any():
                    continue
                looked += 1
                darker += grey[round(y), round(x)] < grey[row, column].mean() - 8
    assert looked > 100
    assert darker / looked > 0.95


def test_the_marker_is_found_where_it_was_put(scenes):
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(dictionary, parameters)
    for scene in scenes.values():
        corners, numbers, _ = detector.detectMarkers(cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2GRAY))
        found = dict(zip(numbers.ravel().tolist(), corners, strict=True))
        assert found[scene.marker.number][0] == pytest.approx(scene.marker.corners_px, abs=0.6)
        sides = np.hypot(*np.diff(scene.marker.corners_px, axis=0).T)
        assert sides == pytest.approx(scene.marker.side_mm / scene.mm_per_px)
        x, y = np.rint(scene.marker.middle_px).astype(int)
        assert not scene.coverage[y - 20 : y + 20, x - 20 : x + 20].any()


def test_the_same_seed_gives_the_same_scene_and_another_seed_another():
    def digest(seed):
        scene = render_scene(seed, "smooth slab", width_px=640, height_px=600)
        return hashlib.sha256(scene.pixels.tobytes() + scene.coverage.tobytes()).hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_without_a_kind_the_seed_chooses():
    assert render_scene(7, width_px=600, height_px=600).kind == list(SCENES)[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"seed": -1}, "at least 0"),
        ({"seed": 0, "kind": "bridge"}, "no scene 'bridge'; known: board-marked wall"),
        ({"seed": 0, "width_px": 300}, "300 x 3000 px"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, says):
    with pytest.raises(UsageError, match=says):
        render_scene(**arguments)


def test_a_marker_that_does_not_fit_or_exist_is_refused():
    surface = np.full((100, 100, 3), 150.0, dtype=np.float32)
    with pytest.raises(UsageError, match="does not fit"):
        place_marker(surface, Marker(3, 100.0, (30.0, 50.0), 60.0))
    with pytest.raises(UsageError, match="0 to 49, got 50"):
        place_marker(surface, Marker(50, 100.0, (50.0, 50.0), 40.0))
    assert (surface == 150.0).all()


def test_a_marker_turns_counter_clockwise():
    corners = Marker(0, 10.0, (50.0, 50.0), 20.0, turn_deg=90.0).corners_px
    assert corners == pytest.approx(np.array([[40, 60], [40, 40], [60, 40], [60, 60]]))


def test_a_part_is_the_coverage_without_its_empty_border():
    angle = math.radians(30)
    points = np.array([[20.0, 30.0], [20 + 50 * math.cos(angle), 30 + 50 * math.sin(angle)]])
    whole = line_coverage(points, np.array([2.0, 5.0]), 90, 120)
    part, (top, left) = coverage_part(points, np.array([2.0, 5.0]), 90, 120)
    assert np.array_equal(whole[top : top + part.shape[0], left : left + part.shape[1]], part)
    assert part.sum(dtype=float) == pytest.approx(whole.sum(dtype=float))
    assert part.size < 0.6 * whole.size
    nothing, _ = coverage_part(points + 500, np.array([2.0, 5.0]), 90, 120)
    assert nothing.shape == (0, 0)


def test_enlarging_keeps_a_slope():
    small = np.add.outer(np.arange(6.0), 2 * np.arange(5.0)).astype(np.float32)
    large = enlarged(small, 4, 22, 20)
    inner = large[2:-2, 2:-2]
    assert np.diff(inner, axis=0) == pytest.approx(np.full((17, 16), 0.25))
    assert np.diff(inner, axis=1) == pytest.approx(np.full((18, 15), 0.5))
    assert enlarged(np.stack([small, small], axis=2), 4, 22, 20)[..., 1] == pytest.approx(large)
