"""Regrading a finished inspection: the rooms wired together, from what was kept to the report."""

import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Unpack

from cracklens.api.assessing import NO_VERIFIER, assessor_of
from cracklens.api.regrade_record import new_inspection
from cracklens.api.regrade_work import Done, Job, Setup, work
from cracklens.api.relinking import Place, places_of, relinked
from cracklens.errors import DataError, DataNotFoundError, UsageError, did_you_mean
from cracklens.files import CROPS, INSPECTION, LINES, UNFINISHED, as_path, link_file
from cracklens.inspection.config import REGRADABLE, WAYS_TO_SCALE, InspectConfig, resolve_config
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.keywords import RegradeSettings
from cracklens.inspection.lock import locked
from cracklens.inspection.reuse import TIMINGS
from cracklens.inspection.run_settings import finished_run
from cracklens.inspection.store import (
    Store,
    complete_regrade,
    open_regrade,
    open_store,
    require_place,
)
from cracklens.machine import available_cpus
from cracklens.models import ModelCard
from cracklens.progress import SILENT, Progress
from cracklens.record.frame import Frame, read_frame, write_frame
from cracklens.record.schema import Inspection, PhotoRecord
from cracklens.reporting import embeds_previews, read_preview, write_report, write_tables
from cracklens.reporting.order import ranked
from cracklens.reporting.photo_view import MOST_GRAPHS

FEW = 40
"""Up to so many photographs one process is quicker: another takes a second to start."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class RegradedInspection:
    """A regraded inspection and what it took.

    Attributes:
        inspection: the record; with more than 300 photographs without the widths at the stations,
            which the file holds.
        changed: how many photographs have another result.
        read: of how many pixels were read to regrade them.
        undrawn: ids of photographs without overlay and crops, since the old ones would show the
            old result.
        missing: paths of photographs that are not there.
        wall_s: what it took.
    """

    inspection: Inspection
    changed: int
    read: int
    undrawn: tuple[str, ...]
    missing: tuple[str, ...]
    wall_s: float


def regrade(
    inspection: str | Path,
    output: str | Path | None = None,
    *,
    photos: str | Path | None = None,
    reset: str | Sequence[str] = (),
    pictures: bool = True,
    overwrite: bool = False,
    progress: Progress = SILENT,
    **settings: Unpack[RegradeSettings],
) -> Inspection:
    """Grade a finished inspection again with another scale, context, code, threshold or priority.

    The network never runs. See `cracklens.inspection.regrade.regrade` for when pixels are read.

    Args:
        inspection: folder that `inspect` wrote.
        output: folder for the new result; default: the same folder, whose old result stays until
            the new one is whole.
        photos: folder to which the photographs were moved.
        reset: names of settings that are as if they had never been given.
        pictures: draw overlays and crops again where they changed and the photographs are there.
        overwrite: replace an inspection at `output`.
        progress: listener.
        **settings: what changes, such as `mm_per_px=0.1` or `codes="aashto-mbei"`; see
            `cracklens.inspection.config.REGRADABLE`.

    Raises:
        UsageError: an unknown setting, or one that makes no sense.
        DataNotFoundError: there is no inspection.
        DataError: what was kept of it is missing or damaged.
        OutputError: the output exists or cannot be written.
    """
    folder = as_path(inspection)
    target = as_path(output) if output else folder
    regrade_all(
        folder,
        target,
        dict(settings),
        photos=as_path(photos) if photos else None,
        reset=[reset] if isinstance(reset, str) else reset,
        pictures=pictures,
        overwrite=overwrite,
        progress=progress,
    )
    return Inspection.load(target)


def regrade_all(
    folder: Path,
    target: Path,
    settings: Mapping[str, Any],
    *,
    photos: Path | None = None,
    reset: Collection[str] = (),
    pictures: bool = True,
    overwrite: bool = False,
    workers: int | None = None,
    progress: Progress = SILENT,
) -> RegradedInspection:
    """Do what `regrade` does, and say what it took.

    Raises:
        CracklensError: as `regrade`.
    """
    started = time.perf_counter()
    if not (folder / INSPECTION).is_file() and not (folder / UNFINISHED).is_dir():
        raise DataNotFoundError(f"{folder} holds no inspection: name the output of `inspect`")
    with locked(folder):
        complete_regrade(folder)
        frame = read_frame(folder)
        card = ModelCard.model_validate(frame.inspection.model.card)
        config = changed_config(frame.inspection, settings, reset)
        if config.threshold is not None and card.verification is None:
            raise UsageError(NO_VERIFIER)
        root, places = frame.inspection.root, places_of(frame.inspection.root, frame.rows)
        if photos:
            root, places = relinked(frame.rows, photos, progress)
        inputs = _inputs(root, frame, places)
        assessor = assessor_of(config, inputs, card)
        with _opened(folder, target, frame, overwrite=overwrite) as store:
            setup = Setup(
                assessor=assessor,
                threshold=_threshold(config, card),
                source=folder,
                result=store.result,
                pictures=pictures,
                overlays=bool(frame.inspection.configuration.get("overlays", True)),
                max_pixels=config.max_pixels,
                photographs=_total(frame),
                slim=not embeds_previews(_total(frame)),
            )
            done = _all_done(setup, _jobs(folder, frame, places), workers, progress)
            found = new_inspection(frame, config, setup.assessor, inputs, places, done)
            _publish(store, folder, _with_graphs(found, done) if setup.slim else found, done)
    return RegradedInspection(
        found,
        sum(each.changed for each in done),
        sum(each.read for each in done),
        tuple(row.id for row, each in zip(frame.rows, done, strict=True) if each.undrawn),
        tuple(str(place.path) for place in places if not place.there),
        time.perf_counter() - started,
    )


def changed_config(
    inspection: Inspection, settings: Mapping[str, Any], reset: Collection[str]
) -> InspectConfig:
    """Return the configuration of an inspection with other settings.

    A way to the scale takes the place of the one before.

    Args:
        inspection: whose configuration is changed.
        settings: those that are given; None means not given.
        reset: those that are as if they had never been given.

    Raises:
        UsageError: a setting that does not exist, needs the network, or makes no sense.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    for name in (*given, *reset):
        if name in REGRADABLE:
            continue
        if name in InspectConfig.model_fields:
            raise UsageError(
                f"{name} needs the photographs and the network: inspect again with --overwrite"
            )
        raise UsageError(f"unknown setting {name!r}: {did_you_mean(name, REGRADABLE)}")
    left_out = {*reset, *(WAYS_TO_SCALE if set(WAYS_TO_SCALE) & set(given) else ())}
    kept = {
        name: value
        for name, value in inspection.configuration.items()
        if name in {*REGRADABLE, "max_pixels", "overlays"} and name not in left_out
    }
    return resolve_config(None, {**kept, **given})


