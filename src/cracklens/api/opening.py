"""How an inspection begins in its folder: anew, after an interruption, or with new photographs."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cracklens.errors import PhotoError
from cracklens.files import INSPECTION, LINES
from cracklens.inspection.adding import Addition, plan_addition
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.reuse import carry, read_timings, reusable_results, reuse_results
from cracklens.inspection.run import Outcome
from cracklens.inspection.run_settings import finished_run, require_same_settings
from cracklens.inspection.store import (
    Finished,
    Store,
    finished_before,
    open_addition,
    open_store,
    unfinished_run,
)
from cracklens.photos import read_photo
from cracklens.progress import Progress
from cracklens.record.schema import Inspection, PhotoRecord


def addition_to(output: Path | None, given: Inputs, *, add: bool, resume: bool) -> Addition:
    """Return what is added to the inspection in a folder; the inputs alone if nothing is.

    `resume` adds, too, where all photographs of a finished inspection are named and others besides,
    or where photographs were added before.

    Args:
        output: the folder; None without one.
        given: the photographs that were named.
        add: new photographs are to be added.
        resume: an inspection is to go on.

    Raises:
        DataError: the inspection cannot be read.
    """
    plain = Addition(given)
    if output is None or not (add or resume):
        return plain
    before = unfinished_run(output)
    found = Inspection.load(output) if (output / INSPECTION).is_file() else None
    adding = before is not None and "ids" in before
    if found is None and (before is None or not add) and not adding:
        return plain
    if add or adding:
        return plan_addition(found, before, output, given)
    if before is None and found and _adds(found, given):
        return plan_addition(found, None, output, given)
    return plain


def _adds(found: Inspection, given: Inputs) -> bool:
    """Return whether to resume a finished inspection is to add to it."""
    root = Path(found.root)
    there = [photo for photo in found.photographs if photo.gone is None]
    names = [photo.path for photo in there]
    names += [failed.path for failed in found.failed] + [copy.path for copy in found.copies]
    old = {os.path.realpath(root / name) for name in names}
    now = {os.path.realpath(path): number for number, path in enumerate(given.paths)}
    ids = {os.path.realpath(root / photo.path): photo.id for photo in there}
    moved = any(given.identifier(now[path]) != ids[path] for path in ids if path in now)
    return old <= set(now) and (old != set(now) or moved or len(there) < len(found.photographs))


def open_output(
    output: Path | None,
    run: Mapping[str, Any],
    inputs: Inputs,
    addition: Addition,
    *,
    resume: bool,
    overwrite: bool,
    max_pixels: int,
    progress: Progress,
) -> Store | Inspection | None:
    """Return where the inspection is kept while it is made; or that of the folder, if it is done.

    Args:
        output: the folder.
        run: all that decides the result.
        inputs: the photographs.
        addition: what is added to an inspection that is there.
        resume: go on where the last run stopped.
        overwrite: begin anew.
        max_pixels: larger photographs are not read.
        progress: listener.

    Raises:
        OutputError: something stands in the way.
    """
    if output is None:
        return None
    store: Store | Inspection
    if addition.is_any:
        store = _added(output, run, addition, max_pixels, progress)
    elif resume and (found := finished_before(output, run)):
        valid = reusable_results(found, output, inputs, max_pixels=max_pixels)
        if valid is None:
            progress.say(f"{output} is finished already, and no photograph changed since")
            return found
        progress.say(
            f"{output} is finished already; {len(inputs.paths) - len(valid):,} of "
            f"{len(inputs.paths):,} photographs changed or failed and are looked at again"
        )
        store = open_store(output, run, resume=False, overwrite=True)
        reuse_results(store, inputs, valid, previews(store, inputs, max_pixels))
    else:
        store = open_store(output, run, resume=resume, overwrite=overwrite)
    if isinstance(store, Store) and store.is_whole():
        return Inspection.load(store.finish_moving())
    return store


def _added(
    output: Path, run: Mapping[str, Any], addition: Addition, max_pixels: int, progress: Progress
) -> Store | Inspection:
    before = unfinished_run(output)
    found = Inspection.load(output) if (output / INSPECTION).is_file() else None
    for each in (before, found and finished_run(found)):
        if each:
            require_same_settings(output, each, run)
    if found and before is None and _is_nothing(found, addition):
        progress.say(f"{output} holds all these photographs already")
        return found
    old = len(found.photographs) if found else 0
    progress.say(
        f"{addition.new:,} photographs are new or not inspected yet; {old:,} of {output} stay"
    )
    store = open_addition(output, {**run, "ids": list(addition.inputs.ids)})
    if store.is_whole():
        return store
    inputs = addition.inputs
    waiting = {
        index: result
        for index, result in addition.valid.items()
        if store.get(inputs.identifier(index)) is None
    }
    reuse_results(store, inputs, waiting, previews(store, inputs, max_pixels))
    for record in addition.gone:
        carry(store, record)
    return store


def _is_nothing(found: Inspection, addition: Addition) -> bool:
    """Return whether an addition leaves an inspection as it is."""
    records = [each.record for each in addition.valid.values() if isinstance(each, Finished)]
    now = sorted([*records, *addition.gone], key=lambda photo: photo.id)
    return not addition.new and now == sorted(found.photographs, key=lambda photo: photo.id)


def with_gone(outcome: Outcome, gone: Sequence[PhotoRecord], output: Path | None) -> Outcome:
    """Return the outcome of a run with photographs whose files are gone, in the order of the ids.

    Args:
        outcome: of the photographs that are there.
        gone: those that are not.
        output: folder of the old result, which knows how long they took.
    """
    if not gone or output is None:
        return outcome
    seconds = read_timings(output).get("photographs", {})
    rows = list(zip(outcome.records, outcome.seconds, outcome.stamps, strict=True))
    rows += [(record, dict(seconds.get(record.id, {})), ()) for record in gone]
    rows.sort(key=lambda row: (len(row[0].id), row[0].id))
    return replace(
        outcome,
        records=[record for record, _, _ in rows],
        seconds=[times for _, times, _ in rows],
        stamps=[stamp for _, _, stamp in rows],
    )


def previews(
    store: Store, inputs: Inputs, max_pixels: int
) -> Callable[[int, PhotoRecord], None] | None:
    """Return what keeps or makes the preview of a photograph that is not inspected again.

    Args:
        store: of the new run.
        inputs: the photographs.
        max_pixels: larger photographs are not read.
    """
    from cracklens.reporting import embeds_previews, keep_preview, save_preview

    def make(index: int, record: PhotoRecord) -> None:
        if keep_preview(record, store.output / LINES, store.result / LINES):
            return
        photo = read_photo(inputs.paths[index], max_pixels=max_pixels)
        if photo.sha256 != record.sha256:  # changed within the grain of the file system's clock
            raise PhotoError(photo.path, "is not the photograph that was inspected")
        save_preview(photo.pixels, record, store.result / LINES)

    return make if embeds_previews(len(inputs.paths)) else None
