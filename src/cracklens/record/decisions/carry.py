"""Decisions carried over to another inspection of the same photographs, to what lies there now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.record.decisions.finding import Finding, Lines, findings_of
from cracklens.record.decisions.history import holding
from cracklens.record.decisions.model import Decision, Join
from cracklens.record.schema import Inspection

NEAR_PX, LEAST_SHARE = 5.0, 0.5
"""Two lines are the same if at least half of the length of each lies within 5 px of the other."""
_STEP_PX = 2.0


@dataclass(frozen=True, slots=True)
class Carried:
    """A decision for another inspection.

    Attributes:
        decision: as it was; its place in the new journal is another one.
        finding: id of the finding that it is about there; None if it is about a photograph.
        others: ids of the other findings of a join.
    """

    decision: Decision
    finding: str | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """A decision that could not be carried over, with the reason."""

    decision: Decision
    reason: str


def carry_over(
    decisions: Sequence[Decision], old: Inspection, new: Inspection
) -> tuple[list[Carried], list[Lost]]:
    """Return the decisions that hold, for another inspection, and those that cannot be carried.

    Photographs are the same if their bytes are. A split and what is about its parts is not carried:
    the parts have no line of their own in the old record.

    Args:
        decisions: the journal of the old inspection.
        old: its record.
        new: the record to carry to.
    """
    there = {photo.sha256: findings_of(photo) for photo in new.photographs}
    here = {finding.id: finding for photo in old.photographs for finding in findings_of(photo)}
    carried: list[Carried] = []
    lost: list[Lost] = []
    for decision in holding(decisions):
        among = there.get(decision.photograph or "")
        if among is None:
            lost.append(Lost(decision, "the photograph is not in the new inspection"))
            continue
        if decision.finding is None:
            carried.append(Carried(decision, None))
            continue
        keys = [decision.finding]
        action = decision.action
        if isinstance(action, Join):
            keys += action.others
        found = [_same(here.get(key), among) for key in keys]
        if decision.kind == "split" or any(one is None for one in found):
            reason = "no line of the new inspection lies at the same place"
            lost.append(Lost(decision, reason))
            continue
        ids = [one.id for one in found if one]
        carried.append(Carried(decision, ids[0], tuple(ids[1:])))
    return carried, lost


def _same(finding: Finding | None, among: Sequence[Finding]) -> Finding | None:
    """Return the finding that lies at the same place, the best of several."""
    if finding is None:
        return None
    best: tuple[float, Finding] | None = None
    points = _points(finding.lines_px)
    for other in among:
        overlap = _overlap(points, _points(other.lines_px))
        if overlap >= LEAST_SHARE and (best is None or overlap > best[0]):
            best = overlap, other
    return best[1] if best else None


def _overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the smaller of the shares of each line that lies near the other."""
    if (first.max(axis=0) + NEAR_PX < second.min(axis=0)).any() or (
        second.max(axis=0) + NEAR_PX < first.min(axis=0)
    ).any():
        return 0.0
    shares = []
    for one, other in ((first, second), (second, first)):
        away, _ = cKDTree(other).query(one, distance_upper_bound=NEAR_PX)
        shares.append(float(np.isfinite(away).mean()))
    return min(shares)


def _points(lines: Lines) -> NDArray[np.float64]:
    """Return points about 2 px apart along all branches."""
    found = []
    for line in lines:
        points = np.array(line, np.float64)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        at = np.linspace(0, along[-1], max(2, round(along[-1] / _STEP_PX) + 1))
        found.append(np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1))
    return np.concatenate(found)
