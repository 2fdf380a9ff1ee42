"""The content of a data set and its faults."""

from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from cracklens.datasets.class_names import positive_class
from cracklens.datasets.labelled import Dataset, Item
from cracklens.datasets.sources import Source, digest
from cracklens.datasets.splits import Split
from cracklens.errors import DataError, PhotoError, UsageError
from cracklens.files import sha256_file
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos import Photo, stream_photos
from cracklens.progress import SILENT, Progress

MOST_CONTRADICTORY = 0.01
"""Largest share of pictures in several classes that gives a warning; more is an error."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Part):
    """Comparison of a copy with the published data set."""

    name: str
    matches: bool
    differences: list[str]
    citation: str
    licence: str


class Audit(_Part):
    """Result of `audit`. Paths are relative to `root`; sizes are "width x height"."""

    root: str
    layout: list[str] = []
    positive: str | None = None
    counts: dict[str, int]
    sizes_px: dict[str, int]
    unreadable: dict[str, str]
    notes: dict[str, int]
    distinct_files: int
    duplicates: list[list[str]]
    contradictions: list[list[str]]
    split: str | None
    leaks: list[list[str]]
    leaked_validation: int
    digest: str
    expectation: Expectation | None = None

    @property
    def problems(self) -> int:
        """Number of findings that make training or test results invalid."""
        wrong = self.expectation is not None and not self.expectation.matches
        return len(self.unreadable) + len(self.contradictions) + len(self.leaks) + wrong


def audit(
    dataset: Dataset,
    *,
    split: Split | None = None,
    split_name: str | None = None,
    expect: Source | None = None,
    positive: str | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress = SILENT,
) -> Audit:
    """Read every picture once and report counts, sizes, duplicates, contradictions and leaks.

    A duplicate is the same file byte for byte; a contradiction is a duplicate in two classes; a
    leak is a duplicate on both sides of `split`.
    """

    def describe(photo: Photo) -> tuple[str, str, tuple[str, ...]]:
        return photo.sha256, f"{photo.width_px} x {photo.height_px}", photo.notes

    names = [_relative(path, dataset.root) for path in dataset.paths]
    hashes: list[str | None] = []
    sizes: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    unreadable: dict[str, str] = {}
    with progress.step("read", len(names)) as step:
        results = stream_photos(dataset.paths, describe, max_pixels=max_pixels)
        for name, result in zip(names, results, strict=True):
            step.advance()
            if isinstance(result, PhotoError):
                unreadable[name] = str(result)
                hashes.append(None)
                continue
            hashes.append(result[0])
            sizes[result[1]] += 1
            notes.update(result[2])
    copies = _copies(hashes)
    labels = [item.label for item in dataset.items]
    pairs = [(label, h) for label, h in zip(labels, hashes, strict=True) if h]
    total = digest(pairs)
    leaking = leaked_copies(copies, split) if split else []
    inside = set(split.validation.tolist()) if split else set()
    return Audit(
        root=dataset.root.resolve().name,
        layout=list(dataset.notes),
        positive=_positive(dataset, positive),
        counts=dataset.counts(),
        sizes_px=dict(sizes.most_common()),
        unreadable=unreadable,
        notes=dict(notes.most_common()),
        distinct_files=len({h for _, h in pairs}),
        duplicates=[[names[i] for i in group] for group in copies],
        contradictions=[
            [names[i] for i in group] for group in copies if len({labels[i] for i in group}) > 1
        ],
        split=split_name,
        leaks=[[names[i] for i in group] for group in leaking],
        leaked_validation=sum(i in inside for group in leaking for i in group),
        digest=total,
        expectation=_compare(expect, dataset, pairs, total) if expect else None,
    )


def _positive(dataset: Dataset, chosen: str | None) -> str | None:
    """Return the class that means a crack: `chosen`, or by the class names; None if unknown.

    Raises:
        DataError: `chosen` is no class.
    """
    if chosen is not None and chosen not in dataset.classes and "cracked" in dataset.classes:
        chosen = "cracked"  # annotated crack classes are read as "cracked"
    try:
        return positive_class(dataset.classes, chosen)
    except UsageError:  # the names do not show it; training asks for it
        return None


def _copies(hashes: list[str | None]) -> list[list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index, value in enumerate(hashes):
        if value is not None:
            groups[value].append(index)
    return [group for group in groups.values() if len(group) > 1]


def contradictory_pictures(dataset: Dataset, progress: Progress = SILENT) -> list[tuple[Item, ...]]:
    """Return the groups of identical files that are in more than one class.

    A file is read only if a file of the same size is in another class. Unreadable files are left
    out; the code that reads the pictures reports them.
    """
    by_size: defaultdict[int, list[Item]] = defaultdict(list)
    for item in dataset.items:
        with suppress(OSError):
            by_size[item.path.stat().st_size].append(item)
    candidates = [each for each in by_size.values() if len({item.label for item in each}) > 1]
    by_hash: defaultdict[str, list[Item]] = defaultdict(list)
    with progress.step("copies", sum(map(len, candidates))) as step:
        for item in (item for each in candidates for item in each):
            step.advance()
            with suppress(OSError):
                by_hash[sha256_file(item.path)].append(item)
    return [tuple(each) for each in by_hash.values() if len({item.label for item in each}) > 1]


def refuse_contradictions(
    dataset: Dataset, *, strict: bool = False, progress: Progress = SILENT
) -> None:
    """Warn about pictures that are in several classes, or refuse to train on them.

    Raises:
        DataError: more than the share `MOST_CONTRADICTORY` of the pictures are in several classes,
            or any picture is and `strict` is set.
    """
    found = contradictory_pictures(dataset, progress)
    if not found:
        return
    count = sum(map(len, found))
    first = " = ".join(_relative(item.path, dataset.root) for item in found[0])
    message = (
        f"{count:,} of {len(dataset.items):,} pictures stand in several classes, byte for byte "
        f"(first: {first}); cracklens audit --json lists all"
    )
    if strict or count > MOST_CONTRADICTORY * len(dataset.items):
        raise DataError(f"{message}. No model can learn both: leave each picture in one class")
    progress.say(f"warning: {message}")


def leaked_copies(copies: list[list[int]], split: Split) -> list[list[int]]:
    """Return the groups of identical files that are in more than one part of a split."""
    part = np.full(1 + max((max(group) for group in copies), default=0), -1)
    for number, indices in enumerate((split.train, split.validation, split.test)):
        part[indices[indices < len(part)]] = number
    return [g for g in copies if len({int(part[i]) for i in g} - {-1}) > 1]


def leaked_pictures(hashes: list[str], split: Split) -> NDArray[np.int64]:
    """Return the indices of validation pictures with an identical file in the training part."""
    trained = {hashes[i] for i in split.train}
    return np.array([i for i in split.validation if hashes[i] in trained], np.int64)


def _compare(
    source: Source, dataset: Dataset, pairs: list[tuple[str, str]], total: str
) -> Expectation:
    differences = []
    counts = dataset.counts()
    for label, expected in source.counts.items():
        if counts.get(label, 0) != expected:
            differences.append(
                f"{label}: {counts.get(label, 0):,} pictures, {expected:,} published"
            )
    differences += [
        f"class {c!r} is not in the published set" for c in counts if c not in source.counts
    ]
    distinct = len({h for _, h in pairs})
    if distinct != source.distinct_files:
        differences.append(f"{distinct:,} distinct files, {source.distinct_files:,} published")
    if not differences and total != source.digest:
        differences.append("counts agree, but some files differ from the published ones")
    return Expectation(
        name=source.name,
        matches=not differences,
        differences=differences,
        citation=source.citation,
        licence=source.licence,
    )


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
