"""A checkpoint gives the training back exactly; a damaged one is refused with what to do."""

import pytest

pytest.importorskip("torch", reason="needs the extra train")

import torch

from cracklens.errors import DataError
from cracklens.training.checkpoint import load_checkpoint, save_checkpoint

CPU = torch.device("cpu")


def state(inputs=3):
    torch.manual_seed(0)
    module = torch.nn.Linear(inputs, 2)
    return {"network": module}, torch.optim.AdamW(module.parameters())


def trained(path):
    modules, optimiser = state()
    for _ in range(3):
        modules["network"](torch.ones(4, 3)).sum().backward()
        optimiser.step()
    save_checkpoint(path, modules, optimiser, 3)
    return modules


def test_it_is_read_back_as_it_was(tmp_path):
    path = tmp_path / "one.safetensors"
    known = trained(path)["network"].weight
    modules, optimiser = state()
    assert load_checkpoint(path, modules, optimiser, CPU) == 3
    assert torch.equal(modules["network"].weight, known)
    assert load_checkpoint(tmp_path / "none.safetensors", modules, optimiser, CPU) == 0


@pytest.mark.parametrize("keep", [0, 5, 40, 0.5, 0.95])
def test_a_torn_one_is_refused(tmp_path, keep):
    path = tmp_path / "one.safetensors"
    trained(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    with pytest.raises(DataError, match="delete it"):
        load_checkpoint(path, *state(), CPU)


def test_one_of_another_network_is_refused(tmp_path):
    path = tmp_path / "one.safetensors"
    trained(path)
    with pytest.raises(DataError, match="another network"):
        load_checkpoint(path, *state(inputs=5), CPU)
