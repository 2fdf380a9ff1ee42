"""Where the time of an inspection goes."""

from cracklens.inspection import timings
from cracklens.inspection.timings import timed


def test_the_times_of_a_step_add_up(monkeypatch):
    moments = iter([10.0, 10.5, 20.0, 20.25])
    monkeypatch.setattr(timings.time, "perf_counter", lambda: next(moments))
    seconds = {}
    for _ in range(2):
        with timed(seconds, "decode"):
            pass
    assert seconds == {"decode": 0.75}
