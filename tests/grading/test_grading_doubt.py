"""A fault of a photograph refuses a state only where it could change it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.grading import Context, grade
from cracklens.grading.doubtful import DoubtfulWidth
from cracklens.measurement import Quantity, Widths
from cracklens.measurement.doubt import Doubt, doubt_of
from cracklens.photos.fitness import Check

MBEI = Context(codes=("aashto-mbei",), reinforcement="reinforced")
BLURRED = Doubt(("out of focus by 4 px",), ("Tap on the wall to focus.",), 9.4, 24.0)


def widths(edge_px, value_px=20.0, standard_px=0.5):
    quantity = Quantity(value_px, {"fit": standard_px})
    return Widths((), quantity, quantity, None, None, (0.0, 0.0), 1.0, edge_px)


def graded(width_px, doubt, mm_per_px=0.1, **given):
    quantity = Quantity(width_px * mm_per_px, {"fit": 0.05 * mm_per_px * width_px})
    return grade(quantity, MBEI, mm_per_px=mm_per_px, doubt=doubt, **given)[0]


def test_a_state_stands_where_the_doubt_is_smaller_than_the_distance_to_the_boundary():
    found = graded(73, BLURRED)
    assert found.stated == "CS3"
    assert found.text == (
        "if a crack, CS3 > 0.99 although out of focus by 4 px: the doubt is smaller than the "
        "distance to the boundary"
    )
    assert graded(73, None).text == "if a crack, CS3 > 0.99"


@pytest.mark.parametrize(
    ("width_px", "between"), [(5, "0.00 to 1.4"), (20, "0.00 to 2.96"), (14, "0.00 to 2")]
)
def test_a_state_is_refused_where_the_doubt_spans_a_boundary(width_px, between):
    found = graded(width_px, BLURRED)
    assert not found.states
    assert "out of focus by 4 px" in found.refused
    assert between in found.refused
    assert "on either side of 0.30 and 1.27 mm" in found.refused
    assert found.refused.endswith("Tap on the wall to focus.")


def test_one_photograph_is_good_enough_for_one_code_and_not_for_another():
    context = Context(codes=("aashto-mbei", "din-1076", "bre-251"), reinforcement="reinforced")
    width = Quantity(2.6, {"fit": 0.05})
    doubt = Doubt(("grainy",), ("More light.",), 15.0)
    mbei, din, bre = grade(width, context, mm_per_px=0.1, doubt=doubt)
    assert mbei.refused is not None  # 1.1 to 4.1 mm
    assert din.stated == "to document"
    assert bre.stated == "category 2"  # 1 to 5 mm


def test_spacing_that_gives_the_worst_state_settles_it_whatever_the_width():
    close = Quantity(200.0, {"fit": 5.0})
    unknown = Doubt(("without contrast",), (), math.inf)
    found = graded(5, unknown, spacing_mm=close)
    assert found.stated == "CS3"
    assert found.text.endswith("although without contrast: the spacing decides")
    assert graded(5, unknown).refused.endswith("so that its width is not known.")
    assert graded(0.8, None, spacing_mm=close, mm_per_px=0.4).stated == "CS3"  # too coarse alone
    assert graded(0.8, None, mm_per_px=0.4).refused is not None


@given(
    st.floats(0.5, 80), st.floats(0, 30), st.floats(0, 40), st.floats(0.02, 1.0), st.floats(-1, 1)
)
def test_a_state_that_is_given_holds_wherever_the_doubt_lets_the_width_lie(
    width_px, reach_px, least_px, mm_per_px, share
):
    found = graded(width_px, Doubt(("grainy",), (), reach_px, least_px), mm_per_px)
    if found.stated is None:
        assert found.refused is not None
        return
    lowest_px = 0.0 if width_px < least_px else max(width_px - reach_px, 0.0)
    true_px = (
        width_px + share * reach_px if share > 0 else width_px + share * (width_px - lowest_px)
    )
    state = 1 + sum(true_px * mm_per_px > edge for edge in (0.30, 1.27))
    assert found.stated == f"CS{state}"


@given(st.floats(0.5, 80), st.floats(0.02, 1.0))
def test_without_a_doubt_nothing_changes(width_px, mm_per_px):
    quantity = Quantity(width_px * mm_per_px, {"fit": 0.05 * mm_per_px * width_px})
    width = DoubtfulWidth(quantity, mm_per_px)
    assert width.widened_mm == quantity
    assert width.interval_mm == quantity.interval
    assert width.too_doubtful((0.3, 1.27)) is None
    assert width.although((0.3, 1.27)) == ""


FOCUS = Check("focus", 4.0, "px", "bad", "Tap on the wall.")


def test_blur_reaches_as_far_as_the_edges_of_the_crack_are_soft():
    found = doubt_of((FOCUS, Check("tilt", 3.0, "°", "good")), widths(edge_px=4.2))
    assert found.faults == ("out of focus by 4 px",)
    assert found.reach_px == pytest.approx(2.355 * 4.2)
    assert found.least_px == pytest.approx(6 * 4.2)
    assert doubt_of((FOCUS,), widths(edge_px=1.0)).reach_px == pytest.approx(2.355 * 4.0)
    unknown = Check("focus", None, "px", "not known", "Zoom in.")
    assert doubt_of((unknown,), widths(edge_px=1.2)).reach_px == pytest.approx(2.355 * 1.2)
    assert doubt_of((unknown,), widths(edge_px=None)).reach_px == math.inf
    moved = Check("movement", 10.0, "px", "bad", "Hold still.")
    assert doubt_of((moved,), widths(edge_px=0.9)).reach_px == pytest.approx(2.355 * 3.7)


def test_soft_edges_are_a_fault_where_the_photograph_passes_for_sharp():
    sharp = (Check("focus", 0.9, "px", "good"),)
    found = doubt_of(sharp, widths(edge_px=3.7))
    assert found.named == "soft at its edges by 3.7 px"
    assert found.reach_px == pytest.approx(2.355 * 3.7)
    assert found.least_px == pytest.approx(6 * 3.7)
    assert doubt_of(sharp, widths(edge_px=1.7)) is None
    assert doubt_of(sharp, widths(edge_px=None)) is None


@pytest.mark.parametrize(
    ("check", "reach_px"),
    [
        (Check("noise", 20.0, "grey levels", "bad"), 1.96 * 0.5),
        (Check("compression", 20.0, "JPEG quality", "bad"), 1.96 * 0.5),
        (Check("tilt", 50.0, "°", "bad"), 1.96 * 0.5),
        (Check("highlights", 0.9, "", "bad"), 5.0),
        (Check("contrast", 2.0, "grey levels", "bad"), math.inf),
        (Check("judgement", None, "", "not known"), math.inf),
    ],
)
def test_each_fault_has_its_reach(check, reach_px):
    found = doubt_of((check,), widths(edge_px=1.0))
    assert found.reach_px == pytest.approx(reach_px)
    assert found.least_px == 0.0


def test_every_fault_that_stands_in_the_way_has_words_and_a_reach():
    from cracklens.photos.fitness.fitness import _CONSEQUENCES

    for name, verdicts in _CONSEQUENCES.items():
        for verdict in verdicts:
            found = doubt_of((Check(name, 5.0, "", verdict),), widths(edge_px=1.0))
            assert (found is None) == (name == "scale")
            assert found is None or (found.named and found.reach_px > 0)


def test_a_photograph_without_faults_leaves_no_doubt():
    assert doubt_of((Check("focus", 0.8, "px", "good"),), widths(edge_px=1.0)) is None
    assert doubt_of((Check("scale", 0.5, "mm/px", "bad", "x"),), widths(edge_px=1.0)) is None
