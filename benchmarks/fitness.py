"""Whether the fitness of photographs is judged rightly: blur, movement, JPEG, verdicts, real data.

    python benchmarks/fitness.py --data ../shared/data [--parts blur,movement,...] [--surfaces 30]

Writes docs/results/fitness.json and .md. Rendered pictures are of seeds that nothing was chosen on.
"""

import argparse
import math
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from fitness_page import page

from cracklens.photos import Photo, find_photos, read_photo
from cracklens.photos.fitness import Fitness, assess_fitness
from cracklens.photos.scale.scale import Scale
from cracklens.synthesis import (
    Camera,
    draw_cracks,
    paint_cracks,
    photograph,
    render_concrete,
    render_scene,
)

UNSEEN_SEED = 200_000
SIDE_PX = 768
SIGMAS_PX = (0.3, 0.6, 1.0, 1.5, 2.2, 3.0, 4.5, 6.0)
LENGTHS_PX = (0.0, 3.0, 5.0, 8.0, 12.0, 20.0)
PIXEL_VARIANCE = 1 / 12  # a pixel is the mean over its square
SCALE = Scale(0.1, 0.01, "typed", "stated", tilt_deg=0.0)
BOUNDARIES_MM = (0.3, 1.27)
REAL = {
    "mask-dev/concrete30": 30,
    "mask-dev/crackseu11": 11,
    "sdnet2018-decks": 400,
    "metu": 400,
}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--parts", default="blur,movement,verdicts,traces,speed,real")
    arguments.add_argument("--surfaces", type=int, default=30)
    arguments.add_argument("--workers", type=int, default=1)
    chosen = arguments.parse_args()
    keep("fitness", {"machine": machine(), "surfaces": chosen.surfaces, "side_px": SIDE_PX})
    for part in chosen.parts.split(","):
        started = time.perf_counter()
        found = PARTS[part](chosen)
        print(part, round(time.perf_counter() - started), "s", found, flush=True)
        keep("fitness", {part: found})
    page()


def over_seeds(work, chosen) -> list[Any]:  # noqa: ANN001
    """Return what `work(seed)` gives for each surface, in one list."""
    seeds = range(UNSEEN_SEED, UNSEEN_SEED + chosen.surfaces)
    with ProcessPoolExecutor(chosen.workers, initializer=partial(cv2.setNumThreads, 1)) as pool:
        return [row for rows in pool.map(work, seeds) for row in rows]


def surface_of(seed: int):  # noqa: ANN201
    """Return concrete, two times of three with cracks."""
    rng = np.random.default_rng([seed, 1])
    surface = render_concrete(SIDE_PX, SIDE_PX, rng)
    if seed % 3:
        surface = paint_cracks(surface, draw_cracks(SIDE_PX, SIDE_PX, rng), rng)
    return surface


def fitness_of(pixels) -> Fitness:  # noqa: ANN001
    photo = Photo(Path("rendered.jpg"), pixels, "0" * 64)
    return assess_fitness(photo, scale=SCALE, boundaries_mm={"aashto-mbei": BOUNDARIES_MM})


def camera_of(rng: np.random.Generator, **given: Any) -> Camera:  # noqa: ANN401
    """Return a camera with common noise and JPEG 75 to 95."""
    noise = rng.uniform(0.5, 4.0)
    return Camera(
        shot_noise=noise,
        read_noise=noise / 2,
        jpeg_quality=int(rng.integers(75, 96)),
        **given,
    )


def value_of(fitness: Fitness, name: str) -> float:
    value = next(check.value for check in fitness.checks if check.name == name)
    return math.nan if value is None else value


def _blur_rows(seed: int) -> list[tuple[float, float, float]]:
    surface, rng = surface_of(seed), np.random.default_rng([seed, 2])
    return [
        (sharpening, sigma, value_of(fitness_of(photograph(surface, camera, rng)), "focus"))
        for sharpening in (0.0, 0.8)
        for sigma in SIGMAS_PX
        for camera in [camera_of(rng, blur_px=sigma, sharpening=sharpening)]
    ]


