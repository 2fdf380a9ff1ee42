"""How good the scale from a marker is, near it and far from it, on rendered walls.

    python benchmarks/marker_scale.py [--data ../shared/data] [--shots 60]

Writes docs/results/marker-scale.json and .md. Its seeds were used for nothing else.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from marker_pictures import (
    SIDE_MM,
    SIZE_PX,
    draw_marker,
    modules_of,
    render_shot,
    square,
    step_lengths,
    wall_to_picture,
)
from marker_scale_page import page

from cracklens.photos import read_photo
from cracklens.photos.scale import find_markers, scale_from_markers
from cracklens.photos.scale.pinhole import Focal

SEED = 3_000_000
SIDES_PX = (60, 80, 120, 200, 300)
WIDTHS_AWAY = (0, 5, 20)
FOCAL_35MM = (22.0, 40.0)
KNOWN_FOCAL = 0.04  # as from the 35 mm equivalent
SHAPE = (SIZE_PX[1], SIZE_PX[0], 3)
# lens, paper and print of the rendered markers are perfect
PERFECT = {"side_standard_mm": 1e-6, "deformation_share": 0.0, "distortion_share": 0.0}
TIMED = 7


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--shots", type=int, default=60)
    chosen = arguments.parse_args()
    results: dict[str, Any] = {"machine": machine(), "shots": chosen.shots}
    results |= accuracy(chosen.shots)
    results["seconds"] = seconds()
    if chosen.data:
        results["false"] = false_markers(chosen.data)
    keep("marker-scale", results)
    page()


def accuracy(shots: int) -> dict[str, Any]:
    """Errors in per cent, by side and tilt, near and far, beside the usual way."""
    rows: list[dict[str, Any]] = []
    missed = 0
    for side_px in SIDES_PX:
        for index in range(shots):
            seed = SEED + 10_000 * side_px + index
            found = measured(seed, side_px, index)
            missed += found is None
            rows += found or []
        print(side_px, flush=True)
    return {"missed": missed, "near": near(rows), "far": far(rows), "tilt": tilts(rows)}


def measured(seed: int, side_px: int, index: int) -> list[dict[str, Any]] | None:
    """Return what is right and wrong of one photograph; None if its marker was not found."""
    rng = np.random.default_rng([seed, 1])
    tilt = float(rng.uniform(0, 30))
    equivalent = float(np.exp(rng.uniform(*np.log(FOCAL_35MM))))
    shot = render_shot(seed, side_px, tilt, focal_35mm=equivalent, dictionary=index)
    markers = find_markers(shot.pixels)
    if len(markers) != 1 or markers[0].number != shot.number:
        return None
    marker = replace(markers[0], corners_px=markers[0].corners_px + shot.origin_px)
    said = shot.focal_px * float(np.exp(rng.normal(0, KNOWN_FOCAL)))
    usual = usual_way(shot)
    rows = []
    for known, focal in (("known", Focal(said, KNOWN_FOCAL, guessed=False)), ("assumed", None)):
        scale = scale_from_markers([marker], SIDE_MM, SHAPE, focal=focal, **PERFECT)
        row = {"side": side_px, "tilt": tilt, "focal": known, "tilt_error": scale.tilt_deg - tilt}
        for away in WIDTHS_AWAY:
            points = around(shot.corners_px.mean(axis=0), away * side_px, rng)
            steps = rng.normal(size=points.shape)
            truth = step_lengths(shot.homography, points, steps)
            error = step_lengths(scale.homography, points, steps) / truth - 1
            row[f"error_{away}"] = error.tolist()
            row[f"stated_{away}"] = scale.relative_standard_at(points, steps).tolist()
            if usual is not None:
                other = np.abs(step_lengths(usual, points, steps) / truth - 1)
                row[f"usual_{away}"] = np.minimum(other, 1.0).tolist()
        rows.append(row)
    return rows


def around(middle: np.ndarray, away_px: float, rng: np.random.Generator) -> np.ndarray:
    """Return points of the photograph at that distance from the marker, at most four."""
    angles = rng.uniform(0, 2 * np.pi) + np.arange(4) * np.pi / 2
    points = middle + away_px * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    inside = (points >= 0).all(axis=1) & (points <= np.array(SIZE_PX) - 1).all(axis=1)
    return points[inside]


def usual_way(shot) -> np.ndarray | None:  # noqa: ANN001
    """Return the homography through the corners of OpenCV's detector with its refinement."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    codes = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, shot.dictionary))
    detector = cv2.aruco.ArucoDetector(codes, parameters)
    corners, ids, _ = detector.detectMarkers(cv2.cvtColor(shot.pixels, cv2.COLOR_RGB2GRAY))
    if ids is None or len(ids) != 1:
        return None
    at = corners[0].reshape(4, 2) + shot.origin_px
    found, _ = cv2.findHomography(at, square(SIDE_MM))
    return found


