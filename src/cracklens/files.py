"""Reading of regular files alone, writing that leaves no half file, and hashes of files."""

import errno
import hashlib
import io
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cracklens.errors import OutputError

EVALUATION_FILES = (
    "report.txt", "metrics.json", "predictions.csv", "mistakes.csv", "confusion_matrix.png",
    "classification_report.png", "reliability.png", "roc.png", "precision_recall.png",
    "worst_mistakes.png",
)  # fmt: skip
"""What `evaluate` leaves in its folder; `--overwrite` replaces these and nothing else."""


INSPECTION = "inspection.json"
UNFINISHED = ".unfinished"
CROPS = "crops"
LINES = "lines"
DECISIONS = "decisions.jsonl"
REPORT = "report.html"
REVIEWED = "reviewed"
REVIEWED_RECORD = "reviewed.json"
REVIEWED_FILES = (REVIEWED_RECORD, REPORT, "overlays", CROPS, "tables")
"""What `report` writes: the inspection with the decisions of people in it."""
INSPECTION_FILES = (
    INSPECTION, REPORT, "timings.json", "overlays", CROPS, "tables", LINES, REVIEWED,
    UNFINISHED,
)  # fmt: skip
"""What `inspect` leaves in its folder; `--overwrite` replaces these and nothing else."""
TABLE_ENCODING = "utf-8-sig"
"""Of the CSV files that cracklens writes for people: without a byte order mark, Excel takes UTF-8
for the code page of the computer and shows umlauts wrongly."""
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What file managers leave in a folder that a person opened."""
_HEAD_BYTES = 256
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def expand_home(text: str) -> str:
    """Return a path with `~` or `~user` at its beginning replaced by that home folder.

    A shell does so for words, and not for what follows an equals sign (`--output=~/x`), nor in a
    file of settings or in Python.
    """
    return os.path.expanduser(text)  # noqa: PTH111 - pathlib raises where the user is not known


def as_path(given: str | Path) -> Path:
    """Return a path that a person gave, with `~` for the home folder."""
    return Path(expand_home(os.fspath(given)))


def require_regular(path: str | Path) -> None:
    """Refuse what is no regular file, also behind links: reading a named pipe never ends.

    Libraries that open files themselves are called after this.

    Raises:
        OSError: there is no such file, or it is a pipe, a device, a socket or a folder.
    """
    _require_regular(Path(path).stat().st_mode, path)


def open_regular(path: str | Path) -> io.BufferedReader:
    """Open a regular file to read bytes. All readers of cracklens open files here.

    Raises:
        OSError: as `require_regular`, or the file cannot be opened.
    """
    require_regular(path)
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - Path has no opener
    try:
        _require_regular(os.fstat(file.fileno()).st_mode, path)  # it may have been replaced
    except OSError:
        file.close()
        raise
    return file


def read_bytes(path: str | Path) -> bytes:
    """Return the content of a regular file.

    Raises:
        OSError: as `open_regular`.
    """
    with open_regular(path) as file:
        return file.read()


def read_text(path: str | Path, encoding: str = "utf-8-sig") -> str:
    """Return the text of a regular file; each end of a line becomes one newline.

    A byte order mark, which editors on Windows write, is passed over.

    Raises:
        OSError: as `open_regular`.
        UnicodeDecodeError: the file has another encoding.
    """
    with open_regular(path) as file, io.TextIOWrapper(file, encoding=encoding) as text:
        return text.read()


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe; regular files do not know the flag."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _require_regular(mode: int, path: str | Path) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
        raise OSError(errno.EINVAL, f"it is {kind}; only regular files are read", str(path))


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; it takes the name when the block ends well.

    Raises:
        OutputError: the place cannot be written or the disk is full. The old file stays.
    """
    _require_file(target)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            partial.replace(target)
    finally:
        with suppress(OSError):  # what stopped the writing may stop the cleaning
            partial.unlink(missing_ok=True)


