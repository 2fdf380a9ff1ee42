"""Plots of an evaluation: confusion matrix, curves, reliability, report, history, contact sheet.

Each function draws one PNG and depends only on its arguments.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from cracklens.evaluation import style
from cracklens.evaluation.calibration import expected_calibration_error, reliability_bins
from cracklens.evaluation.contact_sheet import contact_sheet
from cracklens.evaluation.curves import plot_precision_recall, plot_roc
from cracklens.evaluation.figures import AverageFigures, ClassFigures, SummaryRecord
from cracklens.evaluation.history import plot_training_history
from cracklens.evaluation.ranking import AnyArray, FloatArray
from cracklens.evaluation.report import interval_text

__all__ = [
    "contact_sheet",
    "plot_class_report",
    "plot_confusion",
    "plot_precision_recall",
    "plot_reliability",
    "plot_roc",
    "plot_training_history",
]

LONG_NAME = 10  # letters; with three or more columns, longer names would overlap


def plot_confusion(
    confusion: AnyArray | Sequence[Sequence[int]],
    classes: Sequence[str],
    path: Path | str,
    title: str = "Confusion matrix",
) -> None:
    """Draw the counts and the percentage of each row; a higher percentage is darker.

    Args:
        confusion: (K, K) counts, rows are true classes.
        classes: K names.
        path: Where the PNG is written.
        title: Heading.
    """
    counts = np.asarray(confusion)
    rows = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(rows, 1)
    size = 3.0 + 0.95 * len(classes)
    figure = style.new_figure(size + 1.0, size)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap=style.HEAT, vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        percent = f"{share:.1%}" if rows[row, 0] else "no picture"
        colour = "white" if share > style.DARK_CELL else style.INK
        _cell(axes, (row, column), (f"{counts[row, column]:,}", percent), colour)
    style.style_axes(axes, title, "Predicted class", "True class", grid=False)
    _name_ticks(axes, classes, classes)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, format=lambda x, _: f"{x:.0%}")
    bar.ax.tick_params(labelsize=style.TICK_SIZE, color=style.GRID, labelcolor=style.INK)
    bar.set_label("Share of the true class", fontsize=style.LABEL_SIZE, color=style.INK)
    bar.outline.set_visible(False)
    style.save(figure, path)


def plot_reliability(
    probabilities: FloatArray, true: AnyArray, path: Path | str, bins: int = 15
) -> None:
    """Draw accuracy over confidence, the gaps to the diagonal, and the counts below.

    Args:
        probabilities: (N, K).
        true: (N,) class indices.
        path: Where the PNG is written.
        bins: Number of equal-width bins.
    """
    binned = reliability_bins(probabilities, true, bins)
    error = expected_calibration_error(probabilities, true, bins)
    figure = style.new_figure(6.4, 7.2)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    left, width = binned.edges[:-1], np.diff(binned.edges)
    box = {"width": width, "align": "edge", "edgecolor": "white", "linewidth": 0.8}
    upper.bar(left, binned.accuracy, color=style.SKY, label="Accuracy", **box)
    upper.bar(
        left,
        binned.confidence - binned.accuracy,
        bottom=binned.accuracy,
        label="Gap to the confidence",
        **{**box, "color": "none", "edgecolor": style.VERMILION, "hatch": "////"},
    )
    upper.plot([0, 1], [0, 1], color=style.INK, linewidth=1, linestyle=":", label="Perfect")
    style.style_axes(upper, f"Reliability, calibration error {error:.3f}", "", "Accuracy")
    least = binned.edges[bins // np.shape(probabilities)[1]]  # the top confidence is at least 1 / K
    upper.set(xlim=(least, 1), ylim=(0, 1.02))
    lower.bar(left, binned.count, color=style.QUIET, **box)
    style.style_axes(lower, "", "Confidence of the prediction", "Pictures")
    lower.yaxis.set_major_formatter("{x:,.0f}")
    style.legend_below(figure, upper, columns=3)
    style.save(figure, path)


def plot_class_report(
    summary: SummaryRecord, path: Path | str, title: str = "Classification report"
) -> None:
    """Draw precision, recall, F1 and support of each class and their averages as a table."""
    rows: list[tuple[str, AverageFigures | ClassFigures | None, int]] = [
        (name, figures, figures.support) for name, figures in summary.per_class.items()
    ]
    rows.append(("Mean of the classes", summary.macro, summary.count))
    rows.append(("Weighted by support", summary.weighted, summary.count))
    cells = [(f.precision, f.recall, f.f1) if f else (None, None, None) for _, f, _ in rows]
    values = np.array(
        [[*(cell.value if cell else np.nan for cell in row), np.nan] for row in cells]
    )
    figure = style.new_figure(7.6, 1.6 + 0.62 * len(rows))
    axes = figure.add_subplot()
    axes.imshow(np.ma.masked_invalid(values), cmap=style.HEAT, vmin=0, vmax=2, aspect="auto")
    for row, ((_, _, support), figures) in enumerate(zip(rows, cells, strict=True)):
        for column, cell in enumerate(figures):
            texts = (f"{cell.value:.4f}", interval_text(cell)) if cell else ("not defined", "")
            _cell(axes, (row, column), texts, style.INK)
        axes.text(3, row, f"{support:,}", ha="center", va="center", fontsize=11, color=style.INK)
    axes.axhline(len(summary.classes) - 0.5, color=style.INK, linewidth=1)
    style.style_axes(axes, title, grid=False)
    _name_ticks(axes, ["Precision", "Recall", "F1", "Support"], [name for name, _, _ in rows])
    axes.xaxis.tick_top()
    style.save(figure, path)


def _cell(axes: Axes, place: tuple[int, int], texts: tuple[str, str], colour: str) -> None:
    """Write a figure, and a smaller remark below it, centred in a cell (row, column)."""
    for text, size, rise in zip(texts, (11, style.TICK_SIZE), (8, -8), strict=True):
        axes.annotate(
            text,
            (place[1], place[0]),
            (0, rise),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=size,
            color=colour,
        )


def _name_ticks(axes: Axes, columns: Sequence[str], rows: Sequence[str]) -> None:
    slanted = len(columns) > 2 and max(map(len, columns)) > LONG_NAME  # noqa: PLR2004
    axes.set_xticks(
        range(len(columns)),
        [style.short(name) for name in columns],
        rotation=30 if slanted else 0,
        ha="right" if slanted else "center",
        rotation_mode="anchor",
    )
    axes.set_yticks(range(len(rows)), [style.short(name) for name in rows])
    axes.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
