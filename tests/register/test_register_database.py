import sqlite3
from importlib.util import find_spec

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cracklens.errors import (
    DataError,
    DataNotFoundError,
    MissingExtraError,
    OutputError,
    UsageError,
)
from cracklens.register import engine, revisions
from cracklens.register.database import Register, create, open_register, upgrade
from cracklens.register.location import default_place, url_of
from cracklens.register.schema import Base, Element, Structure
from postgres_server import new_database


def test_the_migrations_make_the_tables_that_the_classes_describe(register):
    with register.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_what_is_written_is_there_after_opening_again(place):
    with create(place) as register, register.writing() as session:
        session.add(Structure(name="Brücke 7 \u2603"))
    with open_register(place) as again, again.reading() as session:
        assert [row.name for row in session.query(Structure)] == ["Brücke 7 \u2603"]


def test_a_block_that_fails_leaves_nothing(register):
    def write():
        with register.writing() as session:
            session.add(Structure(name="half"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    with register.reading() as session:
        assert session.query(Structure).count() == 0


def test_keys_to_what_is_not_there_are_refused(register):
    with pytest.raises(IntegrityError), register.writing() as session:
        session.add(Element(structure_id=99, name="Pier"))


def test_values_that_cannot_be_are_refused(register):
    with register.writing() as session:
        session.add(Structure(name="Bridge"))
    with pytest.raises(IntegrityError), register.writing() as session:
        session.add(Element(structure_id=1, name="Pier", latitude_deg=91.0))


def test_sqlite_is_told_to_keep_what_it_acknowledges(sqlite):
    with sqlite.engine.connect() as connection:

        def pragma(name):
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert (pragma("foreign_keys"), pragma("synchronous")) == (1, 2)
        assert pragma("busy_timeout") == engine.BUSY_S * 1000


def test_a_writer_does_not_hold_up_a_reader(sqlite):
    with sqlite.writing() as writer:
        writer.add(Structure(name="new"))
        writer.flush()
        with sqlite.reading() as reader:
            assert reader.query(Structure).count() == 0


def test_a_second_writer_waits_and_is_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_S", 0.05)
    place = tmp_path / "register.db"
    with create(place) as one, open_register(place) as two, one.writing() as first:
        assert first.query(Structure).count() == 0  # which begins the transaction

        def write():
            with two.writing() as second:
                second.query(Structure).count()

        with pytest.raises(OutputError, match="is locked: another program"):
            write()


@pytest.mark.parametrize("content", [b"no database at all, just text", b"x" * 5000])
def test_a_file_that_is_no_database(tmp_path, content):
    (tmp_path / "a.db").write_bytes(content)
    with pytest.raises(DataError, match="is no register, or is damaged"):
        open_register(tmp_path / "a.db")
    assert (tmp_path / "a.db").read_bytes() == content


def test_a_database_of_another_program_is_not_touched(tmp_path):
    place = tmp_path / "other.db"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    before = place.read_bytes()
    for verb in (open_register, upgrade):
        with pytest.raises(DataError, match="is no register: make one"):
            verb(place)
    with pytest.raises(OutputError, match="exists: name another file"):
        create(place)
    assert place.read_bytes() == before


def test_tables_in_a_postgres_database_are_not_touched(postgres):
    with new_database(postgres) as url:
        with Register(url_of(url)) as bare, bare.engine.begin() as connection:
            connection.execute(text("CREATE TABLE theirs (id int)"))
        with pytest.raises(OutputError, match=r"holds tables \(theirs"):
            create(url)


def test_a_register_that_is_not_there(tmp_path):
    with pytest.raises(DataNotFoundError, match="is not there: make a register"):
        open_register(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(DataNotFoundError, match="is a folder"):
        open_register(tmp_path)


def test_a_register_of_a_newer_cracklens_is_refused(register, place):
    with register.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for verb in (open_register, upgrade):
        with pytest.raises(DataError, match=r"newer cracklens .*upgrade cracklens"):
            verb(place)


def test_a_register_of_an_older_cracklens_names_the_upgrade(register, place, monkeypatch):
    monkeypatch.setattr(revisions, "known", lambda: ["0001", "0002"])
    monkeypatch.setattr(revisions, "latest", lambda: "0002")
    with pytest.raises(DataError, match=r"older cracklens .*cracklens register upgrade"):
        open_register(place)


def test_a_server_that_does_not_answer():
    pytest.importorskip("psycopg")
    with pytest.raises(OutputError, match=r"postgresql://me:\*\*\*@127.0.0.1:1/x cannot be used"):
        open_register("postgresql://me:secret@127.0.0.1:1/x")


@pytest.mark.parametrize("place", ["mysql://a/b", "sqlite://", "sqlite:///:memory:", "a://["])
def test_other_databases_are_refused(place):
    with pytest.raises(UsageError):
        url_of(place)


def test_places(tmp_path, monkeypatch):
    monkeypatch.setenv("CRACKLENS_DATA", str(tmp_path))
    assert default_place() == tmp_path / "register.db"
    assert url_of(None) == url_of(tmp_path / "register.db")
    assert url_of(f"sqlite:///{tmp_path}/register.db") == url_of(None)
    monkeypatch.delenv("CRACKLENS_DATA")
    assert default_place().parts[-2:] == ("cracklens", "register.db")


def test_without_the_extra_it_is_named(monkeypatch):
    def absent(name, *rest):
        return None if name in {"alembic", "psycopg"} else find_spec(name, *rest)

    monkeypatch.setattr("importlib.util.find_spec", absent)
    with pytest.raises(MissingExtraError, match=r"pip install 'cracklens\[register\]'"):
        url_of("a.db")
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "psycopg" else find_spec(name)
    )
    with pytest.raises(MissingExtraError, match=r"pip install 'cracklens\[postgres\]'"):
        url_of("postgresql://a/b")


def test_a_read_only_register_says_so(sqlite):
    def write():
        with sqlite.writing() as session:
            session.execute(text("PRAGMA query_only = ON"))
            session.add(Structure(name="a"))

    with pytest.raises(OutputError, match="get write permission"):
        write()


def test_a_full_disk_says_so_and_keeps_what_was_there(sqlite):
    with sqlite.writing() as session:
        session.add(Structure(name="kept"))

    def write():
        with sqlite.writing() as session:
            pages = session.execute(text("PRAGMA page_count")).scalar()
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
            session.add_all([Structure(name=f"{n}" * 2000) for n in range(50)])

    with pytest.raises(OutputError, match="no space left"):
        write()
    with sqlite.reading() as session:
        assert [row.name for row in session.query(Structure)] == ["kept"]
