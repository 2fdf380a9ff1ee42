"""How far measured widths lie from the truth, on rendered cracks, beside the usual ways.

    python benchmarks/widths.py [--model MODEL] [--seed 100000] [--parts points,cost]

The mask is the network's, not the truth. Writes docs/results/widths.json and .md. The constants of
the measurement were chosen on seeds below 100,000.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from courses import Finder, scale_of, settings_of
from scipy.ndimage import distance_transform_edt, gaussian_filter1d, map_coordinates
from scipy.spatial import cKDTree
from skimage.morphology import skeletonize
from widths_page import page

from cracklens.detection import load_detector
from cracklens.measurement.types import BY_PROFILE
from cracklens.measurement.width import measure_widths
from cracklens.models.catalog import find_model
from cracklens.synthesis import CrackLook, render_scene, render_specimen
from cracklens.tracing import trace
from cracklens.tracing.mask import hysteresis_mask

LOOKS = ("even", "lit", "difficult")
"""Evenly dark inside; one wall in the light; anything: chipped, filled, stained, with lime."""
UNSEEN_SEED, SPECIMENS = 100_000, 600
SIDE_PX, MM_PER_PX = 700, 0.1
STEP_PX = 0.5  # of the truth along the crack
NEAR_PX = 6.0  # between a station and the true course
ALONG_PX = 1.5  # sigma of the average along the crack, as at a station
REACH_PX = 18.0  # to either side, over which the truth is summed
COST_MM_PER_PX, WALL_M = 0.5, 5.0  # of cracks on the photograph whose cost is measured


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model")
    arguments.add_argument("--seed", type=int, default=UNSEEN_SEED)
    arguments.add_argument("--specimens", type=int, default=SPECIMENS)
    arguments.add_argument("--parts", default="points,cost")
    chosen = arguments.parse_args()
    results: dict[str, Any] = {"machine": machine(), "model": find_model(chosen.model).card.name}
    if "points" in chosen.parts.split(","):
        seeds = range(chosen.seed, chosen.seed + chosen.specimens)
        with ProcessPoolExecutor(2, get_context("spawn"), prepare, (chosen.model,)) as pool:
            found = [one for one in pool.map(measured, seeds, chunksize=8) if one]
        results["points"] = {"first_seed": chosen.seed, "specimens": len(seeds), **tables(found)}
        print(results["points"], flush=True)
    if "cost" in chosen.parts.split(","):
        results["cost"] = cost(chosen.model)
        print(results["cost"], flush=True)
    if chosen.seed >= UNSEEN_SEED:
        keep("widths", results)
        page()


def prepare(model: str | None) -> None:
    """Load the network once in each process."""
    global FINDER  # noqa: PLW0603 - one per process
    cv2.setNumThreads(1)
    folder = find_model(model)
    FINDER = Finder(load_detector(folder, precision="f32"), settings_of(folder))


def drawn(seed: int) -> tuple[Any, dict[str, Any], np.random.Generator]:
    """Return a specimen and how it was taken, over the range that the targets name."""
    rng = np.random.default_rng([seed, 7])
    look = CrackLook.draw(rng)
    kind = LOOKS[seed % len(LOOKS)]
    if kind != "difficult":  # clean edges; how dark the crack is stays as drawn
        lit = 0.2 * look.lit_wall / 0.75 if kind == "even" else 0.2 + 0.55 * look.lit_wall / 0.75
        look = CrackLook(
            depth=look.depth, towards_light=look.towards_light, lit_wall=lit,
            wall_px=look.wall_px, lit_edge=0.0, chips=0.0, filling=0.0,
            filling_tone=look.filling_tone, dirt=0.0, dirt_px=look.dirt_px, lime=0.0, rust=0.0,
        )  # fmt: skip
    taken = {
        "width_px": float(np.exp(rng.uniform(np.log(1.8), np.log(20.0)))),
        "blur_px": float(rng.uniform(0.0, 1.5)),
        "noise": float(rng.uniform(1.0, 4.0)),
        "jpeg_quality": int(rng.integers(75, 96)),
        "tilt_deg": float(rng.choice([0.0, rng.uniform(0, 10), rng.uniform(10, 20)])),
    }
    specimen = render_specimen(seed, **taken, look=look, mm_per_px=MM_PER_PX, size_px=SIDE_PX)
    return specimen, taken | {"look": kind}, rng


def measured(seed: int) -> dict[str, Any] | None:
    """Return truth and widths at all stations of the crack of one specimen; None if not found."""
    specimen, taken, rng = drawn(seed)
    found = FINDER.detector.detect(specimen.pixels)
    cracks = trace(found, FINDER.settings).cracks
    if not cracks:
        return None
    scale = scale_of(specimen, rng)
    widths = measure_widths(specimen.pixels, cracks, scale)
    course, truth_px, inner = true_course(specimen)
    tree = cKDTree(course)
    crack = specimen.cracks[0]
    mm = np.divide(
        crack.width_mm, crack.width_px, out=np.full(len(crack.width_px), MM_PER_PX),
        where=crack.width_px > 0,
    )  # fmt: skip
    mm_at = cKDTree(crack.points_px)
    usual = Usual(specimen.pixels, found.probability)
    rows: list[list[float]] = []
    per_crack: list[dict[str, float]] = []
    for one in widths:
        own: list[list[float]] = []
        whole_mm: list[float] = []
        for profile in one.profiles:
            away, index = tree.query(profile.points_px)
            ratio = mm[mm_at.query(profile.points_px)[1]]
            ahead = tangents(profile.points_px)
            near = away < NEAR_PX
            whole_mm += (truth_px[index] * ratio)[near].tolist()
            keep_ = near & inner[index] & (profile.method == BY_PROFILE)
            for place in np.flatnonzero(keep_):
                at, true = profile.points_px[place], truth_px[index[place]]
                own.append([
                    true, profile.width_px[place], profile.standard_px[place],
                    true * ratio[place], profile.width_mm[place], profile.standard_mm[place],
                    usual.distance(at), usual.count, usual.half_height(at, ahead[place], true),
                ])  # fmt: skip
        rows += own
        if len(own) >= 20:
            true = np.array(whole_mm)
            per_crack.append({
                "true_max": float(np.percentile(true, 95)), "true_mean": float(true.mean()),
                **{f"{name}_{what}": float(value) for name, quantity in
                   (("max", one.max_mm), ("mean", one.mean_mm)) if quantity
                   for what, value in (("value", quantity.value), ("low", quantity.interval[0]),
                                       ("high", quantity.interval[1]))},
            })  # fmt: skip
    stations = sum(len(p.points_px) for one in widths for p in one.profiles)
    by_profile = sum(int((p.method == BY_PROFILE).sum()) for one in widths for p in one.profiles)
    return taken | {
        "rows": np.array(rows).reshape(-1, 9), "cracks": per_crack,
        "stations": stations, "by_profile": by_profile,
    }  # fmt: skip


def tangents(points: np.ndarray) -> np.ndarray:
    ahead = np.gradient(points, axis=0) if len(points) > 1 else np.array([[1.0, 0.0]])
    return ahead / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]


def true_course(specimen: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # noqa: ANN401
    """Return the course of the crack, its opening, and what is clear of its ends, (N,) each.

    The line that a crack is drawn along is rough below its width. What is seen, and what a person
    would measure, is the opening across a smoother course: the integral of the coverage of pixels
    (exact, before any blur) across it, averaged along it like a station.
    """
    crack = specimen.cracks[0]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(crack.points_px, axis=0).T))])
    at = np.arange(0.0, along[-1], STEP_PX)
    line = np.column_stack([np.interp(at, along, crack.points_px[:, axis]) for axis in (0, 1)])
    sigma = (1.5 + 0.1 * float(np.median(crack.width_px))) / STEP_PX
    course = gaussian_filter1d(line, sigma, axis=0, mode="nearest")
    ahead = tangents(course)
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    offsets = np.arange(-REACH_PX, REACH_PX + 1e-9, 0.25)
    places = course[:, None] + offsets[None, :, None] * aside[:, None]
    sampled = map_coordinates(
        specimen.coverage, [places[..., 1], places[..., 0]], order=1, mode="constant"
    )
    opening = gaussian_filter1d(sampled.sum(axis=1) * 0.25, ALONG_PX / STEP_PX)
    margin = int(2 * max(float(np.median(crack.width_px)), 6.0) / STEP_PX)  # ends are cut off
    place = np.arange(len(course))
    return course, opening, (place >= margin) & (place < len(course) - margin)


class Usual:
    """The usual ways to a width."""

    def __init__(self, pixels: np.ndarray, probability: np.ndarray) -> None:
        self.grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
        mask = hysteresis_mask(
            probability, seed_threshold=FINDER.settings.seed_threshold,
            grow_threshold=FINDER.settings.grow_threshold, least_extent_px=8,
        ).image[1:-1, 1:-1] > 0  # fmt: skip
        self.away = distance_transform_edt(mask)
        skeleton = skeletonize(mask)
        self.tree = cKDTree(np.argwhere(skeleton)[:, ::-1]) if skeleton.any() else None
        self.count = float(mask.sum() / max(skeleton.sum(), 1))

    def distance(self, at: np.ndarray) -> float:
        """Twice the distance transform at the nearest pixel of the skeleton."""
        if self.tree is None:
            return float("nan")
        x, y = self.tree.data[self.tree.query(at)[1]].astype(int)
        return 2 * float(self.away[y, x])

    def half_height(self, at: np.ndarray, ahead: np.ndarray, width_px: float) -> float:
        """Full width at half of the depth of the bare profile, without a fit."""
        reach = width_px / 2 + 6.0
        offsets = np.arange(-reach, reach + 1e-9, 0.25)
        places = at + offsets[:, None] * np.array([-ahead[1], ahead[0]])
        grey = map_coordinates(self.grey, [places[:, 1], places[:, 0]], order=1, mode="nearest")
        ground = float(np.median(np.concatenate([grey[:12], grey[-12:]])))
        near = np.abs(offsets) <= max(width_px / 2, 1.0)
        lowest = int(np.flatnonzero(near)[np.argmin(grey[near])])
        level = (ground + float(grey[lowest])) / 2
        dark = grey < level
        left, right = lowest, lowest
        while left > 0 and dark[left - 1]:
            left -= 1
        while right < len(dark) - 1 and dark[right + 1]:
            right += 1
        return (right - left + 1) * 0.25


WIDTHS = ((2.0, 3.0), (3.0, 5.0), (5.0, 10.0), (10.0, 20.0))
TOGETHER = ((2.0, 5.0), (5.0, 20.0), (2.0, 20.0))
BLURS = ((0.0, 0.5), (0.5, 1.0), (1.0, 1.5))
TILTS = ((0.0, 0.0), (0.0, 10.0), (10.0, 20.0))


def tables(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures by look, width, blur and tilt."""
    even = [one for one in found if one["look"] == "even"]
    return {
        "stations": sum(one["stations"] for one in found),
        "by_profile": sum(one["by_profile"] for one in found),
        "found": len(found),
        "looks": {
            look: [
                row(w, found, look=look) for w in (*WIDTHS, (2.0, 5.0), (5.0, 20.0), (2.0, 20.0))
            ]
            for look in LOOKS
        },
        "by_blur": [row(w, even, blur=b) for w in WIDTHS for b in BLURS],
        "by_tilt": [row(w, even, tilt=t) for w in WIDTHS for t in TILTS],
        "everything": row((2.0, 20.0), found),
        "per_crack": {look: crack_row([o for o in found if o["look"] == look]) for look in LOOKS},
    }


