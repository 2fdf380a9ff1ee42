"""Noise and filters in elementary arithmetic.

There is no FFT, no BLAS and no transcendental function of arrays, so a seed gives the same picture
on every platform.
"""

import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]

_LEAST_WEIGHT = 1e-4  # smaller weights of a blur kernel are left out


def smoothstep(t: FloatImage) -> FloatImage:
    """Return 3t² - 2t³ with t clipped to [0, 1]: a ramp with zero slope at both ends.

    >>> smoothstep(np.array([-1.0, 0.0, 0.5, 2.0], dtype=np.float32)).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def value_noise(
    height_px: int, width_px: int, cell_px: float, rng: np.random.Generator
) -> FloatImage:
    """Return one octave of noise: a random lattice, interpolated with `smoothstep`.

    Args:
        height_px: Rows of the result.
        width_px: Columns of the result.
        cell_px: Distance of neighbouring lattice nodes, > 0.
        rng: Source of the lattice and of its random offset to the pixels.

    Returns:
        (height_px, width_px) float32 in [-1, 1].
    """
    rows, row_t = _lattice_axis(height_px, cell_px, rng)
    columns, column_t = _lattice_axis(width_px, cell_px, rng)
    shape = (int(rows[-1]) + 2, int(columns[-1]) + 2)
    lattice: FloatImage = rng.random(shape, dtype=np.float32) * np.float32(2.0) - np.float32(1.0)
    left = lattice[:, columns]
    wide = left + (lattice[:, columns + 1] - left) * column_t
    upper = wide[rows]
    noise: FloatImage = upper + (wide[rows + 1] - upper) * row_t[:, None]
    return noise


def fractal_noise(
    height_px: int,
    width_px: int,
    cell_px: float,
    rng: np.random.Generator,
    *,
    octaves: int = 4,
    persistence: float = 0.5,
) -> FloatImage:
    """Return several octaves of `value_noise`, each with half the cell of the one before.

    Args:
        height_px: Rows of the result.
        width_px: Columns of the result.
        cell_px: Cell of the coarsest octave.
        rng: Source of the lattices.
        octaves: Number of octaves, >= 1.
        persistence: Amplitude of an octave relative to the one before.

    Returns:
        (height_px, width_px) float32 in [-1, 1].
    """
    total = np.zeros((height_px, width_px), dtype=np.float32)
    amplitude, amplitudes = 1.0, 0.0
    for octave in range(octaves):
        total += amplitude * value_noise(height_px, width_px, cell_px / 2**octave, rng)
        amplitudes += amplitude
        amplitude *= persistence
    return total / np.float32(amplitudes)


def soften(image: FloatImage, strength: float, passes: int = 1) -> FloatImage:
    """Return `image` blurred with the kernel (k, 1 - 2k, k), k = `strength`, along both axes.

    The variance of one pass is 2k px² along each axis; k is at most 0.25, the binomial kernel.
    Pixels beyond the border count as copies of the border.

    Args:
        image: (H, W) or (H, W, C) float32.
        strength: k, 0 to 0.25.
        passes: How often the kernel is applied.

    Returns:
        An array of the same shape.
    """
    for _ in range(passes):
        for axis in (0, 1):
            pad = [(1, 1) if a == axis else (0, 0) for a in range(image.ndim)]
            padded = np.moveaxis(np.pad(image, pad, mode="edge"), axis, 0)
            mixed = padded[1:-1] * (1.0 - 2.0 * strength) + (padded[:-2] + padded[2:]) * strength
            image = np.moveaxis(mixed, 0, axis)
    return image


def blur(image: FloatImage, sigma_px: float) -> FloatImage:
    """Return `image` blurred by a kernel close to a Gaussian: the repeated kernel of `soften`.

    The variance is `sigma_px` squared along each axis. From 1 px on, the kernel differs from a
    Gaussian by at most 7 % of its maximum.

    Args:
        image: (H, W) or (H, W, C) float32.
        sigma_px: Standard deviation, >= 0.

    Returns:
        An array of the same shape; pixels beyond the border count as copies of the border.

    >>> spike = np.zeros((9, 9), dtype=np.float32)
    >>> spike[4, 4] = 1.0
    >>> row = blur(spike, 1.0).sum(axis=0)
    >>> round(float((row * (np.arange(9) - 4) ** 2).sum()), 4)
    1.0
    """
    kernel = blur_kernel(sigma_px)
    for axis in (0, 1):
        image = _convolved(image, kernel, axis)
    return image


def blur_kernel(sigma_px: float) -> list[float]:
    """Return the central weight and the right half of the kernel of `blur`.

    >>> [round(weight, 4) for weight in blur_kernel(0.5)]
    [0.75, 0.125]
    """
    passes = int(2.0 * sigma_px * sigma_px - 1e-9) + 1
    strength = sigma_px * sigma_px / (2.0 * passes)
    full = [1.0]
    for _ in range(passes):
        padded = [0.0, 0.0, *full, 0.0, 0.0]
        full = [
            padded[i] * strength + padded[i + 1] * (1 - 2 * strength) + padded[i + 2] * strength
            for i in range(len(full) + 2)
        ]
    half = full[passes:]
    while len(half) > 1 and half[-1] < _LEAST_WEIGHT:
        half.pop()
    return half


def enlarged(image: FloatImage, factor: int, height_px: int, width_px: int) -> FloatImage:
    """Return `image` enlarged by an integer factor, with linear interpolation.

    Args:
        image: (h, w) or (h, w, C) float32.
        factor: Factor along each axis.
        height_px: Rows of the result, at most h x `factor`.
        width_px: Columns of the result, at most w x `factor`.

    Returns:
        (height_px, width_px) or (height_px, width_px, C) float32.

    >>> enlarged(np.array([[0.0, 4.0]], dtype=np.float32), 2, 1, 4).tolist()
    [[0.0, 1.0, 3.0, 4.0]]
    """
    low, high, weight = _blocks(width_px, factor, image.shape[1])
    across = weight if image.ndim == 2 else weight[:, None]  # noqa: PLR2004
    wide = image[:, low] + (image[:, high] - image[:, low]) * across
    low, high, weight = _blocks(height_px, factor, image.shape[0])
    down = weight.reshape(-1, *(1,) * (image.ndim - 1))
    large: FloatImage = wide[high]
    upper = wide[low]
    large -= upper
    large *= down
    large += upper
    return large


def shifted(image: FloatImage, rows_px: int, columns_px: int) -> FloatImage:
    """Return `image` moved down by `rows_px` and right by `columns_px`, with repeated border.

    >>> shifted(np.array([[1.0, 2.0, 3.0]], dtype=np.float32), 0, 1).tolist()
    [[1.0, 1.0, 2.0]]
    """
    rows = np.clip(np.arange(image.shape[0]) - rows_px, 0, image.shape[0] - 1)
    columns = np.clip(np.arange(image.shape[1]) - columns_px, 0, image.shape[1] - 1)
    moved: FloatImage = image[rows][:, columns]
    return moved


def _lattice_axis(
    size_px: int, cell_px: float, rng: np.random.Generator
) -> tuple[NDArray[np.intp], FloatImage]:
    """Return for each pixel its lattice node and the smooth weight of the next node."""
    at = np.arange(size_px, dtype=np.float64) / cell_px + rng.random()
    node = at.astype(np.intp)
    return node, smoothstep((at - node).astype(np.float32))


def _blocks(
    size_px: int, factor: int, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatImage]:
    """Return for each pixel the blocks before and after it and the weight of the latter."""
    at = np.clip((np.arange(size_px) - (factor - 1) / 2) / factor, 0.0, count - 1.0)
    low = np.minimum(at.astype(np.intp), max(count - 2, 0))
    return low, np.minimum(low + 1, count - 1), (at - low).astype(np.float32)


def _convolved(image: FloatImage, kernel: list[float], axis: int) -> FloatImage:
    """Return `image` filtered with a symmetric kernel along one axis, with repeated border."""
    reach = len(kernel) - 1
    if reach == 0:
        return image
    pad = [(reach, reach) if a == axis else (0, 0) for a in range(image.ndim)]
    padded = np.pad(image, pad, mode="edge")
    size = image.shape[axis]

    def moved(offset: int) -> FloatImage:
        at = slice(reach + offset, reach + offset + size)
        part: FloatImage = padded[at] if axis == 0 else padded[:, at]
        return part

    total = moved(0) * np.float32(kernel[0])
    for offset in range(1, reach + 1):
        total += (moved(-offset) + moved(offset)) * np.float32(kernel[offset])
    return total
