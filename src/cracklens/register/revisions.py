"""Revisions of the tables of a register, and the migrations between them."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from cracklens.errors import DataError

_SCRIPTS = "cracklens.register:migrations"
"""Package and folder: Alembic finds the scripts wherever the package is installed."""


def latest() -> str:
    """Return the revision that this cracklens works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def known() -> list[str]:
    """Return all revisions, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][
        ::-1
    ]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database; None if it is no register."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(connection: Connection, target: str = "head") -> None:
    """Bring a database to a revision, within the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def require_latest(revision: str | None, place: str) -> None:
    """Refuse a database of another revision.

    Raises:
        DataError: it is no register, or one of an older or a newer cracklens; says what to do.
    """
    if revision is None:
        raise DataError(
            f"{place} is no register: make one with cracklens register create --database {place}"
        )
    if revision not in known():
        raise DataError(
            f"{place} was written by a newer cracklens (revision {revision}; this one knows up to "
            f"{latest()}): upgrade cracklens with pip install -U 'cracklens[register]'"
        )
    if revision != latest():
        raise DataError(
            f"{place} has the tables of an older cracklens (revision {revision}, now "
            f"{latest()}): run cracklens register upgrade --database {place}"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
