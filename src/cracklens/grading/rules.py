"""Which row of a code holds for a member: its boundaries and states, or what is missing."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from cracklens.grading.tables import Caution, Code, Limit, Reinforcement, Table
from cracklens.photos.scale.boundary import millimetres


@dataclass(frozen=True, slots=True)
class Rule:
    """Boundaries and states that hold for a member.

    Attributes:
        clause: where they stand.
        boundaries_mm: rising.
        states: one more than boundaries, the best first.
        spacing_boundaries_mm: falling; empty where spacing does not count.
        basis: what chose them, for people.
        cautions: what the width alone cannot say.
    """

    clause: str
    boundaries_mm: tuple[float, ...]
    states: tuple[str, ...]
    spacing_boundaries_mm: tuple[float, ...]
    basis: tuple[str, ...]
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class NoRule:
    """Why a code cannot be applied to a member, and what would help."""

    reason: str


def find_rule(
    code: Code, exposure: Sequence[str], reinforcement: Reinforcement | None
) -> Rule | NoRule:
    """Return what a code says for a member; never a guess.

    Args:
        code: as it was loaded.
        exposure: exposure classes of the member; those of other codes are passed over. Of several
            classes of this code the strictest limit holds.
        reinforcement: None if it was not said.
    """
    if "reinforcement" in code.asks and reinforcement is None:
        return NoRule(
            f"{code.name} differs by reinforcement: say --reinforcement reinforced or prestressed"
        )
    if code.kind == "design limit":
        return _limit_rule(code, exposure, reinforcement)
    table = next(t for t in code.tables if t.reinforcement in {None, reinforcement})
    return _table_rule(table)


def class_names(boundaries_mm: Sequence[float]) -> list[str]:
    """Return the names of the classes between rising boundaries.

    >>> class_names([0.1, 5])
    ['up to 0.10 mm', '0.10 to 5 mm', 'above 5 mm']
    """
    edges = [millimetres(edge) for edge in boundaries_mm]
    between = [f"{low} to {high} mm" for low, high in itertools.pairwise(edges)]
    return [f"up to {edges[0]} mm", *between, f"above {edges[-1]} mm"]


def _table_rule(table: Table) -> Rule:
    return Rule(
        clause=table.clause,
        boundaries_mm=table.boundaries_mm,
        states=tuple(state.name for state in table.states),
        spacing_boundaries_mm=table.spacing_boundaries_mm,
        basis=(table.reinforcement,) if table.reinforcement else (),
        cautions=table.cautions,
    )


def _limit_rule(
    code: Code, exposure: Sequence[str], reinforcement: Reinforcement | None
) -> Rule | NoRule:
    given = [name for name in exposure if name in code.exposures]
    if not given:
        return NoRule(
            f"{code.name} differs by exposure: say --exposure with one of "
            f"{', '.join(code.exposures)}"
        )
    rows = [
        (name, row)
        for name in given
        for row in code.limits
        if name in row.exposures and row.reinforcement in {None, reinforcement}
    ]
    name, row = min(rows, key=lambda pair: pair[1].limit_mm or 0.0)
    if row.limit_mm is None:
        return NoRule(
            f"{code.name}, {code.clause}, asks for {row.requirement} for {name} and "
            f"{reinforcement} ({row.words}), not for a width: check it by calculation"
        )
    limit = millimetres(row.limit_mm)
    return Rule(
        clause=code.clause,
        boundaries_mm=(row.limit_mm,),
        states=(f"within {limit} mm", f"exceeds {limit} mm"),
        spacing_boundaries_mm=(),
        basis=_limit_basis(name, row, given),
    )


def _limit_basis(name: str, row: Limit, given: Sequence[str]) -> tuple[str, ...]:
    said = f"exposure {name}" + (f", {row.reinforcement}" if row.reinforcement else "")
    others = [other for other in given if other != name]
    strictest = (f"the strictest of {', '.join([name, *others])}",) if others else ()
    return (f"{said}: {row.words}", *strictest)
