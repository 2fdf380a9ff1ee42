"""A real browser for the tests of the desk, and the desk served in a process of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_REQUIRED = "CRACKLENS_REQUIRE_BROWSER"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str:
    """Return the browser of this machine; skip without one, unless it is required."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "needs a browser: apt-get install chromium"
        if os.environ.get(_REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def served(folder: Path, *more: str) -> Iterator[str]:
    """Serve an inspection by the command; yield its address."""
    command = [sys.executable, "-m", "cracklens", "serve", str(folder), "--no-browser", "--port"]
    with subprocess.Popen([*command, "0", *more], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            line = server.stdout.readline()
            assert "http://" in line, line
            yield "http://" + line.split("http://")[1].split("/")[0]
        finally:
            server.kill()
