"""Schedule of a training: learning rate, early stopping, best epoch."""

import copy
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from cracklens.training.config import TrainConfig


@dataclass
class History:
    """Figures of each epoch, with the names of the published notebook."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)

    def add(self, train: tuple[float, float], validation: tuple[float, float], rate: float) -> None:
        """Add one epoch: (loss, accuracy) of both parts."""
        for series, value in zip(
            (self.loss, self.accuracy, self.val_loss, self.val_accuracy, self.learning_rate),
            (*train, *validation, rate),
            strict=True,
        ):
            series.append(value)

    def as_dict(self) -> dict[str, list[float]]:
        """Return the series by name."""
        return dict(vars(self))


class Schedule:
    """Early stopping with the best weights restored, and a rate that drops on a plateau.

    The rules are those of `EarlyStopping` and `ReduceLROnPlateau` in Keras (minimum improvement 0
    and 1e-4), so the published recipe has the same effect.
    """

    def __init__(
        self, config: TrainConfig, optimiser: torch.optim.Optimizer, modules: nn.Module
    ) -> None:
        self._plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimiser,
            factor=config.lr_factor,
            patience=config.lr_patience - 1,  # PyTorch drops after more than `patience` bad epochs
            threshold=1e-4,
            threshold_mode="abs",
            min_lr=config.lr_min,
            eps=0.0,  # as in Keras, every drop is applied
        )
        self._patience = config.stop_patience
        self._modules = modules
        self._waited = 0
        self._best_loss = float("inf")
        self._best: dict[str, Tensor] = {}
        self.best_epoch = 0

    def step(self, epoch: int, val_loss: float) -> bool:
        """Record an epoch (from 1); return whether to stop."""
        if val_loss < self._best_loss:
            self._best_loss, self.best_epoch, self._waited = val_loss, epoch, 0
            self._best = copy.deepcopy(self._modules.state_dict())
        else:
            self._waited += 1
        self._plateau.step(val_loss)
        return self._waited >= self._patience

    def restore(self) -> None:
        """Restore the weights of the best epoch."""
        if self._best:
            self._modules.load_state_dict(self._best)
