"""Crop of one crack at full resolution: the pixels around its widest point, with a legend.

A preview or an overlay of 12 megapixels shows a hairline of 2 px with less than 1 px. A crop shows
each pixel once or enlarged by a whole number. An outline is drawn at a distance from the crack, so
that the crack stays visible.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from cracklens.grading.certainty import crack_text
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.reporting import palette
from cracklens.reporting.drawing import draw_lines, text_patch
from cracklens.reporting.figures import max_width, max_width_px
from cracklens.reporting.legend import legend_patch
from cracklens.reporting.overlay import crack_colour
from cracklens.reporting.picture import Floats, Pixels
from cracklens.reporting.scale_bar import pixel_bar, scale_bar

WIDTH_PX, HEIGHT_PX, STRIP_PX = 600, 400, 104
"""Size of the cropped pixels, and height of the strip below them."""
_ZOOMS = ((6.0, 3), (20.0, 2))
"""Largest crack width in px for each enlargement; wider cracks are shown 1:1."""
_GAP_PX, _AROUND_PX, _TICK_PX = 7, 40, 18
_LETTER_PX, _PAD_PX = 20, 6
_LOCATOR_PX = 110
_LONGEST_BAR_PX = 140
_GROUND = "#2A3138"
_MOST_THICKNESS_PX = 4 * WIDTH_PX


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the photograph in a crop.

    Attributes:
        x, y: of its first pixel.
        width, height: in px of the photograph.
        zoom: enlargement of each pixel.
    """

    x: int
    y: int
    width: int
    height: int
    zoom: int

    @property
    def corner(self) -> tuple[int, int]:
        """Return the upper left corner of the window in the picture; the window is centred."""
        left = (WIDTH_PX - self.width * self.zoom) // 2
        return left, (HEIGHT_PX - self.height * self.zoom) // 2

    def place(self, points_px: object) -> Floats:
        """Return the positions of points of the photograph in the picture, (N, 2) x, y."""
        inside = np.asarray(points_px, dtype=np.float64) - (self.x, self.y)
        placed: Floats = (inside + 0.5) * self.zoom - 0.5 + self.corner
        return placed


