"""An inspection of two small photographs with lines that are known, served in this process."""

import json

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="needs the extra web")

from fastapi.testclient import TestClient
from PIL import Image

from cracklens.files import sha256_file
from cracklens.record.schema import Inspection
from cracklens.synthesis import line_coverage
from cracklens.web.app import create_app
from cracklens.web.shown import Shown

SIZE = (420, 300)
SLANT = [(40.0, 60.0), (360.0, 90.0)]
UPRIGHT = [(200.0, 120.0), (210.0, 280.0)]
ASIDE = [(30.0, 250.0), (150.0, 255.0)]


def photograph(file, seed, lines):
    rng = np.random.default_rng(seed)
    grey = 150 + rng.normal(0, 5, SIZE[::-1])
    for line in lines:
        grey -= 90 * line_coverage(np.array(line), np.full(2, 3.0), *SIZE[::-1])
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB").save(file, quality=95)


def line_record(name, line, probability):
    (x0, y0), (x1, y1) = line
    return {
        "id": name, "probability": probability, "kinds": {"joint": round(1 - probability, 4)},
        "confidence": 0.9, "length_px": float(np.hypot(x1 - x0, y1 - y0)), "mean_width_px": 3.0,
        "max_width_px": 3.4, "widest_px": line[0], "orientation_deg": 5.0,
        "box_px": [int(min(x0, x1)), int(min(y0, y1)), int(abs(x1 - x0)) + 1, int(abs(y1 - y0)) + 1],
        "touches_border": False, "nodes_px": line,
        "branches": [{"points_px": line, "width_px": [3.0, 3.0], "start": 0, "end": 1}],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path, small_inspection):
    photos, output = tmp_path / "bridge 7", tmp_path / "report"
    photos.mkdir()
    output.mkdir()
    records = []
    for number, lines in ((1, [SLANT, UPRIGHT, ASIDE]), (2, [SLANT])):
        file = photos / f"wall <{number}>.jpg"
        photograph(file, number, lines)
        name = f"P{number:03}"
        cracks = [line_record(f"{name}-C01", SLANT, 0.95)]
        rejected = []
        if number == 1:
            cracks.append(line_record(f"{name}-C02", UPRIGHT, 0.7))
            rejected.append({
                "reason": "not a crack", "detail": "probably a joint (0.8)", "probability": 0.2,
                "kinds": {"joint": 0.8}, "confidence": 0.7, "length_px": 120.0,
                "box_px": [30, 250, 121, 6], "lines_px": [ASIDE],
            })  # fmt: skip
        records.append({
            "id": name, "path": file.name, "sha256": sha256_file(file), "width_px": SIZE[0],
            "height_px": SIZE[1], "notes": [], "map_kind": "pixels", "tiles": [], "overlay": None,
            "cracks": cracks, "rejected": rejected,
        })  # fmt: skip
    content = json.loads(small_inspection.model_dump_json())
    content |= {"root": str(photos), "photographs": records, "failed": [], "quantities": None}
    Inspection.model_validate(content).save(output)
    return output


@pytest.fixture
def client(folder):
    shown = Shown(folder, Inspection.load(folder))
    return TestClient(create_app(shown), base_url="http://127.0.0.1:8765")


@pytest.fixture
def api(client):
    """Return a function that asks and checks the status."""

    def ask(path, body=None, *, status=None):
        found = (
            client.get(f"/api/v1{path}")
            if body is None
            else client.post(f"/api/v1{path}", json=body)
        )
        assert found.status_code == (status or (200 if body is None else found.status_code))
        if status is None and body is not None:
            assert found.status_code in {201, 204}, found.text
        return found.json() if found.content else None

    return ask
