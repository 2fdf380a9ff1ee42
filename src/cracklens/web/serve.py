"""Start of the server."""

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from cracklens.errors import MissingExtraError, UsageError
from cracklens.record.schema import Inspection

PORT = 8765
_LEAST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Serving:
    """How an inspection is served.

    Attributes:
        folder: output of `inspect`.
        host: address to bind to.
        port: 0 for any free one.
        token: that each request must bring; needed beyond this machine.
        hosts: further names by which the server may be addressed.
        photos: folder in which the photographs lie now, if they were moved.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = PORT
    token: str | None = None
    hosts: tuple[str, ...] = ()
    photos: Path | None = None


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(24)


def require_safe(serving: Serving) -> None:
    """Refuse an address beyond this machine without a token.

    Raises:
        UsageError: says what to add.
    """
    from cracklens.web.security import is_loopback

    if not is_loopback(serving.host) and serving.token is None:
        raise UsageError(
            f"{serving.host} is reached from other machines: add --token TOKEN (such as "
            f"{new_token()}), or leave out --host"
        )
    if serving.token is not None and len(serving.token) < _LEAST_TOKEN:
        raise UsageError(f"a token needs at least {_LEAST_TOKEN} characters, such as {new_token()}")


def open_port(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UsageError: the port is in use or not allowed; offers a free one.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"port {port} of {host} cannot be used ({error.strerror or error}): another "
            f"program, perhaps a desk that runs already, has it; try --port {_free_port(host)}"
        ) from error
    listening.listen(128)
    return listening


def serve(serving: Serving, listening: socket.socket) -> None:
    """Serve until the process is told to stop (Ctrl-C).

    Raises:
        MissingExtraError: the extra `web` is not installed.
        DataError: there is no inspection.
    """
    try:
        import uvicorn

        from cracklens.web.app import create_app
        from cracklens.web.security import LOOPBACK, Access
        from cracklens.web.shown import Shown
    except ModuleNotFoundError as error:
        raise MissingExtraError("the desk", "web") from error
    names = [*LOOPBACK, serving.host.lower(), *(name.lower() for name in serving.hosts)]
    access = Access(tuple(dict.fromkeys(names)), serving.token)
    shown = Shown(serving.folder, Inspection.load(serving.folder), serving.photos)
    config = uvicorn.Config(
        create_app(shown, access), log_level="warning", access_log=False, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listening])


def _free_port(host: str) -> int:
    with socket.socket() as other:
        try:
            other.bind((host, 0))
        except OSError:
            return PORT + 1
        port: int = other.getsockname()[1]
        return port
