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

    pending: deque[Future[T | PhotoError]] = deque()
    with ThreadPoolExecutor(workers or available_cpus(), "photos") as pool:
        try:
            for path in paths:
                pending.append(pool.submit(one, path))
                if len(pending) >= ahead:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
