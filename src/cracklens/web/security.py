"""Who may talk to the server: host, origin and token of each request; headers of each answer."""

import hmac
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "cracklens_token"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
OPENSEADRAGON_STYLE = "9xTiqzfwFaL2SGb1rmr8gysEwVVjIvqWAgmZgqFqpEE="
"""Hash of the one style sheet that the vendored OpenSeadragon adds to a page."""
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": f"'self' 'sha256-{OPENSEADRAGON_STYLE}'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {allowed}" for what, allowed in _SOURCES.items())
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the server.

    Attributes:
        hosts: names by which it may be addressed, without the port, in lower case. A page of
            another site whose name was pointed at this machine (DNS rebinding) has another one.
        token: what each request must bring; None on this machine alone.
        open_paths: paths that need no token, such as the page that asks for it.
    """

    hosts: tuple[str, ...] = LOOPBACK
    token: str | None = None
    open_paths: frozenset[str] = frozenset()


def is_loopback(host: str) -> bool:
    """Tell whether an address to bind to is this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware that refuses what `Access` does not allow, before anything else runs."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":  # none is served
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        refused = self._refused(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if refused is not None:
            await refused(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)

    def _refused(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = _name(headers.get("host", ""))
        if host not in self.access.hosts:
            return _problem(421, f"this server does not answer to the name {host!r}")
        if scope["method"] not in _READING and not self._same_origin(headers):
            return _problem(403, "the request comes from a page of another site")
        open_path = scope["path"] in self.access.open_paths
        if self.access.token is not None and not open_path and not self._has_token(scope):
            return _problem(401, "a token is needed: Authorization: Bearer TOKEN")
        return None

    def _same_origin(self, headers: Headers) -> bool:
        """Tell whether a request that changes something comes from our own page or a program."""
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        return origin != "null" and urlsplit(origin).netloc == headers.get("host")

    def _has_token(self, scope: Scope) -> bool:
        connection = HTTPConnection(scope)
        kind, _, given = connection.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            given = connection.cookies.get(COOKIE, "")
        return hmac.compare_digest(given.strip().encode(), (self.access.token or "").encode())


def _name(host: str) -> str:
    """Return the host without its port, in lower case."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status)
