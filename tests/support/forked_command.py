"""The command `cracklens` without its start-up: a process that has imported it forks for each run.

The journeys and the tutorials run the command some three hundred times. Most of that time is the
import of SciPy, OpenVINO and PyTorch, the same each time: 1 to 5 s of processor time a run. Here one
process imports everything once. For each run it forks, and the fork runs the entry point of the
installed script with the arguments, folder, environment and streams of that run, and ends as any
process ends.

A fork cannot show what happens before `main`: that the script is installed, that a verb imports all
that it needs, what the locale does. `tests/journeys/test_installed.py` starts the installed script
for each verb, and the tests of locales, signals and closed pipes do so too. With
`CRACKLENS_TESTS_INSTALLED=1` every run does.
"""

import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

CAN_FORK = sys.platform == "linux" and "CRACKLENS_TESTS_INSTALLED" not in os.environ
_MESSAGE_BYTES = 1 << 20


def forked(
    door: str, command: list[str], streams: list[int], cwd: str, env: Mapping[str, str],
    pids: list[int],
) -> int:  # fmt: skip
    """Run a command in a fork of the process behind a door; return its exit code.

    Args:
        door: path of the socket.
        command: the program's name and its arguments.
        streams: descriptors of standard input, output and error.
        cwd: the folder to run in.
        env: its environment.
        pids: gets the fork's process id as soon as it runs.
    """
    request = {"argv": command, "cwd": cwd, "env": dict(env)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.connect(door)
        socket.send_fds(client, [json.dumps(request).encode()], streams)
        pids.append(int(client.recv(_MESSAGE_BYTES)))
        return int(client.recv(_MESSAGE_BYTES))


def _serve(entrance: socket.socket) -> None:
    """Fork for each request; return in the fork, with everything set for `main`."""
    parent = os.getppid()
    entrance.settimeout(5.0)
    while True:
        try:
            client, _ = entrance.accept()
        except TimeoutError:
            if os.getppid() != parent:  # the tests were killed
                raise SystemExit(0) from None
            continue
        with client:
            said, streams, _, _ = socket.recv_fds(client, _MESSAGE_BYTES, 3)
            if (child := os.fork()) == 0:
                _become(json.loads(said), streams)
                return
            for stream in streams:
                os.close(stream)
            client.send(str(child).encode())
            _, status = os.waitpid(child, 0)
            client.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """Take the arguments, folder, environment and streams of a run, as a new process has them."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - a descriptor, open to the end
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115
        2, "w", buffering=1, errors="backslashreplace", closefd=False
    )
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = request["argv"]


def _import_rooms(*, training: bool) -> None:
    import pkgutil
    from importlib import import_module

    import cracklens

    for module in pkgutil.walk_packages(cracklens.__path__, "cracklens."):
        if training or not module.name.startswith("cracklens.training."):
            import_module(module.name)
    from cracklens.reporting import html

    for name in html._environment().list_templates():
        html._environment().get_template(name)
    if training:
        import_module("timm")
        _keep_registry()
        _export_once()


def _keep_registry() -> None:
    """Let all exports use one registry of operators: making it takes a second, and none changes it."""
    from functools import cache

    from torch.onnx._internal.exporter._registration import ONNXRegistry

    ONNXRegistry.from_torchlib = staticmethod(cache(ONNXRegistry.from_torchlib))


def _export_once() -> None:
    """Export a tiny network: PyTorch and onnxscript then hold what each export prepares, for 3 s."""
    import tempfile
    from pathlib import Path

    import torch

    from cracklens.training.export import quiet_export

    torch.set_num_threads(1)  # threads do not survive a fork
    with tempfile.TemporaryDirectory() as folder:
        network, example = torch.nn.Linear(2, 2).eval(), torch.zeros(2, 2)
        quiet_export(network, example, Path(folder) / "tiny.onnx", ["x"], ["y"])


def _main(task: str, door: str, *arguments: str) -> None:
    if task == "run":
        verb = "training" if arguments[:1] == ("train",) else "other"
        command, here = ["cracklens", *arguments], os.getcwd()  # noqa: PTH109 - pathlib takes longer
        sys.exit(forked(f"{door}/{verb}", command, [0, 1, 2], here, os.environ, []))
    import gc

    _import_rooms(training=door.endswith("/training"))
    gc.freeze()  # a fork that looks at all these objects would copy their pages
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as entrance:
        entrance.bind(f"{door}.new")
        entrance.listen()
        os.rename(f"{door}.new", door)  # noqa: PTH104 - who sees it can connect
        _serve(entrance)

    from cracklens.cli.main import main

    main()


if __name__ == "__main__":
    _main(*sys.argv[1:])
