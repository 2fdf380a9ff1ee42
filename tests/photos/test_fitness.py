"""The verdict on a photograph, its advice, and pictures of which nothing can be said."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.photos import Photo
from cracklens.photos.fitness import Check, Fitness, assess_fitness, check_scale
from cracklens.photos.fitness.fitness import conclude
from cracklens.photos.metadata import Metadata
from cracklens.photos.scale.scale import Scale
from cracklens.synthesis import Camera, photograph, render_concrete

RANK = {"measure": 0, "detect only": 1, "retake": 2}
SIDE_PX = 512
MBEI = {"aashto-mbei": (0.3, 1.27)}


def photo_of(pixels) -> Photo:
    return Photo(Path("wall.jpg"), np.asarray(pixels, np.uint8), "0" * 64)


def scale_of(mm_per_px=0.05, tilt_deg=0.0) -> Scale:
    return Scale(mm_per_px, 0.01, "marker", "marker 1", tilt_deg=tilt_deg)


def check_of(fitness: Fitness, name: str) -> Check:
    return next(check for check in fitness.checks if check.name == name)


@pytest.fixture(scope="module")
def surface():
    return render_concrete(SIDE_PX, SIDE_PX, np.random.default_rng(5))


@pytest.fixture(scope="module")
def sharp(surface):
    camera = Camera(blur_px=0.6, shot_noise=1.5, read_noise=0.5, jpeg_quality=92)
    return photo_of(photograph(surface, camera, np.random.default_rng(6)))


def test_a_good_photograph_is_measured_without_advice(sharp):
    fitness = assess_fitness(
        sharp, scale=scale_of(), boundaries_mm=MBEI, metadata=Metadata(jpeg_quality=92)
    )
    assert fitness.verdict == "measure"
    assert fitness.advice == ()
    assert check_of(fitness, "scale").value == 0.05
    assert check_of(fitness, "compression").value == 92


@pytest.mark.slow
def test_the_verdict_only_worsens_as_blur_grows(surface):
    found = []
    for sigma in (0.5, 1.0, 2.2, 4.5, 7.0):
        camera = Camera(blur_px=sigma, shot_noise=1.5, read_noise=0.5, jpeg_quality=92)
        pixels = photograph(surface, camera, np.random.default_rng(7))
        found.append(assess_fitness(photo_of(pixels), scale=scale_of(), boundaries_mm=MBEI))
    ranks = [RANK[each.verdict] for each in found]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert ranks[-1] == 2
    values = [check_of(each, "focus").value for each in found]
    assert values == sorted(values)
    assert "Out of focus" in found[-1].advice[0]


@pytest.mark.parametrize(
    ("level", "name"), [(0, "shadows"), (255, "highlights")], ids=["black", "white"]
)
def test_a_clipped_picture_is_taken_again(level, name):
    fitness = assess_fitness(photo_of(np.full((300, 400, 3), level)), scale=scale_of())
    assert fitness.verdict == "retake"
    assert check_of(fitness, name).value == 1.0
    assert "cannot be seen or measured" in fitness.advice[0]
    assert check_of(fitness, "focus").verdict == "not known"


def test_clipped_shares_are_those_of_the_pixels(sharp):
    pixels = sharp.pixels.copy()
    pixels[:, : SIDE_PX // 8] = 0
    pixels[:, -SIDE_PX // 16 :] = 255
    fitness = assess_fitness(photo_of(pixels))
    assert check_of(fitness, "shadows").value == pytest.approx(1 / 8, abs=1e-3)
    assert check_of(fitness, "highlights").value == pytest.approx(1 / 16, abs=1e-3)
    assert any("12 % of the picture is black" in line for line in fitness.advice)


def test_a_flat_picture_shows_nothing_and_its_focus_is_not_known():
    fitness = assess_fitness(photo_of(np.full((200, 300, 3), 128)))
    assert fitness.verdict == "retake"
    assert check_of(fitness, "contrast").verdict == "bad"
    assert check_of(fitness, "focus") == Check(
        "focus", None, "px", "not known", check_of(fitness, "focus").advice
    )
    assert "too little to tell" in check_of(fitness, "focus").advice


def test_nothing_but_noise_is_not_called_sharp():
    noise = np.random.default_rng(1).normal(128, 6, (400, 400, 1)).clip(0, 255)
    fitness = assess_fitness(photo_of(np.repeat(noise, 3, axis=2)))
    assert check_of(fitness, "focus").verdict == "not known"
    assert check_of(fitness, "noise").value == pytest.approx(6, rel=0.05)


@given(height=st.integers(1, 150), width=st.integers(1, 150), seed=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_any_size_gets_a_verdict(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    fitness = assess_fitness(photo_of(pixels), scale=scale_of(), boundaries_mm=MBEI)
    if min(height, width) < 64:
        assert fitness.verdict == "retake"
        assert f"{width} x {height} px" in fitness.advice[0]
    for check in fitness.checks:
        assert check.value is None or math.isfinite(check.value)
        assert check.verdict != "good" or not check.advice


@pytest.mark.parametrize("shape", [(1, 50_000), (50_000, 1), (64, 40_000), (20_000, 70)])
def test_a_narrow_strip_gets_a_verdict(shape):
    row = np.random.default_rng(2).integers(90, 160, (*shape, 1), np.uint8)
    fitness = assess_fitness(photo_of(np.repeat(row, 3, axis=2)))
    assert check_of(fitness, "focus").value is None or shape[0] >= 64


def test_without_a_scale_it_says_how_to_get_one(sharp):
    fitness = assess_fitness(sharp, boundaries_mm=MBEI)
    assert fitness.verdict == "detect only"
    assert "marker or a ruler" in fitness.advice[0]


@pytest.mark.parametrize(
    ("mm_per_px", "verdict", "grade"),
    [(0.1, "measure", "good"), (0.11, "measure", "poor"), (0.43, "detect only", "bad")],
)
def test_a_photograph_serves_if_one_boundary_can_be_placed(sharp, mm_per_px, verdict, grade):
    fitness = assess_fitness(sharp, scale=scale_of(mm_per_px), boundaries_mm=MBEI)
    assert fitness.verdict == verdict
    assert check_of(fitness, "scale").verdict == grade


def test_each_code_is_told_what_can_be_placed():
    codes = {**MBEI, "bre-251": (0.1, 1.0, 5.0), "din-1076": (0.2,), "en-1992-1-1": (0.3,)}
    check = check_scale(scale_of(0.08), codes)
    assert (check.value, check.unit, check.verdict) == (0.08, "mm/px", "poor")
    assert check.advice == (
        "aashto-mbei: all boundaries can be placed; "
        "bre-251: boundaries of 1 mm and above can be placed; 0.10 mm needs 0.033 mm/px or finer; "
        "din-1076: no boundary can be placed; 0.20 mm needs 0.066 mm/px or finer; "
        "en-1992-1-1: all boundaries can be placed."
    )
    assert "the 1.27 mm boundary can be placed; 0.30 mm" in check_scale(scale_of(0.2), MBEI).advice
    assert check_scale(scale_of(0.03), codes).advice == ""


def test_coming_closer_is_advised_for_cracks_that_were_refused_for_it_alone(sharp):
    # 24 mm on 36 mm across 6,000 px: f = 4,000 px; 0.3 mm boundaries need 0.1 mm/px: 0.4 m
    focal_px = 24 / 36 * 6000
    assert "closer" not in check_scale(scale_of(0.2), MBEI).advice
    refused = check_scale(scale_of(0.2), MBEI, focal_px, refused_mm=[0.4, 0.3])
    assert "2 cracks were not graded for it: retake from at most 40 cm" in refused.advice
    far = check_scale(scale_of(1.0), MBEI, focal_px, refused_mm=[1.27])
    assert "1 crack was not graded for it: retake from at most 1.6 m" in far.advice
    # 0.1 mm at 0.106 mm/px is 0.943 px: 3 / 0.943 = 3.18
    bre = check_scale(scale_of(0.106), {"bre-251": (0.1, 1.0)}, None, refused_mm=[0.1])
    assert "closer by a factor of 3.2" in bre.advice
    assert "at most 40 cm away for 0.30 mm (aashto-mbei)" in check_scale(None, MBEI, 4000.0).advice


def test_the_distance_that_is_stated_is_that_of_the_lens(sharp):
    # 24 mm on 36 mm across 1,800 px: f = 1,200 px; 0.1 mm over 3 px is 1/30 mm/px, reached at
    # 1,200 / 30 mm = 40 mm
    metadata = Metadata(width_px=1800, height_px=1200, focal_length_mm=24.0)
    pixels = np.tile(sharp.pixels, (3, 4, 1))[:1200, :1800]
    fitness = assess_fitness(
        photo_of(pixels),
        metadata=metadata,
        sensor_width_mm=36.0,
        boundaries_mm={"aci-224r": (0.1,)},
    )
    assert "at most 4 cm away for 0.10 mm (aci-224r)" in check_of(fitness, "scale").advice


@pytest.mark.parametrize(("graded", "verdict"), [(False, "detect only"), (True, "measure")])
def test_a_photograph_with_a_graded_crack_serves_to_measure(graded, verdict):
    slanted = Check("tilt", 55.0, "°", "bad", "Stand square.")
    fitness = conclude((slanted,), graded=graded)
    assert fitness.verdict == verdict
    assert fitness.advice == ("Stand square.",)
    blurred = Check("focus", 5.0, "px", "bad", "Focus.")
    assert conclude((blurred,), graded=True).verdict == "retake"  # others could be missed


@pytest.mark.parametrize(
    ("tilt_deg", "grade", "verdict"),
    [(20, "good", "measure"), (21, "poor", "measure"), (41, "bad", "detect only")],
)
def test_tilt(sharp, tilt_deg, grade, verdict):
    fitness = assess_fitness(sharp, scale=scale_of(tilt_deg=tilt_deg), boundaries_mm=MBEI)
    assert check_of(fitness, "tilt").verdict == grade
    assert fitness.verdict == verdict
    assert bool(fitness.advice) == (grade != "good")


@pytest.mark.parametrize(
    ("quality", "grade"), [(75, "good"), (74, "poor"), (50, "poor"), (49, "bad")]
)
def test_the_quality_in_the_file_decides(sharp, quality, grade):
    fitness = assess_fitness(sharp, metadata=Metadata(jpeg_quality=quality))
    assert check_of(fitness, "compression").verdict == grade


@pytest.mark.slow
def test_blocks_tell_of_strong_compression_where_the_file_does_not(surface):
    values = []
    for quality in (95, 75, 40, 20):
        camera = Camera(blur_px=0.8, shot_noise=1.5, read_noise=0.5, jpeg_quality=quality)
        pixels = photograph(surface, camera, np.random.default_rng(8))
        values.append(check_of(assess_fitness(photo_of(pixels[3:, 5:])), "compression"))
    assert [each.value for each in values] == sorted(each.value for each in values)
    assert values[0].verdict == "good"
    assert values[-1].verdict == "bad"


def test_a_reduced_picture_is_named_with_what_the_original_would_show(sharp):
    metadata = Metadata(
        width_px=SIDE_PX,
        height_px=SIDE_PX,
        original_width_px=2 * SIDE_PX,
        original_height_px=2 * SIDE_PX,
    )
    advice = check_of(assess_fitness(sharp, metadata=metadata), "resizing").advice
    assert "reduced to 50 %" in advice
    assert "2.0 times as wide" in advice


def test_what_is_excluded_takes_no_part(sharp, surface):
    pixels = sharp.pixels.copy()
    camera = Camera(blur_px=6.0, shot_noise=1.5, read_noise=0.5)
    soft = photograph(surface, camera, np.random.default_rng(9))
    pixels[:, SIDE_PX // 2 :] = soft[:, SIDE_PX // 2 :]
    exclude = np.zeros((SIDE_PX, SIDE_PX), dtype=bool)
    exclude[:, SIDE_PX // 2 :] = True
    half = assess_fitness(photo_of(pixels))
    rest = assess_fitness(photo_of(pixels), exclude=exclude)
    assert check_of(half, "soft parts").value == pytest.approx(0.5, abs=0.13)
    assert check_of(rest, "soft parts").value == 0.0


def test_the_most_pressing_advice_comes_first():
    fitness = conclude(
        (
            Check("tilt", 30.0, "°", "poor", "Stand square."),
            Check("scale", 2.0, "mm/px", "bad", "Come closer."),
            Check("focus", 5.0, "px", "bad", "Focus."),
        )
    )
    assert fitness.verdict == "retake"
    assert fitness.advice == ("Focus.", "Come closer.", "Stand square.")
