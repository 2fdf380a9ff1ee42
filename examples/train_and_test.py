"""Training a model of one's own on rendered tiles: render, audit, train, evaluate, predict.

    python examples/train_and_test.py FOLDER

It needs the extra `train` and no download: a small network is trained from random weights. The
figures show the steps, not the quality of a model for inspections.
"""

import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from cracklens.synthesis import render_tiles

TRAINING_TILES = 1200
TEST_TILES = 300
CRACKLENS = str(Path(sys.executable).with_name("cracklens"))


def main(folder: Path) -> None:
    """Run the journey and leave its files in `folder`."""
    started = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    print(f"rendering {TRAINING_TILES} tiles to train on and {TEST_TILES} others to test on")
    render_tiles(folder / "tiles", TRAINING_TILES, seed=1)
    render_tiles(folder / "unseen", TEST_TILES, seed=2)
    model = folder / "model"
    run("audit", folder / "tiles", "--split", "random")
    run("train", folder / "tiles", "-o", model, "--recipe", "small")
    run("evaluate", model, folder / "unseen", "-o", folder / "evaluation")
    run("predict", model, folder / "unseen", "--format", "csv", "-o", folder / "labels.csv")
    print(f"\ndone in {time.perf_counter() - started:.0f} s. Open:")
    for file, what in (
        ("model/README.md", "the model: what it was trained on, how good it is"),
        ("model/training_history.png", "loss and accuracy over the epochs"),
        ("evaluation/report.txt", "figures on unseen tiles, each with its interval"),
        ("evaluation/worst_mistakes.png", "the surest mistakes, to look at"),
        ("labels.csv", "a label and a probability for each tile"),
    ):
        print(f"  {folder / file!s:<36} {what}")


def run(*arguments: object) -> None:
    """Run one verb as a user would, and show the command."""
    command = [CRACKLENS, *map(str, arguments)]
    print(f"\n$ cracklens {shlex.join(command[1:])}", flush=True)
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "trained"))
