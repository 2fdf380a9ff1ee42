"""What the verifier says of all candidates of a photograph, before a threshold decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Crack, Tracing
from cracklens.tracing.sampling import sample
from cracklens.verification.dense import dense
from cracklens.verification.lines import JudgedBranches


@dataclass(frozen=True, slots=True)
class JudgedLines:
    """Candidates with what the verifier says of their branches.

    Lines and verdicts for any threshold follow from this alone; neither the network nor the
    probability map is needed again.

    Attributes:
        candidates: all lines, also short and faint ones, the longest first.
        branches: what is said of the branches of each.
        probable: (B,) for each candidate: the sum along each branch of the probability of the map,
            at points 1 px apart, times their weight. Zeros for a candidate that is never divided.
        size_px: (height, width) of the photograph.
        notes: on lines that were left out before.
    """

    candidates: tuple[Crack, ...]
    branches: tuple[JudgedBranches, ...]
    probable: tuple[NDArray[np.float64], ...]
    size_px: tuple[int, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What decides which of the judged lines are cracks.

    Attributes:
        threshold: probability from which a line is reported as a crack.
        calibration: of the verifier, see `cracklens.models.card.Verification`.
        rules: limits that a person gave, which overrule a verdict; by the name of the setting.
    """

    threshold: float
    calibration: tuple[float, float, float]
    rules: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedTracing(Tracing):
    """Cracks and rejected lines, with what they follow from.

    Attributes:
        judged: all candidates.
        decision: with which they were divided into cracks and others.
    """

    judged: JudgedLines | None = None
    decision: Decision | None = None


def probable_along(
    candidates: Sequence[Crack], probability: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], ...]:
    """Return `JudgedLines.probable` of candidates.

    Args:
        candidates: of the photograph.
        probability: (H, W) uint8 map.
    """
    return tuple(_along(crack, probability) for crack in candidates)


def _along(crack: Crack, probability: NDArray[np.uint8]) -> NDArray[np.float64]:
    found = np.zeros(len(crack.branches))
    if len(crack.branches) == 1 or crack.network:
        return found
    lines = [dense(branch) for branch in crack.branches]
    level = sample(probability, np.concatenate([line.points_px for line in lines]))
    level *= np.concatenate([line.weight for line in lines])
    starts = np.cumsum([0, *(len(line.weight) for line in lines[:-1])])
    return np.add.reduceat(level, starts)
