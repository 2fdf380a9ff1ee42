"""Render the example photographs: walls of 12 MP with known cracks, look-alikes and a marker.

    python examples/render_photographs.py FOLDER

writes one JPEG per kind of wall and `truth.json`, which says where every crack runs and how wide it
is. `make demo` does this once; then the photographs are inspected.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter1d

from cracklens.synthesis import RenderedCrack, RenderedScene, render_scene

PHOTOGRAPHS = {
    "board-marked-wall": ("board-marked wall", 0),
    "smooth-slab": ("smooth slab", 1),
    "pier-with-run-off": ("pier with run-off", 2),
    "wall-with-cable": ("wall with cable", 3),
    "panels-with-joints": ("panels with joints", 4),
    "sound-wall": ("sound wall", 16),
}
QUALITY = 88
TOLERANCE_PX = 1.0  # of the polylines in truth.json
LEAST_SMOOTHING_PX = 3.0
FEWEST_POINTS = 8


def main(folder: Path, *, width_px: int = 4000, height_px: int = 3000, processes: int = 2) -> None:
    """Write the photographs and `truth.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(folder, name, width_px, height_px) for name in PHOTOGRAPHS]
    print(f"rendering {len(jobs)} photographs into {folder}", flush=True)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        truth = list(pool.map(render, *zip(*jobs, strict=True)))
    text = json.dumps({"schema": 1, "photographs": truth})
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    for photograph in truth:
        print(f"  {photograph['file']}: {len(photograph['cracks'])} cracks", flush=True)


def render(folder: Path, name: str, width_px: int, height_px: int) -> dict[str, Any]:
    """Write one photograph and return its truth."""
    kind, seed = PHOTOGRAPHS[name]
    scene = render_scene(seed, kind, width_px=width_px, height_px=height_px)
    file = f"{name}.jpg"
    Image.fromarray(scene.pixels).save(folder / file, quality=QUALITY)
    return {"file": file, **truth_of(scene)}


def truth_of(scene: RenderedScene) -> dict[str, Any]:
    """Return what is known of a scene, in JSON types."""
    return {
        "kind": scene.kind,
        "mm_per_px": scene.mm_per_px,
        "marker": {
            "dictionary": "DICT_4X4_50",
            "number": scene.marker.number,
            "side_mm": round(scene.marker.side_mm, 3),
            "corners_px": scene.marker.corners_px.round(2).tolist(),
        },
        "distractors": sorted(scene.distractors),
        "cracks": [crack_truth(crack) for crack in scene.cracks],
    }


def crack_truth(crack: RenderedCrack) -> dict[str, Any]:
    """Return length, widths and centreline of a crack; `polyline_px` is simplified."""
    step_px = np.sqrt((np.diff(crack.points_px, axis=0) ** 2).sum(axis=1))
    middle_px = (crack.width_px[1:] + crack.width_px[:-1]) / 2
    line = cv2.approxPolyDP(crack.points_px.astype(np.float32)[:, None], TOLERANCE_PX, closed=False)
    return {
        "length_px": round(crack.length_px, 1),
        "mean_width_px": round(float((step_px * middle_px).sum() / step_px.sum()), 2),
        "max_width_px": round(float(crack.width_px.max()), 2),
        "polyline_px": line[:, 0].astype(float).round(1).tolist(),
        "points_px": crack.points_px.round(1).tolist(),
        "opening_px": opening_px(crack).round(2).tolist(),
    }


def opening_px(crack: RenderedCrack) -> np.ndarray:
    """Return the width at each point, (N,), as it is seen across the course of the crack.

    A crack is drawn along a line that is rough below its own width, with a width across each short
    piece of it. Nobody sees that line: what is seen is an opening along a smoother course. Its
    width is the area by the length of that course, here the line under a Gaussian as wide as half
    the crack.
    """
    points, width = crack.points_px, crack.width_px
    if len(points) < FEWEST_POINTS:
        return width
    step = np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1))
    sigma = max(float(np.median(width)) / 2, LEAST_SMOOTHING_PX) / max(float(step.mean()), 1e-9)
    course = gaussian_filter1d(points, sigma, axis=0, mode="nearest")
    drawn = gaussian_filter1d(np.gradient(np.concatenate([[0.0], np.cumsum(step)])) * width, sigma)
    walked = gaussian_filter1d(np.sqrt((np.gradient(course, axis=0) ** 2).sum(axis=1)), sigma)
    inner = slice(round(2 * sigma), len(points) - round(2 * sigma))
    opening = width.copy()
    opening[inner] = (drawn / np.maximum(walked, 1e-9))[inner]
    return opening


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Render the example photographs.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("photographs"))
    parser.add_argument("--width-px", type=int, default=4000)
    parser.add_argument("--height-px", type=int, default=3000)
    chosen = parser.parse_args()
    main(chosen.folder, width_px=chosen.width_px, height_px=chosen.height_px)
