"""The measured parts of the record: scale, fitness, widths, grades, priority, quantities."""

from typing import Literal

from pydantic import Field

from cracklens.record.base import Figure, Part, Point, Probability, Tenth


class QuantityRecord(Part):
    """A measured value with its uncertainty, after the GUM."""

    value: float
    standard: float = Field(ge=0, description="Combined standard uncertainty.")
    low: float = Field(description="Lower end of the 95 % interval.")
    high: float = Field(description="Upper end of the 95 % interval.")
    contributions: dict[str, float] = Field(
        description="Standard uncertainty that each source adds, in the unit of the value."
    )


class ScaleRecord(Part):
    """The scale of a photograph."""

    mm_per_px: float = Field(gt=0)
    relative_standard: float = Field(ge=0, description="Relative standard uncertainty.")
    source: Literal["marker", "points", "metadata", "transform", "typed"]
    detail: str
    homography: list[list[float]] | None = Field(
        description="3 x 3, from px of the photograph to mm in the plane of the wall."
    )
    tilt_deg: float | None = Field(description="Between optical axis and normal of the wall.")
    risks: list[str]


class CheckRecord(Part):
    """One look at whether a photograph serves."""

    name: str
    value: Figure
    unit: str
    verdict: Literal["good", "poor", "bad", "not known"]
    advice: str = Field(description="What to do about it; empty if it is good.")


class FitnessRecord(Part):
    """Whether a photograph serves to measure."""

    verdict: Literal["measure", "detect only", "retake"]
    advice: list[str]
    checks: list[CheckRecord]


class ProfileRecord(Part):
    """Widths along one branch, at most one station every few pixels."""

    points_px: list[Point]
    width_px: list[float | None] = Field(description="Null where it could not be measured.")
    standard_px: list[float | None]
    width_mm: list[float | None] | None
    standard_mm: list[float | None] | None
    method: list[Literal["profile", "mask", "none"]]


class MeasurementRecord(Part):
    """What was measured of a crack."""

    length_px: QuantityRecord
    length_mm: QuantityRecord | None
    is_lower_bound: bool = Field(description="It leaves the photograph, or what hides it.")
    max_width_px: QuantityRecord
    mean_width_px: QuantityRecord
    max_width_mm: QuantityRecord | None
    mean_width_mm: QuantityRecord | None
    measured_share: float = Field(ge=0, le=1, description="Of the length, from grey levels.")
    orientation_deg: QuantityRecord
    to_axis_deg: float | None = Field(description="Acute angle to the axis of the member.")
    direction: Literal["longitudinal", "transverse", "diagonal"] | None
    pattern: Literal["single", "branched", "map"]
    profiles: list[ProfileRecord] = Field(description="One for each branch.")


class FieldRecord(Part):
    """The cracks of a photograph together."""

    pattern: Literal["none", "single", "branched", "map", "parallel", "several"]
    parallel: list[list[str]] = Field(description="Ids of cracks that run beside each other.")
    spacing_px: QuantityRecord | None
    spacing_mm: QuantityRecord | None
    density_m_per_m2: QuantityRecord | None
    area_m2: QuantityRecord | None


class GradeRecord(Part):
    """What one code says of one crack. Ratings are the inspector's."""

    code: str
    title: str
    clause: str
    kind: Literal["design limit", "inspection state"]
    verified: Literal["primary", "secondary"]
    states: dict[str, Probability] = Field(
        description="Probability of each state; empty if refused."
    )
    stated: str | None = Field(
        description="The one state that the whole 95 % interval lies in; null if it spans two."
    )
    text: str = Field(description="In a line, such as 'CS2 0.81, CS1 0.19'.")
    refused: str | None = Field(description="Why no state is given, and what would help.")
    basis: list[str] = Field(description="What decided, such as 'width 0.42 mm (0.35 to 0.49)'.")
    notes: list[str]


class TermRecord(Part):
    """One term of the priority."""

    name: str
    value: Probability = Field(ge=0, le=1)
    weight: float = Field(ge=0)
    text: str


class PriorityRecord(Part):
    """How soon to look at a crack, as a score that can be followed."""

    score: Tenth = Field(ge=0, le=100)
    terms: list[TermRecord]
    note: str


class WidthClassRecord(Part):
    """Metres of crack of one class of width."""

    name: str
    above_mm: float = Field(ge=0)
    up_to_mm: float | None
    length_m: float = Field(ge=0)
    cracks: int = Field(ge=0)


class StateQuantityRecord(Part):
    """How much of the element is in one state of one code."""

    code: str
    state: str
    length_m: float = Field(ge=0, description="Of cracks, each split by its probabilities.")
    area_m2: float | None = Field(ge=0, description="Of wall around these cracks.")


class QuantitiesRecord(Part):
    """Quantities over the inspection."""

    measured_photographs: int = Field(ge=0)
    area_m2: float = Field(ge=0, description="Seen in photographs with a scale.")
    width_classes: list[WidthClassRecord]
    states: list[StateQuantityRecord]
    notes: list[str]


class ContextRecord(Part):
    """What the inspector said of the member."""

    codes: list[str]
    exposure: str | None
    reinforcement: Literal["reinforced", "prestressed"] | None
    member: str | None
    axis_deg: float | None = Field(ge=0, lt=180)
