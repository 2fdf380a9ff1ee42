"""The plot of a training run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cracklens.errors import DataError
from cracklens.evaluation import style

MANY_EPOCHS = 40  # above, markers on each epoch would merge
WORDS = {"loss": "Loss", "accuracy": "Accuracy"}


def plot_training_history(
    history: Mapping[str, Sequence[float]],
    path: Path | str,
    title: str = "Training history",
    best_epoch: int | None = None,
) -> None:
    """Draw loss and accuracy over the epochs, the best epoch and the drops of the learning rate.

    Args:
        history: One number for each epoch under `loss`, `accuracy`, `val_loss`, `val_accuracy` and
            `learning_rate`. `loss` is required, the others are optional.
        path: Where the PNG is written.
        title: Heading.
        best_epoch: The epoch kept, counted from 1; by default that of the lowest validation
            loss, or of the lowest loss without validation.

    Raises:
        DataError: There is no epoch, or the lists differ in length.
    """
    series = {key: np.asarray(values, float) for key, values in history.items() if len(values)}
    _check(series)
    criterion = series.get("val_loss", series["loss"])
    if best_epoch is None and np.isfinite(criterion).any():
        best_epoch = int(np.nanargmin(criterion)) + 1
    drops = _drops(series.get("learning_rate"))
    figure = style.new_figure(10.5, 4.4)
    figure.suptitle(
        style.escaped(title), fontsize=style.TITLE_SIZE + 1, color=style.INK, x=0.01, ha="left"
    )
    for axes, key in zip(figure.subplots(1, 2), WORDS, strict=True):
        _panel(axes, key, series)
        _marks(axes, best_epoch, drops)
        style.style_axes(axes, "", "Epoch", WORDS[key])
    style.legend_below(figure, figure.axes[0], columns=4)
    style.save(figure, path)


def _panel(axes: Axes, key: str, series: Mapping[str, np.ndarray]) -> None:
    lines = ((key, "Training", style.BLUE, "o"), (f"val_{key}", "Validation", style.VERMILION, "s"))
    for name, label, colour, marker in lines:
        if name in series:
            values = series[name]
            axes.plot(
                np.arange(1, len(values) + 1),
                values,
                color=colour,
                linewidth=2,
                marker=marker if len(values) <= MANY_EPOCHS else "",
                markersize=4,
                label=label,
            )
    count = len(series["loss"])
    axes.set_xlim(0.5, count + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))


def _marks(axes: Axes, best_epoch: int | None, drops: Sequence[int]) -> None:
    """Draw vertical lines at the best epoch and at the drops of the learning rate."""
    if best_epoch is not None:
        axes.axvline(
            best_epoch,
            color=style.GREEN,
            linewidth=1.5,
            linestyle="--",
            zorder=1,
            label=f"Best epoch: {best_epoch}",
        )
    for place, epoch in enumerate(drops):
        label = "Learning rate lowered" if place == 0 else "_"
        axes.axvline(
            epoch - 0.5, color=style.QUIET, linewidth=1, linestyle=":", zorder=1, label=label
        )


def _drops(rates: np.ndarray | None) -> list[int]:
    """Return the epochs (from 1) that start with a lower rate; none for smooth schedules.

    A schedule that lowers the rate in most epochs (cosine) has no single drops to mark.
    """
    if rates is None:
        return []
    drops = (np.flatnonzero(np.diff(rates) < 0) + 2).tolist()
    return drops if len(drops) <= len(rates) / 3 else []


def _check(series: Mapping[str, np.ndarray]) -> None:
    if "loss" not in series:
        raise DataError("the training history has no 'loss', or no epoch: nothing to draw")
    lengths = {key: len(values) for key, values in series.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the lists of the training history differ in length: {lengths}")
