"""What the server answers: the record and the decisions as sentences and lines for a page."""

from pydantic import BaseModel, ConfigDict, Field

from cracklens.record.base import Point


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
    unmeasured: str | None = Field(
        default=None, description="Why a line that a person changed has no figures."
    )
    element: str | None = None
    comments: list[str] = Field(default_factory=list)
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


class PhotographDetail(View):
    """A photograph with all its findings."""

    id: str
    path: str
    file: str = Field(description="Name of its file.")
    present: bool
    width_px: int
    height_px: int
    notes: list[str]
    scale: str | None
    unmeasured: str | None = Field(
        default=None, description="Why a scale or region of a person has no effect on figures."
    )
    decisions: int = Field(description="Number of the last decision of the inspection.")
    findings: list[FindingView]
    regions: list[list[Point]] = Field(description="Marked by a person as no concrete.")
    previous: str | None
    next: str | None


class ApprovalView(View):
    """An approved version."""

    version: int
    by: str
    role: str
    at: str
    statement: str


class InspectionView(View):
    """The inspection, and how much is left to do."""

    name: str
    created: str
    photographs: int
    findings: int = Field(description="Lines that are shown.")
    undecided: int
    unsure: int
    decisions: int
    kinds: list[str] = Field(description="What a line can be that is no crack.")
    approved: list[ApprovalView]


class NextView(View):
    """Where to look next; null if nothing is left."""

    photograph: str | None
    finding: str | None


class Decided(View):
    """A decision that is on the disk, and what follows from it."""

    number: int
    told: str
    finding: str | None = Field(description="The finding that it is about or that it made.")
    photograph: PhotographDetail
    inspection: InspectionView


class SummaryView(View):
    """What an approval would hold."""

    statement: str
    decisions: int
    heads: list[str]
    rows: list[list[str]]
