"""Which requests the server answers, and what its answers allow a page."""

import pytest

pytest.importorskip("fastapi", reason="needs the extra web")

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from cracklens.web.security import COOKIE, Access, Guard, is_loopback

TOKEN = "a-token-of-some-length"
HERE = "http://127.0.0.1:8000"


async def answer(_):
    return PlainTextResponse("done")


def client(access, base_url=HERE):
    routes = [Route("/x", answer, methods=["GET", "POST", "DELETE"]), Route("/login", answer)]
    return TestClient(Guard(Starlette(routes=routes), access), base_url=base_url)


def test_each_answer_forbids_inline_script_and_frames():
    for status, found in ((200, client(Access()).get("/x")), (404, client(Access()).get("/no"))):
        assert found.status_code == status
        policy = found.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.7:8000"])
def test_a_name_that_was_pointed_here_gets_no_answer(host):
    found = client(Access()).get("/x", headers={"host": host})
    assert found.status_code == 421
    assert "done" not in found.text
    assert "content-security-policy" in found.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000"])
def test_this_machine_is_answered(host):
    assert client(Access()).get("/x", headers={"host": host}).text == "done"


@pytest.mark.parametrize("method", ["post", "delete"])
def test_another_site_changes_nothing(method):
    change = getattr(client(Access()), method)
    assert change("/x", headers={"origin": "http://evil.example"}).status_code == 403
    assert change("/x", headers={"origin": "null"}).status_code == 403
    assert change("/x", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert change("/x", headers={"sec-fetch-site": "same-site"}).status_code == 403
    assert change("/x", headers={"origin": "http://127.0.0.1:9999"}).status_code == 403
    assert change("/x", headers={"origin": HERE}).status_code == 200
    assert change("/x").status_code == 200  # a program


def test_a_token_is_asked_of_everything_but_open_paths():
    access = Access(token=TOKEN, open_paths=frozenset({"/login"}))
    found = client(access)
    assert found.get("/x").status_code == 401
    assert found.get("/login").status_code == 200
    for wrong in ("Bearer nope", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN, "Bearer "):
        assert found.get("/x", headers={"authorization": wrong}).status_code == 401
    assert found.get("/x", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert found.get("/x", headers={"cookie": f"{COOKIE}={TOKEN}"}).status_code == 200
    assert TOKEN not in found.get("/x").text


def test_a_websocket_is_not_served():
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client(Access()).websocket_connect("/x"),
    ):
        pass
    assert closed.value.code == 1008


@pytest.mark.parametrize(
    ("host", "is_it"),
    [("127.0.0.1", True), ("127.3.3.3", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("0.0.0.0", False), ("192.168.1.4", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_which_addresses_are_this_machine_alone(host, is_it):
    assert is_loopback(host) is is_it
