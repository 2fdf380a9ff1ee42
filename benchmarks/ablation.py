"""What each part of the segmenter's training is worth: short trainings that differ in one thing.

    python benchmarks/ablation.py --data ../shared/data --weights mobilenetv2_100.safetensors

Each variant trains on 19,200 crops (a tenth of the shipped model's) and is measured like it; five
minutes each on 2 cores. Writes docs/results/ablation.json; `segmenter.py --page` makes the table.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import cv2
from common import CRACKLENS, keep
from segmenter import PARTS, settings_of

from cracklens.detection import load_detector
from cracklens.models import read_model_folder

SHORT = (
    "--task", "segment", "--steps", "600", "--batch-size", "32", "--crop-px", "128",
    "--rendered-pictures", "3200", "--refine-at", "1", "--checked-pictures", "300",
)  # fmt: skip
VARIANTS: dict[str, tuple[str, ...]] = {
    "everything": (),
    "without rendered pictures": ("--rendered-share", "0", "--cracked-share", "0.5"),
    "without look-alikes": ("--no-distractors",),
    "without weak masks": ("--no-weak-masks",),
    "small U-Net from random weights": ("--encoder", "unet", "--weights", "random"),
}


def main() -> None:
    """Train and measure each variant, and the first one without its second scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--models", type=Path, help="folder to keep the models in")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    models = options.models or Path(tempfile.mkdtemp())
    for variant, flags in VARIANTS.items():
        path = models / variant.replace(" ", "-")
        if not path.exists():
            command = [CRACKLENS, "train", str(options.data / "metu"), "-o", str(path), *SHORT,
                       "--weights", str(options.weights), *flags]  # fmt: skip
            subprocess.run(command, check=True)
        measure(variant, path, options.data, None)
        if variant == "everything":
            measure("without the second scale", path, options.data, (1.0,))


def measure(
    variant: str, path: Path, data: Path, scales: tuple[float, ...] | None
) -> dict[str, Any]:
    """Measure one model and keep the figures."""
    folder = read_model_folder(path)
    detector = load_detector(folder, scales=scales)
    found = {
        part: PARTS[part](data, folder, detector, settings_of(folder))
        for part in ("decks", "masks", "rendered", "alarms")
    }
    for name in ("concrete30", "crackseu11"):
        del found["masks"][name]["pictures"]
    del found["alarms"]["metu_alarmed_names"]
    keep("ablation", {variant: found})
    print(variant, found, flush=True)
    return found


if __name__ == "__main__":
    main()
