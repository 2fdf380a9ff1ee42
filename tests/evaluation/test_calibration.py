"""Temperature against a known truth and scipy, calibration error against a slow loop."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from cracklens.errors import DataError, UsageError
from cracklens.evaluation import calibration
from cracklens.evaluation.metrics import log_loss


def drawn_from(logits, seed):
    """Draw labels from the probabilities, so that these are calibrated by construction."""
    chances = softmax(logits, axis=1).cumsum(axis=1)
    draws = np.random.default_rng(seed).random((len(logits), 1))
    return np.minimum((draws > chances).sum(axis=1), logits.shape[1] - 1)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5, 8.0])
@pytest.mark.parametrize("classes", [2, 4])
def test_the_temperature_that_spoilt_the_logits_is_found(temperature, classes):
    logits = np.random.default_rng(3).normal(0, 2, (40_000, classes))
    true = drawn_from(logits, 4)
    found = calibration.fit_temperature(logits * temperature, true)
    assert found == pytest.approx(temperature, rel=0.04)
    spoilt = calibration.expected_calibration_error(softmax(logits * temperature, axis=1), true)
    mended = calibration.apply_temperature(logits * temperature, found)
    error = calibration.expected_calibration_error(mended, true)
    assert error < 0.015
    assert error < spoilt or temperature == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_the_fit_is_the_minimum_that_scipy_finds(seed):
    generator = np.random.default_rng(seed)
    logits, true = generator.normal(0, 3, (150, 3)), generator.integers(0, 3, 150)
    logits[np.arange(150), true] += generator.uniform(1, 4)

    def loss(log_temperature):
        return log_loss(softmax(logits / np.exp(log_temperature), axis=1), true)

    best = minimize_scalar(
        loss, bounds=np.log([0.05, 20]), method="bounded", options={"xatol": 1e-9}
    )
    assert calibration.fit_temperature(logits, true) == pytest.approx(np.exp(best.x), rel=1e-4)


def test_the_fit_stops_at_its_bounds():
    logits, true = np.array([[2.0, 0.0], [0.0, 3.0]]), np.array([0, 1])
    low, high = calibration.TEMPERATURE_BOUNDS
    assert calibration.fit_temperature(logits, true) == low
    assert calibration.fit_temperature(1e300 * logits, true) == low
    assert calibration.fit_temperature(logits, 1 - true) == high
    assert calibration.fit_temperature(np.ones((2, 2)), true) == 1.0


def test_bad_logits_are_refused():
    with pytest.raises(DataError, match="not finite"):
        calibration.fit_temperature(np.array([[0.0, np.inf]]), np.array([0]))
    for logits, true in (([[0.0, 1.0]], [0, 1]), ([], []), ([0.0, 1.0], [0, 1])):
        with pytest.raises(DataError, match="labelled data set"):
            calibration.fit_temperature(np.array(logits), np.array(true))


def test_temperature_is_a_stable_softmax():
    logits = np.random.default_rng(0).normal(0, 50, (20, 3))
    expected = softmax(logits / 0.7, axis=1)
    np.testing.assert_allclose(calibration.apply_temperature(logits, 0.7), expected)
    extreme = calibration.apply_temperature(np.array([[1e30, -1e30]]), 0.05)
    assert extreme.tolist() == [[1.0, 0.0]]
    for temperature in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="positive"):
            calibration.apply_temperature(logits, temperature)


def slow_error(probabilities, true, bins, weights):
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for lower, upper in pairwise(edges):
        confidence = correct = weight = 0.0
        for row, label, amount in zip(probabilities, true, weights, strict=True):
            top = max(row)
            if lower < top <= upper or (lower == 0 and top == 0):
                confidence += amount * top
                correct += amount * (list(row).index(top) == label)
                weight += amount
        error += abs(correct - confidence)
    return error / sum(weights)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 20), st.booleans())
def test_calibration_error_is_that_of_a_slow_loop(seed, classes, bins, weighted):
    generator = np.random.default_rng(seed)
    # a coarse grid puts many samples right on the edges of bins
    probabilities = generator.multinomial(20, np.ones(classes) / classes, 30) / 20
    true = generator.integers(0, classes, 30)
    weights = generator.integers(1, 5, 30) if weighted else None
    found = calibration.expected_calibration_error(probabilities, true, bins, weights)
    expected = slow_error(probabilities, true, bins, np.ones(30) if weights is None else weights)
    assert found == pytest.approx(expected)


def test_reliability_bins_hold_what_the_error_is_made_of():
    generator = np.random.default_rng(5)
    probabilities, true = generator.dirichlet([1, 1], 400), generator.integers(0, 2, 400)
    bins = calibration.reliability_bins(probabilities, true, bins=10)
    assert bins.count.sum() == 400
    assert len(bins.edges) == 11
    assert np.isnan(bins.accuracy[:4]).all()  # no answer of two classes is less sure than 0.5
    gaps = np.nan_to_num(np.abs(bins.accuracy - bins.confidence)) * bins.count
    error = calibration.expected_calibration_error(probabilities, true, bins=10)
    assert gaps.sum() / 400 == pytest.approx(error)
    filled = bins.count > 0
    assert (bins.confidence[filled] > bins.edges[:-1][filled]).all()
    assert (bins.confidence[filled] <= bins.edges[1:][filled]).all()
