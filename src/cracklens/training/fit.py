"""Fitting a head on features that were computed once."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cracklens.errors import DataError
from cracklens.progress import SILENT, Progress
from cracklens.training.config import TrainConfig
from cracklens.training.head import Head
from cracklens.training.schedule import History, Schedule

ADAM_EPS = 1e-7
"""Keras' default, which the published recipe was trained with."""


def fit_head(
    config: TrainConfig,
    train: tuple[NDArray[np.float32], NDArray[np.int64]],
    validation: tuple[NDArray[np.float32], NDArray[np.int64]],
    classes: int,
    *,
    progress: Progress = SILENT,
) -> tuple[Head, History, int]:
    """Train a head on frozen features (N x D) and labels (N,).

    Because the backbone is frozen and nothing is augmented, this gives what running the whole
    network each epoch would give. The same seed and machine give the same head bit for bit.

    Returns:
        The head with the weights of its best epoch, the history, and that epoch (from 1).

    Raises:
        DataError: the loss is no longer a number.
    """
    torch.manual_seed(config.seed)
    order = torch.Generator().manual_seed(config.seed)
    features, labels = torch.from_numpy(train[0]), torch.from_numpy(train[1])
    val_features, val_labels = torch.from_numpy(validation[0]), torch.from_numpy(validation[1])
    head = Head(features.shape[1], config.hidden, config.dropout, classes)
    optimiser = torch.optim.Adam(head.parameters(), config.learning_rate, eps=ADAM_EPS)
    schedule = Schedule(config, optimiser, head)
    history = History()
    with progress.step("head", config.epochs, "epochs") as step:
        for epoch in range(1, config.epochs + 1):
            rate = optimiser.param_groups[0]["lr"]
            trained = _epoch(head, optimiser, features, labels, config.batch_size, order)
            validated = measure(logits_of(head, val_features), val_labels)
            history.add(trained, validated, rate)
            if not np.isfinite(validated[0]):
                raise DataError("the loss is no longer a number: lower --learning-rate")
            step.note(f"val loss {validated[0]:.4f}, accuracy {validated[1]:.4f}")
            step.advance()
            if schedule.step(epoch, validated[0]):
                break
    schedule.restore()
    return head.eval(), history, schedule.best_epoch


def _epoch(
    head: Head,
    optimiser: torch.optim.Optimizer,
    features: Tensor,
    labels: Tensor,
    batch_size: int,
    order: torch.Generator,
) -> tuple[float, float]:
    """Go once through the training part; return mean loss and accuracy along the way."""
    head.train()
    loss_sum, hits = 0.0, 0
    for batch in torch.randperm(len(labels), generator=order).split(batch_size):  # type: ignore[no-untyped-call]
        logits = head(features[batch])
        loss = nn.functional.cross_entropy(logits, labels[batch])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        loss_sum += loss.item() * len(batch)
        hits += int((logits.argmax(1) == labels[batch]).sum())
    return loss_sum / len(labels), hits / len(labels)


def logits_of(head: Head, features: Tensor) -> Tensor:
    """Return the logits of a head in evaluation mode, without gradients."""
    head.eval()
    with torch.inference_mode():
        return torch.cat([head(part) for part in features.split(4096)])  # type: ignore[no-untyped-call]


def measure(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return cross-entropy and accuracy of logits."""
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(1) == labels).double().mean().item()
