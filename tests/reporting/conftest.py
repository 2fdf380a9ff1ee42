"""Records made by hand over rendered concrete: the reporting needs no model."""

from datetime import UTC, datetime
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from cracklens.inspection.record import (
    BranchRecord,
    CrackRecord,
    FailedRecord,
    Inspection,
    ModelRecord,
    PhotoRecord,
    RejectedRecord,
    TileRecord,
)
from cracklens.synthesis import render_concrete

HEIGHT_PX, WIDTH_PX = 600, 800
EVIL = "<script>alert(1)</script>.jpg"
FORMULA = '=HYPERLINK("x").jpg'


def branch(points, width_px=4.0, start=0, end=1):
    points = [(float(x), float(y)) for x, y in points]
    return BranchRecord(points_px=points, width_px=[width_px] * len(points), start=start, end=end)


def crack(crack_id, branches, *, confidence=0.9, leaves=False):
    points = np.concatenate([part.points_px for part in branches])
    width_px = np.concatenate([part.width_px for part in branches])
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    across, down = points[-1] - points[0]
    return CrackRecord(
        id=crack_id,
        confidence=confidence,
        length_px=sum(
            float(np.hypot(*np.diff(np.array(part.points_px), axis=0).T).sum()) for part in branches
        ),
        mean_width_px=float(width_px.mean()),
        max_width_px=float(np.quantile(width_px, 0.95)),
        widest_px=tuple(points[int(width_px.argmax())]),
        orientation_deg=float(np.degrees(np.arctan2(-down, across)) % 180),
        box_px=(*map(int, low), *map(int, high - low + 1)),
        touches_border=leaves,
        nodes_px=[branches[0].points_px[0], branches[0].points_px[-1]],
        branches=branches,
    )


def photo(photo_id, path, cracks=(), *, size=(WIDTH_PX, HEIGHT_PX), kind="pixels", **fields):
    given = {
        "sha256": f"{photo_id:0>64}",
        "notes": [],
        "rejected": [],
        "tiles": [],
        "overlay": f"overlays/{photo_id}.png",
        **fields,
    }
    return PhotoRecord(
        id=photo_id, path=path, width_px=size[0], height_px=size[1], map_kind=kind,
        cracks=sorted(cracks, key=lambda item: -item.length_px), **given,
    )  # fmt: skip


def rejected(line, reason="too short", detail="12 px long, at least 40 are needed"):
    low, high = np.min(line, axis=0), np.max(line, axis=0)
    return RejectedRecord(
        reason=reason,
        detail=detail,
        confidence=0.55,
        length_px=float(np.hypot(*np.diff(line, axis=0).T).sum()),
        box_px=(*map(int, low), *map(int, high - low + 1)),
        lines_px=[line],
    )


def grid(width_px, height_px, side_px, rng):
    return [
        TileRecord(box_px=(x, y, side_px, side_px), probability=float(rng.random() ** 3))
        for y in range(0, height_px - side_px + 1, side_px)
        for x in range(0, width_px - side_px + 1, side_px)
    ]


def rough_line(start, end, rng, step_px):
    """Return points from start to end, about a step apart, off the straight by half a step."""
    across, down = end - start
    length_px = float(np.hypot(across, down))
    share = np.linspace(0, 1, max(3, int(length_px / step_px)))
    aside = rng.uniform(-0.5, 0.5, len(share)) * step_px * (share * (1 - share) > 0)
    normal = np.array([-down, across]) / length_px
    return start + share[:, None] * (end - start) + aside[:, None] * normal


def scene(seed, size=(WIDTH_PX, HEIGHT_PX), cracks=3):
    """Return pixels of cracked concrete and its cracks, each a list of (points, widths)."""
    rng = np.random.default_rng(seed)
    width_px, height_px = size
    reach = min(size)
    pixels = np.clip(render_concrete(height_px, width_px, rng), 0, 255).astype(np.uint8)
    found = []
    for _ in range(cracks):
        middle = rng.uniform(0.25, 0.75, 2) * size
        angle = rng.uniform(0, np.pi)
        along = np.array([np.cos(angle), np.sin(angle)])
        away = rng.uniform(0.2, 0.4) * reach * along
        line = rough_line(middle - away, middle + away, rng, reach / 50)
        twig = rough_line(middle, middle + 0.2 * reach * along[::-1] * (1, -1), rng, reach / 50)
        found.append([])
        for course, width in ((line, reach / 110), (twig, reach / 200)):
            points = course.clip(0, np.array(size) - 1)
            profile = width * rng.uniform(0.5, 1.0, len(points))
            for start, end, stroke in zip(points, points[1:], profile, strict=False):
                ends = [np.rint(point).astype(int).tolist() for point in (start, end)]
                cv2.line(pixels, *ends, (45, 42, 40), max(1, round(stroke)), cv2.LINE_AA)
            found[-1].append((points, profile))
    return pixels, found


