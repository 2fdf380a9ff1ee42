import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.datasets import load_dataset
from cracklens.datasets.class_folders import PARTS
from cracklens.datasets.layouts import group_expression
from cracklens.errors import DataError, UsageError

EXPECTED = "expected: one folder per class with pictures in it"


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def table(root: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    with (root / "labels.csv").open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return root


def test_class_folders_in_order_of_class_and_name(tmp_path):
    touch(tmp_path, "b/2.jpg", "b/10.JPG", "a/x.png", "a/deep/y.webp", "a/notes.txt", "a/.z.jpg")
    dataset = load_dataset(tmp_path)
    assert dataset.classes == ("a", "b")
    seen = [(i.path.relative_to(tmp_path).as_posix(), i.label) for i in dataset.items]
    assert seen == [("a/x.png", "a"), ("a/deep/y.webp", "a"), ("b/10.JPG", "b"), ("b/2.jpg", "b")]
    assert dataset.groups is None
    assert {item.part for item in dataset.items} == {None}


def test_a_string_is_a_path_too(tmp_path):
    touch(tmp_path, "a/1.jpg")
    assert load_dataset(str(tmp_path)).root == tmp_path


def test_names_in_any_script_with_spaces(tmp_path):
    touch(tmp_path, "Riß 1/ä ö.jpg", "亀裂なし/ひび.jpg")
    assert load_dataset(tmp_path).classes == ("Riß 1", "亀裂なし")


def test_hidden_folders_are_no_classes(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg", ".ipynb_checkpoints/1.jpg")
    assert load_dataset(tmp_path).classes == ("a", "b")


def test_hidden_folders_are_no_classes_below_a_part_either(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "val/a/2.jpg", "train/.ipynb_checkpoints/notes.txt")
    assert load_dataset(tmp_path).classes == ("a",)


@pytest.mark.parametrize("alias", sorted(PARTS))
def test_every_name_of_a_part(tmp_path, alias):
    other = "test" if PARTS[alias] == "train" else "train"
    touch(tmp_path, f"{alias.upper()}/a/1.jpg", f"{other}/a/2.jpg")
    parts = {item.path.name: item.part for item in load_dataset(tmp_path).items}
    assert parts == {"1.jpg": PARTS[alias], "2.jpg": other}


def test_split_folders_keep_part_and_class(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "Valid/b/1.jpg", "test/a/1.jpg")
    seen = {(i.part, i.label) for i in load_dataset(tmp_path).items}
    assert seen == {("train", "a"), ("train", "b"), ("validation", "b"), ("test", "a")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_table_with_group_and_split_with_and_without_bom(tmp_path, encoding):
    rows = [
        ["path", "label", "group", "split", "remark"],
        ["pics/ü.jpg", "crack", "wall 1", "train", "kept"],
        ["pics/2.jpg", "sound", "wall 2", "VAL", ""],
        ["pics/3.jpg", "sound", "wall 1", "", ""],
    ]
    dataset = load_dataset(table(tmp_path, rows, encoding))
    assert [i.path for i in dataset.items] == [tmp_path / row[0] for row in rows[1:]]
    assert [i.label for i in dataset.items] == ["crack", "sound", "sound"]
    assert [i.part for i in dataset.items] == ["train", "validation", None]
    assert [i.group for i in dataset.items] == ["wall 1", "wall 2", "wall 1"]
    assert dataset.groups is not None
    assert dataset.groups.tolist() == [0, 1, 0]


def test_table_wins_over_folders(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg")
    table(tmp_path, [["path", "label"], ["a/1.jpg", "other"]])
    assert load_dataset(tmp_path).classes == ("other",)


def test_table_with_a_group_column_of_another_name(tmp_path):
    table(tmp_path, [["path", "label", "bridge"], ["1.jpg", "a", "B7"]])
    assert load_dataset(tmp_path, group="bridge").items[0].group == "B7"


def test_table_with_a_group_pattern(tmp_path):
    table(tmp_path, [["path", "label", "group"], ["7001-2.jpg", "a", "ignored"]])
    assert load_dataset(tmp_path, group="<photo>-<tile>").items[0].group == "7001"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["path", "class"], ["1.jpg", "a"]], "lacks the column 'label'; it has path, class"),
        ([["path", "label"], ["1.jpg", ""]], "line 2: path and label must not be empty"),
        ([["path", "label"], ["1.jpg", "a"], ["2.jpg"]], "line 3: path and label must not be"),
        ([["path", "label", "split"], ["1.jpg", "a", "dev"]], "line 2: split 'dev'; known: train"),
        ([["path", "label"]], "has no rows"),
        ([], "lacks the column 'path'"),
    ],
)
def test_a_wrong_table_says_where(tmp_path, rows, told):
    with pytest.raises(DataError, match=re.escape(told)):
        load_dataset(table(tmp_path, rows))


def test_a_missing_group_column_is_named(tmp_path):
    table(tmp_path, [["path", "label"], ["1.jpg", "a"]])
    with pytest.raises(DataError, match="lacks the column 'bridge'; it has path, label"):
        load_dataset(tmp_path, group="bridge")


def test_a_table_that_is_not_utf8_is_named(tmp_path):
    table(tmp_path, [["path", "label"], ["1.jpg", "Riß"]], "latin-1")
    with pytest.raises(DataError, match=r"labels\.csv is not a CSV file in UTF-8"):
        load_dataset(tmp_path)


