"""Photographs read ahead: in order, bounded, and never ended by a bad one."""

import threading
import time
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.photos import Photo, stream_photos
from cracklens.photos.stream import run_ahead

COUNT = 40


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{i:03}.png" for i in range(COUNT)]
    for i, path in enumerate(paths):
        Image.new("RGB", (4, 3), (i, 0, 0)).save(path)
    return paths


def number(photo):
    return int(photo.pixels[0, 0, 0])


class Counting:
    """Counts what was pulled and prepared, from any thread."""

    def __init__(self, paths):
        self.paths, self.pulled, self.prepared = paths, 0, 0
        self.lock = threading.Lock()

    def __iter__(self):
        for path in self.paths:
            self.pulled += 1
            yield path

    def prepare(self, photo):
        with self.lock:
            self.prepared += 1
        return number(photo)

    def settle(self):
        """Wait until the threads have nothing more to do."""
        before = -1
        while before != self.prepared:
            before = self.prepared
            time.sleep(0.05)


@pytest.mark.parametrize("workers", [1, 4])
def test_results_come_in_the_order_of_the_paths(pictures, workers):
    def slow_at_first(photo):
        time.sleep(0.004 if number(photo) % 4 == 0 else 0)
        return number(photo)

    found = list(stream_photos(pictures, slow_at_first, workers=workers, ahead=8))
    assert found == list(range(COUNT))


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [1, 5, 32])
def test_never_more_than_ahead_photos_are_held(pictures, ahead):
    counting = Counting(pictures)
    stream = stream_photos(counting, counting.prepare, workers=4, ahead=ahead)
    assert counting.pulled == 0  # nothing is read before somebody asks
    for received in range(1, COUNT + 1):
        assert next(stream) == received - 1
        if received in {1, 2, 7, COUNT}:
            counting.settle()
        in_hand = 1
        assert counting.prepared - received + in_hand <= ahead
        assert counting.pulled - received + in_hand <= ahead
    with pytest.raises(StopIteration):
        next(stream)


def test_it_does_read_ahead(pictures):
    counting = Counting(pictures)
    stream = stream_photos(counting, counting.prepare, workers=2, ahead=6)
    next(stream)
    counting.settle()
    assert counting.prepared == 6
    stream.close()


def test_unreadable_ones_come_in_their_place(pictures, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    paths = [pictures[0], tmp_path / "bad.png", pictures[2], tmp_path / "absent.png", pictures[4]]
    found = list(stream_photos(paths, number))
    assert [found[0], found[2], found[4]] == [0, 2, 4]
    assert isinstance(found[1], PhotoError)
    assert "bad.png" in str(found[1])
    assert isinstance(found[3], PhotoError)
    assert "absent.png" in str(found[3])


def test_the_pixel_budget_is_passed_on(pictures):
    (refused,) = stream_photos(pictures[:1], number, max_pixels=11)
    assert isinstance(refused, PhotoError)
    assert list(stream_photos(pictures[:1], number, max_pixels=12)) == [0]


def test_a_photo_error_of_prepare_is_yielded_and_any_other_error_is_raised(pictures):
    def choosy(photo):
        if number(photo) == 1:
            raise PhotoError(photo.path, "too dark")
        if number(photo) == 3:
            raise ZeroDivisionError
        return number(photo)

    stream = stream_photos(pictures, choosy)
    assert next(stream) == 0
    assert next(stream).reason == "too dark"
    assert next(stream) == 2
    with pytest.raises(ZeroDivisionError):
        next(stream)


def test_leaving_early_drops_what_waits_and_ends_the_threads(pictures):
    prepared = []

    def slow(photo):
        time.sleep(0.05)
        prepared.append(number(photo))

    before = threading.active_count()
    stream = stream_photos(pictures, slow, workers=1, ahead=30)
    next(stream)
    assert threading.active_count() > before
    stream.close()
    assert threading.active_count() == before
    assert len(prepared) < 15  # 30 were asked for


def test_prepare_receives_whole_photos(pictures):
    (photo,) = stream_photos(pictures[3:4], lambda photo: photo)
    assert isinstance(photo, Photo)
    assert np.array_equal(photo.pixels, np.full((3, 4, 3), (3, 0, 0)))


def test_no_paths_no_photos():
    assert list(stream_photos([], number)) == []


class Weighing:
    """Knows how much was in memory at most; an item is its own weight."""

    def __init__(self):
        self.held = self.most = 0
        self.lock = threading.Lock()

    def work(self, item):
        with self.lock:
            self.held += item
            self.most = max(self.most, self.held)
        time.sleep(0.001)
        return item

    def release(self, item):
        with self.lock:
            self.held -= item


@pytest.mark.parametrize("workers", [1, 4])
@given(weights=st.lists(st.integers(1, 30), max_size=12), budget=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_what_is_held_stays_within_the_budget(workers, weights, budget):
    scale = Weighing()
    found = []
    for item in run_ahead(weights, scale.work, workers=workers, weigh=int, budget=budget):
        found.append(item)
        scale.release(item)
    assert found == weights
    assert scale.most <= max([budget, *weights])


def test_a_result_is_forgotten_when_the_caller_asks_for_the_next():
    class Pixels:
        pass

    alive = weakref.WeakSet()

    def work(_):
        made = Pixels()
        alive.add(made)
        return made

    most = 0
    for item in run_ahead(range(6), work, workers=1, weigh=lambda _: 1, budget=1):
        most = max(most, len(alive))
        del item
    assert most == 1
