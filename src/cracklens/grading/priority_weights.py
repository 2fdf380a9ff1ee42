"""The weights of the priority, in a TOML file that a person can replace in part or as a whole."""

import itertools
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cracklens.errors import UsageError, did_you_mean
from cracklens.files import read_text
from cracklens.grading.context import exposure_owners
from cracklens.grading.tables import Reinforcement, Role

_NAMED = ("exposure", "role")
"""Sections whose keys are names of classes and members, not fields."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TermWeights(_Section):
    """How much each term counts; only their ratios matter."""

    severity: float = Field(gt=0)
    extent: float = Field(ge=0)
    exposure: float = Field(ge=0)
    role: float = Field(ge=0)
    growth: float = Field(ge=0)


class SeverityClasses(_Section):
    """Boundaries of the width between the classes, rising."""

    reinforced_mm: tuple[float, ...] = Field(min_length=1)
    prestressed_mm: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> "SeverityClasses":
        for edges in (self.reinforced_mm, self.prestressed_mm):
            if edges[0] <= 0 or any(a >= b for a, b in itertools.pairwise(edges)):
                raise ValueError("boundaries must lie above 0 and rise")
        return self

    def boundaries_mm(self, reinforcement: Reinforcement | None) -> tuple[float, ...]:
        """Return the boundaries that hold for a member; reinforced where it is not said."""
        return self.prestressed_mm if reinforcement == "prestressed" else self.reinforced_mm


class ExtentScale(_Section):
    """What counts as 1."""

    full_length_m: float = Field(gt=0)
    full_density_m_per_m2: float = Field(gt=0)


class GrowthScale(_Section):
    """What counts as 1."""

    full_mm_per_year: float = Field(gt=0)


class Weights(_Section):
    """All that decides the priority but the crack itself.

    Attributes:
        weights: of the terms.
        severity: classes of width.
        extent: length and density that count as 1.
        exposure: value of each exposure class, 0 to 1.
        role: value of each role of a member, 0 to 1.
        growth: growth that counts as 1.
    """

    weights: TermWeights
    severity: SeverityClasses
    extent: ExtentScale
    exposure: dict[str, float]
    role: dict[Role, float]
    growth: GrowthScale

    @model_validator(mode="after")
    def _shares(self) -> "Weights":
        for section in (self.exposure, self.role):
            for name, value in section.items():
                if not 0 <= value <= 1:
                    raise ValueError(f"{name} must lie between 0 and 1, got {value:g}")
        return self


def load_weights(path: Path | None = None) -> Weights:
    """Return the weights of the package, with what a file says laid over them.

    Args:
        path: a TOML file with any part of `priority.toml`; None for the weights of the package.

    Raises:
        UsageError: the file cannot be read, is not TOML, or says something unknown or impossible.
    """
    shipped = (files("cracklens.grading") / "priority.toml").read_text(encoding="utf-8")
    values = tomllib.loads(shipped)
    if path is None:
        return Weights.model_validate(values)
    for section, given in _read(path).items():
        _check_names(path, section, given, values)
        values[section] = {**values[section], **given}
    try:
        return Weights.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{path}: {place + ': ' if place else ''}{message}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error


def _check_names(path: Path, section: str, given: Any, values: Mapping[str, Any]) -> None:  # noqa: ANN401 - TOML holds anything
    if section not in values:
        raise UsageError(f"{path}: no section {section!r}: {did_you_mean(section, values)}")
    if not isinstance(given, dict):
        raise UsageError(f"{path}: {section} must be a section, written [{section}]")
    known: Iterable[str] = exposure_owners() if section == "exposure" else values[section]
    what = "name" if section in _NAMED else "key"
    for name in given:
        if name not in known:
            raise UsageError(
                f"{path}: no {what} {name!r} in [{section}]: {did_you_mean(name, known)}"
            )
