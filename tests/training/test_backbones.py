import numpy as np
import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from cracklens.errors import UsageError
from cracklens.training.backbones import SmallNet, create_backbone, stages_of, state_sha256
from cracklens.training.resolve import resolve_config

TINY = "test_resnet"


def config_of(backbone=TINY, weights="random", **more):
    return resolve_config(None, None, {"backbone": backbone, "weights": str(weights), **more})


@pytest.fixture
def whole(tmp_path):
    """A weights file as timm's hub has it: with the classifier, and its licence."""
    torch.manual_seed(5)
    network = timm.create_model(TINY, num_classes=10)
    save_file(network.state_dict(), tmp_path / "whole.safetensors", {"license": "mit"})
    return tmp_path / "whole.safetensors"


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UsageError, match=r"no backbone 'resnet1001': did you mean 'resnet101'"):
        create_backbone(config_of("resnet1001"))


def test_a_name_like_no_other_does_not_print_a_thousand():
    with pytest.raises(UsageError) as caught:
        create_backbone(config_of("qqqqqqqq"))
    assert "no backbone 'qqqqqqqq'" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_the_small_one_has_no_pretrained_weights():
    with pytest.raises(UsageError, match="'small' has no pretrained weights: add --weights random"):
        create_backbone(config_of("small", "pretrained"))


def test_a_name_without_pretrained_weights_does_not_get_random_ones():
    with pytest.raises(
        UsageError, match="timm has no pretrained weights for mobilenetv2_035: give"
    ):
        create_backbone(config_of("mobilenetv2_035", "pretrained"))


def test_a_weights_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match=r"no weights file \S+none\.safetensors: --weights takes"):
        create_backbone(config_of(weights=tmp_path / "none.safetensors"))


def test_pickles_are_refused(tmp_path):
    torch.save({}, tmp_path / "weights.pth")
    with pytest.raises(UsageError, match=r"from \.safetensors files"):
        create_backbone(config_of(weights=tmp_path / "weights.pth"))


@pytest.mark.parametrize("size", [0, 4, 100, -100])
def test_a_file_that_is_cut_off(whole, size):
    whole.write_bytes(whole.read_bytes()[:size])
    with pytest.raises(UsageError, match=r"is not a complete \.safetensors file"):
        create_backbone(config_of(weights=whole))


def test_weights_of_another_network(tmp_path):
    save_file(SmallNet().state_dict(), tmp_path / "small.safetensors")
    with pytest.raises(
        UsageError, match=r"does not fit this backbone: \d+ weights missing, \d+ unk"
    ):
        create_backbone(config_of(weights=tmp_path / "small.safetensors"))


def test_weights_of_another_shape(whole):
    state = load_file(whole)
    state["conv1.0.weight"] = state["conv1.0.weight"][:-1].clone()
    save_file(state, whole)
    with pytest.raises(
        UsageError, match=r"0 unknown, 1 of another shape \(first: conv1\.0\.weight\)"
    ):
        create_backbone(config_of(weights=whole))


def test_a_file_is_loaded_without_its_classifier(whole):
    backbone, info = create_backbone(config_of(weights=whole))
    stored = load_file(whole)
    assert "fc.weight" in stored
    ours = backbone.network.state_dict()
    assert set(stored) - set(ours) == {"fc.weight", "fc.bias"}
    assert all(torch.equal(value, stored[name]) for name, value in ours.items())
    assert (info.weights, info.licence) == ("whole.safetensors", "mit")
    assert info.weights_sha256 == state_sha256(backbone.network)
    assert not backbone.training


def test_a_file_for_the_small_one(tmp_path):
    torch.manual_seed(3)
    network = SmallNet()
    save_file(network.state_dict(), tmp_path / "mine.safetensors")
    backbone, info = create_backbone(config_of("small", tmp_path / "mine.safetensors"))
    assert info.weights_sha256 == state_sha256(network)
    assert info.features == 96
    assert info.parameters == sum(p.numel() for p in backbone.parameters())


def test_random_weights_follow_the_seed():
    names = [create_backbone(config_of(seed=s))[1].weights_sha256 for s in (1, 1, 2)]
    assert names[0] == names[1] != names[2]


def test_preprocessing_comes_from_the_card_of_the_backbone():
    _, info = create_backbone(config_of("test_efficientnet", input_size=64))
    card = timm.create_model("test_efficientnet").pretrained_cfg
    assert info.preprocessing.mean == tuple(card["mean"])
    assert info.preprocessing.std == tuple(card["std"])
    assert info.preprocessing.interpolation == card["interpolation"]
    assert (info.preprocessing.height_px, info.preprocessing.width_px) == (64, 64)


def test_pixels_are_normalised_inside():
    backbone, info = create_backbone(config_of())
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    scaled = (pixels / 255 - np.array(info.preprocessing.mean)) / np.array(info.preprocessing.std)
    with torch.inference_mode():
        by_hand = backbone.network(torch.from_numpy(scaled.astype(np.float32)).permute(0, 3, 1, 2))
        ours = backbone(torch.from_numpy(pixels))
    assert ours.shape == (2, info.features)
    torch.testing.assert_close(ours, by_hand, rtol=1e-4, atol=1e-4)


def test_one_weight_changes_the_hash():
    network = SmallNet()
    before = state_sha256(network)
    with torch.no_grad():
        network.stages[0][0].weight[0, 0, 0, 0] += 1e-6
    changed = state_sha256(network)
    network.stages[3][1].running_mean[0] += 1e-6  # statistics count too
    assert len({before, changed, state_sha256(network)}) == 3


@pytest.mark.parametrize(
    ("name", "count", "last"),
    [
        ("test_resnet", 5, "layer4"),  # stem, layer1 to layer4
        ("resnet10t", 5, "layer4"),
        ("mobilenetv2_035", 9, "conv_head"),  # stem, seven stages of blocks, the last convolution
        ("test_convnext", 5, "stages.3"),  # stem and four stages
        ("test_vit", 7, "blocks.5"),  # patches and six blocks
    ],
)
def test_stages_of_timm(name, count, last):
    network = timm.create_model(name, num_classes=0)
    stages = stages_of(network)
    assert len(stages) == count
    assert stages[-1][0] is network.get_submodule(last)


@pytest.mark.parametrize("name", ["test_resnet", "mobilenetv2_035", "test_convnext"])
def test_stages_hold_every_weight_once(name):
    network = timm.create_model(name, num_classes=0)
    found = [id(p) for stage in stages_of(network) for module in stage for p in module.parameters()]
    assert sorted(found) == sorted(id(p) for p in network.parameters())


def test_stages_of_the_small_one():
    network = SmallNet()
    assert [stage[0] for stage in stages_of(network)] == list(network.stages)
