"""Common types of the parts of a record."""

import math
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Share = Field(ge=0, le=1)
Point = tuple[float, float]
Box = tuple[int, int, int, int]


class Part(BaseModel):
    """A part of a record: immutable, without unknown fields and without NaN.

    `model_validate` also takes an object with the same attributes, such as a `Grade`.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, from_attributes=True
    )


def significant(value: float) -> float:
    """Return a value to five significant digits, finer than any uncertainty stated here.

    >>> significant(0.123456789)
    0.12346
    """
    return float(f"{value:.5g}")


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


Tenth = Annotated[float, AfterValidator(lambda value: round(value, 1))]
Probability = Annotated[float, AfterValidator(lambda value: round(value, 4))]
Figure = Annotated[
    float | None,
    BeforeValidator(_finite),
    AfterValidator(lambda value: None if value is None else significant(value)),
]
"""A figure of a check; null where it is not finite."""
