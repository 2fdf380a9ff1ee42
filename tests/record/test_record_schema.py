"""The record survives a round trip, and says which field is wrong."""

import json

import jsonschema
import pytest

from cracklens.errors import DataError, OutputError
from cracklens.record.schema import Inspection
from cracklens.record.validate import find_problems
from cracklens.schemas import read_schema


def content_of(folder):
    return json.loads((folder / "inspection.json").read_text(encoding="utf-8"))


def rewrite(folder, change):
    content = content_of(folder)
    change(content)
    (folder / "inspection.json").write_text(json.dumps(content), encoding="utf-8")


def test_what_is_saved_is_loaded_from_folder_and_file(inspection, saved):
    assert Inspection.load(saved) == inspection
    assert Inspection.load(saved / "inspection.json") == inspection
    other = inspection.save(saved / "other.json")
    assert other.read_bytes() == (saved / "inspection.json").read_bytes()
    assert Inspection.load(other) == inspection


def test_the_file_is_that_of_pydantic_with_a_photograph_per_line(inspection, saved):
    text = (saved / "inspection.json").read_text(encoding="utf-8")
    assert json.loads(text) == inspection.model_dump(mode="json")
    assert "Brücke 7" in text
    (line,) = [line for line in text.splitlines() if '"P001"' in line]
    assert json.loads(line.strip().rstrip(",")) == inspection.photographs[0].model_dump(mode="json")
    assert list(json.loads(text))[:2] == ["schema_version", "cracklens_version"]


def test_an_empty_inspection_is_json_too(inspection, tmp_path):
    empty = inspection.model_copy(update={"photographs": [], "failed": [], "configuration": {}})
    empty.save(tmp_path)
    assert Inspection.load(tmp_path) == empty


def test_the_published_schema_knows_the_record(saved):
    schema = read_schema("inspection-3")
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    content = content_of(saved)
    validator.validate(content)
    for wrong in (
        content | {"surprise": 1},
        content | {"schema_version": 2},
        {key: value for key, value in content.items() if key != "limits"},
    ):
        assert not validator.is_valid(wrong)
    content["photographs"][0]["cracks"][0]["confidence"] = 1.5
    assert not validator.is_valid(content)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda c: c["photographs"][0].pop("sha256"), "photographs.0.sha256: Field required"),
        (
            lambda c: c["photographs"][0]["cracks"][1].update(confidence=2),
            "photographs.0.cracks.1.confidence",
        ),
        (lambda c: c.update(surprise=1), "surprise: Extra inputs"),
        (lambda c: c.update(schema_version="one"), "schema_version"),
    ],
)
def test_the_field_that_is_wrong_is_named(saved, change, named):
    rewrite(saved, change)
    with pytest.raises(DataError, match=r"inspection\.json is not a valid inspection: ") as found:
        Inspection.load(saved)
    assert named in str(found.value)


def test_a_record_of_the_future_says_to_upgrade(saved):
    rewrite(saved, lambda c: c.update(schema_version=4, photographs="in a new way"))
    with pytest.raises(DataError, match=r"schema 4; .* reads up to 3: upgrade with pip"):
        Inspection.load(saved)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not an inspection"),
        ('{"photographs": []}', "no schema_version"),
        (b"\xff", "is not JSON"),
    ],
)
def test_other_files_are_refused(tmp_path, text, said):
    file = tmp_path / "inspection.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=said):
        Inspection.load(tmp_path)


def test_a_folder_without_a_record_is_named(tmp_path):
    with pytest.raises(DataError, match="name the output of `inspect`"):
        Inspection.load(tmp_path)


def test_a_place_that_cannot_be_written_is_said(inspection, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        inspection.save(tmp_path / "file" / "below")


def test_numbers_that_are_none_cannot_enter(inspection):
    content = inspection.model_dump()
    content["photographs"][0]["cracks"][0]["length_px"] = float("nan")
    with pytest.raises(ValueError, match="finite"):
        Inspection.model_validate(content)


@pytest.mark.parametrize("version", [1, 2])
def test_a_record_of_an_older_schema_is_converted(inspection, saved, version):
    def change(content):
        content["schema_version"] = version
        for crack in content["photographs"][0]["cracks"]:
            for new in ("probability", "kinds", "continues", "network"):
                crack.pop(new)
            crack["branches"][0].pop("inferred")
            if version == 1:
                for measured in ("measurement", "grades", "priority"):
                    crack.pop(measured)

    rewrite(saved, change)
    assert Inspection.load(saved) == inspection
    assert find_problems(saved) == []


def test_states_of_an_older_schema_say_that_they_hold_of_a_crack_only(saved):
    def change(content):
        content["schema_version"] = 2
        grade = {
            "code": "aashto-mbei", "title": "", "clause": "", "kind": "inspection state",
            "verified": "primary", "states": {"CS3": 1.0}, "stated": "CS3", "text": "CS3 > 0.99",
            "refused": None, "basis": [], "notes": [],
        }  # fmt: skip
        refused = grade | {"states": {}, "stated": None, "text": "not graded", "refused": "why"}
        term = {"name": "severity", "value": 0.5, "weight": 40}
        texts = ("width 0.80 mm: 0.30 to 1.27 mm > 0.99", "1.50 m long; 3 m count as 1")
        content["photographs"][0]["cracks"][0] |= {
            "grades": [grade, refused],
            "priority": {"score": 50, "note": "", "terms": [term | {"text": t} for t in texts]},
        }

    rewrite(saved, change)
    crack = Inspection.load(saved).photographs[0].cracks[0]
    assert [grade.text for grade in crack.grades] == ["if a crack, CS3 > 0.99", "not graded"]
    assert [term.text for term in crack.priority.terms] == [
        "if a crack, width 0.80 mm: 0.30 to 1.27 mm > 0.99",
        "1.50 m long; 3 m count as 1",
    ]
    assert (crack.priority.if_crack, crack.priority.probability) == (50, None)
    assert find_problems(saved) == []


@pytest.mark.parametrize("wrong", [7, [7], [{"grades": 7}], [{"priority": {"terms": [None]}}]])
def test_a_fault_in_an_older_record_is_named_and_no_traceback(saved, wrong):
    def change(content):
        content["schema_version"] = 2
        content["photographs"][0]["cracks"] = wrong

    rewrite(saved, change)
    with pytest.raises(DataError, match=r"photographs\.0\.cracks"):
        Inspection.load(saved)
