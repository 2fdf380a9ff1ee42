"""How well the pieces of a crack are joined: reported lines per true crack, false joins, networks.

    python benchmarks/joining.py --cache DIR [--label joined] [--without-pixels]

Rendered walls of 2000 x 1500 px and pictures of 900 x 900 px of unseen seeds, with the network's
map. Writes docs/results/joining.json and .md. The figures under "before" were made with the source
of commit b63003a and `--label before --without-pixels`.
"""

import argparse
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from joining_page import page
from joining_scenes import Example, examples
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cracklens.detection import load_detector
from cracklens.detection.probability_map import ProbabilityMap
from cracklens.models.catalog import find_model
from cracklens.tracing import TraceSettings, trace

UNSEEN = ((9_100_100, 4, 40),)
NEAR_PX = 5.0
NETWORK = "smooth slab"
STEP_PX = 2.0
LEAST_PX = 30.0  # of another true crack, or of no crack, that makes a join false
LEAST_SHARE = 0.1
DENSE_PX = (4000, 3000)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--label", default="joined")
    arguments.add_argument("--without-pixels", action="store_true")
    chosen = arguments.parse_args()
    folder = find_model(None)
    detector = load_detector(folder)
    thresholds = folder.card.segmentation
    settings = TraceSettings(
        seed_threshold=thresholds.seed_threshold, grow_threshold=thresholds.grow_threshold
    )
    dense = dense_net(settings)  # first, so that the peak of the memory is its own
    noisy = noise(settings)
    walls: list[dict[str, Any]] = []
    for seed, count, pictures in UNSEEN:
        walls += [
            looked_at(example, settings, pixels=not chosen.without_pixels)
            for example in examples(chosen.cache, detector, seed, count, pictures)
        ]
    kinds = sorted({row["kind"] for row in walls})
    ordinary = [row for row in walls if row["kind"] not in (NETWORK, "picture")]
    found = {
        "walls without map cracking": summed(ordinary),
        **{kind: summed([row for row in walls if row["kind"] == kind]) for kind in kinds},
        "dense net": dense,
        "noise": noisy,
    }
    for name, row in found.items():
        print(name, row, flush=True)
    keep("joining", {"machine": machine(), "model": folder.card.name, chosen.label: found})
    if chosen.label == "joined":
        page()


def looked_at(example: Example, settings: TraceSettings, *, pixels: bool) -> dict[str, Any]:
    """Return counts of one picture."""
    empty = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
    found = ProbabilityMap(example.probability, *empty)
    started = time.process_time()
    cracks = (trace(found, settings, example.pixels) if pixels else trace(found, settings)).cracks
    seconds = time.process_time() - started
    tree = cKDTree(example.points_px) if len(example.points_px) else None
    row: dict[str, Any] = {"kind": example.kind, "seconds": seconds, "reported": len(cracks)}
    row |= dict.fromkeys(("lines", "two cracks", "crack and other", "networks"), 0)
    row |= {"reported px": 0.0, "right px": 0.0, "inferred px": 0.0, "right inferred px": 0.0}
    hit: set[int] = set()
    covered = np.zeros(len(example.points_px), bool)
    for crack in cracks:
        points, unseen = sampled(crack)
        owner = owners(points, example, tree)
        on = owner >= 0
        row["reported px"] += STEP_PX * len(points)
        row["right px"] += STEP_PX * on.sum()
        row["inferred px"] += STEP_PX * unseen.sum()
        row["right inferred px"] += STEP_PX * (on & unseen).sum()
        row["networks"] += getattr(crack, "network", False)
        if tree is not None:
            near = cKDTree(points).query(example.points_px)[0]
            covered |= near <= NEAR_PX
        if on.mean() < 0.5:
            continue
        row["lines"] += 1
        lengths = Counter(owner[on].tolist())
        hit |= {lengths.most_common(1)[0][0]}
        least = max(LEAST_PX, LEAST_SHARE * STEP_PX * len(points))
        network = getattr(crack, "network", False)
        row["two cracks"] += (
            not network and len([n for n in lengths.values() if n * STEP_PX > least]) > 1
        )
        row["crack and other"] += STEP_PX * (~on).sum() > least
    seen = example.width_px > 0
    return row | {
        "cracks": len(set(example.crack.tolist())),
        "found cracks": len(hit),
        "true px": int(seen.sum()),
        "found px": int((covered & seen).sum()),
    }


