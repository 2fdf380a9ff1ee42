"""Fits the probability that the lines at a gap are one crack, and checks that it is calibrated.

    python benchmarks/joining_fit.py --cache DIR

Rendered walls and pictures of the seeds below 9,000,000; calibration on seeds from 9,100,100 on,
which took no part in any choice. Writes
src/cracklens/tracing/join_weights.json and docs/results/joining-fit.json.

A gap is positive if both lines follow the same true crack and the path between them does too. It is
negative if they follow different ones, or only one follows a crack. Gaps between two lines that are
no cracks take no part, nor do networks and straight lines, which are not joined. Part of the maps
is hidden by random patches, as by markers.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import RESULTS, ROOT
from joining_scenes import Example, examples
from scipy.spatial import cKDTree
from sklearn.linear_model import LogisticRegression

from cracklens.detection import load_detector
from cracklens.models.catalog import find_model
from cracklens.tracing import TraceSettings
from cracklens.tracing.candidate import joinable
from cracklens.tracing.ends import free_ends
from cracklens.tracing.gaps import find_gaps, line_places
from cracklens.tracing.join import passes_others, path_of
from cracklens.tracing.join_model import FEATURES, gap_features
from cracklens.tracing.lines import faint_seed, line_graph
from cracklens.tracing.strip import Surface

MODELS = ROOT / "src" / "cracklens" / "tracing" / "join_weights.json"
TRAIN = ((400_000, 3, 60), (400_100, 5, 60), (400_200, 4, 60))
UNSEEN = ((9_100_100, 4, 40),)
MOST_PX = 200.0
SMOOTH = {"end": 1.0, "line": 0.1}
"""Inverse of the strength of the L2 penalty, on standardised features; gaps to lines are few."""
PATCHES = 12


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cache", type=Path, required=True)
    chosen = arguments.parse_args()
    folder = find_model(None)
    detector = load_detector(folder)
    thresholds = folder.card.segmentation
    settings = TraceSettings(
        seed_threshold=thresholds.seed_threshold, grow_threshold=thresholds.grow_threshold
    )
    train = rows(chosen.cache, detector, settings, TRAIN)
    unseen = rows(chosen.cache, detector, settings, UNSEEN)
    models, figures = {}, {}
    for kind in ("end", "line"):
        for suffix in ("", " with pixels"):
            model = fitted(train[kind + suffix], SMOOTH[kind])
            models[kind + suffix] = model
            figures[kind + suffix] = checked(model, unseen[kind + suffix]) | {
                "fitted on": len(train[kind + suffix])
            }
            print(kind + suffix, json.dumps(figures[kind + suffix]))
    source = "benchmarks/joining_fit.py: rendered walls and pictures, seeds 400000 to 400259"
    text = json.dumps({"source": source, "models": models}, indent=2)
    MODELS.write_text(text + "\n", encoding="utf-8")
    (RESULTS / "joining-fit.json").write_text(
        json.dumps(figures, indent=2) + "\n", encoding="utf-8"
    )


def rows(cache: Path, detector, settings, parts) -> dict[str, list[tuple[Any, bool]]]:  # noqa: ANN001
    """Return features and labels of all gaps, by model."""
    found: dict[str, list[tuple[Any, bool]]] = {}
    for seed, walls, pictures in parts:
        for example in examples(cache, detector, seed, walls, pictures):
            for hidden in (None, patches(example, seed)):
                probability = example.probability
                if hidden is not None:
                    probability = np.where(hidden, 0, probability).astype(np.uint8)
                gaps(example, probability, hidden, settings, found)
    return found


def patches(example: Example, seed: int):  # noqa: ANN201
    """Return a mask of upright squares on the true cracks, as of markers; None without a crack."""
    if not len(example.points_px):
        return None
    rng = np.random.default_rng([seed, len(example.points_px)])
    mask = np.zeros(example.probability.shape, bool)
    for _ in range(PATCHES):
        x, y = example.points_px[rng.integers(len(example.points_px))].astype(int)
        half = int(rng.uniform(5, 50))
        mask[max(y - half, 0) : y + half, max(x - half, 0) : x + half] = True
    return mask


def gaps(example: Example, probability, hidden, settings, found) -> None:  # noqa: ANN001
    """Add the features and labels of the gaps of one picture."""
    graph = line_graph(probability, settings, seed_threshold=faint_seed(settings))
    graph, _, _ = joinable(graph, settings)
    if not graph.stretches:
        return
    ends = free_ends(graph, probability)
    tree = cKDTree(example.points_px) if len(example.points_px) else None
    places = line_places(graph)
    lines = cKDTree(places.place_px)
    for gap in find_gaps(places, ends, MOST_PX):
        for suffix, pixels in (("", None), (" with pixels", example.pixels)):
            surface = Surface(probability, pixels, hidden)
            path = path_of(gap, graph, ends, surface, {})
            unchanged = hidden is not None and not path.hidden.any()
            if unchanged or passes_others(gap, path, ends, places, lines):
                continue
            label = truth(gap, path, graph, ends, example, tree)
            if label is not None:
                features = gap_features(gap, path, graph, ends)
                found.setdefault(gap.kind + suffix, []).append((features, label))


def truth(gap, path, graph, ends, example: Example, tree) -> bool | None:  # noqa: ANN001
    """Return whether the lines at a gap are one crack; None if neither is a crack."""
    if tree is None:
        return None
    one = crack_at_end(graph, ends, gap.end, example, tree)
    if gap.other >= 0:
        other = crack_at_end(graph, ends, gap.other, example, tree)
    else:
        points = graph.stretches[gap.stretch].points_px
        near = points[max(gap.point - 20, 0) : gap.point + 20]
        other = crack_of(near, example, tree)
    if one < 0 and other < 0:
        return None
    if one != other:
        return False
    distance, near = tree.query(path.points_px)
    close = (distance <= max(5.0, 0.12 * path.gap_px)) & (example.crack[near] == one)
    return bool(close.mean() >= 0.7)


def crack_at_end(graph, ends, end: int, example: Example, tree) -> int:  # noqa: ANN001
    """Return the number of the true crack that the last 40 px of a line follow, or -1."""
    node = ends.node[end]
    for stretch in graph.stretches:
        if node in (stretch.start, stretch.end):
            points = stretch.points_px if stretch.start == node else stretch.points_px[::-1]
            return crack_of(points[:40], example, tree)
    return -1


def crack_of(points, example: Example, tree) -> int:  # noqa: ANN001
    distance, near = tree.query(points)
    close = distance <= np.maximum(4.0, example.width_px[near])
    if close.mean() < 0.6:
        return -1
    return int(np.bincount(example.crack[near[close]]).argmax())


def fitted(rows: list[tuple[Any, bool]], smooth: float) -> dict[str, Any]:
    """Return weights and bias in the units of the features."""
    features, labels = np.array([f for f, _ in rows]), np.array([y for _, y in rows])
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    model = LogisticRegression(C=smooth, max_iter=2000).fit((features - mean) / spread, labels)
    weights = model.coef_[0] / spread
    weights[features.std(axis=0) < 1e-6] = 0.0
    bias = float(model.intercept_[0] - (weights * mean).sum())
    return {
        "bias": round(bias, 4),
        "weights": {n: round(float(w), 4) for n, w in zip(FEATURES, weights, strict=True)},
    }


def checked(model: dict[str, Any], rows: list[tuple[Any, bool]]) -> dict[str, Any]:
    """Return the calibration on gaps of unseen seeds, in ten classes, and the errors at 0.5."""
    features, labels = np.array([f for f, _ in rows]), np.array([y for _, y in rows])
    weights = np.array([model["weights"][name] for name in FEATURES])
    p = 1 / (1 + np.exp(-np.clip(features @ weights + model["bias"], -30, 30)))
    number = np.minimum((p * 10).astype(int), 9)
    table = [
        [
            int((number == c).sum()),
            round(float(p[number == c].mean()), 3),
            round(float(labels[number == c].mean()), 3),
        ]
        for c in range(10)
        if (number == c).any()
    ]
    error = sum(n * abs(mean - share) for n, mean, share in table) / len(rows)
    return {
        "gaps": len(rows),
        "one crack": round(float(labels.mean()), 4),
        "calibration error": round(error, 4),
        "missed at 0.5": round(float((p[labels] < 0.5).mean()), 4),
        "wrong at 0.5": round(float((~labels[p >= 0.5]).mean()), 4),
        "classes: number, mean probability, share of one crack": table,
    }


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
