"""Markers rendered through a pinhole: what is found, how exact, and how sure it says it is."""

import importlib.util
import math
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cracklens.errors import UsageError
from cracklens.photos.scale import Marker, Scale, excluded, find_markers, scale_from_markers
from cracklens.photos.scale.dictionaries import dictionary_names, families, family_of
from cracklens.photos.scale.marker_advice import why_no_marker
from cracklens.photos.scale.marker_edges import fit_corners
from cracklens.photos.scale.pinhole import Focal, assumed_focal
from cracklens.photos.scale.plane import Square, fit_plane
from cracklens.synthesis import Camera, photograph, render_concrete

PERFECT = {"side_standard_mm": 1e-6, "deformation_share": 0.0, "distortion_share": 0.0}
PICTURES = Path(__file__).parents[2] / "benchmarks" / "marker_pictures.py"


@pytest.fixture(scope="module")
def pictures():
    """The benchmark's renderer."""
    spec = importlib.util.spec_from_file_location("marker_pictures_for_tests", PICTURES)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def scene(pictures, shots, size=(900, 700), *, seed=1, blur_px=0.8):
    """A photograph with markers (dictionary, id, middle, side px, tilt, side mm factor)."""
    rng = np.random.default_rng(seed)
    surface = render_concrete(size[1], size[0], rng)
    corners = []
    for name, number, middle, side_px, tilt in shots:
        to_px = homography(pictures, size, middle, side_px, tilt)
        pictures.draw_marker(surface, to_px, pictures.modules_of(name, number))
        corners.append(pictures.mapped(to_px, pictures.square(pictures.SIDE_MM)))
    camera = Camera(blur_px=blur_px, shot_noise=3.0, jpeg_quality=90)
    return photograph(surface, camera, rng), corners


def homography(pictures, size, middle, side_px, tilt, turn=15.0):
    before = pictures.SIZE_PX
    pictures.SIZE_PX = size
    try:
        focal_px = 28.0 / 43.267 * math.hypot(*size)
        return pictures.wall_to_picture(
            focal_px, tilt, 35.0, turn, np.array(middle, float), side_px
        )
    finally:
        pictures.SIZE_PX = before


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_codes_are_those_of_opencv_in_all_four_turns(family):
    names = [name for name in dictionary_names() if name.startswith(family.name)]
    codes = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, names[-1]))
    for number in (7, len(family.bits) // 2, len(family.bits) - 2):
        image = cv2.aruco.generateImageMarker(codes, number, family.modules) > 0
        for quarters in range(4):
            seen = np.rot90(image[1:-1, 1:-1], -quarters)
            assert family.read(seen, named=False) == (number, quarters, 0)


def test_an_unknown_dictionary_gets_a_hint():
    with pytest.raises(UsageError, match="did you mean 'DICT_4X4_50'"):
        family_of("DICT_4X4_5O")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("DICT_4X4_50", 7, "DICT_4X4_50"),
        ("DICT_4X4_250", 203, "DICT_4X4_250"),
        ("DICT_5X5_100", 66, "DICT_5X5_100"),
        ("DICT_6X6_250", 33, "DICT_6X6_50"),
        ("DICT_APRILTAG_36h11", 300, "DICT_APRILTAG_36H11"),
        ("DICT_APRILTAG_16h5", 4, "DICT_APRILTAG_16H5"),
    ],
)
def test_the_dictionary_is_found_out(pictures, name, number, said):
    pixels, (corners,) = scene(pictures, [(name, number, (430, 330), 110, 20)])
    (marker,) = find_markers(pixels)
    assert (marker.dictionary, marker.number) == (said, number)
    assert np.abs(marker.corners_px - corners).max() < 0.15
    assert ("AprilTag" in marker.name) == ("APRILTAG" in name)


