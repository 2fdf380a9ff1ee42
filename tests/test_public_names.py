"""The public surface, and what it may cost to touch it."""

import ast
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import cracklens as package

PUBLIC = [
    "Audit",
    "CracklensError",
    "DataError",
    "DataNotFoundError",
    "Evaluation",
    "Inspection",
    "MissingExtraError",
    "Model",
    "ModelCard",
    "ModelError",
    "ModelNotFoundError",
    "OutputError",
    "PhotoError",
    "Prediction",
    "UsageError",
    "audit",
    "inspect",
    "load_model",
    "regrade",
    "report",
    "train",
]
EXTRA = ["torch", "torchvision", "timm", "onnx", "onnxscript", "safetensors", "onnxruntime"]


def python(code, *arguments):
    """Run code in a process of its own, where nothing is imported yet."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_public_names():
    assert package.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(package, name).__name__ == name
    assert set(dir(package)) == {*PUBLIC, "__version__"}


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Detector'"):
        _ = package.Detector


def test_importing_the_package_imports_nothing_heavy():
    loaded = python("import cracklens, sys; print(*sys.modules)").split()
    assert "cracklens" in loaded
    heavy = {"numpy", "PIL", "pydantic", "openvino", "matplotlib", "rich", "typer", *EXTRA}
    assert not heavy & set(loaded)


@pytest.mark.slow
def test_labelling_pictures_does_not_wait_for_what_measures():
    """SciPy takes half a second, which `predict`, `evaluate` and `audit` do not need at the start."""
    loaded = python("from cracklens.api import audit, load_model; import sys; print(*sys.modules)")
    assert "cracklens.detection" in loaded.split()
    assert not {"scipy", "matplotlib", "cracklens.measurement"} & set(loaded.split())


def test_the_rooms_of_python_have_no_other_names():
    from cracklens import api

    assert {getattr(api, name).__module__.partition(".api.")[1] for name in api.__all__} == {
        ".api."
    }
    with pytest.raises(AttributeError, match="no attribute 'inspects'"):
        _ = api.inspects


@pytest.mark.slow
def test_every_room_but_training_works_without_the_extras(model_folder, tiles, tmp_path):
    code = """
import sys
for name in sys.argv[4:]:
    sys.modules[name] = None  # as if it were not installed
import importlib, pkgutil
import cracklens
for module in pkgutil.walk_packages(cracklens.__path__, "cracklens."):
    if not module.name.startswith("cracklens.training"):
        importlib.import_module(module.name)
model = cracklens.load_model(sys.argv[1])
print(len(model.predict(sys.argv[2])))
print(model.evaluate(sys.argv[2], replicates=20).save(sys.argv[3]).name)
print(sum(cracklens.audit(sys.argv[2]).counts.values()))
try:
    cracklens.train(sys.argv[2], sys.argv[3] + "-new", recipe="small")
except cracklens.MissingExtraError as error:
    print(error)
"""
    said = python(code, model_folder, tiles, tmp_path / "result", *EXTRA).splitlines()
    assert said[:3] == ["120", "result", "120"]
    assert "pip install 'cracklens[train]'" in said[3]


HELP = """
import sys
from cracklens.cli.main import main
sys.argv = ["cracklens", "--help"]
try:
    main()
except SystemExit as end:
    assert end.code == 0
sys.stdout.flush()
print("loaded:", *sys.modules)
"""


@pytest.mark.slow
def test_help_imports_nothing_that_takes_long():
    text, _, loaded = python(HELP).partition("loaded:")
    assert "train" in text
    heavy = {"torch", "timm", "onnx", "onnxruntime", "openvino", "matplotlib", "numpy", "cv2"}
    assert not heavy & set(loaded.split())


def cpu_seconds(*command):
    """Processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
def test_help_is_there_at_once():
    program = Path(sys.executable).with_name("cracklens")
    # A slower or busier processor is given more: the limit is 0.4 s where json and asyncio load in
    # 0.07 s. In turn, so that both have the same neighbours; the least of five counts.
    imports = sys.executable, "-c", "import asyncio, json, unittest.mock"
    rounds = [(cpu_seconds(*imports), cpu_seconds(program, "--help")) for _ in range(5)]
    yardstick, needed = (min(seconds) for seconds in zip(*rounds, strict=True))
    assert needed < 0.4 * max(1.0, yardstick / 0.07)


def test_the_package_carries_its_types():
    assert Path(package.__file__).with_name("py.typed").is_file()
    assert os.fspath(package.__file__).endswith("__init__.py")


def test_type_checkers_see_every_public_name_as_exported():
    # without "as", mypy --strict says: module "cracklens" does not explicitly export attribute
    source = Path(package.__file__).read_text(encoding="utf-8")
    aliases = [
        alias
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert set(package.__all__) <= {alias.asname for alias in aliases if alias.asname}
