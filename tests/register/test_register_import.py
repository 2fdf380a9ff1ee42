import datetime as dt
import json
import shutil
import threading

import pytest
from PIL import Image
from sqlalchemy import func, select

from cracklens.errors import DataError, DataNotFoundError, OutputError
from cracklens.files import INSPECTION
from cracklens.record.decisions import JOURNAL
from cracklens.record.finding_keys import finding_key, finding_keys
from cracklens.record.schema import Inspection
from cracklens.record.validate import find_problems
from cracklens.register.database import open_register
from cracklens.register.decisions import append_decision, decisions_of
from cracklens.register.export_inspection import export_inspection, read_inspection
from cracklens.register.import_inspection import VisitFacts, import_inspection
from cracklens.register.schema import (
    Base,
    Finding,
    InspectionRow,
    Photograph,
    Result,
    StateQuantity,
    Visit,
)
from register_records import decision_lines


def counts(register):
    with register.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


def grown(inspection, extra="2" * 64):
    """Return the record after another photograph was inspected; the first one is P001 still."""
    photos = inspection.photographs
    new = photos[0].model_copy(update={"id": "P003", "path": "c2.jpg", "sha256": extra})
    return inspection.model_copy(update={"photographs": [*photos, new], "failed": []})


def test_an_import_fills_the_columns_that_pages_sort_by(register, folder):
    done = import_inspection(register, folder, "Bridge", VisitFacts(inspector="Ada", weather="dry"))
    assert (done.version, done.added, done.changed, done.unchanged) == (1, 2, 0, 0)
    with register.reading() as session:
        visit = session.get_one(Visit, done.visit_id)
        assert (visit.date.isoformat(), visit.inspector, visit.weather) == (
            "2026-05-04", "Ada", "dry",
        )  # fmt: skip
        first, second = session.scalars(select(Photograph).order_by(Photograph.short_name))
        assert (first.path, first.urgency, first.cracks, first.unsure) == ("north/a.jpg", 40, 2, 3)
        assert (second.urgency, second.cracks, second.seen) == (-1, 0, False)
        lines = session.scalars(select(Finding).order_by(Finding.position)).all()
        assert [line.short_name for line in lines] == ["P001-C01", "P001-C02", "P001-R01"]
        assert (lines[0].state, lines[0].state_probability, lines[0].max_width_mm) == (
            "CS2", 0.75, 0.4,
        )  # fmt: skip
        assert (lines[1].doubt, lines[2].kind, lines[2].state) == (1.0, "rejected", None)
        rows = session.scalars(select(StateQuantity).order_by(StateQuantity.state)).all()
        assert [(row.state, round(row.cracks, 6), round(row.length_m, 6)) for row in rows] == [
            ("CS1", 0.35, 0.7),
            ("CS2", 1.05, 2.1),
        ]


def test_importing_twice_changes_nothing(register, folder):
    first = import_inspection(register, folder, "Bridge")
    before = counts(register)
    again = import_inspection(register, folder, "Bridge")
    assert counts(register) == before
    assert (again.known, again.version, again.visit_id) == (True, 1, first.visit_id)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)


def test_a_grown_inspection_adds_only_what_is_new(register, folder, inspection):
    first = import_inspection(register, folder, "Bridge")
    before = counts(register)
    grown(inspection).save(folder)
    second = import_inspection(register, folder, "Bridge")
    assert (second.visit_id, second.version) == (first.visit_id, 2)
    assert (second.added, second.changed, second.unchanged) == (1, 0, 2)
    more = {name: count - before[name] for name, count in counts(register).items()}
    assert more.pop("inspected") == 3
    assert more.pop("finding") == 3
    assert (more.pop("state_quantity"), more.pop("element_total")) == (2, 0)
    assert {name: count for name, count in more.items() if count} == {
        "inspection": 1, "photograph": 1, "result": 1,
    }  # fmt: skip
    with register.reading() as session:
        assert read_inspection(session, first.visit_id, 1) == inspection
        assert read_inspection(session, first.visit_id) == grown(inspection)


