"""Evaluation of a segmenter against drawn masks."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from skimage.filters import apply_hysteresis_threshold

from cracklens.datasets.annotations import AnnotatedPicture, Annotations
from cracklens.detection.detector import Detector
from cracklens.errors import DataError, ModelError, PhotoError
from cracklens.evaluation.bootstrap import LEAST_UNITS, interval, resamples
from cracklens.evaluation.figures import Figure
from cracklens.evaluation.masks import (
    CENTRELINE_TOLERANCE_PX,
    TOLERANCE_PX,
    MaskCounts,
    added,
    compare_masks,
)
from cracklens.evaluation.report import interval_text
from cracklens.files import TABLE_ENCODING, as_path, write_json, writing_folder
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress

FIGURES = {
    "f1": f"F1 ({TOLERANCE_PX} px)",
    "precision": f"precision ({TOLERANCE_PX} px)",
    "recall": f"recall ({TOLERANCE_PX} px)",
    "iou": "IoU",
    "cl_iou": f"centreline IoU ({CENTRELINE_TOLERANCE_PX} px)",
}
_FULL = 255.0


@dataclass(frozen=True, slots=True)
class MaskEvaluation:
    """Agreement of the marked pixels with drawn masks.

    Attributes:
        model: name of the model.
        data: name of the folder.
        kind: format of the annotations.
        paths: the pictures that were compared.
        counts: pixel counts of each picture, in the same order.
        figures: metrics over all pixels of all pictures; intervals resample pictures.
        false_alarms: number of crack-free pictures with a marked pixel, and of crack-free pictures.
        unreadable: reason for each picture that was left out.
    """

    model: str
    data: str
    kind: str
    paths: tuple[Path, ...]
    counts: tuple[MaskCounts, ...]
    figures: dict[str, Figure | None]
    false_alarms: tuple[int, int]
    unreadable: dict[Path, str]

    def as_dict(self) -> dict[str, Any]:
        """Return all results except those of single pictures, as JSON values."""
        return {
            "model": self.model,
            "data": self.data,
            "annotations": self.kind,
            "count": len(self.paths),
            "tolerance_px": TOLERANCE_PX,
            "centreline_tolerance_px": CENTRELINE_TOLERANCE_PX,
            "pixels": {
                name: figure.model_dump() if figure else None
                for name, figure in self.figures.items()
            },
            "crack_free_pictures": self.false_alarms[1],
            "crack_free_pictures_marked": self.false_alarms[0],
            "unreadable": {str(path): reason for path, reason in self.unreadable.items()},
        }

    def text(self) -> str:
        """Return the report as text."""
        lines = [f"{len(self.paths):,} pictures with masks ({self.kind})"]
        if len(self.paths) < LEAST_UNITS:
            lines.append(f"no intervals: {LEAST_UNITS} or more pictures are needed")
        else:
            lines.append("95 % intervals from resamples of whole pictures")
        lines.append("")
        for name, shown in FIGURES.items():
            figure = self.figures[name]
            value = f"{figure.value:.4f}  {interval_text(figure)}" if figure else "not defined"
            lines.append(f"{shown:<28}{value}".rstrip())
        if any(figure is None for figure in self.figures.values()):
            lines.append("Not defined: no crack is drawn in the masks, or none was marked.")
        marked, free = self.false_alarms
        if free:
            lines.append(f"crack-free pictures with marked pixels: {marked:,} of {free:,}")
        return "\n".join(lines)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write `report.txt`, `metrics.json` and `pictures.csv`.

        Raises:
            OutputError: the folder exists and `overwrite` is false, or cannot be written.
        """
        folder = as_path(folder)
        with writing_folder(folder, overwrite=overwrite) as partial:
            (partial / "report.txt").write_text(self.text() + "\n", encoding="utf-8")
            write_json(partial / "metrics.json", self.as_dict())
            names = list(MaskCounts.__dataclass_fields__)
            with (partial / "pictures.csv").open("w", newline="", encoding=TABLE_ENCODING) as file:
                table = csv.writer(file)
                table.writerow(["path", *(f"{name}_px" for name in names), *FIGURES])
                for path, each in zip(self.paths, self.counts, strict=True):
                    shares = [_value(each, name) for name in FIGURES]
                    cells = ["" if np.isnan(share) else f"{share:.4f}" for share in shares]
                    table.writerow([path.as_posix(), *(getattr(each, n) for n in names), *cells])
        return folder


