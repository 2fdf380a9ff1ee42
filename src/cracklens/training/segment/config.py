"""The configuration of `cracklens train --task segment`."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue, model_validator

from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.settings_file import Settings

_DATA: dict[str, JsonValue] = {"panel": "Data"}
_SEGMENTER: dict[str, JsonValue] = {"panel": "Segmenter (--task segment)"}


class SegmentConfig(Settings):
    """Everything that decides how a segmenter is trained; stored with the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Literal["segment"] = "segment"
    recipe: str = "segmenter"
    split: Literal["near-duplicates", "published", "random", "grouped", "folders"] = Field(
        "near-duplicates", description="Which pictures validate.", json_schema_extra=_DATA
    )
    validation_fraction: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="Share of the pictures that validates.",
        json_schema_extra=_DATA,
    )
    group: str | None = Field(
        None, description="What a tile was cut from.", json_schema_extra=_DATA
    )
    positive: str | None = Field(
        None, description="Class that means a crack.", json_schema_extra=_DATA
    )
    seed: int = Field(
        42, ge=0, description="Of everything that is drawn at random.", json_schema_extra=_DATA
    )
    max_pixels: int = Field(
        DEFAULT_MAX_PIXELS,
        gt=0,
        description="Refuse pictures larger than this.",
        json_schema_extra=_DATA,
    )

    encoder: str = Field(
        "mobilenetv2_100",
        description="mobilenetv2_100, or unet (no weights).",
        json_schema_extra=_SEGMENTER,
    )
    weights: str = Field(
        "pretrained",
        description="'pretrained' (timm's hub), 'random', or a .safetensors file.",
        json_schema_extra=_SEGMENTER,
    )
    crop_px: int = Field(
        160,
        ge=64,
        le=512,
        multiple_of=32,
        description="Side of a training crop.",
        json_schema_extra=_SEGMENTER,
    )
    batch_size: int = Field(24, ge=1, description="Crops per step.", json_schema_extra=_SEGMENTER)
    steps: int = Field(
        7_500, ge=1, description="Steps of the optimiser.", json_schema_extra=_SEGMENTER
    )
    learning_rate: float = Field(
        2e-3, gt=0, description="Highest learning rate of AdamW.", json_schema_extra=_SEGMENTER
    )
    rendered_pictures: int = Field(
        9_600, ge=0, description="Rendered pictures; 0 for none.", json_schema_extra=_SEGMENTER
    )
    rendered_share: float = Field(
        0.5, ge=0, le=1, description="Share of rendered crops.", json_schema_extra=_SEGMENTER
    )
    cracked_share: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Share of crops of cracked tiles.",
        json_schema_extra=_SEGMENTER,
    )
    distractors: bool = Field(
        default=True, description="Render look-alikes of cracks.", json_schema_extra=_SEGMENTER
    )
    weak_masks: bool = Field(
        default=True,
        description="Derive masks of cracked tiles; else only their label counts.",
        json_schema_extra=_SEGMENTER,
    )
    refine_at: float = Field(
        0.35,
        gt=0,
        le=1,
        description="Part of the steps after which the masks are refined.",
        json_schema_extra=_SEGMENTER,
    )
    mixed_precision: Literal["auto", "on", "off"] = Field(
        "auto",
        description="bf16 in the training; auto: where the processor has it.",
        json_schema_extra=_SEGMENTER,
    )
    workers: int = Field(
        1, ge=1, le=64, description="Threads that make the crops.", json_schema_extra=_SEGMENTER
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where to train.", json_schema_extra=_SEGMENTER
    )
    checked_pictures: int = Field(
        1_500,
        ge=50,
        description="Pictures of each kind that choose the thresholds, at most.",
        json_schema_extra=_SEGMENTER,
    )

    @model_validator(mode="after")
    def _consistent(self) -> "SegmentConfig":
        if self.rendered_share + self.cracked_share > 1:
            raise ValueError("rendered_share and cracked_share are parts of one: lower them")
        if self.rendered_share > 0 and self.rendered_pictures == 0:
            raise ValueError("rendered_share needs rendered_pictures")
        if self.split == "grouped" and self.group is None:
            raise ValueError("split 'grouped' needs group, such as '<photo>-<tile>' or a column")
        return self
