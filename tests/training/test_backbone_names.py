"""Names of backbones and weights are checked first, and contradictions before any training."""

import shutil
import sys

import pytest
import timm

from cracklens.cli.console import listener
from cracklens.datasets import load_dataset
from cracklens.datasets.audit import refuse_contradictions
from cracklens.errors import DataError, UsageError
from cracklens.progress import Progress
from cracklens.training.backbone_names import check_names, suggestion, timm_names
from cracklens.training.resolve import resolve_config
from cracklens.training.train import train


class Heard(Progress):
    def __init__(self):
        self.lines = []

    def say(self, text):
        self.lines.append(text)


def test_every_network_of_timm_is_known_without_importing_it():
    assert set(timm.list_models()) <= timm_names()
    assert all(timm.is_model(name) for name in timm_names())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mobilenet_v2", "mobilenetv2_100"),
        ("MobileNetV2", "mobilenetv2_100"),
        ("mobilenet_v3_large", "mobilenetv3_large_100"),
        ("efficientnet_v2_s", "efficientnetv2_s"),
        ("EfficientNetB0", "efficientnet_b0"),
        ("resnet-50", "resnet50"),
        ("vgg-16", "vgg16"),
        ("vit_b_16", "vit_base_patch16_224"),
        ("smal", "small"),
    ],
)
def test_names_as_other_libraries_spell_them(name, meant):
    with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
        check_names(name, "random")


def test_a_wrong_name_is_said_before_the_data_are_read(tmp_path):
    config = resolve_config(None, None, {"backbone": "mobilenet_v2"})
    with pytest.raises(UsageError, match="no backbone 'mobilenet_v2'"):
        train(tmp_path / "no data", tmp_path / "model", config)


def test_missing_weights_are_said_before_the_data_are_read(tmp_path):
    for task in ("classify", "segment"):
        config = resolve_config(None, None, {"task": task, "weights": str(tmp_path / "w.pth")})
        with pytest.raises(UsageError, match="no weights file"):
            train(tmp_path / "no data", tmp_path / "model", config)


def test_an_encoder_is_no_backbone():
    assert suggestion("mobilenetv2", ["mobilenetv2_100", "unet"]) == (
        "did you mean 'mobilenetv2_100'?"
    )


@pytest.fixture
def copied(tiles, tmp_path):
    """Twelve pictures of each class, some of them in the other class too."""

    def make(copies: int):
        for label in ("Negative", "Positive"):
            (tmp_path / "data" / label).mkdir(parents=True)
            for picture in sorted((tiles / label).glob("*.jpg"))[:12]:
                shutil.copy(picture, tmp_path / "data" / label)
        for picture in sorted((tmp_path / "data/Positive").glob("*.jpg"))[:copies]:
            shutil.copy(picture, tmp_path / "data/Negative" / f"again-{picture.name}")
        return tmp_path / "data"

    return make


@pytest.mark.parametrize("task", ["classify", "segment"])
def test_the_same_pictures_in_two_classes_are_refused(copied, tmp_path, task):
    names = {"backbone": "small"} if task == "classify" else {"encoder": "unet"}
    config = resolve_config(None, None, {"task": task, "weights": "random"} | names)
    with pytest.raises(DataError, match=r"6 of 27 pictures stand in several classes.*again-"):
        train(copied(3), tmp_path / "model", config)


def test_few_of_them_are_said_and_refused_if_strict(copied, monkeypatch):
    module = sys.modules[refuse_contradictions.__module__]
    monkeypatch.setattr(module, "MOST_CONTRADICTORY", 0.1)
    dataset, heard = load_dataset(copied(1)), Heard()
    refuse_contradictions(dataset, progress=heard)
    assert "warning: 2 of 25 pictures stand in several classes" in heard.lines[0]
    with pytest.raises(DataError, match="No model can learn both"):
        refuse_contradictions(dataset, strict=True)


def test_different_pictures_are_no_contradiction(copied):
    refuse_contradictions(load_dataset(copied(0)), strict=True)


@pytest.mark.slow
def test_a_log_names_every_epoch(tiles, tmp_path, capsys):
    assert not sys.stderr.isatty()
    config = resolve_config("small", None, {"epochs": 2})
    train(tiles, tmp_path / "model", config, progress=listener(quiet=False))
    logged = capsys.readouterr().err
    assert "epoch 1 of 2, loss " in logged
    assert "epoch 2 of 2, loss " in logged
