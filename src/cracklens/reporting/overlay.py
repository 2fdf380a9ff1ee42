"""Overlay: the photograph with the cracks drawn in, as a PNG file."""

import math
from pathlib import Path

import cv2
import numpy as np

from cracklens.errors import OutputError
from cracklens.files import writing
from cracklens.grading.certainty import SURE, is_unsure, share_text
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.reporting import palette
from cracklens.reporting.drawing import Box, draw_label, draw_lines, draw_ring, tint
from cracklens.reporting.figures import max_width, max_width_mm
from cracklens.reporting.legend import Entry, legend_patch, place_legend
from cracklens.reporting.order import likely_first
from cracklens.reporting.picture import Floats, Pixels, Scaled, enlarged, shrunk
from cracklens.reporting.polyline import dashes
from cracklens.reporting.scale_bar import scale_bar
from cracklens.reporting.stretches import Stretch, stretches

OVERLAY_SIDE_PX = 2000
MOST_TAGS = 40
"""Largest number of labels of a photograph; more would hide it."""
_SMALLEST_SIDE_PX = 640  # below this a label would hide the picture
_PER_UNIT_PX = 850  # side of a square picture with lines of 1 px
_LETTER_UNITS, _SMALLEST_LETTER_PX = 11, 13
_RING_UNITS = 5
_DASH_UNITS, _GAP_UNITS = 7.0, 6.0  # of a part that was not seen
_BAR_SHARE = 0.16  # largest length of the scale bar, as a share of the picture's width
_STRONGEST_TINT, _GRID_TINT = 0.4, 0.35
_PNG = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
"""At 4:3 and 2,000 px, noisy concrete: 4.1 MB in 0.17 s. zlib's level 1 takes 4.9 MB and 0.21 s,
level 3 takes 4.7 MB and 0.37 s: noise has no repetitions, so searching for them takes time only."""


def write_overlay(
    pixels: Pixels, record: PhotoRecord, path: str | Path, *, max_side_px: int = OVERLAY_SIDE_PX
) -> None:
    """Write a PNG of the photograph with its cracks drawn in; see `draw_overlay`.

    Raises:
        OutputError: the file cannot be written.
    """
    picture = draw_overlay(pixels, record, max_side_px=max_side_px)
    done, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), _PNG)
    if not done:
        raise OutputError(f"{path} cannot be made: OpenCV could not encode the picture as PNG")
    with writing(Path(path)) as partial:
        partial.write_bytes(data.tobytes())


def draw_overlay(
    pixels: Pixels, record: PhotoRecord, *, max_side_px: int = OVERLAY_SIDE_PX
) -> Pixels:
    """Return the photograph with cracks, rejected lines and, from a tile classifier, the tiles.

    Cracks are solid lines with a label each; if there is not enough space, the longest cracks are
    labelled. Their colour is that of the local width in mm, or vermilion if it is unknown. A ring
    marks the widest point of a measured crack. Rejected lines are thin, dashed and blue; tiles are
    tinted yellow by their probability. With a scale, a legend and a scale bar are drawn in the
    corner with fewest lines. Lines and letters grow with the picture. A picture below 640 px is
    enlarged by a whole number. Parts of a crack that were not seen are dashed. A line whose
    probability of a crack is below 0.8 is thin.

    Args:
        pixels: (H, W, 3) uint8 RGB, upright, in the size of the record.
        record: of the photograph.
        max_side_px: long side of a 4:3 picture; other shapes get the same number of pixels.

    Returns:
        A new (H', W', 3) uint8 RGB picture.
    """
    scaled = shrunk(pixels, max_side_px)
    if scaled.scale == (1.0, 1.0):
        scaled = enlarged(pixels, min(_SMALLEST_SIDE_PX, max_side_px))
    scaled = Scaled(np.array(scaled.pixels, order="C"), scaled.scale)  # never draw into the input
    canvas = scaled.pixels
    unit_px = max(1, round(math.sqrt(canvas.shape[0] * canvas.shape[1]) / _PER_UNIT_PX))
    letter_px = max(_SMALLEST_LETTER_PX, _LETTER_UNITS * unit_px)
    if record.map_kind == "tiles":
        _draw_tiles(scaled, record)
    for rejected in record.rejected:
        for line in rejected.lines_px:
            pieces = dashes(scaled.place(line), 6.0 * unit_px, 4.0 * unit_px)
            draw_lines(canvas, pieces, palette.rgb(palette.REJECTED), unit_px)
    _draw_cracks(scaled, record, unit_px)
    taken = _draw_legend(scaled, record, unit_px, letter_px)
    for crack in record.cracks:
        if crack.measurement:
            _draw_ring(scaled, crack, unit_px)
    _draw_labels(scaled, record, letter_px, taken)
    return canvas


