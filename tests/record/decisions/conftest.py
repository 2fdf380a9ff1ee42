"""An inspection of two photographs with crossing, branched and rejected lines."""

import itertools
import json

import pytest

from cracklens.record.decisions.model import make_decision
from cracklens.record.schema import Inspection

SHA = ("a" * 64, "b" * 64)
LINES = {
    "straight": [[(10.0, 50.0), (90.0, 50.0)]],
    "forked": [
        [(10.0, 100.0), (50.0, 100.0)],
        [(50.0, 100.0), (90.0, 80.0)],
        [(50.0, 100.0), (90.0, 120.0)],
    ],
}


def crack_of(name, lines, probability):
    ends = sorted({point for line in lines for point in (line[0], line[-1])})
    xs, ys = zip(*(point for line in lines for point in line), strict=True)
    length = sum(
        ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
        for line in lines
        for a, b in itertools.pairwise(line)
    )
    return {
        "id": name, "probability": probability, "kinds": {"joint": round(1 - probability, 4)},
        "confidence": 0.9, "length_px": length, "mean_width_px": 2.0, "max_width_px": 3.0,
        "widest_px": lines[0][0], "orientation_deg": 0.0,
        "box_px": [int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1,
                   int(max(ys) - min(ys)) + 1],
        "touches_border": False, "nodes_px": ends,
        "branches": [
            {"points_px": line, "width_px": [2.0] * len(line), "start": ends.index(line[0]),
             "end": ends.index(line[-1])}
            for line in lines
        ],
    }  # fmt: skip


@pytest.fixture
def inspection(small_inspection):
    content = json.loads(small_inspection.model_dump_json())
    photo = {
        "width_px": 200, "height_px": 150, "notes": [], "map_kind": "pixels", "tiles": [],
        "overlay": None, "rejected": [],
    }  # fmt: skip
    rejected = {
        "reason": "not a crack", "detail": "probably a joint (0.8)", "probability": 0.2,
        "kinds": {"joint": 0.8}, "confidence": 0.7, "length_px": 100.0,
        "box_px": [20, 10, 101, 1], "lines_px": [[(20.0, 10.0), (120.0, 10.0)]],
    }  # fmt: skip
    content["photographs"] = [
        photo | {
            "id": "P001", "path": "one.jpg", "sha256": SHA[0],
            "cracks": [crack_of("P001-C01", LINES["straight"], 0.95),
                       crack_of("P001-C02", LINES["forked"], 0.7)],
            "rejected": [rejected],
        },
        photo | {
            "id": "P002", "path": "two.jpg", "sha256": SHA[1],
            "cracks": [crack_of("P002-C01", LINES["straight"], 0.9)],
        },
    ]  # fmt: skip
    content |= {"failed": [], "copies": [], "quantities": None}
    return Inspection.model_validate(content)


@pytest.fixture
def decide():
    """Return a function that makes the next decision of a growing journal."""

    def begin():
        made = []

        def step(action, finding=None, photograph=SHA[0], who="A. Smith"):
            made.append(
                make_decision(
                    action,
                    who=who,
                    photograph=photograph,
                    finding=finding,
                    previous=made[-1] if made else None,
                )
            )
            return made

        return step

    return begin()
