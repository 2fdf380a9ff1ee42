"""Measure how wide a crack can be at each set of sizes of the shipped segmenter.

    python benchmarks/widest.py

Makes `docs/results/widest.md`. A crack counts as marked as in `benchmarks/finest.py`. False length:
lines of `Finder` on rendered walls without cracks, from all sizes.
"""

import json

import cv2
import numpy as np
from common import RESULTS
from finest import marked
from segmenter import settings_of

from cracklens.detection.detector import Detector
from cracklens.models.catalog import find_model
from cracklens.synthesis import render_scene
from cracklens.verification.find import Finder
from cracklens.verification.verifier import load_verifier

WIDTHS_PX = (10, 20, 30, 45, 60, 90, 120, 180, 240)
SIZES = ((1.0,), (1.0, 0.5), (1.0, 0.5, 0.25), (1.0, 0.5, 0.25, 0.125))
SEEDS = range(40_000, 40_008)
SIDE_PX = 1024
WALLS = range(41_000, 41_012)
WALL_PX = (2000, 1500)


def main() -> None:
    """Run the measurement, print it and write the page."""
    cv2.setNumThreads(1)
    folder = find_model(None)
    finder = Finder(settings_of(folder), load_verifier(folder))
    rows = []
    for sizes in SIZES:
        detector = Detector(folder, scales=sizes)
        shares = [
            float(np.mean([marked(detector, seed, width, 1.0, SIDE_PX) for seed in SEEDS]))
            for width in WIDTHS_PX
        ]
        false_px = [false_length_px(detector, finder, seed) for seed in WALLS]
        rows.append({"sizes": sizes, "shares": shares, "false_px": float(np.mean(false_px))})
        print(sizes, [f"{share:.2f}" for share in shares], rows[-1]["false_px"], flush=True)
    write(rows)


def false_length_px(detector: Detector, finder: Finder, seed: int) -> float:
    """Return the length of the lines on a wall without a crack."""
    width, height = WALL_PX
    pixels = render_scene(seed, "sound wall", width_px=width, height_px=height).pixels
    found = finder(detector.detect(pixels), pixels)
    return float(sum(crack.length_px for crack in found.cracks))


def write(rows: list[dict]) -> None:
    """Write the page."""
    text = json.dumps(rows, indent=1) + "\n"
    RESULTS.joinpath("widest.json").write_text(text, encoding="utf-8")
    names = " | ".join(f"{width} px" for width in WIDTHS_PX)
    table = [f"| sizes | {names} | false length, px a wall |", "|---" * (len(WIDTHS_PX) + 2) + "|"]
    for row in rows:
        shares = " | ".join(f"{share:.2f}" for share in row["shares"])
        sizes = ", ".join(f"{size:g}" for size in row["sizes"])
        table.append(f"| {sizes} | {shares} | {row['false_px']:.0f} |")
    RESULTS.joinpath("widest.md").write_text(
        "# The widest crack, and the sizes at which a photograph is searched\n\n"
        "Share of the centreline of rendered cracks that the shipped segmenter marks, by width and "
        f"by the sizes at which it searches. {len(SEEDS)} specimens for each figure, of seeds "
        f"{SEEDS.start} to {SEEDS.stop - 1}. Last column: length of the lines that are reported on "
        f"{len(WALLS)} rendered walls of {WALL_PX[0]} x {WALL_PX[1]} px without a crack, with "
        "look-alikes. Made by `benchmarks/widest.py`.\n\n"
        "At a reduced size a crack is marked whole up to about 30 px there. So a photograph whose "
        "scale is known is halved until a crack of 10 mm is no wider than that "
        "(`cracklens.detection.sizes`). Without a scale the sizes are those of the card.\n\n"
        + "\n".join(table)
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
