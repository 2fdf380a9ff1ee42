"""All decisions of an inspection as a table for people, 80 columns wide."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from cracklens.record.decisions.apply import Reviewed
from cracklens.record.decisions.approve import Approval
from cracklens.record.decisions.history import undone
from cracklens.record.decisions.model import Decision, Undo
from cracklens.record.decisions.told import told

_COLUMNS = 80
_WHEN, _WHO, _ABOUT = 16, 14, 12


@dataclass(frozen=True, slots=True)
class Listed:
    """A decision of the list.

    Attributes:
        decision: itself.
        about: short name of the finding or id of the photograph; what is known of it if it is gone.
        text: what was decided.
        holds: it was not taken back.
        not_applied: why it could not be applied; None if it was.
    """

    decision: Decision
    about: str
    text: str
    holds: bool
    not_applied: str | None = None

    def content(self) -> dict[str, Any]:
        """Return it as JSON: the decision, and what stands in the list."""
        return {
            **self.decision.model_dump(mode="json"),
            "about": self.about,
            "text": self.text,
            "holds": self.holds,
            "not_applied": self.not_applied,
        }


def listed(reviewed: Reviewed) -> list[Listed]:
    """Return the decisions of an inspection, the first one first."""
    gone = undone(reviewed.decisions)
    names = _names(reviewed)
    lost = {one.decision.number: one.reason for one in reviewed.not_applied}
    return [
        Listed(
            decision,
            _about(decision, names, reviewed.decisions),
            told(decision),
            decision.number not in gone,
            lost.get(decision.number),
        )
        for decision in reviewed.decisions
    ]


def listing_text(reviewed: Reviewed, approved: Sequence[Approval]) -> str:
    """Return the table: who decided what and when, with the approved versions between.

    Args:
        reviewed: the inspection with its decisions.
        approved: its closed versions.
    """
    rows = listed(reviewed)
    if not rows and not approved:
        return "no decisions yet"
    width = len(str(len(rows)))
    lines = [f"{'#':>{width}} {'when (UTC)':{_WHEN}} {'who':{_WHO}} {'about':{_ABOUT}} what"]
    closing = {one.version: one for one in approved}
    number = 0
    for version in range(1, len(approved) + 2):
        end = closing[version].decisions if version in closing else len(rows)
        for row in rows[number:end]:
            lines += _row(row, width)
        number = max(number, end)
        if version in closing:
            lines += _closed(closing[version])
    return "\n".join([*lines, "", *_summary(reviewed, rows)])


def _row(row: Listed, width: int) -> Iterator[str]:
    decision = row.decision
    text = " ".join(row.text.split())
    text += "" if row.holds else " (undone)"
    text += f" (not applied: {row.not_applied})" if row.not_applied else ""
    head = (
        f"{decision.number:>{width}} {decision.when:%Y-%m-%d %H:%M} "
        f"{_short(decision.who, _WHO):{_WHO}} {_short(row.about, _ABOUT):{_ABOUT}} "
    )
    first, *rest = wrap(text, _COLUMNS - len(head)) or [""]
    yield head + first
    for line in rest:
        yield " " * len(head) + line


def _closed(one: Approval) -> list[str]:
    signed = ", signed" if one.public_key else ""
    text = (
        f"-- version {one.version} approved by {one.who}, {one.role}, "
        f"{one.when:%Y-%m-%d %H:%M}{signed}"
    )
    return wrap(text, _COLUMNS, subsequent_indent="   ")


def _summary(reviewed: Reviewed, rows: Sequence[Listed]) -> Iterator[str]:
    counts = Counter(
        one.status if one.status != "open" else "undecided"
        for photo in reviewed.photographs
        for one in photo.findings
        if one.counts or one.status != "open"
    )
    said = ", ".join(
        f"{counts[name]:,} {name}" for name in ("accepted", "rejected", "undecided") if counts[name]
    )
    yield f"findings: {said or 'none'}"
    if again := [one.name for photo in reviewed.photographs for one in photo.findings if one.moved]:
        text = f"on another line than the model's: {', '.join(again)}"
        yield from wrap(text, _COLUMNS, subsequent_indent="  ")
    if lost := sum(row.not_applied is not None for row in rows):
        yield f"{lost:,} could not be applied: what they are about is gone"


def _names(reviewed: Reviewed) -> dict[str, str]:
    names = {photo.record.sha256: photo.record.id for photo in reviewed.photographs}
    for photo in reviewed.photographs:
        names |= {one.id: one.name for one in photo.original}
        names |= {one.id: one.name for one in photo.findings}
    return names


def _about(decision: Decision, names: Mapping[str, str], all_: Sequence[Decision]) -> str:
    action = decision.action
    if isinstance(action, Undo) and 0 < action.number < decision.number:
        return _about(all_[action.number - 1], names, all_)
    key = decision.finding or decision.photograph or ""
    return names.get(key, f"{key[: _ABOUT - 1]}…" if key else "")


def _short(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"
