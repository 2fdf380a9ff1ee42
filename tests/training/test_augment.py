import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import gaussian_filter

from cracklens.synthesis.tile import render_tile
from cracklens.training.augment import augment, blur, jpeg, light, noise, turn


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    """Eight rendered tiles, 8 x 64 x 64 x 3, uint8."""
    return torch.from_numpy(np.stack([render_tile(n % 2 == 0, n, 64).pixels for n in range(8)]))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((np.asarray(a, float) - np.asarray(b, float)) ** 2))


def test_turns_and_mirrors_are_eight_permutations_of_the_pixels():
    picture = torch.arange(5 * 5 * 3).view(5, 5, 3)
    results = [turn(picture, k, m) for k in range(4) for m in (False, True)]
    for result in results:
        colours = {tuple(p) for p in result.reshape(-1, 3).tolist()}
        assert colours == {tuple(p) for p in picture.reshape(-1, 3).tolist()}
    assert len({tuple(r.flatten().tolist()) for r in results}) == 8
    assert torch.equal(turn(picture, 0, mirror=False), picture)
    assert torch.equal(
        turn(picture, 1, mirror=False), torch.from_numpy(np.rot90(picture.numpy()).copy())
    )


def test_light_scales_around_the_mean(pixels):
    varied = light(pixels.float(), torch.full((8,), 0.5), torch.full((8,), 10.0))
    torch.testing.assert_close(varied.mean((1, 2, 3)), pixels.float().mean((1, 2, 3)) + 10)
    spread = varied.std((1, 2, 3)) / pixels.float().std((1, 2, 3))
    torch.testing.assert_close(spread, torch.full((8,), 0.5))


@pytest.mark.parametrize("sigma_px", [1.0, 1.5])
def test_blur_is_a_gaussian_with_edges_repeated(pixels, sigma_px):
    ours = blur(pixels.float(), sigma_px).numpy()
    reference = gaussian_filter(
        pixels.numpy().astype(np.float64), (0, sigma_px, sigma_px, 0), mode="nearest", truncate=3
    )
    np.testing.assert_allclose(ours, reference, atol=1e-3)


@given(sigma_px=st.floats(0.3, 1.5), value=st.floats(0, 255, width=16))
@settings(max_examples=25, deadline=None)
def test_blur_keeps_the_mean(sigma_px, value):
    spot = torch.full((1, 21, 21, 3), 40.0)
    spot[0, 10, 10] = value
    assert blur(spot, sigma_px).mean().item() == pytest.approx(spot.mean().item(), rel=1e-5)


def test_noise_has_the_strength_asked_for(pixels):
    added = noise(pixels.float(), 6.0, generator()) - pixels.float()
    assert added.std().item() == pytest.approx(6, rel=0.02)
    assert added.mean().item() == pytest.approx(0, abs=0.1)


def test_jpeg_of_quality_100_changes_next_to_nothing(pixels):
    assert (jpeg(pixels.float(), 100) - pixels.float()).abs().max() < 2.5
    assert psnr(jpeg(pixels.float(), 100), pixels) > 50


@pytest.mark.parametrize("quality", [40, 60, 75, 90])
def test_jpeg_loses_what_pillow_loses(pixels, quality):
    grey = pixels.float().mean(3).round().to(torch.uint8)
    ours = jpeg(grey.float()[..., None].expand(-1, -1, -1, 3), quality)
    theirs = []
    for picture in grey.numpy():
        stored = io.BytesIO()
        Image.fromarray(picture).save(stored, "JPEG", quality=quality)
        theirs.append(np.asarray(Image.open(stored)))
    assert psnr(ours[..., 0], grey) == pytest.approx(psnr(np.stack(theirs), grey), abs=1.5)


def test_lower_quality_loses_more(pixels):
    losses = [psnr(jpeg(pixels.float(), quality), pixels) for quality in (20, 49, 51, 80, 95)]
    assert losses == sorted(losses)


def test_jpeg_leaves_what_is_beyond_whole_blocks():
    odd = torch.rand(1, 19, 12, 3) * 255
    varied = jpeg(odd, 30)
    assert torch.equal(varied[:, 16:], odd[:, 16:])
    assert torch.equal(varied[:, :, 8:], odd[:, :, 8:])
    assert not torch.equal(varied[:, :16, :8], odd[:, :16, :8])


def test_the_generator_decides(pixels):
    first, again, other = (augment(pixels, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@given(seed=st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_shape_type_and_range(seed):
    extreme = torch.randint(0, 2, (6, 16, 16, 3), generator=generator(seed)).to(torch.uint8) * 255
    before = extreme.clone()
    varied = augment(extreme, generator(seed))
    assert varied.dtype == torch.float32
    assert varied.shape == extreme.shape
    assert varied.min() >= 0
    assert varied.max() <= 255
    assert torch.equal(extreme, before)


def test_pictures_of_a_batch_differ_from_each_other(pixels):
    same = pixels[:1].expand(16, -1, -1, -1)
    varied = augment(same, generator())
    assert len({picture.numpy().tobytes() for picture in varied}) == 16
