"""Drawn lines and a verifier that says what a test wants."""

from collections.abc import Callable, Sequence

import numpy as np

from cracklens.models.card import Verification
from cracklens.tracing.crack import Branch, Crack
from cracklens.verification.kinds import KINDS
from cracklens.verification.verifier import VERSION


def branch(points: Sequence[tuple[float, float]], start: int, end: int, width: float = 3) -> Branch:
    line = np.array(points, np.float64)
    return Branch(line, np.full(len(line), float(width)), start, end)


def crack(*branches: Branch, nodes: Sequence[tuple[float, float]]) -> Crack:
    return Crack(
        branches, np.array(nodes, np.float64), 0.9, 3.0, 3.0, (0.0, 0.0), touches_border=False
    )


def cross(x: float = 200, y: float = 150, reach: float = 120) -> Crack:
    """A crossing of an upright and a level line: four branches, the level ones are 1 and 3."""
    ends = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
    return crack(
        *(branch([end, (x, y)], place, 4) for place, end in enumerate(ends)),
        nodes=[*ends, (x, y)],
    )


class SaidVerifier:
    """A verifier whose logits are a function of the descriptors."""

    def __init__(self, say: Callable[[np.ndarray], np.ndarray], threshold: float = 0.5) -> None:
        self.settings = Verification(
            version=VERSION, kinds=KINDS, candidate_threshold=0.25, threshold=threshold,
            calibration=(0.0, 1.0, 0.0), calibration_error=0.0, counts={},
        )  # fmt: skip
        self._say = say

    def logits(self, views: dict[str, np.ndarray], descriptors: np.ndarray) -> np.ndarray:
        return self._say(descriptors)
