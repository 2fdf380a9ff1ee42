from pathlib import Path

import numpy as np
import pytest

from cracklens.datasets import Dataset, Item
from cracklens.datasets.labelled import CRACKED, UNCRACKED, match_classes, meaning, positive_class
from cracklens.errors import DataError


def dataset(*labels: str, groups: tuple[str | None, ...] = ()) -> Dataset:
    names = groups or (None,) * len(labels)
    items = [
        Item(Path(f"{n}.jpg"), c, g) for n, (c, g) in enumerate(zip(labels, names, strict=True))
    ]
    return Dataset(Path("walls"), tuple(sorted(set(labels))), tuple(items))


def test_labels_index_the_classes():
    data = dataset("b", "a", "b")
    assert data.labels.tolist() == [1, 0, 1]
    assert data.counts() == {"a": 1, "b": 2}
    assert [path.name for path in data.paths] == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_subset_keeps_classes_and_the_order_asked_for():
    part = dataset("b", "a", "b").subset(np.array([2, 0]))
    assert [item.path.name for item in part.items] == ["2.jpg", "0.jpg"]
    assert part.counts() == {"a": 0, "b": 2}


def test_groups_are_numbered_by_first_sight():
    data = dataset("a", "a", "b", "b", groups=("z", "y", "z", None))
    assert data.groups is not None
    assert data.groups.tolist() == [0, 1, 0, 2]


def test_no_groups():
    assert dataset("a", "b").groups is None


@pytest.mark.parametrize("name", ["Positive", "CD", "cw", "CP", "Cracked", "cracks", "1"])
def test_names_that_mean_a_crack(name):
    assert meaning(name) == "cracked"


@pytest.mark.parametrize("name", ["Negative", "UD", "uw", "UP", "Non-cracked", "no crack", "0"])
def test_names_that_mean_none(name):
    assert meaning(name) == "uncracked"


def test_no_name_means_both():
    assert not CRACKED & UNCRACKED


@pytest.mark.parametrize(
    ("classes", "positive"),
    [
        (("Negative", "Positive"), "Positive"),
        (("CD", "UD"), "CD"),
        (("crack", "spalling"), "crack"),
        (("left", "right"), "right"),
        (("cracked", "positive"), "positive"),
        (("a", "b", "c"), None),
    ],
)
def test_positive_class(classes, positive):
    assert positive_class(classes) == positive


def test_the_positive_class_can_be_chosen():
    assert positive_class(("Negative", "Positive"), "Negative") == "Negative"
    assert positive_class(("a", "b", "c"), "b") == "b"
    with pytest.raises(DataError, match="--positive 'Ris' is no class: did you mean 'Riss'"):
        positive_class(("Riss", "heil"), "Ris")


def test_classes_of_sdnet_match_those_of_metu():
    ours = match_classes(("CW", "UW"), ("Negative", "Positive"))
    assert ours == {"CW": "Positive", "UW": "Negative"}


def test_same_names_and_unknown_ones_are_left_alone():
    assert match_classes(("Positive", "rust"), ("Negative", "Positive")) == {}


def test_relabelled_takes_the_classes_of_the_model():
    data = dataset("CD", "UD", "CD")
    renamed = data.relabelled({"CD": "Positive", "UD": "Negative"}, ("Negative", "Positive"))
    assert renamed.classes == ("Negative", "Positive")
    assert renamed.labels.tolist() == [1, 0, 1]
    assert [item.path for item in renamed.items] == data.paths


def test_two_classes_may_become_one():
    renamed = dataset("fine", "wide", "none").relabelled(
        {"fine": "Positive", "wide": "Positive", "none": "Negative"}, ("Negative", "Positive")
    )
    assert renamed.counts() == {"Negative": 1, "Positive": 2}


def test_an_unknown_class_names_the_flag_that_helps():
    with pytest.raises(DataError) as caught:
        dataset("Riss", "Negative").relabelled({}, ("Negative", "Positive"))
    told = str(caught.value)
    assert "class 'Riss' of walls is unknown to the model, which has Negative, Positive" in told
    assert "--map Riss=CLASS" in told


def test_a_target_that_the_model_lacks_gets_a_hint():
    with pytest.raises(DataError, match="did you mean 'Positive'"):
        dataset("Riss").relabelled({"Riss": "Positiv"}, ("Negative", "Positive"))


@pytest.mark.parametrize(
    ("cracked", "sound"),
    [
        ("with_crack", "without_crack"),
        ("damaged", "undamaged"),
        ("defect", "no_defect"),
        ("Riss", "kein Riss"),
        ("crack", "crack-free"),
    ],
)
def test_the_class_that_means_a_crack_is_known_by_its_name(cracked, sound):
    assert positive_class(tuple(sorted((cracked, sound)))) == cracked
