"""One decision about an inspection folder: what it is about is named, checked and written."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cracklens.errors import DataNotFoundError, UsageError, did_you_mean
from cracklens.record.decisions.apply import Reviewed, ReviewedPhoto, review, review_photo
from cracklens.record.decisions.approve import approvals
from cracklens.record.decisions.checks import check_action
from cracklens.record.decisions.finding import Finding
from cracklens.record.decisions.history import holding, to_redo, to_undo, undone
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import (
    Comment,
    Decision,
    Element,
    Join,
    OfFinding,
    OfPhotograph,
    Undo,
    make_decision,
)
from cracklens.record.schema import Inspection

_LEAST_ID = 8
ActionOn = Callable[[Finding], OfFinding]
"""Makes what is decided of a finding as it is now, such as the branch that a split cuts."""


def decide(
    folder: Path,
    about: str,
    action: OfFinding | OfPhotograph | ActionOn,
    *,
    who: str,
    expected: int | None = None,
) -> Decision:
    """Append a decision that can be applied to the journal of an inspection.

    Args:
        folder: of the inspection.
        about: a finding or a photograph, by its short name, its id (8 digits or more), the path
            or the SHA-256 of the photograph.
        action: what is decided, or what makes it from the finding.
        who: name of the person.
        expected: number of the last decision that the person saw; None for any.

    Raises:
        DataNotFoundError: there is no such inspection, finding or photograph.
        DataError: history was changed.
        UsageError: the decision makes no sense for what it is about.
        ConflictError: somebody else decided in between.
        OutputError: it cannot be written; nothing of it is left.
    """
    inspection = Inspection.load(folder)

    def make(before: Sequence[Decision]) -> Decision:
        reviewed = review(inspection, before)
        photo, finding = find(reviewed, about)
        made = action
        if not isinstance(made, OfFinding | OfPhotograph):
            made = made(_require(finding, about))
        if isinstance(made, Join):
            ids = [_require(find(reviewed, name)[1], name).id for name in made.others]
            made = Join(others=ids)
        if finding is None and not isinstance(made, OfPhotograph | Comment | Element):
            raise UsageError(f"{made.kind} is about a finding, and {about} is a photograph")
        check_action(made, photo.record)
        decision = make_decision(
            made,
            who=who,
            photograph=photo.record.sha256,
            finding=None if finding is None or isinstance(made, OfPhotograph) else finding.id,
            previous=before[-1] if before else None,
            version=len(approvals(folder)) + 1,
        )
        _require_applied(photo, [*before, decision])
        return decision

    return Journal(folder).append(make, expected=expected)


def take_back(
    folder: Path, about: str, *, who: str, again: bool = False, expected: int | None = None
) -> Decision:
    """Undo a decision, or do again what was undone.

    Args:
        folder: of the inspection.
        about: the number of a decision; or a photograph or a finding, for the last decision on
            that photograph that holds (or with `again` was last undone).
        who: name of the person.
        again: redo.
        expected: number of the last decision that the person saw; None for any.

    Raises:
        DataNotFoundError: there is no such decision, finding or photograph.
        UsageError: there is nothing to undo or to do again.
        ConflictError: somebody else decided in between.
        OutputError: it cannot be written; nothing of it is left.
    """
    inspection = Inspection.load(folder)

    def make(before: Sequence[Decision]) -> Decision:
        if about.isdecimal():
            target = _numbered(before, int(about))
            photograph = target.photograph
            action = _of_number(before, target, again=again)
        else:
            photo, _ = find(review(inspection, before), about)
            photograph = photo.record.sha256
            own = [one for one in before if one.photograph == photograph]
            action = to_redo(own) if again else to_undo(own)
        return make_decision(
            action,
            who=who,
            photograph=photograph,
            previous=before[-1] if before else None,
            version=len(approvals(folder)) + 1,
        )

    return Journal(folder).append(make, expected=expected)


def find(reviewed: Reviewed, name: str) -> tuple[ReviewedPhoto, Finding | None]:
    """Return a photograph, and the finding if one was named.

    Args:
        reviewed: the inspection with its decisions.
        name: as `about` of `decide`.

    Raises:
        DataNotFoundError: there is nothing of that name.
        UsageError: the beginning of an id is that of several.
    """
    if photo := reviewed.photograph(name):
        return photo, None
    pairs = [(photo, one) for photo in reviewed.photographs for one in photo.findings]
    found = [pair for pair in pairs if name in {pair[1].id, pair[1].name}]
    if not found and len(name) >= _LEAST_ID:
        found = [pair for pair in pairs if pair[1].id.startswith(name)]
    if len(found) > 1:
        raise UsageError(f"{name} begins the id of {len(found)} findings: give more of it")
    if not found:
        known = [pair[1].name for pair in pairs] + [one.record.id for one in reviewed.photographs]
        raise DataNotFoundError(f"no finding or photograph {name!r}: {did_you_mean(name, known)}")
    return found[0]


def _require(finding: Finding | None, name: str) -> Finding:
    if finding is None:
        raise UsageError(f"{name} is a photograph: name a finding in it, such as {name}-C01")
    return finding


def _numbered(decisions: Sequence[Decision], number: int) -> Decision:
    if not 0 < number <= len(decisions):
        raise DataNotFoundError(f"there is no decision {number}: the last one is {len(decisions)}")
    return decisions[number - 1]


def _of_number(decisions: Sequence[Decision], target: Decision, *, again: bool) -> Undo:
    """Return the undo of a decision, or of the undo that holds against it."""
    gone = undone(decisions)
    if not again:
        if target.number in gone:
            raise UsageError(f"decision {target.number} is undone already")
        return Undo(number=target.number)
    for one in reversed(decisions):
        action = one.action
        if isinstance(action, Undo) and action.number == target.number and one.number not in gone:
            return Undo(number=one.number)
    raise UsageError(f"decision {target.number} holds: there is nothing to do again")


def _require_applied(photo: ReviewedPhoto, decisions: Sequence[Decision]) -> None:
    """Refuse a decision that would only be listed as one that cannot be applied."""
    own = [one for one in decisions if one.photograph == photo.record.sha256]
    after = review_photo(photo.record, own, {one.number for one in holding(decisions)})
    for one in after.not_applied:
        if one.decision.number == len(decisions):
            raise UsageError(f"{one.decision.kind} cannot be: {one.reason}")
