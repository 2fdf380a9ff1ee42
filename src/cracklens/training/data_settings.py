"""Settings of the training data, common to all tasks."""

from typing import Literal, Self

from pydantic import ConfigDict, model_validator

from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.settings_file import Settings, settings_of

data_setting = settings_of("Data")
Split = Literal["published", "random", "grouped", "folders", "near-duplicates"]


class DataSettings(Settings):
    """The split of the pictures, and how they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: Split = data_setting(
        "published",
        "Which pictures validate: published, random, grouped, folders, or near-duplicates "
        "(similar pictures stay in one part).",
        metavar="KIND",
    )
    validation_fraction: float = data_setting(
        0.2, "Share of the pictures for validation.", gt=0, lt=1
    )
    group: str | None = data_setting(
        None, "Photograph of each tile: a name pattern '<photo>-<tile>', or a column."
    )
    positive: str | None = data_setting(
        None, "Class that means a crack, if the class names do not show it."
    )
    seed: int = data_setting(42, "Seed of the split, the head and the order of pictures.", ge=0)
    max_pixels: int = data_setting(DEFAULT_MAX_PIXELS, "Refuse pictures larger than this.", gt=0)

    @model_validator(mode="after")
    def _grouped(self) -> Self:
        if self.split == "grouped" and self.group is None:
            raise ValueError("split 'grouped' needs group, such as '<photo>-<tile>' or a column")
        return self
