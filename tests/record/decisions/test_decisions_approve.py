"""A version that was approved: every later change shows."""

import json
import threading

import pytest

from cracklens.errors import DataError, OutputError, UsageError
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
    assert approval_problems(folder)[0] == (
        "version 1: its decisions were changed after it was approved"
    )


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


def test_an_approval_without_a_name_is_refused(folder):
    with pytest.raises(UsageError, match="needs who, role"):
        approve(folder, who=" ", role="")
    assert approvals(folder) == []


def test_a_folder_without_a_record_is_not_approved_and_stays_empty(tmp_path):
    with pytest.raises(DataError, match="name the output"):
        approve(tmp_path, who="B", role="inspector")
    assert list(tmp_path.iterdir()) == []


def test_a_decision_of_another_version_shows(folder, inspection):
    approve(folder, who="B", role="inspector")
    photo = inspection.photographs[0]
    Journal(folder).append(
        lambda before: make_decision(
            Accept(), who="A", photograph=photo.sha256, finding=findings_of(photo)[0].id
        )
    )
    assert approval_problems(folder) == ["decision 1 says version 1 and belongs to version 2"]


def test_nobody_decides_while_a_version_is_closed(folder, inspection):
    late = threading.Thread(target=accept, args=(folder, inspection, 0))
    with Journal(folder).closed() as known:
        late.start()
        late.join(0.3)
        assert late.is_alive()
        assert known == Journal(folder).read() == []
    late.join()
    assert len(Journal(folder).read()) == 1


def test_two_who_approve_at_once_do_not_overwrite_each_other(folder, inspection):
    accept(folder, inspection, 0)
    said = []

    def close(who):
        try:
            said.append(approve(folder, who=who, role="inspector").name)
        except OutputError as error:
            said.append(str(error))

    both = [threading.Thread(target=close, args=(who,)) for who in "AB"]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == [
        "approved-1.json", "nothing was decided since version 1 was approved",
    ]  # fmt: skip
