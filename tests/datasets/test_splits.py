from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.datasets import Dataset, Item, split_dataset
from cracklens.errors import DataError, UsageError


def dataset(names: list[tuple[str, str]], **fields: list[str | None]) -> Dataset:
    items = [
        Item(
            Path(label, name),
            label,
            *(fields[key][n] if key in fields else None for key in ("group", "part")),
        )
        for n, (name, label) in enumerate(names)
    ]
    return Dataset(Path("data"), tuple(sorted({label for _, label in names})), tuple(items))


def numbered(*counts: int) -> Dataset:
    return dataset([(f"{i:05d}.jpg", "abc"[k]) for k, n in enumerate(counts) for i in range(n)])


def parts_cover(split, count):
    """Every index stands in exactly one part."""
    joined = np.concatenate([split.train, split.validation, split.test])
    return sorted(joined.tolist()) == list(range(count))


def keras_validation(names: list[str], fraction: float) -> set[str]:
    """`validation_split` of Keras' `ImageDataGenerator`: sorted names, the first int(f * n)."""
    stop = int(fraction * len(names))
    return set(sorted(names)[0:stop])


SIZES = st.lists(st.integers(8, 60), min_size=2, max_size=3)


@pytest.mark.slow
@given(
    names=st.lists(
        st.lists(
            st.text("0123456789ab_", min_size=1, max_size=6), min_size=10, max_size=40, unique=True
        ),
        min_size=2,
        max_size=3,
    ),
    fraction=st.floats(0.1, 0.9),
)
@settings(max_examples=60)
def test_published_is_the_rule_of_keras(names, fraction):
    data = dataset([(n, "abc"[k]) for k, part in enumerate(names) for n in part])
    split = split_dataset(data, "published", validation_fraction=fraction)
    for k, part in enumerate(names):
        chosen = {
            data.items[i].path.name for i in split.validation if data.items[i].label == "abc"[k]
        }
        assert chosen == keras_validation(part, fraction)
    assert parts_cover(split, len(data.items))


@pytest.mark.slow
def test_published_of_metu_is_the_first_4000_of_each_class():
    names = [f"{i:05d}.jpg" for i in range(1, 20001)]
    data = dataset([(n, label) for label in ("Negative", "Positive") for n in names])
    split = split_dataset(data, "published")
    assert (len(split.train), len(split.validation), len(split.test)) == (32000, 8000, 0)
    last = max(data.items[i].path.name for i in split.validation)
    assert last == "04000.jpg"


@given(sizes=SIZES, seed=st.integers(0, 2**31), fraction=st.floats(0.2, 0.8))
@settings(max_examples=60)
def test_random_is_stratified_complete_and_disjoint(sizes, seed, fraction):
    data = numbered(*sizes)
    split = split_dataset(data, "random", validation_fraction=fraction, seed=seed)
    assert parts_cover(split, len(data.items))
    counts = data.subset(split.validation).counts()
    assert list(counts.values()) == [int(n * fraction) for n in sizes]


def test_random_follows_the_seed():
    data = numbered(100, 100)
    first, again, other = (split_dataset(data, "random", seed=seed) for seed in (1, 1, 2))
    assert first.validation.tolist() == again.validation.tolist()
    assert first.validation.tolist() != other.validation.tolist()


def test_random_does_not_take_the_first_names():
    data = numbered(100, 100)
    assert (
        split_dataset(data, "random").validation.tolist()
        != split_dataset(data, "published").validation.tolist()
    )


@pytest.mark.slow
@given(
    groups=st.lists(st.integers(0, 12), min_size=60, max_size=120),
    seed=st.integers(0, 2**31),
    fraction=st.floats(0.2, 0.6),
)
@settings(max_examples=80)
def test_grouped_keeps_groups_whole(groups, seed, fraction):
    names = [(f"{i}.jpg", "ab"[i % 2]) for i in range(len(groups))]
    data = dataset(names, group=[f"photo {g}" for g in groups])
    try:
        split = split_dataset(data, "grouped", validation_fraction=fraction, seed=seed)
    except DataError:
        return  # a part without a class: said by another test
    inside = {groups[i] for i in split.validation}
    assert not inside & {groups[i] for i in split.train}
    assert parts_cover(split, len(groups))
    largest = max(groups.count(g) for g in set(groups))
    assert 0 <= len(split.validation) - fraction * len(groups) < largest


def test_grouped_follows_the_seed():
    names = [(f"{i}.jpg", "ab"[i % 2]) for i in range(200)]
    data = dataset(names, group=[f"{i // 4}" for i in range(200)])
    first, again, other = (
        split_dataset(data, "grouped", seed=s).validation.tolist() for s in (5, 5, 6)
    )
    assert first == again != other
    assert len(first) == 40


def test_grouped_without_groups_says_how_to_get_them():
    with pytest.raises(UsageError, match="--split grouped needs --group: a pattern"):
        split_dataset(numbered(10, 10), "grouped")


def test_one_group_leaves_a_part_empty():
    data = dataset([("1.jpg", "a"), ("2.jpg", "b")], group=["x", "x"])
    with pytest.raises(DataError, match="leaves the train part without pictures of class 'a'"):
        split_dataset(data, "grouped")


def test_folders_take_the_parts_as_they_are():
    names = [("1.jpg", "a"), ("2.jpg", "b")] * 3
    data = dataset(names, part=["train", "train", "test", "test", "validation", "validation"])
    split = split_dataset(data, "folders")
    assert split.train.tolist() == [0, 1]
    assert split.part("test").tolist() == [2, 3]
    assert split.part("validation").tolist() == [4, 5]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([None, None], "none"),
        (["train", "test"], "test, train"),
        (["validation"] * 2, "validation"),
    ],
)
def test_folders_without_the_parts_say_what_was_found(parts, found):
    data = dataset([("1.jpg", "a"), ("2.jpg", "b")], part=parts)
    with pytest.raises(UsageError, match=rf"needs train/ and val/ folders.*found: {found}$"):
        split_dataset(data, "folders")


def test_too_few_pictures_to_validate():
    with pytest.raises(DataError, match=r"'published' leaves the validation part.*class 'b'"):
        split_dataset(numbered(100, 4), "published")