def test_a_new_result_is_shown_and_the_old_one_kept(register, folder, inspection):
    visit = import_inspection(register, folder, "Bridge").visit_id
    first = inspection.photographs[0]
    other = first.model_copy(update={"cracks": first.cracks[:1], "rejected": []})
    changed = inspection.model_copy(update={"photographs": [other, inspection.photographs[1]]})
    changed.save(folder)
    done = import_inspection(register, folder, "Bridge")
    assert (done.added, done.changed, done.unchanged) == (0, 1, 1)
    with register.reading() as session:
        shown = session.scalars(select(Finding.short_name).where(Finding.current.is_(True)))
        assert shown.all() == ["P001-C01"]
        photograph = session.scalar(select(Photograph).where(Photograph.short_name == "P001"))
        assert (photograph.cracks, photograph.unsure) == (1, 1)
        current = select(Result.photograph_id, func.count()).where(Result.current.is_(True))
        assert {n for _, n in session.execute(current.group_by(Result.photograph_id))} == {1}
        assert read_inspection(session, visit, 1) == inspection
    inspection.save(folder)  # the first one again: a version that is known
    assert import_inspection(register, folder, "Bridge").version == 1


def test_imports_at_the_same_time_leave_one_of_everything(register, folder, inspection, place):
    done, told, start = [], [], threading.Barrier(4)

    def run():
        with open_register(place) as mine:
            start.wait()
            try:
                done.append(import_inspection(mine, folder, "Bridge"))
            except OutputError as error:
                told.append(str(error))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("at the same time" in each for each in told)
    assert sum(not each.known for each in done) == 1
    again = import_inspection(register, folder, "Bridge")
    assert (again.known, again.version) == (True, 1)
    assert {name: counts(register)[name] for name in ("visit", "photograph", "finding")} == {
        "visit": 1, "photograph": 2, "finding": 3,
    }  # fmt: skip
    with register.reading() as session:
        assert read_inspection(session, again.visit_id) == inspection


def test_one_photograph_twice_in_a_record_is_kept_as_it_is(register, folder, inspection):
    twice = inspection.photographs[0].model_copy(update={"id": "P009", "path": "twin.jpg"})
    doubled = inspection.model_copy(update={"photographs": [*inspection.photographs, twice]})
    doubled.save(folder)
    done = import_inspection(register, folder, "Bridge")
    assert done.added == 2
    with register.reading() as session:
        assert read_inspection(session, done.visit_id) == doubled


def test_visits_are_told_apart(register, folder, inspection):
    day = dt.date(2027, 1, 2)
    first = import_inspection(register, folder, "Bridge")
    second = import_inspection(register, folder, "Bridge", VisitFacts(date=day))
    other = import_inspection(register, folder, "Tunnel")
    assert len({first.visit_id, second.visit_id, other.visit_id}) == 3
    assert import_inspection(register, folder, "Bridge", VisitFacts(date=day)).known


def test_facts_come_from_the_headers_of_the_files(register, folder, inspection, tmp_path):
    picture = Image.new("RGB", (8, 8))
    exif = picture.getexif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS R5"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:03 10:11:12"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 30.0, 0.0), 3: "W", 4: (8.0, 15.0, 0.0)})
    (tmp_path / "north").mkdir()
    picture.save(tmp_path / "north" / "a.jpg", exif=exif)
    inspection.model_copy(update={"root": str(tmp_path)}).save(folder)
    import_inspection(register, folder, "Bridge")
    with register.reading() as session:
        row = session.scalar(select(Photograph).where(Photograph.path == "north/a.jpg"))
        assert (row.camera, row.taken) == ("Canon EOS R5", "2026-05-03T10:11:12")
        assert (row.latitude_deg, row.longitude_deg, row.altitude_m) == (47.5, -8.25, None)


def test_names_that_no_database_can_hold_are_kept_in_the_record(register, folder, inspection):
    first = inspection.photographs[0].model_copy(
        update={"path": "a\0b.jpg", "notes": ["\0 é ☃ 😀"]}
    )
    odd = inspection.model_copy(update={"photographs": [first], "root": "r\0"})
    odd.save(folder)
    done = import_inspection(register, folder, "Bridge")
    with register.reading() as session:
        assert read_inspection(session, done.visit_id) == odd
        assert session.scalar(select(Photograph.path)) == "a\\x00b.jpg"


def test_what_is_written_out_again_is_what_was_imported(register, folder, inspection, tmp_path):
    (folder / "report.html").write_text("report", encoding="utf-8")
    lines = decision_lines(3)
    (folder / JOURNAL).write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = import_inspection(register, folder, "Bridge")
    out = export_inspection(register, done.visit_id, tmp_path / "out")
    assert (out.photographs, out.decisions, out.missing) == (2, 3, ())
    for name in (INSPECTION, JOURNAL, "report.html", "overlays/P001-a.png"):
        assert (out.folder / name).read_bytes() == (folder / name).read_bytes()
    assert find_problems(out.folder) == find_problems(folder)
    again = import_inspection(register, out.folder, "Bridge")
    assert (again.known, again.decisions) == (True, 0)
    with pytest.raises(OutputError, match="exists: choose another output"):
        export_inspection(register, done.visit_id, tmp_path / "out")


