"""One training on a real frozen backbone, shared by the tests of its parts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cracklens.datasets import Dataset, Split, load_dataset, split_dataset
from cracklens.progress import SILENT
from cracklens.training.config import TrainConfig
from cracklens.training.head_training import train_on_features
from cracklens.training.resolve import resolve_config
from cracklens.training.result import Trained


@dataclass(frozen=True)
class Frozen:
    """What went in and what came out; `cache` is read only."""

    config: TrainConfig
    dataset: Dataset
    split: Split
    cache: Path
    trained: Trained


@pytest.fixture(scope="session")
def frozen(tiles: Path, made_once: Callable[..., Path]) -> Frozen:
    """A head on timm's small `test_resnet` (random weights, frozen) at 64 px, in f32."""
    settings = {
        "backbone": "test_resnet", "weights": "random", "input_size": 64, "precision": "f32",
        "split": "random", "epochs": 8, "batch_size": 16, "learning_rate": 3e-3,
        "lr_patience": 50,
    }  # fmt: skip
    config = resolve_config(None, None, settings)
    dataset = load_dataset(tiles)
    split = split_dataset(dataset, "random")

    def train(cache: Path) -> Trained:
        return train_on_features(config, dataset, split, cache, SILENT)

    cache = made_once("frozen", train)  # export and features; with them the head takes a second
    return Frozen(config, dataset, split, cache, train(cache))
