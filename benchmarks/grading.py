"""Whether the states that are graded are as probable as they are said to be.

    python benchmarks/grading.py [--model MODEL] [--specimens 90]

Renders cracks whose widths lie around the boundaries of AASHTO MBEI, photographs them with blur,
noise, compression and tilt, finds them with the network, measures and grades them, and compares
with the rendered truth. Writes docs/results/grading.json and .md.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from grading_page import page
from scipy.spatial import cKDTree
from segmenter import settings_of

from cracklens.detection import load_detector
from cracklens.grading import Context, grade
from cracklens.grading.codes import find_code
from cracklens.grading.probability import class_probabilities, class_range
from cracklens.grading.resolution import too_coarse
from cracklens.grading.rules import Rule, find_rule
from cracklens.measurement import Quantity, measure
from cracklens.models.catalog import find_model
from cracklens.photos.scale import Scale
from cracklens.synthesis.specimen import Specimen, render_specimen
from cracklens.tracing import trace

UNSEEN_SEED = 8_400_000
SIZE_PX = 640
SPREAD = (0.6, 1.4)  # widths of the specimens, as a share of the boundary
SCALE_STANDARD = 0.005  # of the scale that is handed over, which is wrong by as much
GREATEST = 95  # the percentile of the width along the length that counts as the greatest
MATCHED = 0.8  # share of a traced line that must lie on the rendered crack
STATION_STEP = 8  # stations lie closer than their errors are independent
BINS = 10
CODE = "aashto-mbei"


@dataclass(frozen=True)
class Setup:
    """Cracks around one boundary, at one scale."""

    name: str
    reinforcement: str
    boundary_mm: float
    mm_per_px: float


SETUPS = (
    Setup("0.10 mm at 0.033 mm/px", "prestressed", 0.10, 0.033),
    Setup("0.23 mm at 0.033 mm/px", "prestressed", 0.23, 0.033),
    Setup("0.30 mm at 0.10 mm/px", "reinforced", 0.30, 0.10),
    Setup("0.30 mm at 0.05 mm/px", "reinforced", 0.30, 0.05),
    Setup("1.27 mm at 0.42 mm/px", "reinforced", 1.27, 0.42),
    Setup("1.27 mm at 0.25 mm/px", "reinforced", 1.27, 0.25),
)


@dataclass(frozen=True)
class Answer:
    """What was said of a crack or of a station, and what is true."""

    shares: tuple[float, ...]
    stated: int | None
    true: int
    refused: bool = False


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model")
    arguments.add_argument("--specimens", type=int, default=90)
    chosen = arguments.parse_args()
    started = time.perf_counter()
    folder = find_model(chosen.model)
    detector, settings = load_detector(folder), settings_of(folder)
    results: dict[str, Any] = {"machine": machine(), "specimens": chosen.specimens, "setups": {}}
    cracks: list[Answer] = []
    stations: list[Answer] = []
    for number, setup in enumerate(SETUPS):
        own: tuple[list[Answer], list[Answer]] = [], []
        missed = 0
        for index in range(chosen.specimens):
            seed = UNSEEN_SEED + number * 10_000 + index
            specimen = draw(setup, seed)
            found = list(answers(setup, specimen, seed, detector, settings))
            missed += not found
            for crack, along in found:
                own[0].append(crack)
                own[1].extend(along)
        row = {"missed": missed, "cracks": figures(own[0]), "stations": figures(own[1])}
        results["setups"][setup.name] = row
        print(setup.name, row, flush=True)
        cracks += own[0]
        stations += own[1]
    results |= {"cracks": figures(cracks), "stations": figures(stations)}
    results["seconds"] = round(time.perf_counter() - started)
    keep("grading", results)
    page()


def draw(setup: Setup, seed: int) -> Specimen:
    """Render a crack about as wide as the boundary, through a camera."""
    rng = np.random.default_rng(seed)
    width_mm = setup.boundary_mm * rng.uniform(*SPREAD)
    return render_specimen(
        seed,
        width_px=width_mm / setup.mm_per_px,
        size_px=SIZE_PX,
        blur_px=float(rng.uniform(0, 1.5)),
        noise=float(rng.uniform(1, 4)),
        jpeg_quality=int(rng.integers(75, 96)),
        tilt_deg=float(rng.uniform(0, 20)),
        mm_per_px=setup.mm_per_px,
    )


def answers(
    setup: Setup,
    specimen: Specimen,
    seed: int,
    detector,  # noqa: ANN001
    settings,  # noqa: ANN001
) -> Iterator[tuple[Answer, list[Answer]]]:
    """Yield what is said of each traced crack, and of places along it, beside the truth."""
    wrong_by = 1 + SCALE_STANDARD * np.random.default_rng([seed, 1]).standard_normal()
    stretched = np.diag([wrong_by, wrong_by, 1.0]) @ specimen.homography
    scale = Scale(
        mm_per_px=specimen.mm_per_px * wrong_by,
        relative_standard=SCALE_STANDARD,
        source="typed",
        detail="benchmark",
        homography=stretched,
        tilt_deg=specimen.tilt_deg,
    )
    context = Context(codes=(CODE,), reinforcement=setup.reinforcement)
    rule = find_rule(find_code(CODE), (), context.reinforcement)
    assert isinstance(rule, Rule)
    truth = Truth(specimen)
    cracks = trace(detector.detect(specimen.pixels), settings).cracks
    for measured in measure(specimen.pixels, cracks, scale).cracks:
        profiles = measured.widths.profiles
        points = np.concatenate([profile.points_px for profile in profiles])
        true_mm = truth.width_mm(points)
        known = ~np.isnan(true_mm)
        greatest = measured.widths.max_mm
        if known.mean() < MATCHED or greatest is None:
            continue
        (said,) = grade(greatest, context, mm_per_px=scale.mm_per_px)
        crack = Answer(
            shares=tuple(said.states.values()),
            stated=None if said.stated is None else rule.states.index(said.stated),
            true=place(rule, np.percentile(true_mm[known], GREATEST)),
            refused=said.refused is not None,
        )
        yield crack, along(rule, profiles, true_mm, scale.mm_per_px)


class Truth:
    """The rendered width at any point on a crack."""

    def __init__(self, specimen: Specimen) -> None:
        points, widths_mm, widths_px = [], [], []
        for crack in specimen.cracks:
            steps = np.hypot(*np.diff(crack.points_px, axis=0).T)
            at = np.concatenate([[0], np.cumsum(steps)])
            fine = np.arange(0, at[-1], 0.5)
            columns = (*crack.points_px.T, crack.width_mm, crack.width_px)
            x, y, mm, px = (np.interp(fine, at, column) for column in columns)
            points.append(np.column_stack([x, y]))
            widths_mm.append(mm)
            widths_px.append(px)
        self.tree = cKDTree(np.concatenate(points))
        self.mm, self.px = np.concatenate(widths_mm), np.concatenate(widths_px)

    def width_mm(self, points_px: np.ndarray) -> np.ndarray:
        """Return the true width at each point; NaN where no crack is near."""
        away, nearest = self.tree.query(points_px)
        near = away <= np.maximum(self.px[nearest] / 2, 2.0)
        return np.where(near, self.mm[nearest], np.nan)


def along(rule: Rule, profiles, true_mm: np.ndarray, mm_per_px: float) -> list[Answer]:  # noqa: ANN001
    """Return what is said of single stations, each graded by its own width."""
    found, start = [], 0
    for profile in profiles:
        stop = start + len(profile.along_px)
        for index in range(0, stop - start, STATION_STEP):
            width, standard = profile.width_mm[index], profile.standard_mm[index]
            true = true_mm[start + index]
            if np.isnan(width) or np.isnan(true):
                continue
            quantity = Quantity(float(width), {"station": float(standard)})
            first, last = class_range(quantity, rule.boundaries_mm)
            coarse = too_coarse(quantity, rule.boundaries_mm, mm_per_px) is not None
            found.append(
                Answer(
                    shares=() if coarse else class_probabilities(quantity, rule.boundaries_mm),
                    stated=first if first == last and not coarse else None,
                    true=place(rule, true),
                    refused=coarse,
                )
            )
        start = stop
    return found


def place(rule: Rule, width_mm: float) -> int:
    return int(np.searchsorted(rule.boundaries_mm, width_mm))


def figures(found: list[Answer]) -> dict[str, Any]:
    """Return the reliability of the likeliest state and of all states, and wrong statements."""
    graded = [answer for answer in found if not answer.refused]
    stated = [answer for answer in graded if answer.stated is not None]
    wrong = sum(answer.stated != answer.true for answer in stated)
    if not graded:
        return {"count": len(found), "refused": len(found)}
    shares = np.array([answer.shares for answer in graded])
    held = np.eye(shares.shape[1], dtype=bool)[[answer.true for answer in graded]]
    best = shares.argmax(axis=1)
    rows = np.arange(len(graded))
    return {
        "count": len(found),
        "refused": len(found) - len(graded),
        "stated": len(stated),
        "stated_wrong": wrong,
        "stated_wrong_share": round(wrong / max(len(stated), 1), 4),
        "likeliest": reliability(shares[rows, best], held[rows, best]),
        "all_states": reliability(shares.ravel(), held.ravel()),
    }


def reliability(shares: np.ndarray, held: np.ndarray) -> dict[str, Any]:
    """Return the table and the expected calibration error (Naeini et al., 2015, equal bins)."""
    places = np.minimum((shares * BINS).astype(int), BINS - 1)
    table = []
    for index in range(BINS):
        inside = places == index
        if inside.any():
            table.append(
                {
                    "from": index / BINS,
                    "count": int(inside.sum()),
                    "said": round(float(shares[inside].mean()), 4),
                    "true": round(float(held[inside].mean()), 4),
                }
            )
    ece = sum(row["count"] * abs(row["said"] - row["true"]) for row in table) / len(shares)
    return {"ece": round(ece, 4), "table": table}


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
