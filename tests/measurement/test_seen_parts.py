"""Widths of single cracks, put together again."""

from dataclasses import fields

import numpy as np
import pytest

from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.seen_parts import joined, seen_cracks, without
from cracklens.measurement.types import UNMEASURED


@pytest.fixture
def seen():
    """Three cracks with 2, 1 and 3 branches; one branch has no station."""
    rng = np.random.default_rng(4)
    branch = np.array([0, 0, 1, 2, 2, 2, 3, 5, 5])
    crack = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    columns = {field.name: rng.random(9) for field in fields(SeenWidths)}
    return SeenWidths(
        **columns
        | {
            "points_px": np.stack([np.arange(9.0), np.arange(9.0)], axis=1),
            "ahead": rng.random((9, 2)),
            "branch": branch,
            "crack": crack,
            "method": np.ones(9, np.uint8),
            "lost_px": rng.random(3),
            "edge_px": rng.random(3),
            "spread": rng.random(2),
            "spread_covariance": rng.random((2, 2)),
        }
    )


def test_all_cracks_in_their_order_are_what_they_were(seen):
    again = joined(seen_cracks(seen, [2, 1, 3]))
    for field in fields(SeenWidths):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(seen, field.name))


def test_another_order_counts_anew(seen):
    first, _, last = seen_cracks(seen, [2, 1, 3])
    found = joined([last, first])
    assert found.crack.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.branch.tolist() == [0, 2, 2, 3, 3, 4]
    assert found.lost_px.tolist() == [seen.lost_px[2], seen.lost_px[0]]
    np.testing.assert_array_equal(found.width_px[:3], seen.width_px[6:])


def test_nothing_is_nothing():
    assert joined([]) is None


def test_what_is_hidden_is_not_measured(seen):
    hidden = np.zeros((9, 9), bool)
    hidden[:, 4:] = True
    found = without(seen, hidden)
    assert np.isnan(found.width_px).tolist() == [False] * 4 + [True] * 5
    assert (found.method[4:] == UNMEASURED).all()
    np.testing.assert_array_equal(found.width_px[:4], seen.width_px[:4])