@contextmanager
def writing_folder(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; it takes the name when the block ends well.

    Raises:
        OutputError: the target exists and `overwrite` is false, or cannot be written.
    """
    require_free(target, overwrite=overwrite)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with explained(target):
            partial.mkdir(parents=True)
            yield partial
            require_free(target, overwrite=overwrite)  # another run may have been quicker
            if target.exists():
                aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.replaced")
                target.rename(aside)
                try:
                    partial.rename(target)
                except OSError:
                    aside.rename(target)
                    raise
                shutil.rmtree(aside)
            else:
                partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_free(target: Path, *, overwrite: bool) -> None:
    """Refuse a target that exists or whose place cannot be written, before any work is done.

    `overwrite` replaces a folder that cracklens wrote (or an empty one), never anything else.

    Raises:
        OutputError: says what stands in the way.
    """
    with explained(target):
        if target.name in {"", ".."}:
            raise OutputError(f"{target} is no name for an output: name a new folder inside it")
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise OutputError(f"{target} is a file or a link, not a folder: choose another output")
        if target.exists() and any(target.iterdir()):
            if not overwrite:
                raise OutputError(f"{target} exists: choose another output, or add --overwrite")
            _require_ours(target)
        _require_place(target)


def require_free_file(target: Path, *, overwrite: bool) -> None:
    """Refuse a file that exists or whose place cannot be written, before any work is done.

    Raises:
        OutputError: says what stands in the way.
    """
    _require_file(target)
    with explained(target):
        if target.exists() and not overwrite:
            raise OutputError(f"{target} exists: choose another output, or add --overwrite")
        _require_place(target)


def _require_file(target: Path) -> None:
    with explained(target):
        if target.name in {"", ".."} or (target.exists() and not target.is_file()):
            raise OutputError(f"{target} is a folder or a device: name a file to write")


def _require_place(target: Path) -> None:
    parent = target.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise OutputError(f"{target} cannot be written: {parent} is not a folder")
    if "files" in _record(parent):
        raise OutputError(f"{target} lies inside the model {parent}: write it somewhere else")
    if not os.access(parent, os.W_OK):
        raise OutputError(f"{target} cannot be written: no write permission in {parent}")


def _require_ours(folder: Path) -> None:
    """Refuse a folder that cracklens did not write, or that holds something else besides.

    Raises:
        OutputError: names what is not ours.
    """
    record = _record(folder)
    ours = {"card.json", "metrics.json", *record.get("files", ())}
    ours |= set(EVALUATION_FILES) if "class_mapping" in record else set()
    if is_inspection(folder):
        record, ours = {INSPECTION: True}, {*INSPECTION_FILES, *LITTER}
    elif (folder / REVIEWED_RECORD).is_file():
        record, ours = {REVIEWED_RECORD: True}, {*REVIEWED_FILES, *LITTER}
    others = sorted(entry.name for entry in folder.iterdir() if entry.name not in ours)
    if record and DECISIONS in others:
        raise OutputError(
            f"{folder} holds decisions of people ({DECISIONS}), which are never replaced: choose "
            f"another output, then take them along with cracklens decisions {folder} --carry-to NEW"
        )
    if not record or others:
        what = f"holds {others[0]}, which" if record else "exists and"
        raise OutputError(
            f"{folder} {what} was not written by cracklens: --overwrite does not touch it"
        )


def is_inspection(folder: Path) -> bool:
    """Tell whether a folder holds an inspection that cracklens wrote, finished or not.

    The beginning of the file says so; the whole of it may be large.
    """
    for name in (INSPECTION, f"{UNFINISHED}/run.json"):
        try:
            with open_regular(folder / name) as file:
                if b'"cracklens_version"' in file.read(_HEAD_BYTES):
                    return True
        except OSError:
            continue
    return False


def _record(folder: Path) -> dict[str, Any]:
    """Return the JSON of a folder that cracklens wrote; empty for any other folder."""
    for name, key in (("card.json", "cracklens_version"), ("metrics.json", "class_mapping")):
        try:
            content = json.loads(read_text(folder / name))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict) and key in content:
            return content
    return {}


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into an `OutputError` that says what to do.

    Raises:
        OutputError: the disk is full, or the place cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise OutputError(
                f"no space left while writing {target}: free some space and run the same command "
                "again; what was finished is kept"
            ) from error
        raise OutputError(f"{target} cannot be written: {error.strerror or error}") from error


def write_json(path: Path, value: Any) -> None:  # noqa: ANN401 - whatever json takes
    """Write `value` as indented UTF-8 JSON, atomically; never NaN, which JSON does not know."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with writing(path) as partial:
        # a file name that is not UTF-8 becomes the escape \udcXX, which JSON readers know
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")


def link_file(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system has no links.

    For files that are only ever replaced as a whole, never changed. A target that exists, as after
    an interruption, is replaced.

    Raises:
        OSError: the source is missing or the target cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_folder(folder: Path) -> None:
    """Make the names of files in a folder last through a power failure.

    On Windows a folder cannot be opened, and nothing is done.

    Raises:
        OSError: the folder cannot be read.
    """
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a regular file as 64 hexadecimal digits."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
