"""Registers in SQLite and in PostgreSQL, and records to put into them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cracklens.record.schema import Inspection
from cracklens.register.database import Register, create, open_register
from postgres_server import new_database, reason_without, server
from register_records import graded


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    if reason := reason_without():
        if os.environ.get("CRACKLENS_REQUIRE_POSTGRES"):
            pytest.fail(reason)
        pytest.skip(reason)
    with server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """An empty register, to be copied: quicker than the migrations for each test."""
    file = tmp_path_factory.mktemp("template") / "register.db"
    create(file).close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres) -> Iterator[str]:
    """The same in PostgreSQL."""
    with new_database(postgres) as url:
        create(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path) -> Iterator[str]:
    """Where `register` is; without that fixture, where one can be made."""
    empty = "register" in request.fixturenames
    if request.param == "sqlite":
        if empty:
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "register.db")
        yield str(tmp_path / "register.db")
        return
    server_url = request.getfixturevalue("postgres")
    template = request.getfixturevalue("postgres_template") if empty else "template1"
    with new_database(server_url, template) as url:
        yield url


@pytest.fixture
def register(place) -> Iterator[Register]:
    with open_register(place) as opened:
        yield opened


@pytest.fixture
def sqlite(sqlite_template, tmp_path) -> Iterator[Register]:
    """A register where the kind of database makes no difference."""
    shutil.copy(sqlite_template, tmp_path / "register.db")
    with open_register(tmp_path / "register.db") as opened:
        yield opened


@pytest.fixture
def inspection(small_inspection: Inspection) -> Inspection:
    return graded(small_inspection)


@pytest.fixture
def folder(inspection, saved):
    """The folder of an inspection, with one overlay."""
    inspection.save(saved)
    return saved
