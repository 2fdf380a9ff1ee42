"""How good the segmenter is: tiles, masks, rendered truth, false alarms.

    python benchmarks/segmenter.py --data ../shared/data [--model MODEL] [--parts tiles,decks]

Writes docs/results/segmenter.json and .md. Nothing of `sdnet2018-decks` and `mask-dev` takes part
in the training or in the choice of a threshold.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from segmenter_page import page

from cracklens import load_model
from cracklens.datasets import load_dataset, split_dataset
from cracklens.datasets.class_names import match_classes
from cracklens.detection import load_detector
from cracklens.evaluation.masks import MaskCounts, added, compare_masks, dilated
from cracklens.models.catalog import find_model
from cracklens.photos import read_photo
from cracklens.synthesis import DISTRACTORS, Camera, photograph, render_concrete
from cracklens.tracing import TraceSettings, trace
from cracklens.tracing.mask import hysteresis_mask
from cracklens.training.segment.rendered_bank import render_picture

UNSEEN_SEED = 7_000_000
SPECK_PX = 8  # as in tracing
RENDERED, RENDERED_PX = 400, 512
PER_DISTRACTOR, DISTRACTOR_PX = 24, 768
MM_PER_PX = 0.5
WIDTHS_PX = ((0.0, 1.0), (1.0, 2.0), (2.0, 5.0), (5.0, 10.0), (10.0, 20.0), (20.0, 60.0))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--model")
    arguments.add_argument("--parts", default="tiles,decks,masks,rendered,alarms")
    chosen = arguments.parse_args()
    folder = find_model(chosen.model)
    detector = load_detector(folder)
    settings = settings_of(folder)
    results: dict[str, Any] = {"machine": machine(), "model": folder.card.name}
    for part in chosen.parts.split(","):
        started = time.perf_counter()
        results[part] = PARTS[part](chosen.data, folder, detector, settings)
        results[part]["seconds"] = round(time.perf_counter() - started)
        print(part, results[part], flush=True)
        keep("segmenter", results)
    page()


def settings_of(folder) -> TraceSettings:  # noqa: ANN001
    """Return what `inspect` traces with."""
    chosen = folder.card.segmentation
    return TraceSettings(seed_threshold=chosen.seed_threshold, grow_threshold=chosen.grow_threshold)


def tiles(data: Path, folder, detector, settings) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """METU tiles of unseen groups: no near-duplicate of them was trained on."""
    return _shown(load_model(folder.path).evaluate(data / "metu", part="validation"))


def decks(data: Path, folder, detector, settings) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Bridge decks of SDNET2018, of which nothing was trained on."""
    mapping = match_classes(("CD", "UD"), tuple(folder.card.labels))
    path = data / "sdnet2018-decks"
    return _shown(load_model(folder.path).evaluate(path, group="<photo>-<tile>", mapping=mapping))


def _shown(evaluation) -> dict[str, Any]:  # noqa: ANN001
    found = evaluation.summary.model_dump(mode="json")
    names = ("count", "accuracy", "auroc", "average_precision", "ece", "majority_baseline")
    return {name: found[name] for name in names}


