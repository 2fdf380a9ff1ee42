"""The weights of a finished segmenter as the start of another training.

The exported network has no norm layers: each is part of the convolution before it. So the norm
layers of the new network are set such that they change nothing on the training data, with the mean
and the variance that they meet there.
"""

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

from cracklens.errors import UsageError
from cracklens.models.folder import read_model_folder
from cracklens.training.segment.network import Segmenter

_PREFIX = "segmenter."
_FOLDED = "_bias"  # the exporter's name for the bias of a convolution with its norm layer


def start_from(network: Segmenter, folder: Path, batches: Iterable[Tensor]) -> None:
    """Give a network the weights of a model folder, in place.

    Args:
        network: of the same encoder.
        folder: model folder of a segmenter.
        batches: training crops, N x H x W x 3, for the statistics of the norm layers.

    Raises:
        UsageError: the folder holds another kind of network.
        ModelError: the folder cannot be read.
    """
    import onnx
    from onnx import numpy_helper

    read = read_model_folder(folder)
    graph = onnx.load(read.network).graph
    stored = {
        each.name: torch.from_numpy(numpy_helper.to_array(each).copy())
        for each in graph.initializer
        if each.name.startswith(_PREFIX)
    }
    state = network.state_dict()
    for name, value in state.items():
        found = stored.get(_PREFIX + name)
        if found is not None and found.shape == value.shape:
            value.copy_(found)
        elif not _of_norm(name) and name not in {"mean", "std"}:
            raise UsageError(
                f"--start {folder}: its network has no {name} of the shape {tuple(value.shape)}; "
                "name a segmenter of the same encoder"
            )
    _set_norms(network, stored, batches)


def _of_norm(name: str) -> bool:
    return name.rsplit(".", 2)[-2] == "1"


def _set_norms(network: Segmenter, stored: dict[str, Tensor], batches: Iterable[Tensor]) -> None:
    """Set each norm layer so that its convolution and it together give what the model gives."""
    norms = {
        f"{name}.1": (block[1], stored[f"{_PREFIX}{name}.0.weight{_FOLDED}"])
        for name, block in network.named_modules()
        if isinstance(block, nn.Sequential)
        and len(block) > 1
        and isinstance(block[1], nn.BatchNorm2d)
    }
    sums: dict[str, list[Tensor]] = {}

    def meet(name: str, values: Tensor) -> None:
        flat = values.detach().float().transpose(0, 1).flatten(1)
        sums.setdefault(name, []).append(torch.stack([flat.mean(1), flat.square().mean(1)]))

    hooks = []
    for name, (norm, bias) in norms.items():
        norm.running_mean.zero_()  # type: ignore[union-attr]
        norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr]
        nn.init.ones_(norm.weight)
        with torch.no_grad():
            norm.bias.copy_(bias)
        hooks.append(
            norm.register_forward_pre_hook(lambda _, given, name=name: meet(name, given[0]))
        )
    network.eval()
    with torch.inference_mode():
        for pixels in batches:
            network(pixels)
    for hook in hooks:
        hook.remove()
    for name, (norm, bias) in norms.items():
        mean, square = torch.stack(sums[name]).mean(0)
        variance = (square - mean.square()).clamp(min=0)
        with torch.no_grad():
            norm.running_mean.copy_(mean)  # type: ignore[union-attr]
            norm.running_var.copy_(variance)  # type: ignore[union-attr]
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.copy_(bias + mean)