@pytest.mark.slow
def test_corners_are_exact_and_their_covariance_fits(pictures):
    errors, expected = [], []
    for seed in range(10):
        shot = pictures.render_shot(500 + seed, 60, 3 * seed, dictionary=seed)
        (marker,) = find_markers(shot.pixels)
        off = (marker.corners_px + shot.origin_px - shot.corners_px).ravel()
        errors.append(off)
        expected.append(float(off @ np.linalg.solve(marker.covariance_px2, off)) / 8)
    assert np.std(errors) < 0.06
    assert 0.2 < np.mean(expected) < 2.0


@pytest.mark.slow
@pytest.mark.parametrize("side_px", [60, 150])
def test_the_scale_is_right_to_half_a_per_cent_and_honest_far_away(pictures, side_px):
    held = []
    for seed in range(8):
        tilt = 4.0 * seed
        shot = pictures.render_shot(900 + seed, side_px, tilt, dictionary=seed)
        (marker,) = find_markers(shot.pixels)
        marker = replace(marker, corners_px=marker.corners_px + shot.origin_px)
        shape = pictures.SIZE_PX[::-1]
        focal = Focal(shot.focal_px, 0.04, guessed=False)
        scale = scale_from_markers([marker], 50.0, shape, focal=focal, **PERFECT)
        middle = shot.corners_px.mean(axis=0)[None]
        steps = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
        here = np.repeat(middle, 4, axis=0)
        truth = pictures.step_lengths(shot.homography, here, steps)
        lengths = np.linalg.norm(
            np.einsum("nij,nj->ni", scale.jacobian(here), steps), axis=1
        ) / np.linalg.norm(steps, axis=1)
        assert np.abs(lengths / truth - 1).max() < 0.005
        assert scale.tilt_deg == pytest.approx(tilt, abs=4.0)
        far = middle + 10 * side_px * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
        off = pictures.step_lengths(scale.homography, far, steps) / pictures.step_lengths(
            shot.homography, far, steps
        )
        stated = scale.relative_standard_at(far, steps)
        held += (np.abs(off - 1) < 1.96 * stated).tolist()
    assert np.mean(held) >= 0.85


def test_far_from_a_marker_seen_squarely_the_scale_is_less_sure(pictures):
    pixels, _ = scene(pictures, [("DICT_4X4_50", 7, (450, 350), 80, 4)])
    scale = scale_from_markers(find_markers(pixels), 50.0, pixels.shape, side_standard_mm=1e-6)
    points = np.array([[450.0, 350.0], [650, 350], [850, 350], [450, 50]])
    at = scale.relative_standard_at(points)
    assert at[0] == pytest.approx(scale.relative_standard, rel=0.05)
    assert at[0] < at[1] < at[2]
    assert at[3] > 3 * at[0]


@pytest.mark.slow
def test_a_lens_that_bends_lines_is_within_what_is_stated(pictures):
    shape = pictures.SIZE_PX[::-1]
    centre = (np.array(pictures.SIZE_PX) - 1) / 2
    held = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        tilt, middle = rng.uniform(0, 20), rng.uniform([300, 300], [3700, 2700])
        to_px = pictures.wall_to_picture(3236.0, tilt, *rng.uniform(0, 360, 2), middle, 200.0)
        off = pictures.mapped(to_px, pictures.square(50.0)) - centre
        bent = rng.normal(0, 0.003) * np.sum(off**2, axis=1, keepdims=True) / (centre @ centre)
        marker = Marker("DICT_4X4_50", 1, 6, centre + off * (1 + bent), np.eye(8) * 0.02**2, 0.05)
        focal = Focal(3236.0, 0.04, guessed=False)
        scale = scale_from_markers([marker], 50.0, shape, focal=focal)
        points = np.array([[600.0, 500], [3400, 500], [600, 2500], [3400, 2500]])
        steps = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
        truth = pictures.step_lengths(np.linalg.inv(to_px), points, steps)
        error = pictures.step_lengths(scale.homography, points, steps) / truth - 1
        held += (np.abs(error) < 1.96 * scale.relative_standard_at(points, steps)).tolist()
    assert 0.85 <= np.mean(held) <= 1.0


