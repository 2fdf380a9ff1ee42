"""Plots over all thresholds: the ROC curve and the precision-recall curve."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cracklens.errors import UsageError, did_you_mean
from cracklens.evaluation import style
from cracklens.evaluation.ranking import (
    AnyArray,
    FloatArray,
    auroc,
    average_precision,
    precision_recall_curve,
    roc_curve,
)

GUESSING: Mapping[str, Any] = MappingProxyType(
    {"color": style.QUIET, "linestyle": ":", "linewidth": 1}
)


def plot_roc(
    probabilities: FloatArray,
    true: AnyArray,
    classes: Sequence[str],
    path: Path | str,
    positive: str | None = None,
) -> None:
    """Draw the ROC curve of the positive class, or one for each class against the rest.

    Args:
        probabilities: (N, K).
        true: (N,) class indices.
        classes: K names.
        path: Where the PNG is written.
        positive: The class ranked; by default the last of two, or all of more.

    Raises:
        UsageError: `positive` is not a class.
    """
    shown = _shown(classes, positive)
    figure, axes = _square(len(shown))
    for place, index in enumerate(shown):
        scores, members = probabilities[:, index], np.asarray(true) == index
        false_rate, true_rate, _ = roc_curve(scores, members)
        label = f"{style.short(classes[index])}: area {_number(auroc(scores, members))}"
        axes.plot(false_rate, true_rate, label=label, zorder=3, **_line_style(place))
    axes.plot([0, 1], [0, 1], **GUESSING, label="guessing: area 0.500")
    style.style_axes(axes, "ROC curve", "False positive rate", "True positive rate (recall)")
    style.legend_below(figure, axes)
    style.save(figure, path)


def plot_precision_recall(
    probabilities: FloatArray,
    true: AnyArray,
    classes: Sequence[str],
    path: Path | str,
    positive: str | None = None,
) -> None:
    """Draw precision over recall, and the prevalence, which is the precision of guessing.

    Arguments and errors as of `plot_roc`.
    """
    shown = _shown(classes, positive)
    figure, axes = _square(len(shown))
    for place, index in enumerate(shown):
        scores, members = probabilities[:, index], np.asarray(true) == index
        precision, recall, _ = precision_recall_curve(scores, members)
        area, share = _number(average_precision(scores, members)), float(members.mean())
        label = f"{style.short(classes[index])}: average precision {area}, share {share:.3f}"
        line = _line_style(place)
        axes.step(recall, precision, where="post", label=label, zorder=3, **line)
        axes.axhline(share, **{**GUESSING, "color": line["color"]})
    axes.plot([], [], **GUESSING, label="guessing: the share of the class")
    style.style_axes(axes, "Precision and recall", "Recall", "Precision")
    style.legend_below(figure, axes)
    style.save(figure, path)


def _shown(classes: Sequence[str], positive: str | None) -> list[int]:
    if positive is None:
        return [1] if len(classes) == 2 else list(range(len(classes)))  # noqa: PLR2004
    if positive not in classes:
        raise UsageError(f"no class '{positive}': {did_you_mean(positive, classes)}")
    return [list(classes).index(positive)]


def _number(area: float) -> str:
    return "not defined" if np.isnan(area) else f"{area:.4f}"


def _line_style(place: int) -> dict[str, Any]:
    index = place % len(style.SERIES)
    return {"color": style.SERIES[index], "linestyle": style.DASHES[index], "linewidth": 2}


def _square(curves: int) -> tuple[Figure, Axes]:
    """Return a figure with axes from 0 to 1 in both directions, and room for a legend."""
    figure = style.new_figure(6.0, 6.3 + 0.24 * curves)
    axes = figure.add_subplot()
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    return figure, axes
