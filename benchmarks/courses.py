"""How good length, orientation, spacing, density and pattern are, on rendered cracks.

    python benchmarks/courses.py [--model MODEL] [--seed 100000] [--parts lengths,fields,patterns]

The mask is the network's, not the truth. Writes docs/results/courses.json and .md. The constants of
the measurement were chosen on seeds below 30,000.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from courses_page import page
from scipy.ndimage import gaussian_filter1d
from skimage.morphology import skeletonize

from cracklens.detection import load_detector
from cracklens.measurement.course import measure_course
from cracklens.measurement.field import measure_field
from cracklens.measurement.length import RESOLUTION_PX
from cracklens.models.catalog import find_model
from cracklens.photos.scale import Scale
from cracklens.synthesis import render_specimen, wall_points
from cracklens.tracing import TraceSettings, trace
from cracklens.tracing.mask import hysteresis_mask

UNSEEN_SEED = 100_000
LENGTHS, FIELDS, PATTERNS = 400, 120, 120
SIDE_PX, MM_PER_PX = 700, 0.1
STEP_PX = 0.25  # of the truth, when it is resampled
TILTS_DEG = ((0.0, 0.0), (0.0, 10.0), (10.0, 20.0), (20.0, 30.0))
WIDTHS_PX = ((2.0, 3.0), (3.0, 5.0), (5.0, 10.0), (10.0, 20.0))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model")
    arguments.add_argument("--seed", type=int, default=UNSEEN_SEED)
    arguments.add_argument("--parts", default="lengths,fields,patterns")
    chosen = arguments.parse_args()
    folder = find_model(chosen.model)
    finder = Finder(load_detector(folder), settings_of(folder))
    results: dict[str, Any] = {"machine": machine(), "model": folder.card.name}
    for part in chosen.parts.split(","):
        started = time.perf_counter()
        results[part] = PARTS[part](finder, chosen.seed)
        results[part]["seconds"] = round(time.perf_counter() - started)
        print(part, results[part], flush=True)
        if chosen.seed >= UNSEEN_SEED:
            keep("courses", results)
    if chosen.seed >= UNSEEN_SEED:
        page()


def settings_of(folder) -> TraceSettings:  # noqa: ANN001
    """Return what `inspect` traces with."""
    chosen = folder.card.segmentation
    return TraceSettings(seed_threshold=chosen.seed_threshold, grow_threshold=chosen.grow_threshold)


@dataclass(frozen=True)
class Finder:
    """The network and the tracing."""

    detector: Any
    settings: TraceSettings

    def cracks(self, pixels) -> tuple[Any, int]:  # noqa: ANN001
        """Return the cracks of a picture, and how many pixels the skeleton of the mask has."""
        found = self.detector.detect(pixels)
        mask = hysteresis_mask(
            found.probability,
            seed_threshold=self.settings.seed_threshold,
            grow_threshold=self.settings.grow_threshold,
            least_extent_px=8,
        )
        thin = skeletonize(mask.image[1:-1, 1:-1] > 0)
        return trace(found, self.settings).cracks, int(np.count_nonzero(thin))


def taken(rng) -> dict[str, Any]:  # noqa: ANN001
    """Return how a picture is taken, drawn over the range that the targets name."""
    return {
        "blur_px": rng.uniform(0.0, 1.5),
        "noise": rng.uniform(1.0, 4.0),
        "jpeg_quality": int(rng.integers(75, 96)),
        "mm_per_px": MM_PER_PX,
        "size_px": SIDE_PX,
        "variation": rng.uniform(0.1, 0.35),
        "crumble": rng.uniform(0.0, 0.3),
    }


def scale_of(specimen, rng) -> Scale:  # noqa: ANN001
    """Return the true plane, in a frame that is turned at random, as a marker's is."""
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle), 7], [np.sin(angle), np.cos(angle), 3]])
    plane = np.vstack([turn, [0, 0, 1]]) @ specimen.homography
    return Scale(MM_PER_PX, 0.0, "marker", "", homography=plane, tilt_deg=specimen.tilt_deg)


