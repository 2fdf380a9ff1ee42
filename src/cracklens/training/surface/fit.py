"""The fit of the surface model to features: probe, calibration, threshold, distance.

Each group of pictures is scored by a probe that was fitted without it: a data set of surfaces as a
whole, and each picture of something else as a whole. Calibration and threshold come from these
scores, so they hold for sources that the model has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]

FALSE_EXCLUSION = 0.005
"""Share of the surface in held-out sources that may lie below the threshold."""
FALSE_WARNINGS = 0.02
"""Share of held-out pictures of surfaces that may be called unlike the training."""
_PENALTY = 1e-3  # inverse strength of the L2 penalty on standardised features
_FOLDS = 6
_FAR_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Features:
    """The cells of one picture that count.

    Attributes:
        group: of `SurfacePicture`.
        surface: whether it shows a surface.
        cells: (K, C) float32, K may be 0.
    """

    group: str
    surface: bool
    cells: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted surface model.

    Attributes:
        weight: (C,) of the probe, calibrated.
        bias: of the probe, calibrated.
        whitening: (C, C), so that distances of whitened features are Mahalanobis distances.
        centres: (G, C) mean features of each group of surfaces.
        threshold: see `models.card.Surface`, as the four that follow.
        false_exclusion: as held out.
        found_elsewhere: as held out.
        calibration_error: as held out.
        far_distance: from which a picture is unlike the training.
        false_warnings: as held out.
        false_exclusion_of: `false_exclusion` of each group of surfaces.
    """

    weight: Floats
    bias: float
    whitening: Floats
    centres: Floats
    threshold: float
    false_exclusion: float
    found_elsewhere: float
    calibration_error: float
    far_distance: float
    false_warnings: float
    false_exclusion_of: dict[str, float]


def fit(items: Sequence[Features]) -> Fitted:
    """Fit the surface model; the same features give the same model."""
    weight, bias = _probe(items)
    held_out = _held_out(items)
    scale, shift = _platt(held_out)
    scored = [(item, _sigmoid(scale * score + shift)) for item, score in held_out]
    surfaces = sorted({item.group for item in items if item.surface})
    threshold = _threshold(scored, surfaces)
    below = {group: _below(scored, threshold, group) for group in surfaces}
    values, weights, truth = _pooled(scored)
    elsewhere = truth == 0
    weight, bias = scale * weight, scale * bias + shift
    centres, whitening = _gaussian(items, surfaces, weight, bias)
    far, wrong = _far(items, surfaces, weight, bias)
    return Fitted(
        weight=weight,
        bias=float(bias),
        whitening=whitening,
        centres=centres,
        threshold=threshold,
        false_exclusion=float(np.mean(list(below.values()))),
        found_elsewhere=float(
            np.average(values[elsewhere] < threshold, weights=weights[elsewhere])
        ),
        calibration_error=_calibration_error(values, weights, truth),
        far_distance=far,
        false_warnings=wrong,
        false_exclusion_of=below,
    )


def distance_of(cells: NDArray[np.float32], fitted: Fitted) -> float:
    """Return the distance of one picture, as the exported network computes it."""
    mean = _mean(cells, fitted.weight, fitted.bias)
    return float(_nearest(mean[None], fitted.centres, fitted.whitening)[0])


def _probe(items: Sequence[Features]) -> tuple[Floats, float]:
    """Fit a logistic regression; both answers, and all groups of each, weigh the same."""
    cells = np.concatenate([item.cells for item in items]).astype(np.float64)
    truth = np.concatenate([np.full(len(item.cells), item.surface) for item in items])
    mean, deviation = cells.mean(axis=0), cells.std(axis=0) + 1e-6
    model = LogisticRegression(C=_PENALTY, max_iter=300)
    weights = _weights(items)
    model.fit((cells - mean) / deviation, truth, sample_weight=weights * len(cells))
    weight = model.coef_[0] / deviation
    return weight, float(model.intercept_[0] - weight @ mean)


def _weights(items: Sequence[Features]) -> Floats:
    """Return a weight for each cell, of sum 1: half for each answer, equal for its groups."""
    counts: dict[tuple[bool, str], int] = {}
    for item in items:
        key = item.surface, item.group
        counts[key] = counts.get(key, 0) + len(item.cells)
    groups = {answer: sum(key[0] == answer for key in counts) for answer in (True, False)}
    parts = [
        np.full(len(i.cells), 0.5 / (groups[i.surface] * max(counts[i.surface, i.group], 1)))
        for i in items
    ]
    return np.concatenate(parts)


