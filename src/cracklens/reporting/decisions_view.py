"""Decisions and approvals as the report shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cracklens.record.decisions import Approval, Finding, Reviewed, listed
from cracklens.record.decisions.listing import Listed

DRAWN, CHANGED, ACCEPTED = "Drawn by hand", "Course changed", "Accepted"
_SHORT_HASH = 12
Remarks = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class DecisionsView:
    """What people decided about an inspection.

    Attributes:
        rows: all decisions, the first one first.
        approved: the closed versions.
        unmeasured: short name of a line or a photograph, and why it has no new figures.
        remarks: titles and texts of what was decided about a line that counts, by its short name.
    """

    rows: Sequence[Listed]
    approved: Sequence[Approval]
    unmeasured: Sequence[tuple[str, str]]
    remarks: Remarks = field(default_factory=dict)

    @property
    def later(self) -> int:
        """How many decisions were made after the last version was approved."""
        return len(self.rows) - (self.approved[-1].decisions if self.approved else 0)

    @property
    def state(self) -> str:
        """Hash of the last decision, shortened; empty without one."""
        return self.rows[-1].decision.sha256[:_SHORT_HASH] if self.rows else ""


def decisions_view(
    reviewed: Reviewed, approved: Sequence[Approval], unmeasured: Mapping[str, str]
) -> DecisionsView:
    """Return the decisions about an inspection for the report.

    Args:
        reviewed: the inspection with the decisions applied.
        approved: its closed versions.
        unmeasured: why a line or a photograph could not be measured again, by its short name.
    """
    remarks = {
        one.name: list(_remarks(one))
        for photo in reviewed.photographs
        for one in photo.findings
        if one.counts and (one.history or one.element)
    }
    return DecisionsView(listed(reviewed), list(approved), sorted(unmeasured.items()), {**remarks})


def _remarks(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield title and text of what was decided about a finding."""
    last = {decision.kind: decision for decision in finding.history}
    drawn, accepted = last.get("draw"), last.get("accept")
    if finding.origin == "drawn" and drawn:
        yield DRAWN, f"by {drawn.who}, {drawn.when:%Y-%m-%d}"
    elif finding.moved:
        by = max(finding.history, key=lambda one: one.number)
        yield CHANGED, f"by {by.who}, {by.when:%Y-%m-%d}"
    if accepted and finding.status == "accepted":
        yield ACCEPTED, f"by {accepted.who}, {accepted.when:%Y-%m-%d}"
    for gauge in finding.gauges:
        yield (
            "Read by hand",
            f"{gauge.width_mm:g} mm ± {2 * gauge.standard_mm:g} mm with {gauge.instrument}",
        )
    for code, (state, reason) in finding.states.items():
        yield "State by hand", f"{code}: {state}, {reason}"
    if finding.element:
        yield "Element", finding.element
    for comment in finding.comments:
        yield "Comment", comment
