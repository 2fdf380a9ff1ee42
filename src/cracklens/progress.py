"""How a room tells that it moves on, without knowing who listens.

Rooms call `progress.step("features", total)` and `advance()`; the command line shows a bar or plain
lines, a script hears nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class Step:
    """One long step with a known or unknown number of items."""

    def advance(self, count: int = 1) -> None:
        """Tell that `count` more items are done."""

    def note(self, text: str) -> None:
        """Show a short figure beside the step, such as the loss of the last epoch."""


class Progress:
    """A listener that hears nothing; subclasses show bars or lines."""

    @contextmanager
    def step(self, name: str, total: int | None = None, unit: str = "pictures") -> Iterator[Step]:
        """Open a step called `name` over `total` items of `unit`."""
        del name, total, unit
        yield Step()

    def say(self, text: str) -> None:
        """Tell one fact that a person should see, such as what a cache saved."""


SILENT = Progress()
