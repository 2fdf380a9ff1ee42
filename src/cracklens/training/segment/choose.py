"""Thresholds of a segmenter, chosen on validation pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.evaluation.masks import MaskCounts, added, dilated

Map = NDArray[np.floating]

CANDIDATES = tuple(round(0.1 + 0.05 * n, 2) for n in range(17))
"""Thresholds that are tried, 0.1 to 0.9."""
FALSE_ALARM_SHARE = 0.003
"""Of the crack-free validation tiles, the share that may show a crack: well below the 1 % that the
finished tracing must keep to, since pictures from elsewhere are harder."""
LEAST_LENGTH_PX = 24
_TOLERANCE_PX = 2
_TRUE = 128


@dataclass(frozen=True, slots=True)
class Chosen:
    """Thresholds and what they reach on the validation pictures."""

    seed_threshold: float
    grow_threshold: float
    f1: float
    precision: float
    recall: float
    false_alarm_share: float


def choose_thresholds(
    maps: Sequence[Map],
    truths: Sequence[NDArray[np.uint8]],
    crack_free: Sequence[Map],
) -> Chosen:
    """Choose how far a crack is followed by F1, and where it may begin by its false alarms.

    Args:
        maps: crack probabilities (H, W) of pictures with a mask.
        truths: the masks, (H, W) uint8, 255 on a crack.
        crack_free: maps of pictures without any crack.
    """
    sums: dict[float, list[MaskCounts]] = {value: [] for value in CANDIDATES}
    for found, truth in zip(maps, truths, strict=True):
        true = truth >= _TRUE
        near_true = dilated(true, _TOLERANCE_PX)
        for value in CANDIDATES:
            sums[value].append(_tolerant(found >= value, true, near_true))
    totals = {value: added(each) for value, each in sums.items()}
    grow = max(CANDIDATES, key=lambda value: totals[value].f1)
    alarms = {value: _alarm_share(crack_free, value, grow) for value in CANDIDATES if value >= grow}
    allowed = [value for value, share in alarms.items() if share <= FALSE_ALARM_SHARE]
    seed = min(allowed, default=max(alarms))
    best = totals[grow]
    return Chosen(seed, grow, best.f1, best.precision, best.recall, alarms[seed])


def _tolerant(
    claimed: NDArray[np.bool_], true: NDArray[np.bool_], near_true: NDArray[np.bool_]
) -> MaskCounts:
    """Count what precision and recall need; the rest would cost more than all of it."""
    right = int((claimed & near_true).sum())
    found = int((true & dilated(claimed, _TOLERANCE_PX)).sum())
    return MaskCounts(int(claimed.sum()), right, int(true.sum()), found, 0, 0, 0, 0, 0)


def _alarm_share(maps: Sequence[Map], seed: float, grow: float) -> float:
    return sum(has_crack(found, seed, grow) for found in maps) / max(len(maps), 1)


def has_crack(found: Map, seed: float, grow: float) -> bool:
    """Tell whether a map has a connected part above `grow` that reaches `seed` and is long."""
    if not (found >= seed).any():
        return False
    count, parts, stats, _ = cv2.connectedComponentsWithStats((found >= grow).astype(np.uint8))
    for part in range(1, count):
        reach = np.hypot(stats[part, cv2.CC_STAT_WIDTH], stats[part, cv2.CC_STAT_HEIGHT])
        if reach >= LEAST_LENGTH_PX and found[parts == part].max() >= seed:
            return True
    return False
