"""Decisions about a folder: named, checked, written."""

import json

import jsonschema
import pytest

from cracklens.errors import DataNotFoundError, OutputError, UsageError
from cracklens.record.decisions import (
    Accept,
    Comment,
    Draw,
    Element,
    Join,
    Journal,
    Region,
    Scale,
    Split,
    State,
    approvals,
    approve,
    decide,
    findings_of,
    listed,
    listing_text,
    review,
    take_back,
)
from cracklens.record.decisions.typed import Typed, action_of
from cracklens.schemas import read_schema


@pytest.fixture
def folder(inspection, tmp_path):
    inspection.save(tmp_path)
    return tmp_path


def by(folder, about, name, **typed):
    return decide(folder, about, action_of(name, Typed(**typed)), who="A. Smith")


def seen(folder, inspection):
    return review(inspection, Journal(folder).read())


def text_of(folder, inspection):
    return listing_text(seen(folder, inspection), approvals(folder))


@pytest.mark.parametrize("name", ["short", "whole id", "begin of the id"])
def test_a_finding_is_named_in_three_ways(folder, inspection, name):
    key = findings_of(inspection.photographs[0])[1].id
    about = {"short": "P001-C02", "whole id": key, "begin of the id": key[:8]}[name]
    assert by(folder, about, "accept").finding == key
    assert seen(folder, inspection).photograph("P001").finding(key).status == "accepted"


def test_a_name_that_is_none_gets_a_hint(folder):
    with pytest.raises(DataNotFoundError, match="did you mean"):
        by(folder, "P001-C3", "accept")
    with pytest.raises(DataNotFoundError, match="name the output"):
        by(folder / "none", "P001", "accept")


EVERY = [
    ("P001-C01", "accept", {}),
    ("P001-R01", "reject", {"kind": "other", "reason": "a wire"}),
    ("P001-C01", "course", {"lines": "10,52 60,55; 60,55 95,50"}),
    ("P001-C02", "gauge", {"width_mm": "0,4", "at": "50,100"}),
    ("P001-C02", "state", {"state": "aashto-mbei=CS3", "reason": "water comes out"}),
    ("P001-C02", "comment", {"text": "wet"}),
    ("P001-C02", "element", {"element": "Pier 3"}),
    ("P002", "element", {"element": "Pier 4"}),
    ("P001-C02", "split", {"at": "30,101"}),
    ("P001-C02-1", "join", {"join": ["P001-R01"]}),
    ("P001", "draw", {"lines": "5,5 60,30"}),
    ("P001", "scale", {"points": "10,10 110,10", "distance_mm": "50"}),
    ("P002", "scale", {"mm_per_px": "0.25"}),
    ("P001", "region", {"points": "0,0 10,0 10,10"}),
]


@pytest.fixture
def decided(folder):
    for about, name, typed in EVERY:
        by(folder, about, name, **typed)
    take_back(folder, "P001", who="B. Jones")
    return folder


def test_every_kind_can_be_typed_and_each_line_fits_the_published_schema(decided, inspection):
    found = seen(decided, inspection)
    assert found.not_applied == ()
    assert len(found.decisions) == len(EVERY) + 1
    schema = jsonschema.Draft202012Validator(read_schema("decision-1"))
    for line in Journal(decided).file.read_text(encoding="utf-8").splitlines():
        schema.validate(json.loads(line))
    other = json.loads(line) | {"kind": "gauge"}
    assert not schema.is_valid(other)
    assert not schema.is_valid(json.loads(line) | {"more": 1})


def test_an_approval_fits_its_schema(decided):
    file = approve(decided, who="B", role="inspector")
    schema = jsonschema.Draft202012Validator(read_schema("approval-1"))
    schema.validate(json.loads(file.read_text(encoding="utf-8")))


def test_the_list_names_who_when_and_what_in_80_columns(decided, inspection):
    approve(decided, who="C. " + "Long" * 30, role="inspector")
    by(decided, "P001-C02-2", "comment", text="later " * 40)
    said = text_of(decided, inspection)
    assert max(map(len, said.splitlines())) <= 80
    rows = said.splitlines()
    assert rows[1].split()[0] == "1"
    assert "A. Smith" in rows[1]
    assert "P001-C01" in rows[1]
    assert "accepted as a crack" in rows[1]
    flat = " ".join(said.split())
    assert "a part marked as no concrete (undone)" in flat
    assert "rejected, a wire" in flat
    assert flat.index("version 1 approved by C. Long") < flat.index("later later")
    assert "on another line than the model's: P001-C01, P001-C02-1" in flat


