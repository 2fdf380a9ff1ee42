"""Fixtures that all tests and the executed examples in docstrings share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cracklens as package
from cracklens.synthesis import render_tiles

TILES = 120


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what the tests compute away from the user's own cache."""
    os.environ["CRACKLENS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered labelled folder: 60 cracked and 60 uncracked tiles of 128 px. Read only."""
    folder = tmp_path_factory.mktemp("data") / "tiles"
    render_tiles(folder, TILES, seed=0)
    return folder


@pytest.fixture(scope="session")
def model_folder(tiles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model trained on `tiles` for a few epochs. Read only."""
    folder = tmp_path_factory.mktemp("models") / "small"
    package.train(tiles, folder, recipe="small", epochs=3)
    return folder


@pytest.fixture(scope="session")
def cracklens() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The installed command: `cracklens("predict", model, picture, code=0)`."""
    program = Path(sys.executable).with_name("cracklens")

    def run(
        *arguments: object, code: int | None = 0, cwd: Path | None = None, timeout: float = 240
    ) -> "subprocess.CompletedProcess[str]":
        command = [str(program), *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=cwd, timeout=timeout, check=False
        )
        assert code is None or done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(autouse=True)
def _doctest_names(request: pytest.FixtureRequest) -> None:
    """Give the examples in docstrings the names that they use."""
    if isinstance(request.node, pytest.DoctestItem):
        namespace = request.getfixturevalue("doctest_namespace")
        namespace["cracklens"] = package
        if request.node.name.startswith("cracklens.api"):
            for name in ("tiles", "model_folder", "tmp_path"):
                namespace[name] = request.getfixturevalue(name)
