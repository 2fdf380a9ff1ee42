import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from cracklens.datasets import load_dataset, split_dataset
from cracklens.errors import UsageError
from cracklens.models import read_model_folder
from cracklens.training.backbones import create_backbone, stages_of
from cracklens.training.finetune import Network, fine_tune, last_stages, unfreeze
from cracklens.training.head import Head
from cracklens.training.pictures import Pictures
from cracklens.training.processes import Processes, join_processes, share
from cracklens.training.resolve import resolve_config
from cracklens.training.train import train

ALONE = Processes(0, 1, torch.device("cpu"))


def config_of(backbone, **settings):
    base = {"backbone": backbone, "weights": "random", "input_size": 64, "epochs": 2, "batch_size": 8,
            "hidden": (16,), "dropout": (0.2,), "learning_rate": 1e-3, "backbone_lr": 1e-3}  # fmt: skip
    return resolve_config(None, None, base | settings)


def prepare(config, tiles):
    dataset = load_dataset(tiles)
    dataset = dataset.subset(np.arange(0, len(dataset.items), 5))
    split = split_dataset(dataset, "random")
    backbone, info = create_backbone(config)
    torch.manual_seed(config.seed)
    network = Network(backbone, Head(info.features, config.hidden, config.dropout, 2))
    pictures = Pictures(dataset.paths, info.preprocessing, max_pixels=10**8)
    return network, pictures, dataset.labels, (split.train, split.validation)


def run(config, tiles):
    network, *rest = prepare(config, tiles)
    return network, fine_tune(config, network, *rest, processes=ALONE)


def state_of(modules):
    return {
        (number, name): value.clone()
        for number, module in enumerate(modules)
        for name, value in module.state_dict().items()
    }


@pytest.mark.parametrize(
    ("backbone", "stages"), [("small", 2), ("test_resnet", 1), ("small", "all")]
)
def test_frozen_stages_keep_every_bit_and_the_others_learn(tiles, backbone, stages):
    config = config_of(backbone, fine_tune=stages)
    network, *rest = prepare(config, tiles)
    found = stages_of(network.backbone.network)
    count = len(found) if stages == "all" else stages
    frozen = [m for stage in found[: len(found) - count] for m in stage]
    trained = [m for stage in found[len(found) - count :] for m in stage]
    before = state_of(frozen), state_of(trained)
    fine_tune(config, network, *rest, processes=ALONE)
    for key, value in state_of(frozen).items():  # weights and norm statistics
        assert torch.equal(value, before[0][key]), key
    for key, value in state_of(trained).items():
        assert not torch.equal(value, before[1][key]), key
    assert any("running_mean" in name for _, name in before[1])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_network(tiles):
    runs = [run(config_of("small", fine_tune="all", seed=s), tiles) for s in (1, 1, 2)]
    states = [
        b"".join(v.numpy().tobytes() for v in network.state_dict().values()) for network, _ in runs
    ]
    assert states[0] == states[1] != states[2]


def test_history_best_epoch_and_logits_belong_together(tiles):
    config = config_of("small", fine_tune="all", epochs=3)
    network, (history, best, logits) = run(config, tiles)
    assert len(history.loss) == len(history.val_loss) == 3
    assert best == 1 + int(np.argmin(history.val_loss))
    assert logits.shape == (4, 2)
    assert not network.training


def test_without_augmentation_the_pictures_are_taken_as_they_are(tiles, monkeypatch):
    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr("cracklens.training.finetune.augment", refuse)
    run(config_of("small", fine_tune=1, augment=False, epochs=1), tiles)
    with pytest.raises(AssertionError):
        run(config_of("small", fine_tune=1, epochs=1), tiles)


def test_only_the_last_stages_get_gradients():
    backbone, _ = create_backbone(config_of("small"))
    trained = {id(p) for p in unfreeze(backbone, 1)}
    assert trained == {id(p) for p in backbone.network.stages[3].parameters()}
    assert {id(p) for p in backbone.parameters() if p.requires_grad} == trained
    assert last_stages(backbone, 0) == []


def test_more_stages_than_there_are():
    backbone, _ = create_backbone(config_of("small"))
    with pytest.raises(
        UsageError, match="--fine-tune 5: this backbone has 4 stages; give at most that"
    ):
        last_stages(backbone, 5)


def test_pictures_come_in_the_order_asked_for_again_and_again(tiles):
    config = config_of("small")
    _, pictures, *_ = prepare(config, tiles)
    first = torch.cat(list(pictures.batches(np.array([5, 0, 3]), 2)))
    again = torch.cat(list(pictures.batches(np.array([0, 3, 9, 5]), 3)))
    assert torch.equal(first, again[[3, 0, 1]])
    assert first.shape == (3, 64, 64, 3)


@pytest.mark.parametrize(("count", "batch"), [(10, 4), (11, 5), (12, 5), (2, 8)])
def test_shares_have_one_length_and_no_picture_twice(count, batch):
    order = np.random.default_rng(0).permutation(count)
    shares = [share(order, Processes(rank, 2, torch.device("cpu")), batch) for rank in range(2)]
    assert len(shares[0]) == len(shares[1])
    assert len(shares[0]) % batch != 1 or len(shares[0]) == 1
    joined = np.concatenate(shares)
    assert len(set(joined.tolist())) == len(joined) >= count - 3


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there():
    with pytest.raises(UsageError, match="PyTorch finds no GPU here; use --device cpu"):
        join_processes("cuda")


def test_processes_of_torchrun_have_nothing_to_share_without_fine_tuning(
    tiles, tmp_path, monkeypatch
):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="torchrun distributes only fine-tuning: add --fine-tune"):
        train(tiles, tmp_path / "model", config_of("test_resnet"))


@pytest.mark.slow
@pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="PyTorch without gloo")
@pytest.mark.timeout(120)
def test_two_processes_make_one_model(tiles, tmp_path):
    """`torchrun --nproc-per-node 2 cracklens train ...` on CPUs."""
    program = Path(sys.executable).with_name("cracklens")
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
    ]
    flags = ["--recipe", "small", "--epochs", "1", "--input-size", "64", "--device", "cpu"]
    done = subprocess.run(
        [*launch, program, "train", tiles, "-o", tmp_path / "model", *flags],
        capture_output=True, text=True, check=False, timeout=110,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert read_model_folder(tmp_path / "model").card.labels == ["Negative", "Positive"]
    assert done.stdout.count("Confusion matrix") == 1
    assert done.stderr.count("recipe small") == 1
    assert done.stderr.count("exported model against PyTorch") == 1
