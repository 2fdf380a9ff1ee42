from pathlib import Path

import numpy as np
import pytest

from cracklens.datasets import Dataset, Item
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
