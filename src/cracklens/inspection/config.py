"""The configuration of an inspection: a file, then flags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, model_validator

from cracklens.errors import UsageError, did_you_mean
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.settings_file import (
    Settings,
    optional_setting,
    read_settings,
    settings_of,
    validated,
)
from cracklens.tracing.settings import TraceSettings

_model, _scale, _context = settings_of("Model"), settings_of("Scale"), settings_of("Context")
_cracks, _run = settings_of("Cracks"), settings_of("Run")


def _tracing(name: str, default: str | None = None) -> Any:  # noqa: ANN401 - a field
    shown = default or f"default {TraceSettings.model_fields[name].default:g}"
    return optional_setting(TraceSettings, name, "Cracks", shown)


class InspectConfig(Settings):
    """Everything that decides what `inspect` does; stored with the result.

    Each field is a flag of `cracklens inspect` and a key of a YAML file. What is None is taken from
    the card of the model, else from `cracklens.tracing.settings.TraceSettings`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: str | None = _model(None, "Model of the package by its name, or a model folder.")
    precision: Literal["auto", "f32", "bf16"] = _model(
        "auto", "auto: bf16 where it agrees with f32."
    )
    engine: Literal["openvino", "onnxruntime"] = _model("openvino", "What runs the network.")

    scales: tuple[float, ...] | None = _cracks(
        None, "Sizes at which to look, such as 1,0.5 (default: the model's, more for a fine scale)."
    )
    orientations: Literal[1, 2, 4, 8] = _cracks(
        1,
        "Orientations of each window; 2, 4 or 8 take as many times longer.",
        metavar="1|2|4|8",
    )
    seed_threshold: float | None = _tracing("seed_threshold", "default: the model's")
    grow_threshold: float | None = _tracing("grow_threshold", "default: the model's")
    least_length_px: float | None = _tracing("least_length_px")
    least_confidence: float | None = _tracing("least_confidence")
    gap_px: float | None = _tracing("gap_px")
    threshold: float | None = _cracks(
        None,
        "Probability of a crack from which a line is reported (default: the model's).",
        gt=0,
        lt=1,
    )
    reject_straight: bool | None = _tracing("reject_straight", "default: yes")
    region: Path | None = _cracks(
        None,
        "What to search: mask or polygons of the photograph, or a folder of these.",
        metavar="PATH",
    )
    surface: bool = _cracks(
        default=True, description="Leave out lines on sky, plants, roofs and the like."
    )

    marker: str | None = _scale(
        None, "Side of the markers beside the cracks, such as 50mm.", metavar="SIZE"
    )
    marker_dictionary: str | None = _scale(
        None, "Their dictionary, such as DICT_4X4_50 (default: found out).", metavar="NAME"
    )
    mm_per_px: float | None = _scale(None, "Scale of all photographs, if it is known.")
    distance: str | None = _scale(
        None,
        "From camera to wall, such as 3.2m; with the lens it gives the scale.",
        metavar="LENGTH",
    )
    sensor_width: str | None = _scale(
        None, "Of the camera, such as 13.2mm (default: from the photograph).", metavar="LENGTH"
    )
    scale_table: Path | None = _scale(
        None, "CSV with a scale for each photograph: photo,mm_per_px,...", metavar="FILE"
    )
    camera: Path | None = _scale(None, "What `check-camera` found of this camera.", metavar="FILE")

    codes: tuple[str, ...] | None = _context(
        None, "Codes to grade by, such as aashto-mbei,aci-224r."
    )
    exposure: tuple[str, ...] | None = _context(
        None, "Exposure class of each code that asks for one, such as XC3."
    )
    reinforcement: Literal["reinforced", "prestressed"] | None = _context(None, "Of the member.")
    member: str | None = _context(None, "What is seen, such as girder.")
    axis_deg: float | None = _context(
        None, "Its axis on the photographs: 0 is level, 90 upright.", ge=0, lt=180
    )
    priority_weights: Path | None = _context(
        None, "TOML file with weights of your own for the priority.", metavar="FILE"
    )

    overlays: bool = _run(
        default=True, description="Write each photograph with its cracks drawn in."
    )
    max_pixels: int = _run(DEFAULT_MAX_PIXELS, "Refuse photographs larger than this.", gt=0)
    workers: int | None = _run(
        None, "Threads that read photographs (default: one per processor).", ge=1, le=64
    )

    @model_validator(mode="after")
    def _consistent(self) -> "InspectConfig":
        if self.model == "":
            raise ValueError("model (--model) is empty: name a model, or leave it out")
        if self.scales is not None and not self.scales:
            raise ValueError("scales must name at least one size, such as 1")
        if any(not 0 < scale <= 4 for scale in self.scales or ()):  # noqa: PLR2004 - 16 x the work
            raise ValueError("scales must lie above 0 and not above 4; 1 is the photograph's own")
        if self.seed_threshold is not None and self.grow_threshold is not None:
            thresholds = {"seed_threshold", "grow_threshold"}
            TraceSettings.model_validate(self.model_dump(include=thresholds))
        return self


REGRADABLE = (
    "threshold", "marker", "marker_dictionary", "mm_per_px", "distance", "sensor_width",
    "scale_table", "camera", "codes", "exposure", "reinforcement", "member", "axis_deg",
    "priority_weights",
)  # fmt: skip
"""Settings that a finished inspection is given anew by `regrade`, without the network."""
WAYS_TO_SCALE = ("marker", "mm_per_px", "distance")
"""Of these only one is given for all photographs."""


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
