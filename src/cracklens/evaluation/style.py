"""The common style of all plots: colours, sizes and margins.

Only matplotlib's object interface is used: no pyplot, no global settings, no display. So plots can
be drawn in any thread and do not change the settings of a notebook.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from cracklens.errors import OutputError
from cracklens.evaluation.report import shorten

DPI = 150
PAD = 12
NAME_LIMIT = 28
TITLE_SIZE = 12
LABEL_SIZE = 10
TICK_SIZE = 9
DARK_CELL = 0.6  # share of the colour scale above which white text reads better

INK = "#222222"
QUIET = "#6B7280"
GRID = "#E5E7EB"
BLUE, VERMILION, GREEN, PURPLE, AMBER, SKY = SERIES = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
)
"""Okabe and Ito (2008), "Color Universal Design": distinct for every type of colour vision."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
HEAT = LinearSegmentedColormap.from_list("cracklens", ["#FFFFFF", "#9CC7E3", BLUE, "#003F66"])
METADATA: Mapping[str, str] = MappingProxyType({"Software": "cracklens"})


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty white figure whose layout keeps all labels inside."""
    figure = Figure(
        figsize=(width_in, height_in),
        dpi=DPI,
        facecolor="white",
        layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1),
    )
    FigureCanvasAgg(figure)
    return figure


def style_axes(axes: Axes, title: str = "", x: str = "", y: str = "", *, grid: bool = True) -> None:
    """Set title and labels of axes, draw a light grid and remove the frame."""
    if title:
        axes.set_title(escaped(title), fontsize=TITLE_SIZE, color=INK, pad=PAD, loc="left")
    axes.set_xlabel(escaped(x), fontsize=LABEL_SIZE, color=INK)
    axes.set_ylabel(escaped(y), fontsize=LABEL_SIZE, color=INK)
    axes.tick_params(labelsize=TICK_SIZE, color=GRID, labelcolor=INK)
    for side, spine in axes.spines.items():
        spine.set_visible(grid and side in {"left", "bottom"})
        spine.set_color(QUIET)
    if grid:
        axes.grid(visible=True, color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)


def legend_below(figure: Figure, axes: Axes, columns: int = 1) -> None:
    """Draw the legend of axes below them, so that it hides no curve."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=columns,
        fontsize=TICK_SIZE,
        labelcolor=INK,
        frameon=False,
    )


def escaped(text: str) -> str:
    """Escape dollar signs, as in file names, so that matplotlib does not read a formula."""
    return text.replace("$", r"\$")


def short(name: str) -> str:
    """Return a class name shortened for a label."""
    return escaped(shorten(name, NAME_LIMIT))


def save(figure: Figure, path: Path | str) -> None:
    """Write a PNG without a time stamp: the same data gives the same bytes.

    Raises:
        OutputError: The file cannot be written.
    """
    try:
        figure.savefig(path, dpi=DPI, format="png", metadata=dict(METADATA))
    except OSError as error:
        raise OutputError(
            f"cannot write the picture {path}: {error.strerror or error}; "
            "check that the folder exists and may be written to"
        ) from error
