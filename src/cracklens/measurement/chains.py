"""Many polylines as one array: a network has thousands, and each is mapped for each variant."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chains:
    """Polylines one after the other.

    Attributes:
        points: (P, 2) of all lines.
        inner: (P - 1,) False for the step from one line to the next.
    """

    points: Floats
    inner: NDArray[np.bool_]

    @classmethod
    def of(cls, lines: Sequence[Floats]) -> "Chains":
        """Return polylines (N, 2) as one array.

        >>> Chains.of([np.zeros((2, 2)), np.ones((2, 2))]).inner.tolist()
        [True, False, True]
        """
        if not lines:
            return cls(np.zeros((0, 2)), np.zeros(0, bool))
        ends = np.cumsum([len(line) for line in lines])
        inner = np.ones(max(int(ends[-1]) - 1, 0), bool)
        inner[ends[:-1] - 1] = False
        return cls(np.concatenate(lines), inner)

    def steps(self, points: Floats | None = None) -> Floats:
        """Return the steps from point to point within the lines, (S, 2).

        Args:
            points: (P, 2) the same points elsewhere, such as on the wall.
        """
        if not len(self.points):
            return np.zeros((0, 2))
        steps: Floats = np.diff(self.points if points is None else points, axis=0)[self.inner]
        return steps

    def length(self, points: Floats | None = None) -> float:
        """Return the length of all lines, in the unit of the points; argument as of `steps`."""
        return float(np.hypot(*self.steps(points).T).sum())
