"""What the desk shows of an inspection: the record as sentences and lines, ready for a page."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from cracklens.grading.certainty import crack_text, is_unlikely, is_unsure
from cracklens.record.base import Point
from cracklens.record.schema import CrackRecord, PhotoRecord, RejectedRecord
from cracklens.reporting import figures
from cracklens.reporting.verdict import kinds_text, likeliest
from cracklens.tracing.crack import NOT_A_CRACK

CRACK = "crack"


class View(BaseModel):
    """Base of what the server answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineView(View):
    """One branch of a finding."""

    points: list[Point] = Field(description="x, y in px of the upright photograph.")
    inferred: list[tuple[int, int]] = Field(
        default_factory=list, description="First and last point of each part that was not seen."
    )


class GradeView(View):
    """A grade as text."""

    code: str
    title: str
    text: str


class HistoryView(View):
    """One decision about a finding."""

    number: int
    text: str
    by: str
    at: str
    undone: bool = False


class FindingView(View):
    """A line on a photograph with what is known of it.

    `look` is crack, unsure, accepted, drawn or rejected; `shown` says whether it is drawn at once.
    """

    id: str
    name: str = Field(description="As in the report, such as 'P003-C01'.")
    look: str
    shown: bool
    unsure: bool = Field(description="Nobody decided, and the model is not sure.")
    decided: bool
    verdict: str
    probability: float | None
    likeliest: str = Field(description="The likeliest look-alike; empty if none is known.")
    likelihoods: list[tuple[str, float]]
    lines: list[LineView]
    width_px: float
    width: str | None
    length: str | None
    grades: list[GradeView]
    priority: float | None
    element: str | None = None
    history: list[HistoryView] = Field(default_factory=list)


class PhotographView(View):
    """A photograph on the wall of photographs."""

    id: str
    path: str
    present: bool = Field(description="Whether its file was found.")
    width_px: int
    height_px: int
    findings: int
    unsure: int
    undecided: int
    seen: bool
    urgency: float | None = Field(description="Highest priority of its cracks, 0 to 100.")
    element: str | None = None


class PhotographPage(View):
    """A part of all photographs; `next` is what to pass as `after` for more."""

    items: list[PhotographView]
    next: str | None


def crack_view(crack: CrackRecord, finding: str) -> FindingView:
    """Return a crack of the model as a page shows it.

    Args:
        crack: of the record.
        finding: its stable id.
    """
    unsure = is_unsure(crack.probability)
    likelihoods = _likelihoods(crack.probability, crack.kinds)
    return FindingView(
        id=finding,
        name=crack.id,
        look="unsure" if unsure else CRACK,
        shown=True,
        unsure=unsure,
        decided=False,
        verdict=_verdict(crack.probability, crack.kinds),
        probability=crack.probability,
        likeliest=likeliest(crack.kinds)[0],
        likelihoods=likelihoods,
        lines=[LineView(points=b.points_px, inferred=list(b.inferred)) for b in crack.branches],
        width_px=crack.max_width_px,
        width=figures.max_width(crack).whole,
        length=figures.length(crack).whole,
        grades=[GradeView(code=g.code, title=g.title, text=g.text) for g in crack.grades],
        priority=crack.priority.score if crack.priority else None,
    )


def rejected_view(rejected: RejectedRecord, finding: str, name: str) -> FindingView:
    """Return a line that the model set aside as a page shows it.

    Args:
        rejected: of the record.
        finding: its stable id.
        name: its short name.
    """
    judged = rejected.reason == NOT_A_CRACK
    return FindingView(
        id=finding,
        name=name,
        look="rejected",
        shown=False,
        unsure=judged and not is_unlikely(rejected.probability),
        decided=False,
        verdict=_verdict(rejected.probability, rejected.kinds) if judged else rejected.detail,
        probability=rejected.probability,
        likeliest=likeliest(rejected.kinds)[0],
        likelihoods=_likelihoods(rejected.probability, rejected.kinds),
        lines=[LineView(points=line) for line in rejected.lines_px],
        width_px=0.0,
        width=None,
        length=f"{rejected.length_px:,.0f} px",
        grades=[],
        priority=None,
    )


def photograph_view(
    photo: PhotoRecord, findings: Iterable[FindingView], *, present: bool, seen: bool
) -> PhotographView:
    """Return a photograph as the wall shows it.

    Args:
        photo: its record.
        findings: its lines.
        present: whether its file was found.
        seen: whether a person has looked at it.
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
    )


def scale_text(photo: PhotoRecord) -> str | None:
    """Return the scale of a photograph in a line; None without one."""
    if photo.scale is None:
        return photo.scale_missing
    percent = 100 * photo.scale.relative_standard
    return f"1 px is {photo.scale.mm_per_px:.4g} mm (± {percent:.2g} %), {photo.scale.detail}"


def _verdict(probability: float | None, kinds: dict[str, float]) -> str:
    said = crack_text(probability)
    other = kinds_text(kinds)
    return f"{said}, {other}" if is_unsure(probability) and other else said


def _likelihoods(probability: float | None, kinds: dict[str, float]) -> list[tuple[str, float]]:
    if probability is None:
        return []
    found = sorted(kinds.items(), key=lambda kind: -kind[1])
    return [(CRACK, probability), *((kind, share) for kind, share in found if share >= 0.01)]  # noqa: PLR2004