def resampled(points, step=STEP_PX):  # noqa: ANN001, ANN201
    """Return points along a polyline at even steps."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(int(along[-1] / step), 1) + 1)
    return np.column_stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)])


def resolved(points, sigma_px=RESOLUTION_PX):  # noqa: ANN001, ANN201
    """Return a resampled line at the resolution at which lengths are compared."""
    reach = min(int(4 * sigma_px / STEP_PX), len(points) - 1)
    padded = np.pad(points, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    return gaussian_filter1d(padded, sigma_px / STEP_PX, axis=0)[reach : len(padded) - reach]


def chain(points) -> float:  # noqa: ANN001
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def direction_deg(points) -> float:  # noqa: ANN001
    step = np.diff(points, axis=0)
    turned = (np.hypot(*step.T) * np.exp(2j * np.arctan2(-step[:, 1], step[:, 0]))).sum()
    return float(np.degrees(np.angle(turned)) / 2 % 180)


def apart_deg(one: float, other: float) -> float:
    return (one - other + 90) % 180 - 90


def found_part(crack, truth, reach_px: float):  # noqa: ANN001, ANN201
    """Return which points of a true line lie between the ends of a crack's branches, or None.

    None if a branch ends farther than `reach_px` from the line: it is something else.
    """
    hit = np.zeros(len(truth), bool)
    for branch in crack.branches:
        at = []
        for end in branch.points_px[[0, -1]]:
            away = np.hypot(*(truth - end).T)
            at.append(int(away.argmin()))
            if away.min() > reach_px:
                return None
        hit[min(at) : max(at) + 1] = True
    return hit


def lengths(finder: Finder, seed: int) -> dict[str, Any]:
    """Single cracks at any angle, every third diagonal, seen at up to 30 degrees."""
    rows, missed_px, total_px, other = [], 0.0, 0.0, 0
    for number in range(LENGTHS):
        rng = np.random.default_rng([seed, number, 1])
        low, high = TILTS_DEG[number % len(TILTS_DEG)]
        diagonal = number % 3 == 0
        angle = 45 + 90 * rng.integers(2) + rng.uniform(-5, 5) if diagonal else None
        specimen = render_specimen(
            seed + number,
            width_px=float(2.0 * 10 ** rng.uniform(0, 1)),
            angle_deg=angle,
            length_px=rng.uniform(150, 560),
            roughness=rng.uniform(0.02, 0.14),
            tilt_deg=rng.uniform(low, high),
            **taken(rng),
        )
        (true,) = specimen.cracks
        line = resampled(true.points_px)
        soft = resolved(line)
        wall = wall_points(specimen.homography, soft)
        cracks, pixels = finder.cracks(specimen.pixels)
        scale, hit_any = scale_of(specimen, rng), np.zeros(len(line), bool)
        for crack in cracks:
            hit = found_part(crack, line, max(6.0, float(true.width_px.max())))
            if hit is None:
                other += 1
                continue
            hit_any |= hit
            course = measure_course(crack, scale, middle_px=((SIDE_PX - 1) / 2,) * 2)
            own = np.flatnonzero(hit)
            part = slice(own[0], own[-1] + 1)
            rows.append(
                {
                    "width": float(np.median(true.width_px)),
                    "tilt": specimen.tilt_deg,
                    "diagonal": diagonal,
                    "whole": bool(hit.mean() > 0.9),
                    "length": course.length_mm,
                    "true_part": chain(wall[part]),
                    "true_whole": chain(wall),
                    "fine_part": true_fine(specimen, line[part]),
                    "pixels": pixels * MM_PER_PX,
                    "alone": len(cracks) == 1,
                    "angle": course.orientation_deg,
                    "true_angle": direction_deg(wall),
                    "true_angle_part": direction_deg(wall[part]),
                    "seen_angle": direction_deg(soft[part]),
                }
            )
        total_px += len(line)
        missed_px += np.count_nonzero(~hit_any)
    return {
        "pictures": LENGTHS,
        "cracks": len(rows),
        "missed_share": missed_px / total_px,
        "other_cracks": other,
        "length": {name: length_row(own) for name, own in divided(rows)},
        "orientation": {name: angle_row(own) for name, own in divided(rows)},
    }


def true_fine(specimen, line) -> float:  # noqa: ANN001
    """Return the length on the wall of a true line as it was rendered."""
    return chain(wall_points(specimen.homography, line))


def divided(rows):  # noqa: ANN001, ANN201
    """Return all rows, the diagonal ones, and those of each width and tilt."""
    yield "all", rows
    yield "diagonal, 40 to 50 degrees", [row for row in rows if row["diagonal"]]
    for low, high in WIDTHS_PX:
        yield f"{low:g} to {high:g} px wide", [row for row in rows if low <= row["width"] < high]
    yield "seen at right angles", [row for row in rows if row["tilt"] == 0]
    for low, high in TILTS_DEG[1:]:
        name = f"tilted by {low:g} to {high:g} degrees"
        yield name, [row for row in rows if low < row["tilt"] <= high]


def length_row(rows) -> dict[str, Any]:  # noqa: ANN001
    """Return errors in percent of what was found, and how often the interval holds the truth."""
    error = np.array([row["length"].value / row["true_part"] - 1 for row in rows]) * 100
    fine = np.array([row["length"].value / row["fine_part"] - 1 for row in rows]) * 100
    plain = [row for row in rows if row["alone"] and row["tilt"] == 0]
    counted = np.array([row["pixels"] / row["true_part"] - 1 for row in plain]) * 100
    whole = [row for row in rows if row["whole"]]
    return {
        "cracks": len(rows),
        "bias": float(error.mean()),
        "mean": float(np.abs(error).mean()),
        "p95": float(np.percentile(np.abs(error), 95)),
        "within_2": float(np.mean(np.abs(error) <= 2)),
        "coverage": share(holds(row["length"], row["true_whole"]) for row in whole),
        "whole": len(whole),
        "bias_fine": float(fine.mean()),
        "mean_fine": float(np.abs(fine).mean()),
        "pixel_count": float(np.abs(counted).mean()) if len(counted) else None,
    }


def angle_row(rows) -> dict[str, Any]:  # noqa: ANN001
    """Return errors in degrees against the stretch that was found, and of the whole crack."""
    error = np.abs([apart_deg(row["angle"].value, row["true_angle_part"]) for row in rows])
    seen = np.abs([apart_deg(row["seen_angle"], row["true_angle_part"]) for row in rows])
    whole = [row for row in rows if row["whole"]]
    return {
        "cracks": len(rows),
        "mean": float(error.mean()),
        "p95": float(np.percentile(error, 95)),
        "within_1": float(np.mean(error <= 1)),
        "coverage": share(
            abs(apart_deg(row["angle"].value, row["true_angle"])) <= 1.96 * row["angle"].standard
            for row in whole
        ),
        "not_corrected": float(seen.mean()),
    }


def holds(quantity, truth: float) -> bool:  # noqa: ANN001
    low, high = quantity.interval
    return bool(low <= truth <= high)


def share(values) -> float:  # noqa: ANN001
    return float(np.mean(list(values)))


def fields(finder: Finder, seed: int) -> dict[str, Any]:
    """Three to five cracks side by side."""
    spacing, density, named, grouped, held = [], [], Counter(), 0, []
    density_found, density_held, found = [], [], 0
    for number in range(FIELDS):
        rng = np.random.default_rng([seed, number, 2])
        count = int(rng.integers(3, 6))
        angle_deg = rng.uniform(0, 180)
        specimen = render_specimen(
            seed + 10_000 + number,
            width_px=float(2.0 * 5 ** rng.uniform(0, 1)),
            cracks=count,
            spacing_px=rng.uniform(60, 110),
            angle_deg=angle_deg,
            length_px=rng.uniform(300, 450),
            roughness=rng.uniform(0.02, 0.14),
            tilt_deg=rng.uniform(0, 20),
            **taken(rng),
        )
        cracks, _ = finder.cracks(specimen.pixels)
        scale, middle = scale_of(specimen, rng), ((SIDE_PX - 1) / 2,) * 2
        courses = [measure_course(crack, scale, middle_px=middle) for crack in cracks]
        field = measure_field(cracks, courses, scale, shape=(SIDE_PX, SIDE_PX))
        named[field.pattern] += 1
        all_there = len(cracks) == len(specimen.cracks) and are_found(cracks, specimen)
        whole = all_there and field.parallel == (tuple(range(len(cracks))),)
        found += all_there
        grouped += whole
        if whole:
            true = true_spacing_mm(specimen, angle_deg)
            spacing.append((field.spacing_mm.value / true - 1) * 100)
            held.append(holds(field.spacing_mm, true))
        true = sum(
            chain(wall_points(specimen.homography, resolved(resampled(crack.points_px))))
            for crack in specimen.cracks
        )
        true /= 1e3 * area_m2(specimen)
        density.append((field.density_m_per_m2.value / true - 1) * 100)
        if all_there:
            density_found.append(density[-1])
            density_held.append(holds(field.density_m_per_m2, true))
    return {
        "pictures": FIELDS,
        "all_found": found,
        "whole_group": grouped,
        "named": dict(named),
        "spacing_mean": float(np.abs(spacing).mean()),
        "spacing_p95": float(np.percentile(np.abs(spacing), 95)),
        "spacing_coverage": share(held),
        "density_found_mean": float(np.abs(density_found).mean()),
        "density_found_p95": float(np.percentile(np.abs(density_found), 95)),
        "density_found_coverage": share(density_held),
        "density_bias": float(np.mean(density)),
        "density_mean": float(np.abs(density).mean()),
        "density_p95": float(np.percentile(np.abs(density), 95)),
    }


def are_found(cracks, specimen) -> bool:  # noqa: ANN001
    """Say whether each true crack is found over 80 % of its length or more by one of its own."""
    for true in specimen.cracks:
        line = resampled(true.points_px)
        hits = [found_part(crack, line, max(6.0, float(true.width_px.max()))) for crack in cracks]
        if sum(hit is not None and hit.mean() > 0.8 for hit in hits) != 1:
            return False
    return True


def true_spacing_mm(specimen, angle_deg: float) -> float:  # noqa: ANN001
    """Return the mean distance of the outermost true lines across their known direction, by gaps.

    Where all lines are met, every 0.05 mm.
    """
    angle = np.radians(angle_deg)
    ahead, aside = (
        np.array([np.cos(angle), -np.sin(angle)]),
        np.array([np.sin(angle), np.cos(angle)]),
    )
    lines = []
    for crack in specimen.cracks:
        along, across = crack.points_mm @ ahead, crack.points_mm @ aside
        order = np.argsort(along)
        lines.append((along[order], across[order]))
    low, high = max(line[0][0] for line in lines), min(line[0][-1] for line in lines)
    at = np.arange(low, high, 0.05)
    places = np.sort([np.interp(at, *line).mean() for line in lines])
    return float((places[-1] - places[0]) / (len(places) - 1))


def area_m2(specimen) -> float:  # noqa: ANN001
    """Return the wall's area in the picture, as the sum over its pixels."""
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    row = specimen.homography[2]
    below = row[0] * x + row[1] * y + row[2]
    return float((abs(np.linalg.det(specimen.homography)) / below**3).sum()) / 1e6


