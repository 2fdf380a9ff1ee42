"""Augmentation: variation of light and camera, to make the segmenter invariant to them."""

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_CONTRAST = (0.35, 1.3)
_BRIGHTNESS = 45.0
_GAMMA = (0.7, 1.4)
_GREY_SHARE, _TINT_SHARE = 0.15, 0.5
_SHADE_SHARE, _BLUR_SHARE, _SHARPEN_SHARE, _NOISE_SHARE, _JPEG_SHARE = 0.3, 0.35, 0.12, 0.45, 0.4


def vary_light(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Return the picture as with other light and another camera; the geometry does not change.

    Contrast, brightness and gamma always change. Tint, grey, uneven light, blur or sharpening,
    noise and JPEG each change in a part of the cases.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        rng: source of randomness.
    """
    pixels = _tone(pixels, rng)
    if rng.random() < _GREY_SHARE:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < _SHADE_SHARE:
        pixels = _uneven(pixels, rng)
    drawn = rng.random()
    if drawn < _BLUR_SHARE:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 1.4))
    elif drawn < _BLUR_SHARE + _SHARPEN_SHARE:
        soft = cv2.GaussianBlur(pixels, (0, 0), 1.0)
        amount = rng.uniform(0.3, 1.5)
        pixels = cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0)
    if rng.random() < _NOISE_SHARE:
        pixels = _noise(pixels, rng)
    if rng.random() < _JPEG_SHARE:
        quality = int(rng.integers(35, 96))
        pixels = simplejpeg.decode_jpeg(
            simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality), "RGB"
        )
    return np.ascontiguousarray(pixels)


def _tone(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Apply one lookup table per channel: gamma, contrast about the mean, brightness, tint."""
    mean = float(pixels.mean())
    contrast = np.exp(rng.uniform(*np.log(_CONTRAST)))
    gamma = np.exp(rng.uniform(*np.log(_GAMMA)))
    shift = rng.uniform(-_BRIGHTNESS, _BRIGHTNESS)
    levels = np.arange(256, dtype=np.float64)
    curve = 255 * (levels / 255) ** gamma
    centre = 255 * (mean / 255) ** gamma
    table = np.empty((256, 1, 3))
    tinted = rng.random() < _TINT_SHARE
    for channel in range(3):
        factor = rng.uniform(0.88, 1.12) if tinted else 1.0
        table[:, 0, channel] = factor * (centre + contrast * (curve - centre) + shift)
    # limit the mean: in a picture that is too dark, a crack cannot be seen
    centre_after = centre + shift
    table += np.clip(centre_after, 50, 225) - centre_after
    toned: Pixels = cv2.LUT(pixels, np.clip(np.rint(table), 0, 255).astype(np.uint8))
    return toned


def _uneven(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Multiply by a smooth field, as in uneven light or at the edge of a soft shadow."""
    field = rng.uniform(0.65, 1.2, (3, 3)).astype(np.float32)
    large = cv2.resize(field, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    shaded: Pixels = np.clip(pixels * large[..., None], 0, 255).astype(np.uint8)
    return shaded


def _noise(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    sigma = 10.0 * rng.random() ** 1.5
    noise = rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(sigma)
    if rng.random() < 0.4:  # noqa: PLR2004 - grain over several pixels, as after raw conversion
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * np.float32(1.8)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)
