"""The output folder of an inspection, while it is filled and when it gets its content.

All work happens in `OUT/.unfinished`:

- `run.json`: the settings and the list of photographs;
- `P003.json`: what was found in one photograph, written whole or not at all, after everything else
  that belongs to it; of a copy of another photograph, its hash alone;
- `result/`: what becomes the content of OUT. When it is whole it is called `whole/`; an older
  result is removed, then it is called `moving/`, and its entries are moved up, `inspection.json`
  last.

So a run that was killed at any moment goes on where it stopped, and an older result stays until the
new one is whole.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cracklens.errors import OutputError
from cracklens.files import (
    CROPS,
    INSPECTION,
    INSPECTION_FILES,
    LINES,
    LITTER,
    REVIEWED,
    REVIEWED_FILES,
    UNFINISHED,
    explained,
    require_free,
    write_json,
)
from cracklens.inspection.run_settings import finished_run, require_same
from cracklens.record.schema import Inspection, PhotoRecord, read_json

_RUN = "run.json"
Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished photograph.

    Attributes:
        record: what was found.
        stamp: size in bytes and time of change in ns of the file that was read, and of the file of
            its region, if it has one.
        seconds: time spent, by step.
    """

    record: PhotoRecord
    stamp: Stamp
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Copied:
    """A photograph with the same bytes as another one of the run.

    Attributes:
        sha256: of the file.
        stamp: as of a finished photograph.
    """

    sha256: str
    stamp: Stamp


class Store:
    """The work in progress in an output folder. Made by `open_store`."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.work = output / UNFINISHED
        self.result = self.work / "result"
        self._whole = self.work / "whole"
        self._moving = self.work / "moving"

    def get(self, identifier: str) -> Finished | Copied | None:
        """Return a finished photograph or a copy, if its file is whole."""
        try:
            content = read_json(self.work / f"{identifier}.json")
            stamp = tuple(int(part) for part in content["stamp"])
            if "copied" in content:
                return Copied(str(content["copied"]), stamp)
            record = PhotoRecord.model_validate(content["record"])
            return Finished(record, stamp, content["seconds"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # what a power failure leaves can be empty: it is done again

    def put(self, finished: Finished) -> None:
        """Keep a finished photograph; everything else that belongs to it must be there already."""
        content = {
            "stamp": finished.stamp,
            "seconds": finished.seconds,
            "record": finished.record.model_dump(mode="json"),
        }
        write_json(self.work / f"{finished.record.id}.json", content)

    def put_copy(self, identifier: str, copied: Copied) -> None:
        """Keep a copy, and remove what was written for it while it counted by itself."""
        for picture in (
            *(self.result / "overlays").glob(f"{identifier}-*.png"),
            *(self.result / CROPS).glob(f"{identifier}-*.jpg"),
            self.result / LINES / f"{identifier}.npz",
        ):
            picture.unlink(missing_ok=True)
        content = {"stamp": copied.stamp, "copied": copied.sha256}
        write_json(self.work / f"{identifier}.json", content)

    def publish(self, make: Callable[[Path], None]) -> None:
        """Let `make` complete the result, and give the output folder its content."""
        with explained(self.output):
            self.result.mkdir(exist_ok=True)
            make(self.result)
            self.result.rename(self._whole)
            self._move_up()

    def is_whole(self) -> bool:
        """Tell whether the result was whole, and only its moving was interrupted."""
        return self._whole.is_dir() or self._moving.is_dir()

    def finish_moving(self) -> Path:
        """Complete a move that was interrupted; return the output."""
        with explained(self.output):
            self._move_up()
        return self.output

    def _move_up(self) -> None:
        if self._whole.is_dir():
            for name in INSPECTION_FILES:  # the record first: what it names is there while it is
                if name != UNFINISHED:
                    _remove(self.output / name)
            self._whole.rename(self._moving)
        for entry in sorted(self._moving.iterdir(), key=lambda entry: entry.name == INSPECTION):
            entry.rename(self.output / entry.name)
        (self.work / _RUN).unlink()  # from here on it counts as finished
        shutil.rmtree(self.work)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def open_store(output: Path, run: Mapping[str, Any], *, resume: bool, overwrite: bool) -> Store:
    """Begin an inspection in a folder, or continue one that was interrupted.

    Args:
        output: the folder.
        run: all that decides the result, from `run_of`.
        resume: go on where the last run stopped, if there is one.
        overwrite: begin anew, and replace an inspection that is there.

    Raises:
        OutputError: the folder holds an unfinished inspection and neither `resume` nor `overwrite`
            is given, or one with other settings or photographs, or something else.
    """
    require_place(output, resume=resume, overwrite=overwrite)
    store = Store(output)
    with explained(output):
        before = _run_of(store.work)
        if before is not None and not overwrite:
            require_same(output, before, run)
            for litter in store.work.rglob(".*.partial"):  # of the process that was killed
                litter.unlink(missing_ok=True)
        else:
            if store.work.exists():
                shutil.rmtree(store.work)
            write_json(store.work / _RUN, run)
            store.result.mkdir()
    return store


def unfinished_run(output: Path) -> dict[str, Any] | None:
    """Return the settings and photographs of an interrupted run in a folder; None without one."""
    return _run_of(output / UNFINISHED)


def open_addition(output: Path, run: Mapping[str, Any]) -> Store:
    """Begin or continue to add photographs to the inspection in a folder.

    What an interrupted run finished stays, as does the old result until the new one is whole.

    Args:
        output: the folder.
        run: of `run_of`, with the `ids` of its photographs.

    Raises:
        OutputError: the folder holds something else, or cannot be written.
    """
    require_place(output, resume=True, overwrite=False)
    store = Store(output)
    with explained(output):
        for litter in store.work.rglob(".*.partial"):  # of the process that was killed
            litter.unlink(missing_ok=True)
        if store.work.is_dir() and _run_of(store.work) is None:
            shutil.rmtree(store.work)
        write_json(store.work / _RUN, dict(run))
        if not store.is_whole():
            store.result.mkdir(exist_ok=True)
    return store


def open_regrade(output: Path, run: Mapping[str, Any]) -> Store:
    """Begin to regrade an inspection in its own folder; the old result stays until it is whole.

    What else lies in the folder stays, too.

    Args:
        output: the folder of a finished inspection.
        run: what identifies the result, from `finished_run`.

    Raises:
        OutputError: an inspection was begun there, or the folder cannot be written.
    """
    store = Store(output)
    with explained(output):
        if _run_of(store.work) is not None:
            raise OutputError(
                f"{output} holds an unfinished inspection: finish it with inspect --resume first"
            )
        require_ours_inside(output)
        if store.work.exists():
            shutil.rmtree(store.work)
        write_json(store.work / _RUN, {**run, "regrade": True})
        store.result.mkdir()
    return store


def complete_regrade(output: Path) -> None:
    """Complete a regrade that was interrupted while its result was moved into place.

    Raises:
        OutputError: the folder cannot be written.
    """
    store = Store(output)
    try:
        content = read_json(store.work / _RUN)
    except (OSError, ValueError):
        return
    if isinstance(content, dict) and "regrade" in content and store.is_whole():
        store.finish_moving()


def finished_before(output: Path, run: Mapping[str, Any]) -> Inspection | None:
    """Return the finished inspection in a folder, unless an unfinished run lies there.

    Raises:
        OutputError: it was made of other photographs or with other settings.
        DataError: it cannot be read.
    """
    if _run_of(output / UNFINISHED) is not None or not (output / INSPECTION).exists():
        return None
    found = Inspection.load(output)
    before = finished_run(found)
    for each in (before, run := dict(run)):
        each["photographs"] = sorted(each["photographs"])
    require_same(output, before, run)
    return found


def require_place(output: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse an output that is taken or cannot be written, before any work is done.

    Raises:
        OutputError: says what stands in the way.
    """
    with explained(output):
        run = _run_of(output / UNFINISHED)
        if (
            run is None
            and output.is_dir()
            and {entry.name for entry in output.iterdir()} == {UNFINISHED}
        ):
            return  # killed before anything was begun
        if run is not None and not (resume or overwrite):
            done = sum(1 for _ in (output / UNFINISHED).glob("P*.json"))
            raise OutputError(
                f"{output} holds an unfinished inspection ({done:,} of "
                f"{len(run['photographs']):,} photographs done): add --resume to go on with it, "
                "or --overwrite to begin anew"
            )
        require_free(output, overwrite=overwrite or resume)
        require_ours_inside(output)


