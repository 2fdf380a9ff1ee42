"""Work in separate processes that write numbered shards, such as rendered pictures.

A process runs a module of the package that reads an order from its standard input. With
multiprocessing, a user's script would need `if __name__ == "__main__"`.
"""

import json
import sys
from contextlib import suppress
from subprocess import PIPE, STDOUT, Popen
from typing import Any

from cracklens.errors import CracklensError
from cracklens.progress import Step

_DONE = "shard done: "


def run_shards(module: str, order: dict[str, Any], step: Step, advance: int) -> None:
    """Run a module in a process with an order, and follow its progress.

    Args:
        module: name of the module; it calls `shard_done` after each shard.
        order: written to its standard input as JSON.
        step: advanced by `advance` for each shard.
        advance: items of a shard.

    Raises:
        CracklensError: the process failed.
    """
    with Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module], stdin=PIPE, stdout=PIPE, stderr=STDOUT, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):  # it failed before reading; its output is reported below
            process.stdin.write(json.dumps(order))
            process.stdin.close()
        output = ""
        for line in process.stdout:
            if line.startswith(_DONE):
                step.advance(advance)
            else:
                output += line
    if process.returncode:
        raise CracklensError(f"the process {module} failed:\n{output[-2000:]}")


def shard_done(number: int) -> None:
    """Tell the parent process that a shard is written."""
    sys.stdout.write(f"{_DONE}{number}\n")
    sys.stdout.flush()
