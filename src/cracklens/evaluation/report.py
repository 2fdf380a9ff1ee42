"""The report of an evaluation as plain text that fits a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cracklens.evaluation.summary import AverageFigures, ClassFigures, Figure, Summary

WIDTH = 80
COLUMN = 16  # "0.9750-0.9870" and a gap
SUPPORT = 10
NAME_LIMIT = WIDTH - 3 * COLUMN - SUPPORT
HEAD = 20
REMARK = WIDTH - HEAD - 25  # what a figure and its interval leave of a line


def text(summary: Summary) -> str:
    """Return the report of one evaluation; no line is longer than 80 columns."""
    blocks = [_heading(summary), _overall(summary), _table(summary), _confusion(summary)]
    return "\n\n".join("\n".join(block) for block in [*blocks, _notes(summary)] if block)


def interval_text(figure: Figure) -> str:
    """Return the interval in short: '0.975-0.987'."""
    return f"{figure.low:.4f}-{figure.high:.4f}"


def _heading(summary: Summary) -> list[str]:
    pictures = "1 picture" if summary.count == 1 else f"{summary.count:,} pictures"
    return [
        f"{pictures}, {len(summary.classes)} classes",
        f"95 % intervals from {summary.replicates:,} resamples of {_drawn(summary)}",
    ]


def _drawn(summary: Summary) -> str:
    return "whole groups (photographs)" if summary.resampled == "groups" else "single pictures"


def _overall(summary: Summary) -> list[str]:
    frequent = max(summary.per_class, key=lambda name: summary.per_class[name].support)
    baseline = f"baseline {summary.majority_baseline:.4f} (always "
    areas = "mean, each class against the rest"
    if summary.positive is not None:
        areas = "of " + shorten(summary.positive, REMARK - len("of "))
    return [
        _line("accuracy", summary.accuracy, f"{baseline}{shorten(frequent, REMARK - 25)})"),
        _line("log loss", summary.log_loss, "lower is better"),
        _line("AUROC", summary.auroc, areas),
        _line("average precision", summary.average_precision, areas),
        _line("calibration error", summary.ece, "lower is better"),
    ]


def _line(name: str, figure: Figure | None, remark: str) -> str:
    if figure is None:
        return f"{name:<{HEAD}}not defined: a class has no picture"
    return f"{name:<{HEAD}}{figure.value:.4f}  {interval_text(figure):<15}  {remark}"


def _table(summary: Summary) -> list[str]:
    rows: list[tuple[str, AverageFigures | ClassFigures, int]] = [
        (name, figures, figures.support) for name, figures in summary.per_class.items()
    ]
    averages = [
        ("mean of the classes", summary.macro, summary.count),
        ("weighted by support", summary.weighted, summary.count),
    ]
    width = min(NAME_LIMIT, max(len(name) for name, _, _ in [*rows, *averages]))
    titles = "".join(f"{title:>{COLUMN}}" for title in ("precision", "recall", "F1"))
    lines = [f"{'':<{width}}{titles}{'support':>{SUPPORT}}"]
    for name, figures, support in rows:
        lines += _row(name, figures, support, width)
    lines.append("")
    for name, average, support in averages:
        lines += _row(name, average, support, width)
    return lines


def _row(name: str, figures: AverageFigures | ClassFigures, support: int, width: int) -> list[str]:
    if support == 0:
        nothing = f"{'-':>{COLUMN}}" * 3
        return [f"{shorten(name, width):<{width}}{nothing}{support:>{SUPPORT}}"]
    three = (figures.precision, figures.recall, figures.f1)
    values = "".join(f"{figure.value:>{COLUMN}.4f}" for figure in three)
    intervals = "".join(f"{interval_text(figure):>{COLUMN}}" for figure in three)
    return [
        f"{shorten(name, width):<{width}}{values}{support:>{SUPPORT},}",
        f"{'':<{width}}{intervals}",
    ]


def _confusion(summary: Summary) -> list[str]:
    names = [shorten(name, NAME_LIMIT) for name in summary.classes]
    counts = [[f"{count:,}" for count in row] for row in summary.confusion]
    titles: Sequence[str] = names
    if not _fits(names, titles, counts):
        titles = [str(number) for number in range(1, len(names) + 1)]
        names = [f"{number} {name}" for number, name in zip(titles, names, strict=True)]
    if not _fits(names, titles, counts):
        return [f"Confusion matrix: {len(names)} classes are too many to print here."]
    left, column = _widths(names, titles, counts)
    lines = ["Confusion matrix: each row a true class, each column an answer"]
    for name, cells in zip(["", *names], [titles, *counts], strict=True):
        lines.append(f"{name:<{left}}" + "".join(f"{cell:>{column}}" for cell in cells))
    return lines


def _widths(
    names: Sequence[str], titles: Sequence[str], counts: Sequence[Sequence[str]]
) -> tuple[int, int]:
    cells = [*titles, *(cell for row in counts for cell in row)]
    return max(map(len, names)), max(map(len, cells)) + 2


def _fits(names: Sequence[str], titles: Sequence[str], counts: Sequence[Sequence[str]]) -> bool:
    left, column = _widths(names, titles, counts)
    return left + column * len(titles) <= WIDTH


def _notes(summary: Summary) -> list[str]:
    notes = []
    if summary.accuracy.value <= summary.majority_baseline:
        notes.append("The accuracy is no better than always giving the most frequent answer.")
    if not all(figures.support for figures in summary.per_class.values()):
        notes.append("A class without pictures counts as 0 in the mean of the classes.")
    present = [figures for figures in summary.per_class.values() if figures.support]
    ratios = [figure for item in present for figure in (item.precision, item.recall)]
    if any(figure.low == figure.high for figure in ratios):
        notes += [
            "An interval of no width means too few mistakes, or hits, to resample; it does",
            "not mean certainty.",
        ]
    return notes


def shorten(name: str, width: int) -> str:
    """Cut a name to a width, with dots at the end.

    >>> shorten("spalling with exposed rebar", 12)
    'spalling ...'
    """
    return name if len(name) <= width else name[: width - 3] + "..."
