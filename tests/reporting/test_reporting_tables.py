import codecs
import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import DataError, OutputError
from cracklens.record.schema import FailedRecord
from cracklens.reporting import write_tables
from cracklens.reporting.order import ranked
from cracklens.reporting.tables import (
    CRACK_COLUMNS,
    GRADE_COLUMNS,
    PHOTOGRAPH_COLUMNS,
    QUANTITY_COLUMNS,
    REJECTED_COLUMNS,
    WIDTH_COLUMNS,
    harmless,
)
from cracklens.table_file import read_table

ALL_COLUMNS = (
    CRACK_COLUMNS, PHOTOGRAPH_COLUMNS, REJECTED_COLUMNS, GRADE_COLUMNS, WIDTH_COLUMNS,
    QUANTITY_COLUMNS,
)  # fmt: skip


def read(path):
    text = path.read_bytes().decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return rows.fieldnames, list(rows)


def test_a_spreadsheet_sees_the_encoding_and_our_reader_reads_it_back(tmp_path, inspection):
    for path in write_tables(inspection, tmp_path):
        content = path.read_bytes()
        assert content.startswith(codecs.BOM_UTF8)
        assert content.count(codecs.BOM_UTF8) == 1
        columns, rows = read(path)
        table = read_table(path, DataError)
        assert list(table.columns) == columns
        stripped = [{name: cell.strip() for name, cell in row.items()} for row in rows]
        assert [dict(row.cells) for row in table.rows] == stripped


def test_every_crack_is_a_row_with_its_figures(tmp_path, inspection):
    columns, rows = read(write_tables(inspection, tmp_path)[0])
    pairs = ranked(inspection)
    assert columns == list(CRACK_COLUMNS)
    assert [row["rank"] for row in rows] == [str(1 + place) for place in range(5)]
    assert len(rows) == len(pairs) == 5
    for row, (each, found) in zip(rows, pairs, strict=True):
        assert (row["crack_id"], row["photograph_id"]) == (found.id, each.id)
        assert row["photograph"] == each.path
        assert float(row["length_px"]) == pytest.approx(found.length_px, abs=0.05)
        assert float(row["mean_width_px"]) == pytest.approx(found.mean_width_px, abs=0.005)
        assert float(row["max_width_px"]) == pytest.approx(found.max_width_px, abs=0.005)
        assert float(row["orientation_deg"]) == pytest.approx(found.orientation_deg, abs=0.05)
        assert float(row["confidence"]) == pytest.approx(found.confidence, abs=0.0005)
        assert (row["leaves_picture"] == "yes") == found.touches_border
        box = [int(row[f"box_{part}_px"]) for part in ("x", "y", "width", "height")]
        assert tuple(box) == found.box_px


def test_every_photograph_is_a_row_also_a_failed_one(tmp_path, inspection):
    columns, rows = read(write_tables(inspection, tmp_path)[1])
    assert columns == list(PHOTOGRAPH_COLUMNS)
    assert [row["status"] for row in rows] == ["inspected"] * 3 + ["failed"]
    assert [row["cracks"] for row in rows] == ["3", "2", "0", ""]
    first = inspection.photographs[0]
    lengths = [found.length_px for found in first.cracks]
    assert float(rows[0]["total_length_px"]) == pytest.approx(sum(lengths), abs=0.05)
    assert float(rows[0]["longest_px"]) == pytest.approx(max(lengths), abs=0.05)
    assert rows[0]["photograph"] == first.path
    assert rows[0]["sha256"] == first.sha256
    assert rows[3]["reason"] == inspection.failed[0].reason
    assert rows[3]["photograph"] == inspection.failed[0].path


def test_every_rejected_line_is_a_row(tmp_path, inspection):
    columns, rows = read(write_tables(inspection, tmp_path)[2])
    assert columns == list(REJECTED_COLUMNS)
    assert [row["reason"] for row in rows] == ["straight and regular", "too short"]
    assert rows[1]["detail"] == "12 px long, at least 40 are needed"


