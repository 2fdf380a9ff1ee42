"""The probability that the lines at a gap are one crack, from what is seen in it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.tracing.ends import Ends
from cracklens.tracing.gaps import Gap, turn_deg
from cracklens.tracing.graph import Graph
from cracklens.tracing.strip import Path

FEATURES = (
    "log gap",
    "log gap over shorter piece",
    "log gap over longer piece",
    "root probability",
    "low root probability",
    "darkness",
    "dark share",
    "darkness above beside",
    "near turn",
    "far turn",
    "greatest turn",
    "log detour",
    "log width ratio",
    "probability of the ends",
    "hidden share",
    "gap times turn",
    "bend",
)
"""Names of the features, in the order of the weights."""
_MOST_DARK, _DARK = 6.0, 1.5
_LOW_PERCENT = 20


@dataclass(frozen=True, slots=True)
class JoinModel:
    """A logistic model.

    Attributes:
        weights: (F,) of the features.
        bias: of the log odds.
    """

    weights: Floats
    bias: float

    def probability(self, features: Floats) -> Floats:
        """Return the probability that two lines are one crack, (N,), of features (N, F)."""
        odds = np.clip(features @ self.weights + self.bias, -30, 30)
        found: Floats = 1 / (1 + np.exp(-odds))
        return found


@cache
def join_models() -> dict[str, JoinModel]:
    """Return the models by name: "end" or "line", with or without " with pixels".

    They were fitted by `benchmarks/joining_fit.py` on rendered walls and pictures.
    """
    text = files("cracklens.tracing").joinpath("join_weights.json").read_text(encoding="utf-8")
    return {
        name: JoinModel(np.array([one["weights"][f] for f in FEATURES]), float(one["bias"]))
        for name, one in json.loads(text)["models"].items()
    }


def gap_features(gap: Gap, path: Path, graph: Graph, ends: Ends) -> Floats:
    """Return the features of a gap, (F,) in the order of `FEATURES`.

    Args:
        gap: between an end and another end or a line.
        path: across the gap.
        graph: of the lines.
        ends: their free ends.
    """
    lengths, widths, sure, turns = _sides(gap, path, graph, ends)
    shown = _between(gap, path, widths)
    root, dark, beside = (
        values[shown] if shown.any() else np.zeros(1)
        for values in (np.sqrt(path.probability), path.darkness, path.beside)
    )
    dark, beside = np.minimum(dark, _MOST_DARK), np.minimum(beside, _MOST_DARK)
    seen = 1 - float(path.hidden.mean())
    log_gap = np.log(path.gap_px + 2)
    near, far, greatest = turns
    return np.array(
        [
            log_gap,
            log_gap - np.log(lengths.min() + 2),
            log_gap - np.log(lengths.max() + 2),
            seen * root.mean(),
            seen * np.percentile(root, _LOW_PERCENT),
            seen * dark.mean() / _MOST_DARK,
            seen * (dark > _DARK).mean(),
            seen * (dark - beside).mean() / _MOST_DARK,
            near / 90,
            far / 90,
            greatest / 90,
            np.log(max(path.length_px / path.gap_px, 1.0)),
            abs(np.log(widths[0] / widths[1])),
            sure.min(),
            1 - seen,
            log_gap * (greatest / 90),
            _bend_deg(gap, graph, ends) / 90,
        ]
    )


def _between(gap: Gap, path: Path, widths: Floats) -> NDArray[np.bool_]:
    """Return which samples of a path are visible and not on the line that is met, (K,)."""
    count = len(path.hidden)
    own = 0 if gap.other >= 0 else round(widths[1] / 2 / path.gap_px * count)
    return ~path.hidden & (np.arange(count) < max(count - own, min(3, count)))


def _sides(
    gap: Gap, path: Path, graph: Graph, ends: Ends
) -> tuple[Floats, Floats, Floats, tuple[float, float, float]]:
    """Return lengths, widths and probabilities of both sides, and mean and greatest turns."""
    ahead = path.points_px[-1] - path.points_px[0]
    ahead = ahead / max(float(np.hypot(*ahead)), 1e-9)
    own = turn_deg(ends.outward[gap.end], ahead)
    if gap.other >= 0:
        pair = [gap.end, gap.other]
        theirs = turn_deg(ends.outward[gap.other], -ahead)
        return (
            ends.length_px[pair],
            np.maximum(ends.width_px[pair], 0.5),
            ends.probability[pair],
            (
                float(own[0] + theirs[0]) / 2,
                float(own[1] + theirs[1]) / 2,
                float(np.maximum(own, theirs).max()),
            ),
        )
    met = graph.stretches[gap.stretch]
    width = max(2 * float(met.radius_px[gap.point]), 0.5)
    sure = ends.probability[gap.end]
    return (
        np.array([ends.length_px[gap.end], met.length_px]),
        np.array([max(ends.width_px[gap.end], 0.5), width]),
        np.array([sure, sure]),
        (float(own[0]), float(own[1]), float(own.max())),
    )


def _bend_deg(gap: Gap, graph: Graph, ends: Ends) -> float:
    """Return the angle between both sides: 0 for ends that face each other, or across a line."""
    own = ends.outward[gap.end, 1]
    if gap.other >= 0:
        return float(turn_deg(own, -ends.outward[gap.other, 1]))
    points = graph.stretches[gap.stretch].points_px
    low, high = max(gap.point - 8, 0), min(gap.point + 8, len(points) - 1)
    course = points[high] - points[low]
    course = course / max(float(np.hypot(*course)), 1e-9)
    return abs(90.0 - float(turn_deg(own, course)))
