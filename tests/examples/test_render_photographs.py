import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from cracklens.synthesis import DISTRACTORS

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "examples" / "render_photographs.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photographs") / "walls"
    size = ["--width-px", "800", "--height-px", "600"]
    subprocess.run([sys.executable, str(SCRIPT), str(folder), *size], check=True, timeout=120)
    return folder


def test_every_photograph_is_there_with_its_truth(folder):
    truth = json.loads((folder / "truth.json").read_text())["photographs"]
    files = sorted(path.name for path in folder.glob("*.jpg"))
    assert files == sorted(entry["file"] for entry in truth)
    assert len(files) == 6
    for entry in truth:
        with Image.open(folder / entry["file"]) as picture:
            assert (picture.format, picture.size) == ("JPEG", (800, 600))
        assert set(entry["distractors"]) <= set(DISTRACTORS)
        assert bool(entry["cracks"]) is (entry["kind"] != "sound wall")
        for crack in entry["cracks"]:
            line = np.array(crack["polyline_px"])
            length = np.hypot(*np.diff(line, axis=0).T).sum()
            assert 0.8 * crack["length_px"] - 3 < length < crack["length_px"] + 1
            assert 0 < crack["mean_width_px"] <= crack["max_width_px"] <= 30
            assert (line > -1).all()
            assert (line < [800, 600]).all()


def test_the_marker_in_the_photograph_is_that_of_the_truth(folder):
    truth = json.loads((folder / "truth.json").read_text())["photographs"]
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    detector = cv2.aruco.ArucoDetector(dictionary)
    for entry in truth:
        corners, numbers, _ = detector.detectMarkers(cv2.imread(str(folder / entry["file"])))
        assert entry["marker"]["number"] in numbers.ravel()
        found = corners[numbers.ravel().tolist().index(entry["marker"]["number"])][0]
        side_px = np.hypot(*np.diff(found, axis=0).T).mean()
        expected_px = entry["marker"]["side_mm"] / entry["mm_per_px"]
        assert side_px == pytest.approx(expected_px, rel=0.03)