def short_id(crack: CrackRecord, record: PhotoRecord) -> str:
    """Return the crack's id without that of its photograph, as in 'C01' for 'P003-C01'."""
    return crack.id.removeprefix(f"{record.id}-")


def label_of(crack: CrackRecord, record: PhotoRecord) -> str:
    """Return the label of a crack: its number, how sure it is one, its width if measured."""
    return " ".join([short_id(crack, record), *label_parts(crack)])


def label_parts(crack: CrackRecord) -> list[str]:
    """Return what a label says beside the number: "P 0.93," and "0.42 mm", as far as known."""
    width = [max_width(crack).text] if crack.measurement else []
    if crack.probability is None:
        return width
    return [f"P {share_text(crack.probability)}{',' if width else ''}", *width]


def crack_colour(crack: CrackRecord) -> str:
    """Return the colour of a crack: that of its greatest width in mm, if known."""
    width_mm = max_width_mm(crack)
    return palette.CRACK if width_mm is None else palette.class_of(width_mm).colour


def _draw_tiles(scaled: Scaled, record: PhotoRecord) -> None:
    colour = palette.rgb(palette.TILE)
    for tile in record.tiles:
        x, y, width, height = tile.box_px
        corners = np.rint(scaled.place([(x - 0.5, y - 0.5), (x + width - 0.5, y + height - 0.5)]))
        (left, top), (right, bottom) = (corners + 0.5).astype(int).tolist()
        share = _STRONGEST_TINT * tile.probability
        tint(scaled.pixels, (left, top, right - left, bottom - top), colour, share)
        tint(scaled.pixels, (left, top, right - left, 1), colour, _GRID_TINT)
        tint(scaled.pixels, (left, top, 1, bottom - top), colour, _GRID_TINT)


def _draw_cracks(scaled: Scaled, record: PhotoRecord, unit_px: int) -> None:
    """Draw narrow stretches first, so that wide ones are on top; then those without a width."""
    found = [
        (stretch, is_unsure(crack.probability))
        for crack in record.cracks
        for stretch in stretches(crack)
    ]
    for rank in [*range(len(palette.WIDTH_CLASSES)), None]:
        for unsure in (False, True):
            lines = [
                piece
                for stretch, doubt in found
                if (stretch.rank, doubt) == (rank, unsure)
                for piece in _pieces(scaled, stretch, unit_px)
            ]
            _draw(scaled.pixels, lines, rank, unit_px, thin=unsure)


def _pieces(scaled: Scaled, stretch: Stretch, unit_px: int) -> list[Floats]:
    """Return the line of a stretch in the picture; dashes where it was not seen."""
    line = scaled.place(stretch.points_px)
    return dashes(line, _DASH_UNITS * unit_px, _GAP_UNITS * unit_px) if stretch.inferred else [line]


def _draw(
    canvas: Pixels, lines: list[Floats], rank: int | None, unit_px: int, *, thin: bool
) -> None:
    """Draw lines of one class with a casing, in its thickness or all thin."""
    colour = palette.CRACK if rank is None else palette.WIDTH_CLASSES[rank].colour
    on_colour = palette.rgb(palette.letters_on(colour))
    thickness = unit_px + 1 if rank is None else _thickness_px(rank, unit_px)
    if thin:
        thickness = _thin_px(unit_px)
    if rank is not None:
        draw_lines(canvas, lines, on_colour, thickness + 2)
    draw_lines(canvas, lines, palette.rgb(colour), thickness)


