"""The widths at which the chosen codes change their state, to be drawn beside what was measured."""

from dataclasses import dataclass

from cracklens.errors import UsageError
from cracklens.grading.codes import find_code
from cracklens.grading.rules import Rule, find_rule
from cracklens.record.measured import ContextRecord
from cracklens.record.schema import Inspection
from cracklens.reporting.palette import WIDTH_CLASSES


@dataclass(frozen=True, slots=True)
class Boundary:
    """A width at which something changes, and for whom."""

    width_mm: float
    text: str


def boundaries(inspection: Inspection) -> list[Boundary]:
    """Return the boundaries of the codes of an inspection, the least first.

    They are those of the codes in this package, for the context of the record. Without a code that
    applies they are those of the width classes.
    """
    names: dict[float, list[str]] = {}
    for code in inspection.context.codes if inspection.context else ():
        for width_mm in _of_code(code, inspection.context):
            names.setdefault(width_mm, []).append(code)
    if not names:
        names = {each.above_mm: [] for each in WIDTH_CLASSES[1:]}
    return [
        Boundary(width_mm, f"{width_mm:.2f} mm {', '.join(codes)}".strip())
        for width_mm, codes in sorted(names.items())
    ]


def _of_code(name: str, context: ContextRecord | None) -> tuple[float, ...]:
    """Return the boundaries of one code; none if this version does not know it, or cannot apply."""
    if context is None:
        return ()
    try:
        rule = find_rule(find_code(name), exposures(context), context.reinforcement)
    except UsageError:
        return ()
    return rule.boundaries_mm if isinstance(rule, Rule) else ()


def exposures(context: ContextRecord) -> list[str]:
    """Return the exposure classes of the member, one by one.

    >>> exposures(ContextRecord(codes=[], exposure="XC4, humidity", reinforcement=None,
    ...     member=None, axis_deg=None))
    ['XC4', 'humidity']
    """
    return [part.strip() for part in (context.exposure or "").split(",") if part.strip()]
