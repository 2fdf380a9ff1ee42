"""How soft the edges of a crack are, against the blur that it was rendered with."""

import numpy as np
import pytest

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.measurement.width import measure_widths
from cracklens.synthesis import render_specimen
from cracklens.synthesis.noise import blur
from cracklens.tracing import TraceSettings, trace

NO_TILES = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)


def edge_px(width_px, blur_px, **given):
    seen = render_specimen(
        5, width_px=width_px, angle_deg=0, blur_px=blur_px, variation=0.1, crumble=0.0,
        size_px=360, **given,
    )  # fmt: skip
    shown = blur(seen.coverage, blur_px) if blur_px > 1 else seen.coverage
    found = ProbabilityMap((255 * shown / shown.max()).astype(np.uint8), *NO_TILES)
    return measure_widths(seen.pixels, trace(found, TraceSettings()).cracks, None)[0].edge_px


@pytest.mark.slow
@pytest.mark.parametrize("blur_px", [2.0, 3.0, 4.5, 6.0])
@pytest.mark.parametrize("noise", [1.0, 12.0])
def test_a_wide_crack_shows_the_blur(blur_px, noise):
    assert edge_px(50, blur_px, noise=noise) == pytest.approx(blur_px, rel=0.25)


def test_a_thin_line_shows_two_thirds_of_it():
    assert edge_px(2, 4.0, plain=True) == pytest.approx(0.67 * 4.0, rel=0.15)


@pytest.mark.parametrize("width_px", [4, 12, 50])
def test_a_sharp_crack_has_sharp_edges(width_px):
    assert edge_px(width_px, 0.7) < 1.7
