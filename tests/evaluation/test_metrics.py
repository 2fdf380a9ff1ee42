"""Metrics of a decision against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from cracklens.evaluation import metrics


@st.composite
def decisions(draw):
    classes = draw(st.integers(2, 4))
    count = draw(st.integers(1, 40))
    indices = st.lists(st.integers(0, classes - 1), min_size=count, max_size=count)
    true, predicted = np.array(draw(indices)), np.array(draw(indices))
    counted = st.lists(st.integers(1, 5), min_size=count, max_size=count)
    weights = draw(st.none() | counted.map(np.array))
    return classes, true, predicted, weights


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(decisions())
def test_decision_metrics_are_those_of_scikit_learn(case):
    classes, true, predicted, weights = case
    labels = list(range(classes))
    confusion = metrics.confusion_matrix(true, predicted, classes, weights)
    expected = reference.confusion_matrix(true, predicted, labels=labels, sample_weight=weights)
    np.testing.assert_allclose(confusion, expected)
    assert metrics.accuracy(true, predicted, weights) == pytest.approx(
        reference.accuracy_score(true, predicted, sample_weight=weights)
    )
    figures = metrics.per_class(confusion)
    averages = {
        "macro": metrics.macro_average(figures),
        "weighted": metrics.weighted_average(figures),
    }
    options = {"labels": labels, "sample_weight": weights, "zero_division": 0}
    each = reference.precision_recall_fscore_support(true, predicted, **options)
    for mine, theirs in zip(figures, each, strict=True):
        np.testing.assert_allclose(mine, theirs)
    for name, average in averages.items():
        theirs = reference.precision_recall_fscore_support(true, predicted, average=name, **options)
        np.testing.assert_allclose(average, theirs[:3])


def test_integer_counts_without_weights():
    confusion = metrics.confusion_matrix(np.array([0, 2]), np.array([0, 1]), 3)
    assert confusion.dtype.kind == "i"
    assert confusion.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_per_class_takes_a_stack_of_confusion_matrices():
    stack = np.random.default_rng(0).integers(0, 9, (5, 3, 3))
    many = metrics.per_class(stack)
    for index, confusion in enumerate(stack):
        for whole, single in zip(many, metrics.per_class(confusion), strict=True):
            np.testing.assert_allclose(whole[index], single)


@pytest.mark.parametrize("weighted", [False, True])
def test_log_loss_is_that_of_scikit_learn(weighted):
    generator = np.random.default_rng(1)
    probabilities, true = generator.dirichlet(np.ones(3), 200), generator.integers(0, 3, 200)
    weights = generator.random(200) if weighted else None
    assert metrics.log_loss(probabilities, true, weights) == pytest.approx(
        reference.log_loss(true, probabilities, sample_weight=weights, labels=[0, 1, 2])
    )


def test_log_loss_of_a_sure_mistake_is_finite():
    loss = metrics.log_loss(np.array([[1.0, 0.0]]), np.array([1]))
    assert loss == pytest.approx(-np.log(metrics.LOG_LOSS_FLOOR))


def test_majority_baseline_is_the_dummy_classifier():
    true = np.array([2, 2, 0, 1, 2])
    assert metrics.majority_baseline(true) == pytest.approx(0.6)
    assert metrics.majority_baseline(true, np.array([0, 0, 3, 0, 1])) == pytest.approx(0.75)
