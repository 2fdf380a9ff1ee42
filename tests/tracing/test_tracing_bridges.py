"""Straight bridges, which join the regions of tile maps."""

import numpy as np
import pytest

from cracklens.synthesis import line_coverage
from cracklens.tracing import TraceSettings
from cracklens.tracing.bridge import bridge_gaps
from cracklens.tracing.lines import line_graph


def pieces(to_map, gap_px, *, turn_deg=0.0, between=0.0):
    """Return how many pieces two lines with a gap make after bridging up to 20 px."""
    turn = np.radians(turn_deg)
    one = np.array([[20.0, 120.0], [110.0, 120.0]])
    start = np.array([110.0 + gap_px, 120.0])
    other = np.stack([start, start + 90 * np.array([np.cos(turn), np.sin(turn)])])
    lines = [line_coverage(line, np.full(2, 4.0), 240, 260) for line in (one, other)]
    across = line_coverage(np.stack([one[1], start]), np.full(2, 4.0), 240, 260)
    probability = to_map(np.max([*lines, between * across], axis=0)).probability
    graph = line_graph(probability, TraceSettings(), seed_threshold=0.5)
    bridged = bridge_gaps(graph, probability, gap_px=20.0, grow_threshold=0.3)
    return len({int(bridged.components()[s.start]) for s in bridged.stretches})


def test_a_short_gap_is_bridged(to_map):
    assert pieces(to_map, 6) == 1


@pytest.mark.parametrize("turn_deg", [90, 120, -75])
def test_a_gap_towards_another_direction_is_not_bridged(to_map, turn_deg):
    assert pieces(to_map, 7, turn_deg=turn_deg) == 2


def test_a_longer_gap_needs_some_probability_to_be_bridged(to_map):
    assert pieces(to_map, 16) == 2
    assert pieces(to_map, 16, between=0.2) == 1
    assert pieces(to_map, 30, between=0.2) == 2
