"""Areas of a picture without concrete: nodata around an orthomosaic, transparency, flat borders.

They are neither searched nor measured and are not part of the inspected area. Their edge would look
like a crack, so `continued` gives the network a picture in which the concrete continues beyond it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

MARGIN_PX, LOSSY_MARGIN_PX = 4, 16
"""Dilation of the mask: resampling blends 2 px at its edge with the concrete; lossy codecs change
up to a block of 16 px."""
_TONGUE_PX = 9  # narrower parts may be cracks that are clipped to black
_LEAST_SHARE, _LEAST_PX2 = 0.001, 400
_LEAST_RUN_PX = 16  # least length of one colour along the border of the picture
_MOST_COLOURS = 4
_BESIDE = {False: (2, 8, 12), True: (9, 16, 30)}
"""For lossless and lossy pictures: inner and outer distance in px of the strip beside a flat
border, and the least median step in grey levels to this strip. Clipped plaster and deep shadow
change gradually into their surroundings; a border has a sharp edge. A lossy codec blurs the edge
over a block of 8 or 16 px."""
_NOISE, _NOISE_PX = 30, 32
"""Largest change of grey levels by a lossy codec near a sharp edge, and its largest distance."""
_SOLID_PX, _LEAST_SOLID_SHARE = 17, 0.01
_CONTINUED_PX = 64
_ROWS = 1024


@dataclass(frozen=True, slots=True)
class NoConcrete:
    """Area of a picture without concrete.

    Attributes:
        mask: (H, W), True without concrete, including the margin.
        why: reasons, such as "transparent".
    """

    mask: Mask
    why: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the picture, 0 to 1."""
        return float(self.mask.mean())

    @property
    def note(self) -> str:
        """The share and the reasons in one line."""
        share = f"{self.share:.0%}" if self.share >= 0.005 else "less than 1%"  # noqa: PLR2004
        return f"{share} of the picture is no concrete ({', '.join(self.why)}): left out"


def no_concrete(
    pixels: Pixels, stated: dict[str, Mask], valued: dict[str, Mask], *, lossy: bool
) -> NoConcrete | None:
    """Return the area without concrete; None if all of the picture may be concrete.

    Args:
        pixels: (H, W, 3) RGB.
        stated: masks (H, W) of the file, by reason; used unchanged.
        valued: masks (H, W) of pixels with a nodata value, by reason. Pixels of a crack can have
            this value too, so only solid parts count.
        lossy: the picture has a lossy compression.
    """
    found = dict(stated)
    for why, mask in valued.items():
        solid = _solid_parts(mask)
        if solid.any():
            found[why] = solid
    known = np.logical_or.reduce(list(found.values())) if found else None
    borders = flat_borders(pixels, known, lossy=lossy)
    if borders is not None:
        found["a flat border"] = borders
    found = {why: mask for why, mask in found.items() if mask.any()}
    if not found:
        return None
    union = np.logical_or.reduce(list(found.values()))
    grown = _grown(union, LOSSY_MARGIN_PX if lossy else MARGIN_PX)
    return NoConcrete(grown, tuple(found))


def flat_borders(pixels: Pixels, known: Mask | None = None, *, lossy: bool = False) -> Mask | None:
    """Return (H, W) areas of exactly one colour that touch the border; None if there are none.

    Such an area is at least 0.1 % of the picture and differs clearly from the pixels beside it. The
    rest must have solid parts: a drawing on a uniform ground is not a picture with a border.

    Args:
        pixels: (H, W, 3) RGB.
        known: area without concrete for another reason.
        lossy: the picture has a lossy compression.
    """
    found = np.zeros(pixels.shape[:2], bool)
    for colour in _border_colours(pixels):
        flat = pixels[..., 0] == colour[0]
        for band in (1, 2):
            flat &= pixels[..., band] == colour[band]
        inside = _frame(flat) | _reaching_in(flat)
        if inside.any():
            part = _cut_off(pixels, inside, colour, lossy=lossy)
            found |= _with_blocks(pixels, part, colour) if lossy and part.any() else part
    if not found.any():
        return None
    rest = ~found if known is None else ~(found | known)
    solid = cv2.erode(rest.view(np.uint8), np.ones((_SOLID_PX, _SOLID_PX), np.uint8))
    return found if solid.mean() >= _LEAST_SOLID_SHARE else None


