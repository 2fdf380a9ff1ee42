"""Artefacts in the pixels: noise, JPEG blocks, enlargement."""

import cv2
import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float32]

_LAPLACIAN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32) / 6
"""Immerkaer 1996, Computer Vision and Image Understanding 64, 300: blind to planes and to straight
edges along the axes; of white noise it keeps the deviation."""
_MAD_TO_SIGMA = 1.4826
_QUIET_QUANTILE = 0.1
_JPEG_PX = 8
_LEAST_PX = 64
_STRIPS = 12
_STRIP_PX = 16
_FLAT = 1e-3
_PEAK, _DEPTH = 8.0, 0.15
"""How far a period stands out of the rest, and how deep it is as a share. Resized photographs have
0.2 to 0.5; rendered ones have up to 0.12, since their grain is drawn on lattices."""
_SMOOTH = 15
_COARSEST = 0.15
"""Lowest frequency looked at, per px: enlargement by more than six leaves blur enough."""


def measure_noise(blocks: Levels) -> float:
    """Return the deviation of the noise in grey levels, from the blocks with the least texture.

    Fine grain of the surface counts as noise where no block is quiet: it is an upper bound.

    Args:
        blocks: (M, side, side) grey levels.
    """
    levels = [
        _MAD_TO_SIGMA * float(np.median(np.abs(cv2.filter2D(block, cv2.CV_32F, _LAPLACIAN))))
        for block in blocks
    ]
    return float(np.quantile(levels, _QUIET_QUANTILE))


def measure_blockiness(plane: NDArray[np.uint8]) -> float | None:
    """Return how much rougher the borders of JPEG's blocks of 8 px are than their inside.

    1 means no blocks. None if the picture is too small to tell, or flat. The grid may start
    anywhere, as after cropping; the roughest column and row of eight are compared with the rest.

    Args:
        plane: (H, W) one channel.
    """
    if min(plane.shape) < _LEAST_PX:
        return None
    found = [_roughness(np.diff(strips, axis=-1)) for strips in _strips(plane)]
    known = [value for value in found if value is not None]
    return float(np.sqrt(np.prod(known))) if len(known) == 2 else None  # noqa: PLR2004 - both axes


def _strips(plane: NDArray[np.uint8]) -> list[Levels]:
    """Return strips of full length along x and along y, (strips * rows, length) each."""
    both = []
    for turned in (plane, plane.T):
        tops = np.linspace(0, len(turned) - _STRIP_PX, _STRIPS).astype(int)
        rows = np.unique((tops[:, None] + np.arange(_STRIP_PX)).ravel())
        both.append(np.ascontiguousarray(turned[rows]).astype(np.float32))
    return both


def _roughness(steps: Levels) -> float | None:
    """Return the step across the grid over the step elsewhere; `steps` are differences."""
    bend = np.abs(steps[:, 1:-1] - 0.5 * (steps[:, :-2] + steps[:, 2:]))
    whole = bend[:, : bend.shape[1] // _JPEG_PX * _JPEG_PX]
    phases = whole.reshape(len(whole), -1, _JPEG_PX).mean((0, 1))
    rest = float(np.median(phases))
    return float(phases.max()) / rest if rest > _FLAT else None


def is_enlarged(plane: NDArray[np.uint8]) -> bool | None:
    """Return whether a picture shows the traces of enlargement; None if it is too small or flat.

    Interpolated pixels vary less the further they lie from a pixel that was there, so the mean
    size of the second difference rises and falls with the period of the old pixels (Gallagher 2005,
    Canadian Conference on Computer and Robot Vision, 65). What JPEG's blocks of 8 px leave is set
    aside. Exact doubling, as most programs do it, treats all pixels alike and leaves no such trace:
    it is seen as blur.

    Args:
        plane: (H, W) one channel.
    """
    if min(plane.shape) < _LEAST_PX:
        return None
    found = [
        _has_period(np.abs(np.diff(strips, n=2, axis=-1)).mean(0)) for strips in _strips(plane)
    ]
    known = [value for value in found if value is not None]
    return any(known) if known else None


def _has_period(bend: Levels) -> bool | None:
    """Return whether a profile of mean second differences has a period of its own."""
    smooth = cv2.blur(bend[None], (_SMOOTH, 1), borderType=cv2.BORDER_REFLECT)[0]
    length = len(bend) // (2 * _JPEG_PX) * 2 * _JPEG_PX
    if length < _LEAST_PX // 2 or float(smooth.min()) < _FLAT:
        return None
    ratio = np.clip(bend / smooth, 0.3, 3)[:length]
    window = np.hanning(length)
    wave = np.abs(np.fft.rfft((ratio - ratio.mean()) * window))
    frequency = np.fft.rfftfreq(length)
    eighths = frequency * _JPEG_PX
    free = (np.abs(eighths - np.round(eighths)) > 3 * _JPEG_PX / length) & (frequency > _COARSEST)
    if not free.any():
        return None
    highest = float(wave[free].max())
    depth = 2 * highest / float(window.sum())
    return depth > _DEPTH and highest > _PEAK * float(np.median(wave[free]))
