"""Splits of a data set into training, validation and test."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets.duplicates import near_duplicate_groups
from cracklens.datasets.labelled import Dataset
from cracklens.errors import DataError, UsageError
from cracklens.progress import SILENT, Progress

Kind = Literal["published", "random", "grouped", "folders", "near-duplicates"]


@dataclass(frozen=True, slots=True)
class Split:
    """Indices into the items of a data set; every item is in at most one part."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]

    def part(self, name: str) -> NDArray[np.int64]:
        """Return the indices of "train", "validation" or "test"."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]


def split_dataset(
    dataset: Dataset,
    kind: Kind,
    *,
    validation_fraction: float = 0.2,
    seed: int = 42,
    progress: Progress = SILENT,
) -> Split:
    """Split a data set.

    - `published`: per class, the first names in sorted order are validation (as Keras'
      `validation_split` without shuffling does, and with it the published notebook).
    - `random`: per class, at random by `seed`. Near-duplicates, of which METU has many, can be in
      both parts.
    - `grouped`: whole groups (photographs) at random by `seed`.
    - `near-duplicates`: as `grouped`; near-duplicates form a group, so re-encoded, resized or
      cropped copies stay in one part. Reads every picture once.
    - `folders`: as the folders or the column `split` state.

    Raises:
        DataError: a part is empty or lacks a class.
        UsageError: `grouped` without groups, `folders` without split folders.
    """
    if kind == "folders":
        split = _by_folders(dataset)
    elif kind == "grouped":
        split = _by_groups(_groups(dataset), validation_fraction, seed)
    elif kind == "near-duplicates":
        alike = near_duplicate_groups(dataset.paths, progress=progress)
        split = _by_groups(alike, validation_fraction, seed)
    else:
        split = _by_class(dataset, validation_fraction, seed if kind == "random" else None)
    for name in ("train", "validation"):
        empty = [c for c, n in dataset.subset(split.part(name)).counts().items() if n == 0]
        if empty:
            raise DataError(
                f"the split '{kind}' leaves the {name} part without pictures of class "
                f"{empty[0]!r}: add pictures, change --validation-fraction, or choose another "
                "--split"
            )
    return split


def _by_class(dataset: Dataset, fraction: float, seed: int | None) -> Split:
    labels = dataset.labels
    names = np.array([str(item.path.name) for item in dataset.items])
    train: list[NDArray[np.int64]] = []
    validation: list[NDArray[np.int64]] = []
    generator = np.random.default_rng(seed)
    for label in range(len(dataset.classes)):
        members = np.flatnonzero(labels == label)
        members = members[np.argsort(names[members], kind="stable")]
        if seed is not None:
            members = generator.permutation(members)
        count = int(len(members) * fraction)
        validation.append(members[:count])
        train.append(members[count:])
    return Split(np.sort(np.concatenate(train)), np.sort(np.concatenate(validation)), _none())


def _groups(dataset: Dataset) -> NDArray[np.int64]:
    groups = dataset.groups
    if groups is None:
        raise UsageError(
            "--split grouped needs --group: a pattern of the names such as '<photo>-<tile>', "
            "or a column of labels.csv"
        )
    return groups


def _by_groups(groups: NDArray[np.int64], fraction: float, seed: int) -> Split:
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    sizes = np.bincount(groups)[order]
    chosen = order[np.cumsum(sizes) - sizes < fraction * len(groups)]
    inside = np.isin(groups, chosen)
    return Split(np.flatnonzero(~inside), np.flatnonzero(inside), _none())


def _by_folders(dataset: Dataset) -> Split:
    parts = np.array([item.part or "" for item in dataset.items])
    if not (parts == "train").any() or not (parts == "validation").any():
        found = ", ".join(sorted(set(parts) - {""})) or "none"
        raise UsageError(
            f"--split folders needs train/ and val/ folders (or a column 'split'); found: {found}"
        )
    return Split(*(np.flatnonzero(parts == name) for name in ("train", "validation", "test")))


def _none() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)
