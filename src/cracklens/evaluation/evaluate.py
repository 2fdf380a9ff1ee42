"""Evaluation of a classifier on labelled pictures, and the folder with its results."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets import Dataset
from cracklens.datasets.class_names import match_classes, positive_class
from cracklens.datasets.sources import digest
from cracklens.detection import Classifier, Prediction
from cracklens.errors import DataError, PhotoError, did_you_mean
from cracklens.evaluation.summary import Summary, summarise
from cracklens.files import TABLE_ENCODING, as_path, write_json, writing_folder
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.models import ModelCard
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress

WORST = 30
_ANY_SIZE = 1 << 62  # these pictures were read before, within the limit


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The predictions of a model for labelled pictures, and their metrics.

    `trained_on` is true if the model was trained on exactly these pictures.
    `dataset`, `predictions` and `probabilities` (N x K) hold the readable pictures in the same
    order.
    """

    summary: Summary
    card: ModelCard
    dataset: Dataset
    predictions: list[Prediction]
    probabilities: NDArray[np.float64]
    unreadable: dict[Path, str]
    mapping: dict[str, str]
    precision: str
    trained_on: bool

    def mistakes(self) -> list[int]:
        """Return the indices of wrong predictions, in order of falling probability."""
        pairs = zip(self.dataset.items, self.predictions, strict=True)
        wrong = [i for i, (item, found) in enumerate(pairs) if found.label != item.label]
        return sorted(wrong, key=lambda i: -self.predictions[i].probability)

    def as_dict(self) -> dict[str, Any]:
        """Return all results except those of single pictures, as JSON values."""
        return {
            "model": self.card.name,
            "data": self.dataset.root.resolve().name,
            "precision": self.precision,
            "class_mapping": self.mapping,
            "trained_on_these_pictures": self.trained_on,
            "unreadable": {str(path): reason for path, reason in self.unreadable.items()},
            "mistakes": len(self.mistakes()),
            **self.summary.model_dump(mode="json"),
        }

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write `report.txt`, `metrics.json`, `predictions.csv`, `mistakes.csv` and the plots.

        Raises:
            OutputError: the folder exists and `overwrite` is false, or cannot be written.
        """
        folder = as_path(folder)
        with writing_folder(folder, overwrite=overwrite) as partial:
            (partial / "report.txt").write_text(self.summary.text() + "\n", encoding="utf-8")
            write_json(partial / "metrics.json", self.as_dict())
            self._write_table(partial / "predictions.csv", range(len(self.predictions)))
            self._write_table(partial / "mistakes.csv", self.mistakes())
            self._plot(partial)
        return folder

    def _write_table(self, path: Path, rows: "range | list[int]") -> None:
        with path.open("w", newline="", encoding=TABLE_ENCODING, errors="backslashreplace") as file:
            table = csv.writer(file)
            table.writerow(["path", "truth", "label", "probability", *self.summary.classes])
            for i in rows:
                found, item = self.predictions[i], self.dataset.items[i]
                shown = [f"{p:.6f}" for p in (found.probability, *found.probabilities)]
                table.writerow([item.path.as_posix(), item.label, found.label, *shown])

    def _plot(self, folder: Path) -> None:
        from cracklens.evaluation import plots

        summary, truth = self.summary, self.dataset.labels
        plots.plot_confusion(summary.confusion, summary.classes, folder / "confusion_matrix.png")
        plots.plot_class_report(summary, folder / "classification_report.png")
        plots.plot_reliability(self.probabilities, truth, folder / "reliability.png")
        if summary.auroc is not None:
            shown = (self.probabilities, truth, summary.classes)
            plots.plot_roc(*shown, folder / "roc.png", summary.positive)
            plots.plot_precision_recall(*shown, folder / "precision_recall.png", summary.positive)
        if worst := self.mistakes()[:WORST]:
            tiles = [self._tile(i) for i in worst]
            plots.contact_sheet(tiles, folder / "worst_mistakes.png", "The surest mistakes")

    def _tile(self, index: int) -> tuple[NDArray[np.uint8], str]:
        found, item = self.predictions[index], self.dataset.items[index]
        pixels = self.card.preprocessing.fit(read_photo(item.path, max_pixels=_ANY_SIZE).pixels)
        caption = f"{item.path.name}: {item.label}, predicted {found.label} {found.probability:.3f}"
        return pixels, caption


def evaluate(
    classifier: Classifier,
    dataset: Dataset,
    *,
    part: str | None = None,
    mapping: dict[str, str] | None = None,
    positive: str | None = None,
    strict: bool = False,
    replicates: int = 1000,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress = SILENT,
) -> Evaluation:
    """Label every picture of a data set and compare the labels with the ground truth.

    Args:
        classifier: the model.
        dataset: labelled pictures; if they have groups (photographs), intervals resample groups.
        part: part of the split of the model's training that these pictures must be.
        mapping: class of the model for each class of the data set, for names that differ. Names of
            known meaning (CD and UD of SDNET2018, cracked, ...) are matched without it.
        positive: class of the data set that means a crack; needed if no class name shows it.
        strict: refuse a data set with unreadable pictures.
        replicates: bootstrap resamples for the intervals.
        max_pixels: refuse pictures larger than this.
        progress: listener.

    Raises:
        DataError: the model does not know a class, no picture can be read, a picture cannot be read
            and `strict` is set, or the pictures are not those of `part`.
    """
    card = classifier.card
    for note in dataset.notes:
        progress.say(note)
    for name in mapping or {}:
        if name not in dataset.classes:
            hint = did_you_mean(name, dataset.classes)
            raise DataError(f"--map {name}=...: {dataset.root} has no class {name!r} ({hint})")
    known = match_classes(dataset.classes, tuple(card.labels), card.positive)
    known |= _named(dataset, card, positive) | (mapping or {})
    dataset = dataset.relabelled(known, tuple(card.labels))
    readable, predictions, unreadable = [], [], {}
    answers = classifier.predict(dataset.paths, max_pixels=max_pixels, progress=progress)
    for index, answer in enumerate(answers):
        if isinstance(answer, PhotoError):
            if strict:
                raise DataError(f"a picture cannot be read, and --strict is set: {answer}")
            unreadable[dataset.items[index].path] = str(answer)
            continue
        readable.append(index)
        predictions.append(answer)
    if not readable:
        raise DataError(f"none of the {len(dataset.items)} pictures of {dataset.root} can be read")
    kept = dataset.subset(np.array(readable, np.int64))
    probabilities = np.array([p.probabilities for p in predictions], np.float64)
    summary = summarise(
        probabilities,
        kept.labels,
        card.labels,
        card.positive,
        groups=kept.groups,
        replicates=replicates,
    )
    seen = digest((i.label, p.sha256) for i, p in zip(kept.items, predictions, strict=True))
    if part and seen != card.data.part_digests.get(part):
        raise DataError(
            f"the {part} part of {dataset.root} differs from the {part} part in the training of "
            f"{card.name} (other or more pictures): on new data, leave --part out"
        )
    trained_on = seen in {card.data.digest, card.data.part_digests.get("train")}
    used = {name: target for name, target in known.items() if name != target}
    precision = classifier.engine.precision
    return Evaluation(
        summary, card, kept, predictions, probabilities, unreadable, used, precision, trained_on
    )


def _named(dataset: Dataset, card: ModelCard, positive: str | None) -> dict[str, str]:
    """Return the class of the model for each class of the data, if `positive` names one.

    Raises:
        DataError: the data has no class `positive`, or the card does not state which of two classes
            means a crack.
    """
    if positive is None:
        return {}
    positive_class(dataset.classes, positive)
    if card.positive is None or len(card.labels) != 2:  # noqa: PLR2004
        raise DataError(
            f"--positive: the card of {card.name} does not state which of its classes "
            f"({', '.join(card.labels)}) means a crack: use --map {positive}=CLASS"
        )
    other = next(label for label in card.labels if label != card.positive)
    return {name: card.positive if name == positive else other for name in dataset.classes}