def patterns(finder: Finder, seed: int) -> dict[str, Any]:
    """What single cracks, forks and networks are taken for: by length, and the picture's name."""
    by_length: dict[str, Counter[str]] = {}
    by_picture: dict[str, Counter[str]] = {}
    for layout in ("rough", "fork", "map"):
        by_length[layout], by_picture[layout] = Counter(), Counter()
        for number in range(PATTERNS):
            rng = np.random.default_rng([seed, number, 3])
            specimen = render_specimen(
                seed + 20_000 + number,
                width_px=float(2.0 * (4.0 if layout == "map" else 7.0) ** rng.uniform(0, 1)),
                layout=layout,
                spacing_px=rng.uniform(90, 220) if layout == "map" else None,
                roughness=rng.uniform(0.02, 0.12),
                tilt_deg=rng.uniform(0, 20),
                **taken(rng),
            )
            cracks, _ = finder.cracks(specimen.pixels)
            scale, middle = scale_of(specimen, rng), ((SIDE_PX - 1) / 2,) * 2
            courses = [measure_course(crack, scale, middle_px=middle) for crack in cracks]
            field = measure_field(cracks, courses, scale, shape=(SIDE_PX, SIDE_PX))
            by_picture[layout][field.pattern] += 1
            for course in courses:
                by_length[layout][course.pattern] += course.length_px.value
    return {
        "pictures_each": PATTERNS,
        "by_length": {
            layout: {name: value / sum(found.values()) for name, value in found.items()}
            for layout, found in by_length.items()
        },
        "by_picture": {layout: dict(found) for layout, found in by_picture.items()},
    }


PARTS = {"lengths": lengths, "fields": fields, "patterns": patterns}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
