"""The training loop of a segmenter: mixed precision, a running mean of the weights, checkpoints."""

import copy
import math
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from cracklens.errors import DataError
from cracklens.files import read_text, write_json
from cracklens.progress import SILENT, Progress
from cracklens.training.checkpoint import load_checkpoint, save_checkpoint
from cracklens.training.segment.network import Segmenter
from cracklens.training.segment.samples import Samples
from cracklens.training.segment.start import start_from

_MEAN_DECAY = 0.998
_WARM_STEPS = 200
_ENCODER_SHARE = 0.3  # of the learning rate, since the encoder is pretrained
_TILE_SHARE, _DICE_SHARE, _LINE_SHARE = 0.25, 0.5, 0.3
_POSITIVE_WEIGHT = 2.0
_CLIP = 5.0
_SECONDS_BETWEEN_CHECKPOINTS = 120.0
_NOTE_STEPS = 100
_AHEAD = 6
_START_BATCHES = 12


@dataclass(slots=True)
class Losses:
    """Mean loss of each interval of steps."""

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of a fit."""

    steps: int
    batch_size: int
    learning_rate: float
    mixed_precision: bool
    workers: int


class Fit:
    """A segmenter in training; a further call of `run` continues it."""

    def __init__(
        self, network: Segmenter, settings: FitSettings, checkpoint: Path, device: torch.device
    ) -> None:
        self.settings, self._checkpoint, self._device = settings, checkpoint, device
        self.network = network.to(device).to(memory_format=torch.channels_last)
        self.mean = copy.deepcopy(network).eval().requires_grad_(False)  # noqa: FBT003 - PyTorch's way
        encoder = {id(p) for p in network.encoder.parameters()}
        rest = [p for p in network.parameters() if id(p) not in encoder]
        self._shares = (_ENCODER_SHARE if hasattr(network.encoder, "blocks") else 1.0, 1.0)
        self._optimiser = torch.optim.AdamW(
            [{"params": list(network.encoder.parameters())}, {"params": rest}],
            lr=settings.learning_rate,
            weight_decay=1e-4,
            fused=True,
        )
        self.step = 0
        self.losses = Losses()
        self._load()

    def run(self, samples: Samples, until: int, progress: Progress = SILENT) -> None:
        """Train until step `until`, saving a checkpoint every two minutes and at the end.

        Raises:
            DataError: the loss is no longer a number.
        """
        size = self.settings.batch_size
        saved = time.monotonic()
        loss_sum, counted = 0.0, 0
        self.network.train()
        with progress.step("train", until * size, "crops") as step:
            step.advance(self.step * size)
            for batch in self._batches(samples, until):
                loss = self._train_step(batch)
                self.step += 1
                loss_sum, counted = loss_sum + loss, counted + 1
                step.advance(size)
                if self.step % _NOTE_STEPS == 0 or self.step == until:
                    mean = loss_sum / counted
                    if not math.isfinite(mean):
                        raise DataError("the loss is no longer a number: lower --learning-rate")
                    self.losses.step.append(self.step)
                    self.losses.loss.append(mean)
                    step.note(f"step {self.step:,} of {self.settings.steps:,}, loss {mean:.4f}")
                    loss_sum, counted = 0.0, 0
                if time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS:
                    self._save()
                    saved = time.monotonic()
        self._save()

    def start_from(self, folder: Path, samples: Samples) -> None:
        """Take over the weights of a model folder before the first step.

        Raises:
            UsageError: it holds another kind of network.
        """
        size = self.settings.batch_size
        batches = (
            torch.from_numpy(
                np.stack([samples[i]["pixels"] for i in range(n * size, (n + 1) * size)])
            ).to(self._device)
            for n in range(min(_START_BATCHES, len(samples) // size))
        )
        start_from(self.network, folder, batches)
        self.mean.load_state_dict(self.network.state_dict())

    def _batches(self, samples: Samples, until: int) -> Iterator[dict[str, Tensor]]:
        """Make batches in threads, ahead of use; the slow functions release the lock (GIL)."""
        size = self.settings.batch_size

        def batch(step: int) -> dict[str, Tensor]:
            made = [samples[index] for index in range(step * size, (step + 1) * size)]
            return {name: torch.from_numpy(np.stack([m[name] for m in made])) for name in made[0]}

        ahead: deque[Future[dict[str, Tensor]]] = deque()
        with ThreadPoolExecutor(self.settings.workers, "samples") as pool:
            try:
                for step in range(self.step, until):
                    ahead.append(pool.submit(batch, step))
                    if len(ahead) > _AHEAD:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                for future in ahead:
                    future.cancel()

    def _train_step(self, batch: dict[str, Tensor]) -> float:
        rate = self._rate()
        for group, share in zip(self._optimiser.param_groups, self._shares, strict=True):
            group["lr"] = rate * share
        batch = {name: value.to(self._device) for name, value in batch.items()}
        with torch.autocast(
            self._device.type, torch.bfloat16, enabled=self.settings.mixed_precision
        ):
            pixel, tile = self.network(batch["pixels"])
        loss = segment_loss(pixel.float(), tile.float(), batch)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self._optimiser.step()
        self._average()
        return loss.item()

    def _rate(self) -> float:
        """Return the learning rate: a linear warm-up, then half a cosine."""
        warm = min(1.0, (self.step + 1) / _WARM_STEPS)
        done = self.step / self.settings.steps
        return self.settings.learning_rate * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(_MEAN_DECAY, (self.step + 1) / (self.step + 10))
        for mean, now in zip(
            self.mean.state_dict().values(), self.network.state_dict().values(), strict=True
        ):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - keep)
            else:
                mean.copy_(now)

    def _save(self) -> None:
        save_checkpoint(self._checkpoint, self._modules, self._optimiser, self.step)
        write_json(
            self._checkpoint.with_suffix(".json"),
            {"step": self.losses.step, "loss": self.losses.loss},
        )

    def _load(self) -> None:
        self.step = load_checkpoint(self._checkpoint, self._modules, self._optimiser, self._device)
        if self.step:
            self.losses = _read_losses(self._checkpoint.with_suffix(".json"), self.step)

    @property
    def _modules(self) -> dict[str, nn.Module]:
        return {"network": self.network, "mean": self.mean}


def _read_losses(path: Path, step: int) -> Losses:
    import json

    try:
        content = json.loads(read_text(path))
    except (OSError, ValueError):
        return Losses()
    done = [(s, v) for s, v in zip(content["step"], content["loss"], strict=True) if s <= step]
    return Losses([s for s, _ in done], [v for _, v in done])


def segment_loss(pixel: Tensor, tile: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Return the weighted sum of four losses.

    They are the cross-entropy of the pixels, the soft Dice of the batch, the missed share of the
    centrelines, and the cross-entropy of the tiles. Area hardly counts a hairline; the centreline
    counts it like a wide crack (Kirchhoff et al. 2024, Skeleton Recall Loss, arXiv:2404.03010).

    Args:
        pixel: N x H x W logits.
        tile: N logits.
        batch: arrays of `Samples` as tensors.
    """
    crack = batch["crack"].float() / 255
    weight = batch["weight"].float() / 85
    counted = weight * (1 + (_POSITIVE_WEIGHT - 1) * crack)
    each = nn.functional.binary_cross_entropy_with_logits(pixel, crack, reduction="none")
    entropy = (each * counted).sum() / counted.sum().clamp(min=1)
    share, once = pixel.sigmoid(), weight.clamp(max=1)
    both = (share * crack * once).sum()
    dice = 1 - (2 * both + 1) / ((share * once).sum() + (crack * once).sum() + 1)
    line = batch["line"].float() * once
    missed = 1 - ((share * line).sum() + 1) / (line.sum() + 1)
    known = batch["label"] >= 0
    tile_loss = tile.new_zeros(())
    if known.any():
        tile_loss = nn.functional.binary_cross_entropy_with_logits(
            tile[known], batch["label"][known].float()
        )
    return entropy + _DICE_SHARE * dice + _LINE_SHARE * missed + _TILE_SHARE * tile_loss
