"""Variation of the views of pieces: mirrors, light, and how sure the segmenter is."""

import numpy as np
from numpy.typing import NDArray

from cracklens.verification.views import VIEWS

Batch = dict[str, NDArray[np.generic]]

_GAIN, _SHIFT, _TINT = 0.35, 30.0, 0.08
_GREY_SHARE, _BLIND_SHARE = 0.15, 0.5
_CERTAINTY = 0.6  # greatest logarithm of the factor on the logits of the probability map
_NOISE = 0.15  # of the descriptors, in standard deviations


def varied(
    views: dict[str, NDArray[np.uint8]],
    descriptors: NDArray[np.float32],
    spread: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[dict[str, NDArray[np.uint8]], NDArray[np.float32]]:
    """Return a batch under other light, mirrored, and with another certainty of the segmenter.

    A network is surer on rendered pictures than on photographs, so its certainty is varied. Half of
    the thumbnails and some of the descriptors are hidden, so that no answer hangs on them alone.
    """
    count = len(descriptors)
    tables = _light(count, rng)
    certainty = np.exp(rng.uniform(-_CERTAINTY, _CERTAINTY, count))
    grey = rng.random(count) < _GREY_SHARE
    blind = rng.random(count) < _BLIND_SHARE
    mirror = rng.random((count, 2)) < 0.5  # noqa: PLR2004
    changed = {}
    for name, view in views.items():
        new = view.copy()
        for n in range(count):
            for channel in range(3):
                new[n, ..., channel] = tables[n, channel][view[n, ..., channel]]
            if grey[n]:
                new[n, ..., :3] = new[n, ..., :3].mean(axis=2, keepdims=True)
            if name != "whole":
                new[n, ..., 3] = _sureness(float(certainty[n]))[view[n, ..., 3]]
            new[n] = new[n, :: -1 if mirror[n, 0] else 1, :: -1 if mirror[n, 1] else 1]
        if name == "whole":
            new[blind] = 0
        changed[name] = new
    assert set(changed) == set(VIEWS)
    noise = rng.standard_normal(descriptors.shape).astype(np.float32) * np.float32(_NOISE)
    numbers = descriptors + noise * spread
    return changed, numbers


def _light(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a table of 256 values for each piece and channel."""
    levels = np.arange(256, dtype=np.float64)
    gain = np.exp(rng.uniform(-_GAIN, _GAIN, (count, 1, 1)))
    shift = rng.uniform(-_SHIFT, _SHIFT, (count, 1, 1))
    tint = rng.uniform(1 - _TINT, 1 + _TINT, (count, 3, 1))
    tables = tint * (gain * (levels - 128) + 128 + shift)
    return np.asarray(np.clip(np.rint(tables), 0, 255), np.uint8)


def _sureness(factor: float) -> NDArray[np.uint8]:
    share = np.clip(np.arange(256) / 255, 1e-3, 1 - 1e-3)
    logit = factor * np.log(share / (1 - share))
    return np.asarray(np.rint(255 / (1 + np.exp(-logit))), np.uint8)
