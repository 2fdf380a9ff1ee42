"""The decisions of an inspection on disk: `decisions.jsonl`, which only grows.

A decision counts once its whole line is on the disk. What a killed process leaves of a line is not
a decision; the next append removes it. Each line holds the hash of the line before, so a change, a
removal or a swap shows when the journal is read.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cracklens.errors import DataError, OutputError
from cracklens.file_lock import hold
from cracklens.files import DECISIONS, explained, sync_folder
from cracklens.record.decisions.model import Decision, line_of, read_decision

JOURNAL = DECISIONS
_END = b"\n"
Make = Callable[[Sequence[Decision]], Decision]
"""Makes the next decision from all before it."""


class ConflictError(OutputError):
    """Somebody else decided in between; nothing was written.

    Attributes:
        last: number of the last decision.
    """

    def __init__(self, last: int, expected: int) -> None:
        super().__init__(
            f"somebody else decided in between: decision {last} is the last one, not {expected}; "
            "look at it again, then decide again"
        )
        self.last = last


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of an inspection folder; it need not exist yet."""

    folder: Path

    @property
    def file(self) -> Path:
        """Its file."""
        return self.folder / JOURNAL

    def read(self) -> list[Decision]:
        """Return all decisions.

        Raises:
            DataError: history was changed; says at which number.
        """
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DataError(f"{self.file} cannot be read ({error.strerror or error})") from error
        return _decisions(content, self.file)

    def append(self, make: Make, *, expected: int | None = None) -> Decision:
        """Append the decision that `make` returns; it is on the disk when this returns.

        Args:
            make: called with the decisions so far, while nobody else can append.
            expected: number of the last decision that the person saw; None for any.

        Raises:
            ConflictError: another one was appended since.
            DataError: history was changed.
            OutputError: it cannot be written; nothing of it is left.
        """
        with explained(self.folder), _locked(self.file) as handle:
            content = handle.read()
            known = _decisions(content, self.file)
            _require_last(known, expected)
            decision = make(known)
            last = len(known)
            if decision.number != last + 1:
                raise OutputError(f"decision {decision.number} cannot follow decision {last}")
            whole = content.rfind(_END) + 1  # what follows it was left by a killed process
            _write(handle, whole, line_of(decision).encode() + _END)
        return decision

    @contextmanager
    def closed(self, *, expected: int | None = None) -> Iterator[list[Decision]]:
        """Yield all decisions while nobody can append one.

        Args:
            expected: number of the last decision that the person saw; None for any.

        Raises:
            ConflictError: another one was appended since.
            DataError: history was changed.
            OutputError: the journal cannot be opened.
        """
        with explained(self.folder), _locked(self.file) as handle:
            known = _decisions(handle.read(), self.file)
            _require_last(known, expected)
            yield known


def _require_last(known: Sequence[Decision], expected: int | None) -> None:
    if expected is not None and expected != len(known):
        raise ConflictError(len(known), expected)


def _decisions(content: bytes, file: Path) -> list[Decision]:
    """Return the decisions of whole lines, with their chain checked."""
    found: list[Decision] = []
    for line in content.split(_END)[:-1]:
        number = len(found) + 1
        try:
            decision = read_decision(line.decode())
        except (DataError, UnicodeDecodeError) as error:
            raise DataError(f"{file}: history was changed at decision {number}: {error}") from error
        before = found[-1].sha256 if found else ""
        if decision.number != number or decision.previous != before:
            raise DataError(
                f"{file}: history was changed at decision {number}: decision {decision.number} "
                "does not follow the one before"
            )
        found.append(decision)
    return found


def _write(handle: BinaryIO, at: int, line: bytes) -> None:
    """Write a line at a place, through to the disk; on a failure nothing of it is left.

    A disk that becomes full takes a part of a line and says so only to the next attempt.
    """
    rest = memoryview(line)
    try:
        handle.seek(at)
        handle.truncate()
        while rest:
            rest = rest[handle.write(rest) :]
        os.fsync(handle.fileno())
    except OSError:
        os.ftruncate(handle.fileno(), at)
        raise


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO]:
    """Open the journal for reading and writing while nobody else does."""
    made = not file.exists()
    handle = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)
    try:
        hold(handle.fileno(), wait=True)
        if made:
            sync_folder(file.parent)
        yield handle
    finally:
        handle.close()
