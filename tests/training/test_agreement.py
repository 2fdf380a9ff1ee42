import math

import numpy as np
import pytest

from cracklens.errors import ModelError
from cracklens.training.agreement import centred_cosine, compare_bf16, relative_error
from cracklens.training.head import Head


def features(count=50, width=16, seed=0):
    return np.random.default_rng(seed).normal(3, 1, (count, width)).astype(np.float32)


def test_relative_error_is_the_largest_difference_over_the_largest_value():
    reference = np.array([[1.0, -4.0], [2.0, 0.5]], np.float32)
    ours = reference + np.array([[0, 1e-4], [0, 0]], np.float32)
    assert relative_error(ours, reference) == pytest.approx(1e-4 / 4, rel=1e-2)
    assert relative_error(reference, reference) == 0


@pytest.mark.parametrize("wrong", [1e-3, np.nan])
def test_features_that_differ_are_refused(wrong):
    reference = features()
    ours = reference.copy()
    ours[3, 2] += wrong * np.abs(reference).max()
    with pytest.raises(ModelError, match=r"differ from PyTorch by .* is not exact"):
        relative_error(ours, reference)


def naive_cosine(ours, reference):
    """One row after the other, in plain Python."""
    mean = [sum(map(float, column)) / len(reference) for column in reference.T]
    cosines = []
    for a, b in zip(ours.tolist(), reference.tolist(), strict=True):
        x = [u - m for u, m in zip(a, mean, strict=True)]
        y = [v - m for v, m in zip(b, mean, strict=True)]
        dot = sum(u * v for u, v in zip(x, y, strict=True))
        cosines.append(dot / math.hypot(*x) / math.hypot(*y))
    return cosines


def test_centred_cosine_against_plain_python():
    reference = features()
    ours = reference + features(seed=1) / 10
    assert centred_cosine(ours, reference).tolist() == pytest.approx(naive_cosine(ours, reference))


def test_centring_shows_what_a_plain_cosine_hides():
    reference = features()
    shuffled = reference[::-1]
    plain = (reference * shuffled).sum(1) / (
        np.linalg.norm(reference, axis=1) * np.linalg.norm(shuffled, axis=1)
    )
    assert np.median(plain) > 0.85
    assert abs(np.median(centred_cosine(shuffled, reference))) < 0.3


def test_rows_without_a_direction_are_no_division_by_zero():
    same = np.ones((4, 3), np.float32)
    assert centred_cosine(same, same).tolist() == [0, 0, 0, 0]


def test_bf16_is_compared_by_the_decisions_of_the_head():
    head = Head(2, (), (), 2)
    head.layers[0].weight.data[:] = head.layers[0].weight.data.new_tensor([[-1, 0], [1, 0]])
    f32 = np.array([[-2, 1], [-1, 2], [1, 3], [2, 5]], np.float32)
    bf16 = f32.copy()
    bf16[1, 0] = 0.5  # across the line
    check = compare_bf16(bf16, f32, head)
    assert check.sample == 4
    assert check.decisions_equal == 0.75
    assert check.cosine_min == pytest.approx(centred_cosine(bf16, f32).min())
    assert compare_bf16(f32, f32, head).decisions_equal == 1
