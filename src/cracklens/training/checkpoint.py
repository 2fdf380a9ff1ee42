"""Checkpoints of a training: tensors and figures in one safetensors file, never a pickle."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from cracklens.errors import DataError, OutputError
from cracklens.files import require_regular, writing

_OPTIMISER = "optimiser"


def save_checkpoint(
    path: Path, modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer, step: int
) -> None:
    """Write a checkpoint; the file is written completely or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    state = tensors_of(modules, optimiser)
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
    """Load a checkpoint into modules and optimiser; return its step, or 0 without a file.

    Raises:
        DataError: the checkpoint is damaged or of another network.
    """
    if not path.is_file():
        return 0
    try:
        state = load_file(path, device=str(device))
        load_tensors(state, modules, optimiser)
        return int(state["step"])
    except (OSError, SafetensorError, RuntimeError, ValueError, KeyError, IndexError) as error:
        raise DataError(
            f"the checkpoint {path} is damaged or of another network: delete it, and the training "
            "starts from its first step"
        ) from error


def tensors_of(
    modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer
) -> dict[str, Tensor]:
    """Return all tensors of modules and optimiser by name; they are not copied."""
    state = {
        f"{name}.{key}": value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    for number, values in optimiser.state_dict()["state"].items():
        state |= {f"{_OPTIMISER}.{number}.{name}": value for name, value in values.items()}
    return state


def load_tensors(
    state: Mapping[str, Tensor],
    modules: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
) -> None:
    """Load tensors of `tensors_of` into the same modules and optimiser."""
    for name, module in modules.items():
        module.load_state_dict(named(state, name))
    known = optimiser.state_dict()
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for key, value in named(state, _OPTIMISER).items():
        number, name = key.split(".")
        of = parameters[int(number)]
        if value.shape == of.shape:  # same memory layout as its parameter: the fused step
            value = torch.empty_like(of).copy_(value)  # noqa: PLW2901 - requires it
        known["state"].setdefault(int(number), {})[name] = value
    optimiser.load_state_dict(known)


def named(state: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """Return the tensors below a name, without it."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): v for key, v in state.items() if key.startswith(prefix)}


def write_state(path: Path, tensors: Mapping[str, Tensor], figures: Mapping[str, Any]) -> None:
    """Write tensors and figures to one file, with a hash over both.

    The figures are a JSON text in the header of the file, so they never belong to other tensors.

    Raises:
        OutputError: it cannot be written; an older file stays.
    """
    copied = {
        name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()
    }
    text = json.dumps(figures, allow_nan=False)
    header = {"figures": text, "sha256": _digest(copied, text)}
    with writing(path) as partial:
        try:
            save_file(copied, partial, header)
        except SafetensorError as error:
            raise OutputError(f"{path} cannot be written: {error}") from error


def read_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any], str] | None:
    """Return tensors (on the CPU), figures and their hash; None if there is no such file.

    Raises:
        DataError: the file is damaged or cannot be read.
    """
    try:
        require_regular(path)
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    text, digest = header.get("figures", ""), header.get("sha256", "")
    if _digest(tensors, text) != digest:
        raise DataError(f"{path} is damaged: its content differs from its hash")
    return tensors, json.loads(text), digest


def _digest(tensors: Mapping[str, Tensor], text: str) -> str:
    known = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        value = tensors[name]
        known.update(f"\n{name} {value.dtype} {tuple(value.shape)}\n".encode())
        known.update(value.reshape(-1).view(torch.uint8).numpy().data)
    return known.hexdigest()
