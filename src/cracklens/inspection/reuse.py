"""Which results of a finished inspection are reused, and which photographs are inspected again.

`timings.json` holds, beside the times, the size and the time of change of every photograph that was
inspected. So 10,000 photographs are compared without reading one of them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cracklens.errors import PhotoError
from cracklens.files import CROPS, link_file
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.kept.file import kept_path
from cracklens.inspection.store import Copied, Finished, Stamp, Store, stamp_of
from cracklens.inspection.timings import Seconds, summed
from cracklens.record.schema import Inspection, PhotoRecord, read_json

TIMINGS = "timings.json"
_Stamped = tuple[Path, Path | None]  # a photograph and the file of its region


def timings_of(
    records: Sequence[PhotoRecord],
    seconds: Sequence[Seconds],
    stamps: Sequence[Stamp],
    copies: Mapping[str, Stamp],
) -> dict[str, Any]:
    """Return what `timings.json` holds, as JSON values.

    Args:
        records: the photographs that were inspected.
        seconds: spent on each, by step.
        stamps: of the file of each, when it was read.
        copies: stamp of each copy by its path in the record.
    """
    ids = [record.id for record in records]
    return {
        "unit": "s",
        "total": summed(seconds),
        "photographs": dict(zip(ids, seconds, strict=True)),
        "stamps": dict(zip(ids, map(list, stamps), strict=True)),
        "copies": {path: list(stamp) for path, stamp in copies.items()},
    }


def reusable_results(
    found: Inspection, output: Path, inputs: Inputs, *, max_pixels: int
) -> dict[int, Finished | Copied] | None:
    """Return the results that are valid; None if all are, so that there is nothing to do.

    A photograph is inspected again if its file or its id changed, if its overlay is missing, if it
    is a copy of such a photograph, or if it failed before. If only failed photographs are left and
    each still fails for the same reason, there is nothing to do.

    Args:
        found: the finished inspection.
        output: its folder.
        inputs: the photographs, the same ones.
        max_pixels: larger ones are not read.

    Returns:
        The results, by the index of the photograph in `inputs`.
    """
    records = {record.path: record for record in found.photographs if record.gone is None}
    failed = {one.path: one.reason for one in found.failed}
    timings = read_timings(output)
    originals = {copy.path: records.get(copy.of) for copy in found.copies}
    holds: set[str] = set()  # ids of photographs
    valid: dict[int, Finished | Copied] = {}
    redo = False
    for index, path in enumerate(inputs.paths):
        name, stamped = inputs.name(index), (path, inputs.region(index))
        record = records.get(name)
        if name in originals:
            original = originals[name]
            copied = _copied(original, timings, name, stamped)
            if copied and original and original.id in holds:
                valid[index] = copied
            else:
                redo = True
        elif record is None:
            redo = redo or _reason(inputs, index, max_pixels) != failed[name]
        elif (
            record.id == inputs.identifier(index)
            and (kept := _finished(record, timings, stamped))
            and record.overlay in {None, inputs.overlay(index)}
            and (record.overlay is None or (output / record.overlay).is_file())
        ):
            valid[index] = kept
            holds.add(record.id)
        else:
            redo = True
    return valid if redo else None


def reuse_results(
    store: Store,
    inputs: Inputs,
    valid: Mapping[int, Finished | Copied],
    preview: Callable[[int, PhotoRecord], None] | None,
) -> None:
    """Copy valid results into the new run, which then inspects the rest.

    Args:
        store: of the new run, begun over the finished one, which stays until the new one is whole.
        inputs: the photographs.
        valid: what `reusable_results` returned.
        preview: keeps the picture of a photograph for the report, where the report holds pictures;
            a photograph for which it raises `PhotoError` is inspected again.
    """
    for index, finished in valid.items():
        if isinstance(finished, Copied):
            store.put_copy(inputs.identifier(index), finished)
            continue
        carry(store, finished.record)
        with suppress(PhotoError):  # what is wrong is said when it is inspected
            if preview:
                preview(index, finished.record)
            store.put(finished)


def carry(store: Store, record: PhotoRecord) -> None:
    """Take the files of a photograph that is not inspected again into the new result.

    Args:
        store: of the new run.
        record: of the photograph in the old result.
    """
    files = [*(store.output / CROPS).glob(f"{record.id}-*.jpg")]
    files += [store.output / record.overlay] if record.overlay else []
    files.append(kept_path(store.output, record.id))
    for file in files:
        target = store.result / file.relative_to(store.output)
        if file.is_file() and not target.exists():
            link_file(file, target)


def read_timings(output: Path) -> dict[str, Any]:
    """Return the content of `timings.json`; empty if there is none that can be read."""
    try:
        content = read_json(output / TIMINGS)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _finished(record: PhotoRecord, timings: dict[str, Any], stamped: _Stamped) -> Finished | None:
    """Return the result of a photograph if its file has not changed."""
    try:
        stamp = stamp_of(*stamped)
        if timings["stamps"][record.id] != list(stamp):
            return None
        return Finished(record, stamp, dict(timings["photographs"][record.id]))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _copied(
    original: PhotoRecord | None, timings: dict[str, Any], name: str, stamped: _Stamped
) -> Copied | None:
    """Return what is kept of a copy, if its file has not changed since."""
    try:
        stamp = stamp_of(*stamped)
        same = original is not None and timings["copies"][name] == list(stamp)
        return Copied(original.sha256, stamp) if original and same else None
    except (OSError, KeyError, TypeError):
        return None


def _reason(inputs: Inputs, index: int, max_pixels: int) -> str | None:
    """Return why a photograph cannot be read; None if it can."""
    try:
        inputs.read(index, max_pixels)
    except PhotoError as error:
        return error.reason
    return None