@pytest.mark.slow
def test_the_scale_at_the_marker_does_not_depend_on_the_focal_length(pictures):
    shot = pictures.render_shot(77, 100, 20.0)
    (marker,) = find_markers(shot.pixels)
    square = Square(marker.corners_px + shot.origin_px, marker.covariance_px2, 50.0)
    shape = pictures.SIZE_PX[::-1]
    sizes = []
    for factor in (0.6, 1.0, 1.7):
        focal = Focal(shot.focal_px * factor, 0.35, guessed=True)
        plane = fit_plane([square], shape, focal)
        sizes.append(math.sqrt(np.linalg.det(plane.homography[:2, :2])))
    assert max(sizes) / min(sizes) < 1.001


@pytest.mark.slow
def test_uncertainty_counts_the_printed_size(pictures):
    pixels, _ = scene(pictures, [("DICT_4X4_50", 7, (430, 330), 200, 5)])
    markers = find_markers(pixels)
    exact = scale_from_markers(markers, 50.0, pixels.shape, side_standard_mm=1e-6)
    printed = scale_from_markers(markers, 50.0, pixels.shape, side_standard_mm=0.5)
    assert exact.relative_standard < 0.001
    assert printed.relative_standard == pytest.approx(math.hypot(0.01, exact.relative_standard))
    assert any("outside the plane" in risk for risk in printed.risks)
    assert printed.mm_per_px == pytest.approx(0.25, rel=0.02)


def plane_markers(pictures, places, *, factors=(1.0, 1.0), tilt=15.0, size=(1600, 1200)):
    """Markers truly on one plane, of sides 50 mm times the factors, as found in a photograph."""
    base = homography(pictures, size, (800.0, 600.0), 120.0, tilt)
    rng = np.random.default_rng(5)
    surface = render_concrete(size[1], size[0], rng)
    for number, (place, factor) in enumerate(zip(places, factors, strict=True)):
        moved = base @ np.array([[factor, 0, place[0]], [0, factor, place[1]], [0, 0, 1.0]])
        pictures.draw_marker(surface, moved, pictures.modules_of("DICT_4X4_50", number))
    pixels = photograph(surface, Camera(blur_px=0.7, shot_noise=3.0, jpeg_quality=92), rng)
    markers = find_markers(pixels)
    assert [marker.number for marker in markers] == list(range(len(places)))
    return markers, pixels.shape, np.linalg.inv(base)


@pytest.mark.slow
def test_markers_on_one_plane_agree_and_fix_the_tilt(pictures):
    markers, shape, truth = plane_markers(pictures, [(-200, -100), (200, 120)])
    scale = scale_from_markers(markers, 50.0, shape, side_standard_mm=1e-6)
    assert not any("disagree" in risk for risk in scale.risks)
    points = np.array([[200.0, 200], [1400, 1000], [800, 600], [200, 1000]])
    steps = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    off = pictures.step_lengths(scale.homography, points, steps) / pictures.step_lengths(
        truth, points, steps
    )
    assert np.abs(off - 1).max() < 0.004
    assert scale.detail.startswith("2 markers (DICT_4X4_50), 50 mm")


