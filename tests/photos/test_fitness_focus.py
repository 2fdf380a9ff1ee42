"""Blur and movement against what the pictures were made with."""

import math

import cv2
import numpy as np
import pytest

from cracklens.photos.fitness.artefacts import is_enlarged, measure_noise
from cracklens.photos.fitness.blocks import SECTORS, cut_blocks, spectra
from cracklens.photos.fitness.blur import fit_blur
from cracklens.photos.fitness.focus import measure_focus
from cracklens.photos.fitness.motion import Motion
from cracklens.synthesis import Camera, photograph, render_concrete

SIDE_PX = 640


@pytest.fixture(scope="module")
def surface():
    return render_concrete(SIDE_PX, SIDE_PX, np.random.default_rng(11))


def focus_of(pixels):
    return measure_focus(spectra(cut_blocks(pixels)))


def natural_picture(seed: int, fall: float, sigma_px: float, noise: float):
    """A picture whose power falls as f^-fall, blurred exactly by a Gaussian, with white noise."""
    rng = np.random.default_rng(seed)
    down, right = np.fft.fftfreq(SIDE_PX)[:, None], np.fft.fftfreq(SIDE_PX)[None]
    size = np.hypot(down, right)
    size[0, 0] = 1
    waves = np.fft.fft2(rng.normal(size=(SIDE_PX, SIDE_PX))) * size ** (-fall / 2)
    waves[0, 0] = 0
    texture = np.fft.ifft2(waves).real
    waves *= np.exp(-2 * math.pi**2 * sigma_px**2 * size**2)
    blurred = np.fft.ifft2(waves).real * 30 / texture.std()
    picture = 128 + blurred + rng.normal(0, noise, blurred.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def test_white_noise_has_its_variance_in_every_ring_and_direction():
    noise = np.random.default_rng(3).normal(128, 8, (1024, 1024))
    found = spectra(cut_blocks(np.rint(noise).astype(np.uint8)))
    assert found.power.shape[2] == SECTORS
    rings = found.rings().mean(0)
    assert rings[3:] == pytest.approx(64 + 1 / 12, rel=0.1)
    directions = np.nanmean(found.power[:, 8:], axis=(0, 1))
    assert directions == pytest.approx(64, rel=0.1)


def test_a_wave_lies_in_the_sector_of_its_direction():
    y, x = np.mgrid[:256, :256]
    turn = math.radians(67)  # of the wave, counter-clockwise as seen
    wave = 128 + 40 * np.sin(2 * np.pi * 0.2 * (x * math.cos(turn) - y * math.sin(turn)))
    found = spectra(cut_blocks(np.rint(wave).astype(np.uint8)))
    assert np.nansum(found.power, axis=(0, 1)).argmax() == 67 // (180 // SECTORS)


@pytest.mark.slow
@pytest.mark.parametrize("fall", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("sigma_px", [0.7, 1.2, 2.0, 3.0, 5.0])
def test_a_gaussian_blur_of_a_natural_texture_is_found(fall, sigma_px):
    found = focus_of(natural_picture(4, fall, sigma_px, noise=1.5))
    assert found.sigma_px == pytest.approx(sigma_px, rel=0.25, abs=0.1)
    assert found.motion is None


@pytest.mark.parametrize("sigma_px", [1.0, 2.0, 4.0])
def test_a_blurred_step_is_as_wide_as_its_blur(sigma_px):
    """Edges in all directions: discs of random grey, each edge blurred by a known Gaussian."""
    rng = np.random.default_rng(5)
    fine = np.full((4 * SIDE_PX, 4 * SIDE_PX), 128, np.float32)
    for _ in range(900):
        place = tuple(int(v) for v in rng.integers(0, 4 * SIDE_PX, 2))
        radius = int(rng.integers(40, 220))
        cv2.circle(fine, place, radius, float(rng.integers(40, 216)), -1)
    sharp = cv2.resize(fine, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(sharp, (0, 0), sigma_px) + rng.normal(0, 1, sharp.shape)
    found = focus_of(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    assert found.sigma_px == pytest.approx(math.sqrt(sigma_px**2 + 1 / 12), rel=0.35)


def test_a_smooth_wall_is_not_taken_for_a_blurred_one():
    """A tenth of the texture with the same blur gives the same blur."""
    strong = natural_picture(6, 1.5, 1.0, noise=0.5).astype(float)
    weak = 128 + (strong - 128) / 6
    stated = focus_of(np.rint(weak).astype(np.uint8)).sigma_px
    assert stated == pytest.approx(focus_of(strong.astype(np.uint8)).sigma_px, abs=0.35)


@pytest.mark.slow
@pytest.mark.parametrize("length_px", [7.5, 12.0, 20.0])
@pytest.mark.parametrize("turn_deg", [0.0, 20.0, 65.0, 90.0, 135.0])
def test_movement_is_found_with_direction_and_length(surface, length_px, turn_deg):
    turn = math.radians(turn_deg)
    shake = (length_px * math.cos(turn), -length_px * math.sin(turn))
    camera = Camera(blur_px=0.6, shake_px=shake, shot_noise=1.5, read_noise=0.5, jpeg_quality=92)
    found = focus_of(photograph(surface, camera, np.random.default_rng(8))[..., 1])
    assert isinstance(found.motion, Motion)
    assert found.motion.length_px == pytest.approx(length_px, rel=0.25)
    assert abs((found.motion.direction_deg - turn_deg + 90) % 180 - 90) < 6
    if found.motion.length_px < 8:
        assert found.sigma_px < 1.3, "movement is not counted as blur of the lens"
    else:
        assert found.sigma_px is None, "a long movement hides the blur of the lens"


def test_a_still_camera_has_not_moved(surface):
    camera = Camera(blur_px=0.7, shot_noise=2.0, read_noise=1.0, jpeg_quality=85)
    found = focus_of(photograph(surface, camera, np.random.default_rng(9))[..., 1])
    assert found.motion is None or found.motion.length_px < 3


def test_boards_are_no_movement(surface):
    """Lines across the whole picture take direction from the surface, at all frequencies."""
    rng = np.random.default_rng(10)
    lines = surface * (1 + 0.15 * rng.random(SIDE_PX, dtype=np.float32))[:, None, None]
    camera = Camera(blur_px=0.7, shot_noise=2.0, read_noise=1.0, jpeg_quality=90)
    found = focus_of(photograph(lines.astype(np.float32), camera, rng)[..., 1])
    assert found.motion is None or found.motion.length_px < 3


def test_blur_beyond_the_grid_is_stated_as_its_end():
    frequency = np.geomspace(0.02, 0.5, 18)
    power = 100 * frequency**-1.4 * np.exp(-4 * np.pi**2 * 10.0**2 * frequency**2) + 1.0
    found = fit_blur(frequency, power[None])
    assert 5 < found.sigma_px[0] <= 8


@pytest.mark.parametrize("coarse", [False, True])
def test_an_exact_spectrum_gives_its_blur_back(coarse):
    frequency = np.geomspace(0.02, 0.5, 18)
    for sigma in (0.8, 1.5, 3.0):
        model = 50 * frequency**-1.4 * np.exp(-4 * np.pi**2 * sigma**2 * frequency**2) + 1.0
        found = fit_blur(frequency, model[None], coarse=coarse)
        assert found.sigma_px[0] == pytest.approx(sigma, rel=0.15)
        assert found.floor[0, -1] == pytest.approx(1.0, rel=0.7)


def test_noise_is_not_raised_by_a_slope_or_an_edge():
    rng = np.random.default_rng(12)
    blocks = rng.normal(0, 3, (20, 128, 128)).astype(np.float32)
    blocks += np.linspace(0, 100, 128, dtype=np.float32)
    blocks[:, 64:] += 80
    assert measure_noise(blocks) == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("factor", [1.3, 1.5, 2.5, 3.0])
def test_enlarged_photographs_show_it(factor):
    picture = natural_picture(13, 1.0, 0.4, noise=2.0)
    way = cv2.INTER_LINEAR
    larger = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way)
    assert is_enlarged(larger)
    assert not is_enlarged(picture)
