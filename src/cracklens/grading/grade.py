"""From a measured width and what is known of the member to what each code says of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cracklens.errors import UsageError
from cracklens.grading.certainty import given, share_text, states_text
from cracklens.grading.codes import find_code
from cracklens.grading.context import Context
from cracklens.grading.doubtful import DoubtfulWidth
from cracklens.grading.probability import class_probabilities, class_range, worse_of
from cracklens.grading.rules import NoRule, Rule, find_rule
from cracklens.grading.tables import Code, Kind, Verified
from cracklens.measurement import Quantity
from cracklens.measurement.doubt import Doubt

NO_SCALE = (
    "no width in mm: put a marker in the picture (--marker 50mm), or give --mm-per-px, and inspect "
    "it again"
)
_RATING = "Ratings are the inspector's: this is what the measured width proposes."
_LIMIT = "A design limit for calculated width, not a rating: no state follows from it."
_SECONDARY = "The figures were read in a secondary source, not in the code itself."


@dataclass(frozen=True, slots=True)
class Grade:
    """What one code says of one crack. Ratings are the inspector's.

    Attributes:
        code: its name.
        title: of the code.
        clause: where its figures stand, with the edition where it is recorded.
        kind: "design limit" for calculated width, "inspection state" for measured width.
        verified: whether the figures were read in the code itself or in a secondary source.
        states: probability of each state given that the line is a crack, the best first; they sum
            to 1. Empty if refused.
        stated: the one state that the whole 95 % interval lies in; None if it touches two.
        text: in a line, such as "a crack 0.93; if so CS2 0.81, CS1 0.19".
        refused: why no state is given, and what would help; None if one is.
        basis: what decided.
        notes: what to know when reading it.
        probability: that the line is a crack, without which no state holds; None if nothing
            verified it.
    """

    code: str
    title: str
    clause: str
    kind: Kind
    verified: Verified
    states: Mapping[str, float]
    stated: str | None
    text: str
    refused: str | None
    basis: tuple[str, ...]
    notes: tuple[str, ...]
    probability: float | None = None


def grade(
    width_mm: Quantity | None,
    context: Context,
    *,
    mm_per_px: float | None,
    spacing_mm: Quantity | None = None,
    unmeasured: str | None = None,
    doubt: Doubt | None = None,
    probability: float | None = None,
) -> tuple[Grade, ...]:
    """Return what each chosen code says of one crack, in the order of the codes.

    Args:
        width_mm: greatest width of the crack; None if it was not measured in mm.
        context: of the member.
        mm_per_px: of the photograph; None for a width that was measured by other means.
        spacing_mm: between this crack and those beside it; None if it runs alone or is not known.
        unmeasured: why there is no width that could be trusted, and what would help, such as
            "hardly any of it could be measured: look at it on site". Then nothing is graded.
        doubt: what faults of the photograph leave open about the width. A state is given where it
            cannot change because of them, and refused else.
        probability: that the line is a crack; the states are those if it is one. None if nothing
            verified it.

    Raises:
        UsageError: a width, a spacing or a scale is negative or not finite; the probability does
            not lie between 0 and 1.

    >>> context = Context(codes=("aashto-mbei",), reinforcement="reinforced")
    >>> width = Quantity(0.34, {"fit": 0.045})
    >>> grade(width, context, mm_per_px=0.08, probability=0.93)[0].text
    'a crack 0.93; if so CS2 0.81, CS1 0.19'
    >>> grade(width, context, mm_per_px=0.08)[0].text
    'if a crack, CS2 0.81, CS1 0.19'
    """
    _check(width_mm, "width")
    _check(spacing_mm, "spacing")
    if mm_per_px is not None and not 0 < mm_per_px < math.inf:
        raise UsageError(f"a scale must be above 0 mm/px and finite, got {mm_per_px:g}")
    if probability is not None and not 0 <= probability <= 1:
        raise UsageError(f"a probability must lie between 0 and 1, got {probability:g}")
    reason = unmeasured or (NO_SCALE if width_mm is None else None)
    found = (
        _refused(code, reason)
        if reason or width_mm is None
        else _graded(code, DoubtfulWidth(width_mm, mm_per_px, doubt), context, spacing_mm)
        for code in map(find_code, context.codes)
    )
    return tuple(_given(each, probability) for each in found)


def _given(found: Grade, probability: float | None) -> Grade:
    """Return a grade with the probability that there is a crack to grade."""
    text = found.text if found.refused else f"{given(probability)} {found.text}"
    return replace(found, probability=probability, text=text)


def _graded(
    code: Code,
    width: DoubtfulWidth,
    context: Context,
    spacing_mm: Quantity | None,
) -> Grade:
    rule = find_rule(code, context.exposure, context.reinforcement)
    if isinstance(rule, NoRule):
        return _refused(code, rule.reason)
    basis = (_said(width.measured_mm), *rule.basis)
    wide_mm, edges = width.widened_mm, rule.boundaries_mm
    shares, span = class_probabilities(wide_mm, edges), width.span(edges)
    notes = [c.text for c in rule.cautions if _touches(wide_mm, c.above_mm, c.up_to_mm)]
    if rule.spacing_boundaries_mm and spacing_mm is not None:
        gaps, nearest = _by_spacing(rule, spacing_mm)
        shares = worse_of(shares, gaps)
        span = max(span[0], nearest[0]), max(span[1], nearest[1])
        basis = (basis[0], _said_spacing(spacing_mm), *basis[1:])
    elif rule.spacing_boundaries_mm:
        notes.append("No spacing is known: by the width alone.")
    blank = replace(_refused(code, "", rule), basis=basis)
    settled = span[0] == span[1]
    if not settled and (coarse := width.too_coarse(edges)):
        return replace(blank, refused=coarse)
    if not settled and (reason := width.too_doubtful(edges)):
        return replace(blank, refused=reason)
    states = dict(zip(rule.states, shares, strict=True))
    return replace(
        blank,
        states=states,
        stated=rule.states[span[0]] if settled else None,
        text=_text(code.kind, states) + width.although(edges),
        refused=None,
        notes=(*notes, *blank.notes),
    )


def _by_spacing(rule: Rule, spacing_mm: Quantity) -> tuple[tuple[float, ...], tuple[int, int]]:
    """Return probabilities and range of the states by spacing, where closer is worse."""
    edges = rule.spacing_boundaries_mm[::-1]
    first, last = class_range(spacing_mm, edges)
    return class_probabilities(spacing_mm, edges)[::-1], (len(edges) - last, len(edges) - first)


def _refused(code: Code, reason: str | None, rule: Rule | None = None) -> Grade:
    clause = rule.clause if rule else code.clause
    of_kind = _LIMIT if code.kind == "design limit" else _RATING
    return Grade(
        code=code.name,
        title=code.title,
        clause=f"{clause} ({code.edition})" if code.edition else clause,
        kind=code.kind,
        verified=code.verified,
        states={},
        stated=None,
        text="not graded",
        refused=reason,
        basis=(),
        notes=(of_kind, *code.notes, *([_SECONDARY] if code.verified == "secondary" else [])),
    )


def _text(kind: Kind, states: Mapping[str, float]) -> str:
    """Return the states in a line, the likeliest first; of a limit whether it is exceeded."""
    if kind == "design limit":
        name, share = list(states.items())[-1]
        return f"{name}: {share_text(share)}; a design limit for calculated width, not a rating"
    return states_text(states.items())


def _said(width_mm: Quantity) -> str:
    low, high = width_mm.interval
    return f"width {width_mm.value:.2f} mm ({low:.2f} to {high:.2f})"


def _said_spacing(spacing_mm: Quantity) -> str:
    value, low, high = (v / 1000 for v in (spacing_mm.value, *spacing_mm.interval))
    return f"spacing {value:.2f} m ({low:.2f} to {high:.2f})"


def _touches(width_mm: Quantity, above_mm: float, up_to_mm: float) -> bool:
    low, high = width_mm.interval
    return high > above_mm and low <= up_to_mm


def _check(quantity: Quantity | None, what: str) -> None:
    if quantity is None:
        return
    if not (0 <= quantity.value < math.inf and math.isfinite(quantity.standard)):
        raise UsageError(f"a {what} must be at least 0 and finite, got {quantity.value:g} mm")
