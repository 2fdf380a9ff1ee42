"""Training on drawn masks: cut into tiles as they are, none derived, whole pictures validate."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from cracklens.datasets.annotations import find_annotations
from cracklens.errors import DataError
from cracklens.models import read_model_folder
from cracklens.training.resolve import resolve_config
from cracklens.training.segment.annotated_tiles import added_tiles, cut_tiles, masked_tiles
from cracklens.training.segment.samples import decode
from cracklens.training.train import train

pytestmark = pytest.mark.slow


def draw(root, *, count=6, size=(96, 192), bar=True):
    """Pictures with a dark bar in the left half, and masks of it."""
    for number in range(count):
        pixels = np.random.default_rng(number).integers(150, 200, (*size, 3)).astype(np.uint8)
        mask = np.zeros(size, np.uint8)
        if bar:
            pixels[40:44, 4:90] = 20
            mask[40:44, 4:90] = 255
        for kind, values in (("images", pixels), ("masks", mask)):
            (root / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(root / kind / f"{number}.png")
    return root


def test_tiles_are_cut_with_their_masks(tmp_path):
    annotations = find_annotations(draw(tmp_path / "data", count=2))
    (tmp_path / "tiles").mkdir()
    dataset, masks, unreadable = cut_tiles(annotations, tmp_path / "tiles", max_pixels=10**6)
    assert dataset.counts() == {"cracked": 2, "uncracked": 2}
    assert len({item.group for item in dataset.items}) == 2
    assert unreadable == {}
    cracked, plain = masked_tiles(dataset.paths[:2], masks)
    planes = decode(cracked)
    assert planes.shape == (96, 96, 5)
    assert (planes[40:44, 4:90, 3] == 255).all()
    assert planes[..., 3].sum() == 4 * 86 * 255
    assert (planes[..., 4] > 0).all()
    assert plain.mask is None


def test_boxes_and_masks_without_cracks_are_refused(tmp_path):
    root = draw(tmp_path / "data", bar=False)
    config = resolve_config(None, None, {"task": "segment", "encoder": "unet", "weights": "random"})
    with pytest.raises(DataError, match="shows no crack: a segmenter needs both"):
        train(root, tmp_path / "model", config)


def test_a_segmenter_is_trained_on_drawn_masks(tmp_path):
    root = draw(tmp_path / "data")
    settings = {
        "task": "segment", "encoder": "unet", "weights": "random", "steps": 2, "batch_size": 2,
        "crop_px": 64, "rendered_pictures": 16, "checked_pictures": 16, "validation_fraction": 0.4,
    }  # fmt: skip
    config = resolve_config(None, None, settings)
    train(root, tmp_path / "model", config, cache=tmp_path / "cache")
    card = read_model_folder(tmp_path / "model").card
    assert card.data.name == "data"
    assert card.configuration["split"] == "grouped"
    assert card.configuration["weak_masks"] is False
    assert (
        sum(card.data.counts["train"].values()) + sum(card.data.counts["validation"].values()) == 12
    )
    assert cv2.imread(str(root / "masks/0.png")) is not None
    assert json.loads((tmp_path / "model/training_statistics.json").read_text())["masks_trusted"]


def test_drawn_masks_are_added_to_a_training(tiles, tmp_path):
    settings = {
        "task": "segment", "encoder": "unet", "weights": "random", "steps": 2, "batch_size": 4,
        "crop_px": 64, "rendered_pictures": 16, "checked_pictures": 16, "weak_masks": False,
        "drawn": str(draw(tmp_path / "more")), "drawn_share": 0.3,
        "drawn_source": "Drawn by Doe 2020, CC BY 4.0.",
    }  # fmt: skip
    config = resolve_config(None, None, settings)
    train(tiles, tmp_path / "model", config, cache=tmp_path / "cache")
    card = read_model_folder(tmp_path / "model").card
    assert card.data.counts["drawn masks, trained on only"] == {"tiles": 12}
    assert "Doe 2020" in card.data.citation
    assert card.configuration["drawn"] == "more"


def test_the_edge_of_an_added_mask_is_uncertain_and_its_centreline_is_not(tmp_path):
    (tmp_path / "tiles").mkdir()
    tiles, _ = added_tiles(
        draw(tmp_path / "more", count=1), tmp_path / "tiles", max_pixels=10**6, margin_px=1
    )
    planes = decode(tiles[0])
    crack, weight = planes[..., 3], planes[..., 4]
    assert (crack[41:43, 5:89] == 255).all()
    assert (crack[[39, 40, 43, 44], 10:80] == 0).all()
    assert (weight[[39, 40, 43, 44], 10:80] == 0).all()
    assert (weight[[37, 47], 10:80] > 0).all()
