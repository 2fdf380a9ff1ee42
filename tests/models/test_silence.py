"""Nothing is sent anywhere. OpenVINO would tell Google Analytics that it was imported."""

import os
import subprocess
import sys

import pytest

# An audit hook sees each connection and each new process, whoever opens it.
WATCHED = """
import os, sys, threading
seen = []
BEGINNINGS = ("socket.", "urllib.", "http.", "subprocess.", "os.fork", "os.posix_spawn", "os.exec")
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith(BEGINNINGS) else None)
{code}
for thread in threading.enumerate():  # a sender would be one
    if thread is not threading.main_thread():
        thread.join(5)
print("telemetry:", [name for name in sys.modules if name.startswith("openvino_telemetry")])
print("seen:", seen, os.listdir(os.environ["HOME"]))
"""
ENGINE = """
from cracklens.models import load_engine, read_model_folder
load_engine(read_model_folder(sys.argv[1]).network)
"""
CONSENT = "intel/openvino_telemetry"


def run(code, home, *arguments):
    environment = {k: v for k, v in os.environ.items() if k not in {"CI", "TF_BUILD"}}
    return subprocess.run(
        [sys.executable, "-c", WATCHED.format(code=code), *map(str, arguments)],
        env=environment | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.slow
@pytest.mark.parametrize("consent", [None, "1"])
def test_loading_an_engine_asks_no_one_and_leaves_nothing(segmenter_folder, tmp_path, consent):
    home = tmp_path / "home"
    (home / "intel").mkdir(parents=True)
    if consent:
        (home / CONSENT).write_text(consent, encoding="utf-8")
    before = sorted((home / "intel").iterdir())
    said = run(ENGINE, home, segmenter_folder)
    assert "telemetry: []" in said
    assert "seen: [] ['intel']" in said
    assert sorted((home / "intel").iterdir()) == before


@pytest.mark.slow
def test_the_watch_sees_what_openvino_alone_would_do(tmp_path):
    said = run("import openvino", tmp_path)
    if "telemetry: []" in said:
        pytest.skip("this OpenVINO has no telemetry")
    assert (tmp_path / "intel").exists()


@pytest.mark.slow
def test_the_package_can_be_imported_afterwards(segmenter_folder, tmp_path):
    pytest.importorskip("openvino_telemetry")
    said = run(f"{ENGINE}\nimport openvino_telemetry", tmp_path, segmenter_folder)
    assert "telemetry: ['openvino_telemetry" in said
