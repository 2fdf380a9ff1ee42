"""Training of a head on precomputed features."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cracklens.datasets import Split
from cracklens.errors import DataError
from cracklens.progress import SILENT, Progress
from cracklens.training.config import TrainConfig
from cracklens.training.head import Head
from cracklens.training.schedule import History, Schedule
from cracklens.training.torch_settings import training_settings

ADAM_EPS = 1e-7
"""Default of Keras, used in the published recipe."""


@training_settings()
def fit_head(
    config: TrainConfig,
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    split: Split,
    classes: int,
    *,
    progress: Progress = SILENT,
) -> tuple[Head, History, int]:
    """Train a head on frozen features (N x D) and labels (N,); `split` indexes both.

    The backbone is frozen and nothing is augmented, so the result equals training with the whole
    network in each epoch. The same seed on the same machine gives the same head bit for bit.

    Returns:
        The head with the weights of its best epoch, the history, and that epoch (from 1).

    Raises:
        DataError: the loss is no longer a number.
    """
    torch.manual_seed(config.seed)
    order = torch.Generator().manual_seed(config.seed)
    head = Head(features.shape[1], config.hidden, config.dropout, classes)
    # fused: the same update in one pass over the weights, 25 % less time per epoch
    optimiser = torch.optim.Adam(head.parameters(), config.learning_rate, eps=ADAM_EPS, fused=True)
    schedule = Schedule(config, optimiser, head)
    history = History()
    train, truth = torch.from_numpy(split.train), torch.from_numpy(labels)
    validation, val_truth = features[split.validation], truth[split.validation]
    with progress.step("head", config.epochs, "epochs") as step:
        for epoch in range(1, config.epochs + 1):
            rate = optimiser.param_groups[0]["lr"]
            shuffled = train[torch.randperm(len(train), generator=order)]
            batches = shuffled.split(config.batch_size)  # type: ignore[no-untyped-call]
            trained = _epoch(head, optimiser, torch.from_numpy(features), truth, batches)
            validated = measure(torch.from_numpy(logits_of(head, validation)), val_truth)
            history.add(trained, validated, rate)
            if not np.isfinite(validated[0]):
                raise DataError("the loss is no longer a number: lower --learning-rate")
            step.note(
                f"epoch {epoch} of {config.epochs}, loss {trained[0]:.4f}, "
                f"val loss {validated[0]:.4f}, accuracy {validated[1]:.4f}"
            )
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
    batches: Sequence[Tensor],
) -> tuple[float, float]:
    """Train once on all batches of indices; return mean loss and accuracy of the steps."""
    head.train()
    loss_sum, hits, seen = 0.0, 0, 0
    for batch in batches:
        target = labels[batch]
        logits = head(features[batch])
        loss = nn.functional.cross_entropy(logits, target)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        loss_sum += loss.item() * len(batch)
        hits += int((logits.argmax(1) == target).sum())
        seen += len(batch)
    return loss_sum / seen, hits / seen


def logits_of(head: Head, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logits (N x K) of a head in evaluation mode."""
    head.eval()
    with torch.inference_mode():
        parts = torch.from_numpy(features).split(4096)  # type: ignore[no-untyped-call]
        logits: NDArray[np.float32] = torch.cat([head(part) for part in parts]).numpy()
    return logits


def measure(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return cross-entropy and accuracy of logits."""
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(1) == labels).double().mean().item()
