"""Where a register is: a file, or the URL of a database."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cracklens.errors import MissingExtraError, UsageError
from cracklens.files import as_path

if TYPE_CHECKING:
    from sqlalchemy import URL

DEFAULT_NAME = "register.db"
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def default_place() -> Path:
    """Return the register of this user: a file in the platform's folder for data.

    `CRACKLENS_DATA` names another folder.
    """
    return _data_folder() / DEFAULT_NAME


def _data_folder() -> Path:
    if chosen := os.environ.get("CRACKLENS_DATA"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "cracklens"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/cracklens"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "cracklens"


def url_of(place: str | Path | None) -> "URL":
    """Return the URL of a register for SQLAlchemy.

    Args:
        place: a file, `sqlite:///FILE`, `postgresql://USER@HOST/NAME`, or None for the default.

    Raises:
        UsageError: another kind of database, or a URL that cannot be read.
        MissingExtraError: SQLAlchemy or the driver of PostgreSQL is not installed.
    """
    require_installed()
    from sqlalchemy import URL
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    if place is None or "://" not in str(place):
        file = default_place() if place is None else as_path(place)
        return URL.create("sqlite", database=str(file.absolute()))
    try:
        url = make_url(str(place))
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            "the URL of the database cannot be read: write it as postgresql://USER@HOST/NAME"
        ) from error
    if url.drivername in _POSTGRES:
        require_installed(postgres=True)
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite" or not url.database or url.database == ":memory:":
        raise UsageError(
            f"{url.drivername}: a register is a file or a PostgreSQL database: give a path, or "
            "postgresql://USER@HOST/NAME"
        )
    return URL.create("sqlite", database=str(as_path(url.database).absolute()))


def shown(url: "URL") -> str:
    """Return a place for people: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def require_installed(*, postgres: bool = False) -> None:
    """Check that what a register needs is installed.

    Raises:
        MissingExtraError: it is not.
    """
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("sqlalchemy", "alembic")):
        raise MissingExtraError("the register", "register")
    if postgres and find_spec("psycopg") is None:
        raise MissingExtraError("a register in PostgreSQL", "postgres")
