"""The configuration of the training of a classifier."""

from typing import Literal

from pydantic import Field, model_validator

from cracklens.settings_file import settings_of
from cracklens.training.data_settings import DataSettings, data_setting

DEFAULT_RECIPE = "resnet101"
_backbone, _head = settings_of("Backbone"), settings_of("Head")
_optimisation, _fine_tuning = settings_of("Optimisation"), settings_of("Fine-tuning")


class TrainConfig(DataSettings):
    """All settings of `train` for a classifier; stored with the model.

    Each field is a flag of `cracklens train` and a key of recipe and YAML files.
    """

    task: Literal["classify"] = Field("classify", description="Label whole pictures.")
    recipe: str = Field(DEFAULT_RECIPE, description="Recipe that the values come from.")

    strict: bool = data_setting(default=False, description="Stop at a picture that cannot be read.")

    backbone: str = _backbone("resnet101", "A timm name, or 'small' (built in).")
    weights: str = _backbone(
        "pretrained", "'pretrained' (timm's hub), 'random', or a .safetensors file."
    )
    input_size: int = _backbone(227, "Side of the square input in px.", ge=32, le=1024)
    precision: Literal["auto", "f32", "bf16"] = _backbone(
        "auto", "Precision of the features; auto: bf16 where it agrees with f32."
    )

    hidden: tuple[int, ...] = _head((256, 128), "Widths of the head's layers, such as 256,128.")
    dropout: tuple[float, ...] = _head((0.5, 0.3), "Dropout after each layer, such as 0.5,0.3.")

    epochs: int = _optimisation(25, "Epochs at most.", ge=1)
    batch_size: int = _optimisation(64, "Pictures per step.", ge=1)
    learning_rate: float = _optimisation(1e-4, "Learning rate of Adam for the head.", gt=0)
    stop_patience: int = _optimisation(
        10, "Epochs without a better validation loss before stopping.", ge=1
    )
    lr_patience: int = _optimisation(
        5, "Epochs without a better validation loss before the learning rate drops.", ge=1
    )
    lr_factor: float = _optimisation(0.5, "Factor of the learning rate at a drop.", gt=0, lt=1)
    lr_min: float = _optimisation(1e-7, "Least learning rate.", gt=0)

    fine_tune: Literal["all"] | int = _fine_tuning(
        0, "Also train the last N stages of the backbone, or 'all'."
    )
    augment: bool = _fine_tuning(default=True, description="Vary the pictures when fine-tuning.")
    backbone_lr: float = _fine_tuning(1e-5, "Learning rate of the unfrozen stages.", gt=0)
    device: Literal["auto", "cpu", "cuda"] = _fine_tuning("auto", "Where to fine-tune.")

    @model_validator(mode="after")
    def _consistent(self) -> "TrainConfig":
        if len(self.hidden) != len(self.dropout):
            raise ValueError("--hidden and --dropout need the same number of values")
        if any(width < 1 for width in self.hidden) or any(not 0 <= d < 1 for d in self.dropout):
            raise ValueError("hidden widths must be positive, dropout at least 0 and below 1")
        if isinstance(self.fine_tune, int) and self.fine_tune < 0:
            raise ValueError("fine_tune is a number of stages, or 'all'")
        return self
