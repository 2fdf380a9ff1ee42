"""Distributed training: this process, or several processes that `torchrun` started."""

import os
from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor, nn

from cracklens.errors import UsageError


@dataclass(frozen=True, slots=True)
class Processes:
    """Rank of this process, number of processes and device."""

    rank: int
    count: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process is the first one, which writes files and messages."""
        return self.rank == 0


def join_processes(device: str) -> Processes:
    """Join the processes that `torchrun` started; without `torchrun` there is one process.

    Raises:
        UsageError: "cuda" without a GPU that PyTorch can use.
    """
    has_gpu = torch.cuda.is_available()
    if device == "cuda" and not has_gpu:
        raise UsageError("--device cuda: PyTorch finds no GPU here; use --device cpu")
    on_gpu = has_gpu and device != "cpu"
    count = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    chosen = torch.device("cuda", local) if on_gpu else torch.device("cpu")
    if count > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if on_gpu else "gloo")
    return Processes(int(os.environ.get("RANK", "0")), count, chosen)


def share(order: NDArray[np.int64], processes: Processes, batch: int) -> NDArray[np.int64]:
    """Return the pictures of this process.

    All processes get the same number, since otherwise one would wait for the others without end. A
    last batch of a single picture is left out, since batch normalisation needs at least two.
    """
    count = len(order) // processes.count
    if count > 1 and count % batch == 1:
        count -= 1
    return order[processes.rank :: processes.count][:count]


def share_buffers(network: nn.Module, processes: Processes) -> None:
    """Copy the norm statistics of the first process to all others."""
    if processes.count > 1:
        for buffer in network.buffers():
            dist.broadcast(buffer, 0)


def gather(tensor: Tensor, processes: Processes) -> list[Tensor]:
    """Return a tensor of every process, on the CPU, in the order of their ranks."""
    if processes.count == 1:
        return [tensor]
    own = tensor.to(processes.device)
    found = [torch.empty_like(own) for _ in range(processes.count)]
    dist.all_gather(found, own)
    return [each.cpu() for each in found]


def from_first(figures: tuple[float, float], processes: Processes) -> tuple[float, float]:
    """Return the figures of the first process, in every process."""
    if processes.count == 1:
        return figures
    shared = torch.tensor(figures, dtype=torch.float64, device=processes.device)
    dist.broadcast(shared, 0)
    return float(shared[0]), float(shared[1])