@pytest.mark.slow
@pytest.mark.parametrize("tilt", [0, 1, 4])
@pytest.mark.parametrize("focal_35mm", [13.0, 28.0])
@pytest.mark.parametrize(
    "places",
    [
        [(-254, 0), (254, 0)],
        [(0, -190), (0, 190)],
        [(-200, -150), (200, 150)],
        [(-254, 0), (254, 0), (0, 0)],
        [(-254, -140), (254, -140), (254, 140), (-254, 140)],
    ],
    ids=["level", "upright", "diagonal", "three", "four"],
)
@pytest.mark.parametrize("noise_px", [0.0, 0.02], ids=["exact", "noisy"])
def test_markers_far_apart_give_their_scale(pictures, places, focal_35mm, tilt, noise_px):
    shape = pictures.SIZE_PX[::-1]
    centre = (np.array(pictures.SIZE_PX) - 1) / 2
    focal_px = focal_35mm / 43.267 * math.hypot(*shape)
    base = pictures.wall_to_picture(focal_px, tilt, 180.0, 0.0, centre, 240.0)
    rng = np.random.default_rng([tilt, len(places)])
    markers = []
    for number, (x, y) in enumerate(places):
        moved = base @ np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])
        corners = pictures.mapped(moved, pictures.square(50.0))
        seen = corners + noise_px * rng.normal(size=(4, 2))
        markers.append(Marker("DICT_4X4_50", number, 6, seen, np.eye(8) * 0.02**2, 0.05))
    focal = Focal(focal_px * 1.05, 0.04, guessed=False)
    scale = scale_from_markers(markers, 50.0, shape, focal=focal)
    points = np.array([each.middle_px for each in markers] + [centre])
    for step in ([1.0, 0.0], [0.0, 1.0]):
        steps = np.tile(step, (len(points), 1))
        found = pictures.step_lengths(scale.homography, points, steps)
        error = found / pictures.step_lengths(np.linalg.inv(base), points, steps) - 1
        assert np.abs(error).max() < 0.003
        assert (np.abs(error) < 1.96 * scale.relative_standard_at(points, steps)).all()
    assert not any("disagree" in risk for risk in scale.risks)


@pytest.mark.slow
def test_markers_that_disagree_much_are_refused_and_the_share_is_told(pictures):
    markers, shape, _ = plane_markers(pictures, [(-200, -100), (200, 120)], factors=(1.0, 1.15))
    with pytest.raises(
        UsageError, match=r"disagree by 1[0-9]\.\d%.*ArUco marker 0 and ArUco marker 1"
    ):
        scale_from_markers(markers, 50.0, shape)


@pytest.mark.slow
def test_markers_that_disagree_a_little_raise_the_uncertainty(pictures):
    markers, shape, _ = plane_markers(
        pictures, [(-60, -30), (60, 40)], factors=(1.0, 1.025), tilt=3.0
    )
    scale = scale_from_markers(markers, 50.0, shape, side_standard_mm=1e-6)
    assert any("disagree by" in risk and "plane" in risk for risk in scale.risks)
    assert scale.relative_standard > 0.01


@pytest.mark.slow
def test_a_marker_whose_edges_cannot_be_fitted_gives_no_scale(pictures):
    markers, shape, _ = plane_markers(pictures, [(-200, -100), (200, 120)])
    rough = replace(markers[1], edge_noise_px=float("nan"))
    with pytest.raises(UsageError, match="blurred, bent or half hidden"):
        scale_from_markers([rough], 50.0, shape)
    scale = scale_from_markers([markers[0], rough], 50.0, shape)
    assert scale.detail.startswith("ArUco marker 0 ")
    assert any("left out" in risk and "ArUco marker 1" in risk for risk in scale.risks)


