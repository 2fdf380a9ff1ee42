"""New photographs in an inspection that is there: only they are inspected, and no id moves."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cracklens.files import sha256_file
from cracklens.inspection.inputs import Inputs, common_root, readable
from cracklens.inspection.reuse import read_timings
from cracklens.inspection.store import Copied, Finished, Stamp, stamp_of
from cracklens.record.schema import Inspection, PhotoRecord

_NUMBER = re.compile(r"P(\d+)")
_DIGITS = 3
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Addition:
    """What is inspected and what stays.

    Attributes:
        inputs: all files that are there, those of the old result first, with their ids.
        valid: results that stay, by the index of the photograph.
        gone: photographs of the old result whose file is gone; they stay as they are.
        new: how many photographs are inspected.
    """

    inputs: Inputs
    valid: dict[int, Finished | Copied] = field(default_factory=dict)
    gone: tuple[PhotoRecord, ...] = ()
    new: int = 0

    @property
    def is_any(self) -> bool:
        """Whether photographs are added to an inspection that is there."""
        return bool(self.inputs.ids)

    def told(self) -> list[str]:
        """Return what a person should know of files that are gone, one line each."""
        lines = []
        for kind, what in _GONE.items():
            own = [photo for photo in self.gone if photo.gone == kind]
            if own:
                names = ", ".join(f"{photo.id} ({photo.path})" for photo in own[:_NAMED])
                more = f" and {len(own) - _NAMED:,} more" if len(own) > _NAMED else ""
                count = "1 photograph stays" if len(own) == 1 else f"{len(own):,} photographs stay"
                lines.append(f"{count} in the record whose file {what}: {names}{more}")
        return lines


_GONE = {
    "removed": "is gone",
    "replaced": "was replaced by another one of the same name, and both count",
}


def plan_addition(
    found: Inspection | None, before: Mapping[str, Any] | None, output: Path, given: Inputs
) -> Addition:
    """Return what to inspect and what stays of a finished inspection.

    A photograph is known by its bytes. One that was renamed keeps its id; another file under an old
    name is a new photograph. Ids of new ones go on after the greatest that was ever given.

    Args:
        found: the finished inspection; None if there is none.
        before: the run that was interrupted, with the ids that it gave; None without one.
        output: folder of both.
        given: the photographs that were named.
    """
    timings = read_timings(output)
    records = found.photographs if found else []
    where = _located(records, Path(found.root), given, timings) if found else {}
    copies, failed = _others(found) if found else ({}, [])
    taken = {os.path.realpath(path) for path in where.values()}
    known = [path for path in (*copies, *failed) if path.is_file()]
    fresh = [path for path in _once([*known, *given.paths]) if os.path.realpath(path) not in taken]
    old = [record for record in records if record.id in where]
    paths = (*(where[record.id] for record in old), *fresh)
    root = common_root([*paths, *([Path(found.root) / "x"] if found else [])])
    inputs = replace(given, root=root, paths=paths)
    ids = [record.id for record in old]
    ids += _new_ids(fresh, inputs, [record.id for record in records], before or {})
    inputs = replace(inputs, ids=tuple(ids))
    valid: dict[int, Finished | Copied] = {}
    stamps = [_stamp(path, given) for path in paths]
    for index, record in enumerate(old):
        moved = record.model_copy(update={"path": inputs.name(index), "gone": None})
        seconds = timings.get("photographs", {}).get(record.id, {})
        valid[index] = Finished(
            moved, stamp_of(paths[index], given.regions.get(paths[index])), seconds
        )
    known_copies = timings.get("copies", {})
    counted = {record.sha256 for record in old}
    for index in range(len(old), len(paths)):
        sha256, stamp = copies.get(paths[index]), stamps[index]
        same = known_copies.get(_name(found, paths[index])) == list(stamp) if sha256 else False
        if sha256 in counted and same:
            valid[index] = Copied(sha256, stamp)
    gone = tuple(_gone(record, found, root) for record in records if record.id not in where)
    return Addition(inputs, valid, gone, len(paths) - len(valid))


def _located(
    records: Sequence[PhotoRecord], root: Path, given: Inputs, timings: Mapping[str, Any]
) -> dict[str, Path]:
    """Return where each photograph is that is there, by its id."""
    where: dict[str, Path] = {}
    for record in records:
        path = root / record.path
        if record.gone is None and _is_same(path, record, given, timings):
            where[record.id] = path
    lost = {record.sha256: record.id for record in records if record.id not in where}
    used = {os.path.realpath(path) for path in where.values()}
    if lost:
        for path in given.paths:
            if os.path.realpath(path) in used:
                continue
            identifier = lost.pop(_sha256(path), None)
            if identifier:
                where[identifier] = path
    return where


def _is_same(path: Path, record: PhotoRecord, given: Inputs, timings: Mapping[str, Any]) -> bool:
    """Return whether a file holds the photograph still; bytes are read if its time moved."""
    stamp = _stamp(path, given)
    same = bool(stamp) and timings.get("stamps", {}).get(record.id) == list(stamp)
    return same or _sha256(path) == record.sha256


def _stamp(path: Path, given: Inputs) -> Stamp:
    try:
        return stamp_of(path, given.regions.get(path))
    except OSError:
        return ()  # it is gone meanwhile, which is said when it is read


def _sha256(path: Path) -> str:
    try:
        return sha256_file(path)
    except OSError:
        return ""


def _others(found: Inspection) -> tuple[dict[Path, str], list[Path]]:
    """Return the copies of an inspection with the hash of each, and the photographs that failed."""
    root, hashes = Path(found.root), {photo.path: photo.sha256 for photo in found.photographs}
    copies = {root / copy.path: hashes[copy.of] for copy in found.copies if copy.of in hashes}
    return copies, [root / failed.path for failed in found.failed]


def _once(paths: Sequence[Path]) -> list[Path]:
    return list({os.path.realpath(path): path for path in reversed(paths)}.values())[::-1]


def _new_ids(
    fresh: Sequence[Path], inputs: Inputs, used: Sequence[str], before: Mapping[str, Any]
) -> list[str]:
    """Return the ids of new photographs; those of an interrupted run stay."""
    given = dict(zip(before.get("photographs", ()), before.get("ids", ()), strict=False))
    numbers = [int(found[1]) for name in (*used, *given.values()) if (found := _NUMBER.match(name))]
    number = max(numbers, default=0)
    first, ids = len(inputs.paths) - len(fresh), []
    for index in range(first, len(inputs.paths)):
        known = given.get(inputs.name(index))
        if known is None or known in used:
            number += 1
            known = f"P{number:0{_DIGITS}}"
        ids.append(known)
    return ids


def _gone(record: PhotoRecord, found: Inspection | None, root: Path) -> PhotoRecord:
    assert found is not None
    path = Path(found.root, record.path)
    kind = record.gone or ("replaced" if path.exists() else "removed")
    name = readable(Path(os.path.relpath(path, root)).as_posix())
    return record.model_copy(update={"path": name, "gone": kind})


def _name(found: Inspection | None, path: Path) -> str:
    assert found is not None
    return readable(Path(os.path.relpath(path, found.root)).as_posix())
