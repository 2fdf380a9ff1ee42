"""Expected metres: the sum is linear, and the interval holds what is drawn by chance."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.grading.expected import expected

lines = st.lists(st.tuples(st.floats(0.01, 5), st.floats(0, 1)), min_size=1, max_size=12)


@given(lines, lines)
def test_the_sum_is_linear(one, other):
    found = [expected(*zip(*each, strict=True)).value for each in (one, other, one + other)]
    assert found[0] + found[1] == pytest.approx(found[2])
    twice = expected([2 * length for length, _ in one], [share for _, share in one])
    assert twice.value == pytest.approx(2 * found[0])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0.01, 5), st.floats(0, 1)), min_size=1, max_size=8))
def test_without_uncertain_lengths_the_interval_holds_95_percent_of_the_exact_distribution(drawn):
    length, share = map(np.array, zip(*drawn, strict=True))
    found = expected(length, share)
    held, slack = 0.0, 8 * length.sum() / 4096
    for which in itertools.product([0, 1], repeat=len(length)):
        chosen = np.array(which)
        chance = float(np.where(chosen, share, 1 - share).prod())
        total = float(chosen @ length)
        held += chance if found.low - slack <= total <= found.high + slack else 0.0
    assert held >= 0.95 - 1e-6
    assert 0 <= found.low <= found.value <= found.high <= length.sum() + slack


@pytest.mark.parametrize(("count", "least"), [(5, 0.94), (60, 0.94), (1500, 0.93)])
def test_the_interval_contains_what_is_simulated(count, least):
    rng = np.random.default_rng(count)
    length, share = rng.gamma(2, 0.5, count), rng.beta(2, 1, count)
    standard, common = 0.02 * length, 0.03 * length
    groups = rng.integers(0, 3, count)
    found = expected(length, share, standard, common, groups.tolist())
    draws = 4000
    is_crack = rng.random((draws, count)) < share
    seen = length + standard * rng.standard_normal((draws, count))
    seen += common * rng.standard_normal((draws, 3))[:, groups]
    totals = (is_crack * seen).sum(axis=1)
    assert totals.mean() == pytest.approx(found.value, rel=0.05)
    held = ((totals >= found.low) & (totals <= found.high)).mean()
    assert least <= held <= 0.985 if count > 10 else held >= least


def test_sure_lines_leave_only_the_uncertainty_of_their_lengths():
    found = expected([3.0, 4.0], [1.0, 1.0], [0.3, 0.4])
    assert found.value == 7
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * math.hypot(0.3, 0.4), rel=1e-3)
    together = expected([3.0, 4.0], [1.0, 1.0], None, [0.3, 0.4])
    assert (together.high - together.low) / 2 == pytest.approx(1.96 * 0.7, rel=1e-3)
    apart = expected([3.0, 4.0], [1.0, 1.0], None, [0.3, 0.4], [0, 1])
    assert (apart.high, apart.low) == pytest.approx((found.high, found.low))


def test_nothing_is_nothing():
    for found in (expected([], []), expected([2.0], [0.0])):
        assert (found.value, found.low, found.high) == (0, 0, 0)


def test_one_doubtful_line_is_there_or_not():
    found = expected([2.0], [0.6])
    assert (found.value, found.low) == (pytest.approx(1.2), 0)
    assert found.high == pytest.approx(2, abs=0.01)
