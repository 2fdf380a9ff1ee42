"""A PostgreSQL server for the tests: the one that `CRACKLENS_TEST_POSTGRES` names, or our own."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "CRACKLENS_TEST_POSTGRES"
ABSENT = (
    "no PostgreSQL: install it (Debian: apt-get install postgresql), or set "
    f"{VARIABLE}=postgresql://USER@HOST/postgres to a server on which databases may be made"
)
_ACCOUNTS = ("postgres", "nobody")


def programs() -> Path | None:
    """Return the folder with `initdb` and `pg_ctl`: that of PATH, or Debian's newest."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), key=lambda p: float(p.parent.name), default=None)


def reason_without() -> str | None:
    """Return why there can be no server here; None if there can."""
    if os.environ.get(VARIABLE):
        return None
    if programs() is None:
        return ABSENT
    if os.geteuid() == 0 and _account() is None:
        return "PostgreSQL does not run as root, and there is no other account here"
    return None


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server; our own lives in a temporary folder and ends with the block."""
    if given := os.environ.get(VARIABLE):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has 107 bytes
    bin_folder = programs()
    account = _account() if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_folder / program), *arguments]
        who = pwd.getpwnam(account) if account else None
        subprocess.run(
            command,
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            user=who.pw_uid if who else None,
            group=who.pw_gid if who else None,
            extra_groups=[] if who else None,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        )

    try:
        run("initdb", "-D", str(data), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", settings, "start")
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Yield the URL of a database on a server; it is dropped with the block.

    Args:
        server_url: of the server.
        template: URL or name of the database that it is a copy of; it is empty by default.
    """
    import psycopg
    from sqlalchemy.engine import make_url

    name = f"cracklens_{uuid.uuid4().hex[:12]}"
    url = make_url(server_url)
    source = make_url(template).database if "://" in template else template
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _account() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _ACCOUNTS if name in known), None)
