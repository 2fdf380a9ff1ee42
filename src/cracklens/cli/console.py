"""What people see while a verb runs: bars on a terminal, plain lines elsewhere, on stderr."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.text import Text

from cracklens.progress import Progress, Step

_SECONDS_BETWEEN_LINES = 10.0
_LISTED = 10


def complain(message: str) -> None:
    """Print an error for people."""
    _for_people().print(f"[bold red]error:[/] {escape(message)}")


def _for_people() -> Console:
    """Return standard error, where paths stay in one piece: not wrapped, no ":warning:" drawn."""
    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def counted(pictures: int) -> str:
    """Return "1 picture", "2 pictures"."""
    return f"{pictures:,} picture{'' if pictures == 1 else 's'}"


def show_json(value: Any) -> None:  # noqa: ANN401 - whatever json takes
    """Print the one machine-readable object of a verb on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def list_unreadable(unreadable: Mapping[Path, str] | Mapping[str, str]) -> None:
    """Print the pictures that were left out, and leave with exit code 3 if there are any."""
    if not unreadable:
        return
    console = _for_people()
    console.print(f"[yellow]{counted(len(unreadable))} could not be read and were left out:[/]")
    for reason in list(unreadable.values())[:_LISTED]:
        console.print(f"  {escape(reason)}")
    if len(unreadable) > _LISTED:
        console.print(f"  ... and {len(unreadable) - _LISTED} more (--json lists all)")
    raise typer.Exit(3)


def listener(*, quiet: bool) -> Progress:
    """Return what shows progress here: bars, lines, or nothing."""
    if quiet:
        return Progress()
    console = Console(stderr=True, highlight=False)
    return _Bars(console) if console.is_terminal else _Lines()


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed and speed >= 1 else "")


class _Bars(Progress):
    """Rich bars with rate and time left."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(text, style="dim", markup=False, emoji=False)

    @contextmanager
    def step(self, name: str, total: int | None = None, unit: str = "pictures") -> Iterator[Step]:
        del unit
        with RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=18),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            console=self._console,
        ) as shown:
            yield _BarStep(shown, shown.add_task(name, total=total), self._console)


class _BarStep(Step):
    def __init__(self, shown: RichProgress, task: TaskID, console: Console) -> None:
        self._shown, self._task, self._console = shown, task, console

    def advance(self, count: int = 1) -> None:
        self._shown.advance(self._task, count)

    def note(self, text: str) -> None:
        self._console.print(f"  {text}", style="dim", markup=False, emoji=False)


class _Lines(Progress):
    """Plain lines, for logs."""

    def say(self, text: str) -> None:
        _line(text)

    @contextmanager
    def step(self, name: str, total: int | None = None, unit: str = "pictures") -> Iterator[Step]:
        step = _LineStep(name, total, unit)
        yield step
        step.close()


class _LineStep(Step):
    def __init__(self, name: str, total: int | None, unit: str) -> None:
        self._name, self._total, self._unit = name, total, unit
        self._started = self._last = time.monotonic()
        self._done = 0

    def advance(self, count: int = 1) -> None:
        self._done += count
        if time.monotonic() - self._last > _SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            self._print()

    def note(self, text: str) -> None:
        _line(f"{self._name}: {text}")

    def close(self) -> None:
        self._print()

    def _print(self) -> None:
        seconds = max(time.monotonic() - self._started, 1e-9)
        rate = self._done / seconds
        of = f" of {self._total:,}" if self._total else ""
        left = (
            f", {(self._total - self._done) / rate:.0f} s left"
            if self._total and rate and self._done < self._total
            else ""
        )
        each = f", {rate:,.0f}/s" if rate >= 1 else ""
        _line(f"{self._name}: {self._done:,}{of} {self._unit}{each}, {seconds:.0f} s{left}")


def _line(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
