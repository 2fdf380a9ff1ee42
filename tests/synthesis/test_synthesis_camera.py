import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.synthesis import (
    Camera,
    Perspective,
    line_coverage,
    photograph,
    render_concrete,
    warp,
    warp_points,
)
from cracklens.synthesis.noise import blur, blur_kernel


def rng_of(seed):
    return np.random.Generator(np.random.PCG64(seed))


def grey(level=128.0, height_px=96, width_px=96):
    return np.full((height_px, width_px, 3), level, dtype=np.float32)


def spread_of_edge(pixels):
    """Standard deviation of the line spread function: of the derivative of a vertical edge."""
    profile = pixels[20:-20].astype(float).mean(axis=(0, 2))
    slope = np.diff(profile)
    at = np.arange(slope.size)
    middle = (slope * at).sum() / slope.sum()
    return np.sqrt((slope * (at - middle) ** 2).sum() / slope.sum())


@pytest.mark.parametrize("sigma_px", [0.5, 0.8, 1.2, 1.8, 4.0])
def test_an_edge_has_the_blur_of_the_camera(sigma_px):
    edge = grey(40.0)
    edge[:, 48:] = 210.0
    pixels = photograph(edge, Camera(blur_px=sigma_px), rng_of(0))
    assert spread_of_edge(pixels) == pytest.approx(sigma_px, rel=0.1)


@pytest.mark.parametrize("sigma_px", [0.0, 0.3, 0.7, 1.0, 1.7, 6.0])
def test_the_kernel_has_unit_sum_and_is_near_a_gaussian(sigma_px):
    half = np.array(blur_kernel(sigma_px))
    assert half[0] + 2 * half[1:].sum() == pytest.approx(1.0, abs=1e-3)
    if sigma_px >= 1.0:
        at = np.arange(len(half))
        gaussian = np.exp(-(at**2) / (2 * sigma_px**2)) / (sigma_px * np.sqrt(2 * np.pi))
        assert np.abs(half - gaussian).max() < 0.07 * gaussian[0]


def test_a_shake_spreads_along_its_direction_alone():
    dot = grey(0.0)
    dot[48, 48] = 2000.0
    pixels = photograph(dot, Camera(shake_px=(6.0, 0.0)), rng_of(0)).astype(float).mean(axis=2)
    at = np.arange(96) - 48
    across = np.sqrt((pixels.sum(axis=1) * at**2).sum() / pixels.sum())
    along = np.sqrt((pixels.sum(axis=0) * at**2).sum() / pixels.sum())
    assert across < 0.1
    assert along == pytest.approx(6.0 / np.sqrt(12), rel=0.2)


@pytest.mark.parametrize(("read", "shot", "level"), [(4.0, 0.0, 128), (0, 8.0, 128), (3, 6, 60)])
def test_the_noise_has_its_level(read, shot, level):
    camera = Camera(read_noise=read, shot_noise=shot, noise_colour=0.6)
    noise = photograph(grey(level, 200, 200), camera, rng_of(1)).astype(float) - level
    expected = np.sqrt(read**2 + shot**2 * level / 255 + 1 / 12)
    assert noise.std() == pytest.approx(expected, rel=0.05)
    correlation = np.corrcoef(noise[..., 0].ravel(), noise[..., 2].ravel())[0, 1]
    assert correlation == pytest.approx(1 - 0.6**2, abs=0.05)


def test_exposure_balance_contrast_and_vignette():
    assert photograph(grey(100), Camera(exposure=1.3), rng_of(0)).mean() == pytest.approx(
        130, abs=1
    )
    warm = photograph(grey(100), Camera(balance=(1.1, 1.0, 0.9)), rng_of(0))
    assert warm[0, 0].tolist() == [110, 100, 90]
    assert photograph(grey(168), Camera(contrast=0.5), rng_of(0)).mean() == pytest.approx(
        148, abs=1
    )
    middle = photograph(grey(128), Camera(tone=0.2), rng_of(0)).mean()
    assert middle == pytest.approx(128 + 255 * 0.2 / 4, abs=1)
    dark = photograph(grey(200, 400, 300), Camera(vignette=0.2), rng_of(0)).astype(float)
    assert dark[200, 150].mean() == pytest.approx(200, abs=1)
    assert dark[0, 0].mean() == pytest.approx(160, abs=2)
    assert dark[-1, -1].mean() == pytest.approx(160, abs=2)


