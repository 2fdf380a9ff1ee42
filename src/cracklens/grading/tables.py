"""The shape of the file of a code: its figures, where they stand, and how they were read."""

import itertools
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["design limit", "inspection state"]
Verified = Literal["primary", "secondary"]
Reinforcement = Literal["reinforced", "prestressed"]
Role = Literal["deck", "girder", "pier", "abutment", "wall", "slab", "column", "other"]
Question = Literal["exposure", "reinforcement"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class State(_Part):
    """A state of a code.

    Attributes:
        name: as the code calls it, such as "CS2".
        words: what it means, with its figures.
    """

    name: str = Field(min_length=1)
    words: str = Field(min_length=1)


class Caution(_Part):
    """What to say of a crack whose width may lie in a range."""

    above_mm: float = Field(ge=0)
    up_to_mm: float = Field(gt=0)
    text: str


class Table(_Part):
    """States by the measured width, and by the spacing where the code has one.

    Attributes:
        clause: where it stands.
        reinforcement: what it holds for; None for both.
        boundaries_mm: between the states, rising; one less than the states.
        states: from the best to the worst that the program gives.
        spacing_boundaries_mm: between the same states by spacing, falling; empty without.
        printed: the boundaries of the width as the code prints them, where it is not in mm.
        cautions: what the width alone cannot say.
    """

    clause: str
    reinforcement: Reinforcement | None = None
    boundaries_mm: tuple[float, ...] = Field(min_length=1)
    states: tuple[State, ...]
    spacing_boundaries_mm: tuple[float, ...] = ()
    printed: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Table":
        edges, gaps = self.boundaries_mm, self.spacing_boundaries_mm
        if edges[0] <= 0 or any(a >= b for a, b in itertools.pairwise(edges)):
            raise ValueError("boundaries_mm must lie above 0 and rise")
        if len(self.states) != len(edges) + 1:
            raise ValueError("there must be one state more than boundaries")
        if gaps and (len(gaps) != len(edges) or any(a <= b for a, b in itertools.pairwise(gaps))):
            raise ValueError("spacing_boundaries_mm must fall and be as many as boundaries_mm")
        if self.printed and len(self.printed) != len(edges):
            raise ValueError("printed must be as many as boundaries_mm")
        return self


class Limit(_Part):
    """A design limit of the calculated width for exposure classes.

    Attributes:
        exposures: their names.
        reinforcement: what it holds for; None for whatever the code holds for.
        words: what the classes or the limit mean.
        limit_mm: None where something else than a width is asked for.
        requirement: what is asked for then, such as "decompression".
        printed: the limit as the code prints it, where it is not in mm.
        alone: the classes say that there is nothing else; no other may stand beside them.
    """

    exposures: tuple[str, ...] = Field(min_length=1)
    reinforcement: Reinforcement | None = None
    words: str
    limit_mm: float | None = Field(None, gt=0)
    requirement: str | None = None
    printed: str | None = None
    alone: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "Limit":
        if (self.limit_mm is None) == (self.requirement is None):
            raise ValueError("a limit has either limit_mm or requirement")
        return self


class Code(_Part):
    """A code, a guide or a digest; one TOML file each under `codes/`.

    Attributes:
        name: as the user gives it, and that of the file.
        title: for people.
        clause: where the figures stand.
        edition: its year; None where it is not recorded.
        kind: what its figures are for: calculated width (a limit) or measured width (a state).
        verified: whether the figures were read in the code itself or in a secondary source.
        units: of all figures.
        asks: what the user is asked for; neither can be seen in a picture.
        reinforcement: what it holds for.
        roles: members that it holds for; empty for any.
        tables: of states; empty for design limits.
        limits: empty for inspection states.
        notes: what to say with each grade, among it the states that the program never gives.
    """

    name: str
    title: str
    clause: str
    edition: str | None = None
    kind: Kind
    verified: Verified
    units: Literal["mm"]
    asks: tuple[Question, ...]
    reinforcement: tuple[Reinforcement, ...] = ("reinforced", "prestressed")
    roles: tuple[Role, ...] = ()
    tables: tuple[Table, ...] = ()
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exposures(self) -> tuple[str, ...]:
        """Names of its exposure classes, in the order of the code."""
        return tuple(dict.fromkeys(name for row in self.limits for name in row.exposures))

    @model_validator(mode="after")
    def _consistent(self) -> "Code":
        has_limits = self.kind == "design limit"
        if bool(self.limits) != has_limits or bool(self.tables) == has_limits:
            raise ValueError("a design limit has limits, an inspection state has tables")
        rows: tuple[Table | Limit, ...] = self.tables or self.limits
        needed: set[Question] = {"exposure"} if has_limits else set()
        if any(row.reinforcement for row in rows):
            needed.add("reinforcement")
        if set(self.asks) != needed:
            raise ValueError(f"asks must be {sorted(needed)}, as the rows differ by that")
        self._check_rows(rows)
        return self

    def _check_rows(self, rows: tuple[Table | Limit, ...]) -> None:
        """Refuse a code in which a context finds no row, or more than one."""
        for kind in self.reinforcement:
            held = [row for row in rows if row.reinforcement in {None, kind}]
            found = [
                name
                for row in held
                for name in (row.exposures if isinstance(row, Limit) else ("",))
            ]
            if sorted(found) != sorted(self.exposures or ("",)):
                raise ValueError(f"there must be exactly one row for each class, {kind}")