def blur(chosen) -> dict[str, Any]:  # noqa: ANN001
    """Stated against true blur."""
    rows = np.array(over_seeds(_blur_rows, chosen))
    found: dict[str, Any] = {}
    for sharpening, name in ((0.0, "as sensed"), (0.8, "sharpened by the camera")):
        found[name] = {}
        for sigma in SIGMAS_PX:
            stated = rows[(rows[:, 0] == sharpening) & (rows[:, 1] == sigma), 2]
            true = math.sqrt(sigma**2 + PIXEL_VARIANCE)
            known = stated[np.isfinite(stated)]
            off = known - true
            found[name][f"{sigma:g}"] = {
                "true_px": round(true, 3),
                "known": len(known) / len(stated),
                "median_px": round(float(np.median(known)), 3),
                "mean_absolute_error_px": round(float(np.abs(off).mean()), 3),
                "p90_absolute_error_px": round(float(np.quantile(np.abs(off), 0.9)), 3),
            }
    return found


def _movement_rows(seed: int) -> list[tuple[float, float, float, float, float]]:
    from cracklens.photos.fitness.blocks import cut_blocks, spectra
    from cracklens.photos.fitness.focus import measure_focus

    surface, rng = surface_of(seed), np.random.default_rng([seed, 3])
    rows = []
    for sigma in (0.6, 1.2):
        for length in LENGTHS_PX:
            turn = rng.uniform(0, math.pi)
            shake = (length * math.cos(turn), -length * math.sin(turn))
            camera = camera_of(rng, blur_px=sigma, shake_px=shake)
            pixels = photograph(surface, camera, rng)
            motion = measure_focus(spectra(cut_blocks(pixels[..., 1]))).motion
            stated = (motion.length_px, motion.direction_deg) if motion else (0.0, math.nan)
            rows.append((sigma, length, math.degrees(turn), *stated))
    return rows


def movement(chosen) -> dict[str, Any]:  # noqa: ANN001
    """Length and direction of movements, and those found where there was none."""
    rows = np.array(over_seeds(_movement_rows, chosen))
    found: dict[str, Any] = {}
    for length in LENGTHS_PX:
        some = rows[rows[:, 1] == length]
        seen = some[some[:, 3] > 0]
        row = {
            "found": len(seen) / len(some),
            "said_above_3_px": float((some[:, 3] > 3).mean()),
        }
        if length and len(seen):
            turn = np.abs((seen[:, 4] - seen[:, 2] + 90) % 180 - 90)
            off = np.abs(seen[:, 3] - length)
            row |= {
                "median_length_px": round(float(np.median(seen[:, 3])), 2),
                "median_length_error_px": round(float(np.median(off)), 2),
                "p90_length_error_px": round(float(np.quantile(off, 0.9)), 2),
                "median_direction_error_deg": round(float(np.median(turn)), 2),
                "p90_direction_error_deg": round(float(np.quantile(turn, 0.9)), 2),
            }
        found[f"{length:g}"] = row
    return found


def _verdict_rows(seed: int) -> list[tuple[str, str]]:
    surface, rng = surface_of(seed), np.random.default_rng([seed, 4])
    rows = []
    for _ in range(8):
        sigma = float(rng.choice([rng.uniform(0.3, 1.2), rng.uniform(1.8, 2.6), rng.uniform(4, 6)]))
        length = float(rng.choice([0.0, 0.0, rng.uniform(4.5, 7), rng.uniform(10, 20)]))
        turn = rng.uniform(0, math.pi)
        shake = (length * math.cos(turn), -length * math.sin(turn))
        pixels = photograph(surface, camera_of(rng, blur_px=sigma, shake_px=shake), rng)
        true = (
            "retake"
            if sigma > 3 or length > 8
            else "detect only"
            if sigma > 1.5 or length > 3
            else "measure"
        )
        rows.append((true, fitness_of(pixels).verdict))
    return rows


