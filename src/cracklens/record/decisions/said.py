"""What a person said of a measured line, put into its grades and its priority."""

from cracklens.grading import Context, grade
from cracklens.grading.certainty import given
from cracklens.grading.codes import find_code
from cracklens.grading.priority import Weights, factor_text, priority
from cracklens.measurement.quantity import Quantity
from cracklens.record.convert_measured import quantity_record
from cracklens.record.decisions.finding import Finding
from cracklens.record.decisions.model import Gauge
from cracklens.record.measured import GradeRecord, PriorityRecord, QuantityRecord
from cracklens.record.schema import CrackRecord, PhotoRecord

BY_GAUGE = "reading by hand"
"""The source of the uncertainty of a width that was read by hand."""
_FACTOR_ENDS = "that it is one."  # of the first sentence, see `factor_text`


def said_of(
    crack: CrackRecord,
    finding: Finding,
    photo: PhotoRecord,
    context: Context,
    weights: Weights,
) -> CrackRecord:
    """Return a crack with the probability, the width and the states that a person gave it.

    Args:
        crack: as measured.
        finding: with the decisions applied.
        photo: that it is on.
        context: of the member.
        weights: of the priority.
    """
    crack = _with_probability(crack)
    if finding.gauges:
        crack = _with_gauge(crack, finding.gauges, photo, context, weights)
    if finding.states:
        crack = crack.model_copy(update={"grades": _with_states(crack, finding)})
    return crack


def _with_probability(crack: CrackRecord) -> CrackRecord:
    """Return a crack whose grades and priority name its own probability."""
    now, found = crack.probability, crack.priority
    grades = [
        one
        if one.probability == now
        else one.model_copy(
            update={"probability": now, "text": _again(one.text, one.probability, now)}
        )
        for one in crack.grades
    ]
    if found and found.probability != now:
        if_crack = found.score if found.if_crack is None else found.if_crack
        old = found.probability

        terms = [
            term.model_copy(update={"text": _again(term.text, old, now)}) for term in found.terms
        ]
        found = PriorityRecord(
            score=if_crack if now is None else if_crack * now,
            terms=terms,
            note=f"{factor_text(if_crack, now)} {_after(found.note)}".lstrip(),
            if_crack=if_crack,
            probability=now,
        )
    return crack.model_copy(update={"grades": grades, "priority": found})


def _again(text: str, old: float | None, now: float | None) -> str:
    """Return a text that begins with the words of `given`, for another probability."""
    before = given(old)
    return f"{given(now)}{text.removeprefix(before)}" if text.startswith(before) else text


def _after(note: str) -> str:
    """Return the note of a priority without the sentence on the probability."""
    return note.rpartition(_FACTOR_ENDS)[2].lstrip()


def _with_gauge(
    crack: CrackRecord,
    gauges: tuple[Gauge, ...],
    photo: PhotoRecord,
    context: Context,
    weights: Weights,
) -> CrackRecord:
    """Return a crack graded by the widest of the widths that were read by hand."""
    widest = max(gauges, key=lambda one: one.width_mm)
    width = Quantity(widest.width_mm, {BY_GAUGE: widest.standard_mm})
    field, measured = photo.field, crack.measurement
    together = bool(field and field.parallel and crack.id in field.parallel[0])
    grades = grade(
        width,
        context,
        mm_per_px=None,
        spacing_mm=_quantity(field.spacing_mm) if field and together else None,
        probability=crack.probability,
    )
    urgency = priority(
        width,
        _quantity(measured.length_mm) if measured else None,
        context,
        weights,
        density_m_per_m2=_quantity(field.density_m_per_m2) if field else None,
        probability=crack.probability,
    )
    if measured and photo.scale:
        measured = measured.model_copy(update={"max_width_mm": quantity_record(width)})
    return crack.model_copy(
        update={
            "measurement": measured,
            "grades": [GradeRecord.model_validate(one) for one in grades],
            "priority": urgency and PriorityRecord.model_validate(urgency),
        }
    )


def _quantity(record: QuantityRecord | None) -> Quantity | None:
    return None if record is None else Quantity(record.value, dict(record.contributions))


def _with_states(crack: CrackRecord, finding: Finding) -> list[GradeRecord]:
    """Return the grades, with those that a person set in the place of the computed ones."""
    by_hand = {
        code: _by_hand(crack, finding, code, state, reason)
        for code, (state, reason) in finding.states.items()
    }
    kept = [by_hand.pop(one.code, one) for one in crack.grades]
    return [*kept, *by_hand.values()]


def _by_hand(
    crack: CrackRecord, finding: Finding, code: str, state: str, reason: str
) -> GradeRecord:
    by = next(
        one.who
        for one in reversed(finding.history)
        if one.kind == "state" and one.payload.get("code") == code
    )
    known = find_code(code)
    return GradeRecord(
        code=code,
        title=known.title,
        clause=f"{known.clause} ({known.edition})" if known.edition else known.clause,
        kind=known.kind,
        verified=known.verified,
        states={state: 1.0},
        stated=state,
        text=f"{given(crack.probability)} {state}, set by {by}: {reason}",
        probability=crack.probability,
        refused=None,
        basis=[f"set by {by}: {reason}"],
        notes=list(known.notes),
    )
