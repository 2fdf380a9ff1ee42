"""The report with the decisions of people in it."""

import csv
import json
import shutil

import pytest

import cracklens
from cracklens.errors import DataNotFoundError, OutputError
from cracklens.record.decisions import (
    Accept,
    Comment,
    Draw,
    Gauge,
    Journal,
    Reject,
    approve,
    decide,
)
from cracklens.record.schema import Inspection


@pytest.fixture
def folder(measured_walls, tmp_path):
    return shutil.copytree(measured_walls / "out", tmp_path / "out")


def rows(folder, name):
    with (folder / "tables" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_without_a_decision_the_tables_are_those_of_the_model(folder):
    done = cracklens.report(folder)
    assert (done.decisions, done.approved, done.unmeasured) == (0, None, {})
    assert rows(done.folder, "cracks.csv") == rows(folder, "cracks.csv")
    assert rows(done.folder, "quantities.csv") == rows(folder, "quantities.csv")
    assert "Not approved." in (done.folder / "report.html").read_text("utf-8")


def test_report_tables_and_overlays_follow_the_decisions(folder):
    before = (folder / "inspection.json").read_bytes()
    old = {path.name: path.read_bytes() for path in (folder / "overlays").iterdir()}
    first = Inspection.load(folder).photographs[0].cracks[0].id
    decide(folder, first, Reject(what="joint", reason="of the formwork"), who="A. Smith")
    decide(folder, "P002", Draw(lines=[[(20, 30), (200, 60)]]), who="A. Smith")
    decide(folder, "P002-C01", Accept(), who="A. Smith")
    decide(folder, "P002-C01", Gauge(width_mm=0.7, standard_mm=0.05), who="A. Smith")
    decide(folder, "P002-C01", Comment(text="wet <b>inside</b>"), who="A. Smith")
    approve(folder, who="B. Jones", role="engineer")
    done = cracklens.report(folder)
    ids = [row["crack_id"] for row in rows(done.folder, "cracks.csv")]
    assert first not in ids
    assert "P002-D01" in ids
    aside = rows(done.folder, "rejected.csv")
    assert any(row["detail"] == "a joint: of the formwork, by A. Smith" for row in aside)
    page = (done.folder / "report.html").read_text("utf-8")
    assert "Version 1, approved" in page
    assert "a crack, accepted" in page
    assert "a crack, drawn by hand" in page
    assert "0.7 mm ± 0.1 mm" in page
    assert "wet &lt;b&gt;inside" in page
    assert (folder / "inspection.json").read_bytes() == before
    new = {path.name: path.read_bytes() for path in (done.folder / "overlays").iterdir()}
    assert new.keys() == old.keys()
    assert all(new[name] != old[name] for name in old)
    saved = json.loads((done.folder / "reviewed.json").read_text("utf-8"))
    assert saved["quantities"]["length_m"] == pytest.approx(
        done.inspection.quantities.length_m, abs=1e-4
    )


def test_later_decisions_are_said_to_be_not_approved(folder):
    decide(folder, "P001", Comment(text="seen"), who="A")
    approve(folder, who="B", role="engineer")
    decide(folder, "P001", Comment(text="seen again"), who="A")
    done = cracklens.report(folder)
    assert (done.approved, done.later) == (1, 1)
    page = (done.folder / "report.html").read_text("utf-8")
    assert "Not approved." in page
    assert "1 came after version 1" in page


def test_a_photograph_that_is_gone_has_no_old_picture(folder, tmp_path):
    record = Inspection.load(folder)
    record.model_copy(update={"root": str(tmp_path / "nowhere")}).save(folder)
    decide(folder, "P002", Draw(lines=[[(20, 30), (200, 60)]]), who="A")
    done = cracklens.report(folder)
    assert done.undrawn == ("P002",)
    assert "is no longer there" in done.unmeasured["P002-D01"]
    names = [path.name for path in (done.folder / "overlays").iterdir()]
    assert [name for name in names if name.startswith("P002")] == []
    assert "is no longer there" in (done.folder / "report.html").read_text("utf-8")


def test_a_report_replaces_its_own_and_nothing_else(folder, tmp_path):
    cracklens.report(folder)
    cracklens.report(folder)
    other = tmp_path / "mine"
    other.mkdir()
    (other / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="not written by cracklens"):
        cracklens.report(folder, other)
    (folder / "reviewed" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        cracklens.report(folder)


def test_regrading_removes_the_report_but_no_file_of_a_person(folder):
    cracklens.report(folder)
    cracklens.regrade(folder, mm_per_px=0.2, pictures=False)
    assert not (folder / "reviewed").exists()
    cracklens.report(folder)
    (folder / "reviewed" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        cracklens.regrade(folder, mm_per_px=0.1, pictures=False)
    assert (folder / "reviewed" / "notes.txt").is_file()


def test_no_inspection(tmp_path):
    with pytest.raises(DataNotFoundError, match="holds no inspection"):
        cracklens.report(tmp_path)


def test_history_that_was_changed_is_refused(folder):
    decide(folder, "P001", Comment(text="seen"), who="A")
    journal = Journal(folder).file
    journal.write_text(journal.read_text("utf-8").replace("seen", "never"), encoding="utf-8")
    with pytest.raises(cracklens.DataError):
        cracklens.report(folder)
