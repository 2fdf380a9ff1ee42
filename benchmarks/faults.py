"""How far a fault of a photograph can shift the greatest width of a crack, and what is graded then.

    python benchmarks/faults.py [--model MODEL] [--seed 100000] [--specimens 210] [--rows FILE]

Rendered cracks of 2.5 to 80 px with one fault each, found by the network, measured, and graded by
AASHTO MBEI without spacing. Writes docs/results/faults.json and .md; `--rows` keeps the rows, and
reads them if they are there. The constants of `cracklens.measurement.doubt` were chosen on the 280
seeds from 50,000 on, with the true course in place of the network's (`--finder truth`).
"""

import argparse
import json
from bisect import bisect
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from courses import Finder, scale_of, settings_of
from faults_page import page
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.spatial import cKDTree

from cracklens.detection import load_detector
from cracklens.detection.probability_map import ProbabilityMap
from cracklens.grading.doubtful import DoubtfulWidth
from cracklens.measurement import Quantity, Widths
from cracklens.measurement.doubt import doubt_of
from cracklens.measurement.width import measure_widths
from cracklens.models.catalog import find_model
from cracklens.photos import Photo
from cracklens.photos.fitness import Check, assess_fitness
from cracklens.photos.metadata import Metadata
from cracklens.synthesis import Camera, CrackLook, photograph, render_specimen
from cracklens.synthesis.noise import blur
from cracklens.tracing import TraceSettings, trace

UNSEEN_SEED = 100_000
MM_PER_PX = 0.1
BOUNDARIES_MM = (0.30, 1.27)  # AASHTO MBEI, defect 1130
STEP_PX = 0.5
ALONG_PX = 1.5
KINDS = ("focus", "movement", "noise", "compression", "tilt", "smooth", "light")


@dataclass(frozen=True)
class Taken:
    """A specimen with one fault."""

    kind: str
    strength: float
    specimen: Any
    pixels: np.ndarray
    metadata: Metadata


def taken(seed: int) -> Taken:
    """Return a specimen with one fault; every other time it is strong."""
    rng = np.random.default_rng([seed, 11])
    kind = KINDS[seed % len(KINDS)]
    width_px = float(np.exp(rng.uniform(np.log(2.5), np.log(80.0))))
    side_px = 384 if width_px < 20 else 640
    look = CrackLook.draw(rng)
    look = CrackLook(
        depth=look.depth, towards_light=look.towards_light, lit_wall=0.2 * look.lit_wall / 0.75,
        wall_px=look.wall_px, lit_edge=0.0, chips=0.0, filling=0.0, filling_tone=look.filling_tone,
        dirt=0.0, dirt_px=look.dirt_px, lime=0.0, rust=0.0,
    )  # fmt: skip
    tilt_deg = rng.uniform(40, 62) if kind == "tilt" else 0.0
    specimen = render_specimen(
        seed, width_px=width_px, blur_px=0.0, noise=0.0, jpeg_quality=None, tilt_deg=tilt_deg,
        look=look, mm_per_px=MM_PER_PX, size_px=side_px, focal_px=3.0 * side_px,
        crumble=0.0, variation=0.15, plain=kind == "smooth",
    )  # fmt: skip
    draw, jpeg = rng.random(), int(rng.integers(75, 96))
    camera: dict[str, Any] = {"blur_px": rng.uniform(0.5, 1.2), "jpeg_quality": jpeg}
    strength = tilt_deg
    if kind in {"focus", "smooth"}:
        strength = camera["blur_px"] = 1.5 + (6.5 if kind == "focus" else 10.5) * draw
    elif kind == "movement":
        strength, angle = 3.0 + 15.0 * draw, rng.uniform(0, np.pi)
        camera["shake_px"] = (strength * np.cos(angle), strength * np.sin(angle))
    elif kind == "noise":
        strength = camera["read_noise"] = 14.0 + 26.0 * draw
    elif kind == "compression":
        strength = camera["jpeg_quality"] = 8 + int(41 * draw)
    elif kind == "light":
        strength = camera["exposure"] = 1.5 + 1.5 * draw if seed // 7 % 2 else 0.06 + 0.2 * draw
    camera.setdefault("read_noise", rng.uniform(1.0, 4.0))
    pixels = photograph(specimen.pixels.astype(np.float32), Camera(**camera), rng)
    return Taken(kind, strength, specimen, pixels, Metadata(jpeg_quality=camera["jpeg_quality"]))


def measured(seed: int) -> dict[str, Any]:
    """Return truth, width and checks of one specimen; without a width if nothing was found."""
    one = taken(seed)
    cracks = FINDER.cracks(one.pixels)[0] if FINDER else traced_truth(one)
    scale = scale_of(one.specimen, np.random.default_rng(seed))
    fitness = assess_fitness(
        Photo(Path("rendered.png"), one.pixels, "0" * 64), scale=scale, metadata=one.metadata
    )
    row: dict[str, Any] = {
        "seed": seed, "kind": one.kind, "strength": one.strength,
        "true_px": float(np.percentile(one.specimen.cracks[0].width_px, 95)),
        "checks": {c.name: [c.value, c.verdict] for c in fitness.checks},
        "verdict": fitness.verdict,
    }  # fmt: skip
    if not cracks:
        return row
    longest = max(range(len(cracks)), key=lambda index: cracks[index].length_px)
    widths = measure_widths(one.pixels, cracks, scale)[longest]
    course, opening = true_course(one.specimen)
    mm = one.specimen.cracks[0].width_mm / np.maximum(one.specimen.cracks[0].width_px, 1e-9)
    mm_tree = cKDTree(one.specimen.cracks[0].points_px)
    points = np.concatenate([profile.points_px for profile in widths.profiles])
    away, index = cKDTree(course).query(points)
    near = away < 6.0 + 0.3 * row["true_px"]
    ratio = mm[mm_tree.query(points)[1]]
    true_mm = (opening[index] * ratio)[near]
    if near.sum() < 20 or widths.max_mm is None:
        return row
    return row | {
        "true_mm": float(np.percentile(true_mm, 95)),
        "value_mm": widths.max_mm.value, "standard_mm": widths.max_mm.standard,
        "value_px": widths.max_px.value, "standard_px": widths.max_px.standard,
        "edge_px": widths.edge_px,
        "parts": dict(widths.max_mm.contributions),
    }  # fmt: skip