def _held_out(items: Sequence[Features]) -> list[tuple[Features, Floats]]:
    """Return the scores of each picture by a probe that has not seen its group."""
    surfaces = sorted({item.group for item in items if item.surface})
    others = sorted({item.group for item in items if not item.surface})
    folds = max(len(surfaces), min(_FOLDS, len(others)))
    place = {group: number % folds for names in (surfaces, others)
             for number, group in enumerate(names)}  # fmt: skip
    found: list[tuple[Features, Floats]] = []
    for fold in range(folds):
        weight, bias = _probe([item for item in items if place[item.group] != fold])
        found += [(i, i.cells @ weight + bias) for i in items if place[i.group] == fold]
    return found


def _pooled(scored: Sequence[tuple[Features, Floats]]) -> tuple[Floats, Floats, Floats]:
    """Return values, weights and truth (1 for a surface) of all cells."""
    items = [item for item, _ in scored]
    truth = np.concatenate([np.full(len(i.cells), float(i.surface)) for i in items])
    return np.concatenate([values for _, values in scored]), _weights(items), truth


def _platt(held_out: Sequence[tuple[Features, Floats]]) -> tuple[float, float]:
    """Return scale and shift that calibrate the scores (Platt 1999)."""
    values, weights, truth = _pooled(held_out)
    model = LogisticRegression(C=1e6, max_iter=300)
    model.fit(values[:, None], truth, sample_weight=weights * len(values))
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _threshold(scored: Sequence[tuple[Features, Floats]], surfaces: Sequence[str]) -> float:
    """Return the largest threshold that loses no more than `FALSE_EXCLUSION` of the surfaces."""
    for threshold in np.geomspace(0.5, 1e-4, 200):
        if np.mean([_below(scored, threshold, group) for group in surfaces]) <= FALSE_EXCLUSION:
            return float(threshold)
    return 1e-4


def _below(scored: Sequence[tuple[Features, Floats]], threshold: float, group: str) -> float:
    values = np.concatenate([values for item, values in scored if item.group == group])
    return float((values < threshold).mean())


def _gaussian(
    items: Sequence[Features], surfaces: Sequence[str], weight: Floats, bias: float
) -> tuple[Floats, Floats]:
    """Return the centres of the groups and the whitening of what they have in common.

    One covariance for all groups, shrunk (Ledoit and Wolf 2004, doi:10.1016/S0047-259X(03)00096-4).
    """
    means = {
        group: np.stack([_mean(i.cells, weight, bias) for i in items if i.group == group])
        for group in surfaces
    }
    centres = np.stack([each.mean(axis=0) for each in means.values()])
    spread = np.concatenate([each - each.mean(axis=0) for each in means.values()])
    covariance = LedoitWolf(assume_centered=True).fit(spread).covariance_
    values, vectors = np.linalg.eigh(covariance)
    return centres, np.asarray(vectors / np.sqrt(np.maximum(values, 1e-9)))


def _far(
    items: Sequence[Features], surfaces: Sequence[str], weight: Floats, bias: float
) -> tuple[float, float]:
    """Return the distance that few pictures exceed, and how many do.

    Each picture is compared with a distribution without it and a fifth of the others. Whole groups
    are not held out here: a kind of surface that is new is what the warning is for.
    """
    own = [item for item in items if item.surface]
    folds = np.random.default_rng(0).integers(_FAR_FOLDS, size=len(own))
    distances = np.zeros(len(own))
    for fold in range(_FAR_FOLDS):
        kept = [item for item, place in zip(own, folds, strict=True) if place != fold]
        present = [group for group in surfaces if any(item.group == group for item in kept)]
        centres, whitening = _gaussian(kept, present, weight, bias)
        for index in np.flatnonzero(folds == fold):
            mean = _mean(own[index].cells, weight, bias)
            distances[index] = _nearest(mean[None], centres, whitening)[0]
    counts = {group: sum(item.group == group for item in own) for group in surfaces}
    weights = np.array([1 / counts[item.group] for item in own])
    order = np.argsort(distances)
    share = np.cumsum(weights[order]) / weights.sum()
    far = float(distances[order][np.searchsorted(share, 1 - FALSE_WARNINGS)])
    return far, float(np.average(distances > far, weights=weights))


def _mean(cells: NDArray[np.float32], weight: Floats, bias: float) -> Floats:
    """Return the mean features (C,) of a picture, weighted by the probability of a surface."""
    known = _sigmoid(cells @ weight + bias)
    return np.asarray(known @ cells / max(float(known.sum()), 1e-6), np.float64)


def _nearest(means: Floats, centres: Floats, whitening: Floats) -> Floats:
    apart = (means[:, None] - centres[None]) @ whitening
    return np.asarray(np.sqrt((apart**2).sum(axis=2)).min(axis=1))


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -60, 60))))


def _calibration_error(values: Floats, weights: Floats, truth: Floats) -> float:
    """Return the expected calibration error over ten bins of equal width, weighted."""
    place = np.minimum((values * 10).astype(int), 9)
    gaps = [
        abs(np.sum(weights[place == b] * (values[place == b] - truth[place == b])))
        for b in range(10)
    ]
    return float(np.sum(gaps))
