"""A square marker of known size, as taped to a wall to give the scale."""

import math
from dataclasses import dataclass

import numpy as np

from cracklens.errors import UsageError
from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.noise import FloatImage

_MODULES = 6  # 4 x 4 bits within a black border
_CARD = 4.0 / 3.0  # side of the white card: one more module on each side
_PARTS = 3  # of a pixel along each axis
_PAPER, _INK = 238.0, 26.0
_MOST_ID = 49


@dataclass(frozen=True)
class Marker:
    """An ArUco marker of the dictionary DICT_4X4_50 in a picture.

    Attributes:
        number: Its id, 0 to 49.
        side_mm: Side of the black square on the wall.
        middle_px: x, y of its centre.
        side_px: Side of the black square in the picture.
        turn_deg: Rotation, counter-clockwise in the picture.
    """

    number: int
    side_mm: float
    middle_px: tuple[float, float]
    side_px: float
    turn_deg: float = 0.0

    @property
    def corners_px(self) -> Floats:
        """(4, 2) x, y of the black square's corners, clockwise from the top left corner."""
        half = self.side_px / 2
        right, down = self._axes
        return np.array(self.middle_px) + half * np.stack(
            [-right - down, right - down, right + down, down - right]
        )

    @property
    def _axes(self) -> tuple[Floats, Floats]:
        """Unit vectors of the marker's axes, right and down."""
        cos, sin = math.cos(math.radians(self.turn_deg)), math.sin(math.radians(self.turn_deg))
        return np.array([cos, -sin]), np.array([sin, cos])


def place_marker(surface: FloatImage, marker: Marker) -> tuple[slice, slice]:
    """Draw the marker and its white card into `surface`.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255; changed in place.
        marker: The marker and its position.

    Returns:
        Rows and columns of the window that contains the card.

    Raises:
        UsageError: The number is not in the dictionary, or the card does not fit into the picture.
    """
    if not 0 <= marker.number <= _MOST_ID:
        raise UsageError(f"a marker's number must be 0 to {_MOST_ID}, got {marker.number}")
    right, down = marker._axes  # noqa: SLF001
    reach = marker.side_px * _CARD / 2 * float(np.abs(right).sum()) + 2
    x, y = marker.middle_px
    left, top, end, bottom = int(x - reach), int(y - reach), int(x + reach) + 2, int(y + reach) + 2
    if x < reach or y < reach or end > surface.shape[1] or bottom > surface.shape[0]:
        raise UsageError(
            f"a marker of {marker.side_px:.0f} px at {x:.0f}, {y:.0f} does not fit into "
            f"{surface.shape[1]} x {surface.shape[0]} px"
        )
    tone, share = np.zeros((2, bottom - top, end - left), dtype=np.float32)
    modules = _modules(marker.number)
    for part_y in range(_PARTS):
        for part_x in range(_PARTS):
            dx = np.arange(left, end) + (part_x + 0.5) / _PARTS - 0.5 - x
            dy = np.arange(top, bottom)[:, None] + (part_y + 0.5) / _PARTS - 0.5 - y
            u = (dx * right[0] + dy * right[1]) / marker.side_px
            v = (dx * down[0] + dy * down[1]) / marker.side_px
            on_card = (np.abs(u) < _CARD / 2) & (np.abs(v) < _CARD / 2)
            column = np.clip((u + _CARD / 2) * _MODULES, 0, _MODULES + 1).astype(np.intp)
            row = np.clip((v + _CARD / 2) * _MODULES, 0, _MODULES + 1).astype(np.intp)
            tone += np.where(on_card, modules[row, column], 0.0)
            share += on_card
    share /= _PARTS * _PARTS
    window = slice(top, bottom), slice(left, end)
    light = np.float32(
        min(1.0, float(np.median(surface[window])) / 170.0)
    )  # paper in the wall's light
    surface[window] *= (1.0 - share)[:, :, None]
    surface[window] += (tone * light / np.float32(_PARTS * _PARTS))[:, :, None]
    return window


def _modules(number: int) -> FloatImage:
    """Return the grey values of the modules, with a white margin of one module, (8, 8)."""
    import cv2

    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    image = cv2.aruco.generateImageMarker(dictionary, number, _MODULES)
    tones = np.full((_MODULES + 2, _MODULES + 2), _PAPER, dtype=np.float32)
    tones[1:-1, 1:-1] = np.where(np.asarray(image) > 0, _PAPER, _INK)
    return tones