def true_course(specimen: Any) -> tuple[np.ndarray, np.ndarray]:  # noqa: ANN401
    """Return the smoothed course of the crack (N, 2) and the opening across it in px, (N,)."""
    crack = specimen.cracks[0]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(crack.points_px, axis=0).T))])
    at = np.arange(0.0, along[-1], STEP_PX)
    line = np.column_stack([np.interp(at, along, crack.points_px[:, axis]) for axis in (0, 1)])
    widest = float(crack.width_px.max())
    course = gaussian_filter1d(line, (1.5 + 0.1 * widest) / STEP_PX, axis=0, mode="nearest")
    ahead = np.gradient(course, axis=0)
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    reach = 18.0 + 0.8 * widest
    offsets = np.arange(-reach, reach + 1e-9, 0.25)
    places = course[:, None] + offsets[None, :, None] * aside[:, None]
    sampled = map_coordinates(
        specimen.coverage, [places[..., 1], places[..., 0]], order=1, mode="constant"
    )
    return course, gaussian_filter1d(sampled.sum(axis=1) * 0.25, ALONG_PX / STEP_PX)


def traced_truth(one: Taken) -> tuple[Any, ...]:
    """Return the cracks that a network without fault would show, as soft as the picture."""
    soft_px = one.strength * {"focus": 1.0, "smooth": 1.0, "movement": 0.3}.get(one.kind, 0.0)
    seen = blur(one.specimen.coverage, soft_px) if soft_px else one.specimen.coverage
    probability = (255 * seen / seen.max()).astype(np.uint8)
    none = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
    return trace(ProbabilityMap(probability, *none), TraceSettings()).cracks


def prepare(model: str | None, finder: str) -> None:
    """Load the network once in each process."""
    global FINDER  # noqa: PLW0603 - one per process
    cv2.setNumThreads(1)
    FINDER = None
    if finder == "truth":
        return
    folder = find_model(model)
    FINDER = Finder(load_detector(folder, precision="f32"), settings_of(folder))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model")
    arguments.add_argument("--seed", type=int, default=UNSEEN_SEED)
    arguments.add_argument("--specimens", type=int, default=210)
    arguments.add_argument("--finder", choices=("network", "truth"), default="network")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--rows", type=Path)
    chosen = arguments.parse_args()
    if chosen.rows and chosen.rows.is_file():
        rows = json.loads(chosen.rows.read_text(encoding="utf-8"))
    else:
        rows = all_rows(chosen)
    found = {kind: judged([row for row in rows if row["kind"] == kind]) for kind in KINDS}
    print(json.dumps(found, indent=1))
    if rows[0]["seed"] >= UNSEEN_SEED:
        keep("faults", {
            "machine": machine(), "model": find_model(chosen.model).card.name,
            "first_seed": rows[0]["seed"], "specimens": len(rows), "kinds": found,
        })  # fmt: skip
        page()


def all_rows(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the rows of all seeds, and keep them."""
    seeds = range(chosen.seed, chosen.seed + chosen.specimens)
    given = chosen.model, chosen.finder
    with ProcessPoolExecutor(chosen.workers, get_context("spawn"), prepare, given) as pool:
        rows = list(pool.map(measured, seeds, chunksize=2))
    if chosen.rows:
        chosen.rows.write_text(json.dumps(rows), encoding="utf-8")
    return rows


def judged(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many cracks are in doubt, where their true widths lie, and what is graded."""
    count = dict.fromkeys(
        ("specimens", "found", "doubted", "own", "widened", "graded", "wrong", "missed"), 0
    )
    count["specimens"] = len(rows)
    for row in rows:
        if "value_mm" not in row:
            continue
        count["found"] += 1
        true_mm, width_mm = row["true_mm"], Quantity(row["value_mm"], row["parts"])
        standard = Quantity(0.0, {"all": row.get("standard_px", row["standard_mm"] / MM_PER_PX)})
        widths = Widths((), standard, standard, None, None, (0, 0), 1.0, row["edge_px"])
        checks = [Check(name, value, "", said) for name, (value, said) in row["checks"].items()]
        doubt = doubt_of(checks, widths)
        width = DoubtfulWidth(width_mm, row["value_mm"] / row["value_px"], doubt)
        own, wide = (low <= true_mm <= high for low, high in (width_mm.interval, width.interval_mm))
        if doubt is None:
            count["missed"] += not own
            continue
        count["doubted"] += 1
        count["own"] += own
        count["widened"] += wide
        first, last = width.span(BOUNDARIES_MM)
        if first == last:
            count["graded"] += 1
            count["wrong"] += bisect(BOUNDARIES_MM, true_mm) != first
    return count


if __name__ == "__main__":
    main()
