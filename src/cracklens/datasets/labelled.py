"""Labelled pictures as lists of paths and labels, without pixels."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import DataError, did_you_mean


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled picture.

    Attributes:
        path: the picture.
        label: name of its class.
        group: name of the photograph that it was cut from.
        part: train, validation or test, if folders or a table state it.
    """

    path: Path
    label: str
    group: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled pictures in a stable order (by part, class and name).

    `notes` describe how a folder was read if its layout is not the simplest one.
    """

    root: Path
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> NDArray[np.int64]:
        """Index into `classes` of each item, shape (N,)."""
        index = {name: i for i, name in enumerate(self.classes)}
        return np.array([index[item.label] for item in self.items], np.int64)

    @property
    def paths(self) -> list[Path]:
        """The picture of each item."""
        return [item.path for item in self.items]

    @property
    def groups(self) -> NDArray[np.int64] | None:
        """A number per group, shape (N,); None if no item has a group."""
        if not any(item.group for item in self.items):
            return None
        # a picture without a group is a group of its own
        names = [item.group or f"{item.path}/" for item in self.items]
        index = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return np.array([index[name] for name in names], np.int64)

    def counts(self) -> dict[str, int]:
        """Pictures per class."""
        counted = Counter(item.label for item in self.items)
        return {name: counted[name] for name in self.classes}

    def subset(self, indices: NDArray[np.int64]) -> "Dataset":
        """Return the items at `indices`, in that order."""
        return replace(self, items=tuple(self.items[i] for i in indices))

    def relabelled(self, mapping: dict[str, str], classes: tuple[str, ...]) -> "Dataset":
        """Return the same pictures with the class names of a model.

        Raises:
            DataError: a class, after `mapping`, is not among `classes`.
        """
        for name in self.classes:
            target = mapping.get(name, name)
            if target not in classes:
                raise DataError(
                    f"class {name!r} of {self.root} is unknown to the model, which has "
                    f"{', '.join(classes)} ({did_you_mean(target, classes)}): "
                    f"add --map {name}=CLASS"
                )
        items = tuple(replace(i, label=mapping.get(i.label, i.label)) for i in self.items)
        return replace(self, classes=classes, items=items)
