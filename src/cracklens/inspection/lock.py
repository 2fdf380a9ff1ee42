"""One run at a time in an output folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cracklens.errors import OutputError
from cracklens.file_lock import hold
from cracklens.files import explained


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the folder for this run; the system lets go of it however the process ends.

    The folder is made if it is missing, and removed again if nothing was put into it. Where the
    system or the file system knows no such locks (Windows, some network drives) nothing is held.

    Raises:
        OutputError: another run holds it, or it cannot be made.
    """
    with explained(output):
        made = not output.exists()
        output.mkdir(parents=True, exist_ok=True)
    handle = _hold(output)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
        if made:
            with suppress(OSError):  # it is not empty, as it should be
                output.rmdir()


def _hold(output: Path) -> int | None:
    if os.name != "posix":  # a folder cannot be opened
        return None
    handle = os.open(output, os.O_RDONLY)
    try:
        held = hold(handle, wait=False)
    except BlockingIOError as error:
        os.close(handle)
        raise OutputError(
            f"another run is writing into {output} now: wait until it ends, or choose another "
            "output"
        ) from error
    if not held:
        os.close(handle)
        return None
    return handle
