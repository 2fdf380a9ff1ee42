"""Photographs with known dark lines, a detector that sees dark pixels, and a small record."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from cracklens.detection.probability_map import ProbabilityMap
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

ZIGZAG = [(20, 30), (60, 50), (90, 40), (130, 80), (170, 70)]
NO_TILES = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)


def draw_line(path: Path, *, shift: int = 0, size: tuple[int, int] = (200, 120)) -> Path:
    """Write a grey picture with one dark zigzag line of 3 px, moved down by `shift`."""
    pixels = np.full((size[1], size[0], 3), 180, np.uint8)
    points = np.array([(x, y + shift) for x, y in ZIGZAG], np.int32)
    cv2.polylines(pixels, [points], isClosed=False, color=(10, 10, 10), thickness=3)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture(scope="session")
def draw() -> Callable[..., Path]:
    return draw_line


class DarkDetector:
    """Calls dark pixels cracks; `calls` counts the photographs that it saw."""

    def __init__(self) -> None:
        self.calls = 0

    def detect(self, pixels: np.ndarray) -> ProbabilityMap:
        self.calls += 1
        return ProbabilityMap((255 - pixels[..., 1]) * (pixels[..., 1] < 100), *NO_TILES)


@pytest.fixture
def dark() -> DarkDetector:
    return DarkDetector()


def crack(identifier: str, x: float = 0.0) -> CrackRecord:
    return CrackRecord(
        id=identifier,
        confidence=0.9,
        length_px=10.0,
        mean_width_px=2.0,
        max_width_px=3.0,
        widest_px=(x + 5, 5),
        orientation_deg=0.0,
        box_px=(int(x), 4, 11, 3),
        touches_border=False,
        nodes_px=[(x, 5), (x + 10, 5)],
        branches=[
            BranchRecord(points_px=[(x, 5), (x + 10, 5)], width_px=[2.0, 2.0], start=0, end=1)
        ],
    )


@pytest.fixture
def inspection() -> Inspection:
    """Two photographs, of which one has two cracks, and one that failed."""
    common = {"sha256": "0" * 64, "width_px": 100, "height_px": 50, "map_kind": "pixels"}
    rejected = RejectedRecord(
        reason="too short",
        detail="8 px long, at least 30 are needed",
        confidence=0.5,
        length_px=8.0,
        box_px=(1, 1, 9, 3),
        lines_px=[[(1, 2), (9, 2)]],
    )
    return Inspection(
        cracklens_version="0.1.0",
        created=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
        root="/site/Brücke 7",
        configuration={"least_length_px": 30.0, "scales": [1.0]},
        model=ModelRecord(
            name="concrete",
            embedded=True,
            task="segment",
            network_sha256="f" * 64,
            engine="OpenVINO 2026.4.1",
            precision="f32",
            card={"name": "concrete"},
        ),
        photographs=[
            PhotoRecord(
                id="P001",
                path="north/a.jpg",
                notes=["PNG named '.jpg'"],
                cracks=[crack("P001-C01"), crack("P001-C02", 40)],
                rejected=[rejected],
                tiles=[TileRecord(box_px=(0, 0, 50, 50), probability=0.75)],
                overlay="overlays/P001-a.png",
                **common,
            ),
            PhotoRecord(
                id="P002", path="b.jpg", notes=[], cracks=[], rejected=[], tiles=[], overlay=None,
                **common,
            ),
        ],
        failed=[FailedRecord(path="c.jpg", reason="the file is empty (0 bytes)")],
        limits=["In pixels."],
    )  # fmt: skip


@pytest.fixture
def saved(inspection: Inspection, tmp_path: Path) -> Path:
    """The record and its overlay in a folder."""
    folder = tmp_path / "result"
    inspection.save(folder)
    (folder / "overlays").mkdir()
    (folder / "overlays" / "P001-a.png").touch()
    return folder
