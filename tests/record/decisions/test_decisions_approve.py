"""A version that was approved: every later change shows."""

import json

import pytest

from cracklens.errors import DataError, OutputError
from cracklens.record.decisions.approve import approval_problems, approvals, approve
from cracklens.record.decisions.finding import findings_of
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import Accept, make_decision


@pytest.fixture
def folder(inspection, tmp_path):
    inspection.save(tmp_path)
    return tmp_path


def accept(folder, inspection, number):
    photo = inspection.photographs[0]
    finding = findings_of(photo)[number].id
    return Journal(folder).append(
        lambda before: make_decision(
            Accept(),
            who="A",
            photograph=photo.sha256,
            finding=finding,
            previous=before[-1] if before else None,
            version=len(approvals(folder)) + 1,
        )
    )


def test_a_version_names_who_and_holds_everything(folder, inspection):
    last = accept(folder, inspection, 0)
    approve(folder, who="B. Jones", role="inspector")
    (found,) = approvals(folder)
    assert (found.version, found.who, found.role, found.decisions) == (
        1,
        "B. Jones",
        "inspector",
        1,
    )
    assert found.last_decision_sha256 == last.sha256
    assert approval_problems(folder) == []


def test_decisions_after_it_belong_to_the_next_version(folder, inspection):
    accept(folder, inspection, 0)
    approve(folder, who="B", role="inspector")
    assert accept(folder, inspection, 1).version == 2
    assert approval_problems(folder) == []
    approve(folder, who="C", role="engineer")
    assert [one.version for one in approvals(folder)] == [1, 2]
    assert approval_problems(folder) == []


def test_nothing_new_is_not_approved_again(folder):
    approve(folder, who="B", role="inspector")
    with pytest.raises(OutputError, match="nothing was decided since version 1"):
        approve(folder, who="B", role="inspector")


def test_a_person_who_saw_less_is_told(folder, inspection):
    accept(folder, inspection, 0)
    with pytest.raises(OutputError, match="decision 1 is the last one"):
        approve(folder, who="B", role="inspector", expected=0)


def test_a_changed_record_shows(folder, inspection):
    approve(folder, who="B", role="inspector")
    inspection.model_copy(update={"limits": ["none"]}).save(folder)
    assert approval_problems(folder) == ["inspection.json was changed since version 1 was approved"]
    with pytest.raises(DataError, match="cannot be approved"):
        approve(folder, who="B", role="inspector")


def test_removed_decisions_show(folder, inspection):
    accept(folder, inspection, 0)
    accept(folder, inspection, 1)
    approve(folder, who="B", role="inspector")
    lines = Journal(folder).file.read_text(encoding="utf-8").splitlines(keepends=True)
    Journal(folder).file.write_text(lines[0], encoding="utf-8")
    assert approval_problems(folder) == ["version 1: 1 of its decisions are missing"]


def test_another_history_of_the_same_length_shows(folder, inspection):
    accept(folder, inspection, 0)
    approve(folder, who="B", role="inspector")
    Journal(folder).file.unlink()
    accept(folder, inspection, 1)
    assert approval_problems(folder) == [
        "version 1: its decisions were changed after it was approved"
    ]


def test_a_changed_or_missing_version_shows(folder, inspection):
    approve(folder, who="B", role="inspector")
    accept(folder, inspection, 0)
    approve(folder, who="B", role="inspector")
    file = folder / "approved-1.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(content | {"who": "Somebody else"}), encoding="utf-8")
    assert approval_problems(folder) == ["approved-1.json was changed after version 2 was approved"]
    file.unlink()
    assert "approved-1.json is missing" in approval_problems(folder)[0]
