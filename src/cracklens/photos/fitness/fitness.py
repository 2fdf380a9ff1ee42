"""What is said of a photograph before anything on it is measured."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["good", "poor", "bad", "not known"]
Verdict = Literal["measure", "detect only", "retake"]


@dataclass(frozen=True, slots=True)
class Check:
    """One look at whether a photograph serves.

    Attributes:
        name: what was looked at, such as "focus".
        value: what was found; None if it could not be told.
        unit: of the value; empty for a number without one.
        verdict: what it means for measuring.
        advice: what to do about it, in a sentence or two; empty if there is nothing to do.
    """

    name: str
    value: float | None
    unit: str
    verdict: Grade
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Fitness:
    """Whether a photograph serves.

    Attributes:
        verdict: "measure" widths and grade them, all or those that a fault leaves certain enough,
            "detect only" since widths would mislead, or "retake" since cracks could be missed.
        advice: what to do, the most pressing first.
        checks: everything that was looked at.
    """

    verdict: Verdict
    advice: tuple[str, ...]
    checks: tuple[Check, ...]


_CONSEQUENCES: dict[str, dict[Grade, Verdict]] = {
    "size": {"bad": "retake"},
    "focus": {"poor": "detect only", "bad": "retake", "not known": "detect only"},
    "movement": {"poor": "detect only", "bad": "retake"},
    "soft parts": {"bad": "detect only"},
    "shadows": {"bad": "retake"},
    "highlights": {"bad": "retake"},
    "brightness": {"bad": "retake"},
    "contrast": {"bad": "retake"},
    "noise": {"bad": "detect only"},
    "compression": {"bad": "detect only"},
    "scale": {"bad": "detect only", "not known": "detect only"},
    "tilt": {"bad": "detect only"},
    "judgement": {"not known": "detect only"},
}
"""What follows from a check; what is not named here does not stand in the way of measuring."""

_RANK: dict[Verdict, int] = {"retake": 0, "detect only": 1, "measure": 2}


def conclude(checks: tuple[Check, ...], *, graded: bool = False) -> Fitness:
    """Return the one verdict that follows from all checks: the worst consequence of any.

    Args:
        checks: everything that was looked at.
        graded: a crack of this photograph was graded all the same, since no fault of it can change
            the state of that crack. Then "detect only" would be wrong.

    >>> conclude((Check("focus", 0.8, "px", "good"), Check("tilt", 55.0, "°", "bad"))).verdict
    'detect only'
    """
    ranked = sorted(checks, key=lambda check: _RANK[consequence(check)])
    verdict = consequence(ranked[0]) if ranked else "measure"
    if graded and verdict == "detect only":
        verdict = "measure"
    return Fitness(verdict, tuple(check.advice for check in ranked if check.advice), checks)


def consequence(check: Check) -> Verdict:
    """Return what follows from one check alone.

    >>> consequence(Check("tilt", 55.0, "°", "bad"))
    'detect only'
    """
    return _CONSEQUENCES.get(check.name, {}).get(check.verdict, "measure")


def graded(value: float, good_to: float, poor_to: float) -> Grade:
    """Return the grade of something that should be small.

    >>> graded(0.3, 0.5, 1.0), graded(0.6, 0.5, 1.0), graded(2.0, 0.5, 1.0)
    ('good', 'poor', 'bad')
    """
    return "good" if value <= good_to else "poor" if value <= poor_to else "bad"
