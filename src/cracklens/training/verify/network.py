"""The network of a verifier: four small views and a list of numbers, to one logit per kind."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cracklens.verification.descriptors import NAMES
from cracklens.verification.kinds import KINDS
from cracklens.verification.views import VIEWS

_WIDTHS = (24, 32, 48, 64)
_HIDDEN = 96
_LEAST_SPREAD = 4.0 / 255


class VerifierNetwork(nn.Module):
    """Views (uint8) and descriptors (float32) to logits, N x kinds."""

    centre: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.towers = nn.ModuleDict({name: _tower(shape[2]) for name, shape in VIEWS.items()})
        self.register_buffer("centre", torch.zeros(len(NAMES)))
        self.register_buffer("spread", torch.ones(len(NAMES)))
        self.numbers = nn.Sequential(nn.Linear(len(NAMES), 64), nn.ReLU(), nn.Linear(64, 48))
        width = len(VIEWS) * 2 * _WIDTHS[-1] + 48
        self.head = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(width, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, len(KINDS))
        )

    def forward(
        self, fine: Tensor, coarse: Tensor, around: Tensor, whole: Tensor, descriptors: Tensor
    ) -> Tensor:
        """Return the logits of each kind."""
        views = {"fine": fine, "coarse": coarse, "around": around, "whole": whole}
        features = [self._features(name, view) for name, view in views.items()]
        scaled = ((descriptors - self.centre) / self.spread).clamp(-6, 6)
        logits: Tensor = self.head(torch.cat([*features, self.numbers(scaled)], 1))
        return logits

    def _features(self, name: str, view: Tensor) -> Tensor:
        """Return mean and maximum of a tower's last map; exposure is removed first.

        A view is centred and scaled by its own grey levels, so a verifier cannot depend on them;
        descriptors state brightness and colour.
        """
        planes = view.permute(0, 3, 1, 2).float() / 255
        colour, rest = planes[:, :3], planes[:, 3:]
        mean = colour.mean((1, 2, 3), keepdim=True)
        spread = (colour - mean).square().mean((1, 2, 3), keepdim=True).sqrt()
        planes = torch.cat([(colour - mean) / (spread + _LEAST_SPREAD), rest], 1)
        found = self.towers[name](planes)
        return torch.cat([found.mean((2, 3)), found.amax((2, 3))], 1)


def _tower(channels: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    before = channels
    for width in _WIDTHS:
        layers += [
            nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        ]
        before = width
    layers += [
        nn.Conv2d(before, before, 3, padding=1, bias=False),
        nn.BatchNorm2d(before),
        nn.ReLU(inplace=True),
    ]
    return nn.Sequential(*layers)


def given(batch: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """Return the inputs of the network in order."""
    return (*(batch[name] for name in VIEWS), batch["descriptors"])
