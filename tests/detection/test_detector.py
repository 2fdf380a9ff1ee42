"""What a detector says of a place does not depend on how the photograph was divided."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.detection import Classifier, Detector, ProbabilityMap, load_detector
from cracklens.detection.fusion import fuse
from cracklens.detection.scaled import FullSizeRows, ScaledPhoto
from cracklens.detection.stitch import stitch
from cracklens.detection.tiles import TileDetector, spread
from cracklens.errors import ModelError, UsageError
from cracklens.models import read_model_folder
from cracklens.photos.windows import plan_tiles, plan_windows

WHOLE = 4096


def texture(height, width, seed=0, blur=1.5):
    """A seamless picture: the same statistics everywhere."""
    noise = np.random.default_rng(seed).standard_normal((height, width, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), blur)
    return np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def dark(pixels):
    """What the pointwise network says, in steps of 1/255."""
    return 255 - pixels.mean(axis=2)


def difference(one, other):
    return int(np.abs(one.probability.astype(int) - other.probability).max())


@pytest.fixture(scope="module")
def pointwise(segmenter):
    return segmenter("pointwise")


@pytest.fixture(scope="module")
def local(segmenter):
    """Sees 20 px around itself: less than the 24 px that are cut from each window."""
    return segmenter("local", 20)


@given(
    st.integers(1, 300), st.integers(1, 300), st.integers(16, 100), st.integers(0, 8),
    st.sampled_from([1, 4]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_stitching_is_the_identity(height, width, window_px, overlap, multiple):
    whole = np.random.default_rng(height).random((height + 16, width + 16), np.float32)
    plan = plan_windows(height, width, window_px, overlap, multiple)
    maps = (
        whole[8 + w.top_px :, 8 + w.left_px :][: w.height_px, : w.width_px] for w in plan.windows()
    )
    bands = list(stitch(plan, maps))
    assert len(bands) == len(plan.rows.starts_px)
    np.testing.assert_allclose(np.concatenate(bands), whole[8:-8, 8:-8], atol=1e-6)


@pytest.mark.parametrize("window_px", [192, 256, 500, WHOLE])
def test_a_pointwise_network_is_reproduced(pointwise, window_px):
    pixels = texture(420, 611)
    found = Detector(pointwise, window_px=window_px).detect(pixels)
    assert found.kind == "pixels"
    assert found.probability.dtype == np.uint8
    assert (found.height_px, found.width_px) == (420, 611)
    assert np.abs(found.probability - dark(pixels)).max() <= 0.51


@pytest.mark.slow
@pytest.mark.parametrize("window_px", [192, 224, 320, 512])
def test_the_size_of_the_window_changes_nothing_that_a_network_can_see(local, window_px):
    pixels = texture(640, 900)
    whole = Detector(local, window_px=WHOLE).detect(pixels)
    assert np.ptp(whole.probability) > 200  # else equality would say nothing
    found = Detector(local, window_px=window_px, overlap_px=96).detect(pixels)
    assert len(found.tile_probability) > len(whole.tile_probability) == 1
    assert difference(found, whole) <= 1


@pytest.mark.slow
def test_windows_that_do_not_overlap_would_be_seen(local):
    pixels = texture(640, 900)
    whole = Detector(local, window_px=WHOLE).detect(pixels)
    assert difference(Detector(local, window_px=192, overlap_px=0).detect(pixels), whole) > 50


@pytest.mark.slow
def test_nor_does_it_where_a_reduced_scale_passes_over_fine_things(segmenter):
    folder = segmenter("local", 12)  # and the opening sees 8 px more
    pixels = texture(1100, 900, blur=9)
    whole, found = (
        Detector(folder, window_px=window_px, overlap_px=96, scales=(0.5,)).detect(pixels)
        for window_px in (WHOLE, 224)
    )
    assert np.ptp(whole.probability) > 200
    assert difference(found, whole) <= 1


@pytest.mark.slow
def test_windows_lie_on_the_grid_of_the_networks_strides(segmenter):
    folder = segmenter("blocks")
    pixels = texture(500, 777, blur=8)
    whole = Detector(folder, window_px=WHOLE).detect(pixels)
    assert np.ptp(whole.probability) > 20
    for window_px in (192, 256, 400):
        assert difference(Detector(folder, window_px=window_px).detect(pixels), whole) <= 1


@pytest.fixture(scope="module")
def far(segmenter):
    """Sees 60 px around itself: 36 px more than are cut from each window."""
    return segmenter("local", 60, 0)


@pytest.mark.slow
def test_no_seam_where_a_network_sees_beyond_its_window(far):
    steps = {}
    for overlap_px in (96, 0):
        detector = Detector(far, window_px=256, overlap_px=overlap_px)
        plan = plan_windows(512, 1024, 256, overlap_px, 32).columns
        starts = np.array(plan.starts_px[1:])
        total = np.zeros(1023)
        for seed in range(3):
            found = detector.detect(texture(512, 1024, seed, blur=20))
            total += np.abs(np.diff(found.probability.astype(float), axis=1)).mean(axis=0)
        steps[overlap_px] = (
            total,
            np.unique([starts - 1, np.array(plan.starts_px[:-1]) + plan.window_px - 1]),
        )
    total, borders = steps[96]
    near = (borders[:, None] + np.arange(-3, 4)).ravel()
    elsewhere = np.setdiff1d(np.arange(70, 950), near)
    usual, varies = total[elsewhere].mean(), total[elsewhere].std()
    assert abs(total[near].mean() - usual) < varies
    assert total[near].max() <= total[elsewhere].max()
    total, borders = steps[0]  # the same figure does find the seams of windows that only touch
    assert borders.tolist() == [255, 511, 767]
    assert total[borders].min() > usual + 5 * varies


@pytest.mark.slow
def test_the_tolerance_for_a_network_that_sees_far(far):
    """Stated in the documentation of the detector: a network sees 2.5 times as far as is cut."""
    pixels = texture(640, 900, blur=6)

    def detect(**options):
        return Detector(far, **options).detect(pixels).probability.astype(float)

    whole = detect(window_px=WHOLE)
    apart = np.abs(detect(window_px=256, overlap_px=96) - whole)
    touching = np.abs(detect(window_px=256, overlap_px=0) - whole)
    assert np.percentile(apart, 99) <= 4
    assert apart.mean() < touching.mean() / 5


SIZES = [(1, 1), (7, 300), (1, 500), (300, 2), (31, 33), (128, 128), (129, 127)]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scales", [(1.0,), (0.5, 1.0, 2.0)])
def test_photographs_smaller_than_a_window(pointwise, size, scales):
    pixels = np.full((*size, 3), 51, np.uint8)
    found = Detector(pointwise, window_px=192, scales=scales).detect(pixels)
    assert found.probability.shape == size
    assert (found.probability == 204).all()
    left, top, width, height = found.tile_boxes_px[0]
    assert (left, top) == (0, 0)  # and of a larger one, 192 px without what is reflected before it
    assert all(
        seen == side if side <= 160 else 160 < seen <= 192
        for seen, side in zip((height, width), size, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("turned", [False, True])
def test_a_long_strip(pointwise, turned):
    pixels = np.repeat(np.arange(30_000) // 118, 200).reshape(30_000, 200, 1).astype(np.uint8)
    pixels = np.repeat(pixels, 3, axis=2)
    pixels = pixels if turned else pixels.transpose(1, 0, 2)
    found = Detector(pointwise, window_px=512, scales=(1.0, 0.5)).detect(pixels)
    assert found.probability.shape == pixels.shape[:2]
    assert np.abs(found.probability - dark(pixels)).max() <= 1.5
    assert found.tile_boxes_px[:, 2:].min(axis=1).max() == 200


@pytest.mark.parametrize("level", [0, 255])
def test_all_black_and_all_white(local, level):
    detector = Detector(local, window_px=256, overlap_px=96)
    found = detector.detect(np.full((400, 500, 3), level, np.uint8))
    inside = found.probability[20:-40, 20:-40]
    assert set(np.unique(inside)) <= {127, 128}  # no darker than what is around


def test_tiles_are_the_windows_and_their_answers(segmenter):
    pixels = np.full((500, 700, 3), 255, np.uint8)
    pixels[300:310, 400:410] = 0
    detector = Detector(segmenter("pointwise"), window_px=256)
    found = detector.detect(pixels)
    plan = plan_windows(500, 700, 256, 96, 32)
    assert len(found.tile_boxes_px) == len(list(plan.windows()))
    covered = np.zeros((500, 700), bool)
    for (x, y, width, height), probability in zip(
        found.tile_boxes_px, found.tile_probability, strict=True
    ):
        covered[y : y + height, x : x + width] = True
        dark_pixels = (pixels[y : y + height, x : x + width] == 0).any()
        assert probability == pytest.approx(1 / (1 + np.exp(6 - 12 * dark_pixels)), abs=1e-3)
    assert covered.all()
    assert (found.tile_probability > 0.5).any()
    assert found.tile_boxes_px.dtype == np.int32
    assert found.tile_probability.dtype == np.float32


def test_without_the_full_size_the_nearest_scale_gives_the_tiles(pointwise):
    found = Detector(pointwise, window_px=256, scales=(0.25, 0.5)).detect(texture(700, 900))
    count = len(list(plan_windows(350, 450, 256, 96, 32).windows()))
    assert len(found.tile_boxes_px) == count
    ends = found.tile_boxes_px[:, :2] + found.tile_boxes_px[:, 2:]
    assert ends.max(axis=0).tolist() == [900, 700]


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.3, 0.5, 0.77, 1.5, 2.0, 3.0])
def test_what_is_seen_at_a_scale_lies_where_it_is(pointwise, scale, monkeypatch):
    monkeypatch.setattr("cracklens.detection.detector.only_wide", lambda found: found)
    y, x = np.mgrid[:411, :533]
    smooth = 128 + 60 * np.sin(x / 40) * np.cos(y / 50)
    pixels = np.repeat(np.rint(smooth)[..., None], 3, axis=2).astype(np.uint8)
    found = Detector(pointwise, window_px=256, scales=(scale,)).detect(pixels)
    apart = np.abs(found.probability - dark(pixels))
    assert apart.max() <= 5  # half a pixel astray would be 1 in the mean, and the border curves
    assert apart[8:-8, 8:-8].mean() < 0.5


@pytest.mark.parametrize("scale", [0.5, 0.6, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(200, 300), (97, 1), (33, 411)])
def test_windows_of_a_scale_are_those_of_the_resized_photograph(scale, size):
    pixels = texture(*size)
    photo = ScaledPhoto(pixels, scale)
    wanted = (photo.width_px, photo.height_px)
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    whole = cv2.resize(pixels, wanted, interpolation=kind).reshape(*wanted[::-1], 3).astype(int)
    for window in plan_windows(photo.height_px, photo.width_px, 128, 32, 32).windows():
        part = photo.read(window)
        assert part.shape == (window.height_px, window.width_px, 3)
        top, left = max(window.top_px, 0), max(window.left_px, 0)
        part = part[top - window.top_px :, left - window.left_px :]
        there = whole[top:, left:][: part.shape[0], : part.shape[1]]
        apart = np.abs(part[: there.shape[0], : there.shape[1]].astype(int) - there)
        assert apart.max() <= 6 * (scale > 1)  # cv2.warpAffine knows places to 1/32 px
        assert apart.mean() <= 1


@given(
    st.integers(1, 60), st.integers(1, 30), st.integers(1, 60), st.integers(1, 30),
    st.integers(1, 17), st.integers(1, 20),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_rows_come_back_as_from_one_resize(height, width, full_height, full_width, band, step):
    small = np.random.default_rng(height).random((height, width), np.float32)
    bands = (small[top : top + band] for top in range(0, height, band))
    source = FullSizeRows(bands, (height, width), (full_height, full_width))
    found = np.concatenate(
        [source.rows(top, min(top + step, full_height)) for top in range(0, full_height, step)]
    )
    size = (full_width, full_height)
    whole = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR).reshape(size[::-1])
    np.testing.assert_allclose(found, whole, atol=1e-4)


@pytest.mark.slow
def test_fusing_takes_the_highest(pointwise):
    maps = list(np.random.default_rng(0).random((3, 20, 30), np.float32))
    np.testing.assert_array_equal(fuse(maps), np.max(maps, axis=0))
    np.testing.assert_array_equal(fuse(maps[:1]), maps[0])
    pixels = texture(300, 400)
    full, half = (Detector(pointwise, scales=(s,)).detect(pixels).probability for s in (1.0, 0.5))
    both = Detector(pointwise, scales=(1.0, 0.5)).detect(pixels).probability
    assert (both >= full).all()
    assert (both <= np.maximum(full, half)).all()  # half size speaks of wide things alone
    assert (both > full).any()


def test_a_reduced_scale_alone_speaks_of_fine_things(pointwise):
    pixels = np.full((200, 300, 3), 200, np.uint8)
    pixels[98:102] = 10
    alone = Detector(pointwise, scales=(0.5,)).detect(pixels).probability
    beside = Detector(pointwise, scales=(1.0, 0.5)).detect(np.full_like(pixels, 200)).probability
    assert alone[100].min() > beside.max() + 50


@pytest.mark.slow
def test_bands_make_up_the_map(local):
    pixels = texture(900, 500)
    detector = Detector(local, window_px=256, scales=(1.0, 0.5))
    whole = detector.detect(pixels)
    top = 0
    for band in detector.stream(pixels):
        assert band.top_px == top
        np.testing.assert_array_equal(
            band.probability, whole.probability[top : top + len(band.probability)]
        )
        top += len(band.probability)
    assert top == 900


def test_the_first_band_comes_before_the_last_window_is_read(pointwise, monkeypatch):
    read = []
    monkeypatch.setattr(
        "cracklens.detection.scaled.read_window",
        lambda pixels, window: read.append(window) or pixels[: window.height_px, : window.width_px],
    )
    stream = Detector(pointwise, window_px=256).stream(np.zeros((5000, 256, 3), np.uint8))
    next(stream)
    assert len(read) < 12
    stream.close()


@pytest.mark.slow
def test_the_engines_agree(local):
    pytest.importorskip("onnxruntime")
    pixels = texture(400, 600)
    ours, theirs = (
        Detector(local, window_px=256, scales=(1.0, 0.5), engine=engine).detect(pixels)
        for engine in ("openvino", "onnxruntime")
    )
    assert difference(ours, theirs) <= 1
    np.testing.assert_array_equal(ours.tile_boxes_px, theirs.tile_boxes_px)
    np.testing.assert_allclose(ours.tile_probability, theirs.tile_probability, atol=1e-4)


@pytest.mark.slow
def test_threads_share_a_detector(local):
    detector = Detector(local, window_px=192)
    photos = [texture(300 + 40 * n, 420, n) for n in range(7)]  # also more sizes than are kept
    alone = [detector.detect(pixels).probability for pixels in photos]
    with ThreadPoolExecutor(4) as pool:
        for number, found in enumerate(pool.map(detector.detect, photos * 2)):
            np.testing.assert_array_equal(found.probability, alone[number % 7])


@pytest.mark.slow
@pytest.mark.parametrize("scales", [(1.0,), (1.0, 1.25)])
def test_the_memory_of_a_stream_is_that_of_its_windows(pointwise, scales):
    detector = Detector(pointwise, window_px=256, scales=scales)
    photo = np.full((16_000, 800, 3), 255, np.uint8)

    def peak(height):
        tracemalloc.start()
        rows = sum(len(band.probability) for band in detector.stream(photo[:height]))
        assert rows == height
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found / 1e6

    long = peak(16_000)
    assert long - peak(3000) < 3  # of 10 MB that the map has more, in float32 of 42 MB
    assert long < 10 * len(scales)  # a row of windows in float32 has 0.8 MB


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((), np.uint8),
    ],
)
def test_what_is_no_photograph_is_refused(pointwise, pixels):
    with pytest.raises(UsageError, match="a photograph is an array"):
        Detector(pointwise).detect(pixels)


@pytest.mark.parametrize("scales", [(0.0,), (1.0, -1.0), (5.0,), (float("nan"),)])
def test_scales_that_make_no_sense_are_refused(pointwise, scales):
    with pytest.raises(UsageError, match="scales are above 0"):
        Detector(pointwise, scales=scales)


def test_a_window_that_is_too_small_says_how_large(pointwise):
    with pytest.raises(UsageError, match="at least 192 px"):
        Detector(pointwise, window_px=128, overlap_px=80)
    with pytest.raises(UsageError, match="at least 64 px"):
        Detector(pointwise, window_px=20)
    assert Detector(pointwise, window_px=128).overlap_px == 32


def test_a_segmenter_whose_card_is_not_its_own_is_refused(pointwise, model_folder, segmenter):
    other = replace(pointwise, card=pointwise.card.model_copy(update={"labels": ["a", "b", "c"],
                                                                      "positive": "a"}))  # fmt: skip
    with pytest.raises(ModelError, match=r"'logits' has the shape \(1, 2\), not \(1, 3\)"):
        Detector(other)
    classifier = read_model_folder(model_folder)
    settings_ = {"task": "segment", "segmentation": pointwise.card.segmentation}
    claimed = replace(classifier, card=classifier.card.model_copy(update=settings_))
    with pytest.raises(ModelError, match="no output 'map'"):
        Detector(claimed)


def test_values_that_are_not_numbers_are_not_passed_on(segmenter):
    onnx = pytest.importorskip("onnx")
    nodes = [onnx.helper.make_node("Log", ["shifted"], ["crack"]),
             onnx.helper.make_node("Sub", ["brightness", "one_"], ["shifted"])][::-1]  # fmt: skip
    from_nodes = segmenter("network", nodes, {"one_": np.float32(2)})
    with pytest.raises(ModelError, match="not numbers"):
        Detector(from_nodes, window_px=192).detect(texture(200, 200))


def test_a_tile_classifier_is_no_detector_but_finds_its_own(model_folder, pointwise):
    folder = read_model_folder(model_folder)
    with pytest.raises(ModelError, match="use load_detector"):
        Detector(folder)
    assert isinstance(load_detector(folder), TileDetector)
    assert isinstance(load_detector(pointwise, window_px=256, scales=(0.5,)), Detector)
    with pytest.raises(UsageError, match="fixed tile size"):
        load_detector(folder, scales=(0.5,))
    nameless = replace(folder, card=folder.card.model_copy(update={"positive": None}))
    with pytest.raises(ModelError, match="does not state which of them means a crack"):
        load_detector(nameless)


@pytest.mark.parametrize("size", [(1, 1), (128, 128), (300, 500), (100, 700)])
def test_the_map_of_a_tile_classifier(model_folder, size):
    detector = load_detector(read_model_folder(model_folder), precision="f32")
    pixels = texture(*size)
    found = detector.detect(pixels)
    assert isinstance(found, ProbabilityMap)
    assert found.kind == "tiles"
    assert found.probability.shape == size
    plan = plan_tiles(*size, (128, 128))
    assert len(found.tile_boxes_px) == len(list(plan.windows())) == len(found.tile_probability)
    for (x, y, width, height), said in zip(
        found.tile_boxes_px, found.tile_probability, strict=True
    ):
        assert x + width <= size[1]
        assert y + height <= size[0]
        if (width, height) == (128, 128):
            tile = np.ascontiguousarray(pixels[y : y + 128, x : x + 128])
            alone = detector.engine.run(tile[None])["probabilities"][0, 1]
            assert said == pytest.approx(alone, abs=1e-5)
            # 128 px across, so that the centre lies between four pixels
            middle = found.probability[y + 63 : y + 65, x + 63 : x + 65] / 255
            assert middle.mean() == pytest.approx(said, abs=0.03)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(2, 90))
@settings(max_examples=40, deadline=None)
def test_tiles_are_spread_bilinearly(height, width, tile):
    plan = plan_tiles(height, width, (tile, tile))
    rows, columns = np.array(plan.rows.starts_px), np.array(plan.columns.starts_px)
    raised = 3 * tile  # also where the only tile begins before the picture
    tilted = (rows[:, None] + 2 * columns + raised) / (3.0 * (height + width + tile))
    found = spread(tilted.astype(np.float32), plan.rows, plan.columns) / 255
    middle = (tile - 1) / 2
    y = np.clip(np.arange(height), rows[0] + middle, rows[-1] + middle) - middle
    x = np.clip(np.arange(width), columns[0] + middle, columns[-1] + middle) - middle
    # a bilinear surface through the points of a plane is the plane
    plane = (y[:, None] + 2 * x + raised) / (3.0 * (height + width + tile))
    np.testing.assert_allclose(found, plane, atol=0.6 / 255)


def test_a_segmenter_labels_pictures_as_a_tile_classifier(segmenter, tmp_path):
    folder = segmenter("pointwise")
    classifier = Classifier(folder)
    cracked, clean = np.full((64, 64, 3), 255, np.uint8), np.full((64, 64, 3), 255, np.uint8)
    cracked[20:30] = 0
    for name, pixels in (("cracked", cracked), ("clean", clean)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), pixels)
    said = list(classifier.predict([tmp_path / "cracked.png", tmp_path / "clean.png"]))
    assert [answer.label for answer in said] == ["Positive", "Negative"]
    assert said[0].logits == pytest.approx((0, 6), abs=1e-4)
    assert said[1].probability == pytest.approx(1 / (1 + np.exp(-6)), abs=1e-5)
    assert set(classifier.engine.run(clean[None])) == {"probabilities", "logits"}
