"""Drawing of lines, rings and labels on pixels, with OpenCV and Pillow."""

from collections.abc import Iterable, Sequence
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cracklens.reporting.picture import Floats, Pixels

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

_SHIFT = 4  # OpenCV coordinates in sixteenths of a pixel
_WHITE: Colour = (255, 255, 255)


def draw_lines(
    canvas: Pixels, lines_px: Iterable[Floats], colour: Colour, thickness_px: int
) -> None:
    """Draw polylines, smooth and at sub-pixel positions.

    Args:
        canvas: (H, W, 3) uint8, changed in place.
        lines_px: (N, 2) x, y each.
        colour: RGB.
        thickness_px: at least 1.
    """
    fixed = [np.rint(line * 2**_SHIFT).astype(np.int32) for line in lines_px]
    cv2.polylines(
        canvas, fixed, isClosed=False, color=colour, thickness=thickness_px,
        lineType=cv2.LINE_AA, shift=_SHIFT,
    )  # fmt: skip


def tint(canvas: Pixels, box: Box, colour: Colour, share: float) -> None:
    """Mix a colour into a box of x, y, width, height; parts outside of the canvas are ignored."""
    x, y, width, height = box
    part = canvas[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)]
    part[:] = np.rint(part * (1 - share) + np.asarray(colour) * share)


def draw_ring(
    canvas: Pixels, centre_px: Sequence[float], radius_px: float, colour: Colour,
    thickness_px: int, casing: Colour,
) -> None:  # fmt: skip
    """Draw a circle around a point, between two thin lines of another colour.

    Args:
        canvas: (H, W, 3) uint8, changed in place.
        centre_px: x, y.
        radius_px: to the middle of the line.
        colour: RGB of the ring.
        thickness_px: of the ring.
        casing: RGB of the thin lines.
    """
    x, y = (round(value * 2**_SHIFT) for value in centre_px)
    radius = round(radius_px * 2**_SHIFT)
    for each, thickness in ((casing, thickness_px + 2), (colour, thickness_px)):
        cv2.circle(canvas, (x, y), radius, each, thickness, cv2.LINE_AA, _SHIFT)


def draw_label(
    canvas: Pixels, text: str, anchor_px: Sequence[float], colour: Colour, size_px: int,
    taken: list[Box], *, letters: Colour = _WHITE,
) -> None:  # fmt: skip
    """Write a label beside a point without covering another one; omit it if there is no space.

    Args:
        canvas: (H, W, 3) uint8, changed in place.
        text: a few letters.
        anchor_px: x, y of the labelled point.
        colour: RGB of the label's background.
        size_px: height of the line of text.
        taken: boxes of the labels so far; the new one is added.
        letters: RGB of the letters.
    """
    patch = text_patch(text, colour, letters, size_px)
    height, width = patch.shape[:2]
    if height > canvas.shape[0] or width > canvas.shape[1]:
        return
    for box in _places(canvas, anchor_px, width, height, away=size_px):
        if not any(_overlap(box, other) for other in taken):
            x, y = box[:2]
            canvas[y : y + height, x : x + width] = patch
            taken.append(box)
            return


def text_patch(text: str, ground: Colour, letters: Colour, size_px: int) -> Pixels:
    """Return a line of text on a background with a small margin, (H, W, 3) uint8.

    Args:
        text: to write.
        ground: RGB of the background.
        letters: RGB of the letters.
        size_px: height of the line of text.
    """
    font = _font(size_px)
    left, top, right, bottom = font.getbbox(text)
    pad = max(2, size_px // 4)
    patch = Image.new("RGB", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad), ground)
    ImageDraw.Draw(patch).text((pad - left, pad - top), text, fill=letters, font=font)
    return np.asarray(patch)


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


def _places(
    canvas: Pixels, anchor_px: Sequence[float], width: int, height: int, *, away: int
) -> Iterable[Box]:
    x, y = anchor_px
    for distance in (away, 2 * away, 4 * away):
        for right, down in ((1, -1), (1, 1), (-1, -1), (-1, 1)):
            left = x + distance if right > 0 else x - distance - width
            top = y + distance if down > 0 else y - distance - height
            yield (
                round(min(max(left, 0), canvas.shape[1] - width)),
                round(min(max(top, 0), canvas.shape[0] - height)),
                width,
                height,
            )


def _overlap(one: Box, other: Box) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )
