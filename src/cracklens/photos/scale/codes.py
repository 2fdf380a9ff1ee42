"""From the squares of a picture to the codes in them.

OpenCV finds the squares. Its detector for several dictionaries reads as many markers, 158 of 168
against 156 here, but compares every dark square with every code: a wall of 300 tiles takes it 21 s
of CPU time, and 1.1 s here, where border and surroundings are checked first
(docs/results/libraries.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.photos.scale.dictionaries import Bits, Family
from cracklens.photos.scale.scale import Floats

Grey = NDArray[np.uint8]

_CELL_PX = 8
"""Side of a module in the rectified square; its inner half is looked at."""
_LEAST_CONTRAST = 24.0
"""Grey values between border and surroundings; a marker in deep shadow has more."""
_GROUPED = 0.01
"""Outlines are the same when they lie as near as this, as a share of their perimeter or module."""
_CORNER_SHARE, _WIDEST_CORNER_PX = 0.06, 8
"""Half the window in which a corner is looked for, as a share of the square's side: within half a
module, so that the code does not draw it inwards."""
_BORDER_SHARE, _AROUND_SHARE = 0.97, 0.85
"""Share of the border's modules that must be dark, and of the white ones around that must be
bright: a finger, a stain or tape may hide a few of those."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A square whose code was read.

    Attributes:
        family: the codes that it belongs to.
        number: its id.
        errors: wrong bits that were put right.
        corners_px: (4, 2) from the marker's own top left clockwise, in the picture looked at.
        pattern: (modules, modules) white bits as the marker has them, upright, with its border.
    """

    family: Family
    number: int
    errors: int
    corners_px: Floats
    pattern: Bits

    @property
    def evidence_bits(self) -> float:
        """How far it is from chance: the bits read, less those that choose code, turn and errors.

        A random pattern is read like this once in 2 to the power of it.
        """
        bits = self.pattern[1:-1, 1:-1].size
        choices = 4 * len(self.family.bits) * math.comb(bits, self.errors)
        return bits - math.log2(choices)


def read_codes(grey: Grey, chosen: Sequence[Family], *, named: bool) -> list[Reading]:
    """Return each square whose border, surroundings and code are those of a marker.

    Args:
        grey: (H, W) picture.
        chosen: families that are tried.
        named: whether a person said that it is these.
    """
    readings: list[Reading] = []
    for square in squares(grey):
        for modules in sorted({family.modules for family in chosen}):
            seen = rectified_bits(grey, square, modules)
            if seen is None:
                continue
            tried = (each for each in chosen if each.modules == modules)
            read = (_read(family, seen, square, named=named) for family in tried)
            readings.extend(each for each in read if each is not None)
    return _each_once(readings)


def squares(grey: Grey) -> list[Floats]:
    """Return the dark four-sided outlines in a picture, each (4, 2), clockwise as seen."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    # or the edge of the white card hides the black square within it
    parameters.minMarkerDistanceRate = parameters.minGroupDistance = _GROUPED
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    detector = cv2.aruco.ArucoDetector(dictionary, parameters)
    read, _, others = detector.detectMarkers(grey)
    outlines = [np.asarray(each, dtype=np.float64).reshape(4, 2) for each in (*read, *others)]
    return [_sharpened(grey, each) for each in outlines if _area(each) > 0]


def rectified_bits(grey: Grey, square: Floats, modules: int) -> Bits | None:
    """Return the (modules - 2, modules - 2) white bits in a black border on white, or None.

    Args:
        grey: (H, W) picture.
        square: (4, 2) corners.
        modules: on a side, the border included.
    """
    around = modules + 2
    side = around * _CELL_PX
    inner = np.array([[1, 1], [around - 1, 1], [around - 1, around - 1], [1, around - 1]])
    target = (inner * _CELL_PX - 0.5).astype(np.float32)
    mapping = cv2.getPerspectiveTransform(square.astype(np.float32), target)
    flat = cv2.warpPerspective(grey, mapping, (side, side), flags=cv2.INTER_LINEAR)
    cells = flat.reshape(around, _CELL_PX, around, _CELL_PX)
    quarter = _CELL_PX // 4
    tones = cells[:, quarter:-quarter, :, quarter:-quarter].mean(axis=(1, 3))
    ring, border = _frame(tones), _frame(tones[1:-1, 1:-1])
    dark, bright = float(np.median(border)), float(np.median(ring))
    middle = (dark + bright) / 2.0
    if (
        bright - dark < _LEAST_CONTRAST
        or np.mean(border < middle) < _BORDER_SHARE
        or np.mean(ring > middle) < _AROUND_SHARE
    ):
        return None
    bits: Bits = tones[2:-2, 2:-2] > middle
    return bits


def _sharpened(grey: Grey, outline: Floats) -> Floats:
    """Return an outline with its corners where the edges meet.

    Outlines are polygons through pixels, and a corner may be off by a quarter of a module.
    """
    reach = int(np.clip(_CORNER_SHARE * np.sqrt(_area(outline) / 2.0), 1, _WIDEST_CORNER_PX))
    corners = outline.astype(np.float32).reshape(-1, 1, 2).copy()
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 20, 0.02)
    cv2.cornerSubPix(grey, corners, (reach, reach), (-1, -1), stop)
    return np.asarray(corners, dtype=np.float64).reshape(4, 2)


def _read(family: Family, seen: Bits, square: Floats, *, named: bool) -> Reading | None:
    found = family.read(seen, named=named)
    if found is None:
        return None
    number, turned, errors = found
    upright = family.bits[number, 0].reshape(seen.shape)
    # turned clockwise by k quarters, the marker's top left is the k-th corner as seen
    return Reading(family, number, errors, np.roll(square, -turned, axis=0), np.pad(upright, 1))


def _each_once(readings: list[Reading]) -> list[Reading]:
    """Drop the inner of two outlines of one marker."""
    kept: list[Reading] = []
    for each in sorted(readings, key=lambda reading: -_area(reading.corners_px)):
        others = (other for other in kept if other.family.name == each.family.name)
        if not any(_holds(other.corners_px, each.corners_px.mean(axis=0)) for other in others):
            kept.append(each)
    return kept


def _holds(square: Floats, point: Floats) -> bool:
    ahead = np.roll(square, -1, axis=0) - square
    to_point = point - square
    turns = ahead[:, 0] * to_point[:, 1] - ahead[:, 1] * to_point[:, 0]
    return bool((turns > 0).all())


def _frame(tones: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([tones[0], tones[-1], tones[1:-1, 0], tones[1:-1, -1]])


def _area(square: Floats) -> float:
    """Return twice the signed area; positive if clockwise as seen."""
    x, y = square[:, 0], square[:, 1]
    return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
