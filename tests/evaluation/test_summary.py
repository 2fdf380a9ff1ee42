"""The record of an evaluation and its report."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn import metrics as reference

from cracklens.errors import DataError, UsageError
from cracklens.evaluation import Figure, Summary, summarise


def answers(count, classes, seed=0):
    generator = np.random.default_rng(seed)
    true = generator.integers(0, classes, count)
    probabilities = generator.dirichlet(np.ones(classes), count)
    probabilities[np.arange(count), true] += 0.6
    return probabilities / probabilities.sum(axis=1, keepdims=True), true


def test_two_classes_against_scikit_learn():
    probabilities, true = answers(400, 2)
    summary = summarise(probabilities, true, ["sound", "cracked"], "cracked", replicates=200)
    predicted, scores = probabilities.argmax(axis=1), probabilities[:, 1]
    report = reference.classification_report(
        true, predicted, target_names=["sound", "cracked"], output_dict=True
    )
    assert summary.positive == "cracked"
    assert summary.accuracy.value == pytest.approx(report["accuracy"])
    assert summary.log_loss.value == pytest.approx(reference.log_loss(true, probabilities))
    assert summary.auroc.value == pytest.approx(reference.roc_auc_score(true, scores))
    average_precision = reference.average_precision_score(true, scores)
    assert summary.average_precision.value == pytest.approx(average_precision)
    assert summary.confusion == reference.confusion_matrix(true, predicted).tolist()
    rows = {
        **summary.per_class,
        "macro avg": summary.macro,
        "weighted avg": summary.weighted,
    }
    for name, figures in rows.items():
        assert figures.precision.value == pytest.approx(report[name]["precision"])
        assert figures.recall.value == pytest.approx(report[name]["recall"])
        assert figures.f1.value == pytest.approx(report[name]["f1-score"])
    assert summary.per_class["cracked"].support == (true == 1).sum()
    assert summary.count == 400
    assert summary.majority_baseline == np.bincount(true).max() / 400
    assert (summary.resampled, summary.replicates, summary.seed) == ("pictures", 200, 0)


def test_three_classes_average_the_areas_and_one_may_be_named():
    probabilities, true = answers(300, 3)
    names = ["sound", "cracked", "spalled"]
    summary = summarise(probabilities, true, names, replicates=50)
    assert summary.positive is None
    expected = reference.roc_auc_score(true, probabilities, multi_class="ovr", average="macro")
    assert summary.auroc.value == pytest.approx(expected)
    named = summarise(probabilities, true, names, positive="cracked", replicates=50)
    expected = reference.roc_auc_score(true == 1, probabilities[:, 1])
    assert named.auroc.value == pytest.approx(expected)
    assert named.positive == "cracked"


def figures_of(summary):
    rows = [row for row in (summary.macro, summary.weighted, *summary.per_class.values()) if row]
    ratios = [figure for row in rows for figure in (row.precision, row.recall, row.f1)]
    whole = [summary.accuracy, summary.log_loss, summary.ece, summary.auroc]
    return [figure for figure in (*ratios, *whole, summary.average_precision) if figure]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(2, 5), st.integers(0, 1000), st.booleans())
def test_intervals_hold_the_figure_and_the_text_fits(count, classes, seed, grouped):
    probabilities, true = answers(count, classes, seed)
    groups = np.arange(count) % 12 if grouped else None
    names = [f"class {'of a very long name ' * index}{index}" for index in range(classes)]
    summary = summarise(probabilities, true, names, groups=groups, replicates=20)
    for figure in figures_of(summary):
        assert np.isfinite(figure.value)
        assert (figure.low is None) is (figure.high is None)
        if figure.low is not None:
            assert figure.low <= figure.value <= figure.high
    few = count < 10 if groups is None else len(np.unique(groups)) < 10
    assert (summary.accuracy.low is None) is few
    assert max(map(len, summary.text().splitlines())) <= 80
    assert Summary.model_validate_json(summary.model_dump_json()) == summary


@pytest.mark.parametrize("present", [0, 1])
def test_one_class_alone_leaves_what_needs_both_undefined(present):
    probabilities, _ = answers(20, 2)
    summary = summarise(probabilities, np.full(20, present), ["sound", "cracked"], replicates=50)
    assert (summary.auroc, summary.average_precision) == (None, None)
    assert (summary.macro, summary.weighted) == (None, None)
    name, other = ("sound", "cracked")[:: 1 - 2 * present]
    here, missing = summary.per_class[name], summary.per_class[other]
    assert (here.precision, here.f1) == (None, None)
    assert here.recall.value == summary.accuracy.value
    assert (missing.precision, missing.recall, missing.f1) == (None, None, None)
    text = summary.text()
    assert f"No picture is of the class {other}." in text
    assert f"the recall of {name}" in text
    mean = next(line for line in text.splitlines() if line.startswith("mean of the classes"))
    assert mean.split()[4:7] == ["-", "-", "-"]
    assert "no better than" not in text


def test_a_class_of_three_without_pictures_leaves_their_mean_undefined():
    probabilities, true = answers(60, 3)
    summary = summarise(probabilities, true % 2, ["a", "b", "c"], replicates=20)
    assert summary.macro is None
    assert summary.weighted is not None
    assert summary.per_class["a"].precision is not None
    assert summary.per_class["c"].precision is None


def test_no_positive_class_is_guessed_from_the_order():
    probabilities, true = answers(40, 2)
    assert summarise(probabilities, true, ["left", "right"], replicates=5).positive is None


def test_groups_are_named_in_the_record_and_the_text():
    probabilities, true = answers(60, 2)
    photographs = np.repeat([f"{n}.jpg" for n in range(12)], 5)
    summary = summarise(
        probabilities, true, ["sound", "cracked"], groups=photographs, replicates=50
    )
    assert (summary.resampled, summary.units) == ("groups", 12)
    assert "12 whole groups (photographs)" in summary.text()
    plain = summarise(probabilities, true, ["sound", "cracked"], replicates=50)
    assert plain.accuracy.value == summary.accuracy.value
    assert plain.accuracy != summary.accuracy


@pytest.mark.parametrize("photographs", [1, 2, 6, 9])
def test_few_groups_give_no_interval_and_the_reason(photographs):
    probabilities, true = answers(90, 2)
    groups = np.arange(90) % photographs
    summary = summarise(probabilities, true, ["sound", "cracked"], groups=groups, replicates=20)
    assert all(figure.low is None and figure.high is None for figure in figures_of(summary))
    plural = "groups" if photographs > 1 else "group"
    assert f"no intervals: {photographs} {plural} (photographs)" in summary.text()
    assert "95 %" not in summary.text()


def test_few_pictures_without_groups_give_no_interval_either():
    probabilities, true = answers(6, 2)
    summary = summarise(probabilities, true, ["sound", "cracked"], replicates=20)
    assert summary.accuracy.low is None
    assert "no intervals: 6 pictures" in summary.text()


def test_a_class_that_few_groups_hold_has_no_interval_where_others_have():
    probabilities, _ = answers(200, 2)
    groups = np.repeat(np.arange(20), 10)
    true = ((groups < 3) & (np.arange(200) % 2 == 0)).astype(int)
    summary = summarise(probabilities, true, ["sound", "cracked"], groups=groups, replicates=20)
    assert summary.accuracy.low is not None
    assert summary.per_class["sound"].recall.low is not None
    assert summary.per_class["cracked"].recall.low is None
    assert summary.auroc.low is None
    assert "is based on fewer than 10 groups" in summary.text()


def test_same_seed_same_figures():
    probabilities, true = answers(80, 2)
    first, again = (summarise(probabilities, true, ["a", "b"], replicates=30) for _ in range(2))
    other = summarise(probabilities, true, ["a", "b"], replicates=30, seed=1)
    assert first == again
    assert first.accuracy != other.accuracy


def test_the_text_says_what_an_engineer_needs():
    true = np.array([0] * 80 + [1] * 20)
    probabilities = np.array([[0.9, 0.1]] * 90 + [[0.2, 0.8]] * 10)
    text = summarise(probabilities, true, ["uncracked", "cracked"], replicates=50).text()
    assert text.startswith("100 pictures, 2 classes\n95 % intervals from 50 resamples")
    accuracy = next(line for line in text.splitlines() if line.startswith("accuracy"))
    assert "0.900" in accuracy
    assert "baseline 0.8000 (always uncracked)" in accuracy
    assert "not mean certainty" in text  # the precision of 'cracked' is 1 in every resample
    rows = [line.split() for line in text.splitlines()[-5:]]
    assert ["cracked", "10", "10"] in rows


def test_many_classes_leave_the_matrix_out():
    probabilities, true = answers(100, 40)
    summary = summarise(probabilities, true, [f"number {i}" for i in range(40)], replicates=5)
    text = summary.text()
    assert "40 classes are too many" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("probabilities", "true", "groups", "message"),
    [
        (np.empty((0, 2)), np.empty(0, int), None, "empty"),
        ([[0.5, 0.5]], [0, 1], None, "shape"),
        ([[0.2, 0.3, 0.5]], [0], None, "shape"),
        ([0.5, 0.5], [0, 1], None, "shape"),
        ([[0.5, 0.5]], [0], [1, 2], "groups have shape"),
        ([[0.5, 0.5]], [2], None, "from 0 to 1"),
        ([[0.5, 0.5]], [-1], None, "from 0 to 1"),
        ([[0.5, 0.5]], [0.0], None, "whole numbers"),
        ([[3.0, -1.0]], [0], None, "softmax"),
        ([[-0.5, 1.5]], [0], None, "softmax"),
        ([[np.nan, 0.5]], [0], None, "softmax"),
    ],
)
def test_arrays_that_are_no_evaluation_are_refused(probabilities, true, groups, message):
    with pytest.raises(DataError, match=message):
        summarise(np.array(probabilities), np.array(true), ["sound", "cracked"], groups=groups)


@pytest.mark.parametrize("names", [["sound"], ["sound", "sound"]])
def test_class_names_must_differ(names):
    with pytest.raises(DataError, match="each once"):
        summarise(np.array([[0.5, 0.5]]), np.array([0]), names)


def test_an_unknown_positive_class_gets_a_hint():
    with pytest.raises(UsageError, match="did you mean 'cracked'"):
        summarise(np.array([[0.5, 0.5]]), np.array([0]), ["sound", "cracked"], positive="craked")


def test_records_are_frozen_and_closed():
    figure = Figure(value=0.5, low=0.4, high=0.6)
    with pytest.raises(ValidationError):
        figure.value = 1.0
    with pytest.raises(ValidationError):
        Figure(value=0.5, low=0.4, high=0.6, middle=0.5)


@pytest.mark.slow
def test_the_room_opens_without_matplotlib_or_torch():
    code = (
        "import sys, cracklens.evaluation\n"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'torch', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