def crack_records(photo_id, found):
    return [
        crack(
            f"{photo_id}-C{number:02}",
            [
                BranchRecord(
                    points_px=[tuple(map(float, point)) for point in points],
                    width_px=[float(value) for value in width],
                    start=0,
                    end=1,
                )
                for points, width in stretches
                if len(points) > 1
            ],
            confidence=0.95 - 0.05 * number,
            leaves=number == 1,
        )
        for number, stretches in enumerate(found, 1)
    ]


def model_record():
    return ModelRecord(
        name="cracklens-small",
        embedded=True,
        task="segment",
        network_sha256="ab" * 32,
        engine="openvino",
        precision="bf16",
        card={
            "name": "cracklens-small",
            "task": "segment",
            "labels": ["Negative", "Positive"],
            "architecture": {
                "backbone": "u-net",
                "weights": "from scratch",
                "weights_licence": "none",
                "head": "two",
                "parameters": 1234567,
                "trained_parameters": 1234567,
            },
            "segmentation": {
                "window_px": 512,
                "multiple_px": 32,
                "scales": [1.0, 0.5],
                "seed_threshold": 0.6,
                "grow_threshold": 0.3,
            },
            "data": {
                "name": "METU & rendered <walls>",
                "licence": "CC BY 4.0",
                "citation": "Özgenel, Ç. F. (2019). doi:10.17632/5y9wdsg2zt.2",
                "counts": {"train": {"Negative": 1000, "Positive": 900}},
            },
            "validation": {
                "count": 400,
                "accuracy": {"value": 0.9931, "low": 0.9812, "high": 0.9987},
                "auroc": {"value": 0.9995, "low": 0.999, "high": 1.0},
                "pixels": {"f1": 0.8123},
            },
        },
    )


def inspection_of(photographs, failed=()):
    return Inspection(
        cracklens_version="0.2.0",
        created=datetime(2025, 3, 4, 5, 6, tzinfo=UTC),
        root="/site/bridge 17",
        configuration={
            "photographs": ["site/"],
            "model": None,
            "tracing": {"min_length_px": 40, "seed": 0.6},
            "workers": 2,
        },
        model=model_record(),
        photographs=list(photographs),
        failed=list(failed),
        limits=[
            "No scale was given: lengths and widths are in pixels.",
            "Cracks narrower than about 1 px are not found.",
        ],
    )


@pytest.fixture(scope="session")
def scenes():
    """Pixels and records of three photographs: with cracks, judged by tiles, without cracks."""
    rng = np.random.default_rng(5)
    pixels, found = scene(1)
    first = photo(
        "P001",
        "north/pier 3, Ü.jpg",
        crack_records("P001", found),
        notes=["EXIF orientation 6 was applied."],
        rejected=[
            rejected([(40.0, 500.0), (300.0, 510.0)], "straight and regular", "0.3 px off a line"),
            rejected([(700.0, 40.0), (712.0, 44.0)]),
        ],
        tiles=grid(WIDTH_PX, HEIGHT_PX, 100, rng),
    )
    tiled, found_too = scene(2, cracks=2)
    second = photo(
        "P002", EVIL, crack_records("P002", found_too), kind="tiles",
        tiles=grid(WIDTH_PX, HEIGHT_PX, 100, rng),
    )  # fmt: skip
    bare, _ = scene(3, cracks=0)
    third = photo("P003", FORMULA)
    return [(pixels, first), (tiled, second), (bare, third)]


@pytest.fixture(scope="session")
def inspection(scenes):
    failed = [FailedRecord(path="north/broken <b>.jpg", reason="the file is empty (0 bytes)")]
    return inspection_of([record for _, record in scenes], failed)


@pytest.fixture(scope="session")
def make():
    """The makers of this file, since test modules cannot import it."""
    return SimpleNamespace(
        branch=branch,
        crack=crack,
        photo=photo,
        rejected=rejected,
        grid=grid,
        inspection_of=inspection_of,
        model_record=model_record,
        EVIL=EVIL,
        FORMULA=FORMULA,
    )
