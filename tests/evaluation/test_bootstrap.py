"""Intervals: their coverage, groups, seeds, and each replicate against a plain resample."""

import time
import tracemalloc

import numpy as np
import pytest

from cracklens.errors import DataError, UsageError
from cracklens.evaluation import metrics
from cracklens.evaluation.bootstrap import LEAST_UNITS, bootstrap, interval, resamples
from cracklens.evaluation.calibration import expected_calibration_error


def answers(seed, count=300, classes=2):
    generator = np.random.default_rng(seed)
    true = generator.integers(0, classes, count)
    logits = generator.normal(size=(count, classes))
    logits[np.arange(count), true] += 1.5
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True), true


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("grouped", [False, True])
def test_each_replicate_is_the_evaluation_of_a_resample(classes, grouped):
    probabilities, true = answers(1, 120, classes)
    groups = np.arange(120) // 7 if grouped else None
    positive = 1 if classes == 2 else None
    results = bootstrap(probabilities, true, positive, groups=groups, replicates=4, seed=3)
    for index, weights in enumerate(resamples(120, groups, 4, 3)):
        rows = np.repeat(np.arange(120), weights.astype(int))
        taken, truth = probabilities[rows], true[rows]
        confusion = metrics.confusion_matrix(truth, taken.argmax(axis=1), classes)
        np.testing.assert_allclose(results.confusion[index], confusion)
        assert results.log_loss[index] == pytest.approx(metrics.log_loss(taken, truth))
        assert results.ece[index] == pytest.approx(expected_calibration_error(taken, truth))
        if positive is None:
            areas = metrics.macro_auroc(taken, truth), metrics.macro_average_precision(taken, truth)
        else:
            ranked = taken[:, 1], truth == 1
            areas = metrics.auroc(*ranked), metrics.average_precision(*ranked)
        assert (results.auroc[index], results.average_precision[index]) == pytest.approx(areas)


def test_resamples_are_multinomial():
    weights = np.stack(list(resamples(50, None, 4000, 0)))
    assert (weights.sum(axis=1) == 50).all()
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.08)
    assert weights.var() == pytest.approx(1 - 1 / 50, rel=0.03)


def test_groups_are_drawn_whole():
    groups = np.array(["b", "a", "b", "c", "a", "b"])
    for weights in resamples(6, groups, 50, 0):
        for name in "abc":
            assert len(set(weights[groups == name].tolist())) == 1
        assert weights[[0, 1, 3]].sum() == 3


@pytest.mark.slow
def test_coverage_of_a_share_is_close_to_95_percent():
    generator = np.random.default_rng(7)
    truth, count, trials = 0.7, 150, 400
    held = 0
    for trial in range(trials):
        right = generator.random(count) < truth
        shares = [right @ weights / count for weights in resamples(count, None, 300, trial)]
        low, high = interval(np.array(shares))
        held += low <= truth <= high
    # the standard error of a coverage of 0.95 over 400 trials is 0.011
    assert held / trials == pytest.approx(0.945, abs=0.03)


def test_correlated_groups_give_wider_intervals():
    generator = np.random.default_rng(11)
    groups = np.repeat(np.arange(40), 25)
    easy = np.repeat(generator.random(40) < 0.7, 25)  # a photograph is easy or hard as a whole
    right = np.where(easy, generator.random(1000) < 0.97, generator.random(1000) < 0.4)
    true = generator.integers(0, 2, 1000)
    probabilities = np.where((np.arange(2) == true[:, None]) == right[:, None], 0.8, 0.2)
    widths = {}
    for name, labels in (
        ("plain", None),
        ("whole", groups),
        ("shuffled", generator.permutation(groups)),
    ):
        confusion = bootstrap(probabilities, true, 1, groups=labels, replicates=400).confusion
        low, high = interval(np.trace(confusion, axis1=1, axis2=2) / confusion.sum(axis=(1, 2)))
        widths[name] = high - low
    assert widths["whole"] > 2 * widths["plain"]
    assert widths["shuffled"] == pytest.approx(widths["plain"], rel=0.35)


def test_the_seed_fixes_the_figures():
    probabilities, true = answers(5)
    same = [bootstrap(probabilities, true, 1, replicates=20, seed=9) for _ in range(2)]
    other = bootstrap(probabilities, true, 1, replicates=20, seed=10)
    for first, second, third in zip(*same, other, strict=True):
        np.testing.assert_array_equal(first, second)
        assert not np.array_equal(first, third)


def test_a_resample_without_a_class_has_no_area():
    probabilities = np.tile([0.4, 0.6], (6, 1))
    true = np.array([0, 1, 1, 1, 1, 1])
    results = bootstrap(probabilities, true, 1, replicates=200)
    absent = results.confusion[:, 0].sum(axis=1) == 0
    assert 0 < absent.sum() < 200
    np.testing.assert_array_equal(np.isnan(results.auroc), absent)
    assert interval(results.auroc) == (0.5, 0.5)
    assert np.isnan(interval(np.full(3, np.nan))).all()


def test_what_cannot_be_resampled_is_refused():
    probabilities, true = answers(5, 10)
    with pytest.raises(DataError, match="one group"):
        bootstrap(probabilities, true, 1, groups=np.zeros(10, int))
    for replicates in (0, -1):
        with pytest.raises(UsageError, match="replicates"):
            bootstrap(probabilities, true, 1, replicates=replicates)


@pytest.mark.slow
def test_forty_thousand_samples_are_quick_and_small():
    probabilities, true = answers(6, 40_000)
    tracemalloc.start()
    start = time.process_time()
    bootstrap(probabilities, true, 1, replicates=100)
    seconds, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    assert seconds < 2  # 0.15 s on an idle core: a bound on the order, not on the machine


@pytest.mark.parametrize("cracked", [(9, 1), (3, 3)])
def test_the_interval_of_few_photographs_holds_the_truth(cracked):
    """Tiles of photographs that differ: shares from a beta distribution, 5 to 40 tiles each."""
    generator = np.random.default_rng(1)
    truth, held, plain = cracked[0] / sum(cracked), 0, 0
    for _ in range(400):
        tiles = generator.integers(5, 40, LEAST_UNITS)
        right = generator.binomial(tiles, generator.beta(*cracked, LEAST_UNITS))
        drawn = generator.integers(0, LEAST_UNITS, (500, LEAST_UNITS))
        shares = right[drawn].sum(1) / tiles[drawn].sum(1)
        low, high = interval(shares, units=LEAST_UNITS)
        held += low <= truth <= high
        low, high = interval(shares)
        plain += low <= truth <= high
    assert 0.88 < held / 400 < 0.97
    assert plain < held
