import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cracklens.datasets import features as module
from cracklens.datasets.features import FeatureCache, extract_features
from cracklens.files import sha256_file
from cracklens.models import Preprocessing
from cracklens.photos import read_photo

PREPROCESSING = Preprocessing(height_px=16, width_px=16, mean=(0, 0, 0), std=(1, 1, 1))
COUNT = 100


class Means:
    """An engine whose features are sums over rows of pixels; counts what it is given."""

    name = "means 1"

    def __init__(self, precision="f32", stop_after=None):
        self.precision = precision
        self.seen = 0
        self._stop_after = stop_after

    def run(self, pixels):
        self.seen += len(pixels)
        return {"features": pixels.astype(np.float32).sum(axis=(2, 3))}

    def map(self, batches: Iterable[np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        for number, batch in enumerate(batches):
            if number == self._stop_after:
                raise KeyboardInterrupt
            yield self.run(batch)


def open_cache(folder, engine, backbone="w" * 64, preprocessing=PREPROCESSING):
    return FeatureCache(folder, backbone=backbone, preprocessing=preprocessing, engine=engine)


def extract(paths, folder, engine=None):
    engine = engine or Means()
    return extract_features(paths, engine, PREPROCESSING, open_cache(folder, engine))


def expected(path: Path) -> np.ndarray:
    """The same features without cache, threads and batches."""
    fitted = PREPROCESSING.fit(read_photo(path).pixels)
    return fitted.astype(np.float32).sum(axis=(1, 2))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, draw_picture) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    return [draw_picture(folder / f"{number:03d}.png", number) for number in range(COUNT)]


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(module, "SHARD_ROWS", 16)


def test_features_come_in_the_order_of_the_paths(pictures, tmp_path):
    mixed = [pictures[i] for i in np.random.default_rng(0).permutation(COUNT)]
    found = extract(mixed, tmp_path)
    assert found.indices.tolist() == list(range(COUNT))
    np.testing.assert_array_equal(found.values, [expected(path) for path in mixed])
    assert found.sha256 == [sha256_file(path) for path in mixed]
    assert found.computed == COUNT
    assert found.unreadable == {}


@pytest.mark.usefixtures("small_shards")
def test_what_is_known_costs_nothing_in_any_order(pictures, tmp_path):
    first = extract(pictures, tmp_path)
    engine = Means()
    again = extract(pictures[::-1], tmp_path, engine)
    assert again.computed == engine.seen == 0
    np.testing.assert_array_equal(again.values, first.values[::-1])


def test_renamed_and_copied_pictures_cost_nothing(pictures, tmp_path):
    extract(pictures[:10], tmp_path / "cache")
    moved = tmp_path / "moved"
    moved.mkdir()
    names = [Path(shutil.copy(path, moved / f"new {path.name}")) for path in pictures[:10]]
    found = extract([*names, *names], tmp_path / "cache")
    assert found.computed == 0
    np.testing.assert_array_equal(found.values[:10], found.values[10:])


def test_copies_in_one_run_are_computed_once(pictures, tmp_path):
    engine = Means()
    found = extract([pictures[0], pictures[1], pictures[0], pictures[0]], tmp_path, engine)
    assert found.computed == engine.seen == 2
    np.testing.assert_array_equal(found.values[[2, 3]], found.values[[0, 0]])


def test_a_changed_picture_is_computed_again(tmp_path, draw_picture):
    path = draw_picture(tmp_path / "1.png", 1)
    extract([path], tmp_path / "cache")
    draw_picture(path, 2)
    found = extract([path], tmp_path / "cache")
    assert found.computed == 1
    np.testing.assert_array_equal(found.values, [expected(path)])


@pytest.mark.parametrize(
    "change",
    [
        {"engine": Means("bf16")},
        {"backbone": "v" * 64},
        {"preprocessing": PREPROCESSING.model_copy(update={"height_px": 17})},
        {"preprocessing": PREPROCESSING.model_copy(update={"mean": (0, 0, 0.1)})},
        {"preprocessing": PREPROCESSING.model_copy(update={"interpolation": "bicubic"})},
    ],
)
def test_everything_that_decides_the_numbers_is_in_the_key(tmp_path, change):
    usual = open_cache(tmp_path, Means())
    other = open_cache(tmp_path, **({"engine": Means()} | change))
    again = open_cache(tmp_path, Means())
    assert other.folder != usual.folder == again.folder


def test_another_precision_computes_its_own(pictures, tmp_path):
    extract(pictures[:5], tmp_path)
    assert extract(pictures[:5], tmp_path, Means("bf16")).computed == 5


def test_unreadable_pictures_are_listed_and_left_out(pictures, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    found = extract([pictures[0], bad, tmp_path / "gone.png", pictures[1]], tmp_path / "cache")
    assert found.indices.tolist() == [0, 3]
    assert list(found.unreadable) == [bad, tmp_path / "gone.png"]
    assert "not a picture" in found.unreadable[bad]
    np.testing.assert_array_equal(found.values, [expected(p) for p in pictures[:2]])


def test_nothing_readable(tmp_path):
    found = extract([tmp_path / "gone.png"], tmp_path / "cache")
    assert found.values.shape[0] == len(found.indices) == 0
    assert len(found.unreadable) == 1


def shards(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.npz"))


def cut(shard: Path) -> None:
    shard.write_bytes(shard.read_bytes()[:-200])


def flip(shard: Path) -> None:
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 0xFF  # inside the features, where the directory stays readable
    shard.write_bytes(content)


def replace(shard: Path) -> None:
    shard.write_bytes(b"something else")


def empty(shard: Path) -> None:
    shard.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, flip, replace, empty])
@pytest.mark.usefixtures("small_shards")
def test_a_damaged_shard_is_computed_again(pictures, tmp_path, damage):
    first = extract(pictures, tmp_path)
    rows = [len(np.load(shard)["sha256"]) for shard in shards(tmp_path)]
    assert sum(rows) == COUNT
    damage(shards(tmp_path)[1])
    again = extract(pictures, tmp_path)
    assert again.computed == rows[1]
    np.testing.assert_array_equal(again.values, first.values)


@pytest.mark.parametrize("batches", [0, 1, 2])
@pytest.mark.usefixtures("small_shards")
def test_an_interrupted_run_goes_on_where_it_was(pictures, tmp_path, batches):
    with pytest.raises(KeyboardInterrupt):
        extract(pictures, tmp_path, Means(stop_after=batches))
    engine = Means()
    found = extract(pictures, tmp_path, engine)
    assert found.computed == engine.seen == COUNT - 32 * batches
    np.testing.assert_array_equal(found.values, [expected(path) for path in pictures])


SLOW = """
import sys, time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

spec = spec_from_file_location("same", sys.argv[1])
same = module_from_spec(spec)
spec.loader.exec_module(same)
same.module.SHARD_ROWS = 8

class Slow(same.Means):
    def run(self, pixels):
        time.sleep(0.5)
        return super().run(pixels)

same.extract(sorted(Path(sys.argv[2]).glob("*.png")), Path(sys.argv[3]), Slow())
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_process_loses_no_finished_shard(pictures, tmp_path):
    command = [sys.executable, "-c", SLOW, __file__, str(pictures[0].parent), str(tmp_path)]
    with subprocess.Popen(command) as process:
        until = time.monotonic() + 60
        while not shards(tmp_path):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    finished = sum(len(np.load(shard)["sha256"]) for shard in shards(tmp_path))
    assert 0 < finished < COUNT
    engine = Means()
    found = extract(pictures, tmp_path, engine)
    assert found.computed == engine.seen == COUNT - finished
    np.testing.assert_array_equal(found.values, [expected(path) for path in pictures])


def test_a_row_is_known_as_soon_as_it_is_put(tmp_path):
    cache = open_cache(tmp_path, Means())
    digest = bytes(range(32))
    assert digest not in cache
    cache.put(digest, np.ones(3, np.float32))
    assert digest in cache
    assert shards(tmp_path) == []
    cache.flush()
    assert len(shards(tmp_path)) == 1
    np.testing.assert_array_equal(open_cache(tmp_path, Means()).gather([digest]), [[1, 1, 1]])