def row(width, found, *, blur=None, tilt=None, look=None) -> dict[str, Any]:  # noqa: ANN001
    """Return the figures of the stations whose true width lies in a range."""
    chosen = [
        one["rows"] for one in found
        if (blur is None or blur[0] <= one["blur_px"] <= blur[1])
        and (tilt is None or in_tilt(one["tilt_deg"], tilt))
        and (look is None or one["look"] == look)
    ]  # fmt: skip
    data = np.concatenate(chosen) if chosen else np.zeros((0, 9))
    data = data[(data[:, 0] >= width[0]) & (data[:, 0] < width[1])]
    true, px, standard, true_mm, mm, standard_mm, distance, count, half = data.T
    names = {"width_px": list(width), "blur_px": blur, "tilt_deg": tilt, "points": len(data)}
    if not len(data):
        return names
    return names | {
        "mae_px": mean_abs(px - true),
        "bias_px": round(float((px - true).mean()), 3),
        "mae_share": round(float((np.abs(px - true) / true).mean()), 4),
        "coverage": round(float((np.abs(px - true) <= 1.96 * standard).mean()), 4),
        "mae_mm": round(float(np.abs(mm - true_mm).mean()), 4),
        "coverage_mm": round(float((np.abs(mm - true_mm) <= 1.96 * standard_mm).mean()), 4),
        "standard_px": round(float(standard.mean()), 3),
        "distance_px": mean_abs(distance - true),
        "count_px": mean_abs(count - true),
        "half_height_px": mean_abs(half - true),
    }


