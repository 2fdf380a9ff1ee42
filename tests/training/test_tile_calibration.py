"""Tile labels are calibrated on labelled tiles and on rendered look-alikes alike."""

import numpy as np
import pytest

from cracklens.training.segment.tile_calibration import calibrate_tiles


def drawn(count, cracked_at, free_at, spread, seed):
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < 0.5
    return np.where(truth, cracked_at, free_at) + spread * rng.standard_normal(count), truth


def test_an_offset_of_the_logits_is_removed():
    """Logits of two normal classes at 3 and -1 with the spread 1.4 have their border at 1."""
    tiles, cracked = drawn(4000, 3, -1, 1.4, 0)
    rendered, rendered_cracked = drawn(400, 3, -1, 1.4, 1)
    found = calibrate_tiles(tiles, cracked, rendered, rendered_cracked)
    assert found.calibrated
    assert found.shift == pytest.approx(-1, abs=0.3)
    assert found.temperature == pytest.approx(1.4**2 / 4, rel=0.15)
    assert found.threshold == pytest.approx(0.5, abs=0.15)
    shown = 1 / (1 + np.exp(-(tiles + found.shift) / found.temperature))
    for low in (0.1, 0.4, 0.7):
        inside = (shown >= low) & (shown < low + 0.2)
        assert shown[inside].mean() == pytest.approx(cracked[inside].mean(), abs=0.08)


def test_few_rendered_lookalikes_weigh_as_much_as_many_tiles():
    """Bricks have logits like cracks of tiles; the calibration must say so."""
    tiles, cracked = drawn(4000, 4, -4, 0.5, 0)
    bricks, free = np.full(300, 3.5), np.zeros(300, bool)
    without = calibrate_tiles(tiles, cracked, np.zeros(0), np.zeros(0, bool))
    found = calibrate_tiles(tiles, cracked, bricks, free)

    def share(one):
        return 1 / (1 + np.exp(-(3.5 + one.shift) / one.temperature))

    assert share(without) > 0.9
    assert share(found) < 0.65
    assert found.false_share == 0