def framed(pictures, side_px, line_px, beside_modules, sides, tone=30.0, size=(500, 400)):
    """A marker with lines beside its black square, so many modules outside it."""
    rng = np.random.default_rng([side_px, line_px, int(100 * beside_modules)])
    surface = render_concrete(size[1], size[0], rng)
    to_px = homography(pictures, size, (240.0, 200.0), side_px, 5.0)
    pictures.draw_marker(surface, to_px, pictures.modules_of("DICT_4X4_50", 7))
    middle_mm = 50.0 + 2 * (beside_modules * 50.0 / 6 + line_px * 50.0 / side_px / 2)
    frame = np.rint(pictures.mapped(to_px, pictures.square(middle_mm)) * 16).astype(np.int32)
    ink = np.zeros((size[1], size[0]), np.uint8)
    for side in sides:
        ends = (frame[side].tolist(), frame[(side + 1) % 4].tolist())
        cv2.line(ink, *ends, 255, line_px, cv2.LINE_AA, shift=4)
    share = ink[:, :, None] / 255.0
    surface[:] = surface * (1 - share) + tone * share
    pixels = photograph(surface, Camera(blur_px=0.8, shot_noise=3.0, jpeg_quality=90), rng)
    return pixels, pictures.mapped(to_px, pictures.square(pictures.SIDE_MM)), np.linalg.inv(to_px)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side_px", "line_px", "beside_modules", "sides", "tone"),
    [
        (60, 1, 0.15, (0, 1, 2, 3), 30.0),
        (60, 2, 0.15, (0, 1, 2, 3), 30.0),
        (60, 3, 0.15, (0,), 30.0),
        (120, 4, 0.15, (0, 1, 2, 3), 30.0),
        (120, 3, 0.15, (0, 1), 30.0),
        (180, 1, 0.3, (0, 1, 2, 3), 30.0),
        (180, 4, 0.3, (0, 1, 2, 3), 120.0),
        (180, 2, 0.5, (0, 1, 2, 3), 30.0),
    ],
)
def test_lines_beside_the_black_square_do_not_move_the_scale(
    pictures, side_px, line_px, beside_modules, sides, tone
):
    pixels, corners, truth = framed(pictures, side_px, line_px, beside_modules, sides, tone)
    scale = scale_from_markers(find_markers(pixels), 50.0, pixels.shape)
    here = np.repeat(corners.mean(axis=0)[None], 2, axis=0)
    steps = np.eye(2)
    error = (
        pictures.step_lengths(scale.homography, here, steps)
        / pictures.step_lengths(truth, here, steps)
        - 1
    )
    assert np.abs(error).max() < 1.96 * scale.relative_standard < 0.02


def lettered(pictures, side_px, beside_modules, text, size=(500, 400)):
    """A marker with text below and above its black square, as label programs print it."""
    rng = np.random.default_rng([side_px, int(100 * beside_modules)])
    surface = render_concrete(size[1], size[0], rng)
    to_px = homography(pictures, size, (240.0, 200.0), side_px, 0.0)
    pictures.draw_marker(surface, to_px, pictures.modules_of("DICT_4X4_50", 7))
    corners = pictures.mapped(to_px, pictures.square(pictures.SIDE_MM))
    gap_px = beside_modules * side_px / 6
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    ink = np.zeros((size[1], size[0]), np.uint8)
    for base_y in (bottom + gap_px + 0.12 * side_px, top - gap_px):
        letters = np.zeros_like(ink)
        scale = 0.12 * side_px / 21.0  # capitals of the font are 21 px high at scale 1
        place = (round(left), round(base_y))
        cv2.putText(letters, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 1, cv2.LINE_AA)
        letters[:, int(right) + 1 :] = 0
        ink = np.maximum(ink, letters)
    share = ink[:, :, None] / 255.0
    surface[:] = surface * (1 - share) + 30.0 * share
    pixels = photograph(surface, Camera(blur_px=0.8, shot_noise=3.0, jpeg_quality=90), rng)
    return pixels, corners, np.linalg.inv(to_px)


@pytest.mark.slow
@pytest.mark.parametrize("side_px", [80, 140, 220])
@pytest.mark.parametrize("beside_modules", [0.1, 0.25, 0.5])
def test_text_beside_the_black_square_does_not_move_the_scale(pictures, side_px, beside_modules):
    pixels, corners, truth = lettered(pictures, side_px, beside_modules, "ID 7 50 mm DICT 4X4")
    (marker,) = find_markers(pixels)
    scale = scale_from_markers([marker], 50.0, pixels.shape)
    here = np.repeat(corners.mean(axis=0)[None], 2, axis=0)
    error = (
        pictures.step_lengths(scale.homography, here, np.eye(2))
        / pictures.step_lengths(truth, here, np.eye(2))
        - 1
    )
    assert np.abs(error).max() < 1.96 * scale.relative_standard < 0.02


@pytest.mark.slow
def test_a_side_that_was_not_used_is_told(pictures):
    pixels, _, _ = framed(pictures, 120, 4, 0.15, (0, 1, 2, 3))
    (marker,) = find_markers(pixels)
    assert marker.left_out == 4
    risks = scale_from_markers([marker], 50.0, pixels.shape).risks
    assert any("close beside the black square" in risk for risk in risks)
    pixels, _ = scene(pictures, [("DICT_4X4_50", 7, (430, 330), 120, 5)])
    (marker,) = find_markers(pixels)
    assert marker.left_out == 0


