"""Two engines, one network: they answer alike, for any number of pictures, in order."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import MissingExtraError, ModelError, UsageError
from cracklens.models import load_engine, read_model_folder
from cracklens.models.engines import has_bf16, openvino

LENGTHS = [0, 1, 7, 8, 9, 33]


@pytest.fixture(scope="module")
def network(model_folder):
    return read_model_folder(model_folder).network


@pytest.fixture(scope="module")
def pixels(tiles):
    """33 tiles, cracked and not, so that the answers differ from picture to picture."""
    paths = sorted(tiles.rglob("*.jpg"))[::3][:33]
    return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])


@pytest.fixture(scope="module", params=["openvino", "onnxruntime"])
def engine(request, network):
    pytest.importorskip(request.param)
    return load_engine(network, engine=request.param)


def test_the_engines_agree(network, pixels):
    pytest.importorskip("onnxruntime")
    one = load_engine(network, engine="openvino").run(pixels)
    other = load_engine(network, engine="onnxruntime").run(pixels)
    assert set(one) == set(other) == {"probabilities", "logits"}
    for name, values in one.items():
        assert values.dtype == other[name].dtype == np.float32
        assert values.shape == (33, 2)
        assert np.abs(values - other[name]).max() <= 1e-5 * max(1, np.abs(values).max())
    assert np.ptp(one["logits"], axis=0).min() > 0.1  # else agreement would say nothing
    assert np.allclose(one["probabilities"].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("length", LENGTHS)
def test_any_number_of_pictures(engine, pixels, length):
    whole = engine.run(pixels)
    part = engine.run(pixels[:length])
    for name, values in part.items():
        assert values.shape == (length, 2)
        assert np.allclose(values, whole[name][:length], atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 5, 64])
@pytest.mark.parametrize("kind", ["openvino", "onnxruntime"])
def test_the_size_of_a_batch_changes_no_answer(network, engine, pixels, kind, batch_size):
    pytest.importorskip(kind)
    other = load_engine(network, engine=kind, batch_size=batch_size).run(pixels)
    assert np.allclose(other["logits"], engine.run(pixels)["logits"], atol=1e-4)


def test_map_keeps_the_order_of_batches_of_any_length(engine, pixels):
    lengths = [3, 0, 8, 1, 33, 0, 9, 2, 16, 7, 5, 1, 1, 20]
    generator = np.random.default_rng(0)
    batches = [pixels[generator.permutation(33)[:length]] for length in lengths]
    found = list(engine.map(iter(batches)))
    assert [len(outputs["logits"]) for outputs in found] == lengths
    for batch, outputs in zip(batches, found, strict=True):
        assert np.allclose(outputs["logits"], engine.run(batch)["logits"], atol=1e-4)


def test_map_is_lazy_and_can_be_left(engine, pixels):
    pulled = 0

    def endless():
        nonlocal pulled
        while True:
            pulled += 1
            yield pixels[:8]

    answers = engine.map(endless())
    next(answers)
    assert pulled < 100
    if hasattr(answers, "close"):
        answers.close()
    assert len(engine.run(pixels[:2])["logits"]) == 2


def test_answers_do_not_change_when_more_pictures_run(engine, pixels):
    answers = engine.map([pixels[:8], pixels[8:16], pixels[16:24], pixels[24:32]] * 3)
    first = next(answers)["logits"]
    before = first.copy()
    list(answers)
    assert np.array_equal(first, before)


def test_an_engine_says_what_it_is(engine):
    assert engine.precision == "f32"
    assert engine.name.split()[0] in {"OpenVINO", "ONNX"}
    assert any(c.isdigit() for c in engine.name)


def test_an_unknown_engine_gets_a_hint(network):
    with pytest.raises(UsageError, match="did you mean 'openvino'"):
        load_engine(network, engine="openvin")
    with pytest.raises(UsageError, match="known: onnxruntime, openvino"):
        load_engine(network, engine="zzz")


@pytest.mark.parametrize("kind", ["openvino", "onnxruntime"])
def test_a_file_that_is_no_network_is_named(tmp_path, kind):
    pytest.importorskip(kind)
    (tmp_path / "model.onnx").write_bytes(b"no network at all")
    with pytest.raises(ModelError, match=r"model\.onnx cannot be loaded as a network"):
        load_engine(tmp_path / "model.onnx", engine=kind)


def test_onnxruntime_refuses_bf16(network):
    pytest.importorskip("onnxruntime")
    with pytest.raises(ModelError, match="--precision f32"):
        load_engine(network, engine="onnxruntime", precision="bf16")


def test_without_onnxruntime_the_extra_is_named(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cracklens\[onnxruntime\]'"):
        load_engine(network, engine="onnxruntime")


def test_openvino_refuses_bf16_where_the_processor_lacks_it(network, monkeypatch):
    monkeypatch.setattr(openvino, "capabilities", lambda: ["FP32", "INT8"])
    assert not has_bf16()
    with pytest.raises(ModelError, match="does not compute in bf16"):
        load_engine(network, precision="bf16")


def test_precision_is_what_was_asked_for(network, pixels):
    if not has_bf16():
        pytest.skip("this processor does not compute in bf16")
    exact = load_engine(network).run(pixels)["logits"]
    rounded = load_engine(network, precision="bf16").run(pixels)["logits"]
    assert not np.allclose(exact, rounded, atol=1e-5)  # f32 is not silently bf16, nor the reverse
    assert np.abs(exact - rounded).max() < 0.1 * np.abs(exact).max()


@pytest.mark.slow
def test_threads_share_an_engine(network, pixels):
    engine = load_engine(network, batch_size=2)
    alone = [engine.run(part)["logits"] for part in (pixels, pixels[::-1])]
    with ThreadPoolExecutor(4) as pool:
        parts = [pixels, pixels[::-1]] * 6
        together = [outputs["logits"] for outputs in pool.map(engine.run, parts)]
    for number, logits in enumerate(together):
        np.testing.assert_array_equal(logits, alone[number % 2])


@pytest.fixture(scope="module")
def open_network(tmp_path_factory):
    """`shares`: of the three colours, (N, 3); `first`: red of each pixel. Sides are left open."""
    onnx = pytest.importorskip("onnx")
    make, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    float32 = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [
            make("Cast", ["pixels"], ["float"], to=float32),
            make("ReduceMean", ["float"], ["colours"], axes=[1, 2], keepdims=0),
            make("Softmax", ["colours"], ["shares"], axis=1),
            make("Gather", ["float", "zero"], ["first"], axis=3),
        ],
        "open",
        [info("pixels", onnx.TensorProto.UINT8, ["n", "h", "w", 3])],
        [info("shares", float32, ["n", 3]), info("first", float32, ["n", "h", "w"])],
        [onnx.numpy_helper.from_array(np.array(0, np.int64), "zero")],
    )
    file = tmp_path_factory.mktemp("open") / "model.onnx"
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), file)
    return file


ENGINES = ["openvino", "onnxruntime"]


@pytest.mark.parametrize("size", [None, (24, 40)])
@pytest.mark.parametrize("kind", ENGINES)
def test_a_network_of_any_size_may_be_fixed_to_one(open_network, kind, size):
    pytest.importorskip(kind)
    engine = load_engine(open_network, engine=kind, batch_size=2, size_px=size)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 24, 40, 3), np.uint8)
    outputs = engine.run(pixels)
    np.testing.assert_array_equal(outputs["first"], pixels[..., 0])
    raised = np.exp(pixels.mean(axis=(1, 2)) - 128)
    np.testing.assert_allclose(
        outputs["shares"], raised / raised.sum(axis=1, keepdims=True), atol=1e-4
    )


@pytest.mark.parametrize("kind", ENGINES)
def test_sides_left_open_may_change_from_call_to_call(open_network, kind):
    pytest.importorskip(kind)
    engine = load_engine(open_network, engine=kind, batch_size=2)
    for height, width in [(8, 8), (32, 16), (1, 50), (8, 8)]:
        pixels = np.random.default_rng(width).integers(0, 256, (3, height, width, 3), np.uint8)
        np.testing.assert_array_equal(engine.run(pixels)["first"], pixels[..., 0])


def test_openvino_refuses_another_size_than_the_fixed_one(open_network):
    engine = load_engine(open_network, size_px=(24, 40))
    with pytest.raises((RuntimeError, ValueError)):
        engine.run(np.zeros((1, 32, 40, 3), np.uint8))


def test_a_network_of_one_size_keeps_it(network, pixels):
    expected = load_engine(network).run(pixels[:3])["logits"]
    engine = load_engine(network, size_px=(64, 64))  # its own is 128 x 128
    np.testing.assert_allclose(engine.run(pixels[:3])["logits"], expected, atol=1e-5)


@pytest.mark.parametrize("kind", ENGINES)
def test_only_the_outputs_that_are_wanted(open_network, kind):
    pytest.importorskip(kind)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 24, 40, 3), np.uint8)
    whole = load_engine(open_network, engine=kind).run(pixels)
    part = load_engine(open_network, engine=kind, outputs=["shares"]).run(pixels)
    assert set(whole) == {"shares", "first"}
    assert set(part) == {"shares"}
    np.testing.assert_allclose(part["shares"], whole["shares"], atol=1e-6)


@pytest.mark.parametrize("kind", ENGINES)
def test_an_output_that_the_network_lacks_is_named(open_network, kind):
    pytest.importorskip(kind)
    with pytest.raises(ModelError, match="no output 'map', only shares, first"):
        load_engine(open_network, engine=kind, outputs=["shares", "map"])
