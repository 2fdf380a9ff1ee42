"""Cracks as graphs of centrelines.

Points are (x, y) in pixels of the upright photograph; the centre of the top-left pixel is (0, 0).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reason = Literal[
    "too short",
    "too faint",
    "straight and regular",
    "not elongated",
    "no concrete surface",
    "probably not a crack",
]
NOT_A_CRACK: Reason = "probably not a crack"
"""The reason of lines that the verification rejects. A line with another reason may have a high
probability."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the centreline between two nodes (ends or junctions).

    Attributes:
        points_px: (N, 2) x, y of the simplified polyline, N >= 2.
        width_px: (N,) full width at each point, from edge to edge of the probability map; a first
            estimate without the pixels of the photograph.
        start: index of the node at the first point, among the nodes of the crack.
        end: the same at the last point; equal to `start` in a closed loop.
        inferred: (first, last) indices of points, for each part of the polyline that joins two
            pieces of the crack where it cannot be seen. Such a part has a length and no width; the
            rest of the branch was seen.
    """

    points_px: Floats
    width_px: Floats
    start: int
    end: int
    inferred: tuple[tuple[int, int], ...] = ()

    @property
    def length_px(self) -> float:
        """Length of the polyline."""
        return float(np.hypot(*np.diff(self.points_px, axis=0).T).sum())

    @property
    def inferred_px(self) -> float:
        """Length of the inferred parts."""
        step = np.hypot(*np.diff(self.points_px, axis=0).T)
        return float(sum(step[first:last].sum() for first, last in self.inferred))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line is, by the verification; the probabilities are calibrated and sum to one.

    Attributes:
        crack: probability that the line is a crack.
        kinds: probability of each look-alike, by its name.
    """

    crack: float
    kinds: Mapping[str, float] = field(default_factory=dict)

    @property
    def likeliest(self) -> tuple[str, float]:
        """The likeliest look-alike and its probability; ("", 0.0) if none is known."""
        return max(self.kinds.items(), key=lambda kind: kind[1], default=("", 0.0))


@dataclass(frozen=True, slots=True)
class Crack:
    """A graph of branches: connected, or a network of map cracking, which may have several parts.

    Attributes:
        branches: at least one.
        nodes_px: (K, 2) x, y of ends and junctions.
        confidence: mean probability along the centreline where it was seen, 0 to 1.
        mean_width_px: along the length that was seen.
        max_width_px: 95th percentile along it.
        widest_px: x, y of the widest point.
        touches_border: the crack reaches the border of the photograph, so its length is a lower
            bound.
        verdict: what the line is; None if nothing verified it.
        network: it is a network of map cracking; its parts need not be connected.
        continues: indices, in the same list of cracks, of those that may be this crack beyond a
            hidden area, such as a marker, and are not joined to it.
    """

    branches: tuple[Branch, ...]
    nodes_px: Floats
    confidence: float
    mean_width_px: float
    max_width_px: float
    widest_px: tuple[float, float]
    touches_border: bool
    verdict: Verdict | None = None
    network: bool = False
    continues: tuple[int, ...] = ()

    @property
    def length_px(self) -> float:
        """Length of all branches, seen and inferred."""
        return sum(branch.length_px for branch in self.branches)

    @property
    def inferred_px(self) -> float:
        """Length of the inferred parts of all branches."""
        return sum(branch.inferred_px for branch in self.branches)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that the model found and that is not reported as a crack."""

    crack: Crack
    reason: Reason
    detail: str
    """Text with the value that decided, such as "12 px long, at least 40 are needed"."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """Cracks and rejected lines of one photograph, the longest first.

    Attributes:
        cracks: as they are reported.
        rejected: lines that are not.
        notes: on lines that were left out, in full sentences without a full stop.
    """

    cracks: tuple[Crack, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...] = ()