def sampled(crack):  # noqa: ANN001, ANN201
    """Return points along the branches of a crack every 2 px, and whether each is inferred."""
    points, unseen = [], []
    for branch in crack.branches:
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(branch.points_px, axis=0).T))])
        at = np.arange(0.0, along[-1], STEP_PX)
        points.append(np.stack([np.interp(at, along, axis) for axis in branch.points_px.T], axis=1))
        hidden = np.zeros(len(at), bool)
        for first, last in getattr(branch, "inferred", ()):
            hidden |= (at > along[first]) & (at < along[last])
        unseen.append(hidden)
    return np.concatenate(points), np.concatenate(unseen)


def owners(points, example: Example, tree):  # noqa: ANN001, ANN201
    """Return the number of the true crack at each point, -1 for none."""
    if tree is None:
        return np.full(len(points), -1)
    distance, near = tree.query(points)
    close = distance <= np.maximum(NEAR_PX, example.width_px[near])
    return np.where(close, example.crack[near], -1)


def summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of several pictures."""
    total = {
        name: sum(row[name] for row in rows) for name in rows[0] if name not in ("kind", "seconds")
    }
    return {name: round(value) for name, value in total.items()} | {
        "pictures": len(rows),
        "lines per true crack": ratio(total["lines"], total["found cracks"]),
        "found": ratio(total["found px"], total["true px"]),
        "right": ratio(total["right px"], total["reported px"]),
        "right of inferred": ratio(total["right inferred px"], total["inferred px"]),
        "slowest s": round(max(row["seconds"] for row in rows), 2),
    }


def ratio(part: float, whole: float) -> float | None:
    return round(float(part / whole), 4) if whole else None


def dense_net(settings: TraceSettings) -> dict[str, Any]:
    """Return the processor time of 12 MP full of cracks 30 px apart."""
    columns, rows = DENSE_PX
    rng = np.random.default_rng(UNSEEN[0][0])
    image = np.zeros((rows, columns), np.float32)
    for axis, count in ((0, columns // 30), (1, rows // 30)):
        for number in range(count):
            length = (rows, columns)[axis]
            along = np.arange(-10, length + 10, 12.0)
            aside = 30 * number + np.cumsum(rng.uniform(-2.5, 2.5, len(along)))
            line = np.stack([aside, along] if axis == 0 else [along, aside], axis=1)
            keep_points = rng.random(len(line) - 1) > 0.08
            for index in np.flatnonzero(keep_points):
                cv2.line(image, *np.rint(line[index : index + 2]).astype(int).tolist(), 1.0, 2)
    return traced(np.rint(cv2.GaussianBlur(image, (0, 0), 0.8) * 235).astype(np.uint8), settings)


def noise(settings: TraceSettings) -> dict[str, Any]:
    """Return the processor time of 12 MP of noise: blocks of 4 px, a third of the pixels empty."""
    rng = np.random.default_rng(1)
    blocks = rng.integers(0, 256, (DENSE_PX[1] // 4, DENSE_PX[0] // 4)).astype(np.uint8)
    probability = np.kron(blocks, np.ones((4, 4), np.uint8))
    probability[rng.random(probability.shape) < 0.35] = 0
    return traced(probability, settings)


def traced(probability: NDArray[np.uint8], settings: TraceSettings) -> dict[str, Any]:
    """Return processor time, number of cracks and the peak of the memory so far."""
    empty = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
    started = time.process_time()
    cracks = trace(ProbabilityMap(probability, *empty), settings).cracks
    return {
        "seconds": round(time.process_time() - started, 1),
        "findings": len(cracks),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
