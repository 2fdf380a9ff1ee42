"""Which decisions hold: undo and redo without end."""

from collections.abc import Iterable, Sequence

from cracklens.errors import UsageError
from cracklens.record.decisions.model import Decision, Undo

_UNDO = "undo"


def undone(decisions: Sequence[Decision]) -> set[int]:
    """Return the numbers of decisions that no longer hold, undone undos among them.

    What an undo says of a later decision is nothing: that one was not made yet.
    """
    gone: set[int] = set()
    for decision in reversed(decisions):
        action = decision.action if decision.kind == _UNDO else None
        if not isinstance(action, Undo) or decision.number in gone:
            continue
        if action.number < decision.number:
            gone.add(action.number)
    return gone


def holding(decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that hold, in their order, without undos."""
    gone = undone(decisions)
    return [one for one in decisions if one.kind != _UNDO and one.number not in gone]


def to_undo(decisions: Iterable[Decision], *, closed: int = 0) -> Undo:
    """Return the undo of the last decision that holds.

    Args:
        decisions: those among which one is undone, such as those of a photograph.
        closed: number of the last decision of an approved version; these are not undone so.

    Raises:
        UsageError: there is nothing to undo.
    """
    done, _ = _stacks(decisions, closed)
    if not done:
        raise UsageError("there is no decision to undo")
    return Undo(number=done[-1])


def to_redo(decisions: Iterable[Decision], *, closed: int = 0) -> Undo:
    """Return the undo of the last undo; a new decision in between ends what can be done again.

    Raises:
        UsageError: there is nothing to do again.
    """
    _, back = _stacks(decisions, closed)
    if not back:
        raise UsageError("there is no decision to do again")
    return Undo(number=back[-1])


def _stacks(decisions: Iterable[Decision], closed: int) -> tuple[list[int], list[int]]:
    """Return the numbers of what holds, and of the undos that can be taken back."""
    done: list[int] = []
    back: list[int] = []
    target: dict[int, int] = {}
    for decision in decisions:
        if decision.number <= closed:
            continue
        action = decision.action if decision.kind == _UNDO else None
        if not isinstance(action, Undo):
            done.append(decision.number)
            back.clear()
        elif action.number in target:  # an undo of an undo
            if action.number in back:
                back.remove(action.number)
            done.append(target[action.number])
        else:
            target[decision.number] = action.number
            if action.number in done:
                done.remove(action.number)
            back.append(decision.number)
    return done, back
