"""Photographs with known dark lines, and a detector that sees dark pixels."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.record.schema import Inspection

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

    def detect(self, pixels: np.ndarray, mm_per_px: float | None = None) -> ProbabilityMap:
        self.calls += 1
        return ProbabilityMap((255 - pixels[..., 1]) * (pixels[..., 1] < 100), *NO_TILES)


@pytest.fixture
def dark() -> DarkDetector:
    return DarkDetector()


@pytest.fixture
def inspection(small_inspection: Inspection) -> Inspection:
    return small_inspection