def _threshold(config: InspectConfig, card: ModelCard) -> float | None:
    if config.threshold is not None or card.verification is None:
        return config.threshold
    return card.verification.threshold


def _total(frame: Frame) -> int:
    found = frame.inspection
    return len(frame.rows) + len(found.failed) + len(found.copies)


def _inputs(root: str, frame: Frame, places: Sequence[Place]) -> Inputs:
    found = frame.inspection
    names = [each.path for each in found.failed] + [each.path for each in found.copies]
    others = [Path(root, name) for name in names]
    return Inputs(Path(root), (*(place.path for place in places), *others))


def _jobs(folder: Path, frame: Frame, places: Sequence[Place]) -> list[Job]:
    crops: dict[str, list[str]] = {}
    place = folder / CROPS
    for file in sorted(place.iterdir()) if place.is_dir() else ():
        crops.setdefault(file.name.partition("-")[0], []).append(file.name)
    return [
        Job(row, where.name, where.path, where.there, tuple(crops.get(row.id, ())))
        for row, where in zip(frame.rows, places, strict=True)
    ]


@contextmanager
def _opened(folder: Path, target: Path, frame: Frame, *, overwrite: bool) -> Iterator[Store]:
    """Yield where the new result is made; after an error nothing is left of it."""
    run = finished_run(frame.inspection)
    same = target.resolve() == folder.resolve()
    with nullcontext() if same else locked(target):
        if same:
            store = open_regrade(folder, run)
        else:
            require_place(target, resume=False, overwrite=overwrite)
            store = open_store(target, run, resume=False, overwrite=overwrite)
        try:
            yield store
        except BaseException:
            if not store.is_whole():
                shutil.rmtree(store.work, ignore_errors=True)
            raise


def _all_done(
    setup: Setup, jobs: Sequence[Job], workers: int | None, progress: Progress
) -> list[Done]:
    """Return what came of all photographs, in their order.

    Raises:
        DataError: one cannot be regraded; nothing is written then.
    """
    count = min(workers or available_cpus(), -(-len(jobs) // FEW))
    done = []
    with progress.step("regrade", len(jobs), "photographs") as step:
        for each in _worked(setup, jobs, count):
            done.append(each)
            step.advance()
    failed = [each for each in done if each.error]
    if not failed:
        return done
    wanted = [each.error for each in failed if each.wanted]
    if not wanted:
        raise DataError(failed[0].error)
    more = f" and {len(wanted) - _NAMED:,} more" if len(wanted) > _NAMED else ""
    raise DataError(
        f"the pixels of {len(wanted):,} photographs are needed for this change, and cannot be read "
        f"({'; '.join(wanted[:_NAMED])}{more}): say where they are with --photos FOLDER"
    )


def _worked(setup: Setup, jobs: Sequence[Job], workers: int) -> Iterator[Done]:
    if workers <= 1:
        yield from map(partial(work, setup), jobs)
        return
    # no forks: threads of libraries may hold locks
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(work, setup), jobs, chunksize=4)


def _with_graphs(found: Inspection, done: Sequence[Done]) -> Inspection:
    """Return an inspection without widths at the stations, but for cracks that have a graph."""
    shown = {photo.id for photo, _ in ranked(found)[:MOST_GRAPHS]}
    return found.model_copy(
        update={
            "photographs": [
                PhotoRecord.model_validate_json(each.text) if photo.id in shown else photo
                for photo, each in zip(found.photographs, done, strict=True)
            ]
        }
    )


def _publish(store: Store, source: Path, found: Inspection, done: Sequence[Done]) -> None:
    def complete(folder: Path) -> None:
        write_report(found, folder, lambda photo: read_preview(photo, folder / LINES))
        write_tables(found, folder, (each.widths for each in done))
        if (source / TIMINGS).is_file():
            link_file(source / TIMINGS, folder / TIMINGS)
        write_frame(found, (each.text for each in done), folder)

    store.publish(complete)
