import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import OutputError
from cracklens.inspection.record import FailedRecord
from cracklens.reporting import write_tables
from cracklens.reporting.tables import (
    CRACK_COLUMNS,
    PHOTOGRAPH_COLUMNS,
    REJECTED_COLUMNS,
    harmless,
)


def read(path):
    text = path.read_bytes().decode("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return rows.fieldnames, list(rows)


def test_every_crack_is_a_row_with_its_figures(tmp_path, inspection):
    columns, rows = read(write_tables(inspection, tmp_path)[0])
    pairs = [(each, found) for each in inspection.photographs for found in each.cracks]
    assert columns == list(CRACK_COLUMNS)
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
        (CRACK_COLUMNS, PHOTOGRAPH_COLUMNS, REJECTED_COLUMNS),
        strict=True,
    ):
        assert file.parent == tmp_path / "tables"
        assert read(file) == (list(columns), [])


def test_lengths_and_widths_name_their_unit():
    for column in (*CRACK_COLUMNS, *PHOTOGRAPH_COLUMNS, *REJECTED_COLUMNS):
        if any(
            word in column for word in ("length", "width", "height", "box", "longest", "widest")
        ):
            assert column.endswith("_px")


def test_a_place_that_cannot_be_written_is_said(tmp_path, inspection):
    (tmp_path / "tables").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_tables(inspection, tmp_path)
