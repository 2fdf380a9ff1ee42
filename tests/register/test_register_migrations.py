"""A register of each released revision, with content, becomes one of the present revision."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from cracklens.record.schema import Inspection
from cracklens.register import revisions
from cracklens.register.database import open_register, upgrade
from cracklens.register.decisions import decisions_of
from cracklens.register.export_inspection import read_inspection
from cracklens.register.places import find_visit
from cracklens.register.schema import ApiToken, Base, Element, Job, Photograph
from register_records import decision_lines

RELEASED = Path(__file__).parent / "released"


def released(revision, place):
    with sqlite3.connect(place) as database:
        database.executescript((RELEASED / f"{revision}.sql").read_text("utf-8"))
    database.close()


def test_there_is_a_register_of_each_revision():
    assert {file.stem for file in RELEASED.glob("*.sql")} == set(revisions.known())


@pytest.mark.parametrize("revision", revisions.known())
def test_a_released_register_is_upgraded_with_its_content(revision, tmp_path):
    place = tmp_path / "register.db"
    released(revision, place)
    assert upgrade(place) == (revision, revisions.latest())
    with open_register(place) as register:
        with register.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        with register.reading() as session:
            visit = find_visit(session, "Bridge 17")
            assert (visit.date.isoformat(), visit.inspector) == ("2026-05-04", "Ada")
            assert read_inspection(session, visit.id) == Inspection.load(
                RELEASED / "inspection.json"
            )
            assert [row.line for row in decisions_of(session, visit.id)] == decision_lines(3)
            assert session.scalars(select(Element.name)).all() == ["north"]
            assert session.scalars(select(Photograph.element_id).order_by(Photograph.id)).all() == [
                1,
                None,
            ]
            assert session.scalars(select(Job.state)).all() == ["queued"]
            assert session.scalars(select(ApiToken.name)).all() == ["asset system"]


def test_an_upgrade_of_the_present_revision_changes_nothing(tmp_path):
    place = tmp_path / "register.db"
    released(revisions.latest(), place)
    upgrade(place)
    before = place.read_bytes()
    assert upgrade(place) == (revisions.latest(),) * 2
    assert place.read_bytes() == before
