"""Decisions carried over to another inspection of the same photographs, to what lies there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.errors import UsageError
from cracklens.record.decisions.finding import Finding, Lines, drawn_key, findings_of
from cracklens.record.decisions.history import holding
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import (
    Decision,
    Draw,
    Join,
    OfFinding,
    OfPhotograph,
    Undo,
    make_decision,
)
from cracklens.record.schema import Inspection

NEAR_PX, LEAST_SHARE = 5.0, 0.5
"""Two lines are the same if at least half of the length of each lies within 5 px of the other."""
_STEP_PX = 2.0


Target = str | int
"""The id of a finding of the new inspection, or the number of the old decision that drew it."""
_NOWHERE = "no line of the new inspection lies at the same place"
_ONE_LINE = "what was joined is one line in the new inspection"
_SPLIT = "a split, and what is about its parts, is not carried: decide it anew"


@dataclass(frozen=True, slots=True)
class Carried:
    """A decision for another inspection.

    Attributes:
        decision: as it was; its place in the new journal is another one.
        finding: that it is about there; None if it is about a photograph.
        others: the other findings of a join.
    """

    decision: Decision
    finding: Target | None
    others: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """A decision that could not be carried over, with the reason."""

    decision: Decision
    reason: str


def carry_over(
    decisions: Sequence[Decision], old: Inspection, new: Inspection
) -> tuple[list[Carried], list[Lost]]:
    """Return the decisions that hold, for another inspection, and those that cannot be carried.

    Photographs are the same if their bytes are. A line that a person drew goes along, with what was
    decided about it. A split and what is about its parts is not carried: the parts have no line of
    their own in the old record.

    Args:
        decisions: the journal of the old inspection.
        old: its record.
        new: the record to carry to.
    """
    places = _Places(old, new)
    carried: list[Carried] = []
    lost: list[Lost] = []
    for decision in holding(decisions):
        try:
            carried.append(places.carried(decision))
        except UsageError as error:
            lost.append(Lost(decision, str(error)))
    return carried, lost


def carry_into(journal: Journal, carried: Sequence[Carried], *, version: int = 1) -> list[Decision]:
    """Append carried decisions to the journal of the new inspection, each by who made it.

    Their times stay, unless a later decision stands in the journal already.

    Args:
        journal: of the new inspection.
        carried: from `carry_over`.
        version: of the new inspection.

    Raises:
        DataError: the history of the journal was changed.
        OutputError: the journal cannot be written; what was appended stays.
    """
    drawn: dict[Target, str] = {}

    def there(target: Target | None) -> str | None:
        return target if target is None or isinstance(target, str) else drawn[target]

    made = []
    for one in carried:
        action, finding = one.decision.action, there(one.finding)
        if isinstance(action, Join):
            action = Join(others=[key for target in one.others if (key := there(target))])
        made.append(journal.append(_Next(one.decision, action, finding, version)))
        if isinstance(action, Draw):
            drawn[one.decision.number] = drawn_key(made[-1])
    return made


def carry_folder(old: Path, new: Path) -> tuple[list[Decision], list[Lost]]:
    """Carry the decisions of an inspection folder to another one without decisions.

    Returns:
        The decisions as they were appended there, and those that could not be carried.

    Raises:
        DataError: a folder holds no inspection, or its history was changed.
        OutputError: the journal cannot be written.
        UsageError: the new inspection has decisions already, or is the same one.
    """
    journal = Journal(new)
    if journal.read():
        raise UsageError(
            f"{new} has decisions already: decisions are carried to an inspection without any"
        )
    before = Journal(old).read()
    carried, lost = carry_over(before, Inspection.load(old), Inspection.load(new))
    return carry_into(journal, carried), lost


@dataclass(frozen=True, slots=True)
class _Next:
    """Makes the next decision of a journal from a carried one."""

    old: Decision
    action: OfFinding | OfPhotograph | Undo
    finding: str | None
    version: int

    def __call__(self, before: Sequence[Decision]) -> Decision:
        return make_decision(
            self.action,
            who=self.old.who,
            photograph=self.old.photograph,
            finding=self.finding,
            previous=before[-1] if before else None,
            version=self.version,
            when=self.old.when,
        )


class _Places:
    """Where the findings of the old inspection lie in the new one."""

    def __init__(self, old: Inspection, new: Inspection) -> None:
        self._there = {photo.sha256: findings_of(photo) for photo in new.photographs}
        self._here = {one.id: one for photo in old.photographs for one in findings_of(photo)}
        self._drawn: dict[str, int] = {}
        self._cut: set[str] = set()

    def carried(self, decision: Decision) -> Carried:
        """Return a decision for the new inspection.

        Raises:
            UsageError: it cannot be carried; says why.
        """
        among = self._there.get(decision.photograph or "")
        if among is None:
            raise UsageError("the photograph is not in the new inspection")
        if decision.finding is None:
            if decision.kind == "draw":
                self._drawn[drawn_key(decision)] = decision.number
            return Carried(decision, None)
        if decision.kind == "split":
            self._cut.add(decision.finding)
            raise UsageError(_SPLIT)
        action = decision.action
        first = self._target(decision.finding, among)
        others: list[Target] = []
        if isinstance(action, Join):
            found = (self._target(key, among) for key in action.others)
            others = [one for one in dict.fromkeys(found) if one != first]
            if not others:
                raise UsageError(_ONE_LINE)
        return Carried(decision, first, tuple(others))

    def _target(self, key: str, among: Sequence[Finding]) -> Target:
        if key in self._cut or key.rpartition("-")[0]:
            raise UsageError(_SPLIT)
        if key in self._drawn:
            return self._drawn[key]
        found = _same(self._here.get(key), among)
        if found is None:
            raise UsageError(_NOWHERE)
        return found.id


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
