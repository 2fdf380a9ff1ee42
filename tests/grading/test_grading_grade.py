"""Grades: probabilities, the one state stated, refusals, and the two kinds kept apart."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.grading import Context, grade
from cracklens.measurement import Quantity
from cracklens.record.measured import GradeRecord

ALL = Context(
    codes=("aashto-mbei", "aci-224r", "en-1992-1-1", "jbdpa", "din-1076", "bre-251"),
    exposure=("humidity", "XC3"),
    reinforcement="reinforced",
)
MBEI = Context(codes=("aashto-mbei",), reinforcement="reinforced")
FINE = 0.01
widths = st.builds(lambda v, s: Quantity(v, {"fit": s}), st.floats(0, 30), st.floats(0, 3))
spacings = st.none() | st.builds(
    lambda v, s: Quantity(v, {"fit": s}), st.floats(1, 2000), st.floats(0, 300)
)


def width(value, standard=0.04):
    return Quantity(value, {"fit": standard})


@given(widths, spacings)
def test_every_code_gives_probabilities_that_sum_to_one(width_mm, spacing_mm):
    grades = grade(width_mm, ALL, mm_per_px=None, spacing_mm=spacing_mm)
    assert [found.code for found in grades] == list(ALL.codes)
    for found in grades:
        assert sum(found.states.values()) == pytest.approx(1, abs=1e-9)
        assert found.refused is None


@given(widths, spacings)
def test_a_state_is_stated_if_the_intervals_leave_no_other(width_mm, spacing_mm):
    (found,) = grade(width_mm, MBEI, mm_per_px=None, spacing_mm=spacing_mm)

    def rank(width_, spacing_):
        by_width = (width_ > 0.3) + (width_ > 1.27)
        return max(by_width, 0 if spacing_ is None else (spacing_ < 910) + (spacing_ < 300))

    low, high = width_mm.interval
    near, far = spacing_mm.interval if spacing_mm else (None, None)
    possible = {rank(low, far), rank(high, near)}
    touched = any(low <= edge <= high for edge in (0.3, 1.27)) or (
        spacing_mm is not None and any(near <= edge <= far for edge in (300, 910))
    )
    if len(possible) > 1:
        assert found.stated is None
    elif not touched:
        assert found.stated == f"CS{possible.pop() + 1}"
    if found.stated is not None:
        assert found.states[found.stated] >= 0.949


@pytest.mark.slow
@given(st.floats(0.05, 3), st.floats(0.05, 3), st.floats(0.001, 0.5))
def test_a_wider_crack_is_never_likelier_to_be_in_a_better_state(first, second, standard):
    narrow, wide = (
        grade(width(value, standard), ALL, mm_per_px=None) for value in sorted([first, second])
    )
    for before, after in zip(narrow, wide, strict=True):
        sums = [0.0, 0.0]
        for state in before.states:
            sums = [sums[0] + before.states[state], sums[1] + after.states[state]]
            assert sums[1] <= sums[0] + 1e-9


def test_text_names_the_likeliest_state_first():
    (found,) = grade(width(0.34, 0.045), MBEI, mm_per_px=FINE)
    assert found.text == "if a crack, CS2 0.81, CS1 0.19"
    assert found.stated is None
    assert found.basis == ("width 0.34 mm (0.25 to 0.43)", "reinforced")
    assert "No spacing is known: by the width alone." in found.notes


def test_the_table_follows_the_reinforcement():
    prestressed = Context(codes=("aashto-mbei",), reinforcement="prestressed")
    assert grade(width(0.26, 0.01), MBEI, mm_per_px=FINE)[0].stated == "CS1"
    (found,) = grade(width(0.26, 0.01), prestressed, mm_per_px=FINE)
    assert found.stated == "CS3"
    assert found.clause == "defect 1110, cracking in prestressed concrete (2019)"


@pytest.mark.parametrize(
    ("spacing_mm", "stated"), [(2000, "CS1"), (600, "CS2"), (200, "CS3"), (910, None)]
)
def test_the_worse_of_width_and_spacing_decides(spacing_mm, stated):
    (found,) = grade(width(0.1), MBEI, mm_per_px=FINE, spacing_mm=Quantity(spacing_mm, {"f": 20}))
    assert found.stated == stated
    assert found.basis[1].startswith(f"spacing {spacing_mm / 1000:.2f} m (")


def test_a_design_limit_is_worded_apart_from_states():
    context = Context(
        codes=("aci-224r", "aashto-mbei"), exposure=("humidity",), reinforcement="reinforced"
    )
    limit, state = grade(width(0.36), context, mm_per_px=FINE)
    assert limit.kind == "design limit"
    assert limit.text == (
        "if a crack, exceeds 0.30 mm: 0.93; a design limit for calculated width, not a rating"
    )
    assert list(limit.states) == ["within 0.30 mm", "exceeds 0.30 mm"]
    assert not any("Ratings" in note for note in limit.notes)
    assert any("not a rating" in note for note in limit.notes)
    assert state.kind == "inspection state"
    assert any("Ratings are the inspector's" in note for note in state.notes)


@pytest.mark.parametrize(
    ("exposure", "limit"),
    [(("XC1",), "0.40"), (("XC1", "XD2"), "0.30"), (("XD2", "XC1"), "0.30"), (("X0",), "0.40")],
)
def test_the_strictest_of_several_classes_holds(exposure, limit):
    context = Context(codes=("en-1992-1-1",), exposure=exposure, reinforcement="reinforced")
    (found,) = grade(width(1.0), context, mm_per_px=FINE)
    assert found.stated == f"exceeds {limit} mm"
    assert any("strictest" in line for line in found.basis) == (len(exposure) > 1)


def test_a_secondary_source_is_said():
    grades = {found.code: found for found in grade(width(0.4), ALL, mm_per_px=FINE)}
    for name, secondary in (("aci-224r", True), ("en-1992-1-1", False), ("bre-251", False)):
        said = any("secondary source" in note for note in grades[name].notes)
        assert said == secondary == (grades[name].verified == "secondary")


def test_several_cracks_of_3_mm_are_a_matter_of_counting():
    context = Context(codes=("bre-251",))
    assert not any("count them" in n for n in grade(width(2), context, mm_per_px=FINE)[0].notes)
    (found,) = grade(width(4), context, mm_per_px=FINE)
    assert found.stated == "category 2"
    assert "Several cracks of 3 mm and more are category 3: count them." in found.notes


@pytest.mark.parametrize(
    ("context", "says"),
    [
        (Context(codes=("aashto-mbei",)), "say --reinforcement reinforced or prestressed"),
        (Context(codes=("aci-224r",)), "say --exposure with one of dry-air, humidity, de-icing"),
        (Context(codes=("en-1992-1-1",), exposure=("XC3",)), "say --reinforcement"),
        (
            Context(codes=("en-1992-1-1",), reinforcement="reinforced"),
            "say --exposure with one of X0",
        ),
        (
            Context(codes=("en-1992-1-1",), exposure=("XC3", "XD1"), reinforcement="prestressed"),
            "asks for decompression for XD1 and prestressed",
        ),
    ],
)
def test_what_is_missing_is_asked_for_and_not_guessed(context, says):
    (found,) = grade(width(0.4), context, mm_per_px=FINE)
    assert says in found.refused
    _assert_refused(found)


def test_without_a_width_the_scale_is_asked_for():
    for found in grade(None, ALL, mm_per_px=None):
        assert "put a marker in the picture" in found.refused
        _assert_refused(found)


def test_what_cannot_be_trusted_is_not_graded():
    for found in grade(width(0.4), ALL, mm_per_px=FINE, unmeasured="out of focus: retake it"):
        assert found.refused == "out of focus: retake it"
        _assert_refused(found)


def test_below_the_pixel_budget_nothing_is_graded():
    (found,) = grade(width(0.34), MBEI, mm_per_px=0.42)
    assert found.refused.startswith("the 0.30 mm boundary needs 0.10 mm/px or finer")
    assert found.basis == ("width 0.34 mm (0.26 to 0.42)", "reinforced")
    _assert_refused(found)
    assert grade(width(3.0), MBEI, mm_per_px=0.42)[0].stated == "CS3"


def _assert_refused(found):
    assert not found.states
    assert found.stated is None
    assert found.text == "not graded"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"width_mm": Quantity(-0.1), "mm_per_px": 0.1}, "a width must be at least 0"),
        ({"width_mm": Quantity(math.nan), "mm_per_px": 0.1}, "a width must be"),
        ({"width_mm": Quantity(0.1, {"f": math.inf}), "mm_per_px": 0.1}, "a width must be"),
        ({"width_mm": width(0.1), "mm_per_px": 0.0}, "above 0 mm/px"),
        ({"width_mm": width(0.1), "mm_per_px": math.nan}, "above 0 mm/px"),
        (
            {"width_mm": width(0.1), "mm_per_px": 0.1, "spacing_mm": Quantity(-5.0)},
            "a spacing must be",
        ),
    ],
)
def test_impossible_measurements_are_refused(arguments, says):
    with pytest.raises(UsageError, match=says):
        grade(context=MBEI, **arguments)


def test_without_codes_there_are_no_grades():
    assert grade(width(0.4), Context(), mm_per_px=FINE) == ()


def test_grades_have_the_fields_of_the_record():
    for found in grade(width(0.34), ALL, mm_per_px=FINE):
        record = GradeRecord(
            **{name: _plain(getattr(found, name)) for name in GradeRecord.model_fields}
        )
        assert record.text == found.text
        assert set(found.__slots__) == set(GradeRecord.model_fields)


def _plain(value):
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if hasattr(value, "items") else value


def test_the_states_stand_with_the_probability_that_there_is_a_crack():
    verified = grade(width(0.34, 0.045), ALL, mm_per_px=FINE, probability=0.93)
    bare = grade(width(0.34, 0.045), ALL, mm_per_px=FINE)
    for found, other in zip(verified, bare, strict=True):
        assert found.states == other.states  # they are given that it is a crack
        assert (found.probability, other.probability) == (0.93, None)
        if not found.refused:
            assert found.text.startswith("a crack 0.93; if so ")
            assert other.text.startswith("if a crack, ")


@given(st.floats(0.02, 9), st.floats(0, 1) | st.none())
def test_no_state_is_worded_without_its_condition(value, probability):
    for found in grade(width(value, 0.01), ALL, mm_per_px=None, probability=probability):
        assert found.refused or "; if so " in found.text or found.text.startswith("if a crack, ")


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_lies_between_0_and_1(probability):
    with pytest.raises(UsageError, match="a probability must lie between 0 and 1"):
        grade(width(0.3), ALL, mm_per_px=FINE, probability=probability)
