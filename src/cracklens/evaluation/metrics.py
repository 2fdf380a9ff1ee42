"""Classification metrics as pure functions of arrays, each with optional weights.

A weight counts how often a sample is drawn; the bootstrap passes the multiplicities of a resample.
The definitions are those of scikit-learn, so results are comparable with published ones. Metrics of
decisions are defined here, metrics of rankings (ROC, precision-recall) in `ranking`; this module
exports both.
"""

from typing import NamedTuple

import numpy as np

from cracklens.evaluation.ranking import (
    AnyArray,
    FloatArray,
    auroc,
    average_precision,
    macro_auroc,
    macro_average_precision,
    precision_recall_curve,
    roc_curve,
)

__all__ = [
    "LOG_LOSS_FLOOR",
    "Averages",
    "PerClass",
    "accuracy",
    "auroc",
    "average_precision",
    "confusion_matrix",
    "log_loss",
    "macro_auroc",
    "macro_average",
    "macro_average_precision",
    "majority_baseline",
    "per_class",
    "precision_recall_curve",
    "roc_curve",
    "sample_losses",
    "weighted_average",
]

LOG_LOSS_FLOOR = 1e-7
"""Lower limit of probabilities, so that one wrong prediction costs at most 16.1 nats.

Keras clips at the same value (`keras.config.epsilon()`), so log losses are comparable.
"""


class PerClass(NamedTuple):
    """Figures of each class, arrays of shape (..., K)."""

    precision: FloatArray
    recall: FloatArray
    f1: FloatArray
    support: FloatArray


class Averages(NamedTuple):
    """Averages over the classes, arrays of shape (...), or scalars for one confusion matrix."""

    precision: FloatArray
    recall: FloatArray
    f1: FloatArray


def confusion_matrix(
    true: AnyArray, predicted: AnyArray, classes: int, weights: AnyArray | None = None
) -> AnyArray:
    """Count each pair of true and predicted class.

    Args:
        true: (N,) class indices from 0 to `classes` - 1.
        predicted: (N,) class indices.
        classes: Number of classes K.
        weights: (N,) non-negative sample weights; without them each sample counts once.

    Returns:
        (K, K), rows are true classes, columns predicted ones; integers without weights.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
    array([[1, 0],
           [1, 1]])
    """
    cells = np.asarray(true) * classes + np.asarray(predicted)
    return np.bincount(cells, weights, minlength=classes * classes).reshape(classes, classes)


def accuracy(true: AnyArray, predicted: AnyArray, weights: AnyArray | None = None) -> float:
    """Return the share of samples whose predicted class (N,) is the true one (N,).

    >>> accuracy(np.array([0, 1, 1, 1]), np.array([0, 1, 0, 1]))
    0.75
    """
    return float(np.average(np.asarray(true) == np.asarray(predicted), weights=weights))


def sample_losses(probabilities: FloatArray, true: AnyArray) -> FloatArray:
    """Return each sample's cross-entropy in nats, (N,), from (N, K) probabilities.

    The probability of the true class is raised to `LOG_LOSS_FLOOR` where it is lower.
    """
    of_truth = np.asarray(probabilities, np.float64)[np.arange(len(true)), true]
    losses: FloatArray = -np.log(np.clip(of_truth, LOG_LOSS_FLOOR, 1.0))
    return losses


def log_loss(probabilities: FloatArray, true: AnyArray, weights: AnyArray | None = None) -> float:
    """Return the mean cross-entropy in nats of (N, K) probabilities; see `sample_losses`.

    >>> round(log_loss(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([0, 1])), 4)
    0.3466
    """
    return float(np.average(sample_losses(probabilities, true), weights=weights))


def per_class(confusion: AnyArray) -> PerClass:
    """Return precision, recall, F1 and support of each class.

    A ratio with a zero denominator (class never predicted, or absent) is 0, as with
    `zero_division=0` in scikit-learn.

    Args:
        confusion: (..., K, K), rows are true classes; leading axes are replicates.

    >>> per_class(np.array([[3, 1], [0, 4]])).recall.tolist()
    [0.75, 1.0]
    """
    confusion = np.asarray(confusion, np.float64)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    support = confusion.sum(axis=-1)
    predicted = confusion.sum(axis=-2)
    return PerClass(
        precision=_ratio(hits, predicted),
        recall=_ratio(hits, support),
        f1=_ratio(2 * hits, support + predicted),
        support=support,
    )


def macro_average(figures: PerClass) -> Averages:
    """Average over all K classes with equal weight; the figures of an absent class are 0."""
    return Averages(*(values.mean(axis=-1) for values in figures[:3]))


def weighted_average(figures: PerClass) -> Averages:
    """Average over the classes, weighted by their support."""
    share = _ratio(figures.support, figures.support.sum(axis=-1, keepdims=True))
    return Averages(*((values * share).sum(axis=-1) for values in figures[:3]))


def majority_baseline(true: AnyArray, weights: AnyArray | None = None) -> float:
    """Return the accuracy of always predicting the most frequent class of (N,) true indices.

    A model below this baseline is worse than no model, even with a high accuracy: 85 % of the deck
    tiles of SDNET2018 show no crack.

    >>> majority_baseline(np.array([0, 0, 0, 1]))
    0.75
    """
    counts = np.bincount(true, weights)
    return float(counts.max() / counts.sum())


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    above, below = np.broadcast_arrays(above, below)
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