def _thin_px(unit_px: int) -> int:
    """Return the thickness of a line that is unsure; that of others is at least 2 px."""
    return max(1, unit_px // 2)


def _thickness_px(rank: int, unit_px: int) -> int:
    """Return the thickness of a line by its class; a pale line of 1 px would be invisible."""
    return max(2, unit_px) + rank


def _draw_ring(scaled: Scaled, crack: CrackRecord, unit_px: int) -> None:
    colour = crack_colour(crack)
    draw_ring(
        scaled.pixels, scaled.place([crack.widest_px])[0].tolist(), _RING_UNITS * unit_px,
        palette.rgb(colour), unit_px, palette.rgb(palette.letters_on(colour)),
    )  # fmt: skip


def _draw_legend(scaled: Scaled, record: PhotoRecord, unit_px: int, letter_px: int) -> list[Box]:
    """Draw legend and scale bar; return their boxes, so that no label covers them."""
    widths = [max_width_mm(crack) for crack in record.cracks]
    entries = [
        Entry(each.name, each.colour, _thickness_px(rank, unit_px), palette.letters_on(each.colour))
        for rank, each in enumerate(palette.WIDTH_CLASSES)
    ]
    if record.scale is None:
        return _place_legend(scaled, record, _doubt_entries(record, unit_px), letter_px)
    if None in widths:
        entries.append(Entry("not measured", palette.CRACK, unit_px + 1, palette.CRACK))
    entries = [Entry("Width, mm"), *entries] if any(widths) else []
    entries += _doubt_entries(record, unit_px)
    middle = ((record.width_px - 1) / 2, (record.height_px - 1) / 2)
    bar = scale_bar(record.scale, middle, record.width_px * _BAR_SHARE)
    bar_px = bar.length_px * scaled.scale[0]
    return _place_legend(scaled, record, entries, letter_px, bar_px, bar.text)


def _doubt_entries(record: PhotoRecord, unit_px: int) -> list[Entry]:
    """Return the rows of the legend that explain thin and dashed lines and P, where drawn."""
    known = [crack.probability for crack in record.cracks if crack.probability is not None]
    found = [Entry("P: probability of a crack")] if known else []
    line = unit_px + 1
    if any(map(is_unsure, known)):
        thin = Entry(f"thin: P below {SURE:.2f}", palette.CRACK, _thin_px(unit_px), palette.CRACK)
        found.append(thin)
    if any(branch.inferred for crack in record.cracks for branch in crack.branches):
        dash_px = _DASH_UNITS * unit_px, _GAP_UNITS * unit_px
        found.append(Entry("dashed: not seen", palette.CRACK, line, palette.CRACK, dash_px=dash_px))
    return found


def _place_legend(
    scaled: Scaled, record: PhotoRecord, entries: list[Entry], letter_px: int,
    bar_px: float | None = None, bar_text: str = "",
) -> list[Box]:  # fmt: skip
    if not entries and bar_px is None:
        return []
    patch = legend_patch(entries, letter_px, bar_px, bar_text)
    lines = [scaled.place(branch.points_px) for crack in record.cracks for branch in crack.branches]
    box = place_legend(scaled.pixels, patch, lines)
    return [box] if box else []


def _draw_labels(scaled: Scaled, record: PhotoRecord, size_px: int, taken: list[Box]) -> None:
    for crack in likely_first(record.cracks)[:MOST_TAGS]:
        colour = crack_colour(crack)
        letters = palette.PALE if colour == palette.CRACK else palette.letters_on(colour)
        draw_label(
            scaled.pixels, label_of(crack, record), scaled.place([crack.widest_px])[0],
            palette.rgb(colour), size_px, taken, letters=palette.rgb(letters),
        )  # fmt: skip
