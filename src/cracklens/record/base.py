"""Common types of the parts of a record."""

from pydantic import BaseModel, ConfigDict, Field

Share = Field(ge=0, le=1)
Point = tuple[float, float]
Box = tuple[int, int, int, int]


class Part(BaseModel):
    """A part of a record: immutable, without unknown fields and without NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
