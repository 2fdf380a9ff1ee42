"""Model of a camera: blur, motion blur, exposure, noise, sharpening, JPEG.

Everything before the JPEG compression is elementary arithmetic with the same result on every
platform. JPEG compression by Pillow may differ by one grey value between library versions.
"""

import io
import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cracklens.synthesis.noise import FloatImage, blur

_STRIPE_PX = 256  # rows per step, so that a 12 MP photograph needs little memory
_TRIANGULAR = 2.449  # two uniform numbers around 0 have a deviation of 1 / root 6
_SHARPENED_PX = 1.5  # radius of the unsharp mask
_SHAKES = 12  # directions of motion


@dataclass(frozen=True)
class Camera:
    """How one photograph was taken.

    Attributes:
        blur_px: Standard deviation of the defocus.
        shake_px: Movement during the exposure, right and down.
        half_size: Whether the picture is reduced to half size and enlarged again.
        exposure: Factor of the light.
        balance: Factors of red, green and blue.
        vignette: Relative loss of light in the corners.
        shot_noise: Standard deviation of the shot noise at white, in grey values; proportional to
            the square root of the brightness.
        read_noise: Standard deviation of the read noise of the sensor, in grey values.
        noise_colour: Share of the noise that differs between the channels, 0 to 1.
        sharpening: Strength of the unsharp mask, as in phones; 0 for none.
        tone: Curvature of the tone curve, > 0 for brighter middle tones, within ±0.5.
        contrast: Factor about middle grey.
        jpeg_quality: 1 to 100, or None for no compression.
        chroma_subsampling: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0.
    """

    blur_px: float = 0.0
    shake_px: tuple[float, float] = (0.0, 0.0)
    half_size: bool = False
    exposure: float = 1.0
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    vignette: float = 0.0
    shot_noise: float = 0.0
    read_noise: float = 0.0
    noise_colour: float = 0.5
    sharpening: float = 0.0
    tone: float = 0.0
    contrast: float = 1.0
    jpeg_quality: int | None = None
    chroma_subsampling: int = 2

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Return a random camera, from a sharp and steady one to a moving phone in weak light."""
        some = rng.random(5)
        angle = math.pi * int(rng.integers(_SHAKES)) / _SHAKES
        shake_px = rng.uniform(1.0, 4.5) if some[0] < 0.12 else 0.0  # noqa: PLR2004
        warmth, green = rng.uniform(-0.06, 0.06), rng.uniform(-0.015, 0.015)
        return cls(
            blur_px=0.3 + 1.5 * rng.random() ** 2.2,
            shake_px=(shake_px * math.cos(angle), shake_px * math.sin(angle)),
            half_size=bool(some[1] < 0.08),  # noqa: PLR2004
            exposure=rng.uniform(0.72, 1.22),
            balance=(1.0 + warmth, 1.0 + green, 1.0 - warmth),
            vignette=rng.uniform(0.0, 0.25) if some[2] < 0.4 else 0.0,  # noqa: PLR2004
            shot_noise=9.0 * rng.random() ** 2,
            read_noise=4.0 * rng.random() ** 2,
            noise_colour=rng.uniform(0.2, 0.8),
            sharpening=rng.uniform(0.2, 1.5) if some[3] < 0.45 else 0.0,  # noqa: PLR2004
            tone=rng.uniform(-0.3, 0.3),
            contrast=rng.uniform(0.75, 1.2),
            jpeg_quality=int(rng.integers(50, 99)) if some[4] < 0.85 else None,  # noqa: PLR2004
            chroma_subsampling=(0, 2, 2)[int(rng.integers(3))],
        )


def photograph(surface: FloatImage, camera: Camera, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the photograph of a surface, of the same size.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255 and beyond.
        camera: The camera.
        rng: Source of the noise.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    height_px = surface.shape[0]
    pixels = np.empty(surface.shape, dtype=np.uint8)
    margin_px = 2 * (_reach_px(camera) // 2 + 1)  # even, so that each stripe halves the same rows
    for top in range(0, height_px, _STRIPE_PX):
        low, high = max(top - margin_px, 0), min(top + _STRIPE_PX + margin_px, height_px)
        stripe = _sensed(surface[low:high], low, height_px, camera, rng)
        bottom = min(top + _STRIPE_PX, height_px)
        stripe = _developed(stripe, camera)[top - low : bottom - low]
        pixels[top:bottom] = np.clip(np.rint(stripe), 0, 255).astype(np.uint8)
    if camera.jpeg_quality is None:
        return pixels
    return _compressed(pixels, camera.jpeg_quality, camera.chroma_subsampling)


def _sensed(
    surface: FloatImage, top_px: int, height_px: int, camera: Camera, rng: np.random.Generator
) -> FloatImage:
    """Return the signal of the sensor, with noise, for the rows that start at `top_px`."""
    light = _shaken(surface, *camera.shake_px)
    light = blur(light, camera.blur_px)
    factor = np.array(camera.balance, dtype=np.float32) * np.float32(camera.exposure)
    light = light * factor
    if camera.vignette:
        width_px = surface.shape[1]
        x = np.linspace(-1.0, 1.0, width_px, dtype=np.float32)
        y = (np.arange(top_px, top_px + len(surface), dtype=np.float32) * 2 - height_px) / height_px
        far = (x * x)[None, :] + (y * y)[:, None]
        light *= (1.0 - np.float32(camera.vignette / 2) * far)[:, :, None]
    if camera.shot_noise or camera.read_noise:
        light += _noise(light, camera, rng)
    return light


def _noise(light: FloatImage, camera: Camera, rng: np.random.Generator) -> FloatImage:
    """Return noise with a standard deviation by the light, partly equal in all channels."""
    shape = light.shape
    own, common = camera.noise_colour, math.sqrt(1.0 - camera.noise_colour**2)
    grain = rng.random(shape, dtype=np.float32)
    grain += rng.random(shape, dtype=np.float32)
    grain -= np.float32(1.0)
    grain *= np.float32(own * _TRIANGULAR)
    grey = rng.random(shape[:2], dtype=np.float32) + rng.random(shape[:2], dtype=np.float32)
    grain += ((grey - np.float32(1.0)) * np.float32(common * _TRIANGULAR))[:, :, None]
    power = np.clip(light[:, :, 1], 0.0, 255.0) * np.float32(camera.shot_noise**2 / 255.0)
    grain *= np.sqrt(power + np.float32(camera.read_noise**2))[:, :, None]
    return grain


def _developed(light: FloatImage, camera: Camera) -> FloatImage:
    """Return the signal after the camera's image processing."""
    if camera.half_size:
        light = _halved_and_back(light)
    if camera.sharpening:
        light = light + np.float32(camera.sharpening) * (light - blur(light, _SHARPENED_PX))
    if camera.tone:
        share = np.clip(light, 0.0, 255.0) * np.float32(1 / 255.0)
        light = light + np.float32(255.0 * camera.tone) * share * (1.0 - share)
    if camera.contrast != 1.0:
        light = (light - np.float32(128.0)) * np.float32(camera.contrast) + np.float32(128.0)
    return light


