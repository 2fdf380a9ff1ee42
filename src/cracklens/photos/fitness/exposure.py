"""Exposure of a photograph: clipped shadows and highlights, brightness, range."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_SAMPLES = 400_000
_BLACK_TO, _WHITE_FROM = 4, 252
"""At the ends of the scale grey levels hold nothing: black clips to 0, JPEG moves it by some."""


@dataclass(frozen=True, slots=True)
class Tones:
    """The grey levels of a photograph.

    Attributes:
        black_share: of the pixels, how many are clipped to black.
        white_share: of the pixels, how many are clipped to white.
        median: grey level, 0 to 255.
        range: from the 1st to the 99th percentile, in grey levels.
    """

    black_share: float
    white_share: float
    median: float
    range: float


def measure_tones(pixels: NDArray[np.uint8], exclude: NDArray[np.bool_] | None = None) -> Tones:
    """Return the grey levels of a photograph, from a regular sample of its pixels.

    Args:
        pixels: (H, W, 3) RGB.
        exclude: (H, W) where there is no wall; not all of it.
    """
    height, width = pixels.shape[:2]
    step = max(1, int(np.sqrt(height * width / _MOST_SAMPLES)))
    sample = np.ascontiguousarray(pixels[::step, ::step]).reshape(-1, 3)
    if exclude is not None:
        seen = ~exclude[::step, ::step].ravel()
        sample = sample[seen] if seen.any() else sample
    brightest, darkest = sample.max(1), sample.min(1)
    low, median, high = np.percentile(sample[:, 1], (1, 50, 99))
    return Tones(
        black_share=float((brightest <= _BLACK_TO).mean()),
        white_share=float((darkest >= _WHITE_FROM).mean()),
        median=float(median),
        range=float(high - low),
    )