def test_a_file_name_is_no_formula(tmp_path, inspection, make):
    rows = read(write_tables(inspection, tmp_path)[1])[1]
    assert rows[2]["photograph"] == f"'{make.FORMULA}"


@settings(deadline=None)
@given(st.text(max_size=20))
def test_no_text_begins_a_formula_and_only_an_apostrophe_was_added(text):
    shown = harmless(text)
    assert not shown.startswith(tuple("=+-@\t\r\n"))
    assert shown in (text, f"'{text}")


@pytest.mark.parametrize("name", ["a,b.jpg", 'a"b.jpg', "a\nb.jpg", "Ü橋.jpg", "a;b.jpg", " a.jpg"])
def test_names_survive_the_round_trip(tmp_path, name, make):
    only = make.photo("P001", name, [make.crack("P001-C01", [make.branch([(1, 1), (9, 9)])])])
    files = write_tables(
        make.inspection_of([only], [FailedRecord(path=name, reason=name)]), tmp_path
    )
    assert read(files[0])[1][0]["photograph"] == name
    assert [row["photograph"] for row in read(files[1])[1]] == [name, name]


def test_a_name_that_is_not_utf8_is_escaped(tmp_path, make):
    files = write_tables(make.inspection_of([make.photo("P001", "caf\udce9.jpg")]), tmp_path)
    assert read(files[1])[1][0]["photograph"] == "caf\\udce9.jpg"


def test_an_empty_inspection_has_headings_only(tmp_path, make):
    for file, columns in zip(
        write_tables(make.inspection_of([]), tmp_path),
        ALL_COLUMNS,
        strict=True,
    ):
        assert file.parent == tmp_path / "tables"
        assert read(file) == (list(columns), [])


def test_lengths_and_widths_name_their_unit():
    words = ("length", "width", "height", "box", "longest", "widest", "spacing", "standard", "area")
    for column in [name for columns in ALL_COLUMNS for name in columns]:
        if any(word in column for word in words) and not column.endswith("relative_standard"):
            assert re.search(r"_(px|mm|m|m2)$", column), column


@pytest.fixture(params=["in_mm", "without_scale", "mixed", "inspection"])
def any_kind(request):
    return request.getfixturevalue(request.param)


def test_every_row_has_every_column_once(tmp_path, any_kind):
    for file, columns in zip(write_tables(any_kind, tmp_path), ALL_COLUMNS, strict=True):
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
        assert len(set(columns)) == len(columns)
        assert {len(row) for row in rows} == {len(columns)}, file.name


def test_a_measured_crack_has_its_intervals_in_mm(tmp_path, mixed):
    _, rows = read(write_tables(mixed, tmp_path)[0])
    found = {each.id: each for photo in mixed.photographs for each in photo.cracks}
    kinds = set()
    for row in rows:
        measured = found[row["crack_id"]].measurement
        kinds.add(measured is None or measured.max_width_mm is None)
        if measured is None or measured.max_width_mm is None:
            assert row["max_width_mm"] == row["length_low_mm"] == row["priority"] == ""
        else:
            for name in ("max_width", "mean_width", "length"):
                value = getattr(measured, f"{name}_mm")
                for part, number in (("", value.value), ("_low", value.low), ("_high", value.high)):
                    assert float(row[f"{name}{part}_mm"]) == pytest.approx(number, abs=0.06), part
            assert float(row["max_width_low_mm"]) < float(row["max_width_mm"])
            score = found[row["crack_id"]].priority.score
            assert float(row["priority"]) == pytest.approx(score, abs=0.05)
            assert row["direction"] == measured.direction
        if measured:
            assert float(row["max_width_high_px"]) > float(row["max_width_px"])
            assert (row["is_lower_bound"] == "yes") == measured.is_lower_bound
    assert kinds == {True, False}


