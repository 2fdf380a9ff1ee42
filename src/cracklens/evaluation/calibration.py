"""Calibration: agreement of probabilities with observed frequencies, and temperature scaling.

Sources: Guo et al. (2017), "On Calibration of Modern Neural Networks", arXiv:1706.04599
(temperature scaling, reliability diagram, top-label error); Naeini et al. (2015), "Obtaining
Well Calibrated Probabilities Using Bayesian Binning" (expected calibration error).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from cracklens.errors import DataError, UsageError
from cracklens.evaluation.ranking import AnyArray, FloatArray

TEMPERATURE_BOUNDS = (0.05, 20.0)
"""Limits of the fit. The optimum of separable data is 0, which would make every prediction
certain; the optimum of predictions that are always wrong is infinity."""

HALVINGS = 60
"""Halvings of the search interval of length log(20 / 0.05) = 6; float64 resolves about 52."""


def fit_temperature(logits: FloatArray, true: AnyArray) -> float:
    """Find the temperature T that minimises the log loss of softmax(logits / T).

    The log loss is convex in 1 / T (Guo et al. 2017, section 4.2), so its slope changes sign at
    most once. log T is found by bisection between `TEMPERATURE_BOUNDS`; if the minimum is outside,
    the bound is returned. If the logits do not differ between classes, T is undetermined and 1 is
    returned.

    Args:
        logits: (N, K) finite network outputs before the softmax, of samples that were not
            used to train.
        true: (N,) class indices.

    Returns:
        T: above 1 reduces probabilities that are too high, below 1 raises them.

    Raises:
        DataError: No samples, logits that are not finite, or shapes that disagree.
    """
    logits = _checked(logits, true)
    of_truth = logits[np.arange(len(true)), true]
    if not np.any(logits != logits[:, :1]):
        return 1.0

    def slope(log_temperature: float) -> float:
        """Return the derivative of the log loss by 1 / T; it is positive if T is too small."""
        expected = (apply_temperature(logits, np.exp(log_temperature)) * logits).sum(axis=1)
        return float(np.mean(expected - of_truth))

    low, high = np.log(TEMPERATURE_BOUNDS)
    if slope(low) <= 0:
        return TEMPERATURE_BOUNDS[0]
    if slope(high) >= 0:
        return TEMPERATURE_BOUNDS[1]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def apply_temperature(logits: FloatArray, temperature: float) -> FloatArray:
    """Return softmax(logits / temperature), (..., K), without overflow.

    Raises:
        UsageError: The temperature is not a positive number.

    >>> apply_temperature(np.array([[2.0, 0.0]]), 1e-3).tolist()
    [[1.0, 0.0]]
    """
    if not (temperature > 0 and np.isfinite(temperature)):
        raise UsageError(f"temperature {temperature}: it must be a positive number; 1 is neutral")
    logits = np.asarray(logits, np.float64)
    powers = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    probabilities: FloatArray = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


@dataclass(frozen=True)
class ReliabilityBins:
    """Confidence and accuracy in B equal-width bins of the top-label confidence.

    Attributes:
        edges: (B + 1,) from 0 to 1; a bin includes its upper edge and not its lower one.
        confidence: (B,) mean confidence; NaN in an empty bin.
        accuracy: (B,) share of correct predictions; NaN in an empty bin.
        count: (B,) samples, or the sum of their weights.
    """

    edges: FloatArray
    confidence: FloatArray
    accuracy: FloatArray
    count: FloatArray


@dataclass(frozen=True)
class Binned:
    """Samples sorted into confidence bins, for use with many weightings.

    Attributes:
        edges: (B + 1,) bin edges.
        index: (N,) bin of each sample.
        confidence: (N,) probability of the predicted class.
        correct: (N,) 1 if the prediction is correct, else 0.
    """

    edges: FloatArray
    index: AnyArray
    confidence: FloatArray
    correct: FloatArray

    @classmethod
    def of(cls, probabilities: FloatArray, true: AnyArray, bins: int) -> Self:
        """Bin (N, K) probabilities by the confidence of their highest class."""
        probabilities = np.asarray(probabilities, np.float64)
        edges = np.linspace(0.0, 1.0, bins + 1)
        confidence = probabilities.max(axis=1)
        index = np.searchsorted(edges[1:-1], confidence, side="left")
        correct = (probabilities.argmax(axis=1) == np.asarray(true)).astype(np.float64)
        return cls(edges, index, confidence, correct)

    def error(self, weights: AnyArray | None = None) -> float:
        """Return the expected calibration error under one weighting of the samples."""
        gaps = self.correct - self.confidence
        total = float(len(gaps) if weights is None else np.sum(weights))
        return float(np.abs(self.sums(gaps, weights)).sum() / total)

    def sums(self, values: FloatArray, weights: AnyArray | None = None) -> FloatArray:
        """Sum (N,) values within each bin, (B,)."""
        weighted = values if weights is None else values * weights
        sums: FloatArray = np.bincount(self.index, weighted, len(self.edges) - 1).astype(float)
        return sums


def expected_calibration_error(
    probabilities: FloatArray, true: AnyArray, bins: int = 15, weights: AnyArray | None = None
) -> float:
    """Return the mean gap between confidence and accuracy, weighted by the bins' counts.

    Top-label error in equal-width bins (Guo et al. 2017, equation 3). The estimate is biased
    upwards for small N, since random gaps of different bins do not cancel.

    Args:
        probabilities: (N, K), rows that sum to 1.
        true: (N,) class indices.
        bins: Number of bins of [0, 1].
        weights: (N,) non-negative sample weights.

    >>> expected_calibration_error(np.array([[0.25, 0.75]] * 2), np.array([1, 0]))
    0.25
    """
    return Binned.of(probabilities, true, bins).error(weights)


def reliability_bins(
    probabilities: FloatArray, true: AnyArray, bins: int = 15, weights: AnyArray | None = None
) -> ReliabilityBins:
    """Return the data of a reliability diagram; arguments as of `expected_calibration_error`."""
    binned = Binned.of(probabilities, true, bins)
    count = binned.sums(np.ones(len(binned.index)), weights)
    filled = np.where(count > 0, count, np.nan)
    return ReliabilityBins(
        edges=binned.edges,
        confidence=binned.sums(binned.confidence, weights) / filled,
        accuracy=binned.sums(binned.correct, weights) / filled,
        count=count,
    )


def _checked(logits: FloatArray, true: AnyArray) -> FloatArray:
    logits = np.asarray(logits, np.float64)
    if logits.ndim != 2 or len(logits) == 0 or logits.shape[:1] != np.shape(true):  # noqa: PLR2004
        raise DataError(
            f"calibration needs logits (N, K) and N true classes, got {logits.shape} and "
            f"{np.shape(true)}: give the outputs of one labelled data set"
        )
    if not np.isfinite(logits).all():
        raise DataError("calibration: some logits are not finite; check the network's outputs")
    return logits
