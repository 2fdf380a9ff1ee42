import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cracklens.cli.audit import _text
from cracklens.datasets import Split, audit, load_dataset, split_dataset
from cracklens.datasets.audit import leaked_copies, leaked_pictures
from cracklens.datasets.sources import Source


@pytest.fixture
def data(tmp_path, draw_picture) -> Path:
    """Six different pictures of each of two classes."""
    for label in ("a", "b"):
        for number in range(6):
            draw_picture(tmp_path / "data" / label / f"{number}.png", number + 100 * (label == "b"))
    return tmp_path / "data"


def split_of(count: int, train: list[int], validation: list[int]) -> Split:
    rest = sorted(set(range(count)) - set(train) - set(validation))
    return Split(*(np.array(part, np.int64) for part in (train, validation, rest)))


def source_of(data: Path, **changes: object) -> Source:
    found = audit(load_dataset(data))
    facts = {
        "name": "walls", "title": "Walls", "version": "1", "doi": "10.1/2", "citation": "A. Author",
        "licence": "CC BY 4.0", "counts": found.counts, "distinct_files": found.distinct_files,
        "size_px": (32, 32), "digest": found.digest,
    }  # fmt: skip
    return Source.model_validate(facts | changes)


def test_nothing_wrong(data):
    found = audit(load_dataset(data))
    assert found.root == "data"
    assert found.counts == {"a": 6, "b": 6}
    assert found.sizes_px == {"32 x 32": 12}
    assert found.distinct_files == 12
    assert (found.duplicates, found.contradictions, found.leaks, found.unreadable) == (
        [],
        [],
        [],
        {},
    )
    assert found.problems == 0
    assert found.expectation is None


def test_sizes_the_most_frequent_first_and_notes(data):
    Image.new("RGB", (50, 20)).save(data / "a/wide.png")
    Image.new("RGB", (50, 20), "red").save(data / "b/wide.jpg", "PNG")
    found = audit(load_dataset(data))
    assert list(found.sizes_px.items()) == [("32 x 32", 12), ("50 x 20", 2)]
    assert found.notes == {"PNG named '.jpg'": 1}


def test_duplicates_and_contradictions(data):
    shutil.copy(data / "a/0.png", data / "a/copy.png")
    shutil.copy(data / "a/1.png", data / "b/same.png")
    found = audit(load_dataset(data))
    assert found.duplicates == [["a/0.png", "a/copy.png"], ["a/1.png", "b/same.png"]]
    assert found.contradictions == [["a/1.png", "b/same.png"]]
    assert found.problems == 1


def test_copies_across_a_split_leak(data):
    shutil.copy(data / "a/0.png", data / "a/9.png")  # sorted last: trains, while 0.png validates
    shutil.copy(data / "b/5.png", data / "b/9.png")  # both train
    dataset = load_dataset(data)
    split = split_dataset(dataset, "published", validation_fraction=0.3)
    found = audit(dataset, split=split, split_name="published")
    assert found.split == "published"
    assert found.leaks == [["a/0.png", "a/9.png"]]
    assert found.leaked_validation == 1


def test_leaked_copies_between_any_two_parts():
    split = split_of(9, train=[0, 1, 2], validation=[3, 4, 5])
    assert leaked_copies([[0, 1], [2, 3], [4, 5], [5, 8], [6, 7]], split) == [[2, 3], [5, 8]]
    assert leaked_copies([], split) == []


def test_leaked_copies_leave_out_pictures_outside_the_split():
    part = Split(np.array([0]), np.array([1]), np.zeros(0, np.int64))
    assert leaked_copies([[0, 2], [0, 1, 2]], part) == [[0, 1, 2]]


def test_leaked_pictures_are_those_that_validate():
    split = split_of(5, train=[0, 1], validation=[2, 3])
    assert leaked_pictures(["x", "y", "x", "z", "z"], split).tolist() == [2]


def test_unreadable_pictures_are_listed_with_the_reason(data):
    (data / "a/0.png").write_bytes(b"")
    (data / "a/1.png").write_bytes((data / "a/1.png").read_bytes()[:60])
    (data / "b/2.png").write_text("hello")
    found = audit(load_dataset(data))
    assert list(found.unreadable) == ["a/0.png", "a/1.png", "b/2.png"]
    assert "the file is empty" in found.unreadable["a/0.png"]
    assert found.problems == 3
    assert found.distinct_files == 9
    assert found.counts == {"a": 6, "b": 6}


def test_pictures_over_the_budget_count_as_unreadable(data):
    Image.new("RGB", (100, 100)).save(data / "a/large.png")
    found = audit(load_dataset(data), max_pixels=5000)
    assert list(found.unreadable) == ["a/large.png"]


def test_the_digest_does_not_depend_on_names(data, tmp_path):
    before = audit(load_dataset(data)).digest
    (data / "a/0.png").rename(data / "a/zzz.png")
    assert audit(load_dataset(data)).digest == before
    shutil.copytree(data, tmp_path / "elsewhere")
    assert audit(load_dataset(tmp_path / "elsewhere")).digest == before


def test_the_digest_depends_on_content_and_class(data, draw_picture):
    before = audit(load_dataset(data)).digest
    (data / "a/0.png").rename(data / "b/zzz.png")
    moved = audit(load_dataset(data)).digest
    (data / "b/zzz.png").rename(data / "a/0.png")
    assert audit(load_dataset(data)).digest == before
    draw_picture(data / "a/0.png", 7777)
    assert len({before, moved, audit(load_dataset(data)).digest}) == 3


def test_a_copy_matches_what_was_published(data):
    found = audit(load_dataset(data), expect=source_of(data))
    assert found.expectation is not None
    assert found.expectation.matches
    assert found.expectation.differences == []
    assert found.problems == 0


def test_a_changed_file_is_seen_though_the_counts_agree(data, draw_picture):
    source = source_of(data)
    draw_picture(data / "a/0.png", 7777)
    found = audit(load_dataset(data), expect=source).expectation
    assert found is not None
    assert not found.matches
    assert found.differences == ["counts agree, but some files differ from the published ones"]


def test_missing_files_and_strange_classes_are_named(data, draw_picture):
    source = source_of(data)
    (data / "a/0.png").unlink()
    draw_picture(data / "c/1.png", 5000)
    found = audit(load_dataset(data), expect=source)
    assert found.expectation is not None
    assert found.expectation.differences == [
        "a: 5 pictures, 6 published",
        "class 'c' is not in the published set",
    ]
    assert found.problems == 1


def test_a_copy_that_lacks_different_files(data):
    source = source_of(data)
    shutil.copy(data / "a/1.png", data / "a/0.png")
    found = audit(load_dataset(data), expect=source).expectation
    assert found is not None
    assert found.differences == ["11 distinct files, 12 published"]


@pytest.mark.parametrize(
    ("classes", "chosen", "positive", "told"),
    [
        (("with_crack", "without_crack"), None, "with_crack", "a crack: with_crack"),
        (("left", "right"), None, None, "train with --positive NAME"),
        (("left", "right"), "left", "left", "a crack: left"),
        (("Positive",), None, None, "one class only"),
    ],
)
def test_the_class_that_means_a_crack_is_said(
    tmp_path, draw_picture, classes, chosen, positive, told
):
    for number, name in enumerate(classes):
        draw_picture(tmp_path / name / "1.png", number)
    found = audit(load_dataset(tmp_path), positive=chosen)
    assert found.positive == positive
    assert told in _text(found)
