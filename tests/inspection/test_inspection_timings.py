"""The time of a step is the sum over all its blocks."""

import pytest

from cracklens.inspection import timings
from cracklens.inspection.timings import summed, timed


def test_blocks_of_one_step_add_up(monkeypatch):
    clock = iter([0.0, 1.5, 10.0, 10.25, 20.0, 21.0])
    monkeypatch.setattr(timings.time, "perf_counter", lambda: next(clock))
    seconds: dict[str, float] = {}
    for step in ("decode", "decode", "network"):
        with timed(seconds, step):
            pass
    assert seconds == {"decode": 1.75, "network": 1.0}


def test_the_time_of_a_block_that_raises_counts(monkeypatch):
    clock = iter([0.0, 2.0])
    monkeypatch.setattr(timings.time, "perf_counter", lambda: next(clock))
    seconds: dict[str, float] = {}
    with pytest.raises(ZeroDivisionError), timed(seconds, "network"):
        _ = 1 / 0
    assert seconds == {"network": 2.0}


def test_a_sum_has_every_step_in_order():
    found = summed([{"writing": 0.5}, {"writing": 0.25, "decode": 1.0}])
    assert tuple(found) == timings.STEPS
    assert (found["writing"], found["decode"], found["network"]) == (0.75, 1.0, 0.0)
