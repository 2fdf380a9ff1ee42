"""Fixtures that all tests and the executed examples in docstrings share."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy and PyTorch: workers share the cores
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

import cracklens as package
from command_runs import ForkedRuns
from cracklens.models import ModelCard, write_model_folder
from cracklens.synthesis import render_tiles
from forked_command import CAN_FORK

TILES = 120

hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.register_profile("explore", print_blob=True)
hypothesis.settings.load_profile(os.environ.get("CRACKLENS_HYPOTHESIS", "repeatable"))


SLOW_FIXTURES = {"cracklens", "model_folder", "forked_runs", "frozen", "verified_folder"}
"""A test that needs one of them is slow: it starts the command, trains or exports."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out."""
    for item in items:
        trains = isinstance(item, pytest.DoctestItem) and item.name.startswith("cracklens.api")
        if trains or SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what the tests compute away from the user's own cache."""
    os.environ["CRACKLENS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a folder once for all workers of a run: `made_once("tiles", fill)`. Read only."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # that of the run, which its workers share
    shared = base / "shared"
    shared.mkdir(exist_ok=True)

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        done = shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                fill(shared / name)
                done.touch()
        return shared / name

    return make


@pytest.fixture(scope="session")
def tiles(made_once: Callable[..., Path]) -> Path:
    """A rendered labelled folder: 60 cracked and 60 uncracked tiles of 128 px. Read only."""
    return made_once("tiles", lambda folder: render_tiles(folder, TILES, seed=0))


@pytest.fixture(scope="session")
def model_folder(tiles: Path, made_once: Callable[..., Path]) -> Path:
    """A small model trained on `tiles` for a few epochs. Read only."""
    return made_once("small", lambda folder: package.train(tiles, folder, recipe="small", epochs=3))


@pytest.fixture(scope="session")
def segmenter_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A segmenter whose truth is known: dark pixels are cracks, 0.5 at the grey value 100."""
    from onnx import TensorProto, checker, helper, save

    def network(folder: Path) -> ModelCard:
        steps = [
            ("Cast", ["pixels"], "grey", {"to": TensorProto.FLOAT}),
            ("ReduceMean", ["grey", "channels"], "mean", {"keepdims": 0}),
            ("Sub", ["middle", "mean"], "above", {}),
            ("Mul", ["above", "steepness"], "score", {}),
            ("Sigmoid", ["score"], "map", {}),
            ("ReduceMax", ["score", "sides"], "highest", {"keepdims": 0}),
            ("Unsqueeze", ["highest", "channels1"], "column", {}),
            ("Neg", ["column"], "opposite", {}),
            ("Concat", ["opposite", "column"], "logits", {"axis": 1}),
            ("Softmax", ["logits"], "probabilities", {"axis": 1}),
        ]
        numbers = {"middle": 100.0, "steepness": 0.1}
        axes = {"channels": [3], "sides": [1, 2], "channels1": [1]}
        floats, ints = TensorProto.FLOAT, TensorProto.INT64
        constants = [helper.make_tensor(n, floats, [], [v]) for n, v in numbers.items()]
        constants += [helper.make_tensor(n, ints, [len(v)], v) for n, v in axes.items()]
        shapes = {"map": ["n", "h", "w"], "logits": ["n", 2], "probabilities": ["n", 2]}
        graph = helper.make_graph(
            [helper.make_node(kind, given, [made], **more) for kind, given, made, more in steps],
            "dark",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "h", "w", 3])],
            [helper.make_tensor_value_info(name, floats, shape) for name, shape in shapes.items()],
            constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
        model.ir_version = 10  # what the oldest engines read
        checker.check_model(model, full_check=True)
        save(model, folder / "model.onnx")
        return ModelCard.model_validate(SEGMENTER_CARD)

    return write_model_folder(tmp_path_factory.mktemp("segmenter") / "dark", network).path


SEGMENTER_CARD = {
    "name": "dark",
    "task": "segment",
    "segmentation": {
        "window_px": 256,
        "multiple_px": 16,
        "scales": (1.0,),
        "seed_threshold": 0.5,
        "grow_threshold": 0.3,
    },
    "labels": ["Negative", "Positive"],
    "positive": "Positive",
    "temperature": 1.0,
    "calibrated": False,
    "preprocessing": {"height_px": 64, "width_px": 64, "mean": (0, 0, 0), "std": (1, 1, 1)},
    "architecture": {
        "backbone": "none",
        "weights": "none",
        "weights_sha256": "",
        "weights_licence": "none",
        "head": "none",
        "parameters": 2,
        "trained_parameters": 0,
    },
    "data": {
        "name": "none",
        "licence": "none",
        "citation": "",
        "digest": "",
        "part_digests": {},
        "counts": {},
    },
    "agreement": {
        "engine": "none",
        "sample_torch": 0,
        "f32_relative_error": 0.0,
        "precision": "f32",
        "export_probability_error": 0.0,
    },
    "configuration": {},
    "validation": None,
    "created": "2026-01-01T00:00:00Z",
    "cracklens_version": package.__version__,
    "files": {},
}


@pytest.fixture(scope="session")
def forked_runs() -> Iterator[ForkedRuns | None]:
    """What runs the command in forks, where the system can fork: `tests/support`."""
    if not CAN_FORK:
        yield None
        return
    runs = ForkedRuns()
    yield runs
    runs.close()


@pytest.fixture(scope="session")
def cracklens(
    forked_runs: ForkedRuns | None,
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The installed command: `cracklens("predict", model, picture, code=0)`."""
    program = Path(sys.executable).with_name("cracklens")

    def run(
        *arguments: object,
        code: int | None = 0,
        cwd: Path | None = None,
        timeout: float = 240,
        env: Mapping[str, str] = os.environ,
    ) -> "subprocess.CompletedProcess[str]":
        command = [str(program), *map(str, arguments)]
        if forked_runs:
            done = forked_runs.run(command, cwd=cwd, timeout=timeout, env=env)
        else:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                cwd=cwd,
                timeout=timeout,
                env=env,
                check=False,
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
