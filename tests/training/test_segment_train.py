"""Training a segmenter from the command line to the model, in seconds and without weights."""

import json

import numpy as np
import pytest
import torch

from cracklens import load_model
from cracklens.errors import DataError, UsageError
from cracklens.models import load_engine, read_model_folder
from cracklens.training.resolve import resolve_config
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.segment.fit import Fit, FitSettings, segment_loss
from cracklens.training.segment.network import SCRATCH, create_segmenter
from cracklens.training.segment.rendered_bank import render_picture, rendered_bank
from cracklens.training.segment.samples import ONCE, THRICE, Samples, Shares, decode, tile_label
from cracklens.training.segment.start import start_from
from cracklens.training.segment.tiles import read_tiles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parts(tiles, tmp_path_factory):
    bank = rendered_bank(tmp_path_factory.mktemp("bank"), 64, seed=3, workers=1)
    cracked, _ = read_tiles(sorted((tiles / "Positive").iterdir()), cracked=True, max_pixels=10**6)
    free, _ = read_tiles(sorted((tiles / "Negative").iterdir()), cracked=False, max_pixels=10**6)
    return bank, cracked, free


def samples(parts, *, shares=(0.5, 0.3, 0.2), seed=0, count=64, crop_px=64):
    return Samples(*parts, Shares(*shares), crop_px=crop_px, seed=seed, count=count)


def test_a_picture_is_decided_by_its_seed():
    one, same, other = render_picture(5), render_picture(5), render_picture(6)
    assert (one.pixels == same.pixels).all()
    assert (one.crack == same.crack).all()
    assert (one.pixels != other.pixels).any()


def test_a_bank_goes_on_and_keeps_what_is_there(tmp_path):
    first = rendered_bank(tmp_path, 64, seed=1, workers=1)
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert len(first) == 64
    again = rendered_bank(tmp_path, 60, seed=1, workers=1)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before
    assert (again[7].crack == first[7].crack).all()


def test_some_pictures_have_cracks_and_some_lookalikes(parts):
    bank = parts[0]
    cracks = [bool(bank[n].crack.any()) for n in range(64)]
    likes = [bool(bank[n].lookalike.any()) for n in range(64)]
    assert 20 < sum(cracks) < 56
    assert 25 < sum(likes) < 63


def test_samples_are_a_function_of_their_number(parts):
    one, same, other = samples(parts), samples(parts), samples(parts, seed=1)
    for number in (0, 9, 33):
        for name, value in one[number].items():
            assert (same[number][name] == value).all()
    assert any((one[n]["pixels"] != other[n]["pixels"]).any() for n in range(4))


def test_samples_have_masks_labels_and_weights(parts):
    made = [samples(parts)[n] for n in range(64)]
    labels = [int(m["label"]) for m in made]
    assert {0, 1} <= set(labels)
    for sample, label in zip(made, labels, strict=True):
        assert sample["pixels"].shape == (64, 64, 3)
        assert sample["weight"].max() <= THRICE
        assert set(np.unique(sample["weight"])) <= {0, ONCE, THRICE}
        assert (sample["crack"].sum() > 0) or label != 1


def test_only_the_wanted_kind_is_drawn(parts):
    free = [samples(parts, shares=(0, 0, 1))[n] for n in range(20)]
    assert not any(s["crack"].any() for s in free)
    assert all(int(s["label"]) == 0 for s in free)


def test_an_untrusted_mask_does_not_count(parts):
    tile = parts[1][0]
    planes = decode(type(tile)(tile.jpeg, tile.mask, trusted=False))
    assert not planes[..., 3:].any()
    assert tile_label(planes[..., 3], planes[..., 4]) == -1


def settings(steps):
    return FitSettings(
        steps=steps, batch_size=4, learning_rate=2e-3, mixed_precision=False, workers=1
    )


