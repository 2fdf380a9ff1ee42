"""What decisions do to findings, and that undo and redo go on without end."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.record.decisions.apply import review
from cracklens.record.decisions.finding import findings_of
from cracklens.record.decisions.history import holding, to_redo, to_undo
from cracklens.record.decisions.model import (
    Accept,
    Comment,
    Course,
    Draw,
    Element,
    Gauge,
    Join,
    Region,
    Reject,
    Scale,
    Split,
    State,
    Undo,
    make_decision,
)

SHA = ("a" * 64, "b" * 64)


def keys(inspection, photo=0):
    return [one.id for one in findings_of(inspection.photographs[photo])]


def one(inspection, decisions, key):
    return review(inspection, decisions).photographs[0].finding(key)


def test_without_decisions_the_word_of_the_model_stands(inspection):
    found = review(inspection, []).photographs[0]
    assert [(f.name, f.status, f.counts, f.probability) for f in found.findings] == [
        ("P001-C01", "open", True, 0.95),
        ("P001-C02", "open", True, 0.7),
        ("P001-R01", "open", False, 0.2),
    ]
    assert not any(f.moved for f in found.findings)


def test_a_line_is_accepted_or_rejected_and_the_record_stays(inspection, decide):
    before = inspection.model_dump_json()
    straight, forked, aside = keys(inspection)
    decide(Accept(), forked)
    decide(Reject(what="joint"), straight)
    made = decide(Accept(), aside)
    assert (one(inspection, made, forked).probability, one(inspection, made, forked).counts) == (
        1.0,
        True,
    )
    rejected = one(inspection, made, straight)
    assert (rejected.probability, rejected.counts, rejected.what) == (0.0, False, "joint")
    assert one(inspection, made, "P001-R01").counts
    assert inspection.model_dump_json() == before


def test_a_redrawn_line_is_accepted_and_measured_again(inspection, decide):
    key = keys(inspection)[0]
    made = decide(Course(lines=[[(10, 52), (60, 55), (95, 50)]]), key)
    found = one(inspection, made, key)
    assert found.lines_px == (((10, 52), (60, 55), (95, 50)),)
    assert found.moved
    assert found.status == "accepted"
    assert found.id == key


def test_joined_lines_are_one_with_the_id_of_the_first(inspection, decide):
    straight, forked, _ = keys(inspection)
    made = decide(Join(others=[forked]), straight)
    found = review(inspection, made).photographs[0]
    assert [f.id for f in found.findings if f.counts] == [straight]
    joined = found.finding(straight)
    assert len(joined.lines_px) == 4
    assert joined.length_px == pytest.approx(80 + 40 + 2 * 44.72, abs=0.1)


def test_a_split_line_is_two_and_branches_stay_with_their_part(inspection, decide):
    forked = keys(inspection)[1]
    made = decide(Split(branch=0, point=(30, 101)), forked)
    found = review(inspection, made).photographs[0]
    assert [f.name for f in found.findings] == [
        "P001-C01", "P001-C02-1", "P001-C02-2", "P001-R01",
    ]  # fmt: skip
    first, second = found.finding("P001-C02-1"), found.finding("P001-C02-2")
    assert first.lines_px == (((10, 100), (30, 100)),)
    assert len(second.lines_px) == 3
    assert second.lines_px[0] == ((30, 100), (50, 100))
    assert first.length_px + second.length_px == pytest.approx(40 + 2 * 44.72, abs=0.1)
    again = decide(Reject(what="scratch"), first.id)
    assert one(inspection, again, first.id).status == "rejected"


def test_parts_and_joined_lines_keep_what_was_decided_before(inspection, decide):
    straight, forked, _ = keys(inspection)
    decide(Comment(text="wet"), forked)
    decide(Split(branch=0, point=(30, 101)), forked)
    made = decide(Join(others=[f"{forked}-1"]), straight)
    photo = review(inspection, made).photographs[0]
    assert [d.number for d in photo.finding(f"{forked}-2").history] == [1, 2]
    assert [d.number for d in photo.finding(straight).history] == [1, 2, 3]


@pytest.mark.parametrize(
    "action", [Split(branch=7, point=(30, 100)), Split(branch=0, point=(0, 0))]
)
def test_a_split_that_is_none_is_listed(inspection, decide, action):
    found = review(inspection, decide(action, keys(inspection)[0]))
    assert [one.decision.number for one in found.not_applied] == [1]
    assert len(found.photographs[0].findings) == 3


def test_a_drawn_line_counts_and_can_be_rejected(inspection, decide):
    made = decide(Draw(lines=[[(5, 5), (60, 30)]]))
    drawn = one(inspection, made, "P001-D01")
    assert (drawn.origin, drawn.probability, drawn.counts) == ("drawn", 1.0, True)
    assert [d.kind for d in drawn.history] == ["draw"]
    made = decide(Reject(what="plant"), drawn.id)
    assert not one(inspection, made, drawn.id).counts


def test_what_is_said_of_a_finding_is_kept(inspection, decide):
    key = keys(inspection)[0]
    decide(Gauge(width_mm=0.4, standard_mm=0.05), key)
    decide(State(code="aashto-mbei", state="CS3", reason="water comes out"), key)
    decide(Comment(text="wet"), key)
    made = decide(Element(element="pier 2"), key)
    found = one(inspection, made, key)
    assert found.gauges[0].width_mm == 0.4
    assert found.states == {"aashto-mbei": ("CS3", "water comes out")}
    assert (found.comments, found.element) == (("wet",), "pier 2")
    assert [d.kind for d in found.history] == ["gauge", "state", "comment", "element"]
    assert found.status == "open"


def test_a_photograph_gets_a_scale_a_region_and_an_element(inspection, decide):
    decide(Scale(points=((0, 0), (100, 0)), distance_mm=50))
    decide(Region(polygon=[(0, 0), (10, 0), (10, 10)]))
    found = review(inspection, decide(Element(element="deck"))).photographs[0]
    assert found.scale.distance_mm == 50
    assert len(found.regions) == 1
    assert found.element == "deck"


def test_what_is_about_something_that_is_gone_is_listed(inspection, decide):
    straight, forked, _ = keys(inspection)
    decide(Join(others=[forked]), straight)
    decide(Accept(), forked)
    made = decide(Accept(), "f" * 64, photograph="c" * 64)
    found = review(inspection, made)
    assert {one.decision.number: one.reason for one in found.not_applied} == {
        2: "the finding is gone",
        3: "the photograph is not in this inspection",
    }


def test_undo_and_redo_in_turn(inspection, decide):
    straight = keys(inspection)[0]
    decide(Accept(), straight)
    made = decide(Reject(what="joint"), straight)
    made = decide(to_undo(made))
    assert one(inspection, made, straight).status == "accepted"
    made = decide(to_undo(made))
    assert one(inspection, made, straight).status == "open"
    with pytest.raises(UsageError, match="no decision to undo"):
        to_undo(made)
    made = decide(to_redo(made))
    assert one(inspection, made, straight).status == "accepted"
    made = decide(to_redo(made))
    assert one(inspection, made, straight).status == "rejected"
    with pytest.raises(UsageError, match="again"):
        to_redo(made)
    made = decide(to_undo(made))
    assert one(inspection, made, straight).status == "accepted"


def test_an_undo_of_what_is_not_made_yet_undoes_nothing(inspection, decide):
    straight = keys(inspection)[0]
    decide(Comment(text="first"), straight)
    early = decide(Undo(number=1), straight)[-1]
    of_later = early.model_copy(update={"payload": {"number": 3}})
    made = decide(Accept(), straight)
    assert [one.number for one in holding([made[0], of_later, made[2]])] == [1, 3]


def test_a_new_decision_ends_what_can_be_done_again(inspection, decide):
    straight = keys(inspection)[0]
    made = decide(Accept(), straight)
    decide(to_undo(made))
    made = decide(Reject(what="joint"), straight)
    with pytest.raises(UsageError):
        to_redo(made)


def test_what_an_approved_version_holds_is_not_undone_by_the_key(inspection, decide):
    made = decide(Accept(), keys(inspection)[0])
    with pytest.raises(UsageError, match="no decision to undo"):
        to_undo(made, closed=1)


ACTIONS = st.one_of(
    st.just(Accept()),
    st.just(Reject(what="joint")),
    st.just(Course(lines=[[(3.0, 3.0), (60.0, 70.0)]])),
    st.builds(Split, branch=st.integers(0, 3), point=st.tuples(*[st.floats(0, 150)] * 2)),
    st.just(Comment(text="seen")),
    st.just(Gauge(width_mm=0.2, standard_mm=0.05)),
    st.just(Element(element="pier")),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_sequence_applies_and_undo_with_redo_changes_nothing(inspection, data):
    made = []

    def add(action, finding=None):
        made.append(
            make_decision(
                action,
                who="x",
                photograph=SHA[0],
                finding=finding,
                previous=made[-1] if made else None,
            )
        )

    for _ in range(data.draw(st.integers(1, 12))):
        known = [f.id for f in review(inspection, made).photographs[0].findings]
        choice = data.draw(st.integers(0, 9))
        if choice == 0 and made:
            add(Undo(number=data.draw(st.integers(1, len(made)))))
        elif choice == 1:
            add(Draw(lines=[[(1.0, 1.0), (40.0, 90.0)]]))
        elif choice == 2:
            add(Join(others=[data.draw(st.sampled_from(known))]), data.draw(st.sampled_from(known)))
        else:
            add(data.draw(ACTIONS), data.draw(st.sampled_from([*known, "f" * 64])))
    before = review(inspection, made).photographs[0]
    assert {d.number for d in holding(made)} <= {d.number for d in made}
    try:
        undo = to_undo(made)
    except UsageError:
        return
    add(undo)
    add(to_redo(made))
    after = review(inspection, made).photographs[0]
    assert [(f.id, f.status, f.lines_px, f.comments) for f in after.findings] == [
        (f.id, f.status, f.lines_px, f.comments) for f in before.findings
    ]
