"""Measure how blur changes the finest crack that the shipped segmenter marks, on rendered concrete.

Makes the table in `docs/results/finest.md`. A crack counts as marked where the map of the whole
detector, above the card's thresholds, comes within 2 px of its centreline.
"""

import json
from typing import Any

import cv2
import numpy as np
from common import RESULTS
from skimage.filters import apply_hysteresis_threshold

from cracklens.detection.detector import Detector
from cracklens.models.catalog import find_model
from cracklens.synthesis import Specimen, render_specimen

WIDTHS_PX = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)
BLURS_PX = (0.5, 1.0, 1.5, 2.0, 3.0)
SEEDS = range(40_000, 40_008)
SHARE = 0.9
_NEAR_PX = 2
_SIDE_PX = 448


def main() -> None:
    """Run the measurement, print it and write the page."""
    cv2.setNumThreads(1)
    detector = Detector(find_model(None), precision="f32")
    rows = []
    for blur_px in BLURS_PX:
        shares = [
            float(np.mean([marked(detector, seed, width, blur_px) for seed in SEEDS]))
            for width in WIDTHS_PX
        ]
        rows.append({"blur_px": blur_px, "shares": shares, "finest_px": _finest(shares)})
        print(blur_px, [f"{share:.2f}" for share in shares], rows[-1]["finest_px"], flush=True)
    _write(rows)


def marked(
    detector: Detector, seed: int, width_px: float, blur_px: float, side_px: int = _SIDE_PX
) -> float:
    """Return the share of the centreline of a rendered crack that is marked."""
    specimen: Specimen = render_specimen(
        seed, width_px=width_px, blur_px=blur_px, size_px=side_px, crumble=0.0, variation=0.1
    )
    settings = detector.card.segmentation
    assert settings is not None
    shown = detector.detect(specimen.pixels).probability / 255
    mask = apply_hysteresis_threshold(shown, settings.grow_threshold, settings.seed_threshold)
    side = 2 * _NEAR_PX + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    near = cv2.dilate(mask.astype(np.uint8), disc) > 0
    x, y = np.rint(specimen.cracks[0].points_px).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < side_px) & (y < side_px)
    return float(near[y[inside], x[inside]].mean())


def _finest(shares: list[float]) -> float | None:
    """Return the width from which on at least nine tenths are marked."""
    least = None
    for width, share in reversed(list(zip(WIDTHS_PX, shares, strict=True))):
        if share < SHARE:
            break
        least = width
    return least


def _write(rows: list[dict[str, Any]]) -> None:
    text = json.dumps(rows, indent=1) + "\n"
    RESULTS.joinpath("finest.json").write_text(text, encoding="utf-8")
    names = " | ".join(f"{width:g}" for width in WIDTHS_PX)
    lines = [f"| blur, px | {names} | nine tenths from |", "|" + "---|" * (len(WIDTHS_PX) + 2)]
    for row in rows:
        shares = " | ".join(f"{share:.2f}" for share in row["shares"])
        from_px = "-" if row["finest_px"] is None else f"{row['finest_px']:g} px"
        lines.append(f"| {row['blur_px']:g} | {shares} | {from_px} |")
    RESULTS.joinpath("finest.md").write_text(
        "# The finest crack, and blur\n\n"
        "Share of the centreline of rendered cracks that the shipped segmenter marks, by width in "
        f"px (columns) and standard deviation of the blur. {len(SEEDS)} specimens for each figure, "
        f"of seeds {SEEDS.start} to {SEEDS.stop - 1}, without stains or look-alikes. Made by "
        "`benchmarks/finest.py`.\n\n"
        "From 1.5 px of blur on, the blur decides: nine tenths are marked from 1.1 times the blur. "
        "The report uses this factor; run the script again for another model.\n\n"
        + "\n".join(lines)
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
