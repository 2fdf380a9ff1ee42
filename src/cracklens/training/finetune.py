"""Fine-tuning: training the head and the last stages of a backbone, on one or more devices."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from cracklens.errors import DataError, UsageError
from cracklens.progress import SILENT, Progress, Step
from cracklens.training.augment import augment
from cracklens.training.backbones import PixelBackbone, stages_of
from cracklens.training.config import TrainConfig
from cracklens.training.epoch_checkpoint import Changing, EpochCheckpoint
from cracklens.training.fit import ADAM_EPS, measure
from cracklens.training.head import Head
from cracklens.training.pictures import Pictures
from cracklens.training.processes import Processes, from_first, share, share_buffers
from cracklens.training.schedule import History, Schedule


class Network(nn.Module):
    """Backbone and head, pixels to logits."""

    def __init__(self, backbone: PixelBackbone, head: Head) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, pixels: Tensor) -> Tensor:
        """Return N x K logits of N x H x W x 3 pixels."""
        logits: Tensor = self.head(self.backbone(pixels))
        return logits


def fine_tune(
    config: TrainConfig,
    network: Network,
    pictures: Pictures,
    labels: NDArray[np.int64],
    parts: tuple[NDArray[np.int64], NDArray[np.int64]],
    *,
    processes: Processes,
    checkpoint: Path | None = None,
    progress: Progress = SILENT,
) -> tuple[History, int, Tensor]:
    """Train the head and the last stages of the backbone; the best epoch is restored.

    A run that was stopped continues after its last finished epoch. On a CPU the result is that of
    an unbroken run, bit for bit.

    Args:
        config: `fine_tune` stages are unfrozen; mixed precision (bf16) on a GPU.
        network: changed in place; afterwards on the CPU in evaluation mode.
        pictures: all pictures of the data set.
        labels: class of each picture, shape (N,).
        parts: indices of the training pictures and of the validation pictures.
        processes: this process and the number of processes.
        checkpoint: file that is written after each epoch; by default the run cannot continue.
        progress: listener.

    Returns:
        History, best epoch (from 1), validation logits (V x K) of that epoch; no
        logits in all processes but the first.

    Raises:
        DataError: the loss is no longer a number.
        UsageError: more stages than the backbone has.
    """
    trainer = _Trainer(config, network, pictures, torch.from_numpy(labels), processes)
    schedule = Schedule(config, trainer.optimiser, network)
    history = History()
    shuffle = np.random.default_rng(config.seed)
    changing = Changing(
        network, trainer.optimiser, schedule, history, shuffle, trainer.augmentation
    )
    kept = EpochCheckpoint(checkpoint, changing, processes, progress)
    done = kept.load()
    if done:
        progress.say(_continuing(done, config.epochs, stopped=schedule.stopped))
    last = done if schedule.stopped else config.epochs
    each = len(share(parts[0], processes, config.batch_size))
    with progress.step("fine-tune", config.epochs * each) as step:
        step.advance(done * each)
        for epoch in range(done + 1, last + 1):
            rate = trainer.optimiser.param_groups[0]["lr"]
            order = share(shuffle.permutation(parts[0]), processes, config.batch_size)
            trained = trainer.epoch(order, step)
            share_buffers(network, processes)
            logits = predict_logits(network, pictures, parts[1], processes.device)
            # all processes need the same value: a different last bit could stop only some of them
            validated = from_first(measure(logits, trainer.truth[parts[1]]), processes)
            if not np.isfinite(validated[0]):
                raise DataError("the loss is no longer a number: lower --learning-rate")
            history.add(trained, validated, rate)
            step.note(
                f"epoch {epoch} of {config.epochs}, loss {trained[0]:.4f}, "
                f"val loss {validated[0]:.4f}, accuracy {validated[1]:.4f}"
            )
            stop = schedule.step(epoch, validated[0])
            kept.save(epoch)
            if stop:
                break
    schedule.restore()
    network.to("cpu").eval()
    if not processes.leads:
        return history, schedule.best_epoch, torch.empty(0)
    logits = predict_logits(network, pictures, parts[1], torch.device("cpu"))
    return history, schedule.best_epoch, logits


def _continuing(done: int, epochs: int, *, stopped: bool) -> str:
    if stopped or done == epochs:
        return f"the training was finished at epoch {done}: continuing with the export"
    return f"continuing at epoch {done + 1} of {epochs}"


class _Trainer:
    """The network with its optimiser; trains one epoch per call."""

    def __init__(
        self,
        config: TrainConfig,
        network: Network,
        pictures: Pictures,
        truth: Tensor,
        processes: Processes,
    ) -> None:
        torch.manual_seed(config.seed)
        trained = unfreeze(network.backbone, config.fine_tune)
        network.to(processes.device)
        self.truth = truth
        self.optimiser = torch.optim.Adam(
            network.head.parameters(), config.learning_rate, eps=ADAM_EPS
        )
        self.optimiser.add_param_group({"params": trained, "lr": config.backbone_lr})
        self._config, self._network, self._pictures = config, network, pictures
        self._device = processes.device
        self._distributed = DistributedDataParallel(network) if processes.count > 1 else network
        self.augmentation = torch.Generator().manual_seed(config.seed + processes.rank)

    def epoch(self, order: NDArray[np.int64], step: Step) -> tuple[float, float]:
        """Train once on all pictures in this order; return mean loss and accuracy."""
        size = self._config.batch_size
        loss_sum, hits = 0.0, 0
        _train_mode(self._network, self._config.fine_tune)
        for number, pixels in enumerate(self._pictures.batches(order, size)):
            target = self.truth[order[number * size :][: len(pixels)]].to(self._device)
            varied = augment(pixels, self.augmentation) if self._config.augment else pixels
            with _mixed(self._device):
                logits = self._distributed(varied.to(self._device))
                loss = nn.functional.cross_entropy(logits.float(), target)
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            loss_sum += loss.item() * len(pixels)
            hits += int((logits.argmax(1) == target).sum())
            step.advance(len(pixels))
        return loss_sum / len(order), hits / len(order)


def predict_logits(
    network: Network, pictures: Pictures, indices: NDArray[np.int64], device: torch.device
) -> Tensor:
    """Return the logits of pictures in evaluation mode, in float32."""
    network.eval()
    with torch.inference_mode():
        parts = [network(batch.to(device)).cpu() for batch in pictures.batches(indices, 32)]
    return torch.cat(parts)


def last_stages(backbone: PixelBackbone, stages: int | str) -> list[nn.Module]:
    """Return the modules of the last `stages` stages of a backbone; "all" is the whole network.

    Raises:
        UsageError: the backbone has fewer stages.
    """
    if stages == "all":
        return [backbone.network]  # with parts outside stages, such as position embeddings
    found = stages_of(backbone.network)
    count = int(stages)
    if count > len(found):
        raise UsageError(
            f"--fine-tune {count}: this backbone has {len(found)} stages; give at most that, or "
            "'all'"
        )
    return [module for stage in found[len(found) - count :] for module in stage]


def unfreeze(backbone: PixelBackbone, stages: int | str) -> list[nn.Parameter]:
    """Freeze all but the last stages of a backbone; return the parameters to train."""
    for parameter in backbone.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003 - PyTorch's way
    trained = [p for module in last_stages(backbone, stages) for p in module.parameters()]
    for parameter in trained:
        parameter.requires_grad_()
    return trained


def _train_mode(network: Network, stages: int | str) -> None:
    """Set training mode; frozen stages stay in evaluation mode, to keep their norm statistics."""
    network.eval()
    network.head.train()
    for module in last_stages(network.backbone, stages):
        module.train()


def _mixed(device: torch.device) -> "torch.autocast | nullcontext[None]":
    return torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext()
