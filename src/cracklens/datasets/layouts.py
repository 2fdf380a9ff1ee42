"""How labelled pictures lie on disk: class folders, split folders, or a table."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from cracklens.datasets.annotations import find_annotations
from cracklens.datasets.class_folders import part_of, read_class_folders, visible_folders
from cracklens.datasets.labelled import Dataset, Item
from cracklens.errors import DataError, DataNotFoundError, UsageError
from cracklens.files import read_text
from cracklens.photos.find import walk

TABLE = "labels.csv"


def load_dataset(
    root: str | Path, *, group: str | None = None, positive: str | None = None
) -> Dataset:
    """Read a folder of labelled pictures.

    - class folders: `DATA/<class>/...`
    - split folders: `DATA/train|val|test/<class>/...`, or `DATA/<class>/train|val|test/...`
    - a table: `DATA/labels.csv` with columns `path,label` and, if wanted, `group` and `split`

    - annotated objects of COCO, YOLO or Pascal VOC: pictures with a crack among them are cracked

    Folders above the classes that are known by their content (one that an archive was unpacked
    into, D, P and W of SDNET2018, bridges) are passed through; the notes of the data set say so.

    Args:
        root: the folder.
        group: what a picture was cut from: a pattern of the file name such as `<photo>-<tile>`
            (the part named `<photo>` is the group), or the name of a column of the table.
        positive: of annotated objects, the class that means a crack.

    Raises:
        DataError: nothing there, or not laid out like this; says what was found.
        UsageError: the group pattern does not fit a name.
    """
    root = Path(root)
    if not root.exists():
        raise DataNotFoundError(f"{root} does not exist; {_EXPECTED}")
    if not root.is_dir():
        raise DataNotFoundError(f"{root} is not a folder; {_EXPECTED}")
    table = root / TABLE
    notes: list[str] = []
    try:
        if table.is_file():
            items = _from_table(table, group)
        elif annotated := find_annotations(root, positive):
            dataset = annotated.labelled()
            items, notes = list(dataset.items), list(dataset.notes)
        else:
            items, notes = _from_folders(root)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table} is not a CSV file in UTF-8 ({error}): save it as one") from error
    if group is not None and not (table.is_file() and "<" not in group):
        items = _grouped(items, group)
    classes = tuple(sorted({item.label for item in items}))
    return Dataset(root, classes, tuple(items), tuple(notes))


_EXPECTED = (
    "expected: one folder per class with pictures in it (such as Positive/ and Negative/), or "
    f"train/, val/ and test/ with such folders inside, or a {TABLE} with columns path,label"
)


def _from_folders(root: Path) -> tuple[list[Item], list[str]]:
    items, notes = read_class_folders(root, _EXPECTED)
    if not items:
        folders = visible_folders(root)
        loose = len(walk(root))
        found = f"{loose} pictures lie in it without class folders" if loose else "it is empty"
        if folders and not loose:
            found = f"found folders {', '.join(f.name for f in folders[:5])} without pictures"
        raise DataNotFoundError(f"{root} holds no labelled pictures ({found}); {_EXPECTED}")
    return items, notes


def _from_table(table: Path, group: str | None) -> list[Item]:
    items = []
    with io.StringIO(read_text(table, "utf-8-sig")) as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        wanted = ["path", "label", *([group] if group and "<" not in group else [])]
        if missing := [name for name in wanted if name not in columns]:
            raise DataError(f"{table} lacks the column {missing[0]!r}; it has {', '.join(columns)}")
        column = group if group and "<" not in group else "group"
        for line, row in enumerate(reader, start=2):
            part = (row.get("split") or "").strip().lower()
            if part and part_of(part) is None:
                raise DataError(f"{table}, line {line}: split {part!r}; known: train, val, test")
            if not row["path"] or not row["label"]:
                raise DataError(f"{table}, line {line}: path and label must not be empty")
            items.append(
                Item(table.parent / row["path"], row["label"], row.get(column), part_of(part))
            )
    if not items:
        raise DataError(f"{table} has no rows")
    return items


def _grouped(items: list[Item], pattern: str) -> list[Item]:
    expression = group_expression(pattern)
    grouped = []
    for item in items:
        match = expression.fullmatch(item.path.stem)
        if match is None:
            raise UsageError(
                f"the group pattern {pattern!r} does not fit the name {item.path.name}"
            )
        grouped.append(replace(item, group=match["group"]))
    return grouped


def group_expression(pattern: str) -> re.Pattern[str]:
    """Turn a pattern such as `<photo>-<tile>` into an expression with one group named `group`.

    The first name in angle brackets is the group; the others stand for any text.

    >>> group_expression("<photo>-<tile>").fullmatch("7001-115")["group"]
    '7001'

    Raises:
        UsageError: no name in angle brackets.
    """
    pieces = re.split(r"<[^<>]+>", pattern)
    if len(pieces) < 2:  # noqa: PLR2004
        raise UsageError(
            f"the group pattern {pattern!r} has no <name>: write it like '<photo>-<tile>', "
            "or name a column of labels.csv"
        )
    text = re.escape(pieces[0])
    for number, piece in enumerate(pieces[1:]):
        text += ("(?P<group>.+?)" if number == 0 else ".+") + re.escape(piece)
    return re.compile(text, re.DOTALL)