def evaluate_masks(
    detector: Detector,
    annotations: Annotations,
    *,
    strict: bool = False,
    replicates: int = 1000,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress = SILENT,
) -> MaskEvaluation:
    """Mark the cracks of every picture with the model's thresholds and compare with its mask.

    Args:
        detector: a segmenter.
        annotations: pictures and their masks.
        strict: refuse data with unreadable pictures.
        replicates: bootstrap resamples for the intervals.
        max_pixels: refuse pictures larger than this.
        progress: listener.

    Raises:
        DataError: there are only boxes, no picture can be read, or a picture cannot be read and
            `strict` is set.
        ModelError: the model does not mark pixels.
    """
    annotations.require_masks()
    for note in annotations.notes:
        progress.say(note)
    paths: list[Path] = []
    counts: list[MaskCounts] = []
    unreadable: dict[Path, str] = {}
    with progress.step("compare", len(annotations.pictures)) as step:
        for picture in annotations.pictures:
            try:
                counts.append(_compare(detector, picture, max_pixels))
                paths.append(picture.path)
            except PhotoError as error:
                if strict:
                    raise DataError(f"--strict is set: {error}") from error
                unreadable[picture.path] = str(error)
            step.advance()
    if not counts:
        first = next(iter(unreadable.values()), "there are none")
        raise DataError(f"none of the pictures of {annotations.root} can be compared: {first}")
    free = [each for each in counts if each.true == 0]
    return MaskEvaluation(
        detector.card.name,
        annotations.root.resolve().name,
        annotations.kind,
        tuple(paths),
        tuple(counts),
        _figures(counts, replicates),
        (sum(each.claimed > 0 for each in free), len(free)),
        unreadable,
    )


def _compare(detector: Detector, picture: AnnotatedPicture, max_pixels: int) -> MaskCounts:
    settings = detector.card.segmentation
    if settings is None or picture.draw is None:
        raise ModelError(f"{detector.card.name} marks no pixels: give a model of --task segment")
    photo = read_photo(picture.path, max_pixels=max_pixels)
    truth = picture.draw(photo.height_px, photo.width_px)
    found = detector.detect(photo.pixels).probability
    low, high = (round(t * _FULL) for t in (settings.grow_threshold, settings.seed_threshold))
    # the mask contains values above a threshold; subtract 1 to include the threshold itself
    claimed = apply_hysteresis_threshold(found, low - 1, high - 1)
    return compare_masks(claimed, truth)


def _value(counts: MaskCounts, name: str) -> float:
    """Return a figure, or NaN if its denominator is zero."""
    undefined = {
        "precision": not counts.claimed,
        "recall": not counts.true,
        "f1": not counts.true,
        "iou": not counts.true,
        "cl_iou": not counts.true,
    }
    return float("nan") if undefined[name] else float(getattr(counts, name))


def _figures(counts: list[MaskCounts], replicates: int) -> dict[str, Figure | None]:
    """Return each figure over the pixels of all pictures; larger pictures have more weight."""
    names = list(MaskCounts.__dataclass_fields__)
    table = np.array([[getattr(each, name) for name in names] for each in counts], np.int64)
    total = added(counts)
    draws = [
        MaskCounts(*(weights @ table).astype(np.int64).tolist())
        for weights in resamples(len(counts), None, replicates, 0)
    ]
    figures: dict[str, Figure | None] = {}
    with_crack = sum(each.true > 0 for each in counts)
    for name in FIGURES:
        value = _value(total, name)
        if np.isnan(value):
            figures[name] = None
        elif min(len(counts), with_crack) < LEAST_UNITS:
            figures[name] = Figure(value=value)
        else:
            drawn = np.array([_value(each, name) for each in draws])
            low, high = interval(drawn, units=min(len(counts), with_crack))
            figures[name] = Figure(value=value, low=np.fmin(low, value), high=np.fmax(high, value))
    return figures
