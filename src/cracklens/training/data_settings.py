"""What every training is told of its data."""

from typing import Literal, Self

from pydantic import ConfigDict, model_validator

from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.settings_file import Settings, settings_of

data_setting = settings_of("Data")
Split = Literal["published", "random", "grouped", "folders", "near-duplicates"]


class DataSettings(Settings):
    """Which pictures train, which validate, and how they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: Split = data_setting(
        "published",
        "Which pictures validate: published, random, grouped, folders, or near-duplicates "
        "(grouped by what looks alike).",
        metavar="KIND",
    )
    validation_fraction: float = data_setting(
        0.2, "Share of the pictures that validates.", gt=0, lt=1
    )
    group: str | None = data_setting(
        None, "What a tile was cut from: a name pattern '<photo>-<tile>', or a column."
    )
    positive: str | None = data_setting(
        None, "Class that means a crack, where the names do not say so."
    )
    seed: int = data_setting(42, "Of the split, the head and the order of pictures.", ge=0)
    max_pixels: int = data_setting(DEFAULT_MAX_PIXELS, "Refuse pictures larger than this.", gt=0)

    @model_validator(mode="after")
    def _grouped(self) -> Self:
        if self.split == "grouped" and self.group is None:
            raise ValueError("split 'grouped' needs group, such as '<photo>-<tile>' or a column")
        return self
