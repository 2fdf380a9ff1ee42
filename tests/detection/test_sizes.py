"""The sizes at which a photograph is searched follow its scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.detection.detector import Detector
from cracklens.detection.sizes import (
    LEAST_SIDE_PX,
    SMALLEST,
    WIDEST_MM,
    WIDEST_PX,
    not_searched_note,
    sizes_for,
)
from cracklens.models.catalog import find_model
from cracklens.synthesis import render_specimen

CARD = (1.0, 0.5)


@given(st.floats(0.001, 10), st.integers(1, 9000), st.integers(1, 9000))
def test_the_widest_crack_is_narrow_at_the_smallest_size(mm_per_px, rows, columns):
    found = sizes_for(CARD, mm_per_px, (rows, columns))
    assert found[:2] == CARD
    smallest = found[-1]
    enough = WIDEST_MM / mm_per_px * smallest <= WIDEST_PX
    end = smallest / 2 < SMALLEST or smallest / 2 * min(rows, columns) < LEAST_SIDE_PX
    assert enough or end
    if len(found) > len(CARD):
        assert WIDEST_MM / mm_per_px * 2 * smallest > WIDEST_PX


def test_without_a_scale_the_card_decides():
    assert sizes_for(CARD, None, (3000, 4000)) == CARD
    assert not_searched_note(CARD, None, (3000, 4000)) is None


def test_nothing_is_said_where_a_person_chose_the_sizes():
    assert not_searched_note((), 0.01, (3000, 4000)) is None
    assert not_searched_note((*CARD, 0.25, 0.125), 0.01, (3000, 4000)) is None


@pytest.fixture(scope="module")
def wide():
    """A crack of 160 px."""
    return render_specimen(40_001, width_px=160, blur_px=1, size_px=1024, crumble=0, variation=0.1)


def share(detector, specimen, mm_per_px=None):
    """Share of the centreline that has a probability above the card's, and the sizes."""
    found = detector.detect(specimen.pixels, mm_per_px)
    x, y = np.rint(specimen.cracks[0].points_px).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < 1024) & (y < 1024)
    seed = detector.card.segmentation.seed_threshold
    return np.mean(found.probability[y[inside], x[inside]] / 255 >= seed), found


@pytest.mark.slow
def test_a_fine_scale_finds_a_wide_crack(wide):
    detector = Detector(find_model(None), precision="f32")
    without, before = share(detector, wide)
    found, after = share(detector, wide, 0.06)
    assert before.sizes == CARD
    assert before.notes == ()
    assert after.sizes == (*CARD, 0.25, 0.125)
    assert "for cracks of up to 10 mm" in after.notes[0]
    assert without < 0.8
    assert found > 0.95


@pytest.mark.slow
def test_sizes_that_were_named_stay(wide):
    detector = Detector(find_model(None), precision="f32", scales=(0.5,))
    _, found = share(detector, wide, 0.01)
    assert found.sizes == ()
    assert found.notes == ()
