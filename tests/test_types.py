"""What people write passes `mypy --strict`, and what is wrong does not."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
RIGHT = """
import numpy as np
from PIL import Image
from cracklens import inspect, load_model, train

inspect("bridge", codes="aashto-mbei", exposure=["XC3"], scales=1, scale_table="scales.csv")
train("data", "model", recipe="small", hidden=64, dropout=(0.5,), fine_tune="all")
pixels = np.zeros((30, 40, 3), np.uint8)
first = load_model("model").predict(["a.jpg", pixels, Image.open("b.jpg")])[0].probability
load_model("model").predict(pixels)
"""
WRONG = {
    "from cracklens import inspect; inspect('a', least_lenght_px=3)": "least_lenght_px",
    "from cracklens import inspect; inspect('a', reinforcement='wood')": "reinforcement",
    "from cracklens import train; train('a', 'b', epochs='ten')": "epochs",
    "from cracklens import load_model; load_model('a').predict(3)": "predict",
}


def test_what_people_write_is_checked_by_mypy(tmp_path):
    assert len(README) >= 2
    good = ["\n".join(README), RIGHT]  # the blocks of a page go on from each other
    for index, text in enumerate([*good, *WRONG]):
        (tmp_path / f"written_{index}.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--config-file", ROOT / "pyproject.toml",
            "--cache-dir", ROOT / ".mypy_cache", *sorted(tmp_path.glob("*.py")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    said = sorted(line for line in done.stdout.splitlines() if "error:" in line)
    found = [re.match(r".*written_(\d+)\.py.*", line) for line in said]
    assert all(found), done.stdout + done.stderr
    assert [int(each[1]) for each in found] == [len(good) + i for i in range(len(WRONG))], said
    for line, word in zip(said, WRONG.values(), strict=True):
        assert word in line
