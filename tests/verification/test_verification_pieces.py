"""Candidates become strokes, and strokes pieces; nothing is lost and nothing counted twice."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.verification.pieces import PIECE_PX, pieces_of, runs_of
from drawn_candidates import branch, crack, cross


def test_a_line_goes_straight_on_through_a_junction():
    runs = runs_of([cross()])
    assert sorted(tuple(sorted(run.branches)) for run in runs) == [(0, 2), (1, 3)]
    assert [round(run.length_px) for run in runs] == [240, 240]
    assert all(run.free == (True, True) for run in runs)


@given(length=st.floats(2, 3000), angle=st.floats(0, 6.28))
def test_pieces_cover_a_run_and_none_is_longer_than_the_longest(length, angle):
    end = (length * np.cos(angle), length * np.sin(angle))
    runs = runs_of([crack(branch([(0, 0), end], 0, 1), nodes=[(0, 0), end])])
    pieces = pieces_of(runs)
    assert pieces[0].start_px == 0
    assert pieces[-1].end_px == pytest.approx(length, rel=1e-6)
    for one, following in itertools.pairwise(pieces):
        assert one.end_px == following.start_px
    assert max(p.end_px - p.start_px for p in pieces) <= PIECE_PX * 1.000001


def test_inferred_points_are_known():
    line = branch([(0, 0), (50, 0), (80, 0), (200, 0)], 0, 1)
    line = type(line)(line.points_px, line.width_px, 0, 1, inferred=((1, 2),))
    (run,) = runs_of([crack(line, nodes=[(0, 0), (200, 0)])])
    inside = np.flatnonzero(run.inferred)
    assert 48 <= inside[0] <= 50
    assert 80 <= inside[-1] <= 82


def test_a_line_of_two_pixels_is_one_piece():
    runs = runs_of([crack(branch([(5, 5), (6, 5)], 0, 1, 1), nodes=[(5, 5), (6, 5)])])
    assert len(pieces_of(runs)) == 1
