"""Small real pictures for the tests of data sets."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def draw_picture() -> Callable[[Path, int], Path]:
    """Write a 32 x 32 PNG whose content follows from a number alone."""

    def draw(path: Path, number: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(path, "PNG")
        return path

    return draw
