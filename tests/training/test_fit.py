import shutil

import numpy as np
import pytest
import torch
from torch import nn

from cracklens.datasets import Split
from cracklens.errors import DataError
from cracklens.photos import read_photo
from cracklens.progress import SILENT
from cracklens.training.backbones import create_backbone
from cracklens.training.fit import fit_head, logits_of, measure
from cracklens.training.head import Head
from cracklens.training.head_training import train_on_features
from cracklens.training.resolve import resolve_config


def state_bytes(module: nn.Module) -> bytes:
    return b"".join(value.numpy().tobytes() for value in module.state_dict().values())


def whole_network(case) -> tuple[dict[str, list[float]], torch.Tensor]:
    """The plain way: backbone and head on the pixels, every step of every epoch, PyTorch alone."""
    config = case.config
    backbone, info = create_backbone(config)
    assert info.weights_sha256 == case.trained.backbone["weights_sha256"]
    photos = [info.preprocessing.fit(read_photo(p).pixels) for p in case.dataset.paths]
    pixels, labels = torch.from_numpy(np.stack(photos)), torch.from_numpy(case.dataset.labels)
    train, validation = (torch.from_numpy(p) for p in (case.split.train, case.split.validation))
    torch.manual_seed(config.seed)
    order = torch.Generator().manual_seed(config.seed)
    head = Head(info.features, config.hidden, config.dropout, 2)
    network = nn.Sequential(backbone, head)
    for parameter in backbone.parameters():
        parameter.requires_grad_(requires_grad=False)
    adam = torch.optim.Adam(head.parameters(), lr=config.learning_rate, eps=1e-7)
    curves: dict[str, list[float]] = {"loss": [], "val_loss": []}
    best = torch.zeros(0)
    for _ in range(config.epochs):
        head.train()
        total = 0.0
        for batch in train[torch.randperm(len(train), generator=order)].split(config.batch_size):
            loss = nn.functional.cross_entropy(network(pixels[batch]), labels[batch])
            adam.zero_grad()
            loss.backward()
            adam.step()
            total += loss.item() * len(batch)
        head.eval()
        with torch.inference_mode():
            logits = network(pixels[validation])
        val_loss = nn.functional.cross_entropy(logits, labels[validation]).item()
        if val_loss < min(curves["val_loss"], default=np.inf):
            best = logits
        curves["loss"].append(total / len(train))
        curves["val_loss"].append(val_loss)
    return curves, best


@pytest.mark.slow
def test_features_once_give_the_loss_curve_of_the_whole_network_each_epoch(frozen):
    curves, best_logits = whole_network(frozen)
    history = frozen.trained.history
    assert len(set(history.learning_rate)) == 1  # the plain loop has no schedule
    assert history.loss == pytest.approx(curves["loss"], rel=1e-4)
    assert history.val_loss == pytest.approx(curves["val_loss"], rel=1e-4)
    assert np.ptp(history.val_loss) > 0.01  # a curve, not a flat line
    decided = frozen.trained.validation_logits.argmax(axis=1)
    assert decided.tolist() == best_logits.argmax(1).tolist()


@pytest.mark.slow
def test_two_runs_give_the_same_head_bit_for_bit(frozen, tmp_path):
    shutil.copytree(frozen.cache / "backbones", tmp_path / "backbones")  # no features
    again = train_on_features(frozen.config, frozen.dataset, frozen.split, tmp_path, SILENT)
    assert state_bytes(again.head) == state_bytes(frozen.trained.head)
    assert again.history.as_dict() == frozen.trained.history.as_dict()


@pytest.mark.slow
def test_known_features_give_the_same_head_too(frozen):
    again = train_on_features(frozen.config, frozen.dataset, frozen.split, frozen.cache, SILENT)
    assert state_bytes(again.head) == state_bytes(frozen.trained.head)


@pytest.mark.slow
def test_the_record_of_a_run(frozen):
    trained = frozen.trained
    history = trained.history
    assert trained.best_epoch == 1 + int(np.argmin(history.val_loss))
    truth = frozen.dataset.labels[frozen.split.validation]
    logits = torch.from_numpy(trained.validation_logits)
    loss, accuracy = measure(logits, torch.from_numpy(truth))
    assert loss == pytest.approx(history.val_loss[trained.best_epoch - 1], rel=1e-6)
    assert accuracy == history.val_accuracy[trained.best_epoch - 1]
    assert trained.agreement["f32_relative_error"] < 1e-4
    assert trained.trained_parameters == 96 * 256 + 256 + 256 * 128 + 128 + 128 * 2 + 2


def blobs(count=200, seed=0):
    """Two clouds that a head can tell apart."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count)
    features = generator.normal(size=(count, 8)) + 1.5 * labels[:, None]
    split = Split(np.arange(count // 5, count), np.arange(count // 5), np.zeros(0, np.int64))
    return features.astype(np.float32), labels, split


def small_config(**settings):
    base = {"hidden": (16,), "dropout": (0.2,), "epochs": 12, "learning_rate": 1e-2}
    return resolve_config(None, None, base | settings)


def test_a_head_learns_and_the_seed_decides():
    features, labels, split = blobs()
    heads = [fit_head(small_config(seed=s), features, labels, split, 2)[0] for s in (1, 1, 2)]
    assert state_bytes(heads[0]) == state_bytes(heads[1]) != state_bytes(heads[2])
    decided = logits_of(heads[0], features[split.validation]).argmax(axis=1)
    assert (decided == labels[split.validation]).mean() > 0.9
    assert not heads[0].training


def test_the_weights_of_the_best_epoch_come_back():
    features, labels, split = blobs(60)
    config = small_config(learning_rate=0.3, epochs=30, stop_patience=4)
    head, history, best = fit_head(config, features, labels, split, 2)
    assert best == 1 + int(np.argmin(history.val_loss))
    assert best < len(history.val_loss) <= best + config.stop_patience
    logits = torch.from_numpy(logits_of(head, features[split.validation]))
    loss, _ = measure(logits, torch.from_numpy(labels[split.validation]))
    assert loss == pytest.approx(min(history.val_loss), rel=1e-6)


def test_validation_pictures_do_not_train():
    features, labels, split = blobs()
    other = features.copy()
    other[split.validation] *= -3
    config = small_config(epochs=1)
    heads = [fit_head(config, values, labels, split, 2)[0] for values in (features, other)]
    assert state_bytes(heads[0]) == state_bytes(heads[1])


def test_a_loss_that_is_no_number_ends_with_advice():
    features, labels, split = blobs()
    features[0] = np.nan
    with pytest.raises(DataError, match="lower --learning-rate"):
        fit_head(small_config(), features, labels, split, 2)


def test_logits_do_not_depend_on_how_many_are_asked_for():
    features, *_ = blobs(5000)
    head = Head(8, (4,), (0.5,), 2)
    np.testing.assert_allclose(
        logits_of(head, features)[4090:4100], logits_of(head, features[4090:4100]), rtol=1e-6
    )
