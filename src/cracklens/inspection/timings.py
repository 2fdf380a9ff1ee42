"""Where the time of an inspection goes. It never enters the record of a photograph."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_DIGITS = 4
STEPS = ("decode", "network", "tracing", "measuring", "writing")
Seconds = dict[str, float]


@contextmanager
def timed(seconds: Seconds, step: str) -> Iterator[None]:
    """Add the time that the block takes to a step."""
    started = time.perf_counter()
    try:
        yield
    finally:
        spent = time.perf_counter() - started
        seconds[step] = round(seconds.get(step, 0.0) + spent, _DIGITS)


def summed(all_seconds: Iterable[Seconds]) -> Seconds:
    """Return the sum of each step.

    >>> summed([{"decode": 0.5}, {"decode": 0.25, "network": 1.0}])
    {'decode': 0.75, 'network': 1.0, 'tracing': 0.0, 'measuring': 0.0, 'writing': 0.0}
    """
    listed = list(all_seconds)
    return {step: round(sum(each.get(step, 0.0) for each in listed), _DIGITS) for step in STEPS}