def near(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors at the marker by side and tilt."""
    out = []
    for side in SIDES_PX:
        for low in (0, 10, 20):
            kept = [
                r
                for r in rows
                if r["side"] == side and low <= r["tilt"] < low + 10 and r["focal"] == "assumed"
            ]
            errors = np.abs([e for r in kept for e in r["error_0"]])
            usual = np.array([e for r in kept for e in r.get("usual_0", ())])
            out.append(
                {"side_px": side, "tilt_from": low, "photographs": len(kept)}
                | spread(errors)
                | {"usual_median": percentile(usual, 50), "usual_p95": percentile(usual, 95)}
            )
    return out


def far(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors far from the marker, with how often the stated interval holds the truth."""
    out = []
    for focal in ("known", "assumed"):
        for away in WIDTHS_AWAY:
            for side in SIDES_PX:
                kept = [r for r in rows if r["side"] == side and r["focal"] == focal]
                errors = np.array([e for r in kept for e in r[f"error_{away}"]])
                if len(errors) < 2 * len(WIDTHS_AWAY):
                    continue
                stated = np.array([e for r in kept for e in r[f"stated_{away}"]])
                usual = np.array([e for r in kept for e in r.get(f"usual_{away}", ())])
                out.append(
                    {"focal": focal, "away": away, "side_px": side, "points": len(errors)}
                    | spread(np.abs(errors))
                    | {
                        "held": float(np.mean(np.abs(errors) <= 1.96 * stated)),
                        "stated": 100 * float(np.median(stated)),
                        "usual_median": percentile(usual, 50),
                        "usual_p95": percentile(usual, 95),
                    }
                )
    return out


def tilts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors of the tilt in degrees."""
    out = []
    for focal in ("known", "assumed"):
        for side in SIDES_PX:
            kept = [r for r in rows if r["side"] == side and r["focal"] == focal]
            errors = np.abs([r["tilt_error"] for r in kept])
            row = {"focal": focal, "side_px": side}
            row |= {"median": float(np.median(errors)), "p95": float(np.percentile(errors, 95))}
            out.append(row)
    return out


def spread(errors: np.ndarray) -> dict[str, float | None]:
    within = float(np.mean(errors <= 0.005)) if len(errors) else None
    return {"median": percentile(errors, 50), "p95": percentile(errors, 95), "within": within}


def percentile(errors: np.ndarray, share: float) -> float | None:
    """Return a percentile in per cent."""
    return 100 * float(np.percentile(errors, share)) if len(errors) else None


def seconds() -> dict[str, float]:
    """Median seconds on 12 million pixels, with and without a marker."""
    from cracklens.synthesis import Camera, photograph, render_concrete

    rng = np.random.default_rng(SEED)
    wall = render_concrete(SIZE_PX[1], SIZE_PX[0], rng)
    camera = Camera(blur_px=0.8, shot_noise=3.0, jpeg_quality=90)
    empty = photograph(wall, camera, rng)
    to_px = wall_to_picture(3100.0, 15.0, 40.0, 10.0, np.array([1500.0, 1200.0]), 150.0)
    draw_marker(wall, to_px, modules_of("DICT_4X4_50", 7))
    marked = photograph(wall, camera, rng)
    took: dict[str, list[float]] = {"without": [], "with": [], "plane": []}
    for _ in range(TIMED):
        started = time.perf_counter()
        assert not find_markers(empty)
        took["without"].append(time.perf_counter() - started)
        started = time.perf_counter()
        found = find_markers(marked)
        took["with"].append(time.perf_counter() - started)
        started = time.perf_counter()
        scale = scale_from_markers(found, SIDE_MM, marked.shape)
        took["plane"].append(time.perf_counter() - started)
    assert abs(np.log(scale.mm_per_px * 150.0 / SIDE_MM)) < 0.01
    return {name: float(np.median(values)) for name, values in took.items()}


def false_markers(data: Path) -> dict[str, Any]:
    """Markers found in pictures of concrete that have none."""
    out = {}
    for name in ("mask-dev/concrete30", "mask-dev/crackseu11", "sdnet2018-decks", "metu"):
        paths = sorted((data / name).rglob("*.jpg"))[:: 10 if name == "metu" else 1]
        found = [str(path.name) for path in paths if find_markers(read_photo(path).pixels)]
        out[name] = {"pictures": len(paths), "with_markers": found}
        print(name, out[name], flush=True)
    return out


if __name__ == "__main__":
    main()
