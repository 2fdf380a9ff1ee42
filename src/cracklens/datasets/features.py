"""Features of a frozen backbone: computed once, cached on disk, found by content.

The key of a row is the SHA-256 of the picture's file. The key of the folder holds everything else
that determines the numbers (backbone, preprocessing, precision, engine). Renamed or copied pictures
are not computed again.
"""

import hashlib
import json
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import PhotoError
from cracklens.files import open_regular, writing
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.models import Engine, Preprocessing
from cracklens.photos import Photo, stream_photos
from cracklens.progress import SILENT, Progress

SHARD_ROWS = 1024
_BATCH = 32
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Features:
    """Features of pictures.

    Attributes:
        values: float32, one row per readable picture, in the order of `indices`.
        indices: index of the path of each row.
        sha256: hash of the file of each row.
        unreadable: reason for each path that cannot be read.
        computed: number of rows that were not in the cache.
    """

    values: NDArray[np.float32]
    indices: NDArray[np.int64]
    sha256: list[str]
    unreadable: dict[Path, str]
    computed: int


class FeatureCache:
    """Shards of features on disk: `<folder>/<key>/<name>.npz`, each written atomically."""

    def __init__(
        self, folder: Path, *, backbone: str, preprocessing: Preprocessing, engine: Engine
    ) -> None:
        key = {
            "backbone": backbone,
            "preprocessing": preprocessing.model_dump(mode="json"),
            "precision": engine.precision,
            "engine": engine.name,
        }
        text = json.dumps(key, sort_keys=True)
        self.folder = folder / "features" / hashlib.sha256(text.encode()).hexdigest()[:20]
        self._pending: dict[bytes, NDArray[np.float32]] = {}
        self._rows: dict[bytes, tuple[int, int]] = {}
        self._shards: list[Path] = []
        for shard in sorted(self.folder.glob("*.npz")):
            self._index(shard)
        with writing(self.folder / "key.json") as partial:
            partial.write_text(text + "\n", encoding="utf-8")

    def _index(self, shard: Path) -> None:
        try:
            with open_regular(shard) as file, np.load(file, allow_pickle=False) as data:
                digests = data["sha256"]
                complete = len(data["features"]) == len(digests)  # reading verifies the checksum
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return  # another program's file, or a damaged one: computed again
        if not complete:
            return
        number = len(self._shards)
        self._shards.append(shard)
        for row, digest in enumerate(digests):
            self._rows[digest.tobytes()] = (number, row)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._rows or digest in self._pending

    def put(self, digest: bytes, row: NDArray[np.float32]) -> None:
        """Add one row; a shard is written after every `SHARD_ROWS` rows."""
        self._pending[digest] = row
        if len(self._pending) >= SHARD_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the pending rows as a shard.

        Raises:
            OutputError: the disk is full or the folder cannot be written.
        """
        if not self._pending:
            return
        digests = np.frombuffer(b"".join(self._pending), np.uint8).reshape(-1, _DIGEST_BYTES)
        target = self.folder / f"{secrets.token_hex(8)}.npz"
        with writing(target) as partial, partial.open("wb") as file:
            np.savez(file, sha256=digests, features=np.stack(list(self._pending.values())))
        self._pending.clear()
        self._index(target)

    def gather(self, digests: Sequence[bytes]) -> NDArray[np.float32]:
        """Return the rows of `digests` (N x D), reading each shard once."""
        self.flush()
        places = np.array([self._rows[digest] for digest in digests], np.int64).reshape(-1, 2)
        values: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        for number in np.unique(places[:, 0]):
            with np.load(self._shards[number], allow_pickle=False) as data:
                shard = data["features"]
            if not values.size:
                values = np.empty((len(digests), shard.shape[1]), np.float32)
            members = np.flatnonzero(places[:, 0] == number)
            values[members] = shard[places[members, 1]]
        return values


def extract_features(
    paths: Sequence[Path],
    engine: Engine,
    preprocessing: Preprocessing,
    cache: FeatureCache,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress = SILENT,
) -> Features:
    """Return the features of pictures; the network runs only for files that are not in the cache.

    Threads decode pictures while the engine runs. An interruption loses no finished shard: the same
    call resumes. Pictures that cannot be read are listed and raise no error.
    """
    digests: list[bytes | None] = [None] * len(paths)
    unreadable: dict[Path, str] = {}
    claimed: set[bytes] = set()
    queued: list[list[bytes]] = []

    def prepare(photo: Photo) -> tuple[bytes, NDArray[np.uint8] | None]:
        digest = bytes.fromhex(photo.sha256)
        return digest, None if digest in cache else preprocessing.fit(photo.pixels)

    def batches() -> Iterator[NDArray[np.uint8]]:
        batch: list[NDArray[np.uint8]] = []
        names: list[bytes] = []
        results = stream_photos(paths, prepare, max_pixels=max_pixels, ahead=3 * _BATCH)
        for index, result in enumerate(results):
            step.advance()
            if isinstance(result, PhotoError):
                unreadable[paths[index]] = str(result)
                continue
            digest, pixels = result
            digests[index] = digest
            if pixels is None or digest in claimed:
                continue
            claimed.add(digest)
            batch.append(pixels)
            names.append(digest)
            if len(batch) == _BATCH:
                queued.append(names)
                yield np.stack(batch)
                batch, names = [], []
        if batch:
            queued.append(names)
            yield np.stack(batch)

    with progress.step("features", len(paths)) as step:
        try:
            for outputs in engine.map(batches()):
                for digest, row in zip(queued.pop(0), outputs["features"], strict=True):
                    cache.put(digest, row)
        finally:
            cache.flush()
    readable = [(i, d) for i, d in enumerate(digests) if d is not None]
    return Features(
        values=cache.gather([d for _, d in readable]),
        indices=np.array([i for i, _ in readable], np.int64),
        sha256=[d.hex() for _, d in readable],
        unreadable=unreadable,
        computed=len(claimed),
    )
