"""Registers in SQLite and in PostgreSQL, and records to put into them."""

import os
from collections.abc import Iterator

import pytest

from cracklens.record.schema import Inspection
from cracklens.register.database import Register, create
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


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path) -> Iterator[str]:
    """Where a new register can be made."""
    if request.param == "sqlite":
        yield str(tmp_path / "register.db")
        return
    with new_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def register(place) -> Iterator[Register]:
    with create(place) as made:
        yield made


@pytest.fixture
def sqlite(tmp_path) -> Iterator[Register]:
    """A register where the kind of database makes no difference."""
    with create(tmp_path / "register.db") as made:
        yield made


@pytest.fixture
def inspection(small_inspection: Inspection) -> Inspection:
    return graded(small_inspection)


@pytest.fixture
def folder(inspection, saved):
    """The folder of an inspection, with one overlay."""
    inspection.save(saved)
    return saved
