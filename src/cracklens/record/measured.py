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
        description="Standard uncertainty of each source, in the unit of the value."
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
    """One check of the fitness of a photograph."""

    name: str
    value: Figure
    unit: str
    verdict: Literal["good", "poor", "bad", "not known"]
    advice: str = Field(description="What to do; empty for the verdict good.")


class FitnessRecord(Part):
    """Fitness of a photograph for measurement."""

    verdict: Literal["measure", "detect only", "retake"]
    advice: list[str]
    checks: list[CheckRecord]


class ProfileRecord(Part):
    """Widths along one branch, at most one station every few pixels."""

    points_px: list[Point]
    width_px: list[float | None] = Field(description="Null where unmeasured.")
    standard_px: list[float | None]
    width_mm: list[float | None] | None
    standard_mm: list[float | None] | None
    method: list[Literal["profile", "mask", "none"]]


class MeasurementRecord(Part):
    """The measurement of a crack."""

    length_px: QuantityRecord
    length_mm: QuantityRecord | None
    is_lower_bound: bool = Field(
        description="It reaches the border of the photograph or a hidden area."
    )
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
    inferred_px: float = Field(
        default=0.0, ge=0, description="Part of the length that was not seen; it has no width."
    )
    inferred_mm: float | None = Field(
        default=None, ge=0, description="The same in mm, by its share of the length."
    )


class NetworkRecord(Part):
    """Figures of map cracking, which is one finding."""

    spacing_px: QuantityRecord | None = None
    spacing_mm: QuantityRecord | None = Field(default=None, description="Between its cracks.")
    density_m_per_m2: QuantityRecord | None = Field(
        default=None, description="Length by area of the network."
    )
    area_m2: QuantityRecord | None = Field(default=None, description="That it covers.")
    max_width_px: QuantityRecord | None = None
    max_width_mm: QuantityRecord | None = Field(default=None, description="Of any of its cracks.")


class FinestRecord(Part):
    """The finest crack that a photograph could have shown; narrower ones may be missed."""

    px: float = Field(gt=0, description="Width from which nine tenths of a crack are marked.")
    mm: float = Field(gt=0, description="The same on the wall, at the middle of the photograph.")


class FieldRecord(Part):
    """Pattern, spacing and density of all cracks of a photograph."""

    pattern: Literal["none", "single", "branched", "map", "parallel", "several"]
    parallel: list[list[str]] = Field(description="Ids of the cracks of each parallel group.")
    spacing_px: QuantityRecord | None
    spacing_mm: QuantityRecord | None
    density_m_per_m2: QuantityRecord | None
    area_m2: QuantityRecord | None


class GradeRecord(Part):
    """The grade of one crack by one code. Ratings are the inspector's."""

    code: str
    title: str
    clause: str
    kind: Literal["design limit", "inspection state"]
    verified: Literal["primary", "secondary"]
    states: dict[str, Probability] = Field(
        description="Probability of each state given that it is a crack; empty if refused."
    )
    stated: str | None = Field(
        description="The state that contains the whole 95 % interval; null if it spans several."
    )
    text: str = Field(
        description="In a line, such as 'a crack 0.93; if so CS2 0.81, CS1 0.19', or 'if a crack, "
        "CS2 0.81, CS1 0.19' where nothing verified it."
    )
    probability: Probability | None = Field(
        default=None,
        ge=0,
        le=1,
        description="That it is a crack, without which no state holds; null if not verified.",
    )
    refused: str | None = Field(description="Reason if no state is given, and what to do.")
    basis: list[str] = Field(
        description="Values that decided, such as 'width 0.42 mm (0.35 to 0.49)'."
    )
    notes: list[str]


class TermRecord(Part):
    """One term of the priority."""

    name: str
    value: Probability = Field(ge=0, le=1)
    weight: float = Field(ge=0)
    text: str


class PriorityRecord(Part):
    """Priority of a crack as a score, with its terms."""

    score: Tenth = Field(
        ge=0, le=100, description="That of a crack times the probability that it is one."
    )
    terms: list[TermRecord]
    note: str
    if_crack: Tenth | None = Field(
        default=None, ge=0, le=100, description="Mean of the terms by their weights."
    )
    probability: Probability | None = Field(
        default=None,
        ge=0,
        le=1,
        description="That it is a crack: the factor; null if not verified.",
    )


class WidthClassRecord(Part):
    """Expected metres of crack in one width class."""

    name: str
    above_mm: float = Field(ge=0)
    up_to_mm: float | None
    length_m: float = Field(ge=0, description="Each line times the probability of a crack.")
    low_m: float | None = Field(default=None, ge=0, description="Lower end of the 95 % interval.")
    high_m: float | None = Field(default=None, ge=0, description="Upper end of the 95 % interval.")
    cracks: int = Field(ge=0, description="Lines that have a part in the class.")


class StateQuantityRecord(Part):
    """Length and area in one state of one code."""

    code: str
    state: str
    length_m: float = Field(
        ge=0,
        description="Expected: each line times the probability of a crack, divided by the "
        "probabilities of its states.",
    )
    low_m: float | None = Field(default=None, ge=0, description="Lower end of the 95 % interval.")
    high_m: float | None = Field(default=None, ge=0, description="Upper end of the 95 % interval.")
    area_m2: float | None = Field(ge=0, description="Of wall around these cracks.")


class QuantitiesRecord(Part):
    """Quantities over all photographs of the inspection."""

    measured_photographs: int = Field(ge=0)
    area_m2: float = Field(ge=0, description="Visible in photographs with a scale.")
    lines: int | None = Field(default=None, ge=0, description="Measured in mm.")
    expected_cracks: float | None = Field(
        default=None, ge=0, description="Of these lines; null if none was verified."
    )
    length_m: float | None = Field(default=None, ge=0, description="Expected, of all cracks.")
    low_m: float | None = Field(default=None, ge=0, description="Lower end of the 95 % interval.")
    high_m: float | None = Field(default=None, ge=0, description="Upper end of the 95 % interval.")
    width_classes: list[WidthClassRecord]
    states: list[StateQuantityRecord]
    notes: list[str]


class ContextRecord(Part):
    """Facts about the member from the inspector."""

    codes: list[str]
    exposure: str | None
    reinforcement: Literal["reinforced", "prestressed"] | None
    member: str | None
    axis_deg: float | None = Field(ge=0, lt=180)
