"""Choice of the thresholds of a segmenter on validation pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum

from cracklens.evaluation.masks import MaskCounts, added, dilated

Map = NDArray[np.floating]

GROW = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
SEED = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Candidates of both thresholds."""
AS_GOOD = 0.001
"""Largest loss of F1 for a higher seed threshold, which gives fewer false alarms."""
LEAST_LENGTH_PX = 24
_TOLERANCE_PX = 2
_TRUE = 128


@dataclass(frozen=True, slots=True)
class Chosen:
    """Thresholds and their metrics on the validation pictures."""

    seed_threshold: float
    grow_threshold: float
    f1: float
    precision: float
    recall: float
    false_alarm_share: float


def choose_thresholds(
    maps: Sequence[Map], truths: Sequence[NDArray[np.uint8]], crack_free: Sequence[Map]
) -> Chosen:
    """Choose both thresholds of the hysteresis by F1 with 2 px tolerance.

    False alarms are reported but not used for the choice: they have high probabilities, so no
    threshold removes them. The limits of length and shape of a crack do that.

    Args:
        maps: crack probabilities (H, W) of pictures with an exact mask.
        truths: the masks, (H, W) uint8, 255 on a crack.
        crack_free: maps of pictures without any crack.
    """
    counts: dict[tuple[float, float], list[MaskCounts]] = {}
    for found, truth in zip(maps, truths, strict=True):
        true = truth >= _TRUE
        near_true = dilated(true, _TOLERANCE_PX)
        for pair, claimed in _masks(found):
            counts.setdefault(pair, []).append(_tolerant(claimed, true, near_true))
    totals = {pair: added(each) for pair, each in counts.items()}
    grow, seed = max(totals, key=lambda pair: totals[pair].f1)
    good = totals[grow, seed].f1 - AS_GOOD
    seed = max(s for g, s in totals if g == grow and totals[g, s].f1 >= good)
    best = totals[grow, seed]
    alarms = sum(has_crack(found, seed, grow) for found in crack_free) / max(len(crack_free), 1)
    return Chosen(seed, grow, best.f1, best.precision, best.recall, alarms)


def _masks(found: Map) -> Iterator[tuple[tuple[float, float], NDArray[np.bool_]]]:
    """Yield the hysteresis mask for each pair of thresholds."""
    for grow in GROW:
        count, parts = cv2.connectedComponents((found >= grow).astype(np.uint8), connectivity=8)
        peaks = np.zeros(count)
        if count > 1:
            peaks[1:] = maximum(found, parts, np.arange(1, count))
        for seed in SEED:
            if seed >= grow:
                yield (grow, seed), (peaks >= seed)[parts]


def _tolerant(
    claimed: NDArray[np.bool_], true: NDArray[np.bool_], near_true: NDArray[np.bool_]
) -> MaskCounts:
    """Return only the counts for precision and recall; the other counts are slow and stay 0."""
    right = int((claimed & near_true).sum())
    found = int((true & dilated(claimed, _TOLERANCE_PX)).sum())
    return MaskCounts(int(claimed.sum()), right, int(true.sum()), found, 0, 0, 0, 0, 0)


def has_crack(found: Map, seed: float, grow: float) -> bool:
    """Tell whether a map has a long connected part above `grow` that reaches `seed`."""
    if not (found >= seed).any():
        return False
    count, parts, stats, _ = cv2.connectedComponentsWithStats((found >= grow).astype(np.uint8))
    for part in range(1, count):
        reach = np.hypot(stats[part, cv2.CC_STAT_WIDTH], stats[part, cv2.CC_STAT_HEIGHT])
        if reach >= LEAST_LENGTH_PX and found[parts == part].max() >= seed:
            return True
    return False
