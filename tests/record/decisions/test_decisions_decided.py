"""The record with the decisions in it: probabilities, quantities, grades."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cracklens.errors import PhotoError
from cracklens.grading import Context, grade
from cracklens.grading.priority import load_weights, priority
from cracklens.measurement.quantity import Quantity
from cracklens.record.convert_measured import quantity_record
from cracklens.record.decisions import (
    Accept,
    Comment,
    Course,
    Draw,
    Gauge,
    Join,
    Region,
    Reject,
    Scale,
    Split,
    State,
    decided,
    findings_of,
    make_decision,
    review,
)
from cracklens.record.measured import GradeRecord, PriorityRecord
from cracklens.record.quantities import quantities_record
from cracklens.record.schema import Inspection
from cracklens.record.validate import find_problems

SHA = "a" * 64
CONTEXT = Context(codes=("aashto-mbei",), reinforcement="reinforced")


def keys(inspection):
    return [one.id for one in findings_of(inspection.photographs[0])]


@pytest.fixture
def measured(inspection):
    """The same, with a scale of 0.5 mm per px and what that makes of the cracks."""
    content = json.loads(inspection.model_dump_json())
    mm = 0.5
    for photo in content["photographs"]:
        photo["scale"] = {"mm_per_px": mm, "relative_standard": 0.02, "source": "typed",
                          "detail": "typed", "homography": None, "tilt_deg": None, "risks": []}  # fmt: skip
        photo["field"] = {"pattern": "several", "parallel": [], "spacing_px": None,
                          "spacing_mm": None, "density_m_per_m2": None,
                          "area_m2": as_json(Quantity(0.5))}  # fmt: skip
        for crack in photo["cracks"]:
            graded(crack, mm)
    content["context"] = {"codes": ["aashto-mbei"], "exposure": None,
                          "reinforcement": "reinforced", "member": None, "axis_deg": None}  # fmt: skip
    found = Inspection.model_validate(content)
    return found.model_copy(update={"quantities": quantities_record(found.photographs)})


def as_json(quantity):
    return json.loads(quantity_record(quantity).model_dump_json())


def graded(crack, mm):
    width = Quantity(0.5, {"fit": 0.05})
    length = Quantity(crack["length_px"] * mm, {"course": 1.0})
    share = crack["probability"]
    crack["measurement"] = {
        "length_px": as_json(Quantity(crack["length_px"])), "length_mm": as_json(length),
        "is_lower_bound": False, "max_width_px": as_json(Quantity(3.0)),
        "mean_width_px": as_json(Quantity(2.0)), "max_width_mm": as_json(width),
        "mean_width_mm": as_json(Quantity(0.4)), "measured_share": 1.0,
        "orientation_deg": as_json(Quantity(0.0)), "to_axis_deg": None, "direction": None,
        "pattern": "single", "profiles": [],
    }  # fmt: skip
    grades = grade(width, CONTEXT, mm_per_px=0.1, probability=share)
    urgency = priority(width, length, CONTEXT, load_weights(None), probability=share)
    crack["grades"] = [
        json.loads(GradeRecord.model_validate(one).model_dump_json()) for one in grades
    ]
    crack["priority"] = json.loads(PriorityRecord.model_validate(urgency).model_dump_json())


def valid(inspection, folder):
    inspection.save(folder)
    return find_problems(folder)


def test_without_decisions_it_is_the_record(measured, tmp_path):
    found = decided(review(measured, []))
    assert found.inspection == measured
    assert found.unmeasured == {}
    assert valid(measured, tmp_path) == []


def test_metres_follow_accepting_and_rejecting(measured, decide, tmp_path):
    straight, forked, _ = keys(measured)
    lengths_m = [
        crack.measurement.length_mm.value / 1000 for crack in measured.photographs[0].cracks
    ]
    other_m = 0.9 * measured.photographs[1].cracks[0].measurement.length_mm.value / 1000
    assert measured.quantities.length_m == pytest.approx(
        0.95 * lengths_m[0] + 0.7 * lengths_m[1] + other_m
    )
    made = decide(Accept(), forked)
    assert decided(review(measured, made)).inspection.quantities.length_m == pytest.approx(
        0.95 * lengths_m[0] + lengths_m[1] + other_m
    )
    made = decide(Reject(what="joint", reason="runs on"), straight)
    after = decided(review(measured, made)).inspection
    assert after.quantities.length_m == pytest.approx(lengths_m[1] + other_m)
    last = after.photographs[0].rejected[0]
    assert (last.reason, last.detail) == (
        "rejected by a person", "a joint: runs on, by A. Smith",
    )  # fmt: skip
    assert valid(after, tmp_path) == []


def test_grade_and_priority_name_the_new_probability(measured, decide):
    before = measured.photographs[0].cracks[1]
    assert before.grades[0].text.startswith("a crack 0.70; if so ")
    made = decide(Accept(), keys(measured)[1])
    crack = decided(review(measured, made)).inspection.photographs[0].cracks[1]
    (certain,) = grade(Quantity(0.5, {"fit": 0.05}), CONTEXT, mm_per_px=0.1, probability=1.0)
    assert crack.grades[0] == GradeRecord.model_validate(certain)
    assert crack.grades[0].probability == 1
    assert crack.priority.score == pytest.approx(before.priority.if_crack)
    sure = priority(
        Quantity(0.5, {"fit": 0.05}), Quantity(before.measurement.length_mm.value, {"course": 1.0}),
        CONTEXT, load_weights(None), probability=1.0,
    )  # fmt: skip
    assert crack.priority == PriorityRecord.model_validate(sure)


def test_a_width_read_by_hand_is_graded_with_its_own_uncertainty(measured, decide, tmp_path):
    key = keys(measured)[0]
    decide(Accept(), key)
    decide(Gauge(width_mm=0.3, standard_mm=0.1), key)
    made = decide(Gauge(width_mm=2.0, standard_mm=0.1), key)
    after = decided(review(measured, made)).inspection
    crack = after.photographs[0].cracks[0]
    assert crack.measurement.max_width_mm.value == 2.0
    assert crack.measurement.max_width_mm.contributions == {"reading by hand": 0.1}
    assert crack.grades[0].stated == "CS3"
    assert crack.priority.score > measured.photographs[0].cracks[0].priority.score
    assert valid(after, tmp_path) == []


def test_a_width_is_graded_also_without_a_scale(inspection, decide):
    key = keys(inspection)[0]
    context = {"codes": ["aashto-mbei"], "exposure": None, "reinforcement": "reinforced",
               "member": None, "axis_deg": None}  # fmt: skip
    content = json.loads(inspection.model_dump_json()) | {"context": context}
    made = decide(Gauge(width_mm=2.0, standard_mm=0.1), key)
    crack = (
        decided(review(Inspection.model_validate(content), made))
        .inspection.photographs[0]
        .cracks[0]
    )
    assert crack.grades[0].stated == "CS3"
    assert crack.priority is not None
    assert crack.measurement is None


def test_a_state_that_a_person_set_stands_alone_and_counts(measured, decide, tmp_path):
    key = keys(measured)[0]
    decide(State(code="aashto-mbei", state="CS4", reason="water comes out"), key)
    made = decide(State(code="bre-251", state="3", reason="seen"), key)
    after = decided(review(measured, made)).inspection
    first, second = after.photographs[0].cracks[0].grades
    assert (first.states, first.stated) == ({"CS4": 1.0}, "CS4")
    assert first.text == "a crack 0.95; if so CS4, set by A. Smith: water comes out"
    assert second.code == "bre-251"
    states = {row.state: row.length_m for row in after.quantities.states if row.code == first.code}
    assert states["CS4"] == pytest.approx(0.95 * 0.04)
    assert valid(after, tmp_path) == []


def test_lines_that_need_pixels_are_listed_without_them(measured, decide, tmp_path):
    straight, forked, aside = keys(measured)
    decide(Course(lines=[[(10, 52), (90, 55)]]), straight)
    decide(Split(branch=0, point=(30, 101)), forked)
    decide(Accept(), aside)
    made = decide(Draw(lines=[[(5, 5), (60, 30)], [(60, 30), (80, 30)]]))
    found = decided(review(measured, made))
    photo = found.inspection.photographs[0]
    assert [crack.id for crack in photo.cracks] == [
        "P001-C01", "P001-C02-1", "P001-C02-2", "P001-R01", "P001-D01",
    ]  # fmt: skip
    assert set(found.unmeasured) == {crack.id for crack in photo.cracks}
    assert [crack.probability for crack in photo.cracks] == [1, 0.7, 0.7, 1, 1]
    assert (photo.cracks[-1].branches[0].end, photo.cracks[-1].branches[1].start) == (1, 1)
    assert photo.field.density_m_per_m2 is None
    assert valid(found.inspection, tmp_path) == []


def test_the_caller_is_asked_once_for_a_photograph_and_only_if_needed(measured, decide):
    asked = []

    def measure(wanted):
        asked.append(wanted)
        return wanted.photo.model_copy(update={"cracks": list(wanted.cracks)})

    straight, forked, _ = keys(measured)
    made = decide(Accept(), straight)
    decided(review(measured, made), measure)
    assert asked == []
    decide(Join(others=[forked]), straight)
    decide(Scale(mm_per_px=0.4))
    made = decide(Region(polygon=[(0, 0), (9, 0), (9, 9)]))
    found = decided(review(measured, made), measure)
    (wanted,) = asked
    assert wanted.again == {"P001-C01"}
    assert wanted.scale.mm_per_px == 0.4
    assert len(wanted.regions) == 1
    assert len(wanted.cracks[0].branches) == 4
    assert found.unmeasured == {}


def test_a_photograph_that_cannot_be_read_is_listed(measured, decide, tmp_path):
    def measure(wanted):
        raise PhotoError(tmp_path / "one.jpg", "is no longer there")

    made = decide(Scale(mm_per_px=0.4))
    found = decided(review(measured, made), measure)
    assert list(found.unmeasured) == ["P001"]
    assert found.inspection.photographs[0].scale.mm_per_px == 0.5


def test_a_split_of_what_the_model_set_aside_counts_once_a_person_accepts(measured, decide):
    made = decide(Split(branch=0, point=(60, 10)), keys(measured)[2])
    photo = decided(review(measured, made)).inspection.photographs[0]
    assert len(photo.cracks) == 2
    assert [one.length_px for one in photo.rejected] == [40.0, 60.0]
    made = decide(Accept(), f"{keys(measured)[2]}-2")
    photo = decided(review(measured, made)).inspection.photographs[0]
    assert [crack.id for crack in photo.cracks] == ["P001-C01", "P001-C02", "P001-R01-2"]


ACTIONS = st.one_of(
    st.just(Accept()),
    st.just(Reject(what="other", reason="a wire")),
    st.builds(lambda y: Course(lines=[[(0.0, y), (199.0, 149.0)]]), st.floats(0, 140)),
    st.builds(Split, branch=st.integers(0, 3), point=st.tuples(*[st.floats(0, 149)] * 2)),
    st.builds(Gauge, width_mm=st.floats(0.01, 50), standard_mm=st.floats(0, 5)),
    st.just(State(code="aashto-mbei", state="CS4", reason="wet")),
    st.just(Comment(text="seen")),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_sequence_makes_a_valid_record(measured, tmp_path, data):
    made = []
    for _ in range(data.draw(st.integers(1, 10))):
        known = [one.id for one in review(measured, made).photographs[0].findings]
        key = data.draw(st.sampled_from(known))
        action = data.draw(st.one_of(ACTIONS, st.builds(Join, others=st.just([known[-1]]))))
        last = made[-1] if made else None
        made.append(make_decision(action, who="x", photograph=SHA, finding=key, previous=last))
    assert valid(decided(review(measured, made)).inspection, tmp_path) == []
