"""Contact sheet: small pictures with captions in one image."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cracklens.errors import DataError, UsageError
from cracklens.evaluation import style

TILE_IN = 1.7
GAP_IN = 0.15
ROW_GAP_IN = 0.25
LEAST_WIDTH_IN = 5.0
CAPTION_SIZE = 8
CAPTION_WIDTH = 26  # characters of that size that fit a tile's width
CAPTION_LINES = 3
LINE_IN = 0.15
MARGIN_IN = 0.2
TITLE_IN = 0.45
TITLE_LETTER_IN = 0.11
TITLE_LINE_IN = 0.2


def contact_sheet(
    tiles: Sequence[tuple[NDArray[np.uint8], str]],
    path: Path | str,
    title: str,
    columns: int = 6,
) -> None:
    """Draw tiles row by row, each with its caption below.

    Args:
        tiles: Pictures (H, W, 3) uint8 of any size, fitted into equal squares, and captions; long
            captions are wrapped and cut after three lines.
        path: Where the PNG is written.
        title: Heading.
        columns: Tiles in a row.

    Raises:
        DataError: There is no tile, or one is not an (H, W, 3) picture.
        UsageError: `columns` is below 1.
    """
    _check(tiles, columns)
    captions = [_wrapped(caption) for _, caption in tiles]
    lines = max(caption.count("\n") + 1 if caption else 0 for caption in captions)
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    step_x, step_y = TILE_IN + GAP_IN, TILE_IN + ROW_GAP_IN + lines * LINE_IN
    width = max(LEAST_WIDTH_IN, 2 * MARGIN_IN + columns * step_x - GAP_IN)
    heading = textwrap.wrap(title, int(width / TITLE_LETTER_IN)) or [""]
    top = MARGIN_IN + TITLE_IN + (len(heading) - 1) * TITLE_LINE_IN
    height = top + rows * step_y + MARGIN_IN - ROW_GAP_IN
    figure = style.new_figure(width, height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.text(
        MARGIN_IN,
        MARGIN_IN,
        style.escaped("\n".join(heading)),
        fontsize=style.TITLE_SIZE,
        color=style.INK,
        va="top",
    )
    for index, ((pixels, _), caption) in enumerate(zip(tiles, captions, strict=True)):
        row, column = divmod(index, columns)
        _tile(axes, pixels, caption, MARGIN_IN + column * step_x, top + row * step_y)
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="auto")
    style.save(figure, path)


def _tile(axes: Axes, pixels: NDArray[Any], caption: str, left: float, top: float) -> None:
    """Put one picture into its square, in inches from the sheet's upper left corner."""
    height, width = pixels.shape[:2]
    scale = TILE_IN / max(height, width)
    wide, high = width * scale, height * scale
    x, y = left + (TILE_IN - wide) / 2, top + (TILE_IN - high) / 2
    axes.imshow(pixels, extent=(x, x + wide, y + high, y), interpolation="antialiased")
    axes.text(
        left + TILE_IN / 2,
        top + TILE_IN + 0.04,
        style.escaped(caption),
        fontsize=CAPTION_SIZE,
        color=style.INK,
        ha="center",
        va="top",
    )


def _wrapped(caption: str) -> str:
    lines = [
        line for part in caption.splitlines() for line in textwrap.wrap(part, CAPTION_WIDTH) or [""]
    ]
    if len(lines) > CAPTION_LINES:
        lines = [*lines[: CAPTION_LINES - 1], lines[CAPTION_LINES - 1][: CAPTION_WIDTH - 3] + "..."]
    return "\n".join(lines)


def _check(tiles: Sequence[tuple[NDArray[np.uint8], str]], columns: int) -> None:
    if not tiles:
        raise DataError("no tiles for the contact sheet")
    if columns < 1:
        raise UsageError(f"columns {columns}: give 1 or more")
    for index, (pixels, caption) in enumerate(tiles):
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:  # noqa: PLR2004
            raise DataError(
                f"tile {index} ('{caption}') has shape {pixels.shape} of {pixels.dtype}: "
                "give colour pictures (H, W, 3) of uint8"
            )
