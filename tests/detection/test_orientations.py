"""A photograph that is turned or mirrored without loss has the same cracks."""

import tracemalloc
from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import onnx
import pytest
from scipy.special import expit, logit

from cracklens.detection import Detector, load_detector
from cracklens.detection.orientations import Orientation, mean_probability, orientations_of
from cracklens.detection.tiles import TileDetector
from cracklens.errors import ModelError, UsageError
from cracklens.models import read_model_folder

FITTING, CUT = (256, 416), (301, 500)
"""Sides that are multiples of the network's, at both scales; and an odd one, several windows."""


def texture(height, width, seed=0):
    noise = np.random.default_rng(seed).standard_normal((height, width, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def leaning(segmenter):
    """Darkness against what lies above and, not so far, to the left: no two orientations agree."""
    make = onnx.helper.make_node
    nodes = [
        make("AveragePool", ["brightness"], ["down"], kernel_shape=[21, 1], pads=[20, 0, 0, 0]),
        make("AveragePool", ["down"], ["around"], kernel_shape=[1, 9], pads=[0, 8, 0, 0]),
        make("Sub", ["around", "brightness"], ["darker"]),
        make("Mul", ["darker", "gain"], ["sharp"]),
        make("Sigmoid", ["sharp"], ["crack"]),
    ]
    return segmenter("network", nodes, {"gain": np.float32(20)}, scales=(1.0, 0.5))


def in_every_orientation(detector, pixels):
    """Return the maps of the 8 turned copies of a picture, turned back, and their tiles."""
    found = [
        (each, detector.detect(np.ascontiguousarray(each.turned(pixels))))
        for each in orientations_of(8)
    ]
    maps = np.stack([each.turned_back(seen.probability) for each, seen in found]).astype(int)
    return maps, [np.sort(seen.tile_probability) for _, seen in found]


def test_the_eight_are_the_turns_and_the_mirrorings():
    picture = np.arange(6).reshape(2, 3)
    ways = [np.rot90(p, turns) for p, turns in product((picture, picture[:, ::-1]), range(4))]
    assert {way.tobytes() + bytes(way.shape) for way in ways} == {
        turned.tobytes() + bytes(turned.shape)
        for turned in (each.turned(picture) for each in orientations_of(8))
    }
    for each in orientations_of(8):
        np.testing.assert_array_equal(each.turned_back(each.turned(picture)), picture)


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_a_set_is_closed(count):
    """Else a turned photograph would be seen in other orientations."""
    picture = np.arange(9).reshape(3, 3)
    every = orientations_of(count)
    seen = {each.turned(picture).tobytes() for each in every}
    assert len(seen) == count
    for first, second in product(every, every):
        assert second.turned(first.turned(picture)).tobytes() in seen


def test_the_mean_is_that_of_the_logits():
    rng = np.random.default_rng(0)
    found = list(rng.uniform(0.001, 0.999, (4, 20, 30)).astype(np.float32))
    np.testing.assert_allclose(mean_probability(found), expit(logit(found).mean(0)), atol=1e-5)
    assert mean_probability(found[:1]) is found[0]  # unchanged to the last bit
    sure = mean_probability([np.float32([0, 1, 1]), np.float32([1, 1, 0.5])])
    np.testing.assert_allclose(sure, [0.5, 1, 0.999], atol=1e-3)
    lost = mean_probability([np.float32([np.nan, 0.5, np.inf]), np.float32([0.5, 0.5, 0.5])])
    assert np.isfinite(lost).tolist() == [False, True, False]


@pytest.mark.slow
@pytest.mark.parametrize("size", [FITTING, CUT, (33, 70), (1, 95)])
def test_in_all_eight_a_turned_photograph_has_the_turned_map(leaning, size):
    pixels = texture(*size)
    options = {"window_px": 192, "overlap_px": 96, "precision": "f32"}
    maps, tiles = in_every_orientation(Detector(leaning, orientations=8, **options), pixels)
    assert np.ptp(maps, axis=0).max() <= 1  # a step of 1/255 where a float lies between two
    assert np.ptp(maps, axis=0).mean() < 1e-3 * 255
    for probabilities in tiles:
        np.testing.assert_allclose(probabilities, tiles[0], atol=1e-3)
    alone, _ = in_every_orientation(Detector(leaning, **options), pixels)
    assert np.ptp(alone, axis=0).max() > 50  # else equality would say nothing


def test_the_windows_of_strides_lie_alike(segmenter):
    """A network whose grid is symmetric says the same of turned photographs that fit it."""
    folder, (height, width) = segmenter("blocks"), (500, 778)
    maps, _ = in_every_orientation(Detector(folder, window_px=192), texture(height, width))
    assert np.ptp(maps[0]) > 20
    assert np.ptp(maps, axis=0).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "same"),
    [(2, Orientation(mirrored=True)), (4, Orientation(mirrored=True, upside_down=True))],
)
def test_two_and_four_hold_for_their_orientations_alone(leaning, count, same):
    pixels = texture(*CUT)
    detector = Detector(leaning, orientations=count, window_px=192, precision="f32")
    maps, _ = in_every_orientation(detector, pixels)
    places = {each: place for place, each in enumerate(orientations_of(8))}
    assert np.abs(maps[places[same]] - maps[0]).max() <= 1
    assert np.ptp(maps, axis=0).max() > 50


