"""The settings of an inspection as keywords, for type checkers and completion."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypedDict


class InspectSettings(TypedDict, total=False):
    """The fields of `InspectConfig`, which describes them; `model` is an argument of `inspect`.

    A test compares both. Lists are given as one value or several, paths as text too.
    """

    precision: Literal["auto", "f32", "bf16"]
    engine: Literal["openvino", "onnxruntime"]
    scales: float | Sequence[float] | None
    orientations: Literal[1, 2, 4, 8]
    seed_threshold: float | None
    grow_threshold: float | None
    least_length_px: float | None
    least_confidence: float | None
    gap_px: float | None
    threshold: float | None
    reject_straight: bool | None
    region: str | Path | None
    surface: bool
    marker: str | None
    marker_dictionary: str | None
    mm_per_px: float | None
    distance: str | None
    sensor_width: str | None
    scale_table: str | Path | None
    camera: str | Path | None
    codes: str | Sequence[str] | None
    exposure: str | Sequence[str] | None
    reinforcement: Literal["reinforced", "prestressed"] | None
    member: str | None
    axis_deg: float | None
    priority_weights: str | Path | None
    overlays: bool
    max_pixels: int
    workers: int | None


class RegradeSettings(TypedDict, total=False):
    """The fields of `InspectConfig` that `regrade` changes, `REGRADABLE`; a test compares both."""

    threshold: float | None
    marker: str | None
    marker_dictionary: str | None
    mm_per_px: float | None
    distance: str | None
    sensor_width: str | None
    scale_table: str | Path | None
    camera: str | Path | None
    codes: str | Sequence[str] | None
    exposure: str | Sequence[str] | None
    reinforcement: Literal["reinforced", "prestressed"] | None
    member: str | None
    axis_deg: float | None
    priority_weights: str | Path | None
