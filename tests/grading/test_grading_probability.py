"""Probabilities of classes against closed forms, an independent reference, and simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import truncnorm

from cracklens.grading.probability import class_probabilities, class_range, worse_of
from cracklens.measurement import Quantity

EDGES = (0.1, 0.3, 1.27)
values = st.floats(0, 5)
standards = st.floats(0, 2)
ladders = st.lists(st.floats(0.01, 30), min_size=1, max_size=6, unique=True).map(sorted)


@given(values, standards, ladders)
def test_probabilities_sum_to_one(value, standard, edges):
    shares = class_probabilities(Quantity(value, {"fit": standard}), edges)
    assert len(shares) == len(edges) + 1
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) == pytest.approx(1, abs=1e-9)


@pytest.mark.slow
@given(values, values, st.floats(0.001, 2), ladders)
def test_a_wider_crack_is_never_likelier_to_be_below_a_boundary(first, second, standard, edges):
    narrow, wide = sorted([first, second])
    low = np.cumsum(class_probabilities(Quantity(narrow, {"fit": standard}), edges))
    high = np.cumsum(class_probabilities(Quantity(wide, {"fit": standard}), edges))
    assert np.all(high <= low + 1e-12)


@pytest.mark.slow
@given(values, st.floats(0.001, 2))
def test_probabilities_are_those_of_a_truncated_normal(value, standard):
    found = class_probabilities(Quantity(value, {"fit": standard}), EDGES)
    known = truncnorm(-value / standard, np.inf, loc=value, scale=standard)
    expected = np.diff(known.cdf([0, *EDGES, np.inf]))
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(values, standards, ladders)
def test_one_class_is_stated_with_at_least_95_percent(value, standard, edges):
    quantity = Quantity(value, {"fit": standard})
    first, last = class_range(quantity, edges)
    if first == last:
        assert class_probabilities(quantity, edges)[first] >= 0.95
    for edge in edges:
        low, high = quantity.interval
        if low <= edge <= high:
            assert first < last


def test_a_certain_width_on_a_boundary_belongs_to_both_sides():
    assert class_probabilities(Quantity(0.3), [0.3, 1.27]) == (0.5, 0.5, 0.0)
    assert class_range(Quantity(0.3), [0.3, 1.27]) == (0, 1)


@given(
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
)
def test_the_worse_of_two_is_counted_over_all_pairs(first, second):
    first, second = np.array(first) / sum(first), np.array(second) / sum(second)
    expected = np.zeros(3)
    for i, j in itertools.product(range(3), repeat=2):
        expected[max(i, j)] += first[i] * second[j]
    np.testing.assert_allclose(worse_of(first, second), expected, atol=1e-12)


@pytest.mark.parametrize("standard", [0.02, 0.06])
def test_states_of_widths_with_known_errors_are_calibrated(standard):
    """Truth is drawn evenly, so that the normal distribution is the one of the truth."""
    rng = np.random.default_rng(11)
    true = rng.uniform(0.3, 3.0, 8000)
    measured = true + rng.normal(0, standard, true.size)
    edges = (0.8, 1.6, 2.4)
    quantities = [Quantity(value, {"fit": standard}) for value in measured]
    shares = np.array([class_probabilities(quantity, edges) for quantity in quantities])
    held = np.eye(4)[np.searchsorted(edges, true)]
    unsure = (shares > 0.05) & (shares < 0.95)
    bins = np.digitize(shares[unsure], np.linspace(0, 1, 6)) - 1
    for place in range(5):
        inside = bins == place
        spread = 3 * 0.5 / np.sqrt(inside.sum())
        assert shares[unsure][inside].mean() == pytest.approx(
            held[unsure][inside].mean(), abs=spread
        )
    ranges = np.array([class_range(quantity, edges) for quantity in quantities])
    stated = ranges[:, 0] == ranges[:, 1]
    wrong = ranges[stated, 0] != np.searchsorted(edges, true[stated])
    assert stated.mean() > 0.5
    assert wrong.mean() < 0.01