def continued(pixels: Pixels, mask: Mask) -> Pixels:
    """Return a copy of a picture in which the concrete continues into the mask.

    Up to 64 px from the edge of the mask the concrete is reflected; beyond, the mean colour of the
    concrete is used.

    Args:
        pixels: (H, W, 3) RGB.
        mask: (H, W), True where there is no concrete.
    """
    height, width = mask.shape
    kept = ~mask
    if not kept.any():
        return pixels
    step = max(1, min(height, width) // 512)
    sample = pixels[::step, ::step][kept[::step, ::step]]
    filled = pixels.copy()
    filled[mask] = sample.mean(axis=0).astype(np.uint8) if len(sample) else pixels[kept].mean(0)
    for top in range(0, height, _ROWS):
        low, high = max(top - _CONTINUED_PX, 0), min(top + _ROWS + _CONTINUED_PX, height)
        part = mask[low:high]
        if not part.any() or part.all():
            continue
        away, nearest = cv2.distanceTransformWithLabels(
            part.view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        edge_y, edge_x = np.nonzero(~part)
        place = np.zeros(int(nearest.max()) + 1, np.int64)
        place[nearest[edge_y, edge_x]] = np.arange(len(edge_y))
        wanted = part & (away <= _CONTINUED_PX)
        wanted[: top - low] = False
        wanted[top - low + _ROWS :] = False
        y, x = np.nonzero(wanted)
        at = place[nearest[y, x]]
        from_y = np.clip(2 * edge_y[at] - y, 0, len(part) - 1)
        from_x = np.clip(2 * edge_x[at] - x, 0, width - 1)
        beyond = part[from_y, from_x]
        from_y[beyond], from_x[beyond] = edge_y[at][beyond], edge_x[at][beyond]
        filled[y + low, x] = pixels[from_y + low, from_x]
    return filled


def _border_colours(pixels: Pixels) -> list[Pixels]:
    """Return the colours (3,) of long flat runs along the border, the most frequent first."""
    sides = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    lengths: dict[tuple[int, ...], int] = {}
    for side in sides:
        changes = np.flatnonzero((side[1:] != side[:-1]).any(axis=1)) + 1
        starts = np.concatenate([[0], changes])
        runs = np.diff(np.concatenate([starts, [len(side)]]))
        for start, run in zip(starts[runs >= _LEAST_RUN_PX], runs[runs >= _LEAST_RUN_PX],
                              strict=True):  # fmt: skip
            colour = tuple(side[start].tolist())
            lengths[colour] = lengths.get(colour, 0) + int(run)
    longest = sorted(lengths, key=lambda colour: -lengths[colour])[:_MOST_COLOURS]
    return [np.array(colour, np.uint8) for colour in longest]


def _frame(flat: Mask) -> Mask:
    """Return the outer rows and columns that are flat from end to end."""
    found = np.zeros_like(flat)
    for axis, view in ((1, found), (0, found.T)):
        lines: Mask = np.asarray(flat.all(axis=axis))
        if not lines.all():
            view[: int(np.argmin(lines))] = True
            view[len(lines) - int(np.argmin(lines[::-1])) :] = True
    return found


def _reaching_in(flat: Mask) -> Mask:
    """Return the solid parts that reach the border and are large enough."""
    solid = _solid_parts(flat, whole=False)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid.view(np.uint8))
    at_border = np.zeros(count, bool)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        at_border[side] = True
    least = max(_LEAST_SHARE * flat.size, _LEAST_PX2)
    kept = at_border & (stats[:, cv2.CC_STAT_AREA] >= least)
    kept[0] = False
    found: Mask = kept[labels]
    return found


def _solid_parts(mask: Mask, *, whole: bool = True) -> Mask:
    """Return a mask without its narrow parts, which may be cracks.

    Args:
        mask: (H, W).
        whole: remove small parts too.
    """
    square = np.ones((_TONGUE_PX, _TONGUE_PX), np.uint8)
    opened = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_OPEN, square)
    if whole and opened.any():
        _, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
        kept = stats[:, cv2.CC_STAT_AREA] >= _LEAST_PX2
        kept[0] = False
        opened = kept[labels].view(np.uint8)
    found: Mask = cv2.dilate(opened, square).view(bool) & mask
    return found


def _cut_off(pixels: Pixels, inside: Mask, colour: Pixels, *, lossy: bool) -> Mask:
    """Return the parts whose colour differs clearly from the pixels beside them."""
    near, far, least = _BESIDE[lossy]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.view(np.uint8))
    kept = np.zeros(count, bool)
    for number in range(1, count):
        x, y, width, height = (int(value) for value in stats[number, :4])
        box = np.s_[max(y - far, 0) : y + height + far, max(x - far, 0) : x + width + far]
        own = labels[box] == number
        beside = _grown(own, far) & ~_grown(own, near) & ~inside[box]
        if beside.any():
            steps = np.abs(pixels[box][beside].astype(np.int16) - colour).max(axis=1)
            kept[number] = bool(np.median(steps) >= least)
    found: Mask = kept[labels]
    return found


def _with_blocks(pixels: Pixels, part: Mask, colour: Pixels) -> Mask:
    """Return a flat part with the pixels that a lossy codec changed: edge blocks, a thin frame."""
    low, high = (np.clip(colour.astype(float) + side * _NOISE, 0, 255) for side in (-1, 1))
    near: Mask = np.asarray(cv2.inRange(pixels, low, high) > 0)
    return part | (_grown(part, _NOISE_PX) & near) | _frame(near)


def _grown(mask: Mask, by_px: int) -> Mask:
    size = 2 * by_px + 1
    found: Mask = cv2.dilate(mask.view(np.uint8), np.ones((size, size), np.uint8)).view(bool)
    return found
