"""Decisions carried over to another inspection of the same photographs."""

from cracklens.record.decisions.apply import review
from cracklens.record.decisions.carry import carry_into, carry_over
from cracklens.record.decisions.finding import findings_of
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import Accept, Draw, Gauge, Join, Reject, Split
from cracklens.record.schema import Inspection


def keys(inspection):
    return [one.id for one in findings_of(inspection.photographs[0])]


def moved(inspection, shift):
    """The same inspection by a model whose lines lie elsewhere."""
    content = inspection.model_dump(mode="json")
    for crack in content["photographs"][0]["cracks"]:
        for branch in crack["branches"]:
            branch["points_px"] = [(x + 0.4, y + shift) for x, y in branch["points_px"]]
    return Inspection.model_validate(content)


def test_decisions_follow_to_what_lies_at_the_same_place(inspection, decide):
    new = moved(inspection, 3)
    straight, forked, aside = keys(inspection)
    decide(Accept(), straight)
    decide(Reject(what="joint"), forked)
    made = decide(Accept(), aside)
    carried, lost = carry_over(made, inspection, new)
    assert lost == []
    assert [one.finding for one in carried] == keys(new)
    assert keys(new)[:2] != [straight, forked]


def test_what_is_no_longer_found_is_listed(inspection, decide):
    made = decide(Accept(), keys(inspection)[0])
    carried, lost = carry_over(made, inspection, moved(inspection, 20))
    assert carried == []
    assert [one.reason for one in lost] == ["no line of the new inspection lies at the same place"]


def test_a_photograph_that_is_gone_is_listed(inspection, decide):
    made = decide(Accept(), keys(inspection)[0])
    fewer = inspection.model_copy(update={"photographs": inspection.photographs[1:]})
    _, lost = carry_over(made, inspection, fewer)
    assert [one.reason for one in lost] == ["the photograph is not in the new inspection"]


def test_a_join_follows_and_a_split_does_not(inspection, decide):
    straight, forked, _ = keys(inspection)
    decide(Join(others=[forked]), straight)
    decide(Draw(lines=[[(1, 1), (50, 20)]]))
    made = decide(Split(branch=0, point=(40, 50)), straight)
    new = moved(inspection, 2)
    carried, lost = carry_over(made, inspection, new)
    assert (carried[0].finding, carried[0].others) == (keys(new)[0], (keys(new)[1],))
    assert carried[1].finding is None
    assert [one.decision.kind for one in lost] == ["split"]


def test_what_is_about_a_drawn_line_goes_along(inspection, decide, tmp_path):
    """A drawn line that was rejected later must not come back as a crack."""
    straight, *_ = keys(inspection)
    decide(Accept(), straight)
    decide(Draw(lines=[[(1, 1), (50, 20)]]))
    made = decide(Draw(lines=[[(5, 140), (150, 140)]]))
    first, second = (
        review(inspection, made).photographs[0].finding(f"P001-D0{number}").id for number in (1, 2)
    )
    decide(Reject(what="scratch"), first)
    decide(Gauge(width_mm=0.4, standard_mm=0.05), second)
    made = decide(Join(others=[straight]), second)
    new = moved(inspection, 2)
    carried, lost = carry_over(made, inspection, new)
    assert lost == []
    journal = Journal(tmp_path)
    written = carry_into(journal, carried)
    assert journal.read() == written
    assert [(one.who, one.when) for one in written] == [(one.who, one.when) for one in made]
    photo = review(new, written).photographs[0]
    assert photo.not_applied == ()
    assert not photo.finding("P001-D01").counts
    assert photo.finding("P001-D02").gauges[0].width_mm == 0.4
    assert len(photo.finding("P001-D02").lines_px) == 2


def test_carried_decisions_follow_those_that_are_there(inspection, decide, tmp_path):
    key = keys(inspection)[0]
    made = list(decide(Accept(), key))
    journal = Journal(tmp_path)
    carried, _ = carry_over(made, inspection, inspection)
    carry_into(journal, carried)
    carry_into(journal, carried, version=2)
    assert [(one.number, one.version) for one in journal.read()] == [(1, 1), (2, 2)]


def test_a_join_of_what_is_one_line_there_is_listed(inspection, decide):
    straight, forked, _ = keys(inspection)
    made = decide(Join(others=[forked]), straight)
    content = inspection.model_dump(mode="json")
    first, second = content["photographs"][0]["cracks"]
    first["branches"] = [*first["branches"], *second["branches"]]
    content["photographs"][0]["cracks"] = [first]
    carried, lost = carry_over(made, inspection, Inspection.model_validate(content))
    assert (len(carried), len(lost)) == (0, 1)


def test_parts_of_a_split_are_listed_with_their_own_reason(inspection, decide):
    key = keys(inspection)[0]
    decide(Split(branch=0, point=(40, 50)), key)
    made = decide(Reject(what="joint"), f"{key}-1")
    _, lost = carry_over(made, inspection, inspection)
    assert ["is not carried" in one.reason for one in lost] == [True, True]
