"""The configuration of the training of a classifier."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.settings_file import listed

DEFAULT_RECIPE = "resnet101"


class TrainConfig(BaseModel):
    """Everything that decides what `train` does; stored with the model.

    Each field is a flag of `cracklens train` and a key of recipe and YAML files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Literal["classify"] = Field("classify", description="Label whole pictures.")
    recipe: str = Field(DEFAULT_RECIPE, description="Recipe that the values come from.")

    split: Literal["published", "random", "grouped", "folders", "near-duplicates"] = Field(
        "published",
        description="Which pictures validate: published, random, grouped, folders, or "
        "near-duplicates (grouped by what looks alike).",
        json_schema_extra={"panel": "Data", "metavar": "KIND"},
    )
    validation_fraction: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="Share of the pictures that validates.",
        json_schema_extra={"panel": "Data"},
    )
    group: str | None = Field(
        None,
        description="What a tile was cut from: a name pattern '<photo>-<tile>', or a column.",
        json_schema_extra={"panel": "Data"},
    )
    positive: str | None = Field(
        None,
        description="Class that means a crack, where the names do not say so.",
        json_schema_extra={"panel": "Data"},
    )
    seed: int = Field(
        42,
        ge=0,
        description="Of the split, the head and the order of pictures.",
        json_schema_extra={"panel": "Data"},
    )
    max_pixels: int = Field(
        DEFAULT_MAX_PIXELS,
        gt=0,
        description="Refuse pictures larger than this.",
        json_schema_extra={"panel": "Data"},
    )
    strict: bool = Field(
        default=False,
        description="Stop at a picture that cannot be read.",
        json_schema_extra={"panel": "Data"},
    )

    backbone: str = Field(
        "resnet101",
        description="A timm name, or 'small' (our own).",
        json_schema_extra={"panel": "Backbone"},
    )
    weights: str = Field(
        "pretrained",
        description="'pretrained' (timm's hub), 'random', or a .safetensors file.",
        json_schema_extra={"panel": "Backbone"},
    )
    input_size: int = Field(
        227,
        ge=32,
        le=1024,
        description="Side of the square input in px.",
        json_schema_extra={"panel": "Backbone"},
    )
    precision: Literal["auto", "f32", "bf16"] = Field(
        "auto",
        description="Precision of the features; auto: bf16 where it agrees with f32.",
        json_schema_extra={"panel": "Backbone"},
    )

    hidden: tuple[int, ...] = Field(
        (256, 128),
        description="Widths of the head's layers, such as 256,128.",
        json_schema_extra={"panel": "Head"},
    )
    dropout: tuple[float, ...] = Field(
        (0.5, 0.3),
        description="Dropout after each of them, such as 0.5,0.3.",
        json_schema_extra={"panel": "Head"},
    )

    epochs: int = Field(
        25, ge=1, description="Epochs at most.", json_schema_extra={"panel": "Optimisation"}
    )
    batch_size: int = Field(
        64, ge=1, description="Pictures per step.", json_schema_extra={"panel": "Optimisation"}
    )
    learning_rate: float = Field(
        1e-4,
        gt=0,
        description="Learning rate of Adam for the head.",
        json_schema_extra={"panel": "Optimisation"},
    )
    stop_patience: int = Field(
        10,
        ge=1,
        description="Epochs without a better validation loss before stopping.",
        json_schema_extra={"panel": "Optimisation"},
    )
    lr_patience: int = Field(
        5,
        ge=1,
        description="Epochs without one before the learning rate drops.",
        json_schema_extra={"panel": "Optimisation"},
    )
    lr_factor: float = Field(
        0.5,
        gt=0,
        lt=1,
        description="What the learning rate is multiplied with then.",
        json_schema_extra={"panel": "Optimisation"},
    )
    lr_min: float = Field(
        1e-7, gt=0, description="Least learning rate.", json_schema_extra={"panel": "Optimisation"}
    )

    fine_tune: Literal["all"] | int = Field(
        0,
        description="Train the last N stages of the backbone too, or 'all'.",
        json_schema_extra={"panel": "Fine-tuning"},
    )
    augment: bool = Field(
        default=True,
        description="Vary the pictures when fine-tuning.",
        json_schema_extra={"panel": "Fine-tuning"},
    )
    backbone_lr: float = Field(
        1e-5,
        gt=0,
        description="Learning rate of the unfrozen stages.",
        json_schema_extra={"panel": "Fine-tuning"},
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where to fine-tune.", json_schema_extra={"panel": "Fine-tuning"}
    )

    _listed = field_validator("hidden", "dropout", mode="before")(listed)

    @model_validator(mode="after")
    def _consistent(self) -> "TrainConfig":
        if len(self.hidden) != len(self.dropout):
            raise ValueError("--hidden and --dropout need the same number of values")
        if any(width < 1 for width in self.hidden) or any(not 0 <= d < 1 for d in self.dropout):
            raise ValueError("hidden widths must be positive, dropout at least 0 and below 1")
        if isinstance(self.fine_tune, int) and self.fine_tune < 0:
            raise ValueError("fine_tune is a number of stages, or 'all'")
        if self.split == "grouped" and self.group is None:
            raise ValueError("split 'grouped' needs group, such as '<photo>-<tile>' or a column")
        return self
