"""Killed at any moment: what was acknowledged is there, and nothing is there by half."""

import os
import random
import signal
import time

import pytest
from sqlalchemy import func, select, text

from cracklens.register.database import create, open_register
from cracklens.register.decisions import append_decision, decisions_of
from cracklens.register.export_inspection import read_inspection
from cracklens.register.import_inspection import import_inspection
from cracklens.register.places import find_visit
from cracklens.register.schema import (
    Finding,
    InspectedRow,
    InspectionRow,
    Photograph,
    Result,
    Visit,
)
from register_records import decision_lines

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to fork on this system"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
KILLS = 24
FOLDERS = 40
PHOTOGRAPHS = 12
DECISIONS = 4000
READY = b"ready\n"


@pytest.fixture
def folders(inspection, tmp_path):
    """Inspections of which each says something new, on more and more photographs."""
    first = inspection.photographs[0]
    for number in range(FOLDERS):
        photos = [
            first.model_copy(
                update={
                    "id": f"P{n:03}",
                    "path": f"{n}.jpg",
                    "sha256": f"{n:064}",
                    "notes": [f"{number}"],
                }
            )
            for n in range(PHOTOGRAPHS + number)
        ]
        inspection.model_copy(update={"photographs": photos}).save(tmp_path / f"in{number}")
    return [tmp_path / f"in{number}" for number in range(FOLDERS)]


def work(place, folders, lines, door):
    """Import and decide without end; say through the pipe what was acknowledged."""
    with open_register(place) as register:
        with register.reading() as session:
            version = session.scalar(select(func.max(InspectionRow.version))) or 0
            visit = find_visit(session, "Bridge").id
            number = len(decisions_of(session, visit))
        os.write(door, READY)
        while True:
            done = import_inspection(register, folders[version % FOLDERS], "Bridge")
            os.write(door, f"i{done.version}\n".encode())
            version += 1
            for _ in range(5):
                with register.writing() as session:
                    append_decision(session, session.get_one(Visit, visit), lines[number])
                number += 1
                os.write(door, f"d{number}\n".encode())


def killed_after(count, seconds, *arguments):
    """Return what a process acknowledged before it was killed: so many times, and then a moment."""
    hears, says = os.pipe()
    child = os.fork()
    if not child:
        try:
            work(*arguments, says)
        finally:
            os._exit(1)  # it never ends by itself: something failed
    os.close(says)
    with os.fdopen(hears, "rb") as pipe:
        assert pipe.readline() == READY
        said = [pipe.readline().decode().strip() for _ in range(count)]
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the process failed before it was killed"
        return said + pipe.read().decode().splitlines()


def check(register, acknowledged, lines):
    with register.reading() as session:
        visit_id = find_visit(session, "Bridge").id
        known = [row.line for row in decisions_of(session, visit_id)]
        assert known == lines[: len(known)]
        rows = session.scalars(select(InspectionRow).order_by(InspectionRow.version)).all()
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))
        for said in acknowledged:
            assert int(said[1:]) <= (len(known) if said[0] == "d" else len(rows))
        last = read_inspection(session, visit_id)  # its digest is compared
        assert len(last.photographs) == rows[-1].photographs
        count = session.scalar(select(func.count()).select_from(InspectedRow))
        assert count == sum(row.photographs for row in rows)
        shown = session.scalar(select(func.count()).where(Result.current.is_(True)))
        photographs = session.scalar(select(func.count()).select_from(Photograph))
        assert shown == photographs == len(last.photographs)
        lines_shown = session.scalar(select(func.count()).where(Finding.current.is_(True)))
        assert lines_shown == 3 * photographs
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        return len(rows), len(known)


def test_killed_in_the_middle_of_imports_and_decisions(place, folders):
    lines = decision_lines(DECISIONS)
    chosen = random.Random(0)
    with create(place) as register:
        import_inspection(register, folders[0], "Bridge")
        said, reached = 0, (1, 0)
        for _ in range(KILLS):
            register.close()  # no connection crosses the fork
            moment = chosen.randrange(4), chosen.uniform(0.0, 0.08)
            acknowledged = killed_after(*moment, place, folders, lines)
            said += len(acknowledged)
            before, reached = reached, check(register, acknowledged, lines)
            assert reached >= before
    assert said > KILLS  # it got far enough for the kills to mean something
    assert reached[0] > 3
