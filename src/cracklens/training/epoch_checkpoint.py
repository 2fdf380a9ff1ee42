"""Checkpoints of a fine-tuning, one after each epoch; a resumed run equals an unbroken one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cracklens.datasets import Dataset, Split
from cracklens.errors import DataError, OutputError
from cracklens.progress import Progress
from cracklens.training.backbones import BackboneInfo
from cracklens.training.checkpoint import (
    load_tensors,
    named,
    read_state,
    tensors_of,
    write_state,
)
from cracklens.training.config import TrainConfig
from cracklens.training.processes import Processes, gather
from cracklens.training.schedule import History, Schedule

_FORMAT = "1"
_NONE = "0" * 64


def checkpoint_path(
    cache: Path,
    config: TrainConfig,
    info: BackboneInfo,
    data: tuple[Dataset, Sequence[str], Split],
    processes: Processes,
) -> Path:
    """Return the file of the checkpoint: its name stands for all that decides the result.

    Args:
        cache: the cache folder.
        config: settings.
        info: the backbone before the training.
        data: readable pictures, their SHA-256, and the split that indexes them.
        processes: their number and kind of device.
    """
    dataset, hashes, split = data
    unused = {"recipe", "strict", "max_pixels", "device", "precision"}  # no influence on the fit
    values = config.model_dump(mode="json", exclude=unused)
    values["weights"] = info.weights_sha256 or config.weights
    values["processes"] = [processes.device.type, processes.count]
    values["pictures"] = [[i.label, h] for i, h in zip(dataset.items, hashes, strict=True)]
    values["split"] = [split.train.tolist(), split.validation.tolist()]
    values["versions"] = [version("torch"), version("timm"), _FORMAT]
    text = json.dumps(values, sort_keys=True)
    key = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return cache / "fine-tuning" / f"{key}.safetensors"


@dataclass(frozen=True, slots=True)
class Changing:
    """All that changes from epoch to epoch.

    Attributes:
        network: with its norm statistics.
        optimiser: with the learning rates of its groups.
        schedule: with the best weights so far.
        history: figures of the epochs so far.
        shuffle: gives the order of the pictures.
        augmentation: gives the variation of the pictures of this process.
    """

    network: nn.Module
    optimiser: torch.optim.Optimizer
    schedule: Schedule
    history: History
    shuffle: np.random.Generator
    augmentation: torch.Generator


class EpochCheckpoint:
    """The checkpoint of one fine-tuning; all processes call its methods at the same time."""

    def __init__(
        self, path: Path | None, changing: Changing, processes: Processes, progress: Progress
    ) -> None:
        """Keep what is to be saved; without a path nothing is saved or loaded."""
        self._path, self._changing = path, changing
        self._processes, self._progress = processes, progress

    def load(self) -> int:
        """Continue at the checkpoint; return the number of epochs that are done.

        A damaged checkpoint, or one that not all processes see, is ignored with a message.
        """
        if self._path is None:
            return 0
        found, digest, why = None, _NONE, ""
        try:
            found = read_state(self._path)
        except DataError as error:
            why = str(error)
        if found:
            digest = found[2]
        seen = {bytes(each.tolist()) for each in gather(_bytes(digest), self._processes)}
        if found and len(seen) == 1:
            self._restore(*found[:2])
            return int(found[1]["epoch"])
        if why or len(seen) > 1:
            why = why or f"not all processes read the same {self._path}"
            self._progress.say(f"checkpoint ignored, starting at epoch 1: {why}")
        return 0

    def save(self, epoch: int) -> None:
        """Save the state after `epoch`, from the first process.

        If the place cannot be written, the training goes on without checkpoints, with a message.
        """
        if self._path is None:
            return
        generators = {name: gather(s, self._processes) for name, s in self._generators().items()}
        if not self._processes.leads:
            return
        now = self._changing
        tensors = tensors_of({"network": now.network}, now.optimiser)
        tensors |= {f"best.{name}": value for name, value in now.schedule.best.items()}
        for name, states in generators.items():
            tensors |= {f"{name}.{rank}": state for rank, state in enumerate(states)}
        figures = {
            "epoch": epoch,
            "rates": [group["lr"] for group in now.optimiser.param_groups],
            "schedule": now.schedule.figures(),
            "history": now.history.as_dict(),
            "shuffle": now.shuffle.bit_generator.state,
        }
        try:
            write_state(self._path, tensors, figures)
        except OutputError as error:
            self._progress.say(f"no checkpoint of epoch {epoch}: {error}")

    def _restore(self, tensors: dict[str, Tensor], figures: dict[str, Any]) -> None:
        now, rank = self._changing, str(self._processes.rank)
        load_tensors(tensors, {"network": now.network}, now.optimiser)
        for group, rate in zip(now.optimiser.param_groups, figures["rates"], strict=True):
            group["lr"] = rate
        now.schedule.resume(figures["schedule"], named(tensors, "best"))
        now.history.resume(figures["history"])
        now.shuffle.bit_generator.state = figures["shuffle"]
        now.augmentation.set_state(named(tensors, "augmentation")[rank])
        torch.set_rng_state(named(tensors, "dropout")[rank])
        if self._processes.device.type == "cuda":
            torch.cuda.set_rng_state(named(tensors, "dropout_gpu")[rank], self._processes.device)

    def _generators(self) -> dict[str, Tensor]:
        """Return the states of the generators of this process, uint8."""
        states = {
            "augmentation": self._changing.augmentation.get_state(),
            "dropout": torch.get_rng_state(),
        }
        if self._processes.device.type == "cuda":
            states["dropout_gpu"] = torch.cuda.get_rng_state(self._processes.device)
        return states


def _bytes(digest: str) -> Tensor:
    return torch.tensor(list(bytes.fromhex(digest)), dtype=torch.uint8)
