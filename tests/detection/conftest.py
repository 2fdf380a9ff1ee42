"""Segmenters whose answers are known: tiny networks, written down node by node."""

import datetime as dt

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cracklens.models import ModelCard, write_model_folder
from cracklens.models.card import Agreement, Architecture, Segmentation, TrainingData
from cracklens.models.preprocessing import Preprocessing

GAIN = 40.0


def card(scales=(1.0,), window_px=128, multiple_px=32, **changed):
    fields = {
        "name": "dark",
        "task": "segment",
        "segmentation": Segmentation(
            window_px=window_px, multiple_px=multiple_px, scales=scales,
            seed_threshold=0.6, grow_threshold=0.3,
        ),
        "labels": ["Negative", "Positive"],
        "positive": "Positive",
        "temperature": 1.0,
        "calibrated": True,
        "preprocessing": Preprocessing(height_px=64, width_px=64, mean=(0, 0, 0), std=(1, 1, 1)),
        "architecture": Architecture(
            backbone="none", weights="none", weights_sha256="", weights_licence="Apache-2.0",
            head="none", parameters=0, trained_parameters=0,
        ),
        "data": TrainingData(
            name="none", licence="CC0", citation="", digest="", part_digests={}, counts={}
        ),
        "agreement": Agreement(
            engine="none", sample_torch=0, f32_relative_error=0, precision="f32",
            export_probability_error=0,
        ),
        "configuration": {},
        "validation": None,
        "created": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        "cracklens_version": "0",
        "files": {},
    }  # fmt: skip
    return ModelCard(**fields | changed)


def network(middle, constants, side=None, channels=1):
    """Build `pixels` -> `brightness` (N x 1 x H x W, 0 to 1) -> `middle` nodes -> `crack` -> outputs.

    The tile answer is the highest probability of its pixels, p, as the logits (0, 12 p - 6).
    """
    make = helper.make_node
    nodes = [
        make("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        make("Transpose", ["float"], ["nchw"], perm=[0, 3, 1, 2]),
        make("ReduceMean", ["nchw"], ["mean"], axes=[1], keepdims=1),
        make("Div", ["mean", "full"], ["brightness"]),
        *middle,
        make("Squeeze", ["crack", "one"], ["map"]),
        make("ReduceMax", ["map"], ["highest"], axes=[1, 2], keepdims=0),
        make("Unsqueeze", ["highest", "one"], ["column"]),
        make("Mul", ["column", "slopes"], ["sloped"]),
        make("Add", ["sloped", "offsets"], ["logits"]),
        make("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = {
        "full": np.float32(255),
        "one": np.array([1], np.int64),
        "slopes": np.float32([[0, 12]]),
        "offsets": np.float32([[0, -6]]),
        **constants,
    }
    float32 = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "dark",
        [
            helper.make_tensor_value_info(
                "pixels", TensorProto.UINT8, ["n", side or "h", side or "w", 3]
            )
        ],
        [
            helper.make_tensor_value_info("map", float32, ["n", side or "h", side or "w"]),
            helper.make_tensor_value_info("logits", float32, ["n", 2]),
            helper.make_tensor_value_info("probabilities", float32, ["n", 2]),
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def pointwise():
    """Darkness of the pixel itself."""
    return network(
        [helper.make_node("Sub", ["white", "brightness"], ["crack"])], {"white": np.float32(1)}
    )


def local(radius, zeros_outside=1):
    """Darkness against the mean of the square of 2 radius + 1 around.

    Outside of the window lie zeros, as for a convolution, or nothing that counts.
    """
    make, side = helper.make_node, 2 * radius + 1
    return network(
        [
            make("AveragePool", ["brightness"], ["down"], kernel_shape=[side, 1],
                 pads=[radius, 0, radius, 0], count_include_pad=zeros_outside),
            make("AveragePool", ["down"], ["around"], kernel_shape=[1, side],
                 pads=[0, radius, 0, radius], count_include_pad=zeros_outside),
            make("Sub", ["around", "brightness"], ["darker"]),
            make("Mul", ["darker", "gain"], ["sharp"]),
            make("Sigmoid", ["sharp"], ["crack"]),
        ],
        {"gain": np.float32(GAIN)},
    )  # fmt: skip


def blocks(side=32):
    """Mean darkness of the block of a fixed grid that the pixel lies in: a network with strides."""
    make = helper.make_node
    return network(
        [
            make("Sub", ["white", "brightness"], ["dark"]),
            make("AveragePool", ["dark"], ["coarse"], kernel_shape=[side, side], strides=[side, side]),
            make("Resize", ["coarse", "", "scales"], ["crack"], mode="nearest",
                 coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        ],
        {"white": np.float32(1), "scales": np.float32([1, 1, side, side])},
    )  # fmt: skip


NETWORKS = {"pointwise": pointwise, "local": local, "blocks": blocks, "network": network}


@pytest.fixture(scope="session")
def segmenter(tmp_path_factory):
    """Make a segmenter's folder: `segmenter("local", 5, scales=(1.0, 0.5))`."""

    def make(kind, *arguments, data=None, **fields):
        content = data or NETWORKS[kind](*arguments)

        def fill(folder):
            (folder / "model.onnx").write_bytes(content)
            return card(**fields)

        return write_model_folder(tmp_path_factory.mktemp("models") / "segmenter", fill)

    return make