def test_a_table_names_pictures_in_another_case_or_form(tmp_path):
    touch(tmp_path, "pier/IMG_1.JPG", "deck/IMG_1.JPG", "bru\u0308cke.jpg")
    rows = [["pier/img_1.jpg", "a"], ["deck\\IMG_1.JPG", "b"], ["br\u00fccke.jpg", "a"]]
    found = load_dataset(table(tmp_path, [["path", "label"], *rows])).paths
    assert found == [tmp_path / n for n in ("pier/IMG_1.JPG", "deck/IMG_1.JPG", "bru\u0308cke.jpg")]


def test_pictures_that_differ_in_case_alone_are_both_named(tmp_path):
    touch(tmp_path, "a.jpg", "A.JPG")
    assert load_dataset(table(tmp_path, [["path", "label"], ["a.jpg", "x"]])).paths == [
        tmp_path / "a.jpg"
    ]
    with pytest.raises(DataError, match=r"line 2: 'a.JPG' may be A.JPG or a.jpg.*case alone"):
        load_dataset(table(tmp_path, [["path", "label"], ["a.JPG", "x"]]))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_as_spreadsheets_write_it(tmp_path, encoding):
    touch(tmp_path, "brücke.jpg", "b.jpg")
    text = "sep=;\r\npath;label\r\nbrücke.jpg;cracked\r\nb.jpg;sound\r\n"
    (tmp_path / "labels.csv").write_bytes(text.encode(encoding))
    dataset = load_dataset(tmp_path)
    assert dataset.paths == [tmp_path / "brücke.jpg", tmp_path / "b.jpg"]
    assert dataset.classes == ("cracked", "sound")


def test_missing_folder(tmp_path):
    with pytest.raises(DataError, match="metu does not exist; " + EXPECTED):
        load_dataset(tmp_path / "metu")


def test_a_file_instead_of_a_folder(tmp_path):
    touch(tmp_path, "metu.zip")
    with pytest.raises(DataError, match="is not a folder; " + EXPECTED):
        load_dataset(tmp_path / "metu.zip")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([], "it is empty"),
        (["1.jpg", "2.jpg", "3.png"], "3 pictures lie in it without class folders"),
        (["train/1.jpg", "val/2.jpg"], "2 pictures lie in it without class folders"),
        (["Positiv/1.raw", "Negativ/1.raw"], "found folders Negativ, Positiv without pictures"),
        (["train/a/1.txt", "val/a/2.txt"], "found folders train, val without pictures"),
    ],
)
def test_no_labelled_pictures_says_what_was_found_and_expected(tmp_path, names, found):
    touch(tmp_path, *names)
    with pytest.raises(DataError) as caught:
        load_dataset(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert f"({found})" in str(caught.value)
    assert EXPECTED in str(caught.value)


def test_parts_beside_classes(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "Positive/1.jpg", "Negative/1.jpg")
    with pytest.raises(DataError, match="mixes train with Negative, Positive; " + EXPECTED):
        load_dataset(tmp_path)


def test_an_empty_class_folder_is_named(tmp_path):
    touch(tmp_path, "Positive/1.jpg", "Negative/notes.txt")
    with pytest.raises(DataError, match=r"class folder \S+Negative holds no pictures: fill it"):
        load_dataset(tmp_path)


def test_an_empty_class_folder_of_a_part_is_named(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/b/nothing.txt")
    with pytest.raises(DataError, match=r"class folder \S+val/b holds no pictures"):
        load_dataset(tmp_path)


def test_a_link_that_leads_back_is_not_walked_in_circles(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg")
    (tmp_path / "a/again").symlink_to(tmp_path / "a", target_is_directory=True)
    assert load_dataset(tmp_path).counts() == {"a": 1, "b": 1}


NAME = st.text(st.characters(exclude_characters="-/<>\0", exclude_categories=["Cs"]), min_size=1)


@pytest.mark.slow
@given(photo=NAME, tile=st.text(st.characters(exclude_characters="/\0"), min_size=1))
def test_the_pattern_recovers_the_photo(photo, tile):
    match = group_expression("<photo>-<tile>").fullmatch(f"{photo}-{tile}")
    assert match is not None
    assert match["group"] == photo


@given(photo=NAME, before=NAME, after=NAME, tile=NAME)
def test_text_around_the_names_is_taken_as_it_is(photo, before, after, tile):
    pattern = f"{before}-<photo>-{after}-<tile>"
    match = group_expression(pattern).fullmatch(f"{before}-{photo}-{after}-{tile}")
    assert match is not None
    assert match["group"] == photo


def test_a_pattern_of_the_photo_alone_takes_the_whole_name():
    assert group_expression("<photo>").fullmatch("7001-115")["group"] == "7001-115"


def test_a_pattern_without_a_name_is_refused(tmp_path):
    touch(tmp_path, "a/1-2.jpg")
    with pytest.raises(UsageError, match=r"'photo-tile' has no <name>: write it like"):
        load_dataset(tmp_path, group="photo-tile")


def test_a_pattern_that_fits_no_name_names_the_file(tmp_path):
    touch(tmp_path, "a/1-2.jpg", "a/plain.jpg")
    with pytest.raises(UsageError, match=r"'<photo>-<tile>' does not fit the name plain\.jpg"):
        load_dataset(tmp_path, group="<photo>-<tile>")
