"""Validation of what a record says of its lines: probabilities, inferred parts, other halves."""

from collections.abc import Iterator
from itertools import pairwise

from cracklens.record.measured import QuantitiesRecord
from cracklens.record.schema import BranchRecord, CrackRecord, Inspection, RejectedRecord

_ROUNDING = 2e-3
_ROUNDING_PX = 0.05
_ROUNDING_M = 1e-9


def judged_problems(inspection: Inspection) -> Iterator[str]:
    """Yield the inconsistencies, one line each.

    The rules: the probabilities of a crack and of the look-alikes sum to 1; a grade and a priority
    name the probability of their crack, and a score is that of a crack times it; inferred parts
    lie within their branch and do not overlap; what a crack continues exists and names it too; an
    interval of a quantity holds its value.
    """
    cracks = {crack.id: crack for photo in inspection.photographs for crack in photo.cracks}
    for photo in inspection.photographs:
        for crack in photo.cracks:
            yield from _shares(crack.id, crack)
            yield from _beside(crack)
            yield from _inferred(crack)
            yield from _halves(crack, cracks)
        for number, rejected in enumerate(photo.rejected):
            yield from _shares(f"{photo.id}, rejected {number}", rejected)
    if inspection.quantities:
        yield from _intervals(inspection.quantities)


def _shares(name: str, line: CrackRecord | RejectedRecord) -> Iterator[str]:
    if line.probability is None:
        if line.kinds:
            yield f"{name}: kinds are given without the probability that it is a crack"
        return
    total = line.probability + sum(line.kinds.values())
    if line.kinds and abs(total - 1) > _ROUNDING:
        yield f"{name}: the probabilities of a crack and of its look-alikes sum to {total:.4f}"


def _beside(crack: CrackRecord) -> Iterator[str]:
    parts = [(grade.code, grade.probability) for grade in crack.grades]
    if crack.priority:
        parts.append(("priority", crack.priority.probability))
    for name, probability in parts:
        if probability != crack.probability:
            yield f"{crack.id}, {name}: names another probability of a crack than the crack itself"
    found = crack.priority
    if found and found.if_crack is not None:
        factor = 1.0 if found.probability is None else found.probability
        if abs(found.score - factor * found.if_crack) > 0.1 + _ROUNDING:  # both are rounded
            yield f"{crack.id}: its score is not that of a crack times the probability of one"


def _inferred(crack: CrackRecord) -> Iterator[str]:
    for branch in crack.branches:
        if not _lies_within(branch):
            yield f"{crack.id}: inferred parts of a branch overlap, or name no points of it"
    found = crack.measurement
    if found and found.inferred_px > found.length_px.value + _ROUNDING_PX:
        yield f"{crack.id}: more of it is inferred than it is long"


def _lies_within(branch: BranchRecord) -> bool:
    parts = sorted(branch.inferred)
    inside = all(0 <= first < last < len(branch.points_px) for first, last in parts)
    return inside and all(one[1] <= other[0] for one, other in pairwise(parts))


def _halves(crack: CrackRecord, cracks: dict[str, CrackRecord]) -> Iterator[str]:
    for name in crack.continues:
        if name not in cracks or name == crack.id:
            yield f"{crack.id}: continues {name!r}, which is no other crack"
        elif crack.id not in cracks[name].continues:
            yield f"{crack.id}: continues {name}, which does not continue it"


def _intervals(found: QuantitiesRecord) -> Iterator[str]:
    rows = [("all cracks", found.length_m, found.low_m, found.high_m)]
    rows += [(row.name, row.length_m, row.low_m, row.high_m) for row in found.width_classes]
    rows += [
        (f"{row.code}, {row.state}", row.length_m, row.low_m, row.high_m) for row in found.states
    ]
    for name, length_m, low_m, high_m in rows:
        if length_m is None or low_m is None or high_m is None:
            continue
        if not low_m - _ROUNDING_M <= length_m <= high_m + _ROUNDING_M:
            yield f"quantities, {name}: {length_m} m do not lie in their interval"
