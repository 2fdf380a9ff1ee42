"""Legend of an overlay: the colours of the width classes, and a scale bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from cracklens.reporting.drawing import Box, draw_lines, text_patch
from cracklens.reporting.palette import DARK, PALE, rgb
from cracklens.reporting.picture import Floats, Pixels
from cracklens.reporting.polyline import dashes

MOST_OF_PICTURE = 0.45
"""A legend that is wider or higher than this share of the picture is not drawn."""
_SAMPLE = 1.8  # length of a sample of a line, in heights of a line of text


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the legend: a sample line with its text; without a colour it is a heading.

    Attributes:
        text: beside the line.
        colour: of the line.
        thickness_px: of the line.
        casing: colour of the thin lines beside it; none if it is that of the line.
        dash_px: length of a dash and of a gap; None for a line without gaps.
    """

    text: str
    colour: str | None = None
    thickness_px: int = 1
    casing: str = DARK
    dash_px: tuple[float, float] | None = None


def legend_patch(
    entries: Sequence[Entry], size_px: int, bar_px: float | None = None, bar_text: str = ""
) -> Pixels:
    """Return the legend as a picture, (H, W, 3) uint8 RGB.

    Args:
        entries: one below the other.
        size_px: height of the letters.
        bar_px: length of the scale bar below the entries; None for none.
        bar_text: its length on the wall.
    """
    pad, line_px = size_px // 2, round(1.45 * size_px)
    sample_px = round(_SAMPLE * line_px)
    words = [text_patch(entry.text, rgb(PALE), rgb(DARK), size_px) for entry in entries]
    indents = [sample_px if entry.colour else 0 for entry in entries]
    widths_px = [indent + word.shape[1] for indent, word in zip(indents, words, strict=True)]
    if bar_px:
        under = text_patch(bar_text, rgb(PALE), rgb(DARK), size_px)
        widths_px += [round(bar_px) + size_px, under.shape[1]]
    width_px = max(widths_px, default=0)
    rows = len(entries) + (2 if bar_px else 0)
    patch = np.full((rows * line_px + 2 * pad, width_px + 2 * pad, 3), rgb(PALE), np.uint8)
    for row, (entry, indent, word) in enumerate(zip(entries, indents, words, strict=True)):
        middle_px = pad + round((row + 0.5) * line_px)
        _paste(patch, word, pad + indent, middle_px)
        if entry.colour:
            line = np.array([[1.5 * pad, middle_px], [pad + sample_px - pad, middle_px]], float)
            lines = dashes(line, *entry.dash_px) if entry.dash_px else [line]
            if entry.casing != entry.colour:
                draw_lines(patch, lines, rgb(entry.casing), entry.thickness_px + 2)
            draw_lines(patch, lines, rgb(entry.colour), entry.thickness_px)
    if bar_px:
        _draw_bar(patch, bar_px, bar_text, (pad, pad + len(entries) * line_px), line_px, size_px)
    return patch


def place_legend(canvas: Pixels, patch: Pixels, lines_px: Iterable[Floats]) -> Box | None:
    """Draw a legend into the corner where it covers fewest lines, then the most uniform one.

    Args:
        canvas: (H, W, 3) uint8, changed in place.
        patch: (h, w, 3) uint8.
        lines_px: (N, 2) x, y each: lines that should stay visible.

    Returns:
        Its x, y, width and height; None if the picture is too small for it.
    """
    corners = corners_for(canvas, patch)
    if not corners:
        return None
    drawn = np.zeros(canvas.shape[:2], np.uint8)
    fixed = [np.rint(line).astype(np.int32) for line in lines_px]
    cv2.polylines(drawn, fixed, isClosed=False, color=1)
    covered = [(slice(y, y + h), slice(x, x + w)) for x, y, w, h in corners]
    # then the most uniform corner, so that the legend does not cover the marker
    hidden = [(int(drawn[part].sum()), round(float(canvas[part].std()))) for part in covered]
    x, y, width, height = corners[hidden.index(min(hidden))]
    canvas[y : y + height, x : x + width] = patch
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), rgb(DARK), 1)
    return x, y, width, height


def corners_for(canvas: Pixels, patch: Pixels) -> list[Box]:
    """Return possible positions of a legend, the best first; none if the picture is too small."""
    height, width = patch.shape[:2]
    across, down = canvas.shape[1], canvas.shape[0]
    if width > MOST_OF_PICTURE * across or height > MOST_OF_PICTURE * down:
        return []
    away = max(2, min(across, down) // 100)
    right, bottom = across - width - away, down - height - away
    return [
        (x, y, width, height)
        for x, y in ((right, bottom), (away, bottom), (right, away), (away, away))
    ]


def _draw_bar(
    patch: Pixels, bar_px: float, text: str, corner_px: tuple[int, int], line_px: int, size_px: int
) -> None:
    x, y = corner_px
    foot = y + round(0.6 * line_px)
    thickness, half = max(2, size_px // 6), max(3, size_px // 3)
    ends = (x + size_px / 4, x + size_px / 4 + bar_px)
    draw_lines(patch, [np.array([[ends[0], foot], [ends[1], foot]], float)], rgb(DARK), thickness)
    for end in ends:
        tick = np.array([[end, foot - half], [end, foot + half]], float)
        draw_lines(patch, [tick], rgb(DARK), thickness)
    _paste(patch, text_patch(text, rgb(PALE), rgb(DARK), size_px), x, y + round(1.5 * line_px))


def _paste(patch: Pixels, word: Pixels, x: int, middle_px: int) -> None:
    height, width = word.shape[:2]
    top = max(0, min(middle_px - height // 2, patch.shape[0] - height))
    patch[top : top + height, x : x + width] = word
