"""From judged pieces to judged lines: cracks are separated from what they touch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from cracklens.tracing.assemble import WIDE_PERCENT, percentile, touches_border
from cracklens.tracing.crack import Branch, Crack, Verdict
from cracklens.verification.dense import dense
from cracklens.verification.kinds import LOOKALIKES
from cracklens.verification.pieces import Piece, Run

Floats = NDArray[np.float64]

_HALF = 0.5
_SHORT_PX = 24.0  # a shorter branch is judged with its longest neighbour


@dataclass(frozen=True, slots=True)
class JudgedPieces:
    """The pieces of a photograph with their logits.

    Attributes:
        runs: of all candidates.
        pieces: of these runs.
        logits: (N, kinds) of each piece; the first kind is a crack.
    """

    runs: Sequence[Run]
    pieces: Sequence[Piece]
    logits: Floats

    @property
    def crack_logits(self) -> Floats:
        """The logit of a crack against all other kinds, (N,)."""
        rest: Floats = logsumexp(self.logits[:, 1:], axis=1)
        return self.logits[:, 0] - rest


@dataclass(frozen=True, slots=True)
class JudgedBranches:
    """The mean logits of the branches of one candidate.

    Attributes:
        crack: (B,) mean logit of a crack.
        kinds: (B, look-alikes) mean share of each look-alike, if it is no crack.
        length_px: (B,).
    """

    crack: Floats
    kinds: Floats
    length_px: Floats


def branches_of(judged: JudgedPieces, candidates: Sequence[Crack]) -> list[JudgedBranches]:
    """Return the judged branches of each candidate."""
    sums = [np.zeros((len(crack.branches), 2 + len(LOOKALIKES))) for crack in candidates]
    if len(judged.pieces):
        crack = judged.crack_logits
        others = np.exp(judged.logits[:, 1:] - logsumexp(judged.logits[:, 1:], axis=1)[:, None])
        for piece, logit, shares in zip(judged.pieces, crack, others, strict=True):
            run = judged.runs[piece.run]
            for place, branch in enumerate(run.branches):
                start = max(piece.start_px, float(run.ends_px[place]))
                end = min(piece.end_px, float(run.ends_px[place + 1]))
                if end > start:
                    row = sums[run.candidate][branch]
                    row += (end - start) * np.array([1.0, logit, *shares])
    found = []
    for crack_line, rows in zip(candidates, sums, strict=True):
        weight = np.maximum(rows[:, 0], 1e-9)
        length = np.array([branch.length_px for branch in crack_line.branches])
        found.append(JudgedBranches(rows[:, 1] / weight, rows[:, 2:] / weight[:, None], length))
    return found


def smoothed(crack: Crack, judged: JudgedBranches) -> Floats:
    """Return the logit of each branch; a short one takes that of its longest neighbour, (B,)."""
    at_node: dict[int, list[int]] = {}
    for index, branch in enumerate(crack.branches):
        for node in {branch.start, branch.end}:
            at_node.setdefault(node, []).append(index)
    logits = judged.crack.copy()
    for index, branch in enumerate(crack.branches):
        if judged.length_px[index] >= _SHORT_PX:
            continue
        near = [i for node in (branch.start, branch.end) for i in at_node[node] if i != index]
        if near:
            longest = max(near, key=lambda i: judged.length_px[i])
            if judged.length_px[longest] > judged.length_px[index]:
                logits[index] = judged.crack[longest]
    return logits


@dataclass(frozen=True, slots=True)
class Line:
    """Connected branches of one candidate that are alike.

    Attributes:
        candidate: its index.
        branches: their indices.
        logit: mean logit of a crack, by length.
        kinds: (look-alikes,) mean share of each.
        length_px: of all branches.
    """

    candidate: int
    branches: tuple[int, ...]
    logit: float
    kinds: Floats
    length_px: float


def lines_of(
    candidates: Sequence[Crack], judged: Sequence[JudgedBranches], cut_logit: float
) -> list[Line]:
    """Return the lines of all candidates: parts that lie on the same side of a logit."""
    found = []
    for number, (crack, branches) in enumerate(zip(candidates, judged, strict=True)):
        for part in _parts(crack, smoothed(crack, branches) >= cut_logit):
            weight = np.maximum(branches.length_px[part], 1e-6)
            found.append(
                Line(
                    number,
                    tuple(part),
                    float(np.average(branches.crack[part], weights=weight)),
                    np.average(branches.kinds[part], axis=0, weights=weight),
                    float(branches.length_px[part].sum()),
                )
            )
    return found


def _parts(crack: Crack, side: NDArray[np.bool_]) -> list[list[int]]:
    """Return the connected branches of either side; a network is one line."""
    if crack.network:
        return [list(range(len(crack.branches)))]
    return _connected(crack.branches, side)


def _connected(branches: Sequence[Branch], side: NDArray[np.bool_]) -> list[list[int]]:
    """Return the branches of the same side that are connected by their nodes."""
    parent = list(range(len(branches)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    known: dict[tuple[int, bool], int] = {}
    for index, branch in enumerate(branches):
        for node in (branch.start, branch.end):
            other = known.setdefault((node, bool(side[index])), index)
            parent[root(index)] = root(other)
    parts: dict[int, list[int]] = {}
    for index in range(len(branches)):
        parts.setdefault(root(index), []).append(index)
    return list(parts.values())


def verdict_of(line: Line, calibration: tuple[float, float, float]) -> Verdict:
    """Return the calibrated probabilities of a line."""
    chance = float(expit(line_logit(line.logit, line.length_px, calibration)))
    shares = line.kinds / max(float(line.kinds.sum()), 1e-9)
    kinds = {
        name: float(share * (1 - chance)) for name, share in zip(LOOKALIKES, shares, strict=True)
    }
    return Verdict(chance, kinds)


def line_logit(logit: float, length_px: float, calibration: tuple[float, float, float]) -> float:
    """Return the calibrated logit, see `Verification.calibration`."""
    constant, slope, per_length = calibration
    return float(constant + slope * logit + per_length * np.log1p(length_px))


def part_of(
    crack: Crack,
    branches: Sequence[int],
    verdict: Verdict,
    probable: Floats,
    size_px: tuple[int, int],
) -> Crack:
    """Return some branches of a crack as a crack of their own, with its own measures.

    Args:
        crack: candidate.
        branches: indices of those that are kept.
        verdict: of these.
        probable: (B,) of all branches, see `cracklens.verification.judged.JudgedLines`.
        size_px: (height, width) of the photograph.
    """
    if len(branches) == len(crack.branches):
        return replace(crack, verdict=verdict)
    chosen = [crack.branches[index] for index in branches]
    used = sorted({node for branch in chosen for node in (branch.start, branch.end)})
    number = {node: rank for rank, node in enumerate(used)}
    own = [replace(b, start=number[b.start], end=number[b.end]) for b in chosen]
    lines = [dense(branch) for branch in own]
    points = np.concatenate([line.points_px for line in lines])
    width = np.concatenate([line.width_px for line in lines])
    weight = np.concatenate([line.weight for line in lines])
    widest = points[int(np.argmax(np.where(weight > _HALF, width, 0.0)))]
    return replace(
        crack,
        branches=tuple(own),
        nodes_px=crack.nodes_px[used],
        confidence=float(probable[list(branches)].sum() / weight.sum()),
        mean_width_px=float(np.average(width, weights=weight)),
        max_width_px=percentile(width, weight, WIDE_PERCENT),
        widest_px=(float(widest[0]), float(widest[1])),
        touches_border=touches_border(points, width, size_px),
        verdict=verdict,
    )
