"""The configuration of an inspection: a file, then flags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cracklens.errors import UsageError, did_you_mean
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.settings_file import read_settings, validated


class InspectConfig(BaseModel):
    """Everything that decides what `inspect` does; stored with the result.

    Each field is a flag of `cracklens inspect` and a key of a YAML file. What is None is taken from
    the card of the model, else from `cracklens.tracing.settings.TraceSettings`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: str | None = Field(
        None,
        description="Model of the package by its name, or a model folder.",
        json_schema_extra={"panel": "Model"},
    )
    precision: Literal["auto", "f32", "bf16"] = Field(
        "auto",
        description="auto: bf16 where it agrees with f32.",
        json_schema_extra={"panel": "Model"},
    )
    engine: Literal["openvino", "onnxruntime"] = Field(
        "openvino", description="What runs the network.", json_schema_extra={"panel": "Model"}
    )

    scales: tuple[float, ...] | None = Field(
        None,
        description="Sizes at which to look, such as 1,0.5 (default: the model's).",
        json_schema_extra={"panel": "Cracks"},
    )
    orientations: Literal[1, 2, 4, 8] = Field(
        1,
        description="Ways to look: 2, 4 and 8 add mirrored and turned ones, each takes its time.",
        json_schema_extra={"panel": "Cracks", "metavar": "1|2|4|8"},
    )
    seed_threshold: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Probability that a crack must reach somewhere (default: the model's).",
        json_schema_extra={"panel": "Cracks"},
    )
    grow_threshold: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Probability down to which it is followed (default: the model's).",
        json_schema_extra={"panel": "Cracks"},
    )
    least_length_px: float | None = Field(
        None,
        ge=0,
        description="Set aside what is shorter than this, in px (default 60).",
        json_schema_extra={"panel": "Cracks"},
    )
    least_confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Set aside what is less probable than this on average (default 0.4).",
        json_schema_extra={"panel": "Cracks"},
    )
    gap_px: float | None = Field(
        None,
        ge=0,
        description="Longest gap that is bridged, in px (default 20).",
        json_schema_extra={"panel": "Cracks"},
    )
    reject_straight: bool | None = Field(
        None,
        description="Set aside lines as straight and even as a joint (default: yes).",
        json_schema_extra={"panel": "Cracks"},
    )

    marker: str | None = Field(
        None,
        description="Side of the markers beside the cracks, such as 50mm.",
        json_schema_extra={"panel": "Scale", "metavar": "SIZE"},
    )
    marker_dictionary: str | None = Field(
        None,
        description="Their dictionary, such as DICT_4X4_50 (default: found out).",
        json_schema_extra={"panel": "Scale", "metavar": "NAME"},
    )
    mm_per_px: float | None = Field(
        None,
        description="Scale of all photographs, if it is known.",
        json_schema_extra={"panel": "Scale"},
    )
    distance: str | None = Field(
        None,
        description="From camera to wall, such as 3.2m; with the lens it gives the scale.",
        json_schema_extra={"panel": "Scale", "metavar": "LENGTH"},
    )
    sensor_width: str | None = Field(
        None,
        description="Of the camera, such as 13.2mm (default: from the photograph).",
        json_schema_extra={"panel": "Scale", "metavar": "LENGTH"},
    )
    scale_table: Path | None = Field(
        None,
        description="CSV with a scale for each photograph: photo,mm_per_px,...",
        json_schema_extra={"panel": "Scale", "metavar": "FILE"},
    )
    camera: Path | None = Field(
        None,
        description="What `check-camera` found of this camera.",
        json_schema_extra={"panel": "Scale", "metavar": "FILE"},
    )

    codes: tuple[str, ...] | None = Field(
        None,
        description="Codes to grade by, such as aashto-mbei,aci-224r.",
        json_schema_extra={"panel": "Context"},
    )
    exposure: tuple[str, ...] | None = Field(
        None,
        description="Exposure class of each code that asks for one, such as XC3.",
        json_schema_extra={"panel": "Context"},
    )
    reinforcement: Literal["reinforced", "prestressed"] | None = Field(
        None, description="Of the member.", json_schema_extra={"panel": "Context"}
    )
    member: str | None = Field(
        None,
        description="What is seen, such as girder.",
        json_schema_extra={"panel": "Context"},
    )
    axis_deg: float | None = Field(
        None,
        ge=0,
        lt=180,
        description="Its axis on the photographs: 0 is level, 90 upright.",
        json_schema_extra={"panel": "Context"},
    )
    priority_weights: Path | None = Field(
        None,
        description="TOML file with weights of your own for the priority.",
        json_schema_extra={"panel": "Context", "metavar": "FILE"},
    )

    overlays: bool = Field(
        default=True,
        description="Write each photograph with its cracks drawn in.",
        json_schema_extra={"panel": "Run"},
    )
    max_pixels: int = Field(
        DEFAULT_MAX_PIXELS,
        gt=0,
        description="Refuse photographs larger than this.",
        json_schema_extra={"panel": "Run"},
    )
    workers: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Threads that read photographs (default: one per processor).",
        json_schema_extra={"panel": "Run"},
    )

    @model_validator(mode="after")
    def _consistent(self) -> "InspectConfig":
        if self.model == "":
            raise ValueError("model (--model) is empty: name a model, or leave it out")
        if self.scales is not None and not self.scales:
            raise ValueError("scales must name at least one size, such as 1")
        if any(not 0 < scale <= 4 for scale in self.scales or ()):  # noqa: PLR2004 - 16 x the work
            raise ValueError("scales must lie above 0 and not above 4; 1 is the photograph's own")
        if (
            self.seed_threshold
            and self.grow_threshold
            and self.grow_threshold > self.seed_threshold
        ):
            raise ValueError("grow_threshold must not be above seed_threshold")
        return self


def resolve_config(
    config_file: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> InspectConfig:
    """Lay a YAML file and single values over the defaults, the later the stronger.

    Args:
        config_file: YAML with any fields of `InspectConfig`.
        overrides: fields given one by one; None means not given.

    Raises:
        UsageError: unknown field, or a value that makes no sense.
    """
    values = read_settings(config_file, "least_length_px: 40") if config_file else {}
    values |= {key: value for key, value in (overrides or {}).items() if value is not None}
    for key in values:
        if key not in InspectConfig.model_fields:
            raise UsageError(
                f"unknown setting {key!r}: {did_you_mean(str(key), InspectConfig.model_fields)}"
            )
    return validated(InspectConfig, values)
