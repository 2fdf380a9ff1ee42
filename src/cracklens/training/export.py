"""Export of PyTorch modules to one ONNX file, from pixels to probabilities."""

import contextlib
import io
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import compose, external_data_helper

from cracklens.errors import ModelError
from cracklens.models import load_engine
from cracklens.training.backbones import PixelBackbone
from cracklens.training.head import Head, Output

OPSET = 18
MAX_PROBABILITY_ERROR = 1e-3
"""Largest error of the exported model in f32 against PyTorch; ten times the usual error."""


def export_backbone(backbone: PixelBackbone, side_px: int, path: Path) -> None:
    """Write a backbone as ONNX, `pixels` to `features`, with its weights in a second file.

    Weights inside the graph would need three more copies in memory.
    """
    pixels = torch.zeros((2, side_px, side_px, 3), dtype=torch.uint8)
    quiet_export(backbone, pixels, path, ["pixels"], ["features"], external=True)


def export_model(backbone: Path, head: Head, temperature: float, path: Path) -> None:
    """Join an exported backbone and a head to one file: `pixels` to `probabilities`, `logits`."""
    first = next(head.parameters())
    features = torch.zeros((2, first.shape[1]))
    head_file = path.with_name("head.onnx")
    output = Output(head, temperature).eval()
    quiet_export(output, features, head_file, ["features"], ["probabilities", "logits"])
    trunk = onnx.load(backbone, load_external_data=False)
    tail = compose.add_prefix(onnx.load(head_file), "head/")
    head_file.unlink()
    # compose.merge_models would load all weights into memory to check them
    graph = compose.merge_graphs(trunk.graph, tail.graph, io_map=[("features", "head/features")])
    for name in ("probabilities", "logits"):
        _rename(graph, f"head/{name}", name)
    model = onnx.helper.make_model(
        graph, opset_imports=trunk.opset_import, ir_version=trunk.ir_version,
        producer_name="cracklens",
    )  # fmt: skip
    external_data_helper.load_external_data_for_model(model, str(backbone.parent))
    onnx.save(model, path)


def quiet_export(
    module: torch.nn.Module,
    example: torch.Tensor | tuple[torch.Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    *,
    shapes: dict[int, Any] | None = None,
    external: bool = False,
) -> None:
    """Write a module as ONNX, without the output of PyTorch.

    `shapes` are the free dimensions of each input; default: the first one.
    """
    examples = example if isinstance(example, tuple) else (example,)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            examples,
            path,
            input_names=inputs,
            output_names=outputs,
            dynamic_shapes=(shapes or {0: torch.export.Dim("batch", min=1, max=65536)},)
            * len(examples),
            opset_version=OPSET,
            dynamo=True,
            external_data=external,
            verbose=False,
        )
    _remove_metadata(path)


def _remove_metadata(path: Path) -> None:
    """Remove the exporter's metadata of each node: stack traces with local paths."""
    model = onnx.load(path, load_external_data=False)
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.input,
                 *model.graph.output, *model.graph.initializer):  # fmt: skip
        del part.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
    del model.metadata_props[:]
    onnx.save(model, path)


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name == old:
                    names[index] = new
    for value in graph.output:
        if value.name == old:
            value.name = new


@dataclass(frozen=True, slots=True)
class ExportCheck:
    """The largest error of a probability, and the probabilities of the exported model (S x K)."""

    value: float
    exported: NDArray[np.float32]


def check_export(
    path: Path, pixels: NDArray[np.uint8], probabilities: NDArray[np.float32]
) -> ExportCheck:
    """Compare an exported model, run in f32, with the probabilities of PyTorch.

    Raises:
        ModelError: they differ by more than `MAX_PROBABILITY_ERROR`: the file must not be used.
    """
    engine = load_engine(path, batch_size=1)  # a large batch needs more memory
    exported = engine.run(pixels)["probabilities"]
    error = float(np.abs(exported - probabilities).max())
    if not error <= MAX_PROBABILITY_ERROR:
        raise ModelError(
            f"the exported model differs from the PyTorch network by {error:.1e} in probability; "
            "nothing was written. Please report this backbone"
        )
    return ExportCheck(error, exported)
