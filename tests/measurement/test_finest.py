"""The finest crack of a photograph: from the card, the scale, and the blur."""

import json
from pathlib import Path

import numpy as np
import pytest

from cracklens.measurement.finest import BLUR_FACTOR, NO_SCALE, blur_of, finest_crack
from cracklens.photos.fitness import Check, conclude
from cracklens.photos.scale import Scale

SCALE = Scale(0.1, 0.01, "typed", "")
RESULTS = Path(__file__).parents[2] / "docs" / "results" / "finest.json"
WIDTHS_PX = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)
CLEAR_PX = 1.5  # from this blur on, it decides


def test_blur_only_makes_it_coarser():
    sharp, blurred = (finest_crack(1.4, SCALE, blur) for blur in (0.5, 2.0))
    assert sharp == finest_crack(1.4, SCALE)
    assert blurred.px == pytest.approx(BLUR_FACTOR * 2)
    assert blurred.mm == pytest.approx(BLUR_FACTOR * 0.2)
    assert finest_crack(1.4, None, 2.0) == NO_SCALE


def test_the_factor_of_the_blur_is_the_measured_one():
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    ratios = [
        np.interp(0.9, row["shares"], WIDTHS_PX) / row["blur_px"]
        for row in rows
        if row["blur_px"] >= CLEAR_PX
    ]
    assert len(ratios) == 3
    assert max(ratios) == pytest.approx(BLUR_FACTOR, abs=0.05)


@pytest.mark.parametrize(
    ("verdict", "expected"), [("good", 0.9), ("poor", 0.9), ("not known", None)]
)
def test_a_blur_that_is_not_sure_is_not_used(verdict, expected):
    fitness = conclude((Check("tones", 3.0, "%", "good"), Check("focus", 0.9, "px", verdict)))
    assert blur_of(fitness) == expected