def test_without_decisions_the_list_says_so(folder, inspection):
    assert text_of(folder, inspection) == "no decisions yet"


def test_what_could_not_be_applied_stands_in_the_list(folder, inspection):
    by(folder, "P001-C01", "accept")
    fewer = inspection.model_copy(update={"photographs": inspection.photographs[1:]})
    (row,) = listed(seen(folder, fewer))
    assert row.not_applied == "the photograph is not in this inspection"
    assert row.content()["holds"]
    assert "1 could not be applied" in listing_text(seen(folder, fewer), [])


def test_a_number_and_a_photograph_are_taken_back_and_done_again(folder, inspection):
    by(folder, "P001-C01", "accept")
    by(folder, "P001-C01", "comment", text="seen")
    take_back(folder, "1", who="A")
    finding = seen(folder, inspection).photograph("P001").finding("P001-C01")
    assert (finding.status, finding.comments) == ("open", ("seen",))
    with pytest.raises(UsageError, match="undone already"):
        take_back(folder, "1", who="A")
    take_back(folder, "1", who="A", again=True)
    assert seen(folder, inspection).photograph("P001").finding("P001-C01").status == "accepted"
    with pytest.raises(UsageError, match="holds"):
        take_back(folder, "1", who="A", again=True)
    with pytest.raises(DataNotFoundError, match="no decision 9"):
        take_back(folder, "9", who="A")
    with pytest.raises(UsageError, match="no decision to undo"):
        take_back(folder, "P002", who="A")


@pytest.mark.parametrize(
    ("about", "action", "said"),
    [
        ("P001", Accept(), "P001 is a photograph"),
        ("P001-C01", Split(branch=0, point=(10, 50)), "split cannot be"),
        ("P001-C01", Join(others=["P001-C01"]), "join cannot be"),
        ("P001", Draw(lines=[[(5, 5), (260, 30)]]), "outside photograph P001 of 200 x 150"),
        ("P001", Draw(lines=[[(5, 5), (5, 5)]]), "at one place"),
        ("P001", Region(polygon=[(0, 0), (1, -9), (4, 4)]), "outside"),
        ("P001", Scale(points=((1, 1), (2, 2)), distance_mm=5), "too few for a scale"),
        ("P001", Scale(mm_per_px=900), "cannot be right"),
        ("P001-C01", State(code="aashto", state="CS3", reason="x"), "no code 'aashto'"),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_written(folder, about, action, said):
    with pytest.raises(UsageError, match=said):
        decide(folder, about, action, who="A")
    assert Journal(folder).read() == []


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("acept", {}, "did you mean 'accept'"),
        ("accept", {"kind": "joint"}, "--kind says nothing about accept"),
        ("reject", {}, "say --kind"),
        ("reject", {"kind": "joints"}, "did you mean 'joint'"),
        ("gauge", {}, "say --width-mm"),
        ("gauge", {"width_mm": "wide"}, "no number"),
        ("gauge", {"width_mm": "-1"}, "greater than 0"),
        ("state", {"state": "CS3"}, "CODE=STATE"),
        ("state", {"state": "aashto-mbei=CS3"}, "say --reason"),
        ("join", {}, "say --with"),
        ("split", {"at": "1,2 3,4"}, "needs 1 point"),
        ("draw", {"lines": "1,2 x"}, "no point"),
        ("draw", {"lines": "1,2"}, "at least 2"),
        ("scale", {"mm_per_px": "1", "distance_mm": "4"}, "give --mm-per-px, or"),
        ("scale", {"points": "1,2 nan,4", "distance_mm": "4"}, "no point of a photograph"),
    ],
)
def test_what_is_typed_wrongly_is_told(name, typed, said):
    with pytest.raises(UsageError, match=said):
        action_of(name, Typed(**typed))


def test_a_person_who_saw_less_is_refused(folder):
    by(folder, "P001-C01", "accept")
    with pytest.raises(OutputError, match="somebody else"):
        decide(folder, "P001-C01", Comment(text="late"), who="B", expected=0)
    with pytest.raises(OutputError, match="somebody else"):
        take_back(folder, "P001", who="B", expected=0)
    assert decide(folder, "P001", Element(element="deck"), who="B", expected=1).number == 2
