"""What a person decides about an inspection: one decision is one line of the journal, for ever.

A decision never changes what the model said. Points are (x, y) in px of the upright photograph.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from cracklens.errors import DataError, UsageError
from cracklens.record.base import Part, Point
from cracklens.verification.kinds import CRACK, KINDS
from cracklens.version import __version__

OTHER = "other"
LOOKALIKES = (*(kind for kind in KINDS if kind != CRACK), OTHER)
"""What a line can be that is no crack."""
Line = Annotated[list[Point], Field(min_length=2)]
Lines = Annotated[list[Line], Field(min_length=1)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class Accept(Part):
    """The finding is a crack."""

    kind: Literal["accept"] = "accept"


class Reject(Part):
    """The finding is no crack."""

    kind: Literal["reject"] = "reject"
    what: str = Field(description="One of the look-alikes that a verifier names, or 'other'.")
    reason: str | None = None


class Course(Part):
    """The finding runs elsewhere: its new branches."""

    kind: Literal["course"] = "course"
    lines: Lines


class Join(Part):
    """Other findings are parts of this one."""

    kind: Literal["join"] = "join"
    others: list[str] = Field(min_length=1, description="Their ids.")


class Split(Part):
    """The finding is two: it is cut on one branch at the place nearest to a point.

    Its parts have its id with '-1' and '-2' added.
    """

    kind: Literal["split"] = "split"
    branch: int = Field(ge=0)
    point: Point


class Draw(Part):
    """A crack that the model did not find; its id is made from its line."""

    kind: Literal["draw"] = "draw"
    lines: Lines


class Gauge(Part):
    """A width read by hand."""

    kind: Literal["gauge"] = "gauge"
    width_mm: float = Field(gt=0)
    standard_mm: float = Field(ge=0, description="Standard uncertainty of the reading.")
    instrument: str = "crack gauge"
    point: Point | None = Field(default=None, description="Where; the widest place if not said.")


class State(Part):
    """Another condition state than the computed one."""

    kind: Literal["state"] = "state"
    code: Text
    state: Text
    reason: Text


class Comment(Part):
    """A remark; it changes nothing."""

    kind: Literal["comment"] = "comment"
    text: Text


class Element(Part):
    """The element of the structure that the finding, or the photograph, belongs to."""

    kind: Literal["element"] = "element"
    element: Text


class Scale(Part):
    """The scale of a photograph: two points and their distance on the wall, or mm per px."""

    kind: Literal["scale"] = "scale"
    points: tuple[Point, Point] | None = None
    distance_mm: float | None = Field(default=None, gt=0)
    mm_per_px: float | None = Field(default=None, gt=0)


class Region(Part):
    """A part of a photograph that shows no concrete."""

    kind: Literal["region"] = "region"
    polygon: list[Point] = Field(min_length=3)


class Undo(Part):
    """An earlier decision no longer holds; undoing an undo is to do it again."""

    kind: Literal["undo"] = "undo"
    number: int = Field(gt=0)


OfFinding = Accept | Reject | Course | Join | Split | Gauge | State | Comment | Element
OfPhotograph = Draw | Scale | Region
Action = Annotated[OfFinding | OfPhotograph | Undo, Field(discriminator="kind")]
ACTION: TypeAdapter[OfFinding | OfPhotograph | Undo] = TypeAdapter(Action)
_OF_FINDING = (Accept, Reject, Course, Join, Split, Gauge, State)


class Decision(Part):
    """A decision in the journal."""

    number: int = Field(gt=0, description="1 for the first of an inspection, without gaps.")
    photograph: str | None = Field(description="SHA-256 of the photograph it is about.")
    finding: str | None = Field(default=None, description="Stable id; null for none.")
    who: Text
    when: AwareDatetime
    version: int = Field(ge=1, description="Of the inspection: 1 until it is first approved.")
    cracklens_version: str
    kind: str
    payload: dict[str, Any] = Field(description="The rest of the action of this kind.")
    previous: str = Field(description="The sha256 of the decision before; empty for the first.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of all other fields; see `seal`.")

    @property
    def action(self) -> "OfFinding | OfPhotograph | Undo":
        """What is decided."""
        return ACTION.validate_python({"kind": self.kind, **self.payload})


def make_decision(
    action: OfFinding | OfPhotograph | Undo,
    *,
    who: str,
    photograph: str | None,
    finding: str | None = None,
    previous: Decision | None = None,
    version: int = 1,
    when: datetime | None = None,
) -> Decision:
    """Return the decision that follows another one.

    Its time is never before that of the decision before: a clock that went back stands still.

    Args:
        action: what is decided.
        who: name of the person.
        photograph: SHA-256 of the photograph.
        finding: id of the finding.
        previous: the last decision; None for the first.
        version: of the inspection.
        when: time with its zone; default: now.

    Raises:
        UsageError: the action lacks what it is about, or makes no sense.
    """
    _require(action, photograph, finding)
    number = previous.number + 1 if previous else 1
    if isinstance(action, Undo) and action.number >= number:
        raise UsageError(f"there is no decision {action.number} to undo yet")
    now = when or datetime.now(UTC)
    if previous is not None:
        now = max(now, previous.when)
    content: dict[str, Any] = {
        "number": number,
        "photograph": photograph,
        "finding": finding,
        "who": who.strip(),
        "when": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "version": version,
        "cracklens_version": __version__,
        "kind": action.kind,
        "payload": action.model_dump(mode="json", exclude={"kind"}),
        "previous": previous.sha256 if previous else "",
    }
    try:
        return Decision.model_validate(content | {"sha256": seal(content)})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise UsageError(f"the decision is incomplete: {where}: {fault['msg']}") from error


def read_decision(line: str) -> Decision:
    """Return the decision of a line of the journal.

    Raises:
        DataError: it is no decision, or its content is not what its hash says.
    """
    try:
        content = json.loads(line)
        decision = Decision.model_validate(content)
        _ = decision.action
    except (ValueError, RecursionError) as error:
        raise DataError(f"a line of the journal is no decision: {error}") from error
    content.pop("sha256")
    if seal(content) != decision.sha256:
        raise DataError(f"decision {decision.number} was changed: its hash does not fit")
    return decision


def line_of(decision: Decision) -> str:
    """Return the line of the journal, without its end.

    Fields are in the order of their names, so the text is the same wherever it is made.
    """
    content = decision.model_dump(mode="json")
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seal(content: dict[str, Any]) -> str:
    """Return the SHA-256 over the canonical JSON of a decision without its own hash."""
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _require(
    action: OfFinding | OfPhotograph | Undo, photograph: str | None, finding: str | None
) -> None:
    if isinstance(action, _OF_FINDING) and not (finding and photograph):
        raise UsageError(f"{action.kind} is about a finding: name it and its photograph")
    if isinstance(action, OfPhotograph) and not photograph:
        raise UsageError(f"{action.kind} is about a photograph: name it")
    if isinstance(action, Reject):
        if action.what not in LOOKALIKES:
            raise UsageError(f"{action.what!r} is none of {', '.join(LOOKALIKES)}")
        if action.what == OTHER and not action.reason:
            raise UsageError("say what it is: reject as 'other' needs a reason")
    if isinstance(action, Scale):
        typed = action.mm_per_px is not None
        measured = action.points is not None and action.distance_mm is not None
        if typed == measured:
            raise UsageError("a scale needs two points and their distance, or mm per px")
        if action.points is not None and action.points[0] == action.points[1]:
            raise UsageError("the two points of a scale are the same")
