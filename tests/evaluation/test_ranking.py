"""ROC and precision-recall against scikit-learn, ties and weights included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference
from sklearn.preprocessing import label_binarize

from cracklens.evaluation import metrics


@st.composite
def rankings(draw):
    """Draw scores on a coarse grid, so that ties are the rule, with both classes present."""
    count = draw(st.integers(2, 40))
    scores = draw(st.lists(st.integers(-5, 5), min_size=count, max_size=count))
    others = draw(st.lists(st.booleans(), min_size=count - 2, max_size=count - 2))
    counted = st.lists(st.integers(1, 4), min_size=count, max_size=count)
    weights = draw(st.none() | counted.map(np.array))
    return np.array(scores) / 5, np.array([True, False, *others]), weights


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(rankings())
def test_areas_and_curves_are_those_of_scikit_learn(case):
    scores, positive, weights = case
    options = {"sample_weight": weights}
    assert metrics.auroc(scores, positive, weights) == pytest.approx(
        reference.roc_auc_score(positive, scores, **options)
    )
    assert metrics.average_precision(scores, positive, weights) == pytest.approx(
        reference.average_precision_score(positive, scores, **options)
    )
    theirs = reference.roc_curve(positive, scores, drop_intermediate=False, **options)
    for mine, expected in zip(metrics.roc_curve(scores, positive, weights), theirs, strict=True):
        np.testing.assert_allclose(mine, expected)
    theirs = reference.precision_recall_curve(positive, scores, **options)
    ours = metrics.precision_recall_curve(scores, positive, weights)
    for mine, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, expected)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(rankings(), st.data())
def test_whole_weights_are_repetitions(case, data):
    scores, positive, _ = case
    size = len(scores)
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)))
    repeated = np.repeat(scores, weights), np.repeat(positive, weights)
    if len(set(repeated[1].tolist())) < 2:
        assert np.isnan(metrics.auroc(scores, positive, weights))
        assert np.isnan(metrics.average_precision(scores, positive, weights))
        return
    assert metrics.auroc(scores, positive, weights) == pytest.approx(
        reference.roc_auc_score(repeated[1], repeated[0])
    )
    assert metrics.average_precision(scores, positive, weights) == pytest.approx(
        reference.average_precision_score(repeated[1], repeated[0])
    )


def test_random_fractional_weights():
    generator = np.random.default_rng(0)
    scores, weights = generator.normal(size=500), generator.random(500)
    positive = generator.random(500) < 0.2
    assert metrics.auroc(scores, positive, weights) == pytest.approx(
        reference.roc_auc_score(positive, scores, sample_weight=weights)
    )
    assert metrics.average_precision(scores, positive, weights) == pytest.approx(
        reference.average_precision_score(positive, scores, sample_weight=weights)
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_macro_areas_are_those_of_scikit_learn(weighted):
    generator = np.random.default_rng(2)
    probabilities = np.round(generator.dirichlet(np.ones(4), 300) * 20) / 20 + 1e-3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    true = generator.integers(0, 4, 300)
    weights = generator.integers(1, 4, 300) if weighted else None
    # scikit-learn takes no weights for multi-class AUROC other than over its own binarisation
    truth = label_binarize(true, classes=[0, 1, 2, 3])
    options = {"average": "macro", "sample_weight": weights}
    assert metrics.macro_auroc(probabilities, true, weights) == pytest.approx(
        reference.roc_auc_score(truth, probabilities, **options)
    )
    assert metrics.macro_average_precision(probabilities, true, weights) == pytest.approx(
        reference.average_precision_score(truth, probabilities, **options)
    )


@pytest.mark.parametrize("present", [0, 1])
def test_an_absent_class_leaves_the_areas_undefined(present):
    scores, true = np.array([0.2, 0.7]), np.full(2, present)
    assert np.isnan(metrics.auroc(scores, true == 1))
    assert np.isnan(metrics.average_precision(scores, true == 1))
    assert np.isnan(metrics.macro_auroc(np.stack([1 - scores, scores], 1), true))
    assert np.isnan(metrics.roc_curve(scores, true == 1)[0 if present else 1]).all()
