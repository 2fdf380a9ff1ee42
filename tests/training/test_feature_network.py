import shutil
from dataclasses import replace

import numpy as np
import pytest

from cracklens.errors import OutputError, UsageError
from cracklens.files import sha256_file
from cracklens.models import load_engine
from cracklens.progress import Progress
from cracklens.training import feature_network
from cracklens.training.feature_network import INFO, exported_backbone, torch_features

pytestmark = pytest.mark.slow


def test_a_kept_export_is_found_again(frozen, monkeypatch):
    monkeypatch.setattr(feature_network, "_run", None)  # nothing is run
    found = exported_backbone(frozen.config, frozen.cache)
    assert found.network == frozen.trained.backbone_onnx
    assert found.info["name"] == "test_resnet"
    assert found.preprocessing == frozen.trained.preprocessing


@pytest.mark.parametrize("change", [{"seed": 1}, {"input_size": 96}, {"backbone": "resnet10t"}])
def test_everything_that_decides_the_file_is_in_its_key(frozen, change):
    other = frozen.config.model_copy(update=change)
    assert feature_network._key(other) != feature_network._key(frozen.config)


def test_what_does_not_decide_the_file_is_not(frozen):
    other = frozen.config.model_copy(update={"epochs": 3, "hidden": (4, 4), "precision": "bf16"})
    assert feature_network._key(other) == feature_network._key(frozen.config)


def test_a_weights_file_counts_by_content(frozen, tmp_path):
    names = [tmp_path / "a.safetensors", tmp_path / "b.safetensors", tmp_path / "c.safetensors"]
    for path, content in zip(names, (b"1", b"1", b"2"), strict=True):
        path.write_bytes(content)
    keys = [
        feature_network._key(frozen.config.model_copy(update={"weights": str(p)})) for p in names
    ]
    assert keys[0] == keys[1] != keys[2]


def test_a_run_that_was_faster_is_welcome(frozen, tmp_path, monkeypatch):
    """Two runs export the same backbone at once; the second takes what the first left."""
    folder = frozen.trained.backbone_onnx.parent

    def export(_task, _config, partial):
        shutil.copytree(folder, tmp_path / "backbones" / folder.name)
        (partial / INFO).write_text("{}")

    monkeypatch.setattr(feature_network, "_run", export)
    found = exported_backbone(frozen.config, tmp_path)
    assert found.info["name"] == "test_resnet"
    assert sha256_file(found.network) == sha256_file(frozen.trained.backbone_onnx)
    assert [path.name for path in (tmp_path / "backbones").iterdir()] == [folder.name]


def test_a_damaged_export_is_made_again(frozen, tmp_path):
    folder = shutil.copytree(
        frozen.trained.backbone_onnx.parent,
        tmp_path / "backbones" / frozen.trained.backbone_onnx.parent.name,
    )
    data = bytearray((folder / "backbone.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "backbone.onnx").write_bytes(data)
    said = []
    listener = Progress()
    listener.say = said.append
    found = exported_backbone(frozen.config, tmp_path, progress=listener)
    assert "damaged" in said[0]
    assert load_engine(found.network).run(frozen.trained.sample[:1])["features"].shape[0] == 1


def test_a_cache_that_cannot_be_written(frozen, tmp_path):
    (tmp_path / "backbones").write_text("a file")
    with pytest.raises(OutputError, match="backbones"):
        exported_backbone(frozen.config, tmp_path)


def test_errors_of_the_other_process_keep_their_kind(frozen, tmp_path):
    config = frozen.config.model_copy(update={"backbone": "resnet1001"})
    with pytest.raises(UsageError, match="no backbone 'resnet1001': did you mean 'resnet101'"):
        exported_backbone(config, tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_features_of_pytorch_are_kept(frozen, monkeypatch, tmp_path):
    folder = shutil.copytree(frozen.trained.backbone_onnx.parent, tmp_path / "backbone")
    backbone = replace(exported_backbone(frozen.config, frozen.cache), folder=folder)
    monkeypatch.setattr(feature_network, "_run", None)
    first = torch_features(frozen.config, backbone, frozen.trained.sample)
    assert first.shape == (len(frozen.trained.sample), 96)
    with pytest.raises(TypeError):  # other pictures would have to be computed
        torch_features(frozen.config, backbone, 255 - frozen.trained.sample)
    assert np.isfinite(first).all()
