"""The head: dense layers from features to one logit per class."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Head(nn.Module):
    """Dense layers with ReLU and dropout, then one logit per class.

    Weights are initialised as in Keras (Glorot uniform, zero bias), which the published recipe
    uses. With 2,048 features, hidden widths 256 and 128 and 2 classes it has 557,698 parameters, as
    published.
    """

    def __init__(
        self, features: int, hidden: Sequence[int], dropout: Sequence[float], classes: int
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = features
        for width, rate in zip(hidden, dropout, strict=True):
            layers += [nn.Linear(before, width), nn.ReLU(), nn.Dropout(rate)]
            before = width
        layers.append(nn.Linear(before, classes))
        self.layers = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        self.description = " - ".join(
            [*(f"{w} ReLU, dropout {d:g}" for w, d in zip(hidden, dropout, strict=True)),
             f"{classes} softmax"]
        )  # fmt: skip

    def forward(self, features: Tensor) -> Tensor:
        """Return N x K logits of N x D features."""
        logits: Tensor = self.layers(features)
        return logits


class Output(nn.Module):
    """A head with its calibration, the last part of `model.onnx`."""

    temperature: Tensor

    def __init__(self, head: Head, temperature: float) -> None:
        super().__init__()
        self.head = head
        self.register_buffer("temperature", torch.tensor(temperature))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return calibrated probabilities and raw logits, both N x K."""
        logits = self.head(features)
        return torch.softmax(logits / self.temperature, 1), logits
