"""What the parts of a record have in common."""

from pydantic import BaseModel, ConfigDict, Field

Share = Field(ge=0, le=1)
Point = tuple[float, float]
Box = tuple[int, int, int, int]


class Part(BaseModel):
    """A part of a record: no unknown fields, no NaN, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
