"""Augmentation for classifiers, in plain tensor operations.

All functions take and return float pictures N x H x W x 3 in 0..255. All randomness comes from the
generator that is passed.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

# Annex K.1 of ITU-T T.81 (JPEG), luminance quantisation at quality 50
_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56), (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip
_CHANCE = 0.3
_Operation = Callable[[Tensor, float], Tensor]


def augment(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Flip, rotate and relight each picture; add blur, noise and compression to some of them.

    Args:
        pixels: N x S x S x 3, uint8 or float, square.
        generator: source of randomness, on the CPU.

    Returns:
        float32, same shape, 0..255.
    """
    varied = pixels.float()
    turns, mirror = _integers(len(varied), 4, generator), _integers(len(varied), 2, generator)
    varied = torch.stack(
        [turn(p, int(k), bool(m)) for p, k, m in zip(varied, turns, mirror, strict=True)]
    )
    varied = light(varied, *_light(len(varied), generator))
    operations: tuple[tuple[_Operation, float, float], ...] = (
        (blur, 0.3, 1.5),
        (lambda part, sigma: noise(part, sigma, generator), 1.0, 8.0),
        (jpeg, 40.0, 95.0),
    )
    for operation, low, high in operations:
        chosen = torch.rand(len(varied), generator=generator) < _CHANCE
        if chosen.any():
            strength = low + (high - low) * float(torch.rand((), generator=generator))
            varied = varied.index_put((chosen,), operation(varied[chosen], strength))
    return varied.clamp(0, 255)


def turn(picture: Tensor, quarters: int, mirror: bool) -> Tensor:
    """Rotate an H x W x 3 picture by quarter turns, then mirror it left to right."""
    turned = torch.rot90(picture, quarters, (0, 1))
    return turned.flip(1) if mirror else turned


def light(pixels: Tensor, contrast: Tensor, brightness: Tensor) -> Tensor:
    """Scale each picture around its mean by `contrast` (N,) and add `brightness` (N,)."""
    mean = pixels.mean((1, 2, 3), keepdim=True)
    return (pixels - mean) * contrast.view(-1, 1, 1, 1) + mean + brightness.view(-1, 1, 1, 1)


def blur(pixels: Tensor, sigma_px: float) -> Tensor:
    """Blur with a Gaussian; border pixels are repeated."""
    reach = math.ceil(3 * sigma_px)
    at = torch.arange(-reach, reach + 1, dtype=pixels.dtype, device=pixels.device)
    kernel = torch.exp(-0.5 * (at / sigma_px) ** 2)
    kernel = (kernel / kernel.sum()).expand(3, 1, -1)
    planes = pixels.permute(0, 3, 1, 2)
    planes = nn.functional.pad(planes, (reach, reach, reach, reach), mode="replicate")
    planes = nn.functional.conv2d(planes, kernel[:, :, None, :], groups=3)
    planes = nn.functional.conv2d(planes, kernel[:, :, :, None], groups=3)
    return planes.permute(0, 2, 3, 1)


def noise(pixels: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Add Gaussian noise of `sigma` grey levels."""
    return pixels + sigma * torch.randn(pixels.shape, generator=generator).to(pixels.device)


def jpeg(pixels: Tensor, quality: float) -> Tensor:
    """Quantise 8 x 8 blocks of the cosine transform of each channel, as JPEG does for luminance.

    `quality` 1..100 scales the table as libjpeg does. Rows and columns beyond a multiple of 8 do
    not change.
    """
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality  # noqa: PLR2004
    table = torch.tensor(_LUMINANCE, dtype=pixels.dtype, device=pixels.device)
    table = ((table * scale + 50) / 100).floor().clamp(1, 255)
    transform = _cosine(pixels)
    height, width = (side // 8 * 8 for side in pixels.shape[1:3])
    whole = pixels.clone()
    blocks = whole[:, :height, :width].permute(0, 3, 1, 2)
    blocks = blocks.unfold(2, 8, 8).unfold(3, 8, 8) - 128
    coefficients = transform @ blocks @ transform.T
    coefficients = (coefficients / table).round() * table
    restored = transform.T @ coefficients @ transform + 128
    restored = restored.permute(0, 2, 4, 3, 5, 1).reshape(len(pixels), height, width, 3)
    whole[:, :height, :width] = restored
    return whole


def _cosine(like: Tensor) -> Tensor:
    """Return the orthonormal 8 x 8 cosine transform (DCT-II)."""
    k = torch.arange(8, dtype=like.dtype, device=like.device)
    matrix = torch.cos(math.pi * (2 * k[None] + 1) * k[:, None] / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix


def _integers(count: int, high: int, generator: torch.Generator) -> Tensor:
    return torch.randint(0, high, (count,), generator=generator)


def _light(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    draw = torch.rand((2, count), generator=generator)
    return 0.75 + 0.5 * draw[0], -25 + 50 * draw[1]
