"""A register: made, opened, upgraded, read and written.

>>> from sqlalchemy import select
>>> from cracklens.register.schema import Structure
>>> folder = getfixture("tmp_path")
>>> register = create(folder / "register.db")
>>> with register.writing() as session:
...     session.add(Structure(name="Bridge 17"))
>>> register.close()
>>> with open_register(folder / "register.db") as again, again.reading() as session:
...     session.scalars(select(Structure.name)).all()
['Bridge 17']
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, inspect
from sqlalchemy.orm import Session

from cracklens.errors import DataError, DataNotFoundError, OutputError
from cracklens.files import explained as explained_file
from cracklens.register import revisions
from cracklens.register.engine import begin_log, engine_of, explained, writer_of
from cracklens.register.location import shown, url_of


class Register:
    """An open register. Made by `create` and `open_register`; threads may share it.

    Attributes:
        url: of the database.
        place: for people: the file, or the URL without its password.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.place = shown(url)
        self.engine = engine_of(url)
        self._writer = writer_of(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the register.

        Raises:
            OutputError: the database cannot be reached.
        """
        with explained(self.url), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session whose changes are kept when the block ends well, together or not at all.

        Raises:
            OutputError: it cannot be written, is locked, or the disk is full.
            IntegrityError: a rule of the tables is broken.
        """
        with (
            explained(self.url),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def writing_tables(self) -> Iterator[Connection]:
        """Open a connection whose changes of tables are kept together or not at all."""
        with self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def create(place: str | Path | None = None) -> Register:
    """Make a register and open it.

    Args:
        place: as of `url_of`. A file must not exist; a PostgreSQL database must, and be empty.

    Raises:
        OutputError: there is something already, or it cannot be made.
        UsageError: the place makes no sense.
        MissingExtraError: SQLAlchemy is not installed.
    """
    with _opened(place) as register:
        file = _file(register.url)
        if file is not None:
            _make_room(file)
        with explained(register.url):
            begin_log(register.engine)
            with register.writing_tables() as connection:
                if tables := inspect(connection).get_table_names():
                    raise OutputError(
                        f"{register.place} holds tables ({min(tables)}, ...): name an empty "
                        "database"
                    )
                revisions.migrate(connection)
    return register


def open_register(place: str | Path | None = None) -> Register:
    """Open a register.

    Args:
        place: as of `url_of`.

    Raises:
        DataNotFoundError: there is none.
        DataError: it is no register, or its tables are those of an older or newer cracklens.
        OutputError: the database cannot be reached.
    """
    with _opened(place) as register:
        revisions.require_latest(_revision(register), register.place)
    return register


def upgrade(place: str | Path | None = None) -> tuple[str, str]:
    """Bring the tables of a register to those of this cracklens; all of it or nothing.

    Returns:
        The revisions before and after.

    Raises:
        DataNotFoundError: there is none.
        DataError: it is no register, or one of a newer cracklens.
        OutputError: it cannot be written.
    """
    with Register(url_of(place)) as register:
        before = _revision(register)
        if before is None or before not in revisions.known():
            revisions.require_latest(before, register.place)
        with explained(register.url), register.writing_tables() as connection:
            revisions.migrate(connection)
    assert before is not None
    return before, revisions.latest()


@contextmanager
def _opened(place: str | Path | None) -> Iterator[Register]:
    """Yield a register that is closed if the block fails."""
    register = Register(url_of(place))
    try:
        yield register
    except BaseException:
        register.close()
        raise


def _make_room(file: Path) -> None:
    with explained_file(file):
        if file.exists():
            raise OutputError(
                f"{file} exists: name another file, or use it as it is with --database {file}"
            )
        file.parent.mkdir(parents=True, exist_ok=True)


def _revision(register: Register) -> str | None:
    file = _file(register.url)
    if file is not None and not file.is_file():
        what = "is a folder" if file.is_dir() else "is not there"
        raise DataNotFoundError(
            f"{file} {what}: make a register with cracklens register create --database {file}"
        )
    with explained(register.url), register.engine.connect() as connection:
        try:
            return revisions.revision_of(connection)
        except UnicodeDecodeError as error:
            raise DataError(f"{register.place} is damaged: restore a copy") from error


def _file(url: URL) -> Path | None:
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
