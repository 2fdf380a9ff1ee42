"""Everything that cracklens raises on purpose; each message says what to do next.

Exit codes of the command line follow the class: 2 for `UsageError`, which what was named and is not
there belongs to, 1 for the rest.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path

_LISTED = 30


class CracklensError(Exception):
    """Base of all errors that cracklens raises on purpose."""


class UsageError(CracklensError):
    """An option, a configuration value or a combination of them makes no sense."""


class PhotoError(CracklensError):
    """One picture cannot be read or used. Runs over many pictures list it and go on.

    Attributes:
        path: the picture.
        reason: what is wrong with it.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[Path, str]]:
        return type(self), (self.path, self.reason)


class DataError(CracklensError):
    """A data set is empty, misnamed, contradictory or not what it was said to be."""


class ModelError(CracklensError):
    """A model folder is incomplete, altered, too new, or does not fit the task."""


class DataNotFoundError(DataError, UsageError):
    """The data or the record that was named is not there."""


class ModelNotFoundError(ModelError, UsageError):
    """The model that was named is not there."""


class OutputError(CracklensError):
    """A result cannot be written where it was asked for."""


class MissingExtraError(CracklensError):
    """The verb needs an optional part of cracklens that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the '{extra}' extra: pip install 'cracklens[{extra}]' "
            "(with the constraints.txt of the release, to get the tested versions)"
        )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the closest known name, or lists what is known.

    >>> did_you_mean("resnet11", ["resnet101", "small"])
    "did you mean 'resnet101'?"
    >>> did_you_mean("zzz", ["resnet101", "small"])
    'known: resnet101, small'
    """
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    more = f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    return f"known: {', '.join(known[:_LISTED])}{more}"
