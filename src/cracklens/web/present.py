"""From findings and records to what a page shows."""

from collections.abc import Iterable

from cracklens.grading.certainty import crack_text, is_unlikely, is_unsure
from cracklens.record.decisions import Finding, told
from cracklens.record.decisions.model import OTHER
from cracklens.record.schema import CrackRecord, PhotoRecord, RejectedRecord
from cracklens.reporting import figures
from cracklens.reporting.verdict import kinds_text, likeliest
from cracklens.tracing.crack import NOT_A_CRACK
from cracklens.verification.kinds import named
from cracklens.web.shown import DecidedPhoto
from cracklens.web.views import FindingView, GradeView, HistoryView, LineView, PhotographView

CRACK = "crack"


def finding_views(photo: DecidedPhoto, undone: frozenset[int] = frozenset()) -> list[FindingView]:
    """Return the findings of a photograph as a page shows them.

    Args:
        photo: after its decisions.
        undone: numbers of the decisions that no longer hold.
    """
    cracks = {crack.id: crack for crack in photo.record.cracks}
    return [
        finding_view(one, cracks.get(one.name), undone, photo.unmeasured.get(one.name))
        for one in photo.reviewed.findings
    ]


def finding_view(
    finding: Finding,
    counted: CrackRecord | None,
    undone: frozenset[int],
    unmeasured: str | None,
) -> FindingView:
    """Return a finding as a page shows it.

    Args:
        finding: with the decisions applied.
        counted: its record after the decisions, if it counts.
        undone: numbers of the decisions that no longer hold.
        unmeasured: why it could not be measured.
    """
    record = finding.record
    crack = None if unmeasured else counted
    kinds = record.kinds if record else {}
    open_ = finding.status == "open"
    judged = not isinstance(record, RejectedRecord) or record.reason == NOT_A_CRACK
    unsure = open_ and judged and _in_doubt(finding)
    return FindingView(
        id=finding.id,
        name=finding.name,
        look=_look(finding, unsure=unsure),
        shown=finding.counts or unsure,
        unsure=unsure,
        decided=not open_,
        verdict=_verdict(finding),
        probability=finding.probability,
        likeliest=likeliest(kinds)[0],
        likelihoods=_likelihoods(record.probability if record else None, kinds),
        lines=_lines(finding, crack),
        width_px=crack.max_width_px if crack else 0.0,
        width=_width(finding, crack),
        length=figures.length(crack).whole if crack else f"{finding.length_px:,.0f} px",
        grades=[
            GradeView(code=one.code, title=one.title, text=one.text)
            for one in (counted.grades if counted else ())
        ],
        priority=crack.priority.score if crack and crack.priority else None,
        unmeasured=unmeasured,
        element=finding.element,
        comments=list(finding.comments),
        history=[
            HistoryView(
                number=one.number,
                text=told(one),
                by=one.who,
                at=one.when.isoformat(),
                undone=one.number in undone,
            )
            for one in finding.history
        ],
    )


def _in_doubt(finding: Finding) -> bool:
    if finding.origin == "set aside":
        return finding.probability is not None and not is_unlikely(finding.probability)
    return is_unsure(finding.probability)


def _look(finding: Finding, *, unsure: bool) -> str:
    if finding.status == "rejected":
        return "rejected"
    if finding.origin == "drawn":
        return "drawn"
    if finding.status == "accepted":
        return "accepted"
    if unsure:
        return "unsure"
    return "rejected" if finding.origin == "set aside" else CRACK


def _lines(finding: Finding, crack: CrackRecord | None) -> list[LineView]:
    if crack:
        return [LineView(points=b.points_px, inferred=list(b.inferred)) for b in crack.branches]
    return [LineView(points=list(line)) for line in finding.lines_px]


def _width(finding: Finding, crack: CrackRecord | None) -> str | None:
    if finding.gauges:
        last = finding.gauges[-1]
        return f"{last.width_mm:g} mm (± {2 * last.standard_mm:g}), {last.instrument}"
    return figures.max_width(crack).whole if crack else None


def photograph_view(
    photo: PhotoRecord,
    findings: Iterable[FindingView],
    *,
    present: bool,
    seen: bool,
    element: str | None = None,
) -> PhotographView:
    """Return a photograph as the wall shows it.

    Args:
        photo: its record.
        findings: its lines.
        present: whether its file was found.
        seen: whether a person has looked at it.
        element: of the structure.
    """
    shown = [one for one in findings if one.shown or one.unsure]
    scores = [one.priority for one in shown if one.priority is not None]
    return PhotographView(
        id=photo.id,
        path=photo.path,
        present=present,
        width_px=photo.width_px,
        height_px=photo.height_px,
        findings=sum(one.shown for one in shown),
        unsure=sum(one.unsure for one in shown),
        undecided=sum(not one.decided for one in shown),
        seen=seen,
        urgency=max(scores, default=None),
        element=element,
    )


def scale_text(photo: PhotoRecord) -> str | None:
    """Return the scale of a photograph in a line; None without one."""
    if photo.scale is None:
        return photo.scale_missing
    percent = 100 * photo.scale.relative_standard
    return f"1 px is {photo.scale.mm_per_px:.4g} mm (± {percent:.2g} %), {photo.scale.detail}"


def _verdict(finding: Finding) -> str:
    if finding.status == "accepted":
        return "a crack, drawn by hand" if finding.origin == "drawn" else "a crack, accepted"
    if finding.status == "rejected":
        return f"no crack: {named(finding.what or OTHER)}"
    record = finding.record
    if isinstance(record, RejectedRecord) and record.reason != NOT_A_CRACK:
        return record.detail
    said = crack_text(finding.probability)
    other = kinds_text(record.kinds) if record else ""
    return f"{said}, {other}" if is_unsure(finding.probability) and other else said


def _likelihoods(probability: float | None, kinds: dict[str, float]) -> list[tuple[str, float]]:
    if probability is None:
        return []
    found = sorted(kinds.items(), key=lambda kind: -kind[1])
    return [(CRACK, probability), *((kind, share) for kind, share in found if share >= 0.01)]  # noqa: PLR2004
