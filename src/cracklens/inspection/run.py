"""The run over many photographs: read ahead, detect, trace, keep."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.detection.search import Detecting, search
from cracklens.detection.surface import SurfaceModel
from cracklens.errors import PhotoError
from cracklens.inspection.assess import Assess
from cracklens.inspection.copies import Copies
from cracklens.inspection.finish import Find, Finisher, OnPhoto, Read, explained
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.store import Copied, Finished, Stamp, Store, stamp_of
from cracklens.inspection.timings import Seconds, timed
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos.decode import peek_pixels
from cracklens.photos.stream import run_ahead
from cracklens.progress import SILENT, Progress
from cracklens.record.schema import CopyRecord, FailedRecord, PhotoRecord

BYTES_AHEAD = 120_000_000
"""For decoded photographs that wait and the one in the network: three of 12 megapixels, 36 MB each.
One that is larger than this is alone in memory."""
_BYTES_PER_PIXEL = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        records: of the photographs that were inspected, in the order in which they were found.
        failed: those that could not be, in that order.
        seconds: time spent on each photograph in `records`, by step.
        stamps: of the file of each photograph in `records`, when it was read.
        copies: files with the same bytes as one of these photographs, in that order.
        copy_stamps: of the file of each copy.
        kept: how many photographs in `records` an earlier, interrupted run had finished.
    """

    records: list[PhotoRecord]
    failed: list[FailedRecord]
    seconds: list[Seconds]
    stamps: list[Stamp]
    copies: list[CopyRecord]
    copy_stamps: list[Stamp]
    kept: int = 0


def run_inspection(
    inputs: Inputs,
    detector: Detecting,
    finder: Find,
    assess: Assess | None = None,
    *,
    surface: SurfaceModel | None = None,
    overlays: bool = False,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    workers: int | None = None,
    store: Store | None = None,
    on_photo: OnPhoto | None = None,
    strict: bool = False,
    progress: Progress = SILENT,
) -> Outcome:
    """Inspect photographs one after the other; a bad one never ends the run.

    Threads read ahead, the network runs in the calling thread, and while it is at the next
    photograph another thread traces and measures the last one and keeps the result. A copy, a file
    with the same bytes as an earlier photograph, is not inspected again.

    Args:
        inputs: the photographs.
        detector: what finds cracks.
        finder: what turns the map of a photograph into cracks.
        assess: what measures and grades the cracks of a photograph; without it, they are traced
            alone.
        surface: what tells surfaces from all else; without it, every line counts.
        overlays: name an overlay in each record; `on_photo` writes it.
        max_pixels: refuse larger photographs.
        workers: threads that read.
        store: where finished photographs are kept; those that it holds already are not done again.
        on_photo: called with each photograph and its record before it counts as finished.
        strict: raise the first photograph that cannot be inspected.
        progress: listener.

    Raises:
        PhotoError: a photograph cannot be inspected and `strict` is set.
        OutputError: the result cannot be written; what was finished is kept.
    """
    copies = Copies(inputs, store, dict(_kept(inputs, store)))
    done: dict[int, Finished] = {}
    failed: dict[int, PhotoError] = {}

    finish = Finisher(inputs, finder, assess, surface, store, on_photo, overlays=overlays)

    def complete(read: Read, found: ProbabilityMap | PhotoError) -> None:
        if isinstance(found, PhotoError):
            raise found
        done[read.index] = finish(read, found)

    with progress.step("inspect", len(inputs.paths), "photographs") as step:
        step.advance(len(copies.kept) + len(copies.known))
        before = {*copies.kept, *copies.known}
        todo = [index for index in range(len(inputs.paths)) if index not in before]
        steps = _Steps(copies, assess, detector, complete)
        for index, error in _inspected(inputs, todo, steps, max_pixels, workers):
            if error and strict:
                raise error
            if error:
                failed[index] = error
            step.advance()
    return _outcome_of(copies, done, failed)


