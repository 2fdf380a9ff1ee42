"""Each verb through the installed script, from a cold start.

The other journeys run in forks of a process that has imported everything (`tests/support`). Here
each verb must import what it needs by itself, and end cleanly.
"""

import json
import re
import subprocess
import sys
import urllib.request
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cracklens.cli.main import app, main
from forked_command import CAN_FORK

pytestmark = pytest.mark.slow
PROGRAM = Path(sys.executable).with_name("cracklens")


def start(*arguments, code=0, cwd=None):
    command = [str(PROGRAM), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, timeout=240, check=False
    )
    assert done.returncode == code, done.stderr
    for said in ("Traceback", "Warning", "Exception ignored"):
        assert said not in done.stderr
    return done


@pytest.fixture
def wall(tmp_path):
    pixels = np.full((120, 200, 3), 180, np.uint8)
    pixels[60:63, 20:180] = 10
    Image.fromarray(pixels).save(tmp_path / "wall.png")
    return tmp_path


def run_inspect(wall, model, segmenter, tiles):
    start("inspect", "wall.png", "-o", "out", "--model", segmenter, cwd=wall)
    start("validate", "out", cwd=wall)


def run_predict(wall, model, segmenter, tiles):
    assert "1 picture" in start("predict", model, "wall.png", cwd=wall).stdout


def run_evaluate(wall, model, segmenter, tiles):
    start("evaluate", model, tiles, "-o", "result", "--replicates", 20, cwd=wall)
    assert (wall / "result" / "roc.png").is_file()


def run_audit(wall, model, segmenter, tiles):
    assert "120 pictures" in start("audit", tiles).stdout


def run_target(wall, model, segmenter, tiles):
    start("target", cwd=wall)
    start("check-camera", "wall.png", code=1, cwd=wall)


def run_register(wall, model, segmenter, tiles):
    start("inspect", "wall.png", "-o", "out", "--model", segmenter, cwd=wall)
    start("register", "create", "-d", "my.db", cwd=wall)
    start("register", "import", "out", "--structure", "Wall", "-d", "my.db", cwd=wall)
    assert "P001  wall.png" in start("register", "list", "Wall", "-d", "my.db", cwd=wall).stdout


def run_regrade(wall, model, segmenter, tiles):
    start("inspect", "wall.png", "-o", "out", "--model", segmenter, cwd=wall)
    start("regrade", "out", "--mm-per-px", "0.2", cwd=wall)
    assert '"mm_per_px":0.2' in (wall / "out" / "inspection.json").read_text(encoding="utf-8")


def run_serve(wall, model, segmenter, tiles):
    start("inspect", "wall.png", "-o", "out", "--model", segmenter, cwd=wall)
    command = [str(PROGRAM), "serve", "out", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=wall) as server:
        try:
            address = re.search(r"http://\S+/", server.stdout.readline())[0]
            with urllib.request.urlopen(f"{address}api/v1/inspection") as answer:
                assert json.load(answer)["photographs"] == 1
        finally:
            server.kill()


def run_doctor(wall, model, segmenter, tiles):
    assert "OpenVINO" in start("doctor").stdout


def run_decide(wall, model, segmenter, tiles):
    start("inspect", "wall.png", "-o", "out", "--model", segmenter, cwd=wall)
    start("decide", "out", "P001", "comment", "--text", "seen", "--by", "A", cwd=wall)
    start("approve", "out", "--by", "B", "--role", "engineer", cwd=wall)
    listed = start("decisions", "out", cwd=wall).stdout
    assert "version 1 approved by B, engineer" in listed
    start("validate", "out", cwd=wall)
    assert "version 1 approved" in start("report", "out", cwd=wall).stdout
    assert "approved</strong> by B" in (wall / "out/reviewed/report.html").read_text("utf-8")


RUNS = {
    "decide, approve, decisions, report": run_decide,
    "inspect, validate": run_inspect,
    "predict": run_predict,
    "evaluate": run_evaluate,
    "audit": run_audit,
    "target, check-camera": run_target,
    "regrade": run_regrade,
    "serve": run_serve,
    "register": run_register,
    "doctor": run_doctor,
}


@pytest.mark.parametrize("verbs", RUNS)
def test_a_verb_starts_by_itself(verbs, wall, model_folder, segmenter_folder, tiles):
    RUNS[verbs](wall, model_folder, segmenter_folder, tiles)


def test_every_verb_is_started():
    named = {verb for verbs in RUNS for verb in verbs.split(", ")}
    named |= {"train"}  # the interrupted run of test_classify.py starts it
    verbs = {verb.name or verb.callback.__name__ for verb in app.registered_commands}
    assert named == verbs | {group.name for group in app.registered_groups}


def test_the_script_is_the_function_that_the_forks_run():
    (script,) = entry_points(group="console_scripts", name="cracklens")
    assert script.load() is main


@pytest.mark.skipif(not CAN_FORK, reason="no forks here")
def test_a_fork_says_and_ends_as_the_script_does(cracklens, wall):
    for arguments in (["--version"], ["--help"], ["predict", "absent", "wall.png"], ["inspect"]):
        forked = cracklens(*arguments, code=None, cwd=wall)
        plain = start(*arguments, code=forked.returncode, cwd=wall)
        assert (forked.stdout, forked.stderr) == (plain.stdout, plain.stderr)
