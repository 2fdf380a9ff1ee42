"""The connection to a database: what SQLite needs to be told, and errors in words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError

from cracklens.errors import DataError, OutputError
from cracklens.register.location import shown

if TYPE_CHECKING:
    import sqlite3

BUSY_S = 30.0
"""How long a writer waits for another one."""
_FULL = ("disk is full", "No space left", "disk I/O error")


def engine_of(url: URL) -> Engine:
    """Return the engine of a register. Nothing is opened yet.

    JSON is kept in ASCII, as it was given: no number is rounded, no text is refused.
    """
    engine = create_engine(url, json_serializer=_to_json, pool_pre_ping=not _is_sqlite(url))
    if _is_sqlite(url):
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    return engine


def writer_of(engine: Engine) -> Engine:
    """Return an engine on the same connections whose transactions begin as those of a writer.

    In SQLite a transaction that reads first and writes later fails where another one wrote between.
    """
    return engine.execution_options(cracklens_begin="IMMEDIATE")


def begin_log(engine: Engine) -> None:
    """Let a new SQLite file keep a write-ahead log: who reads does not wait for who writes.

    The file remembers it. It is not asked of a file that may be no register.
    """
    if _is_sqlite(engine.url):
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _to_json(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _configure(connection: "sqlite3.Connection", _record: object) -> None:
    connection.isolation_level = None  # transactions begin in `_begin`, not where Python guesses
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {int(BUSY_S * 1000)}",
        "synchronous = FULL",  # what was acknowledged outlives a power failure
        "foreign_keys = ON",
        "recursive_triggers = ON",  # REPLACE counts as a removal
        "cache_size = -65536",  # KiB
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("cracklens_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what the database says into an error that says what to do.

    Raises:
        OutputError: it is locked, read-only, full or not reachable.
        DataError: the file is no database, or is damaged.
        IntegrityError: as it is; who wrote knows what it means.
    """
    place = shown(url)
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        text = str(error.orig)
        if "locked" in text:
            raise OutputError(
                f"{place} is locked: another program has been writing for {BUSY_S:.0f} s; wait "
                "until it ends, and run the same command again"
            ) from error
        if any(said in text for said in _FULL):
            raise OutputError(
                f"no space left while writing {place}: free some space and run the same command "
                "again; what was acknowledged is kept"
            ) from error
        if "readonly" in text or "read-only" in text:
            raise OutputError(
                f"{place} cannot be written: get write permission for it and its folder"
            ) from error
        if "not a database" in text or "malformed" in text:
            raise DataError(
                f"{place} is no register, or is damaged ({text}): name another, or restore a copy"
            ) from error
        if isinstance(error, DatabaseError) and error.connection_invalidated:
            raise OutputError(f"{place}: the connection was lost: try again") from error
        raise OutputError(
            f"{place} cannot be used ({text.strip()}): check the address, that the server runs, "
            "and the permissions"
        ) from error
