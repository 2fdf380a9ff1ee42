"""Which level of a folder tree names the classes."""

from pathlib import Path

import pytest

from cracklens.datasets import load_dataset
from cracklens.errors import DataError

SDNET = {"D": ("CD", "UD"), "P": ("CP", "UP"), "W": ("CW", "UW")}


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def sdnet(root: Path, prefix: str = "") -> Path:
    for kind, classes in SDNET.items():
        for label in classes:
            touch(root, *(f"{prefix}{kind}/{label}/7001-{n}.jpg" for n in (1, 2)))
            touch(root, f"{prefix}{kind}/{label}/7002-1.jpg")
    return root


@pytest.mark.parametrize("prefix", ["", "SDNET2018/", "DATA_Maguire_20180517_ALL/SDNET2018/"])
def test_sdnet2018_as_unpacked(tmp_path, prefix):
    dataset = load_dataset(sdnet(tmp_path, prefix))
    assert dataset.counts() == {"cracked": 9, "uncracked": 9}
    groups = {item.group for item in dataset.items}
    assert groups == {f"{kind}/{photo}" for kind in "DPW" for photo in (7001, 7002)}
    assert any("SDNET2018" in note for note in dataset.notes)


def test_sdnet2018_with_all_classes_side_by_side(tmp_path):
    touch(tmp_path, *(f"{c}/7001-1.jpg" for pair in SDNET.values() for c in pair))
    assert load_dataset(tmp_path).counts() == {"cracked": 3, "uncracked": 3}


def test_sdnet2018_decks_alone_keep_their_names_and_have_photographs(tmp_path):
    touch(tmp_path, "CD/7001-1.jpg", "UD/7001-2.jpg", "UD/7002-2.jpg")
    dataset = load_dataset(tmp_path)
    assert dataset.classes == ("CD", "UD")
    assert dataset.groups is not None
    assert dataset.groups.tolist() == [0, 0, 1]


def test_sdnet2018_as_others_pack_it(tmp_path):
    for kind in ("Decks", "Pavements", "Walls"):
        touch(tmp_path, f"{kind}/Cracked/1.jpg", f"{kind}/Non-cracked/2.jpg")
    assert load_dataset(tmp_path).counts() == {"Cracked": 3, "Non-cracked": 3}


def test_a_given_group_is_stronger_than_that_of_the_layout(tmp_path):
    dataset = load_dataset(sdnet(tmp_path), group="<photo>-<tile>")
    assert {item.group for item in dataset.items} == {"7001", "7002"}


@pytest.mark.parametrize(
    "prefix",
    [
        "Concrete Crack Images for Classification/",
        "a/b/",
        "Positive and negative/",
        "crack/",
        "images/",
    ],
)
def test_one_folder_too_high(tmp_path, prefix):
    touch(tmp_path, f"{prefix}Positive/1.jpg", f"{prefix}Negative/1.jpg", "__MACOSX/Positive/1.jpg")
    dataset = load_dataset(tmp_path)
    assert dataset.classes == ("Negative", "Positive")
    assert "no classes" in dataset.notes[0]


def test_one_folder_too_high_with_classes_of_any_name(tmp_path):
    touch(tmp_path, "unpacked/left/1.jpg", "unpacked/right/1.jpg")
    assert load_dataset(tmp_path).classes == ("left", "right")


def test_one_folder_too_high_above_a_split(tmp_path):
    touch(tmp_path, "set/train/a/1.jpg", "set/train/b/1.jpg", "set/val/a/2.jpg", "set/val/b/2.jpg")
    dataset = load_dataset(tmp_path)
    assert dataset.classes == ("a", "b")
    assert {item.part for item in dataset.items} == {"train", "validation"}


def test_bridges_above_the_classes(tmp_path):
    touch(tmp_path, "north/cracked/1.jpg", "north/uncracked/1.jpg", "south/uncracked/1.jpg")
    assert load_dataset(tmp_path).counts() == {"cracked": 1, "uncracked": 2}


def test_bridges_above_three_classes(tmp_path):
    touch(tmp_path, *(f"{b}/{c}/1.jpg" for b in "AB" for c in ("crack", "spalling")))
    assert load_dataset(tmp_path).classes == ("crack", "spalling")


def test_bridges_that_spell_the_classes_otherwise(tmp_path):
    touch(tmp_path, "A/crack/1.jpg", "A/no crack/1.jpg", "B/Riss/1.jpg", "B/kein Riss/1.jpg")
    assert load_dataset(tmp_path).counts() == {"cracked": 2, "uncracked": 2}


def test_bridges_below_the_classes_are_no_classes(tmp_path):
    touch(tmp_path, "cracked/north/1.jpg", "cracked/1/2.jpg", "uncracked/north/1.jpg")
    assert load_dataset(tmp_path).counts() == {"cracked": 2, "uncracked": 1}


def test_structures_below_a_split(tmp_path):
    touch(tmp_path, *(f"{p}/{k}/{c}/7-1.jpg" for p in ("train", "test") for k, cs in SDNET.items()
                      for c in cs))  # fmt: skip
    dataset = load_dataset(tmp_path)
    assert dataset.counts() == {"cracked": 6, "uncracked": 6}
    assert {item.part for item in dataset.items} == {"train", "test"}


def test_a_split_below_the_classes(tmp_path):
    touch(
        tmp_path, *(f"{c}/{p}/1.jpg" for c in ("rust", "sound") for p in ("train", "val", "test"))
    )
    dataset = load_dataset(tmp_path)
    assert dataset.classes == ("rust", "sound")
    assert [item.part for item in dataset.items] == ["test", "train", "validation"] * 2


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["A/left/1.jpg", "A/right/1.jpg", "B/left/1.jpg", "B/right/1.jpg"], "which level names"),
        (["D/CD/1.jpg", "D/UD/1.jpg", "notes/1.jpg"], "notes next to it has no classes"),
        (["Positive/1.jpg", "Positive/uncracked/1.jpg", "Negative/1.jpg"], "another class"),
        (["cracked/Riss/1.jpg", "cracked/kein Riss/1.jpg", "sound/1.jpg"], "one level of classes"),
        (["Positive/a/1.jpg", "Positive/masks/1.png", "Negative/1.jpg"], "name of a mask"),
        (["a/train/1.jpg", "a/2.jpg", "b/1.jpg"], "mixes train with"),
        (["train/cracked/1.jpg", "train/cracked/val/1.jpg", "test/cracked/1.jpg"], "mixes val"),
    ],
)
def test_a_tree_that_does_not_say_its_classes_is_refused(tmp_path, names, told):
    with pytest.raises(DataError, match=told):
        load_dataset(touch(tmp_path, *names))


@pytest.mark.parametrize("images", ["images", "imgs", "JPEGImages", "Image"])
@pytest.mark.parametrize(
    "masks", ["masks", "labels", "annotations", "gt", "ground_truth", "SegmentationClass", "Mask"]
)
@pytest.mark.parametrize("part", ["", "train/", "set/"])
def test_pictures_beside_masks_are_no_classes(tmp_path, images, masks, part):
    touch(tmp_path, f"{part}{images}/1.jpg", f"{part}{masks}/1.png")
    with pytest.raises(DataError, match="masks or annotations"):
        load_dataset(tmp_path)


def test_masks_named_by_part(tmp_path):
    touch(tmp_path, *(f"{p}_{k}/1.png" for p in ("train", "test") for k in ("img", "lab")))
    with pytest.raises(DataError, match="masks or annotations"):
        load_dataset(tmp_path)