def _outcome_of(
    copies: Copies, done: Mapping[int, Finished], failed: Mapping[int, PhotoError]
) -> Outcome:
    all_done = {**copies.kept, **done}
    order = sorted(all_done)
    counted_once = copies.counted_once(failed)
    return Outcome(
        [all_done[index].record for index in order],
        copies.failed(failed),
        [all_done[index].seconds for index in order],
        [all_done[index].stamp for index in order],
        list(counted_once.values()),
        [copies.known[index].stamp for index in counted_once],
        len(copies.kept),
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    copies: Copies
    assess: Assess | None
    detector: Detecting
    complete: Callable[[Read, ProbabilityMap | PhotoError], None]


def _kept(inputs: Inputs, store: Store | None) -> Iterator[tuple[int, Finished | Copied]]:
    """Yield what an earlier run finished, of files that have not changed since."""
    for index, path in enumerate(inputs.paths):
        finished = store.get(inputs.identifier(index)) if store else None
        try:
            if finished and finished.stamp == stamp_of(path, inputs.region(index)):
                yield index, finished
        except OSError:
            continue  # it is gone, which is said when it is read


def _inspected(
    inputs: Inputs,
    todo: list[int],
    steps: _Steps,
    max_pixels: int,
    workers: int | None,
) -> Iterator[tuple[int, PhotoError | None]]:
    """Yield the number of each photograph when it is done, and why it could not be."""
    waiting: tuple[int, Future[None]] | None = None
    with ThreadPoolExecutor(1, "tracing") as tracer:
        for item in _originals(inputs, todo, steps, max_pixels, workers):
            if not isinstance(item, Read):
                yield item
                continue
            alone = item.photo.pixels.nbytes > BYTES_AHEAD
            if waiting and alone:
                yield _outcome(*waiting)
                waiting = None
            found = _detected(steps.detector, item)
            if waiting:
                yield _outcome(*waiting)
            waiting = item.index, tracer.submit(steps.complete, item, found)
            del item, found
            if alone:
                yield _outcome(*waiting)
                waiting = None
        if waiting:
            yield _outcome(*waiting)


def _originals(
    inputs: Inputs, todo: list[int], steps: _Steps, max_pixels: int, workers: int | None
) -> Iterator[Read | tuple[int, PhotoError | None]]:
    """Return the photographs as they are read; of one that is done now, its number and why.

    No name here keeps a photograph in memory.
    """

    def read(index: int) -> Read | tuple[int, PhotoError]:
        seconds = dict[str, float]()
        try:
            with timed(seconds, "decode"):
                stamp = _stamp(inputs.paths[index], inputs.region(index))
                photo = inputs.read(index, max_pixels)
            scaled = None
            if steps.assess:
                with timed(seconds, "measuring"), explained(photo.path):
                    scaled = steps.assess.scaled(photo)
            return Read(index, photo, stamp, seconds, scaled)
        except PhotoError as error:
            return index, error

    def weight(index: int) -> int:
        return _BYTES_PER_PIXEL * peek_pixels(inputs.paths[index])

    def or_copy(item: Read | tuple[int, PhotoError]) -> Read | tuple[int, PhotoError | None]:
        if isinstance(item, Read) and steps.copies.is_copy(
            item.index, item.photo.sha256, item.stamp
        ):
            return item.index, None
        return item

    return map(or_copy, run_ahead(todo, read, workers=workers, weigh=weight, budget=BYTES_AHEAD))


def _detected(detector: Detecting, read: Read) -> ProbabilityMap | PhotoError:
    try:
        with timed(read.seconds, "network"), explained(read.photo.path):
            return search(detector, read.photo, read.hidden, read.mm_per_px)
    except PhotoError as error:
        return error


def _outcome(index: int, future: Future[None]) -> tuple[int, PhotoError | None]:
    try:
        future.result()
    except PhotoError as error:
        return index, error
    return index, None


def _stamp(path: Path, region: Path | None) -> Stamp:
    try:
        return stamp_of(path, region)
    except OSError as error:
        raise PhotoError(path, f"cannot be read ({error.strerror or error})") from error