def test_a_broken_run_goes_on_as_if_it_had_not_been(parts, tmp_path):
    device = torch.device("cpu")

    def fit(name):
        network = create_segmenter(SCRATCH, "random", 0)
        return Fit(network, settings(6), tmp_path / name / "checkpoint.safetensors", device)

    drawn = samples(parts)
    whole = fit("whole")
    whole.run(drawn, 6)
    fit("broken").run(drawn, 3)
    resumed = fit("broken")
    assert resumed.step == 3
    resumed.run(drawn, 6)
    for one, other in zip(whole.mean.parameters(), resumed.mean.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    assert resumed.losses.step[-1] == whole.losses.step[-1] == 6


def test_training_lowers_the_loss(parts, tmp_path):
    device = torch.device("cpu")
    fit = Fit(
        create_segmenter(SCRATCH, "random", 0), settings(60), tmp_path / "c.safetensors", device
    )
    drawn = samples(parts, count=240)
    fit.run(drawn, 20)
    early = fit.losses.loss[-1]
    fit.run(drawn, 60)
    assert fit.losses.loss[-1] < 0.95 * early


@pytest.fixture(scope="module")
def segmenter(cracklens, tiles, tmp_path_factory):
    folder = tmp_path_factory.mktemp("segmenter")
    done = cracklens(
        "train", tiles, "-o", folder / "model", "--task", "segment", "--encoder", "unet",
        "--weights", "random", "--steps", 30, "--batch-size", 8, "--crop-px", 64,
        "--rendered-pictures", 32, "--checked-pictures", 32, "--refine-at", 0.6, "--json",
    )  # fmt: skip
    return folder / "model", done


def test_the_command_trains_and_writes_a_model(segmenter):
    path, done = segmenter
    told = json.loads(done.stdout)
    assert told["validation"]["count"] == 24
    card = read_model_folder(path).card
    assert card.task == "segment"
    assert card.positive == "Positive"
    assert card.configuration["steps"] == 30
    assert card.configuration["weights"] == "random"
    assert 0 < card.segmentation.grow_threshold <= card.segmentation.seed_threshold < 1
    assert card.agreement.export_probability_error < 1e-3
    assert "rendered by cracklens" in card.data.counts
    assert (path / "model.onnx").stat().st_size < 12e6
    assert "segment" in (path / "README.md").read_text()
    assert "masks trusted" in done.stderr


def test_the_model_labels_tiles_too(segmenter, tiles):
    model = load_model(segmenter[0])
    said = model.predict(tiles / "Positive")
    assert len(said) == 60
    assert all(0 < s.probability <= 1 for s in said)
    assert {s.label for s in said} <= {"Positive", "Negative"}
    assert model.evaluate(tiles, part="validation", replicates=20).summary.count == 24


def test_a_training_starts_from_a_finished_model(segmenter, parts):
    """Its norm layers are part of its convolutions; the start must give the same map."""
    folder = read_model_folder(segmenter[0])
    network = create_segmenter(SCRATCH, "random", 7)
    crops = np.stack([samples(parts)[n]["pixels"] for n in range(16)])
    start_from(network, folder.path, [torch.from_numpy(crops)])
    with torch.inference_mode():
        maps = network.eval()(torch.from_numpy(crops))[0].sigmoid().numpy()
        in_training = network.train()(torch.from_numpy(crops))[0].sigmoid().numpy()
    exact = load_engine(folder.network, batch_size=16, size_px=(64, 64)).run(crops)["map"]
    assert np.abs(maps - exact).max() < 1e-4
    assert np.abs(in_training - exact).mean() < 0.02


def test_a_start_of_another_encoder_is_refused(segmenter, parts):
    network = create_segmenter("mobilenetv2_100", "random", 7)
    with pytest.raises(UsageError, match="same encoder"):
        start_from(network, segmenter[0], [])


def test_a_missed_hairline_costs_more_than_its_area():
    line = torch.zeros(1, 64, 64, dtype=torch.uint8)
    line[:, 32] = 1
    batch = {
        "crack": line * 255, "line": line, "label": torch.tensor([-1]),
        "weight": torch.full((1, 64, 64), ONCE, dtype=torch.uint8),
    }  # fmt: skip
    missed = torch.full((1, 64, 64), -6.0)
    found = torch.where(line > 0, 6.0, -6.0)
    tile = torch.zeros(1)
    without = batch | {"line": line * 0}
    gain = segment_loss(missed, tile, batch) - segment_loss(found, tile, batch)
    gain_of_area = segment_loss(missed, tile, without) - segment_loss(found, tile, without)
    assert gain > gain_of_area + 0.25


def test_settings_of_the_other_task_are_refused(cracklens, tiles, tmp_path):
    done = cracklens(
        "train", tiles, "-o", tmp_path / "m", "--task", "segment", "--epochs", 3, code=2
    )
    assert "--epochs" in done.stderr
    assert "--task classify" in done.stderr
    with pytest.raises(UsageError, match="--task segment"):
        resolve_config(overrides={"crop_px": 128})
    assert resolve_config("segmenter") == SegmentConfig()  # what --help shows is what is done
    assert resolve_config(overrides={"task": "segment"}).recipe == "segmenter"


def test_data_of_one_class_is_refused(tiles, tmp_path):
    from cracklens.training.segment.train import train_segmenter

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "Positive").symlink_to(tiles / "Positive")
    config = SegmentConfig(encoder="unet", weights="random")
    with pytest.raises(DataError, match="two"):
        train_segmenter(tmp_path / "data", tmp_path / "m", config)
