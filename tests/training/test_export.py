from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from cracklens.errors import ModelError
from cracklens.models import load_engine
from cracklens.training.backbones import create_backbone
from cracklens.training.export import check_export, export_model
from cracklens.training.write import write_model

pytestmark = pytest.mark.slow

TEMPERATURE = 1.7


@pytest.fixture(scope="module")
def exported(frozen, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    export_model(frozen.trained.backbone_onnx, frozen.trained.head, TEMPERATURE, path)
    return path


@pytest.fixture(scope="module")
def by_pytorch(frozen):
    """Logits and calibrated probabilities of the sample, backbone and head in PyTorch."""
    backbone, _ = create_backbone(frozen.config)
    with torch.inference_mode():
        logits = frozen.trained.head(backbone(torch.from_numpy(frozen.trained.sample)))
    return logits.numpy(), torch.softmax(logits / TEMPERATURE, 1).numpy()


def test_the_file_is_one_and_says_what_pytorch_says(frozen, exported, by_pytorch):
    logits, probabilities = by_pytorch
    said = load_engine(exported).run(frozen.trained.sample)
    np.testing.assert_allclose(said["logits"], logits, atol=1e-5)
    np.testing.assert_allclose(said["probabilities"], probabilities, atol=1e-5)
    assert [file.name for file in exported.parent.iterdir()] == ["model.onnx"]
    assert check_export(exported, frozen.trained.sample, probabilities).value < 1e-5


@pytest.mark.parametrize("count", [1, 3, 17])
def test_any_number_of_pictures(frozen, exported, by_pytorch, count):
    said = load_engine(exported).run(frozen.trained.sample[:count])
    np.testing.assert_allclose(said["probabilities"], by_pytorch[1][:count], atol=1e-5)


def test_another_engine_says_the_same(frozen, exported, by_pytorch):
    pytest.importorskip("onnxruntime")
    said = load_engine(exported, engine="onnxruntime").run(frozen.trained.sample)
    np.testing.assert_allclose(said["probabilities"], by_pytorch[1], atol=1e-5)


def test_a_head_that_was_tampered_with_is_caught(frozen, exported, by_pytorch, tmp_path):
    model = onnx.load(exported)
    biases = [t for t in model.graph.initializer if t.name.startswith("head/") and t.dims == [2]]
    assert len(biases) == 1
    values = numpy_helper.to_array(biases[0]) + np.array([0, 0.02], np.float32)
    biases[0].CopyFrom(numpy_helper.from_array(values, biases[0].name))
    onnx.save(model, tmp_path / "tampered.onnx")
    with pytest.raises(
        ModelError, match=r"differs from the PyTorch network by .*nothing was written"
    ):
        check_export(tmp_path / "tampered.onnx", frozen.trained.sample, by_pytorch[1])


def test_an_export_that_disagrees_never_gets_a_name(frozen, tmp_path):
    wrong = replace(frozen.trained, sample_logits=frozen.trained.sample_logits[:, ::-1] + [0, 5])
    with pytest.raises(ModelError, match="nothing was written"):
        write_model(tmp_path / "model", wrong, frozen.config)
    assert list(tmp_path.iterdir()) == []


def test_writing_says_what_was_trained(frozen, tmp_path):
    written = write_model(tmp_path / "model", frozen.trained, frozen.config)
    card = written.folder.card
    assert card.architecture.trained_parameters == frozen.trained.trained_parameters
    assert card.architecture.backbone == "test_resnet"
    assert card.configuration["weights"] == "random"
    assert card.agreement.f32_relative_error < 1e-4
    assert card.agreement.export_probability_error < 1e-4
    assert card.data.counts == {
        "train": {"Negative": 48, "Positive": 48},
        "validation": {"Negative": 12, "Positive": 12},
    }
    assert written.validation.count == 24


def test_a_temperature_that_cannot_be_found_is_not_used(frozen, tmp_path):
    """Every answer right and sure: any sharper temperature would be better still."""
    truth = frozen.trained.dataset.labels[frozen.trained.split.validation]
    perfect = np.where(np.arange(2) == truth[:, None], 9, -9).astype(np.float32)
    easy = replace(frozen.trained, validation_logits=perfect)
    card = write_model(tmp_path / "easy", easy, frozen.config).folder.card
    assert (card.temperature, card.calibrated) == (1.0, False)
    assert "not calibrated" in (tmp_path / "easy" / "README.md").read_text(encoding="utf-8")
    noise = np.random.default_rng(0).normal(0, 9, perfect.shape).astype(np.float32)
    usual = replace(frozen.trained, validation_logits=perfect + noise)
    card = write_model(tmp_path / "usual", usual, frozen.config).folder.card
    assert card.calibrated
    assert card.temperature > 1
