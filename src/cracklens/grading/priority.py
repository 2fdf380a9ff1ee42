"""How soon to look at a crack: a score from 0 to 100 whose terms can be followed one by one."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from cracklens.errors import UsageError
from cracklens.grading import Context
from cracklens.grading.certainty import given, share_text, states_text
from cracklens.grading.priority_weights import Weights, load_weights
from cracklens.grading.probability import class_probabilities
from cracklens.grading.resolution import LEAST_BOUNDARY_PX, too_coarse
from cracklens.grading.rules import class_names
from cracklens.measurement import Quantity

__all__ = ["Priority", "Term", "Weights", "factor_text", "load_weights", "priority"]

_PROPOSAL = "A proposal for the order of work, not a rating: weights in docs/priority.md."


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the score.

    Attributes:
        name: such as "severity".
        value: 0 to 1.
        weight: as in the weights; only ratios matter.
        text: what the value comes from.
    """

    name: str
    value: float
    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Priority:
    """How soon to look at a crack.

    Attributes:
        score: 0 to 100, `if_crack` times the probability that the line is a crack; `if_crack`
            itself where nothing verified the line.
        terms: those that are known.
        note: what was left out and why.
        if_crack: 0 to 100, the mean of the values of the terms by their weights.
        probability: that the line is a crack; None if nothing verified it.
    """

    score: float
    terms: tuple[Term, ...]
    note: str
    if_crack: float
    probability: float | None = None


def priority(
    width_mm: Quantity | None,
    length_mm: Quantity | None,
    context: Context,
    weights: Weights,
    growth_mm_per_year: float | None = None,
    density_m_per_m2: Quantity | None = None,
    *,
    mm_per_px: float | None = None,
    probability: float | None = None,
) -> Priority | None:
    """Return how soon to look at a crack; None without a width, which nothing can stand for.

    A term that is not known is left out of the sum and of the weights, and the note says so: the
    scores of cracks of which different things are known are not quite comparable.

    Args:
        width_mm: greatest width.
        length_mm: of all branches.
        context: of the member; exposure, role and reinforcement count.
        weights: of the package, or of a file.
        growth_mm_per_year: of the width since the last visit; negative if it closes.
        density_m_per_m2: of all cracks of the photograph.
        mm_per_px: of the photograph. Where it is too coarse for the width, the width counts as any
            that it may be, each as likely as the other; None for a width measured by other means.
        probability: that the line is a crack, by which the score is multiplied; None if nothing
            verified it.

    Raises:
        UsageError: the growth is not finite, or the probability does not lie between 0 and 1.

    >>> found = priority(Quantity(0.8, {"fit": 0.05}), None, Context(), load_weights())
    >>> round(found.score), found.terms[0].text
    (50, 'if a crack, width 0.80 mm: 0.30 to 1.27 mm > 0.99')
    """
    if width_mm is None:
        return None
    if probability is not None and not 0 <= probability <= 1:
        raise UsageError(f"a probability must lie between 0 and 1, got {probability:g}")
    found = {
        "severity": _severity(width_mm, context, weights, mm_per_px, probability),
        "extent": _extent(length_mm, density_m_per_m2, weights),
        "exposure": _exposure(context, weights),
        "role": _role(context, weights),
        "growth": _growth(growth_mm_per_year, weights),
    }
    terms = tuple(
        Term(name, term[0], getattr(weights.weights, name), term[1])
        for name, term in found.items()
        if term
    )
    total = sum(term.weight for term in terms)
    if_crack = 100 * sum(term.weight * term.value for term in terms) / total
    missing = [name for name, term in found.items() if not term]
    return Priority(
        score=if_crack if probability is None else if_crack * probability,
        terms=terms,
        note=f"{factor_text(if_crack, probability)} {_note(missing, context)}".lstrip(),
        if_crack=if_crack,
        probability=probability,
    )