def test_an_export_says_what_is_not_there_any_more(sqlite, folder, tmp_path):
    done = import_inspection(sqlite, folder, "Bridge")
    shutil.rmtree(folder)
    out = export_inspection(sqlite, done.visit_id, tmp_path / "out")
    assert out.missing == ("overlays/P001-a.png",)


def test_an_export_leaves_out_pictures_of_another_record(sqlite, folder, inspection, tmp_path):
    done = import_inspection(sqlite, folder, "Bridge")
    grown(inspection).save(folder)
    assert export_inspection(sqlite, done.visit_id, tmp_path / "out").missing


def test_versions_that_are_not_there(sqlite, folder, tmp_path):
    done = import_inspection(sqlite, folder, "Bridge")
    with pytest.raises(DataNotFoundError, match="no such version"):
        export_inspection(sqlite, done.visit_id, tmp_path / "out", 7)
    with pytest.raises(DataNotFoundError, match="import one"):
        export_inspection(sqlite, 99, tmp_path / "out")


def test_a_record_that_something_else_changed_is_not_written_out(sqlite, folder, tmp_path):
    done = import_inspection(sqlite, folder, "Bridge")
    with sqlite.writing() as session:
        line = session.scalar(select(Finding).where(Finding.kind == "crack"))
        line.record = {**line.record, "confidence": 0.1}
    with pytest.raises(DataError, match="changed by another program"):
        export_inspection(sqlite, done.visit_id, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_inspection_changes_nothing(sqlite, tmp_path):
    with pytest.raises(DataError):
        import_inspection(sqlite, tmp_path, "Bridge")
    assert sum(counts(sqlite).values()) == 0


def test_a_journal_that_is_broken_stops_the_whole_import(sqlite, folder):
    lines = decision_lines(3)
    (folder / JOURNAL).write_text("\n".join([lines[0], lines[2]]), encoding="utf-8")
    with pytest.raises(OutputError, match="does not follow"):
        import_inspection(sqlite, folder, "Bridge")
    (folder / JOURNAL).write_text(lines[0] + "\n{", encoding="utf-8")
    with pytest.raises(DataError, match="line 2 is not JSON"):
        import_inspection(sqlite, folder, "Bridge")
    assert sum(counts(sqlite).values()) == 0


def test_a_decision_reaches_the_finding_in_each_version(sqlite, folder, inspection):
    done = import_inspection(sqlite, folder, "Bridge")
    key = finding_keys(inspection.photographs[0])[1]
    with sqlite.writing() as session:
        append_decision(
            session, session.get_one(Visit, done.visit_id), decision_lines(1, finding=key)[0]
        )
    grown(inspection).save(folder)
    first = inspection.photographs[0]
    renamed = first.model_copy(update={"notes": ["regraded"]})
    inspection.model_copy(update={"photographs": [renamed]}).save(folder)
    import_inspection(sqlite, folder, "Bridge")
    with sqlite.reading() as session:
        assert (
            session.scalars(select(Finding.decided).where(Finding.key == key)).all() == [True] * 2
        )
        assert session.scalar(select(Photograph.unsure).where(Photograph.cracks > 0)) == 2
        assert len(decisions_of(session, done.visit_id, key)) == 1
        assert session.scalar(select(func.max(InspectionRow.version))) == 2


def test_ids_of_findings_do_not_hang_on_order_or_names(inspection):
    photo = inspection.photographs[0]
    keys = finding_keys(photo)
    turned = photo.model_copy(update={"cracks": photo.cracks[::-1], "id": "P077", "path": "x"})
    assert finding_keys(turned) == [keys[1], keys[0], keys[2]]
    other = photo.model_copy(update={"sha256": "9" * 64})
    assert not set(finding_keys(other)) & set(keys)
    doubled = photo.model_copy(update={"cracks": photo.cracks[:1] * 3})
    assert len(set(finding_keys(doubled))) == 4
    assert finding_key("a", [[(0.4, 0.0)]]) != finding_key("a", [[(0.6, 0.0)]])


def test_the_text_of_the_record_is_the_same(sqlite, folder, tmp_path):
    done = import_inspection(sqlite, folder, "Bridge")
    out = export_inspection(sqlite, done.visit_id, tmp_path / "out").folder
    assert json.loads((out / INSPECTION).read_text("utf-8"))["root"] == "/site/Brücke 7"
    assert Inspection.load(out) == Inspection.load(folder)
