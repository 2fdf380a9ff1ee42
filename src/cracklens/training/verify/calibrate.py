"""Calibration of a verifier on whole lines of validation pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cracklens.tracing.crack import Crack
from cracklens.training.verify.labelled import CRACK_SHARE, FREE_SHARE, UNKNOWN
from cracklens.verification.lines import JudgedPieces, Line, branches_of, lines_of

Floats = NDArray[np.float64]

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
LEAST_RIGHT = 0.97
"""Share of the reported length that is crack on validation pictures: the aim of the threshold."""
_BINS = 10


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A judged line with its truth, which is exact on rendered pictures and less so on masks."""

    logit: float
    length_px: float
    is_crack: bool
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of a verifier, its error and its threshold."""

    coefficients: tuple[float, float, float]
    error: float
    threshold: float
    right: float
    found: float


def known_lines(
    lines: Sequence[Crack], judged: JudgedPieces, labels: NDArray[np.int64], *, exact: bool
) -> list[KnownLine]:
    """Return the lines of a picture whose truth is clear, cut as `verify` cuts them.

    Args:
        lines: candidates.
        judged: their pieces.
        labels: of these pieces.
        exact: whether every crack of the picture is known.
    """
    sums: dict[tuple[int, int], Floats] = {}
    for piece, label in zip(judged.pieces, labels, strict=True):
        if label == UNKNOWN:
            continue
        run = judged.runs[piece.run]
        for place, branch in enumerate(run.branches):
            start = max(piece.start_px, float(run.ends_px[place]))
            end = min(piece.end_px, float(run.ends_px[place + 1]))
            if end > start:
                row = sums.setdefault((run.candidate, branch), np.zeros(2))
                row += (end - start) * np.array([1.0, float(label == 0)])
    found = []
    for line in lines_of(lines, branches_of(judged, lines), 0.0):
        known = _truth(line, sums)
        if known is not None:
            found.append(KnownLine(line.logit, line.length_px, known, exact))
    return found


def _truth(line: Line, sums: dict[tuple[int, int], Floats]) -> bool | None:
    rows = [sums[line.candidate, b] for b in line.branches if (line.candidate, b) in sums]
    if not rows:
        return None
    length, crack = np.sum(rows, axis=0)
    share = crack / max(float(length), 1e-9)
    if share >= CRACK_SHARE:
        return True
    return False if share <= FREE_SHARE else None


def calibrate(lines: Sequence[KnownLine]) -> Calibration:
    """Fit the logit of a line on its mean logit and its length; choose the threshold.

    Platt 1999 with one more regressor. Photographs and rendered pictures weigh the same in the fit,
    however many lines each has; the threshold is that of the rendered ones, whose truth is whole:
    masks leave cracks out. The error is the expected calibration error in ten bins of
    equal count, by two-fold cross-fitting: each half is judged by the fit on the other.
    """
    features = np.array([[1.0, one.logit, np.log1p(one.length_px)] for one in lines])
    truth = np.array([one.is_crack for one in lines], np.float64)
    exact = np.array([one.exact for one in lines])
    weight = _weights(exact)
    length = np.array([one.length_px for one in lines])
    half = np.arange(len(lines)) % 2 == 0
    crossed = np.zeros(len(lines))
    for part in (half, ~half):
        crossed[~part] = expit(features[~part] @ _platt(features[part], truth[part], weight[part]))
    coefficients = _platt(features, truth, weight)
    share = expit(features @ coefficients)
    judged = exact if exact.any() else ~exact
    threshold = _threshold(share[judged], truth[judged], length[judged])
    reported = judged & (share >= threshold)
    return Calibration(
        (float(coefficients[0]), float(coefficients[1]), float(coefficients[2])),
        calibration_error(crossed, truth),
        threshold,
        float((length * truth)[reported].sum() / max(length[reported].sum(), 1e-9)),
        float((length * truth)[reported].sum() / max((length * truth)[judged].sum(), 1e-9)),
    )


def _weights(exact: NDArray[np.bool_]) -> Floats:
    """Return a weight for each line, with the mean 1; both kinds weigh the same together."""
    kinds = [kind for kind in (exact, ~exact) if kind.any()]
    weights = np.ones(len(exact))
    for kind in kinds:
        weights[kind] = len(exact) / (len(kinds) * kind.sum())
    return weights


def _platt(features: Floats, truth: Floats, weight: Floats) -> Floats:
    """Return constant, weight of the logit and weight of the length; (0, 1, 0) without two kinds.

    Features are scaled before the fit, so that its mild regularisation acts on all alike.
    """
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(truth)) < 2:  # noqa: PLR2004
        return np.array([0.0, 1.0, 0.0])
    centre, spread = features[:, 1:].mean(axis=0), np.maximum(features[:, 1:].std(axis=0), 1e-6)
    fitted = LogisticRegression(C=100.0, max_iter=1000).fit(
        (features[:, 1:] - centre) / spread, truth, sample_weight=weight
    )
    slopes = fitted.coef_[0] / spread
    return np.array([float(fitted.intercept_[0] - slopes @ centre), *slopes])


def calibration_error(share: Floats, truth: Floats) -> float:
    """Return the expected calibration error in bins of equal count."""
    order = np.argsort(share)
    bins = np.array_split(order, min(_BINS, max(len(order) // 20, 1)))
    return float(
        sum(len(b) * abs(share[b].mean() - truth[b].mean()) for b in bins if len(b)) / len(order)
    )


def _threshold(share: Floats, truth: Floats, length: Floats) -> float:
    """Return the least threshold at which enough of the reported length is crack; at most 0.8."""
    for threshold in THRESHOLDS:
        reported = share >= threshold
        right = (length * truth)[reported].sum()
        if right >= LEAST_RIGHT * length[reported].sum():
            return threshold
    return THRESHOLDS[-1]