def factor_text(if_crack: float, probability: float | None) -> str:
    """Return the sentence that explains the factor; empty where nothing verified the line.

    Args:
        if_crack: 0 to 100.
        probability: that the line is a crack.
    """
    if probability is None:
        return ""
    share = share_text(probability)
    return f"{if_crack:.0f} if it is a crack, times the probability {share} that it is one."


def _severity(
    width_mm: Quantity,
    context: Context,
    weights: Weights,
    mm_per_px: float | None,
    probability: float | None,
) -> tuple[float, str]:
    """Return the mean rank of the class of width, by the probability of each class."""
    edges = weights.severity.boundaries_mm(context.reinforcement)
    if mm_per_px is not None and too_coarse(width_mm, edges, mm_per_px):
        greatest_mm = max(width_mm.interval[1], LEAST_BOUNDARY_PX * mm_per_px)
        shares = _any_up_to(greatest_mm, edges)
        said = f"any width up to {greatest_mm:.2f} mm, the scale tells no more"
    else:
        shares = class_probabilities(width_mm, edges)
        said = f"width {width_mm.value:.2f} mm"
    value = sum(rank * share for rank, share in enumerate(shares)) / len(edges)
    likely = states_text(zip(class_names(edges), shares, strict=True), sort=False)
    return min(value, 1.0), f"{given(probability)} {said}: {likely}"


def _any_up_to(greatest_mm: float, edges: Sequence[float]) -> tuple[float, ...]:
    """Return the share of each class in all widths from 0 up to the greatest."""
    cuts = [0.0, *(min(edge, greatest_mm) for edge in edges), greatest_mm]
    return tuple((high - low) / greatest_mm for low, high in itertools.pairwise(cuts))


def _extent(
    length_mm: Quantity | None, density: Quantity | None, weights: Weights
) -> tuple[float, str] | None:
    full, parts = weights.extent, []
    if length_mm is not None:
        length_m = length_mm.value / 1000
        text = f"{length_m:.2f} m long; {full.full_length_m:g} m count as 1"
        parts.append((min(length_m / full.full_length_m, 1.0), text))
    if density is not None:
        text = f"{density.value:.2f} m per m2; {full.full_density_m_per_m2:g} count as 1"
        parts.append((min(density.value / full.full_density_m_per_m2, 1.0), text))
    return max(parts, default=None)


def _exposure(context: Context, weights: Weights) -> tuple[float, str] | None:
    known = [(weights.exposure[n], n) for n in context.exposure if n in weights.exposure]
    if not known:
        return None
    value, name = max(known)
    return value, f"exposure {name}"


def _role(context: Context, weights: Weights) -> tuple[float, str] | None:
    role = context.member_role
    return (weights.role[role], f"the member is a {role}") if role in weights.role else None


def _growth(growth_mm_per_year: float | None, weights: Weights) -> tuple[float, str] | None:
    if growth_mm_per_year is None:
        return None
    if not math.isfinite(growth_mm_per_year):
        raise UsageError(f"the growth must be finite, got {growth_mm_per_year:g} mm per year")
    full = weights.growth.full_mm_per_year
    value = min(max(growth_mm_per_year / full, 0.0), 1.0)
    return value, f"{growth_mm_per_year:+.2f} mm per year; {full:g} count as 1"


def _note(missing: list[str], context: Context) -> str:
    """Return what was left out, with what would bring it in."""
    help_ = {
        "extent": "extent (no length in mm)",
        "exposure": "exposure (say --exposure)",
        "role": "role (name the member: --member girder)",
        "growth": "growth (no earlier visit)",
    }
    left = f"Left out: {', '.join(help_[name] for name in missing)}." if missing else ""
    taken = (
        "Reinforced or prestressed was not said: the boundaries are those of reinforced concrete."
        if context.reinforcement is None
        else ""
    )
    return " ".join(part for part in (_PROPOSAL, left, taken) if part)