def verdicts(chosen) -> dict[str, Any]:  # noqa: ANN001
    """Verdicts by what the camera did; blurs and movements close to a limit are left out."""
    counts = Counter(over_seeds(_verdict_rows, chosen))
    names = ("measure", "detect only", "retake")
    return {true: {said: counts[true, said] for said in names} for true in names}


def _trace_rows(seed: int) -> list[tuple[str, float, float]]:
    surface, rng = surface_of(seed), np.random.default_rng([seed, 5])
    rows = []
    level = float(np.median(surface[..., 1]))
    for quality in (30, 50, 65, 75, 85, 95):
        camera = Camera(blur_px=0.8, shot_noise=2.0, read_noise=1.0, jpeg_quality=quality)
        fitness = fitness_of(photograph(surface, camera, rng))
        rows.append(("JPEG", float(quality), value_of(fitness, "compression")))
    for noise in (1.0, 3.0, 6.0, 9.0):
        camera = Camera(blur_px=0.8, shot_noise=noise, read_noise=noise / 2)
        true = math.sqrt(noise**2 * level / 255 + noise**2 / 4)
        stated = value_of(fitness_of(photograph(surface, camera, rng)), "noise")
        rows.append(("noise", noise, stated / true))
    return rows


def traces(chosen) -> dict[str, Any]:  # noqa: ANN001
    """Blockiness by JPEG quality; stated over true noise."""
    rows = over_seeds(_trace_rows, chosen)
    found: dict[str, Any] = {}
    for name, level in sorted({row[:2] for row in rows}):
        values = [row[2] for row in rows if row[:2] == (name, level)]
        low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
        found.setdefault(name, {})[f"{level:g}"] = [round(float(v), 2) for v in (low, middle, high)]
    return found


def speed(chosen) -> dict[str, Any]:  # noqa: ANN001, ARG001
    """Seconds for a photograph of 12 MP on one thread, after the first."""
    cv2.setNumThreads(1)
    pixels = render_scene(UNSEEN_SEED).pixels
    seconds = []
    for _ in range(8):
        started = time.perf_counter()
        fitness_of(pixels)
        seconds.append(time.perf_counter() - started)
    return {"first_s": round(seconds[0], 3), "median_s": round(float(np.median(seconds[1:])), 3)}


def real(chosen) -> dict[str, Any]:  # noqa: ANN001
    """Verdicts and grades on real pictures, of which no scale is known."""
    found = {}
    for name, most in REAL.items():
        folder = chosen.data / name
        paths = find_photos([folder / "images" if (folder / "images").is_dir() else folder])
        paths = paths[:: max(1, len(paths) // most)][:most]
        judged = [
            assess_fitness(
                read_photo(path), scale=SCALE, boundaries_mm={"aashto-mbei": BOUNDARIES_MM}
            )
            for path in paths
        ]
        sigmas = np.array([value_of(each, "focus") for each in judged])
        grades: dict[str, dict[str, int]] = {}
        for each in judged:
            for check in each.checks:
                row = grades.setdefault(check.name, {})
                row[check.verdict] = row.get(check.verdict, 0) + 1
        ranked = sorted(zip(paths, judged, strict=True), key=lambda p: -value_of(p[1], "focus"))
        found[name] = {
            "pictures": len(paths),
            "verdicts": dict(Counter(each.verdict for each in judged)),
            "median_blur_px": round(float(np.nanmedian(sigmas)), 2),
            "grades": grades,
            "softest": [path.name for path, each in ranked if each.verdict != "measure"][:8],
        }
    return found


PARTS = {
    "blur": blur,
    "movement": movement,
    "verdicts": verdicts,
    "traces": traces,
    "speed": speed,
    "real": real,
}

if __name__ == "__main__":
    main()
