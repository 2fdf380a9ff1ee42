"""How much of what is reported depends on how a photograph lies, and what it costs to lessen that.

    python benchmarks/orientation.py --data ../shared/data [--model MODEL] [--sets concrete30,decks]

Writes docs/results/orientation.json and .md, set by set; sets that are there already are left out
unless they are named. Nothing is chosen on these pictures.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import RESULTS, keep, machine
from cracklens.training.segment.rendered import render_picture
from orientation_page import page
from segmenter import at_size, crack_mask, settings_of

from cracklens.detection import ProbabilityMap, load_detector
from cracklens.detection.orientations import Orientation, orientations_of
from cracklens.evaluation.masks import added, compare_masks
from cracklens.models.catalog import find_model
from cracklens.photos import read_photo
from cracklens.tracing import trace

COUNTS = (1, 2, 4, 8)
SAMPLE, SEED = 10, 20_260_101
LARGEST_PX = 1_500_000
RENDERED_SEED, RENDERED_PX = 7_100_000, 512


@dataclass(frozen=True)
class Picture:
    """A photograph and, where there is one, its mask; a mask may be smaller by a whole number."""

    pixels: Any
    truth: Any = None


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--model")
    arguments.add_argument("--sets")
    chosen = arguments.parse_args()
    known = keep("orientation", {}) if (RESULTS / "orientation.json").is_file() else {}
    names = chosen.sets.split(",") if chosen.sets else [n for n in SETS if n not in known]
    folder = find_model(chosen.model)
    head = {"machine": machine(), "model": folder.card.name, "sample": SAMPLE, "seed": SEED}
    for name in names:
        started = time.perf_counter()
        found = spread_of(SETS[name](chosen.data), folder)
        found["seconds"] = round(time.perf_counter() - started)
        keep("orientation", head | {name: found})
        print(name, found, flush=True)
        page()
    page()


def spread_of(pictures: Iterator[Picture], folder) -> dict[str, Any]:  # noqa: ANN001
    """Return the figures of a set for each number of orientations."""
    detectors = {count: load_detector(folder, orientations=count) for count in COUNTS}
    settings = settings_of(folder)
    lengths: dict[int, list[list[float]]] = {count: [] for count in COUNTS}
    counts: dict[int, list[Any]] = {count: [] for count in COUNTS}
    cpu_s = dict.fromkeys(COUNTS, 0.0)
    pixels = 0
    for picture in pictures:
        pixels += picture.pixels.shape[0] * picture.pixels.shape[1]
        for count, detector in detectors.items():
            detector.detect(picture.pixels)  # the network of this size is compiled once
            maps, took_s = maps_of(detector, picture.pixels)
            cpu_s[count] += took_s
            lengths[count].append(
                [
                    sum(crack.length_px for crack in trace(as_map(each, found), settings).cracks)
                    for each, found in zip(orientations_of(8), maps, strict=True)
                ]
            )
            if picture.truth is not None:
                for found in {id(found): found for found in maps}.values():
                    mask = crack_mask(as_map(Orientation(), found), settings)
                    mask = at_size(mask, picture.truth.shape)
                    counts[count].append(compare_masks(mask, picture.truth))
    some = np.any([np.any(lengths[count], axis=1) for count in COUNTS], axis=0)
    return {
        "pictures": len(some),
        "with_crack": int(some.sum()),
        "megapixels": round(pixels / len(some) / 1e6, 2),
        "masks": bool(counts[1]),
        "orientations": {
            str(count): figures(lengths[count], some, counts[count], cpu_s[count])
            for count in COUNTS
        },
    }


def maps_of(detector, pixels) -> tuple[list[Any], float]:  # noqa: ANN001
    """Return the maps of the 8 copies, turned back, and the mean processor time of one.

    A detector sees those copies alike that its own orientations make of each other; one of them is
    searched, and its map stands for them all (`tests/detection/test_orientations.py` holds such
    maps equal to 1/255).
    """
    every, own = orientations_of(8), orientations_of(detector.orientations)
    number = np.arange(6).reshape(2, 3)
    maps: dict[tuple[Any, ...], Any] = {}
    took_s = []
    for each in every:
        if key_of(each.turned(number)) in maps:
            continue
        copy = np.ascontiguousarray(each.turned(pixels))
        started = time.process_time()
        found = each.turned_back(detector.detect(copy).probability)
        took_s.append(time.process_time() - started)
        maps |= {key_of(same.turned(each.turned(number))): found for same in own}
    return [maps[key_of(each.turned(number))] for each in every], float(np.mean(took_s))


def key_of(picture) -> tuple[Any, ...]:  # noqa: ANN001
    return tuple(map(tuple, picture.tolist()))


def as_map(orientation: Orientation, found) -> ProbabilityMap:  # noqa: ANN001
    """Return what a detector gives for the copy in this orientation, without its tiles."""
    copy = np.ascontiguousarray(orientation.turned(found))
    return ProbabilityMap(copy, np.zeros((0, 4), np.int32), np.zeros(0, np.float32))


def figures(lengths: list[list[float]], some, counts: list[Any], cpu_s: float) -> dict[str, Any]:  # noqa: ANN001
    """Return spread, length, agreement with the masks, and time of a photograph.

    The spread is that of the pictures of `some`; where no copy has a crack it is 0.
    """
    mean, apart = np.mean(lengths, axis=1), np.std(lengths, axis=1)
    each = apart / np.maximum(mean, 1e-9)
    found: dict[str, Any] = {
        "lengths_px": np.rint(lengths).astype(int).tolist(),
        "spread": rounded(each[some].mean()) if some.any() else None,
        "spread_by_length": rounded(apart.sum() / mean.sum()) if some.any() else None,
        "length_px": round(float(mean.mean()), 1),
        "cpu_s": round(cpu_s / len(lengths), 3),
    }
    if counts:
        total = added(counts)
        found |= {name: rounded(getattr(total, name)) for name in ("f1", "precision", "recall")}
    return found


def rounded(value: Any) -> float:  # noqa: ANN401
    return round(float(value), 4)


def sample(paths: list[Path]) -> list[Path]:
    """Return at most `SAMPLE` files, drawn by the seed."""
    if len(paths) <= SAMPLE:
        return paths
    drawn = np.random.default_rng(SEED).choice(len(paths), SAMPLE, replace=False)
    return [paths[index] for index in sorted(drawn)]


def masked(folder: str) -> Callable[[Path], Iterator[Picture]]:
    """Return what reads a sample of a folder of pictures and masks."""

    def read(data: Path) -> Iterator[Picture]:
        for path in sample(sorted((data / folder / "images").iterdir())):
            mask = read_photo(data / folder / "masks" / f"{path.stem}.png").pixels[..., 0]
            pixels = read_photo(path).pixels
            if pixels.shape[0] * pixels.shape[1] > LARGEST_PX:
                sys.exit(f"{path} has more than {LARGEST_PX:,} pixels, and its mask is not cut")
            yield Picture(pixels, mask > 127)

    return read


def rendered(data: Path) -> Iterator[Picture]:  # noqa: ARG001
    """Rendered pictures of unseen seeds on rendered concrete, those with a crack."""
    made = (render_picture(RENDERED_SEED + n, side_px=RENDERED_PX) for n in range(10 * SAMPLE))
    cracked = (picture for picture in made if picture.cracks)
    for picture in islice(cracked, SAMPLE):
        yield Picture(picture.pixels, picture.crack > 127)


def decks(data: Path) -> Iterator[Picture]:
    """Tiles of bridge decks with a crack, without masks."""
    for path in sample(sorted((data / "sdnet2018-decks" / "CD").iterdir())):
        yield Picture(read_photo(path).pixels)


def tunnel(data: Path) -> Iterator[Picture]:
    """The middle of the photograph of a lining, without a mask."""
    pixels = read_photo(data / "scenes-dev" / "tunnel-lining.jpg").pixels
    side = int(LARGEST_PX**0.5) // 32 * 32
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    yield Picture(np.ascontiguousarray(pixels[top : top + side, left : left + side]))


SETS = {
    "rendered": rendered,
    "concrete30": masked("mask-dev/concrete30"),
    "crackseu11": masked("mask-dev/crackseu11"),
    "uavstains105": masked("mask-dev/uavstains105"),
    "roads20": masked("roads20"),
    "masonry120": masked("mask-dev/masonry120"),
    "decks": decks,
    "tunnel": tunnel,
}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
