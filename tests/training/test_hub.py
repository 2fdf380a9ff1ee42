"""Pretrained weights from timm's hub, played by a server on this machine."""

import os
import socket
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from cracklens.models import read_model_folder
from cracklens.training.backbones import create_backbone
from cracklens.training.resolve import resolve_config

pytestmark = pytest.mark.slow

TINY = "test_resnet"
FLAGS = ["--backbone", TINY, "--weights", "pretrained", "--split", "random", "--input-size", "64",
         "--epochs", "1", "--precision", "f32"]  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """What the hub would hold: the whole network with its classifier of 1,000 classes."""
    torch.manual_seed(11)
    path = tmp_path_factory.mktemp("hub") / "model.safetensors"
    save_file(timm.create_model(TINY).state_dict(), path)
    return path


@pytest.fixture
def hub(weights, request):
    """A server with the two answers of the Hugging Face hub that a download needs.

    With the parameter False, the repository holds no safetensors file.
    """
    holds_weights = getattr(request, "param", True)
    content = weights.read_bytes()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, *, body: bool) -> None:
            asked.append(f"{self.command} {self.path}")
            found = self.path.startswith("/timm/") and self.path.endswith("/model.safetensors")
            found = found and holds_weights
            self.send_response(200 if found else 404)
            if found:
                self.send_header("ETag", f'"{sha256(content).hexdigest()}"')
                self.send_header("X-Repo-Commit", "0" * 40)
            else:
                self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", str(len(content) if found else 0))
            self.end_headers()
            if body and found:
                self.wfile.write(content)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def train(cracklens, tiles, tmp_path):
    """Run the command with a hub cache of its own; None takes a variable away.

    The weights are fetched by the process that exports, which starts anew and sees the environment.
    """

    def run(code, **changes):
        environment = os.environ | {
            "HF_HOME": str(tmp_path / "hf"),
            "CRACKLENS_CACHE": str(tmp_path / "cache"),
        }
        environment |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} | changes
        kept = {name: value for name, value in environment.items() if value is not None}
        return cracklens("train", tiles, "-o", tmp_path / "model", *FLAGS, code=code, env=kept)

    return run


def test_weights_are_fetched_from_the_hub(train, hub, weights, tmp_path):
    address, asked = hub
    train(0, HF_ENDPOINT=address, HF_HUB_OFFLINE=None)
    assert any(line.startswith("GET /timm/test_resnet.r160_in1k/resolve/main/") for line in asked)
    card = read_model_folder(tmp_path / "model").card
    local = resolve_config(
        None, None, {"backbone": TINY, "weights": str(weights), "input_size": 64}
    )
    assert card.architecture.weights_sha256 == create_backbone(local)[1].weights_sha256
    assert card.architecture.weights == "timm timm/test_resnet.r160_in1k"
    assert card.architecture.weights_licence == "apache-2.0"


@pytest.mark.parametrize("hub", [False], indirect=True)
def test_weights_that_come_as_a_pickle_are_refused(train, hub):
    address, asked = hub
    done = train(2, HF_ENDPOINT=address, HF_HUB_OFFLINE=None)
    assert "come as a pickle, which can run code: not read" in " ".join(done.stderr.split())
    assert not any(".bin" in line or ".pth" in line for line in asked)


def dead_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("offline", ["1", None])
def test_without_network_both_ways_out_are_named(train, tmp_path, offline):
    started = time.monotonic()
    done = train(1, HF_ENDPOINT=dead_port(), HF_HUB_OFFLINE=offline)
    seconds = time.monotonic() - started
    told = " ".join(done.stderr.split())
    assert "the pretrained weights of test_resnet could not be downloaded" in told
    assert "--weights FILE.safetensors" in told
    assert "connect to the network once" in told
    assert "Traceback" not in done.stderr
    assert seconds < 25  # the hub's client alone tries for 46 s
    assert not (tmp_path / "model").exists()
