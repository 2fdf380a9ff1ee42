"""Starts what `forked_command` needs, when it is needed, and ends it with the tests."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import forked_command

_START_S = 120.0


class ForkedRuns:
    """Runs `cracklens` in forks; the runs of `train` in forks of a process that has PyTorch."""

    def __init__(self) -> None:
        self._doors = Path(tempfile.mkdtemp(prefix="forks"))  # short: a socket's path has 108 bytes
        self._servers: dict[str, subprocess.Popen[bytes]] = {}

    def run(
        self,
        command: list[str],
        *,
        cwd: Path | None,
        timeout: float,
        env: Mapping[str, str] = os.environ,
    ) -> "subprocess.CompletedProcess[str]":
        """Do what `subprocess.run(..., capture_output=True, text=True)` does."""
        door = self._start("training" if command[1:2] == ["train"] else "other")
        pids: list[int] = []
        late: list[int] = []

        def kill() -> None:
            late.extend(pids)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)

        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
        ):
            streams = [nothing.fileno(), out.fileno(), err.fileno()]
            timer = threading.Timer(timeout, kill)
            timer.start()
            try:
                code = forked_command.forked(
                    str(door), command, streams, str(cwd or Path.cwd()), env, pids
                )
            finally:
                timer.cancel()
            if late:
                raise subprocess.TimeoutExpired(command, timeout)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, code, out.read(), err.read())

    def program(self) -> Path:
        """Return a program `cracklens` for shells, which runs in a fork too."""
        for name in ("other", "training"):
            self._start(name)
        program = self._doors / "bin" / "cracklens"
        if not program.exists():
            program.parent.mkdir()
            line = (
                f'exec "{sys.executable}" -SE "{forked_command.__file__}" run "{self._doors}" "$@"'
            )
            program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
            program.chmod(0o755)
        return program

    def _start(self, name: str) -> Path:
        door = self._doors / name
        if name in self._servers:
            return door
        self._servers[name] = subprocess.Popen(
            [sys.executable, forked_command.__file__, "serve", str(door)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + _START_S
        while not door.exists():
            assert self._servers[name].poll() is None, "the process that forks ended"
            assert time.monotonic() < until, "the process that forks does not start"
            time.sleep(0.02)
        return door

    def close(self) -> None:
        """End the processes that fork."""
        for server in self._servers.values():
            server.kill()
            server.wait()
        shutil.rmtree(self._doors, ignore_errors=True)
