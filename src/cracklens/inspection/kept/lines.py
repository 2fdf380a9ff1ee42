"""Traced and judged lines as arrays, at full precision."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.inspection.kept.arrays import Array
from cracklens.tracing.crack import Branch, Crack
from cracklens.verification.judged import JudgedLines
from cracklens.verification.lines import JudgedBranches

Floats = NDArray[np.float64]


def arrays_of(cracks: Sequence[Crack]) -> dict[str, Array]:
    """Return lines as arrays; their verdicts, which follow from other values, are left out.

    Args:
        cracks: lines of one photograph.
    """
    branches = [branch for crack in cracks for branch in crack.branches]
    return {
        "points_px": _joined([b.points_px for b in branches], (0, 2)),
        "width_px": _joined([b.width_px for b in branches], (0,)),
        "point_counts": _whole([len(b.points_px) for b in branches]),
        "ends": _whole([(b.start, b.end) for b in branches]).reshape(-1, 2),
        "inferred": _whole([part for b in branches for part in b.inferred]).reshape(-1, 2),
        "inferred_counts": _whole([len(b.inferred) for b in branches]),
        "branch_counts": _whole([len(crack.branches) for crack in cracks]),
        "nodes_px": _joined([crack.nodes_px for crack in cracks], (0, 2)),
        "node_counts": _whole([len(crack.nodes_px) for crack in cracks]),
        "figures": np.array(
            [(c.confidence, c.mean_width_px, c.max_width_px, *c.widest_px) for c in cracks],
            np.float64,
        ).reshape(-1, 5),
        "flags": np.array([(c.touches_border, c.network) for c in cracks], bool).reshape(-1, 2),
        "continues": _whole([other for crack in cracks for other in crack.continues]),
        "continues_counts": _whole([len(crack.continues) for crack in cracks]),
    }


def cracks_from(arrays: Mapping[str, Array]) -> list[Crack]:
    """Return the lines of `arrays_of`, without verdicts.

    Raises:
        KeyError: an array is missing.
        ValueError: the arrays do not fit together.
    """
    points = _split(arrays["points_px"], arrays["point_counts"])
    widths = _split(arrays["width_px"], arrays["point_counts"])
    inferred = _split(arrays["inferred"], arrays["inferred_counts"])
    ends = arrays["ends"].tolist()
    rows = zip(points, widths, ends, inferred, strict=True)
    branches = [
        Branch(line, width, start, end, tuple((a, b) for a, b in parts.tolist()))
        for line, width, (start, end), parts in rows
    ]
    own = _grouped(branches, arrays["branch_counts"])
    nodes = _split(arrays["nodes_px"], arrays["node_counts"])
    continues = _split(arrays["continues"], arrays["continues_counts"])
    figures, flags = arrays["figures"].tolist(), arrays["flags"].tolist()
    return [
        Crack(
            branches=tuple(parts),
            nodes_px=places,
            confidence=confidence,
            mean_width_px=mean,
            max_width_px=most,
            widest_px=(x, y),
            touches_border=border,
            network=network,
            continues=tuple(others.tolist()),
        )
        for parts, places, (confidence, mean, most, x, y), (border, network), others in zip(
            own, nodes, figures, flags, continues, strict=True
        )
    ]


def judged_arrays(judged: JudgedLines) -> dict[str, Array]:
    """Return judged lines as arrays; `JudgedLines.notes` and the size are left out."""
    kinds = [one.kinds for one in judged.branches]
    width = kinds[0].shape[1] if kinds else 0
    return {
        **arrays_of(judged.candidates),
        "logits": _joined([one.crack for one in judged.branches], (0,)),
        "kinds": _joined(kinds, (0, width)),
        "judged_px": _joined([one.length_px for one in judged.branches], (0,)),
        "probable": _joined(judged.probable, (0,)),
    }


def judged_from(
    arrays: Mapping[str, Array], size_px: tuple[int, int], notes: tuple[str, ...]
) -> JudgedLines:
    """Return the lines of `judged_arrays`.

    Raises:
        KeyError: an array is missing.
        ValueError: the arrays do not fit together.
    """
    counts = arrays["branch_counts"]
    columns = [
        _split(arrays[name], counts) for name in ("logits", "kinds", "judged_px", "probable")
    ]
    branches = tuple(
        JudgedBranches(crack, kinds, length)
        for crack, kinds, length in zip(*columns[:3], strict=True)
    )
    return JudgedLines(tuple(cracks_from(arrays)), branches, tuple(columns[3]), size_px, notes)


def _joined(parts: Sequence[Floats], empty: tuple[int, ...]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(empty)


def _whole(values: Sequence[Any]) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def _split(array: Array, counts: Array) -> list[Array]:
    if int(counts.sum()) != len(array):
        raise ValueError("parts and counts differ")
    return np.split(array, np.cumsum(counts)[:-1]) if len(counts) else []


def _grouped(items: Sequence[Branch], counts: Array) -> Iterator[Sequence[Branch]]:
    if int(counts.sum()) != len(items):
        raise ValueError("branches and counts differ")
    place = 0
    for count in counts.tolist():
        yield items[place : place + count]
        place += count
