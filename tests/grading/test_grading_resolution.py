"""No state below the pixel budget, and none refused that the photograph can tell."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cracklens.grading.resolution import LEAST_BOUNDARY_PX, too_coarse
from cracklens.measurement import Quantity

MBEI = (0.30, 1.27)
PRESTRESSED = (0.10, 0.23)
BRE = (0.1, 1, 5, 15, 25)


def width(value, standard=0.03):
    return Quantity(value, {"fit": standard})


@pytest.mark.parametrize(
    ("quantity", "edges", "mm_per_px"),
    [
        (width(0.34), MBEI, 0.10),  # 0.30 mm are 3 px
        (width(0.05), MBEI, 0.10),  # below 3 px, and both boundaries can be placed
        (width(3.0, 0.2), MBEI, 0.42),  # 7 px wide: surely above 0.30 mm
        (width(0.5), PRESTRESSED, 0.08),  # surely above 3 px = 0.24 mm
        (width(8.0, 0.3), BRE, 1.0),
    ],
)
def test_what_can_be_told_is_not_refused(quantity, edges, mm_per_px):
    assert too_coarse(quantity, edges, mm_per_px) is None


@pytest.mark.parametrize(
    ("quantity", "edges", "mm_per_px", "says"),
    [
        (width(0.34), MBEI, 0.42, "the 0.30 mm boundary needs 0.10 mm/px or finer; .* has 0.42"),
        (width(0.02), MBEI, 0.42, "needs 0.10 mm/px"),  # far from 0.30, but a thin line is any
        (width(0.15), PRESTRESSED, 0.05, "the 0.10 mm boundary needs 0.033 mm/px"),
        (width(0.25), PRESTRESSED, 0.08, "the 0.10 and 0.23 mm boundaries need"),
        (width(0.34), MBEI, 1.0, "the 0.30 and 1.27 mm boundaries need 0.10 mm/px"),
        (width(1.3, 0.1), MBEI, 0.42, "0.36 mm/px or finer for a crack about this wide"),
        (width(0.2), BRE, 0.5, "the 0.10 and 1 mm boundaries need 0.047"),
    ],
)
def test_what_cannot_be_told_says_what_scale_would(quantity, edges, mm_per_px, says):
    reason = too_coarse(quantity, edges, mm_per_px)
    assert re.search(says, reason)
    assert reason.endswith("retake closer")


@pytest.mark.slow
@given(
    st.floats(0, 10),
    st.floats(0.001, 0.5),
    st.floats(0.01, 5),
    st.sampled_from([MBEI, PRESTRESSED, BRE]),
)
def test_the_scale_that_is_asked_for_would_do(value, standard, mm_per_px, edges):
    quantity = width(value, standard)
    reason = too_coarse(quantity, edges, mm_per_px)
    assume(reason is not None)
    needed = float(re.search(r"([\d.]+) mm/px or finer", reason)[1])
    assert 0 < needed < mm_per_px
    assert too_coarse(quantity, edges, needed) is None


@given(st.floats(0, 10), st.floats(0.001, 0.5), st.floats(0.01, 5))
def test_refused_exactly_if_the_width_may_lie_where_a_boundary_is_hidden(value, standard, scale):
    quantity = width(value, standard)
    hidden = [edge for edge in MBEI if edge < LEAST_BOUNDARY_PX * scale * (1 - 1e-9)]
    may = quantity.interval[0] < LEAST_BOUNDARY_PX * scale * (1 - 1e-9)
    assert (too_coarse(quantity, MBEI, scale) is not None) == bool(hidden and may)


def test_the_scale_is_shown_finely_enough_to_differ_from_the_one_that_is_needed():
    reason = too_coarse(Quantity(0.31, {"fit": 0.05}), [0.3, 1.27], 0.104)
    assert reason is not None
    assert "needs 0.10 mm/px or finer; this photograph has 0.104" in reason
