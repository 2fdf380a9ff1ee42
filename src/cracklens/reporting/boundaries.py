"""Boundaries of the chosen codes, for the graph of the widths."""

from dataclasses import dataclass

from cracklens.errors import UsageError
from cracklens.grading.codes import find_code
from cracklens.grading.rules import Rule, find_rule
from cracklens.record.measured import ContextRecord
from cracklens.record.schema import Inspection
from cracklens.reporting.palette import WIDTH_CLASSES


@dataclass(frozen=True, slots=True)
class Boundary:
    """A width at which the state changes, and the codes to which it applies."""

    width_mm: float
    text: str


def boundaries(inspection: Inspection) -> list[Boundary]:
    """Return the boundaries of the codes of an inspection, in increasing order.

    They come from the code tables of this package, for the context of the record. If no code
    applies, they are those of the width classes.
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
    """Return the boundaries of one code; none if it is unknown or does not apply."""
    if context is None:
        return ()
    try:
        rule = find_rule(find_code(name), exposures(context), context.reinforcement)
    except UsageError:
        return ()
    return rule.boundaries_mm if isinstance(rule, Rule) else ()


def exposures(context: ContextRecord) -> list[str]:
    """Return the exposure classes of the member as a list.

    >>> exposures(ContextRecord(codes=[], exposure="XC4, humidity", reinforcement=None,
    ...     member=None, axis_deg=None))
    ['XC4', 'humidity']
    """
    return [part.strip() for part in (context.exposure or "").split(",") if part.strip()]
