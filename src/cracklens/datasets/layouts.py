"""Layouts of labelled pictures on disk: class folders, split folders, a table, annotations."""

import re
from dataclasses import replace
from pathlib import Path

from cracklens.datasets.annotations import find_annotations
from cracklens.datasets.class_folders import part_of, read_class_folders, visible_folders
from cracklens.datasets.labelled import Dataset, Item
from cracklens.errors import DataError, DataNotFoundError, UsageError
from cracklens.file_names import FileIndex, parts_of
from cracklens.files import as_path, expand_home
from cracklens.photos.find import walk
from cracklens.table_file import read_table

TABLE = "labels.csv"


def load_dataset(
    root: str | Path, *, group: str | None = None, positive: str | None = None
) -> Dataset:
    """Read a folder of labelled pictures.

    - class folders: `DATA/<class>/...`
    - split folders: `DATA/train|val|test/<class>/...`, or `DATA/<class>/train|val|test/...`
    - a table: `DATA/labels.csv` with columns `path,label` and optionally `group` and `split`
    - objects annotated in COCO, YOLO or Pascal VOC: a picture with a crack is cracked

    Folders above the classes that are recognised by their content (the folder of an archive, D, P
    and W of SDNET2018, bridges) are not classes; the notes of the data set name them.

    Args:
        root: the folder.
        group: how to find the photograph that a picture was cut from: a pattern of the file name
            such as `<photo>-<tile>` (the first name in brackets is the group), or the name of a
            column of the table.
        positive: of annotated objects, the class that means a crack.

    Raises:
        DataError: the folder is missing or empty or has another layout; the message names what was
            found.
        UsageError: the group pattern does not fit a name.
    """
    root = as_path(root)
    if not root.exists():
        raise DataNotFoundError(f"{root} does not exist; {_EXPECTED}")
    if not root.is_dir():
        raise DataNotFoundError(f"{root} is not a folder; {_EXPECTED}")
    table = root / TABLE
    notes: list[str] = []
    if table.is_file():
        items = _from_table(table, group)
    elif annotated := find_annotations(root, positive):
        dataset = annotated.labelled()
        items, notes = list(dataset.items), list(dataset.notes)
    else:
        items, notes = _from_folders(root)
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


def _from_table(path: Path, group: str | None) -> list[Item]:
    table = read_table(path, DataError, short_rows=True)
    columns = table.columns
    wanted = ["path", "label", *([group] if group and "<" not in group else [])]
    if missing := [name for name in wanted if name not in columns]:
        raise DataError(f"{path} lacks the column {missing[0]!r}; it has {', '.join(columns)}")
    column = group if group and "<" not in group else "group"
    pictures = _Pictures(path)
    items = []
    for row in table.rows:
        where, cells = f"{path}, line {row.line}", row.cells
        part = cells.get("split", "").lower()
        if part and part_of(part) is None:
            raise DataError(f"{where}: split {part!r}; known: train, val, test")
        if not cells["path"] or not cells["label"]:
            raise DataError(f"{where}: path and label must not be empty")
        picture = pictures.find(cells["path"], where)
        unsure = [n for n in ("path", "label") if table.guessed(cells[n])]
        if unsure and not (unsure == ["path"] and picture.exists()):
            raise DataError(
                f"{where}: {cells[unsure[-1]]!r} may be misread, since {path} is not a CSV file in "
                "UTF-8: save it as CSV UTF-8"
            )
        items.append(Item(picture, cells["label"], cells.get(column), part_of(part)))
    if not items:
        raise DataError(f"{path} has no rows")
    return items


class _Pictures:
    """Finds the pictures that a table names; the folder is searched where a name is not exact."""

    def __init__(self, table: Path) -> None:
        self._table = table
        self._index: FileIndex | None = None

    def find(self, name: str, where: str) -> Path:
        """Return the picture, or the path as written where there is none.

        Raises:
            DataError: several differ from the name in case alone.
        """
        folder = self._table.parent
        picture = folder / expand_home(name)
        if picture.exists():
            return picture
        if self._index is None:
            self._index = FileIndex(path.relative_to(folder) for path in walk(folder))
        whole = len(parts_of(name))
        found = [path for path in self._index.find(name) if len(path.parts) == whole]
        if len(found) > 1:
            raise DataError(
                f"{where}: {name!r} may be {found[0]} or {found[1]}, which differ in case alone: "
                "write the name exactly"
            )
        return folder / found[0] if found else picture


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