def test_sharpening_overshoots_at_an_edge_as_the_closed_form_says():
    edge = grey(80.0)
    edge[:, 48:] = 160.0
    pixels = photograph(edge, Camera(blur_px=1.0, sharpening=1.0), rng_of(0))
    at = np.arange(-10, 10) + 0.5
    blurred, again = (
        np.array([(1 + math.erf(x / (sigma * math.sqrt(2)))) / 2 for x in at])
        for sigma in (1.0, math.sqrt(1.0 + 1.5**2))
    )
    overshoot = 80 * (2 * blurred - again - 1).max()
    assert overshoot > 4
    assert pixels.max() == pytest.approx(160 + overshoot, abs=1.5)
    assert pixels.min() == pytest.approx(80 - overshoot, abs=1.5)


def test_jpeg_is_a_real_one_and_worse_at_lower_quality():
    surface = render_concrete(128, 128, rng_of(3))
    plain = photograph(surface, Camera(), rng_of(0)).astype(float)
    losses = [
        np.abs(photograph(surface, Camera(jpeg_quality=q), rng_of(0)) - plain).mean()
        for q in (98, 80, 50)
    ]
    assert 0 < losses[0] < losses[1] < losses[2] < 15


def test_stripes_cannot_be_seen():
    surface = render_concrete(700, 64, rng_of(3))
    camera = Camera(
        blur_px=1.3, shake_px=(2.0, 3.0), half_size=True, sharpening=1.0, vignette=0.2, tone=0.1
    )
    together = photograph(surface, camera, rng_of(0))
    # Rows 150 to 350 alone, with the vignette of the whole switched off, hold no stripe border.
    camera = replace(camera, vignette=0.0)
    whole = photograph(surface, camera, rng_of(0)).astype(int)
    alone = photograph(surface[150:404], camera, rng_of(0)).astype(int)
    assert np.abs(whole[200:350] - alone[50:200]).max() <= 1
    assert together.shape == surface.shape


def test_the_same_seed_takes_the_same_photograph():
    def digest(seed):
        rng = rng_of(seed)
        surface = render_concrete(80, 80, rng)
        camera = replace(Camera.draw(rng), jpeg_quality=None)
        return hashlib.sha256(photograph(surface, camera, rng).tobytes()).hexdigest()

    digests = [digest(seed) for seed in range(12)]
    assert digests == [digest(seed) for seed in range(12)]
    assert len(set(digests)) == 12


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_any_camera_takes_any_surface(seed):
    rng = rng_of(seed)
    surface = (rng.random((41, 67, 3), dtype=np.float32) - 0.2) * 400
    pixels = photograph(surface, Camera.draw(rng), rng)
    assert pixels.shape == surface.shape
    assert pixels.dtype == np.uint8


@given(seed=st.integers(0, 10**6), x=st.floats(30, 130), y=st.floats(30, 90))
@settings(max_examples=40, deadline=None)
def test_points_move_as_the_picture_does(seed, x, y):
    perspective = Perspective.draw(120, 160, rng_of(seed))
    dot = line_coverage(np.array([[x - 2.0, y], [x + 2.0, y]]), np.full(2, 4.0), 120, 160)
    seen = warp(blur(dot, 1.0), perspective)
    rows, columns = np.arange(120), np.arange(160)
    centre = np.array([(seen.sum(axis=0) * columns).sum(), (seen.sum(axis=1) * rows).sum()])
    (expected,) = warp_points(np.array([[x, y]]), perspective)
    assert centre / seen.sum() == pytest.approx(expected, abs=0.2)


def test_a_view_at_right_angles_changes_nothing():
    perspective = Perspective(middle_px=(31.5, 23.5))
    surface = render_concrete(48, 64, rng_of(0))
    assert warp(surface, perspective) == pytest.approx(surface, abs=1e-3)
    points = np.array([[0.0, 5.0], [60.0, 3.0]])
    assert warp_points(points, perspective) == pytest.approx(points)