@pytest.mark.slow
def test_the_network_runs_as_often_as_there_are_orientations(leaning, monkeypatch):
    read = []
    whole = Detector.__module__.replace("detector", "scaled")
    from cracklens.detection import scaled

    reads = scaled.read_window
    monkeypatch.setattr(f"{whole}.read_window", lambda *of: read.append(of[1]) or reads(*of))
    runs = []
    for count in (1, 2, 4, 8):
        read.clear()
        Detector(leaning, orientations=count, window_px=192).detect(texture(*FITTING))
        runs.append(len(read))
    assert runs == [runs[0], 2 * runs[0], 4 * runs[0], 8 * runs[0]]


@pytest.mark.slow
def test_the_photograph_is_not_held_turned(leaning):
    """4,000 rows more are 6 MB in uint8, 8 times that for copies, 51 MB for maps in float32."""
    detector = Detector(leaning, orientations=8, scales=(1.0,), window_px=128)
    photo = texture(5000, 400)

    def peak_mb(rows):
        tracemalloc.start()
        for _ in detector.stream(photo[:rows]):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found / 1e6

    assert peak_mb(5000) - peak_mb(1000) < 2


def test_values_that_are_not_numbers_are_not_averaged_away(segmenter):
    nodes = [onnx.helper.make_node("Sub", ["brightness", "one_"], ["shifted"]),
             onnx.helper.make_node("Log", ["shifted"], ["crack"])]  # fmt: skip
    folder = segmenter("network", nodes, {"one_": np.float32(2)})
    with pytest.raises(ModelError, match="not numbers"):
        Detector(folder, orientations=2, window_px=192).detect(texture(200, 200))


@pytest.mark.parametrize("size", [(128, 128), (256, 256), (100, 321), (300, 500)])
def test_a_tile_classifier_looks_in_all_orientations(model_folder, size):
    folder, pixels = read_model_folder(model_folder), texture(*size)
    maps, tiles = in_every_orientation(
        load_detector(folder, precision="f32", orientations=8), pixels
    )
    for probabilities in tiles:
        np.testing.assert_allclose(probabilities, tiles[0], atol=1e-4)
    if size != (100, 321):  # the middle of an odd side, see `plan_tiles`
        assert np.ptp(maps, axis=0).max() <= 1
    alone, _ = in_every_orientation(load_detector(folder, precision="f32"), pixels)
    assert np.ptp(alone, axis=0).max() > np.ptp(maps, axis=0).max()


def test_the_answers_for_a_tile_are_averaged(model_folder):
    folder, pixels = read_model_folder(model_folder), texture(128, 128)
    one, two = (TileDetector(folder, precision="f32", orientations=n) for n in (1, 2))
    said = [
        one.detect(np.ascontiguousarray(each.turned(pixels))).tile_probability
        for each in orientations_of(2)
    ]
    assert said[0] != pytest.approx(said[1], abs=1e-6)
    expected = expit(logit(said).mean(0))
    np.testing.assert_allclose(two.detect(pixels).tile_probability, expected, atol=1e-5)


def test_orientations_that_do_not_fit_are_refused(leaning, model_folder):
    with pytest.raises(UsageError, match="orientations are 1, 2, 4 or 8, not 3"):
        Detector(leaning, orientations=3)
    with pytest.raises(UsageError, match="orientations are 1, 2, 4 or 8, not 0"):
        load_detector(read_model_folder(model_folder), orientations=0)


def test_oblong_tiles_are_not_laid_on_their_side(model_folder, monkeypatch):
    folder = read_model_folder(model_folder)
    size = folder.card.preprocessing.model_copy(update={"width_px": 200})
    oblong = replace(folder, card=folder.card.model_copy(update={"preprocessing": size}))
    monkeypatch.setattr("cracklens.detection.tiles.Classifier", lambda folder, **_: folder)
    monkeypatch.setattr(type(folder), "engine", None, raising=False)
    with pytest.raises(UsageError, match=r"tiles of 200 x 128 px.*at most 4 orientations, not 8"):
        load_detector(oblong, orientations=8)
    assert load_detector(oblong, orientations=4).orientations == 4
