"""Schedule of a training: learning rate, early stopping, best epoch."""

import copy
from collections.abc import Mapping, Sequence
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

    def resume(self, series: Mapping[str, Sequence[float]]) -> None:
        """Take over the series of `as_dict`."""
        for name, values in series.items():
            getattr(self, name)[:] = values


_PLATEAU = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")  # what changes in PyTorch's


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
        self.best: dict[str, Tensor] = {}
        self.best_epoch = 0

    def step(self, epoch: int, val_loss: float) -> bool:
        """Record an epoch (from 1); return whether to stop."""
        if val_loss < self._best_loss:
            self._best_loss, self.best_epoch, self._waited = val_loss, epoch, 0
            self.best = copy.deepcopy(self._modules.state_dict())
        else:
            self._waited += 1
        self._plateau.step(val_loss)
        return self.stopped

    @property
    def stopped(self) -> bool:
        """Whether the patience is used up."""
        return self._waited >= self._patience

    def restore(self) -> None:
        """Restore the weights of the best epoch."""
        if self.best:
            self._modules.load_state_dict(self.best)

    def figures(self) -> dict[str, float]:
        """Return all that changes from epoch to epoch, but for the best weights `best`."""
        plateau = {f"plateau_{name}": getattr(self._plateau, name) for name in _PLATEAU}
        return {
            "waited": self._waited,
            "best_loss": self._best_loss,
            "best_epoch": self.best_epoch,
            **plateau,
        }

    def resume(self, figures: Mapping[str, float], best: dict[str, Tensor]) -> None:
        """Take over the figures and the best weights of an earlier run."""
        self._waited, self.best_epoch = int(figures["waited"]), int(figures["best_epoch"])
        self._best_loss, self.best = figures["best_loss"], best
        for name in _PLATEAU:
            setattr(self._plateau, name, figures[f"plateau_{name}"])
