"""The report of an evaluation as plain text that fits a terminal of 80 columns."""

from collections.abc import Sequence

from cracklens.evaluation.bootstrap import LEAST_UNITS
from cracklens.evaluation.figures import AverageFigures, ClassFigures, Figure, SummaryRecord

WIDTH = 80
COLUMN = 16  # "0.9750-0.9870" and a gap
SUPPORT = 10
NAME_LIMIT = WIDTH - 3 * COLUMN - SUPPORT
HEAD = 20
REMARK = WIDTH - HEAD - 25  # room on a line after a figure and its interval


def text(summary: SummaryRecord) -> str:
    """Return the report of one evaluation; no line is longer than 80 columns."""
    blocks = [_heading(summary), _overall(summary), _table(summary), _confusion(summary)]
    return "\n\n".join("\n".join(block) for block in [*blocks, _notes(summary)] if block)


def interval_text(figure: Figure) -> str:
    """Return the interval as '0.9750-0.9870', or an empty text if there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.4f}-{figure.high:.4f}"


def _heading(summary: SummaryRecord) -> list[str]:
    pictures = "1 picture" if summary.count == 1 else f"{summary.count:,} pictures"
    head = f"{pictures}, {len(summary.classes)} classes"
    grouped = summary.resampled == "groups"
    if summary.units < LEAST_UNITS:
        unit = ("group" if grouped else "picture") + ("s" if summary.units > 1 else "")
        kind = " (photographs)" if grouped else ""
        return [
            head,
            f"no intervals: {summary.units} {unit}{kind} are too few to estimate the scatter;",
            f"{LEAST_UNITS} or more are needed",
        ]
    drawn = f"{summary.units:,} whole groups (photographs)" if grouped else "single pictures"
    return [head, f"95 % intervals from {summary.replicates:,} resamples of {drawn}"]


def _overall(summary: SummaryRecord) -> list[str]:
    frequent = max(summary.per_class, key=lambda name: summary.per_class[name].support)
    baseline = f"baseline {summary.majority_baseline:.4f} (always "
    remark = f"{baseline}{shorten(frequent, REMARK - 25)})"
    if len(summary.without_pictures) == len(summary.classes) - 1:
        remark = "the recall of " + shorten(frequent, REMARK - len("the recall of "))
    areas = "mean, each class against the rest"
    if summary.positive is not None:
        areas = "of " + shorten(summary.positive, REMARK - len("of "))
    return [
        _line("accuracy", summary.accuracy, remark),
        _line("log loss", summary.log_loss, "lower is better"),
        _line("AUROC", summary.auroc, areas),
        _line("average precision", summary.average_precision, areas),
        _line("calibration error", summary.ece, "lower is better"),
    ]


def _line(name: str, figure: Figure | None, remark: str) -> str:
    if figure is None:
        return f"{name:<{HEAD}}not defined: a class has no picture"
    return f"{name:<{HEAD}}{figure.value:.4f}  {interval_text(figure):<15}  {remark}"


def _table(summary: SummaryRecord) -> list[str]:
    rows: list[tuple[str, AverageFigures | ClassFigures | None, int]] = [
        (name, figures, figures.support) for name, figures in summary.per_class.items()
    ]
    averages: list[tuple[str, AverageFigures | None, int]] = [
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


def _row(
    name: str, figures: AverageFigures | ClassFigures | None, support: int, width: int
) -> list[str]:
    three = (figures.precision, figures.recall, figures.f1) if figures else (None, None, None)
    values = "".join(f"{f'{each.value:.4f}' if each else '-':>{COLUMN}}" for each in three)
    intervals = "".join(f"{interval_text(each) if each else '':>{COLUMN}}" for each in three)
    first = f"{shorten(name, width):<{width}}{values}{support:>{SUPPORT},}"
    return [first, f"{'':<{width}}{intervals}"] if intervals.strip() else [first]


def _confusion(summary: SummaryRecord) -> list[str]:
    names = [shorten(name, NAME_LIMIT) for name in summary.classes]
    counts = [[f"{count:,}" for count in row] for row in summary.confusion]
    titles: Sequence[str] = names
    if not _fits(names, titles, counts):
        titles = [str(number) for number in range(1, len(names) + 1)]
        names = [f"{number} {name}" for number, name in zip(titles, names, strict=True)]
    if not _fits(names, titles, counts):
        return [f"Confusion matrix: {len(names)} classes are too many to print here."]
    left, column = _widths(names, titles, counts)
    lines = ["Confusion matrix: each row is a true class, each column a predicted class"]
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


def _notes(summary: SummaryRecord) -> list[str]:
    notes = []
    missing = summary.without_pictures
    one_class = len(missing) == len(summary.classes) - 1
    if missing:
        notes.append(f"No picture is of the class {shorten(', '.join(missing), 50)}.")
        notes.append("Not defined without it: its figures, the mean of the classes, the areas.")
    if one_class:
        notes += [
            "All pictures are of one class, so every prediction of that class is correct.",
            "Its precision and F1, and the weighted mean, have no meaning and are left out.",
        ]
    elif summary.accuracy.value <= summary.majority_baseline:
        notes.append("The accuracy is no better than always predicting the most frequent class.")
    present = [figures for figures in summary.per_class.values() if figures.support]
    ratios = [
        figure for item in present for figure in (item.precision, item.recall) if figure is not None
    ]
    if summary.units >= LEAST_UNITS and any(figure.low is None for figure in ratios):
        unit = "groups" if summary.resampled == "groups" else "pictures"
        notes.append(f"A figure without an interval is based on fewer than {LEAST_UNITS} {unit}.")
    if any(figure.low is not None and figure.low == figure.high for figure in ratios):
        notes += [
            "An interval of zero width means too few mistakes, or hits, to resample; it does",
            "not mean certainty.",
        ]
    return notes


def shorten(name: str, width: int) -> str:
    """Shorten a name to a width, with dots at the end.

    >>> shorten("spalling with exposed rebar", 12)
    'spalling ...'
    """
    return name if len(name) <= width else name[: width - 3] + "..."