def in_tilt(tilt_deg: float, limits: tuple[float, float]) -> bool:
    low, high = limits
    return tilt_deg == 0.0 if high == 0.0 else low < tilt_deg <= high


def mean_abs(error: np.ndarray) -> float:
    return round(float(np.nanmean(np.abs(error))), 3)


def crack_row(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of greatest and mean width of whole cracks."""
    cracks = [c for one in found for c in one["cracks"] if "max_value" in c and "mean_value" in c]
    rows = {}
    for name in ("max", "mean"):
        error = np.array([c[f"{name}_value"] - c[f"true_{name}"] for c in cracks])
        held = [c[f"{name}_low"] <= c[f"true_{name}"] <= c[f"{name}_high"] for c in cracks]
        true = np.array([c[f"true_{name}"] for c in cracks])
        rows[name] = {
            "mae_mm": round(float(np.abs(error).mean()), 4),
            "bias_mm": round(float(error.mean()), 4),
            "mae_share": round(float((np.abs(error) / true).mean()), 4),
            "coverage": round(float(np.mean(held)), 4),
        }
    return {"cracks": len(cracks), **rows}


def cost(model: str | None) -> dict[str, Any]:
    """Return seconds of network and measuring on a photograph of 12 MP; medians of 5."""
    folder = find_model(model)
    detector, settings = load_detector(folder), settings_of(folder)
    scene = render_scene(1, "smooth slab")
    detector.detect(scene.pixels)
    network, measuring = [], []
    for _ in range(5):
        started = time.perf_counter()
        found = detector.detect(scene.pixels)
        network.append(time.perf_counter() - started)
        cracks = chosen(trace(found, settings).cracks)
        started = time.perf_counter()
        measure_widths(scene.pixels, cracks, None)
        measuring.append(time.perf_counter() - started)
    return {
        "length_px": round(sum(crack.length_px for crack in cracks)),
        "cracks": len(cracks),
        "precision": detector.engine.precision,
        "network_s": round(float(np.median(network)), 3),
        "measuring_s": round(float(np.median(measuring)), 3),
        "share": round(float(np.median(np.array(measuring) / np.array(network))), 3),
    }


def chosen(cracks: tuple[Any, ...]) -> list[Any]:
    """Return branches that make 5 m at 0.5 mm per px, at which 12 MP show a wall of 3 m²."""
    kept: list[Any] = []
    for crack in cracks:
        branches = []
        for branch in crack.branches:
            length_px = sum(one.length_px for one in (*kept, *branches))
            if length_px * COST_MM_PER_PX / 1000 < WALL_M:
                branches.append(branch)
        if branches:
            kept.append(replace(crack, branches=tuple(branches)))
    return kept


if __name__ == "__main__":
    main()
