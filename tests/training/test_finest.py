"""The finest crack is where every wider class is found too."""

import numpy as np
import pytest

from cracklens.training.segment.finest import WIDTHS_PX, finest


def shares(*values, total=1000.0):
    whole = np.full(len(WIDTHS_PX) - 1, total)
    return whole * np.array(values), whole


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.1, 0.2, 0.5, 0.8, 0.91, 0.95, 0.97, 1, 1), 1.5),
        ((0.95, 0.2, 0.5, 0.8, 0.91, 0.95, 0.97, 1, 1), 1.5),  # a chance hit below does not count
        ((0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9), 0.5),
        ((1, 1, 1, 1, 1, 1, 1, 1, 0.5), None),
    ],
)
def test_the_finest_class_from_which_on_all_are_found(values, expected):
    assert finest(*shares(*values)) == expected


def test_a_class_of_which_little_was_drawn_says_nothing():
    found, total = shares(0, 0, 0, 0, 0, 0.95, 0.5, 0.95, 0.95)
    total[6], found[6] = 20, 10
    assert finest(found, total) == WIDTHS_PX[5]
