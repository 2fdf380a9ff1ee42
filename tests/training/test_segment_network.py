import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from cracklens.errors import ModelError, UsageError
from cracklens.models import load_engine
from cracklens.training.segment.export import check_segmenter, export_segmenter
from cracklens.training.segment.network import MOBILENET, SCRATCH, create_segmenter, fold_norms
from cracklens.training.segment.predict import predict

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small():
    network = create_segmenter(SCRATCH, "random", 0).eval()
    with torch.no_grad():  # answers of all sizes, not all near nothing
        network.pixel.weight.mul_(20)
    return network


@pytest.fixture(scope="module")
def exported(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    return path, export_segmenter(small, 1.7, 1, path)


def noise(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_weights_of_timm_are_kept_exactly(tmp_path):
    torch.manual_seed(1)
    source = timm.create_model(MOBILENET, pretrained=False, num_classes=0).eval()
    for module in source.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # statistics that matter
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    path = tmp_path / "w.safetensors"
    save_file(source.state_dict(), path)
    ours = create_segmenter(MOBILENET, str(path), 0).encoder.eval()
    x = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        expected = source.blocks(source.bn1(source.conv_stem(x)))
        maps = ours(x)
    assert [m.shape[-1] for m in maps] == [48, 24, 12, 6, 3]
    assert torch.allclose(maps[-1], expected, rtol=1e-3, atol=1e-3 * expected.abs().max())
    assert not [m for m in ours.modules() if isinstance(m, torch.nn.BatchNorm2d)]


def test_folding_keeps_a_plain_pair():
    pair = torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3, bias=False), torch.nn.BatchNorm2d(5)).eval()
    pair[1].running_mean.uniform_(-1, 1)
    x = torch.randn(1, 3, 9, 9)
    expected = pair(x)
    assert torch.allclose(fold_norms(pair)(x), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("encoder", "weights", "told"),
    [
        ("mobilenet", "random", "did you mean"),
        (SCRATCH, "pretrained", "no pretrained weights"),
        (MOBILENET, "nowhere.safetensors", "no weights file nowhere.safetensors"),
    ],
)
def test_what_cannot_be_made_is_refused(encoder, weights, told):
    with pytest.raises(UsageError, match=told):
        create_segmenter(encoder, weights, 0)


def test_weights_of_another_network_are_refused(tmp_path):
    save_file({"a": torch.zeros(3)}, tmp_path / "w.safetensors")
    with pytest.raises(UsageError, match="does not fit"):
        create_segmenter(MOBILENET, str(tmp_path / "w.safetensors"), 0)


def test_the_export_answers_as_the_network_at_any_size(exported):
    path, whole = exported
    for shape in ((3, 64, 64, 3), (1, 96, 160, 3)):
        pixels = noise(shape)
        error, found = check_segmenter(path, whole, pixels, "f32")
        assert error < 1e-4
        assert found["map"].shape == shape[:3]
        assert found["map"].std() > 0.01
        assert np.allclose(found["probabilities"].sum(1), 1, atol=1e-5)
        positive = 1 / (1 + np.exp(-found["logits"][:, 1] / 1.7))
        assert np.allclose(found["probabilities"][:, 1], positive, atol=1e-5)


def test_another_network_is_noticed(exported, small):
    path, whole = exported
    other = create_segmenter(SCRATCH, "random", 5).eval()
    whole_other = type(whole)(other, 1.0, 1).eval()
    with pytest.raises(ModelError, match="differs"):
        check_segmenter(path, whole_other, noise((2, 64, 64, 3)), "f32")


def test_both_engines_agree(exported):
    path, _ = exported
    pixels = noise((2, 64, 96, 3), 4)
    one = load_engine(path, batch_size=2, size_px=(64, 96)).run(pixels)
    other = load_engine(path, engine="onnxruntime", batch_size=2).run(pixels)
    for name in ("map", "logits", "probabilities"):
        assert np.abs(one[name] - other[name]).max() < 1e-3


def test_pictures_of_any_size_are_predicted_in_order(small):
    pictures = [noise((50, 70, 3), 1), noise((50, 70, 3), 2), noise((64, 64, 3), 3)]
    device = torch.device("cpu")
    together = list(predict(small, pictures, device))
    assert [m.shape for m, _ in together] == [(50, 70), (50, 70), (64, 64)]
    for picture, (found, tile) in zip(pictures, together, strict=True):
        alone, judged = next(predict(small, [picture], device))
        assert np.abs(alone - found).max() < 1e-4
        assert judged == pytest.approx(tile, abs=1e-3)
    direct, _ = small(torch.from_numpy(pictures[2][None]))
    assert np.abs(direct[0].sigmoid().detach().numpy() - together[2][0]).max() < 1e-4
    both = list(predict(small, pictures, device, scales=(1.0, 0.5)))
    assert all((b >= a - 1e-4).all() for (a, _), (b, _) in zip(together, both, strict=True))