def crop_window(crack: CrackRecord, photo: PhotoRecord) -> Window:
    """Return the window around the widest point of a crack, inside the photograph.

    A narrow crack is enlarged more. If the photograph is smaller than the window, all of it is
    shown.
    """
    zoom = next((zoom for most_px, zoom in _ZOOMS if max_width_px(crack) <= most_px), 1)
    width = min(WIDTH_PX // zoom, photo.width_px)
    height = min(HEIGHT_PX // zoom, photo.height_px)
    zoom = max(zoom, min(WIDTH_PX // width, HEIGHT_PX // height))
    x, y = crack.widest_px
    left = min(max(round(x - width / 2), 0), photo.width_px - width)
    top = min(max(round(y - height / 2), 0), photo.height_px - height)
    return Window(left, top, width, height, zoom)


def draw_crop(pixels: Pixels, crack: CrackRecord, photo: PhotoRecord) -> Pixels:
    """Return a crack at full resolution with an outline, and a strip with a legend below it.

    The outline has the colour of the crack and a distance from its edges. Two ticks point at the
    greatest width. The strip shows the id and the width of the crack, the position of the crop in
    the photograph, and a scale bar, in mm or without a scale in px.

    Args:
        pixels: (H, W, 3) uint8 RGB, upright, in the size of the record.
        crack: of this photograph.
        photo: its record.

    Returns:
        A new (504, 600, 3) uint8 RGB picture.
    """
    window = crop_window(crack, photo)
    canvas = np.full((HEIGHT_PX + STRIP_PX, WIDTH_PX, 3), palette.rgb(_GROUND), np.uint8)
    view = canvas[:HEIGHT_PX]
    left, top = window.corner
    part = pixels[window.y : window.y + window.height, window.x : window.x + window.width]
    enlarged = part.repeat(window.zoom, axis=0).repeat(window.zoom, axis=1)
    view[top : top + enlarged.shape[0], left : left + enlarged.shape[1]] = enlarged
    colour = palette.rgb(crack_colour(crack))
    casing = palette.rgb(palette.letters_on(crack_colour(crack)))
    marks = [*_outline(crack, window), *_ticks(crack, window)]
    draw_lines(view, marks, casing, 3)
    draw_lines(view, marks, colour, 1)
    _draw_strip(canvas[HEIGHT_PX:], crack, photo, window)
    return canvas


def _outline(crack: CrackRecord, window: Window) -> list[Floats]:
    """Return closed lines around the crack, at a distance from its edges.

    The mask extends beyond the picture, so that no line follows its border.
    """
    mask = np.zeros((HEIGHT_PX + 2 * _AROUND_PX, WIDTH_PX + 2 * _AROUND_PX), np.uint8)
    for branch in crack.branches:
        points = np.rint(window.place(branch.points_px) + _AROUND_PX).astype(int)
        widths = np.maximum(branch.width_px[:-1], branch.width_px[1:])
        for start, end, width in zip(points, points[1:], widths, strict=False):
            thickness = min(_MOST_THICKNESS_PX, round(width * window.zoom) + 2 * _GAP_PX)
            cv2.line(mask, start.tolist(), end.tolist(), 255, thickness)
    found, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    lines = [line[:, 0].astype(np.float64) - _AROUND_PX for line in found]
    return [np.concatenate([line, line[:1]]) for line in lines]


def _ticks(crack: CrackRecord, window: Window) -> list[Floats]:
    """Return two short lines that point at the widest point, one from each side."""
    if crack.measurement is None:
        return []
    widest = np.asarray(crack.widest_px, dtype=np.float64)
    pieces = [
        (start, end)
        for branch in crack.branches
        for start, end in zip(branch.points_px, branch.points_px[1:], strict=False)
        if start != end
    ]
    ends = np.asarray(pieces, dtype=np.float64)
    if not len(ends):
        return []
    along = ends[:, 1] - ends[:, 0]
    share = np.einsum("ij,ij->i", widest - ends[:, 0], along) / (along**2).sum(axis=1)
    away = ends[:, 0] + share.clip(0, 1)[:, None] * along - widest
    x, y = along[int(np.hypot(*away.T).argmin())]
    normal = np.array([-y, x]) / np.hypot(x, y)
    centre = window.place([widest])[0]
    near = max_width_px(crack) / 2 * window.zoom + _GAP_PX
    return [
        np.array([centre + side * near * normal, centre + side * (near + _TICK_PX) * normal])
        for side in (-1, 1)
    ]


def _draw_strip(strip: Pixels, crack: CrackRecord, photo: PhotoRecord, window: Window) -> None:
    dark, pale = palette.rgb(palette.DARK), palette.rgb(palette.PALE)
    strip[:] = pale
    used_px = _draw_locator(strip, crack, photo, window)
    x, y = window.x + window.width // 2, window.y + window.height // 2
    for row, text in enumerate(
        (_named(crack), max_width(crack).whole, f"{window.zoom}:1 at x {x}, y {y}")
    ):
        word = text_patch(text, pale, dark, _LETTER_PX)
        top = _PAD_PX + row * (STRIP_PX - 2 * _PAD_PX) // 3
        part = strip[top : top + word.shape[0], used_px : used_px + word.shape[1]]
        part[:] = word[: part.shape[0], : part.shape[1]]
    most_px = _LONGEST_BAR_PX / window.zoom
    bar = scale_bar(photo.scale, crack.widest_px, most_px) if photo.scale else pixel_bar(most_px)
    patch = legend_patch([], _LETTER_PX, bar.length_px * window.zoom, bar.text)
    height, width = patch.shape[:2]
    top = (STRIP_PX - height) // 2
    strip[top : top + height, WIDTH_PX - width :] = patch


def _named(crack: CrackRecord) -> str:
    """Return the id of a crack, with the probability that it is one where that is known."""
    if crack.probability is None:
        return crack.id
    return f"{crack.id}, {crack_text(crack.probability)}"


def _draw_locator(strip: Pixels, crack: CrackRecord, photo: PhotoRecord, window: Window) -> int:
    """Draw the photograph as a frame with crack and window; return the x of its right end."""
    scale = min(_LOCATOR_PX / photo.width_px, (STRIP_PX - 2 * _PAD_PX - 1) / photo.height_px)
    scales = np.maximum(scale, 4 / np.array([photo.width_px, photo.height_px]))  # of a strip

    def placed(points_px: object) -> Floats:
        found: Floats = (np.asarray(points_px, dtype=np.float64) + 0.5) * scales + _PAD_PX
        return found

    def box(x: float, y: float, width: float, height: float) -> Floats:
        x, y = x - 0.5, y - 0.5
        right, low = x + width, y + height
        return placed([(x, y), (right, y), (right, low), (x, low), (x, y)])

    frame = box(0, 0, photo.width_px, photo.height_px)
    draw_lines(strip, [frame], palette.rgb(palette.DARK), 1)
    lines = [placed(branch.points_px) for branch in crack.branches]
    draw_lines(strip, lines, palette.rgb(palette.REJECTED), 1)
    here = box(window.x, window.y, window.width, window.height)
    draw_lines(strip, [here], palette.rgb(palette.CRACK), 2)
    return round(float(frame[:, 0].max())) + 2 * _PAD_PX
