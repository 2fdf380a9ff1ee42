"""Decisions from words and numbers that a person typed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from pydantic import ValidationError

from cracklens.errors import UsageError, did_you_mean
from cracklens.number_text import with_decimal_point
from cracklens.record.base import Point
from cracklens.record.decisions.decide import ActionOn
from cracklens.record.decisions.finding import Finding
from cracklens.record.decisions.model import (
    LOOKALIKES,
    Accept,
    Comment,
    Course,
    Draw,
    Element,
    Gauge,
    Join,
    OfFinding,
    OfPhotograph,
    Region,
    Reject,
    Scale,
    Split,
    State,
)

GAUGE_STANDARD_MM = 0.05
"""Of a reading whose uncertainty is not said: half a step of the usual crack gauges of 0.1 mm."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed beside the name of a decision; None for what was not.

    Lines are "x,y x,y ..." in px, several of them with ";" between.
    """

    kind: str | None = None
    reason: str | None = None
    text: str | None = None
    element: str | None = None
    state: str | None = None
    width_mm: str | None = None
    standard_mm: str | None = None
    instrument: str | None = None
    at: str | None = None
    join: Sequence[str] | None = None
    lines: str | None = None
    points: str | None = None
    distance_mm: str | None = None
    mm_per_px: str | None = None


def action_of(name: str, typed: Typed) -> OfFinding | OfPhotograph | ActionOn:
    """Return what is decided.

    Args:
        name: of the decision, such as "reject".
        typed: what was said beside it.

    Raises:
        UsageError: there is no such decision, something is missing, or something belongs to another
            decision.
    """
    if name not in _MAKE:
        raise UsageError(f"no decision {name!r}: {did_you_mean(name, (*_MAKE, 'undo', 'redo'))}")
    make, used = _MAKE[name]
    for field in fields(typed):
        if getattr(typed, field.name) is not None and field.name not in used:
            rather = f"give {', '.join(map(_flag, used))}" if used else "it takes none"
            raise UsageError(f"{_flag(field.name)} says nothing about {name}: {rather}")
    try:
        return make(typed)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise UsageError(f"{name}: {where}: {fault['msg']}") from error


def _flag(name: str) -> str:
    return "--with" if name == "join" else f"--{name.replace('_', '-')}"


def _given(text: str | None, flag: str, example: str) -> str:
    if text is None or not text.strip():
        raise UsageError(f"say {flag}, such as {flag} {example}")
    return text.strip()


def _reject(typed: Typed) -> Reject:
    what = _given(typed.kind, "--kind", "joint")
    if what not in LOOKALIKES:
        raise UsageError(f"no kind {what!r}: {did_you_mean(what, LOOKALIKES)}")
    return Reject(what=what, reason=typed.reason)


def _gauge(typed: Typed) -> Gauge:
    standard = None if typed.standard_mm is None else _number(typed.standard_mm, "--standard-mm")
    return Gauge(
        width_mm=_number(_given(typed.width_mm, "--width-mm", "0.4"), "--width-mm"),
        standard_mm=GAUGE_STANDARD_MM if standard is None else standard,
        instrument=typed.instrument or "crack gauge",
        point=None if typed.at is None else _points(typed.at, "--at", 1)[0],
    )


def _state(typed: Typed) -> State:
    said = _given(typed.state, "--state", "aashto-mbei=CS3")
    code, equals, state = said.partition("=")
    if not equals or not code.strip() or not state.strip():
        raise UsageError(f"--state {said!r}: write it as CODE=STATE, such as aashto-mbei=CS3")
    reason = _given(typed.reason, "--reason", "'water comes out'")
    return State(code=code.strip(), state=state.strip(), reason=reason)


def _split(typed: Typed) -> ActionOn:
    (place,) = _points(_given(typed.at, "--at", "512,300"), "--at", 1)

    def on(finding: Finding) -> Split:
        away = [_distance(line, place) for line in finding.lines_px]
        return Split(branch=away.index(min(away)), point=place)

    return on


def _scale(typed: Typed) -> Scale:
    if typed.mm_per_px is not None:
        if typed.points is not None or typed.distance_mm is not None:
            raise UsageError("give --mm-per-px, or --points and --distance-mm")
        return Scale(mm_per_px=_number(typed.mm_per_px, "--mm-per-px"))
    ends = _points(_given(typed.points, "--points", "'10,20 300,20'"), "--points", 2)
    distance = _given(typed.distance_mm, "--distance-mm", "100")
    return Scale(points=(ends[0], ends[1]), distance_mm=_number(distance, "--distance-mm"))


def _join(typed: Typed) -> Join:
    if not typed.join:
        raise UsageError("say --with, such as --with P003-C02")
    return Join(others=list(typed.join))


def _lines(typed: Typed) -> list[list[Point]]:
    said = _given(typed.lines, "--lines", "'10,20 60,45; 60,45 80,30'")
    return [_points(line, "--lines") for line in said.split(";") if line.strip()]


def _points(text: str, flag: str, count: int | None = None) -> list[Point]:
    found: list[Point] = []
    for word in text.split():
        parts = word.split(",")
        try:
            x, y = (float(part) for part in parts)
        except ValueError:
            raise UsageError(f"{flag}: {word!r} is no point: write x,y in px") from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise UsageError(f"{flag}: {word!r} is no point of a photograph")
        found.append((x, y))
    if count is not None and len(found) != count:
        raise UsageError(f"{flag} needs {count} point{'s' if count > 1 else ''}, got {len(found)}")
    return found


def _number(text: str, flag: str) -> float:
    try:
        return float(with_decimal_point(text))
    except ValueError as error:
        raise UsageError(f"{flag} {text!r} is no number: {error}") from None


def _distance(line: Sequence[Point], place: Point) -> float:
    """Return the distance of a point from a polyline."""
    best = math.inf
    for (x0, y0), (x1, y1) in pairwise(line):
        run, rise = x1 - x0, y1 - y0
        square = run * run + rise * rise
        share = ((place[0] - x0) * run + (place[1] - y0) * rise) / square if square else 0.0
        share = min(max(share, 0.0), 1.0)
        best = min(best, math.dist(place, (x0 + share * run, y0 + share * rise)))
    return best


_MAKE: dict[str, tuple[Callable[[Typed], OfFinding | OfPhotograph | ActionOn], tuple[str, ...]]] = {
    "accept": (lambda _: Accept(), ()),
    "reject": (_reject, ("kind", "reason")),
    "course": (lambda typed: Course(lines=_lines(typed)), ("lines",)),
    "join": (_join, ("join",)),
    "split": (_split, ("at",)),
    "gauge": (_gauge, ("width_mm", "standard_mm", "instrument", "at")),
    "state": (_state, ("state", "reason")),
    "comment": (lambda typed: Comment(text=_given(typed.text, "--text", "'wet'")), ("text",)),
    "element": (
        lambda typed: Element(element=_given(typed.element, "--element", "'Pier 3'")),
        ("element",),
    ),
    "draw": (lambda typed: Draw(lines=_lines(typed)), ("lines",)),
    "scale": (_scale, ("points", "distance_mm", "mm_per_px")),
    "region": (
        lambda typed: Region(
            polygon=_points(_given(typed.points, "--points", "'0,0 90,0 90,40'"), "--points")
        ),
        ("points",),
    ),
}