def masks(data: Path, folder, detector, settings) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Hand-drawn masks, at their resolution."""
    found = {}
    for name in ("concrete30", "crackseu11"):
        rows = []
        for picture in sorted((data / "mask-dev" / name / "images").iterdir()):
            truth = read_photo(data / "mask-dev" / name / "masks" / f"{picture.stem}.png")
            true = truth.pixels[..., 0] > 127
            mask = crack_mask(detector.detect(read_photo(picture).pixels), settings)
            rows.append((picture.name, compare_masks(at_size(mask, true.shape), true)))
        found[name] = figures([counts for _, counts in rows]) | {
            "pictures": {picture: round(counts.f1, 3) for picture, counts in rows}
        }
    return found


def crack_mask(found, settings: TraceSettings):  # noqa: ANN001, ANN201
    """Return the mask that tracing starts from."""
    mask = hysteresis_mask(
        found.probability,
        seed_threshold=settings.seed_threshold,
        grow_threshold=settings.grow_threshold,
        least_extent_px=SPECK_PX,
    )
    return mask.image[1:-1, 1:-1] > 0


def at_size(mask, shape):  # noqa: ANN001, ANN201
    """Return a mask at a smaller size; a cell is a crack where a crack passes through it."""
    if mask.shape == shape:
        return mask
    rows, columns = (big // small for big, small in zip(mask.shape, shape, strict=True))
    return mask.reshape(shape[0], rows, shape[1], columns).any((1, 3))


def figures(counts: list[MaskCounts]) -> dict[str, Any]:
    """Return pooled figures and the mean over pictures."""
    total = added(counts)
    names = ("f1", "precision", "recall", "iou", "cl_iou")
    return {name: round(getattr(total, name), 4) for name in names} | {
        f"mean_{name}": round(float(np.mean([getattr(c, name) for c in counts])), 4)
        for name in ("f1", "iou", "cl_iou")
    }


def rendered(data: Path, folder, detector, settings) -> dict[str, Any]:  # noqa: ANN001
    """Rendered pictures of unseen seeds, half of them on real surfaces of the validation part."""
    backgrounds = crack_free(data, folder)
    rows = []
    found_px: dict[tuple[float, float], int] = defaultdict(int)
    total_px: dict[tuple[float, float], int] = defaultdict(int)
    for number in range(RENDERED):
        picture = render_picture(UNSEEN_SEED + number, backgrounds, side_px=RENDERED_PX)
        mask = crack_mask(detector.detect(picture.pixels), settings)
        rows.append(compare_masks(mask, picture.crack > 127))
        near = dilated(mask, 2)
        for crack in picture.cracks:
            place = np.rint(crack.points_px).astype(int).clip(0, RENDERED_PX - 1)
            hit = near[place[:, 1], place[:, 0]]
            for low, high in WIDTHS_PX:
                inside = (crack.width_px >= low) & (crack.width_px < high)
                found_px[low, high] += int(hit[inside].sum())
                total_px[low, high] += int(inside.sum())
    return figures(rows) | {
        "centreline_recall": {
            f"{low:g} to {high:g} px": round(found_px[low, high] / max(total_px[low, high], 1), 4)
            for low, high in WIDTHS_PX
        }
    }


def crack_free(data: Path, folder) -> list[Path]:  # noqa: ANN001
    """Return the crack-free METU tiles of the validation part."""
    dataset = load_dataset(data / "metu")
    chosen = folder.card.configuration
    split = split_dataset(
        dataset,
        chosen["split"],
        validation_fraction=chosen["validation_fraction"],
        seed=chosen["seed"],
    )
    return [
        p for p in (dataset.items[i].path for i in split.validation) if p.parent.name == "Negative"
    ]


def alarms(data: Path, folder, detector, settings) -> dict[str, Any]:  # noqa: ANN001
    """What is reported where there is no crack."""
    free = crack_free(data, folder)
    alarmed = [
        path.name
        for path in free
        if trace(detector.detect(read_photo(path).pixels), settings).cracks
    ]
    kinds = {}
    area_m2 = (DISTRACTOR_PX * MM_PER_PX / 1000) ** 2 * PER_DISTRACTOR
    for kind in ["none", *DISTRACTORS]:
        length_px, marked = 0.0, 0
        for number in range(PER_DISTRACTOR):
            rng = np.random.default_rng([UNSEEN_SEED, number])
            surface = render_concrete(DISTRACTOR_PX, DISTRACTOR_PX, rng)
            if kind != "none":
                surface = DISTRACTORS[kind](surface, rng).surface
            pixels = photograph(surface, Camera.draw(rng), rng)
            cracks = trace(detector.detect(pixels), settings).cracks
            length_px += sum(crack.length_px for crack in cracks)
            marked += bool(cracks)
        kinds[kind] = {
            "m_per_m2": round(length_px * MM_PER_PX / 1000 / area_m2, 3),
            "pictures": marked,
        }
    return {
        "metu_crack_free": len(free),
        "metu_alarmed": len(alarmed),
        "metu_alarm_share": len(alarmed) / len(free),
        "metu_alarmed_names": alarmed,
        "mm_per_px": MM_PER_PX,
        "pictures_per_kind": PER_DISTRACTOR,
        "kinds": kinds,
    }


PARTS = {"tiles": tiles, "decks": decks, "masks": masks, "rendered": rendered, "alarms": alarms}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