def test_a_code_that_does_not_fix_its_square_gives_no_scale(pictures):
    pixels, corners, _ = framed(pictures, 120, 1, 0.9, ())
    sparse = np.zeros((6, 6), dtype=bool)
    sparse[2, 2] = True
    fit = fit_corners(pixels, corners, sparse, 1.0)
    assert np.isnan(fit.edge_noise_px)


def test_the_card_is_excluded_and_little_else(pictures):
    pixels, (corners,) = scene(pictures, [("DICT_4X4_50", 7, (430, 330), 120, 20)])
    mask = excluded(find_markers(pixels), pixels.shape)
    middle = corners.mean(axis=0)
    card = middle + (corners - middle) * 8 / 6
    rows, columns = np.rint(card).astype(int)[:, 1], np.rint(card).astype(int)[:, 0]
    assert mask[rows, columns].all()
    assert mask.sum() < 1.9 * cv2.contourArea(card.astype(np.float32))
    assert not excluded((), pixels.shape).any()


def test_a_wrong_dictionary_is_named(pictures):
    pixels, _ = scene(pictures, [("DICT_5X5_100", 66, (430, 330), 110, 10)])
    assert find_markers(pixels, dictionary="DICT_4X4_50") == ()
    text = why_no_marker(pixels, "DICT_4X4_50")
    assert text.startswith("found DICT_5X5_100 markers (66), but DICT_4X4_50 was asked for")


def test_an_id_beyond_the_dictionary_is_not_found(pictures):
    pixels, _ = scene(pictures, [("DICT_4X4_100", 77, (430, 330), 110, 10)])
    assert find_markers(pixels, dictionary="DICT_4X4_50") == ()
    assert find_markers(pixels, dictionary="DICT_4X4_100")[0].number == 77


@pytest.mark.slow
def test_a_marker_that_is_cut_off_blurred_or_no_marker_says_so(pictures):
    pixels, _ = scene(pictures, [("DICT_4X4_50", 7, (430, 330), 120, 0)])
    turned = cv2.getRotationMatrix2D((430.0, 330.0), 15.0, 1.0)
    upright = cv2.warpAffine(pixels, turned, pixels.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    cut = np.ascontiguousarray(upright[330 - 60 + 6 :])  # through the border of the black square
    assert find_markers(cut) == ()
    assert "cut off by the edge" in why_no_marker(cut, None)
    blurred = cv2.GaussianBlur(pixels, (0, 0), 14.0)
    assert find_markers(blurred) == ()
    assert "no marker was found" in why_no_marker(blurred, None)
    hidden = upright.copy()
    hidden[295:365, 395:465] = 240
    assert find_markers(hidden, dictionary="DICT_4X4_50") == ()
    assert "cannot be read" in why_no_marker(hidden, "DICT_4X4_50")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_markers_are_seen_on_a_wall_without_any(seed):
    rng = np.random.default_rng(seed)
    surface = render_concrete(900, 1200, rng)
    for _ in range(12):  # dark panels with bright frames, which are squares without a code
        x, y, side = rng.integers(40, 820), rng.integers(40, 700), int(rng.integers(40, 120))
        surface[y : y + side, x : x + side] = 220
        surface[y + side // 6 : y + side - side // 6, x + side // 6 : x + side - side // 6] = 40
    pixels = photograph(surface, Camera(blur_px=0.8, shot_noise=4.0, jpeg_quality=85), rng)
    assert find_markers(pixels) == ()


def test_a_scale_without_variants_is_sure_alike_everywhere():
    scale = Scale(0.2, 0.03, "typed", "")
    assert scale.relative_standard_at(np.zeros((3, 2))).tolist() == [0.03] * 3


def test_without_exif_a_usual_camera_is_assumed():
    focal = assumed_focal((3000, 4000, 3))
    assert focal.guessed
    assert focal.px == pytest.approx(28 / 43.267 * 5000)
