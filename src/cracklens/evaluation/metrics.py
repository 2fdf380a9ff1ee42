"""Classification metrics as pure functions of arrays, each with optional weights.

Weights count how often each sample is taken; the bootstrap passes the multiplicities of a
resample. Definitions are scikit-learn's, so that figures compare with published ones. The
metrics of a decision stand here, those of a ranking (ROC, precision-recall) in `ranking`;
this module gives both.
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
"""Probabilities below are raised to it, so that one sure mistake costs 16.1 and not infinity.

Keras clips at the same figure (`keras.config.epsilon()`), which keeps log losses comparable.
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
        (K, K), rows the truth, columns the prediction; integers without weights.

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

    A ratio whose denominator is zero (class never predicted, or absent) is 0, as with
    scikit-learn's `zero_division=0`.

    Args:
        confusion: (..., K, K), rows the truth; leading axes run over replicates.

    >>> per_class(np.array([[3, 1], [0, 4]])).recall.tolist()
    [0.75, 1.0]
    """
    confusion = np.asarray(confusion, np.float64)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    support = confusion.sum(axis=-1)
    answers = confusion.sum(axis=-2)
    return PerClass(
        precision=_ratio(hits, answers),
        recall=_ratio(hits, support),
        f1=_ratio(2 * hits, support + answers),
        support=support,
    )


def macro_average(figures: PerClass) -> Averages:
    """Average over all K classes alike; an absent class counts with its zeros."""
    return Averages(*(values.mean(axis=-1) for values in figures[:3]))


def weighted_average(figures: PerClass) -> Averages:
    """Average over the classes in proportion to their support."""
    share = _ratio(figures.support, figures.support.sum(axis=-1, keepdims=True))
    return Averages(*((values * share).sum(axis=-1) for values in figures[:3]))


def majority_baseline(true: AnyArray, weights: AnyArray | None = None) -> float:
    """Return the accuracy of always answering the most frequent class of (N,) true indices.

    A model below it is worse than no model, however high its accuracy sounds: 85 % of the
    deck tiles of SDNET2018 show no crack.

    >>> majority_baseline(np.array([0, 0, 0, 1]))
    0.75
    """
    counts = np.bincount(true, weights)
    return float(counts.max() / counts.sum())


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    above, below = np.broadcast_arrays(above, below)
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
