"""A fine-tuning that was stopped goes on as if it had not been."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from cracklens.datasets import load_dataset, split_dataset
from cracklens.errors import DataError
from cracklens.files import sha256_file
from cracklens.progress import Progress
from cracklens.training.backbones import create_backbone
from cracklens.training.checkpoint import read_state, write_state
from cracklens.training.epoch_checkpoint import checkpoint_path
from cracklens.training.finetune import Network, fine_tune
from cracklens.training.head import Head
from cracklens.training.pictures import Pictures
from cracklens.training.processes import Processes
from cracklens.training.resolve import resolve_config

ALONE = Processes(0, 1, torch.device("cpu"))


class StopError(Exception):
    pass


class Heard(Progress):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def config_of(**settings):
    base = {"backbone": "small", "weights": "random", "input_size": 32, "epochs": 5, "batch_size": 8,
            "hidden": (16,), "dropout": (0.4,), "learning_rate": 3e-3, "backbone_lr": 3e-3,
            "fine_tune": "all", "lr_patience": 1, "split": "random"}  # fmt: skip
    return resolve_config(None, None, base | settings)


def run(config, tiles, checkpoint, *, stop_after=None, processes=ALONE):
    """Fine-tune on 24 tiles; raise `StopError` at the beginning of the epoch after `stop_after`."""
    dataset = load_dataset(tiles)
    dataset = dataset.subset(np.arange(0, len(dataset.items), 5))
    split = split_dataset(dataset, "random")
    backbone, info = create_backbone(config)
    torch.manual_seed(config.seed)
    network = Network(backbone, Head(info.features, config.hidden, config.dropout, 2))
    pictures = Pictures(dataset.paths, info.preprocessing, max_pixels=10**8)
    real, started = pictures.batches, []

    def batches(order, size):
        if size == config.batch_size:  # a training epoch
            started.append(1)
            if stop_after is not None and len(started) > stop_after:
                raise StopError
        return real(order, size)

    pictures.batches = batches
    heard = Heard()
    history, best, logits = fine_tune(
        config, network, pictures, dataset.labels, (split.train, split.validation),
        processes=processes, checkpoint=checkpoint, progress=heard,
    )  # fmt: skip
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    return weights, history.as_dict(), best, logits, heard.said, len(started)


def assert_same(one, other):
    assert one[1] == other[1]
    assert one[2] == other[2]
    assert torch.equal(one[3], other[3])
    for name, value in one[0].items():
        assert torch.equal(value, other[0][name]), name


@pytest.fixture(scope="module")
def whole(tiles, tmp_path_factory):
    return run(config_of(), tiles, tmp_path_factory.mktemp("whole") / "checkpoint.safetensors")


@pytest.fixture
def stopped(tiles, tmp_path):
    """The checkpoint of a run that was stopped after epoch 2."""
    path = tmp_path / "cache" / "stopped.safetensors"
    with pytest.raises(StopError):
        run(config_of(), tiles, path, stop_after=2)
    return path


def test_a_stopped_run_gives_the_network_of_an_unbroken_one(tiles, whole, stopped):
    resumed = run(config_of(), tiles, stopped)
    assert resumed[4] == ["continuing at epoch 3 of 5"]
    assert resumed[5] == 3  # epochs trained
    assert_same(whole, resumed)
    assert len(set(whole[1]["learning_rate"])) > 1  # the schedule had something to remember


def test_checkpoints_do_not_change_the_result(tiles, whole):
    without = run(config_of(), tiles, None)
    assert without[4] == []
    assert_same(whole, without)


def test_a_run_can_be_stopped_again_and_again(tiles, whole, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    for _ in range(2):
        with pytest.raises(StopError):
            run(config_of(), tiles, path, stop_after=1)
    resumed = run(config_of(), tiles, path)
    assert resumed[4] == ["continuing at epoch 3 of 5"]
    assert_same(whole, resumed)


def test_a_run_that_was_stopped_after_its_last_epoch_trains_no_more(tiles, tmp_path):
    config = config_of(stop_patience=1, learning_rate=1e-9, backbone_lr=0.5, epochs=9)
    path = tmp_path / "checkpoint.safetensors"
    first = run(config, tiles, path)
    done = len(first[1]["loss"])
    assert done < 9  # stopped early
    again = run(config, tiles, path)
    assert again[5] == 0
    assert again[4] == [f"the training was finished at epoch {done}: continuing with the export"]
    assert_same(first, again)


def cut(content):
    return content[: len(content) // 2]


def flipped(content):
    """One bit in the last tensor."""
    return content[:-40] + bytes([content[-40] ^ 1]) + content[-39:]


@pytest.mark.parametrize("damage", [cut, flipped, lambda _: b"", lambda _: b"no safetensors" * 9])
def test_a_damaged_checkpoint_is_ignored_with_a_message(tiles, whole, stopped, damage):
    stopped.write_bytes(damage(stopped.read_bytes()))
    resumed = run(config_of(), tiles, stopped)
    assert len(resumed[4]) == 1
    assert resumed[4][0].startswith("checkpoint ignored, starting at epoch 1: ")
    assert f"{stopped} is damaged" in resumed[4][0]
    assert_same(whole, resumed)


def test_a_checkpoint_that_not_all_processes_read_is_ignored(tiles, whole, stopped, monkeypatch):
    """Processes that start at different epochs would wait for each other without end."""
    monkeypatch.setattr(
        "cracklens.training.epoch_checkpoint.gather",
        lambda own, _: [own, torch.zeros_like(own)],  # the second process found none
    )
    resumed = run(config_of(), tiles, stopped)
    (said,) = resumed[4]
    assert said.endswith(f"starting at epoch 1: not all processes read the same {stopped}")
    assert_same(whole, resumed)


def test_figures_that_were_changed_are_noticed(stopped):
    tensors, figures, _ = read_state(stopped)
    content = stopped.read_bytes()
    assert content.count(b'\\"epoch\\": 2') == 1
    stopped.write_bytes(content.replace(b'\\"epoch\\": 2', b'\\"epoch\\": 1'))
    with pytest.raises(DataError, match="differs from its hash"):
        read_state(stopped)
    write_state(stopped, tensors, figures)
    assert read_state(stopped)[1] == figures


def test_without_a_place_for_the_checkpoint_the_training_goes_on(tiles, whole, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    done = run(config_of(), tiles, tmp_path / "cache" / "checkpoint.safetensors")
    assert done[4][0].startswith("no checkpoint of epoch 1: ")
    assert_same(whole, done)


def test_the_name_of_a_checkpoint_stands_for_all_that_decides_the_result(tiles, tmp_path):
    dataset = load_dataset(tiles)
    hashes = [sha256_file(path) for path in dataset.paths]
    split = split_dataset(dataset, "random")
    _, info = create_backbone(config_of())

    def path(processes=ALONE, hashes=hashes, split=split, **settings):
        return checkpoint_path(
            tmp_path, config_of(**settings), info, (dataset, hashes, split), processes
        )

    assert path() == path(max_pixels=10**6) == path(device="cpu")
    other = split_dataset(dataset, "random", seed=1)
    two = Processes(0, 2, torch.device("cpu"))
    found = [path(), path(epochs=6), path(seed=1), path(hashes=hashes[::-1]), path(split=other),
             path(two), path(augment=False)]  # fmt: skip
    assert len(set(found)) == len(found)


@pytest.fixture
def start(tiles, tmp_path):
    """Start the installed command with its own cache and output; all runs have the same settings."""
    program = Path(sys.executable).with_name("cracklens")
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
    ]

    def run(name, processes=1):
        flags = ["--recipe", "small", "--epochs", "12", "--input-size", "32", "--device", "cpu"]
        command = [program, "train", tiles, "-o", tmp_path / name / "model", *flags]
        return subprocess.Popen(
            [*(launch if processes > 1 else []), *command],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "CRACKLENS_CACHE": str(tmp_path / name)},
        )  # fmt: skip

    return run


def kill_after_an_epoch(process, cache):
    """Kill the process, and those that it started, with SIGKILL when a checkpoint is there.

    The processes of torchrun have sessions of their own, so each is killed by its id.
    """
    until = time.monotonic() + 100
    while not list(cache.glob("fine-tuning/*.safetensors")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
    for each in [process.pid, *map(int, children.split())]:
        os.kill(each, signal.SIGKILL)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL


def finished(process, cache):
    _, said = process.communicate(timeout=150)
    assert process.returncode == 0, said
    statistics = json.loads((cache / "model" / "training_statistics.json").read_text("utf-8"))
    assert list(cache.glob("fine-tuning/*")) == []  # removed with the last use of it
    return said, statistics["training_history"], sha256_file(cache / "model" / "model.onnx")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_command_goes_on(start, tmp_path, processes):
    if processes > 1 and not torch.distributed.is_gloo_available():
        pytest.skip("PyTorch without gloo")
    kill_after_an_epoch(start("killed", processes), tmp_path / "killed")
    assert not (tmp_path / "killed" / "model").exists()
    said, history, network = finished(start("killed", processes), tmp_path / "killed")
    (epoch,) = re.findall(r"continuing at epoch (\d+) of 12", said)
    assert int(epoch) >= 2
    _, whole, same = finished(start("whole", processes), tmp_path / "whole")
    assert history == whole
    assert network == same