def stamp_of(path: Path, region: Path | None = None) -> Stamp:
    """Return what tells whether a photograph was changed: size and time of change in ns.

    Args:
        path: of the photograph.
        region: file of its region; its size and time follow those of the photograph.
    """
    files = (path,) if region is None else (path, region)
    states = [os.stat(file) for file in files]  # noqa: PTH116 - 10,000 files
    return tuple(part for state in states for part in (state.st_size, state.st_mtime_ns))


def _run_of(work: Path) -> dict[str, Any] | None:
    try:
        content = read_json(work / _RUN)
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or "photographs" not in content or "regrade" in content:
        return None
    return content


def require_ours_inside(output: Path) -> None:
    """Refuse to replace folders into which somebody put files of their own.

    Raises:
        OutputError: names the file.
    """
    _require_ours_inside(output / "overlays", re.compile(r"P\d+-.*\.png"))
    _require_ours_inside(output / "tables", re.compile(r".*\.csv"))
    _require_ours_inside(output / REVIEWED, re.compile("|".join(map(re.escape, REVIEWED_FILES))))
    _require_ours_inside(output / LINES, re.compile(r"P\d+\.npz|[0-9a-f]{64}\.jpg"))


def _require_ours_inside(folder: Path, ours: re.Pattern[str]) -> None:
    """Refuse to replace a folder into which somebody put files of their own."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if not ours.fullmatch(entry.name) and entry.name not in LITTER:
            raise OutputError(
                f"{entry} was not written by cracklens: --overwrite does not touch it; move it"
            )
