"""Reading many photographs ahead of whoever uses them, in order and in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cracklens.errors import PhotoError
from cracklens.machine import DEFAULT_MAX_PIXELS, available_cpus
from cracklens.photos.decode import read_photo
from cracklens.photos.photo import Photo

S = TypeVar("S")
T = TypeVar("T")


def stream_photos(
    paths: Iterable[Path],
    prepare: Callable[[Photo], T],
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    workers: int | None = None,
    ahead: int = 32,
) -> Iterator[T | PhotoError]:
    """Read and prepare photographs on threads; yield the results in the order of `paths`.

    Decoders release the interpreter lock, so the threads run beside the inference engine. At most
    `ahead` photographs are in memory at a time. A picture that cannot be read is yielded as the
    `PhotoError` that says why; it never ends the stream.
    """

    def one(path: Path) -> T | PhotoError:
        try:
            return prepare(read_photo(path, max_pixels=max_pixels))
        except PhotoError as error:
            return error

    yield from run_ahead(paths, one, workers=workers, ahead=ahead)


def run_ahead(
    items: Iterable[S],
    work: Callable[[S], T],
    *,
    workers: int | None = None,
    ahead: int = 32,
    weigh: Callable[[S], int] = lambda _: 0,
    budget: int = 0,
) -> Iterator[T]:
    """Work on items ahead on threads; yield the results in the order of the items.

    Args:
        items: what to work on.
        work: what to do with each; what it raises is raised where its result would come.
        workers: threads; default: the processors of this process.
        ahead: results that exist at a time, at most.
        weigh: memory that the result of an item will take, in bytes.
        budget: bytes that the results may take together, the one in the hands of the caller
            counted. A single item that weighs more is worked on when nothing else is there.
    """
    pending: deque[tuple[Future[T], int]] = deque()
    held = 0  # weight of what is pending and of what the caller holds

    with ThreadPoolExecutor(workers or available_cpus(), "photos") as pool:
        try:
            for item in items:
                weight = weigh(item)
                while pending and held + weight > budget > 0:
                    released = pending[0][1]
                    yield pending.popleft()[0].result()  # no name here keeps it in memory
                    held -= released
                pending.append((pool.submit(work, item), weight))
                held += weight
                if len(pending) >= ahead:
                    released = pending[0][1]
                    yield pending.popleft()[0].result()  # no name here keeps it in memory
                    held -= released
            while pending:
                yield pending.popleft()[0].result()
        finally:
            for future, _ in pending:
                future.cancel()