def _shaken(image: FloatImage, right_px: float, down_px: float) -> FloatImage:
    """Return the image with motion blur: its mean over a straight movement."""
    length_px = math.sqrt(right_px * right_px + down_px * down_px)
    if length_px == 0:
        return image
    count = int(2 * length_px) + 2
    total = np.zeros_like(image)
    for step in range(count):
        share = step / (count - 1) - 0.5
        total += _moved(image, right_px * share, down_px * share)
    return total * np.float32(1 / count)


def _moved(image: FloatImage, right_px: float, down_px: float) -> FloatImage:
    """Return the image moved by fractions of pixels: linear interpolation, repeated border."""
    for axis, distance_px in ((0, down_px), (1, right_px)):
        whole = math.floor(distance_px)
        part = np.float32(distance_px - whole)
        index = np.arange(image.shape[axis])
        near = np.clip(index - whole, 0, image.shape[axis] - 1)
        far = np.clip(index - whole - 1, 0, image.shape[axis] - 1)
        one, two = np.take(image, near, axis=axis), np.take(image, far, axis=axis)
        image = one + (two - one) * part
    return image


def _halved_and_back(image: FloatImage) -> FloatImage:
    """Return the image reduced to means over 2 x 2 pixels and linearly enlarged again."""
    for axis in (0, 1):
        size = image.shape[axis]
        even = np.take(image, np.arange(0, size, 2), axis=axis)
        odd = np.take(image, np.minimum(np.arange(0, size, 2) + 1, size - 1), axis=axis)
        halves = (even + odd) * np.float32(0.5)
        at = np.clip((np.arange(size) - 0.5) / 2, 0.0, halves.shape[axis] - 1.0)
        low = np.minimum(at.astype(np.intp), max(halves.shape[axis] - 2, 0))
        weight = (at - low).astype(np.float32)
        weight = weight[:, None, None] if axis == 0 else weight[None, :, None]
        one = np.take(halves, low, axis=axis)
        two = np.take(halves, np.minimum(low + 1, halves.shape[axis] - 1), axis=axis)
        image = one + (two - one) * weight
    return image


def _reach_px(camera: Camera) -> int:
    """Return the largest distance over which a pixel of the surface affects the photograph."""
    shake_px = max(abs(part) for part in camera.shake_px)
    return int(shake_px + 5.0 * camera.blur_px + 8)


def _compressed(
    pixels: NDArray[np.uint8], quality: int, chroma_subsampling: int
) -> NDArray[np.uint8]:
    """Return the pixels after JPEG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(
        file, format="JPEG", quality=quality, subsampling=chroma_subsampling
    )
    file.seek(0)
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))
