"""The surface network: a frozen MobileNetV2, a linear probe of each cell, a distance."""

from pathlib import Path

import numpy as np
import onnx
import timm
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from cracklens.detection.surface import CELL_PX
from cracklens.errors import UsageError
from cracklens.files import require_regular
from cracklens.training.export import quiet_export
from cracklens.training.segment.network import MEAN, MOBILENET, STD, fold_norms
from cracklens.training.surface.fit import Fitted

STAGES = 6
"""Stages of MobileNetV2 that are used, to 160 channels at stride 32. With the seventh stage, at the
same share of surfaces lost in held-out sources (0.5 %), 29 instead of 43 % of what is no surface is
found, and the file is larger by a third."""
_LEAST_HALVED = 1000


class Trunk(nn.Module):
    """Pixels (N x H x W x 3, 0 to 255) to features (N x 160 x H/32 x W/32), means over 3 x 3."""

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, stages: int = STAGES) -> None:
        super().__init__()
        folded = fold_norms(network.eval())
        self.stem = nn.Sequential(folded.get_submodule("conv_stem"), folded.get_submodule("bn1"))
        self.blocks = nn.Sequential(*list(folded.get_submodule("blocks").children())[:stages])
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1) * 255)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the features of each cell and the cells around it."""
        scaled = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.std
        features: Tensor = self.blocks(self.stem(scaled))
        return nn.functional.avg_pool2d(features, 3, 1, 1, count_include_pad=False)


def load_trunk(weights: str | Path, stages: int = STAGES, *, seed: int = 0) -> Trunk:
    """Load a frozen trunk.

    Args:
        weights: a .safetensors file of timm's `mobilenetv2_100`, or `random`, for tests.
        stages: of the network that are used.
        seed: of random weights.

    Raises:
        UsageError: the file cannot be read or does not fit.
    """
    torch.manual_seed(seed)
    network = timm.create_model(MOBILENET, pretrained=False, num_classes=0)
    if weights != "random":
        try:
            require_regular(weights)
            network.load_state_dict(load_file(weights))
        except (OSError, SafetensorError, RuntimeError) as error:
            raise UsageError(f"{weights} does not hold the weights of {MOBILENET}") from error
    return Trunk(network, stages)


def features_of(trunk: Trunk, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (rows, columns, C) features of one picture (H, W, 3), sides multiples of 32."""
    with torch.inference_mode():
        found = trunk(torch.from_numpy(np.ascontiguousarray(pixels))[None])[0]
    return np.asarray(found.permute(1, 2, 0).numpy(), np.float32)


class SurfaceNetwork(nn.Module):
    """The whole of `surface.onnx`."""

    weight: Tensor
    bias: Tensor
    whitening: Tensor
    centres: Tensor

    def __init__(self, trunk: Trunk, fitted: Fitted) -> None:
        super().__init__()
        self.trunk = trunk
        self.register_buffer("weight", torch.from_numpy(fitted.weight).float().view(1, -1, 1, 1))
        self.register_buffer("bias", torch.tensor(float(fitted.bias)))
        self.register_buffer("whitening", torch.from_numpy(fitted.whitening).float())
        centres = torch.from_numpy(fitted.centres @ fitted.whitening).float()
        self.register_buffer("centres", centres)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probability of a surface (N x rows x columns) and the distance (N)."""
        features = self.trunk(pixels)
        known = ((features * self.weight).sum(1) + self.bias).sigmoid()
        share = known[:, None] / known.sum((1, 2))[:, None, None, None].clamp(min=1e-6)
        mean = (features * share).sum((2, 3)) @ self.whitening
        distance = (mean[:, None] - self.centres[None]).square().sum(2).amin(1).sqrt()
        return known, distance


def export_surface(network: SurfaceNetwork, path: Path) -> None:
    """Write the ONNX file from `pixels` (N x H x W x 3, uint8) to `surface` and `distance`.

    N, H and W are free; H and W are multiples of 32. Large weights are stored in float16 and
    computed in float32.
    """
    pixels = torch.zeros((2, 4 * CELL_PX, 3 * CELL_PX, 3), dtype=torch.uint8)
    rows = torch.export.Dim("rows", min=1, max=256)
    columns = torch.export.Dim("columns", min=1, max=256)
    batch = torch.export.Dim("batch", min=1, max=65536)
    shapes = {0: batch, 1: CELL_PX * rows, 2: CELL_PX * columns}
    names = ["surface", "distance"]
    quiet_export(network.eval(), pixels, path, ["pixels"], names, shapes=shapes)
    _halve(path)


def _halve(path: Path) -> None:
    """Store large float32 weights as float16, each followed by a cast."""
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _LEAST_HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, path)
