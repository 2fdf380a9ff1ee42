"""Checkpoints of a training: networks, optimiser and step, in one safetensors file."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from cracklens.files import writing


def save_checkpoint(
    path: Path, modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer, step: int
) -> None:
    """Write a checkpoint; the file is written completely or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    state = {
        f"{name}.{key}": value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    for number, values in optimiser.state_dict()["state"].items():
        state |= {f"optimiser.{number}.{name}": value for name, value in values.items()}
    state["step"] = torch.tensor(step)
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as partial:
        save_file({key: value.contiguous() for key, value in state.items()}, partial)


def load_checkpoint(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    device: torch.device,
) -> int:
    """Load a checkpoint into modules and optimiser; return its step, or 0 without a file."""
    if not path.is_file():
        return 0
    state = load_file(path, device=str(device))
    for name, module in modules.items():
        prefix = f"{name}."
        module.load_state_dict(
            {key.removeprefix(prefix): v for key, v in state.items() if key.startswith(prefix)}
        )
    known = optimiser.state_dict()
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for key, value in state.items():
        if key.startswith("optimiser."):
            _, number, name = key.split(".")
            of = parameters[int(number)]
            if value.shape == of.shape:  # same memory layout as its parameter: the fused step
                value = torch.empty_like(of).copy_(value)  # noqa: PLW2901 - requires it
            known["state"].setdefault(int(number), {})[name] = value
    optimiser.load_state_dict(known)
    return int(state["step"])
