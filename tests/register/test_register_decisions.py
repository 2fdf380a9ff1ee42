import threading

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from cracklens.errors import DataError
from cracklens.record.finding_keys import finding_keys
from cracklens.register.database import open_register
from cracklens.register.decisions import (
    ConflictError,
    append_decision,
    append_journal,
    decisions_of,
    decisions_without_finding,
)
from cracklens.register.import_inspection import import_inspection
from cracklens.register.schema import DecisionRow, Visit
from register_records import decision_lines


@pytest.fixture
def visit_id(register, folder):
    return import_inspection(register, folder, "Bridge").visit_id


def append(register, visit_id, *lines):
    for line in lines:
        with register.writing() as session:
            append_decision(session, session.get_one(Visit, visit_id), line)


def known(register, visit_id):
    with register.reading() as session:
        return [row.line for row in decisions_of(session, visit_id)]


def test_decisions_are_kept_as_they_were_given(register, visit_id):
    lines = decision_lines(3)
    append(register, visit_id, *lines)
    assert known(register, visit_id) == lines
    with register.reading() as session:
        last = decisions_of(session, visit_id)[-1]
        assert (last.number, last.who, last.kind, last.payload["say"]) == (3, "Ada", "accept", "é")
        assert last.decided.isoformat() == "2026-05-04T03:02:01+00:00"


@pytest.mark.parametrize(
    "change",
    [
        update(DecisionRow).values(who="Bob"),
        delete(DecisionRow),
        text("UPDATE decision SET payload = '{}' WHERE number = 1"),
        text("DELETE FROM decision WHERE number = 2"),
    ],
)
def test_the_database_refuses_to_change_or_remove_a_decision(register, visit_id, change):
    append(register, visit_id, *decision_lines(2))
    with (
        pytest.raises(IntegrityError, match="decisions are never changed or removed"),
        register.writing() as session,
    ):
        session.execute(change)
    assert known(register, visit_id) == decision_lines(2)


def test_another_program_cannot_replace_a_decision(sqlite, folder):
    import sqlite3

    visit_id = import_inspection(sqlite, folder, "Bridge").visit_id
    append(sqlite, visit_id, *decision_lines(2))
    row = "SELECT id, visit_id, number, finding_key, 'Bob', decided, kind, payload, previous, sha256, line"
    with sqlite3.connect(sqlite.place) as other:  # without our settings
        for columns in (row, row.replace("SELECT id", "SELECT id + 10")):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                other.execute(f"INSERT OR REPLACE INTO decision {columns} FROM decision")
    other.close()
    assert known(sqlite, visit_id) == decision_lines(2)


def test_postgres_does_not_empty_the_table(postgres, folder):
    from cracklens.register.database import create
    from postgres_server import new_database

    with new_database(postgres) as url, create(url) as register:
        visit_id = import_inspection(register, folder, "Bridge").visit_id
        append(register, visit_id, *decision_lines(1))
        with (
            pytest.raises(DBAPIError, match="never changed"),
            register.engine.begin() as connection,
        ):
            connection.execute(text("TRUNCATE decision"))
        assert known(register, visit_id) == decision_lines(1)


def test_the_second_of_two_people_is_told(register, visit_id):
    lines = decision_lines(3)
    append(register, visit_id, *lines[:2])
    for late in (lines[0], lines[1]):
        with pytest.raises(ConflictError, match="somebody else decided") as told:
            append(register, visit_id, late)
        assert told.value.last == 2
    other = lines[2].replace('"previous": "', '"previous": "0')
    with pytest.raises(ConflictError):
        append(register, visit_id, other)
    append(register, visit_id, lines[2])


def test_of_many_at_once_one_is_kept(register, visit_id, place):
    line, told, kept = decision_lines(1)[0], [], []
    start = threading.Barrier(8)

    def decide():
        with open_register(place) as mine:
            start.wait()
            try:
                append(mine, visit_id, line)
                kept.append(1)
            except ConflictError:
                told.append(1)

    threads = [threading.Thread(target=decide) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(kept), len(told)) == (1, 7)
    assert known(register, visit_id) == [line]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "is no decision"),
        ("{}", "is no decision: number"),
        (decision_lines(1)[0].replace('"Ada"', '""'), "is no decision: who"),
        (decision_lines(1)[0].replace("01Z", "01"), "has no zone"),
        ("[" * 100_000, "is not JSON"),
        (decision_lines(1)[0].replace('"n": 1', '"n": NaN'), "NaN is no number"),
    ],
)
def test_what_is_no_decision_is_refused(register, visit_id, line, problem):
    with pytest.raises(DataError, match=problem):
        append(register, visit_id, line)
    assert known(register, visit_id) == []


def test_a_journal_adds_what_is_new(register, visit_id):
    lines = decision_lines(5)
    for count, new in ((2, 2), (2, 0), (5, 3)):
        with register.writing() as session:
            appended = append_journal(session, session.get_one(Visit, visit_id), lines[:count])
        assert appended == new
    with register.writing() as session:  # a journal that is behind changes nothing
        assert append_journal(session, session.get_one(Visit, visit_id), lines[:1]) == 0
    assert known(register, visit_id) == lines


def test_journals_that_went_apart_are_refused(register, visit_id):
    append(register, visit_id, *decision_lines(2))
    other = decision_lines(2, finding="f")
    with (
        pytest.raises(DataError, match="decision 1 in the folder is another one"),
        register.writing() as session,
    ):
        append_journal(session, session.get_one(Visit, visit_id), other)


def test_decisions_on_findings_that_are_gone_are_listed(register, folder, visit_id, inspection):
    key = finding_keys(inspection.photographs[0])[0]
    append(register, visit_id, decision_lines(1, finding=key)[0])
    with register.reading() as session:
        assert decisions_without_finding(session, visit_id) == []
    first = inspection.photographs[0]
    without = first.model_copy(update={"cracks": first.cracks[1:]})
    inspection.model_copy(update={"photographs": [without]}).save(folder)
    import_inspection(register, folder, "Bridge")
    with register.reading() as session:
        gone = decisions_without_finding(session, visit_id)
        assert [row.finding_key for row in gone] == [key]