def test_a_photograph_says_its_scale_or_why_it_has_none(tmp_path, mixed):
    _, rows = read(write_tables(mixed, tmp_path)[1])
    fine, _, bare, again, coarse, failed = rows
    assert (fine["scale_mm_per_px"], fine["scale_source"], fine["fitness"]) == (
        "0.1", "marker", "measure",
    )  # fmt: skip
    assert fine["scale_risks"] == "the marker may lie in front of the crack"
    assert bare["scale_mm_per_px"] == ""
    assert bare["scale_missing"].startswith("no marker was found")
    assert again["fitness"] == "retake"
    assert again["advice"].startswith("retake from at most 0.8 m")
    assert float(coarse["total_length_mm"]) == pytest.approx(
        3 * float(fine["total_length_mm"]), 1e-3
    )
    assert set(list(failed.values())[4:]) == {""}


def test_every_grade_is_a_row_with_its_states_or_its_refusal(tmp_path, mixed, make):
    _, rows = read(write_tables(mixed, tmp_path)[3])
    grades = [
        (crack.id, grade)
        for photo in mixed.photographs
        for crack in photo.cracks
        for grade in crack.grades
    ]
    assert [(row["crack_id"], row["code"]) for row in rows] == [
        (crack_id, grade.code) for crack_id, grade in grades
    ]
    for row, (_, grade) in zip(rows, grades, strict=True):
        assert row["kind"] in {"inspection state", "design limit"}
        assert row["stated"] == (grade.stated or "")
        shares = [float(part.rsplit(" ", 1)[1]) for part in row["states"].split("; ") if part]
        assert bool(shares) != bool(row["refused"])
        assert shares == pytest.approx(list(grade.states.values()), abs=0.0006)
    assert {row["refused"] for row in rows} == {"", make.TOO_COARSE}


def test_every_station_is_a_row(tmp_path, in_mm):
    _, rows = read(write_tables(in_mm, tmp_path)[4])
    profiles = [
        (crack.id, branch, profile)
        for photo in in_mm.photographs
        for crack in photo.cracks
        for branch, profile in enumerate(crack.measurement.profiles, 1)
    ]
    assert len(rows) == sum(len(profile.points_px) for _, _, profile in profiles)
    crack_id, branch, profile = profiles[-1]
    mine = [r for r in rows if (r["crack_id"], r["branch"]) == (crack_id, str(branch))]
    assert [r["station"] for r in mine] == [str(n + 1) for n in range(len(profile.points_px))]
    for row, width, method in zip(mine, profile.width_mm, profile.method, strict=True):
        assert row["method"] == method
        assert row["width_mm"] == ("" if width is None else str(width))
    assert {row["method"] for row in rows} == {"profile", "mask", "none"}


def test_quantities_are_rows_by_class_and_by_state(tmp_path, in_mm):
    _, rows = read(write_tables(in_mm, tmp_path)[5])
    classes = [row for row in rows if row["kind"] == "width class"]
    assert [row["above_mm"] for row in classes] == ["0.0", "0.1", "0.3", "1.27"]
    total_m = sum(
        crack.measurement.length_mm.value / 1000
        for photo in in_mm.photographs
        for crack in photo.cracks
    )
    assert sum(float(row["length_m"]) for row in classes) == pytest.approx(total_m, abs=0.003)
    assert sum(int(row["cracks"]) for row in classes) == 3
    for code in ("aashto-mbei", "en-1992-1-1"):
        states = [float(row["length_m"]) for row in rows if row["code"] == code]
        assert sum(states) == pytest.approx(total_m, rel=0.02)


def test_texts_of_grades_and_advice_are_no_formulas(tmp_path, make, in_mm):
    evil = "=cmd|' /C calc'!A0"
    first = in_mm.photographs[0]
    crack = first.cracks[0]
    grade = crack.grades[0].model_copy(update={"refused": evil, "code": evil})
    spoilt = first.model_copy(
        update={
            "scale": make.scale_record(0.1, risks=[evil]).model_copy(update={"detail": evil}),
            "fitness": make.fitness_record("retake", [evil]),
            "cracks": [crack.model_copy(update={"grades": [grade]})],
        }
    )
    for file in write_tables(make.measured_inspection([spoilt]), tmp_path):
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell.startswith("=")], file.name


def test_a_place_that_cannot_be_written_is_said(tmp_path, inspection):
    (tmp_path / "tables").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_tables(inspection, tmp_path)
