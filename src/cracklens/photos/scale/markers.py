"""Finding square markers in a photograph and reading their codes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.photos.scale.codes import Reading, read_codes
from cracklens.photos.scale.dictionaries import Family, families, family_of
from cracklens.photos.scale.marker_edges import Fit, fit_corners
from cracklens.photos.scale.scale import Floats

Pixels = NDArray[np.uint8]

_SEARCHED_PX = (2000, 4000)
"""Long side at which markers are looked for, the second only where the first found none: on a
photograph of 12 million pixels 20 and 60 ms."""
_CARD_MODULES = 1.5
"""White around the black square that is taken as part of the card; one module is the least that a
detector needs, and scissors are not exact."""
_SPARE_PX = 3.0
"""More around the card, for its blurred and shaded edge."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker that was found.

    Attributes:
        dictionary: such as "DICT_4X4_50", the smallest that holds the ids that were found.
        number: its id.
        modules: on a side of the black square, the border included.
        corners_px: (4, 2) x, y of the black square's corners, sub-pixel, from the marker's own top
            left clockwise.
        covariance_px2: (8, 8) of `corners_px.ravel()`.
        edge_noise_px: standard deviation of single edge points about the fitted square; NaN where
            the edges were too weak to fit.
        left_out: sides of the square whose outer edge is not where the code says, since a line, a
            shadow or the edge of a card lies beside it; they were not used.
    """

    dictionary: str
    number: int
    modules: int
    corners_px: Floats
    covariance_px2: Floats
    edge_noise_px: float
    left_out: int = 0

    @property
    def name(self) -> str:
        """What people call it, such as "ArUco marker 7" or "AprilTag 12"."""
        kind = "AprilTag" if "APRILTAG" in self.dictionary else "ArUco marker"
        return f"{kind} {self.number}"

    @property
    def middle_px(self) -> Floats:
        """(2,) x, y of where its diagonals cross."""
        a, b, c, d = self.corners_px
        ac, bd = c - a, d - b
        share = _cross(b - a, bd) / _cross(ac, bd)
        middle: Floats = a + share * ac
        return middle

    @property
    def side_px(self) -> float:
        """Root of its area."""
        a, b, c, d = self.corners_px
        return float(np.sqrt(abs(_cross(c - a, d - b)) / 2.0))

    def card_px(self) -> Floats:
        """Return the corners of its white card, (4, 2)."""
        reach = 1.0 + 2.0 * _CARD_MODULES / self.modules
        grown = self.middle_px + (self.corners_px - self.middle_px) * reach
        outward = grown - self.middle_px
        spare: Floats = grown + outward / np.linalg.norm(outward, axis=1)[:, None] * _SPARE_PX
        return spare


def find_markers(pixels: Pixels, *, dictionary: str | None = None) -> tuple[Marker, ...]:
    """Find the markers of one dictionary.

    Squares are looked for in a picture of at most 2,000 px, in one of 4,000 px where that shows
    none; corners are fitted at full resolution to all edges of the code. Where no dictionary is
    given, all of OpenCV's are tried, and the one is taken that reads the most bits of markers
    beyond those that chance explains: more markers, longer codes, fewer wrong bits.

    Args:
        pixels: (H, W, 3) RGB.
        dictionary: such as "DICT_4X4_50" or "apriltag_36h11".

    Returns:
        In the order of their ids.

    Raises:
        UsageError: there is no such dictionary.
    """
    chosen = [family_of(dictionary)[0]] if dictionary else list(families())
    limit = family_of(dictionary)[1] if dictionary else None
    for longest in _SEARCHED_PX:
        small, factor = reduced(pixels, longest)
        readings = [
            each
            for each in read_codes(small, chosen, named=dictionary is not None)
            if limit is None or each.number < limit
        ]
        if readings or factor == 1.0:
            break
    readings = _of_one_family(readings)
    found = [_refined(pixels, each, factor) for each in readings]
    if not found:
        return ()
    name = dictionary_name(readings) if dictionary is None else _asked(readings[0].family, limit)
    return tuple(
        Marker(name, each.number, each.family.modules, *fit)
        for each, fit in sorted(zip(readings, found, strict=True), key=lambda pair: pair[0].number)
    )


def excluded(markers: tuple[Marker, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where the cards of markers lie, (H, W): no crack can be measured there.

    Args:
        markers: what was found.
        shape: of the photograph, height first.
    """
    mask = np.zeros(shape[:2], dtype=np.uint8)
    for marker in markers:
        cv2.fillConvexPoly(mask, np.rint(marker.card_px()).astype(np.int32), 1)
    return mask.astype(bool)


def reduced(pixels: Pixels, longest_px: int) -> tuple[Pixels, float]:
    """Return the picture in grey, at most so long, and its size as a share of the original's."""
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    factor = longest_px / max(grey.shape)
    if factor >= 1.0:
        return np.asarray(grey, np.uint8), 1.0
    size = max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), factor


def dictionary_name(readings: list[Reading]) -> str:
    """Return the smallest dictionary of the readings' family that holds all their ids."""
    return readings[0].family.dictionary_of([each.number for each in readings])


def _of_one_family(readings: list[Reading]) -> list[Reading]:
    """Keep the readings of the family that is least likely by chance."""
    groups: dict[str, list[Reading]] = {}
    for each in readings:
        groups.setdefault(each.family.name, []).append(each)
    if not groups:
        return []
    return max(groups.values(), key=lambda group: sum(each.evidence_bits for each in group))


def _asked(family: Family, limit: int | None) -> str:
    return family.dictionary_of([limit - 1]) if limit else family.name


def _refined(pixels: Pixels, reading: Reading, factor: float) -> Fit:
    """Return corners in the photograph; the centres of pixels are whole numbers in both."""
    corners = (reading.corners_px + 0.5) / factor - 0.5
    rough_px = max(1.0, 0.7 / factor)
    return fit_corners(pixels, corners, reading.pattern, rough_px)


def _cross(first: Floats, second: Floats) -> float:
    return float(first[0] * second[1] - first[1] * second[0])
