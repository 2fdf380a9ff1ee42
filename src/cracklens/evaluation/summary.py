"""The figures of one evaluation, each with its interval, as one validated record."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from cracklens.errors import DataError, UsageError, did_you_mean
from cracklens.evaluation import report
from cracklens.evaluation.bootstrap import Replicates, bootstrap, interval, rankings_for
from cracklens.evaluation.calibration import expected_calibration_error
from cracklens.evaluation.metrics import (
    Averages,
    PerClass,
    accuracy,
    confusion_matrix,
    log_loss,
    macro_average,
    majority_baseline,
    per_class,
    weighted_average,
)
from cracklens.evaluation.ranking import AnyArray, FloatArray, macro_areas

SUM_TOLERANCE = 1e-3  # how far a row may be from 1; half precision rounds at 5e-4


_Drawn = Literal["pictures", "groups"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Record):
    """A figure with its 95 % bootstrap interval, low <= value <= high."""

    value: float
    low: float
    high: float


class AverageFigures(_Record):
    """Precision, recall and F1 averaged over the classes."""

    precision: Figure
    recall: Figure
    f1: Figure


class ClassFigures(_Record):
    """Precision, recall and F1 of one class; `support` is its number of pictures."""

    precision: Figure
    recall: Figure
    f1: Figure
    support: int


class Summary(_Record):
    """All figures of one evaluation.

    Attributes:
        count: Number of pictures.
        classes: Class names, in the order of the confusion matrix.
        positive: The class that AUROC and average precision rank; None where they are
            averaged over all classes, one against the rest.
        accuracy: Share of right answers.
        log_loss: Mean cross-entropy in nats.
        per_class: Figures of each class by its name.
        macro: Averages with equal say for each class.
        weighted: Averages in proportion to the classes' support.
        auroc: Area under the ROC curve; None where a class has no picture.
        average_precision: Area under the precision-recall steps; None as above.
        ece: Expected calibration error, 15 bins.
        confusion: (K, K) counts, rows the truth.
        majority_baseline: Accuracy of always answering the most frequent class.
        replicates: Number of bootstrap resamples.
        resampled: What was drawn: single pictures, or whole groups (photographs).
        seed: Of the resampling.
    """

    count: int
    classes: list[str]
    positive: str | None
    accuracy: Figure
    log_loss: Figure
    per_class: dict[str, ClassFigures]
    macro: AverageFigures
    weighted: AverageFigures
    auroc: Figure | None
    average_precision: Figure | None
    ece: Figure | None
    confusion: list[list[int]]
    majority_baseline: float
    replicates: int
    resampled: _Drawn
    seed: int

    def text(self) -> str:
        """Return the report for people: plain text, at most 80 columns."""
        return report.text(self)


def summarise(
    probabilities: FloatArray,
    true: AnyArray,
    classes: Sequence[str],
    positive: str | None = None,
    *,
    groups: AnyArray | None = None,
    replicates: int = 1000,
    seed: int = 0,
) -> Summary:
    """Evaluate probabilities against the truth; the answer is the most probable class.

    Args:
        probabilities: (N, K), rows that sum to 1.
        true: (N,) class indices.
        classes: K names.
        positive: Class that AUROC and average precision rank. By default the last of two;
            with more classes both are averaged over all, one against the rest.
        groups: (N,) photograph of each tile, a number or name; whole ones are resampled.
        replicates: Number of bootstrap resamples.
        seed: Seed of the resampling.

    Raises:
        DataError: No pictures, shapes that disagree, numbers that are no probabilities, a
            class index out of range.
        UsageError: `positive` is not a class, or `replicates` is below 1.
    """
    probabilities, true = np.asarray(probabilities, np.float64), np.asarray(true)
    _check(probabilities, true, classes, groups)
    if positive is None and len(classes) == 2:  # noqa: PLR2004
        positive = classes[-1]
    if positive is not None and positive not in classes:
        raise UsageError(f"no class '{positive}': {did_you_mean(positive, classes)}")
    index = None if positive is None else list(classes).index(positive)
    if groups is not None and len(np.unique(groups)) < 2:  # noqa: PLR2004 - nothing to draw from
        groups = None
    resampled = bootstrap(
        probabilities, true, index, groups=groups, replicates=replicates, seed=seed
    )
    drawn: _Drawn = "pictures" if groups is None else "groups"
    return _collect(probabilities, true, classes, index, resampled, drawn=drawn, seed=seed)


def _collect(
    probabilities: FloatArray,
    true: AnyArray,
    classes: Sequence[str],
    positive: int | None,
    resampled: Replicates,
    *,
    drawn: _Drawn,
    seed: int,
) -> Summary:
    predicted = probabilities.argmax(axis=1)
    confusion = confusion_matrix(true, predicted, len(classes))
    areas = macro_areas(rankings_for(probabilities, true, positive))
    one, many = per_class(confusion), per_class(resampled.confusion)
    return Summary(
        count=len(true),
        classes=list(classes),
        positive=None if positive is None else classes[positive],
        accuracy=_figure(accuracy(true, predicted), _accuracies(resampled)),
        log_loss=_figure(log_loss(probabilities, true), resampled.log_loss),
        per_class=_class_figures(classes, one, many),
        macro=_average_figures(macro_average(one), macro_average(many)),
        weighted=_average_figures(weighted_average(one), weighted_average(many)),
        auroc=_figure_or_none(areas.auroc, resampled.auroc),
        average_precision=_figure_or_none(areas.average_precision, resampled.average_precision),
        ece=_ece(expected_calibration_error(probabilities, true), resampled.ece),
        confusion=confusion.tolist(),
        majority_baseline=majority_baseline(true),
        replicates=len(resampled.log_loss),
        resampled=drawn,
        seed=seed,
    )


def _accuracies(resampled: Replicates) -> FloatArray:
    right = np.trace(resampled.confusion, axis1=1, axis2=2)
    shares: FloatArray = right / resampled.confusion.sum(axis=(1, 2))
    return shares


def _figure(value: float, replicates: FloatArray) -> Figure:
    """Join a figure and its interval.

    The interval is widened to hold the figure itself, which matters for the calibration
    error: resampling adds chance gaps, so its replicates lie above the estimate.
    """
    low, high = interval(replicates)
    return Figure(value=float(value), low=np.fmin(low, value), high=np.fmax(high, value))


def _ece(value: float, replicates: FloatArray) -> Figure:
    """Join the calibration error and its interval.

    Resampling adds chance gaps, so replicates lie above the estimate as the estimate lies above
    the truth: the interval is mirrored at the estimate (the basic bootstrap; Davison and Hinkley
    1997, section 5.2) and cut at 0.
    """
    low, high = interval(replicates)
    mirrored = max(0.0, 2 * value - high), max(0.0, 2 * value - low)
    return Figure(value=value, low=min(mirrored[0], value), high=max(mirrored[1], value))


def _figure_or_none(value: float, replicates: FloatArray) -> Figure | None:
    return None if np.isnan(value) else _figure(value, replicates)


def _class_figures(
    classes: Sequence[str], one: PerClass, many: PerClass
) -> dict[str, ClassFigures]:
    return {
        name: ClassFigures(
            precision=_figure(one.precision[index], many.precision[:, index]),
            recall=_figure(one.recall[index], many.recall[:, index]),
            f1=_figure(one.f1[index], many.f1[:, index]),
            support=int(one.support[index]),
        )
        for index, name in enumerate(classes)
    }


def _average_figures(one: Averages, many: Averages) -> AverageFigures:
    return AverageFigures(
        precision=_figure(float(one.precision), many.precision),
        recall=_figure(float(one.recall), many.recall),
        f1=_figure(float(one.f1), many.f1),
    )


def _check(
    probabilities: FloatArray, true: AnyArray, classes: Sequence[str], groups: AnyArray | None
) -> None:
    """Raise DataError where the arrays do not describe one evaluation."""
    if len(classes) < 2 or len(set(classes)) != len(classes):  # noqa: PLR2004
        raise DataError(f"classes {list(classes)}: give two or more names, each once")
    if true.size == 0:
        raise DataError("no pictures to evaluate: the test set is empty")
    if probabilities.shape != (true.size, len(classes)) or true.ndim != 1:
        raise DataError(
            f"probabilities have shape {probabilities.shape}, but {true.shape} true classes "
            f"and {len(classes)} class names need ({true.size}, {len(classes)})"
        )
    if groups is not None and np.shape(groups) != true.shape:
        raise DataError(
            f"groups have shape {np.shape(groups)} for {true.size} pictures: name one for each"
        )
    if not np.issubdtype(true.dtype, np.integer) or true.min() < 0 or true.max() >= len(classes):
        raise DataError(
            f"true classes must be whole numbers from 0 to {len(classes) - 1}, "
            f"got {true.dtype} from {true.min()} to {true.max()}"
        )
    sums = probabilities.sum(axis=1)
    if not (probabilities.min() >= 0 and np.abs(sums - 1).max() <= SUM_TOLERANCE):
        raise DataError(
            f"probabilities must be 0 or more and sum to 1 in each row; rows sum to "
            f"{sums.min():.3g} to {sums.max():.3g}: apply the softmax to the logits first"
        )
