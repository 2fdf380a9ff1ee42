"""Reading many photographs ahead of whoever uses them, in order and in bounded memory."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Generic, TypeVar

from cracklens.errors import PhotoError
from cracklens.machine import DEFAULT_MAX_PIXELS, available_cpus
from cracklens.photos.decode import read_photo
from cracklens.photos.in_memory import PictureInMemory
from cracklens.photos.photo import Photo

S = TypeVar("S")
T = TypeVar("T")

_PATIENCE_S = 2.0
"""How long an interrupted run waits for reads that have begun. One from a network share that does
not answer may never end."""


def stream_photos(
    paths: Iterable[Path | PictureInMemory],
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

    def one(path: Path | PictureInMemory) -> T | PhotoError:
        try:
            if isinstance(path, PictureInMemory):
                return prepare(path.read(max_pixels=max_pixels))
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

    The threads do not keep the program from ending: an interrupt ends it within seconds, also
    where a read never returns.

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

    pool = _Pool(work, workers or available_cpus())
    try:
        for item in items:
            weight = weigh(item)
            while pending and held + weight > budget > 0:
                released = pending[0][1]
                yield pending.popleft()[0].result()  # no name here keeps it in memory
                held -= released
            pending.append((pool.submit(item), weight))
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
        pool.close()


class _Pool(Generic[S, T]):
    """Threads that work on items in the order of their submission.

    `concurrent.futures` waits for its threads when the program ends, whatever they are stuck in;
    these are daemons.
    """

    def __init__(self, work: Callable[[S], T], workers: int) -> None:
        self._work = work
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._orders: SimpleQueue[tuple[Future[T], S] | None] = SimpleQueue()

    def submit(self, item: S) -> Future[T]:
        future: Future[T] = Future()
        self._orders.put((future, item))
        if len(self._threads) < self._workers:
            name = f"photos_{len(self._threads)}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def close(self) -> None:
        """Let the threads end, and wait a little for those that are at work."""
        for _ in self._threads:
            self._orders.put(None)
        until = time.monotonic() + _PATIENCE_S
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            future, item = order
            del order  # a thread that waits keeps nothing in memory
            if future.set_running_or_notify_cancel():
                try:
                    result = self._work(item)
                except BaseException as error:  # noqa: BLE001 - raised where the result would come
                    future.set_exception(error)
                else:
                    future.set_result(result)
                    del result
            del future, item
