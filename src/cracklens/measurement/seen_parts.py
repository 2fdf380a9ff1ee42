"""Widths that were seen at different times, put together for one photograph."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.types import UNMEASURED

_OF_CRACK = ("lost_px", "edge_px")
_OF_PHOTOGRAPH = ("spread", "spread_covariance")
_NUMBERS = ("branch", "crack")


@dataclass(frozen=True, slots=True)
class SeenCrack:
    """One crack among those of a photograph.

    Attributes:
        seen: widths of several cracks.
        number: of the crack among them.
        first_branch: number of its first branch, counted over them all.
        branches: how many it has.
    """

    seen: SeenWidths
    number: int
    first_branch: int
    branches: int


def seen_cracks(seen: SeenWidths, branches: Sequence[int]) -> list[SeenCrack]:
    """Return each crack of some widths.

    Args:
        seen: widths of C cracks.
        branches: (C,) number of branches of each crack.
    """
    first = np.concatenate([[0], np.cumsum(branches)]).astype(int)
    return [
        SeenCrack(seen, number, int(first[number]), count) for number, count in enumerate(branches)
    ]


def joined(parts: Sequence[SeenCrack]) -> SeenWidths | None:
    """Return the widths of cracks as if they had been seen together; None without a crack.

    Args:
        parts: the cracks in their order; the blur is that of the first one.
    """
    if not parts:
        return None
    first = parts[0].seen
    shared = {name: getattr(first, name) for name in _OF_PHOTOGRAPH}
    names = [field.name for field in fields(SeenWidths) if field.name not in shared]
    columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in names}
    branch = 0
    for number, part in enumerate(parts):
        own = part.seen.crack == part.number
        for name, column in columns.items():
            if name in _OF_CRACK:
                column.append(getattr(part.seen, name)[part.number : part.number + 1])
            elif name not in _NUMBERS:
                column.append(getattr(part.seen, name)[own])
        columns["branch"].append(part.seen.branch[own] - part.first_branch + branch)
        columns["crack"].append(np.full(int(own.sum()), number, part.seen.crack.dtype))
        branch += part.branches
    stacked: dict[str, Any] = {name: np.concatenate(column) for name, column in columns.items()}
    return SeenWidths(**stacked, **shared)


def without(seen: SeenWidths, hidden: NDArray[np.bool_]) -> SeenWidths:
    """Return widths without those at stations where no concrete is seen.

    Args:
        seen: widths at N stations.
        hidden: (H, W) True where no concrete is seen.
    """
    last = np.array(hidden.shape[::-1]) - 1
    x, y = np.clip(np.rint(seen.points_px).astype(int), 0, last).T
    lost = hidden[y, x]
    return replace(
        seen,
        width_px=np.where(lost, np.nan, seen.width_px),
        method=np.where(lost, UNMEASURED, seen.method).astype(np.uint8),
        mask_px=np.where(lost, 0.0, seen.mask_px),
    )
