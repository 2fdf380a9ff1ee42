"""Decisions carried over to another inspection of the same photographs."""

from cracklens.record.decisions.carry import carry_over
from cracklens.record.decisions.finding import findings_of
from cracklens.record.decisions.model import Accept, Draw, Join, Reject, Split
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
