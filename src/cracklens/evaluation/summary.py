"""All figures of one evaluation, each with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cracklens.errors import DataError, UsageError, did_you_mean
from cracklens.evaluation import report
from cracklens.evaluation.bootstrap import (
    LEAST_UNITS,
    Replicates,
    bootstrap,
    interval,
    rankings_for,
)
from cracklens.evaluation.calibration import expected_calibration_error
from cracklens.evaluation.figures import (
    AverageFigures,
    ClassFigures,
    Drawn,
    Figure,
    SummaryRecord,
)
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

SUM_TOLERANCE = 1e-3  # largest difference of a row sum from 1; half precision rounds at 5e-4


__all__ = ["AverageFigures", "ClassFigures", "Figure", "Summary", "summarise"]


class Summary(SummaryRecord):
    """All figures of one evaluation, and the report as text."""

    def text(self) -> str:
        """Return the report as plain text, at most 80 columns wide."""
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
    """Evaluate probabilities against the ground truth; the most probable class is the prediction.

    Args:
        probabilities: (N, K), rows that sum to 1.
        true: (N,) class indices.
        classes: K names.
        positive: Class that AUROC and average precision rank. Without it both are averaged over
            all classes, one against the rest.
        groups: (N,) photograph of each tile, as number or name; whole photographs are resampled. A
            figure based on fewer than `LEAST_UNITS` groups (pictures, without groups) gets no
            interval.
        replicates: Number of bootstrap resamples.
        seed: Seed of the resampling.

    Raises:
        DataError: There are no pictures, shapes differ, numbers are no probabilities, or a class
            index is out of range.
        UsageError: `positive` is not a class, or `replicates` is below 1.
    """
    probabilities, true = np.asarray(probabilities, np.float64), np.asarray(true)
    _check(probabilities, true, classes, groups)
    if positive is not None and positive not in classes:
        raise UsageError(f"no class '{positive}': {did_you_mean(positive, classes)}")
    index = None if positive is None else list(classes).index(positive)
    units = _Units.of(true, probabilities.argmax(axis=1), len(classes), groups)
    # a single group cannot be resampled: draw pictures instead, from which no interval is made
    drawn_from = groups if groups is not None and units.all > 1 else None
    resampled = bootstrap(
        probabilities, true, index, groups=drawn_from, replicates=replicates, seed=seed
    )
    drawn: Drawn = "pictures" if groups is None else "groups"
    return _collect(probabilities, true, classes, index, resampled, units, drawn=drawn, seed=seed)


@dataclass(frozen=True, slots=True)
class _Units:
    """Number of pictures or groups that a figure is based on; (K,) arrays have one per class."""

    all: int
    true: AnyArray
    answered: AnyArray
    others: AnyArray

    @classmethod
    def of(
        cls, true: AnyArray, predicted: AnyArray, classes: int, groups: AnyArray | None
    ) -> "_Units":
        """Count the units with true, predicted and other pictures of each class."""
        unit = np.arange(len(true)) if groups is None else np.asarray(groups)

        def count(chosen: AnyArray) -> int:
            return len(np.unique(unit[chosen]))

        each = range(classes)
        return cls(
            len(np.unique(unit)),
            np.array([count(true == k) for k in each]),
            np.array([count(predicted == k) for k in each]),
            np.array([count(true != k) for k in each]),
        )

    def ranked(self, positive: int | None) -> int:
        """Return the number of units behind a ranking of one class against the rest."""
        chosen = slice(None) if positive is None else slice(positive, positive + 1)
        return int(np.minimum(self.true, self.others)[chosen].min())


def _collect(
    probabilities: FloatArray,
    true: AnyArray,
    classes: Sequence[str],
    positive: int | None,
    resampled: Replicates,
    units: _Units,
    *,
    drawn: Drawn,
    seed: int,
) -> Summary:
    predicted = probabilities.argmax(axis=1)
    confusion = confusion_matrix(true, predicted, len(classes))
    areas = macro_areas(rankings_for(probabilities, true, positive))
    ranked = units.ranked(positive)
    one, many = per_class(confusion), per_class(resampled.confusion)
    present = one.support > 0
    macro = (macro_average(one), macro_average(many), int(units.true.min()))
    weighted = (weighted_average(one), weighted_average(many), int(units.true[present].min()))
    ece = expected_calibration_error(probabilities, true)
    return Summary(
        count=len(true),
        classes=list(classes),
        positive=None if positive is None else classes[positive],
        accuracy=_figure(accuracy(true, predicted), _accuracies(resampled), units.all),
        log_loss=_figure(log_loss(probabilities, true), resampled.log_loss, units.all),
        per_class=_class_figures(classes, one, many, units),
        macro=_average_figures(*macro) if present.all() else None,
        weighted=_average_figures(*weighted) if present.sum() > 1 else None,
        auroc=_figure_or_none(areas.auroc, resampled.auroc, ranked),
        average_precision=_figure_or_none(
            areas.average_precision, resampled.average_precision, ranked
        ),
        ece=_ece(ece, resampled.ece, units.all),
        confusion=confusion.tolist(),
        majority_baseline=majority_baseline(true),
        replicates=len(resampled.log_loss),
        resampled=drawn,
        units=units.all,
        seed=seed,
    )


def _accuracies(resampled: Replicates) -> FloatArray:
    right = np.trace(resampled.confusion, axis1=1, axis2=2)
    shares: FloatArray = right / resampled.confusion.sum(axis=(1, 2))
    return shares


def _figure(value: float, replicates: FloatArray, units: int) -> Figure:
    """Return a figure with its interval, if there are enough units to resample.

    The interval is widened to contain the figure itself.
    """
    if units < LEAST_UNITS:
        return Figure(value=float(value))
    low, high = interval(replicates, units=units)
    return Figure(value=float(value), low=np.fmin(low, value), high=np.fmax(high, value))


def _ece(value: float, replicates: FloatArray, units: int) -> Figure:
    """Return the calibration error with its interval.

    Resampling adds random gaps: replicates exceed the estimate, as the estimate exceeds the true
    error. So the interval is mirrored at the estimate (basic bootstrap; Davison and Hinkley 1997,
    section 5.2) and cut at 0.
    """
    if units < LEAST_UNITS:
        return Figure(value=value)
    low, high = interval(replicates, units=units)
    mirrored = max(0.0, 2 * value - high), max(0.0, 2 * value - low)
    return Figure(value=value, low=min(mirrored[0], value), high=max(mirrored[1], value))


def _figure_or_none(value: float, replicates: FloatArray, units: int) -> Figure | None:
    return None if np.isnan(value) else _figure(value, replicates, units)


def _class_figures(
    classes: Sequence[str], one: PerClass, many: PerClass, units: _Units
) -> dict[str, ClassFigures]:
    alone = (one.support > 0).sum() < 2  # noqa: PLR2004
    found = {}
    for k, name in enumerate(classes):
        absent = one.support[k] == 0
        answered, true = int(units.answered[k]), int(units.true[k])
        precision = _figure(one.precision[k], many.precision[:, k], answered or true)
        recall = _figure(one.recall[k], many.recall[:, k], true)
        f1 = _figure(one.f1[k], many.f1[:, k], true)
        found[name] = ClassFigures(
            precision=None if absent or alone else precision,
            recall=None if absent else recall,
            f1=None if absent or alone else f1,
            support=int(one.support[k]),
        )
    return found


def _average_figures(one: Averages, many: Averages, units: int) -> AverageFigures:
    return AverageFigures(
        precision=_figure(float(one.precision), many.precision, units),
        recall=_figure(float(one.recall), many.recall, units),
        f1=_figure(float(one.f1), many.f1, units),
    )


def _check(
    probabilities: FloatArray, true: AnyArray, classes: Sequence[str], groups: AnyArray | None
) -> None:
    """Raise DataError if the arrays do not describe one evaluation."""
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
