"""Where the sheet lies in a photograph: from the corners of its markers to a map for any point."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from cracklens.measurement.target.layout import DICTIONARY, Floats, Sheet, sheet_layout
from cracklens.measurement.target.papers import paper_of
from cracklens.photos.scale.markers import find_markers

LEAST_MARKERS = 2
"""One gives a map too, but one that errs by percents at the other end of the sheet."""
_FOR_DISTORTION = 6  # markers; with fewer, distortion and tilt are hard to tell apart
_DIFFERENCE_MM = 0.05


@dataclass(frozen=True, slots=True)
class Pose:
    """The map from the sheet to the photograph: a homography, then radial distortion.

    Attributes:
        sheet: that is seen.
        homography: (3, 3) from mm of the sheet to px of a camera without distortion.
        distortion: k of r (1 + k r^2) about the middle of the picture, r in half diagonals
            (the first term of Brown, 1971); 0 with few markers.
        middle_px: x, y of the middle of the picture.
        half_diagonal_px: of the picture.
        seen: ids of the markers that were read.
        residual_px: root mean square distance between corners as found and as mapped.
    """

    sheet: Sheet
    homography: Floats
    distortion: float
    middle_px: tuple[float, float]
    half_diagonal_px: float
    seen: tuple[int, ...]
    residual_px: float

    def to_px(self, points_mm: Floats) -> Floats:
        """Return where points of the sheet, (N, 2) mm, appear, (N, 2) px."""
        flat = _projected(self.homography, points_mm)
        return _distorted(flat, self.distortion, self.middle_px, self.half_diagonal_px)

    @property
    def to_mm(self) -> Floats:
        """The inverse homography, (3, 3), from px of a camera without distortion to mm."""
        return np.linalg.inv(self.homography).astype(np.float64)

    def px_per_mm(self, points_mm: Floats) -> Floats:
        """Return how a small step on the sheet becomes one in the picture, (N, 2, 2) px per mm."""
        steps = [
            (self.to_px(points_mm + step) - self.to_px(points_mm - step)) / (2 * _DIFFERENCE_MM)
            for step in (np.array([_DIFFERENCE_MM, 0.0]), np.array([0.0, _DIFFERENCE_MM]))
        ]
        return np.stack(steps, axis=2)

    @property
    def tilt_deg(self) -> float:
        """Angle between optical axis and normal of the sheet.

        In the middle of the picture, where the optical axis is, a tilted plane is foreshortened by
        the cosine of its tilt along one direction alone, whatever the focal length.
        """
        middle_mm = _projected(self.to_mm, np.array([self.middle_px]))
        sizes = np.linalg.svd(self.px_per_mm(middle_mm)[0], compute_uv=False)
        return math.degrees(math.acos(min(float(sizes[1] / sizes[0]), 1.0)))

    @property
    def mm_per_px(self) -> float:
        """Scale in the middle of the markers that were read, the mean of both directions."""
        corners = {marker.number: marker.corners_mm for marker in self.sheet.markers}
        middle = np.mean([corners[number].mean(axis=0) for number in self.seen], axis=0)
        return float(1 / math.sqrt(abs(np.linalg.det(self.px_per_mm(middle[None])[0]))))


def find_sheet_markers(pixels: NDArray[np.uint8]) -> list[tuple[int, Floats]]:
    """Return id and corners, (4, 2) px clockwise from top left, of each marker of any sheet.

    The ids say which paper a sheet is on. One may come more than once: then there are several.

    Args:
        pixels: (H, W, 3) RGB.
    """
    found = find_markers(pixels, dictionary=DICTIONARY)
    return [(marker.number, marker.corners_px) for marker in found if paper_of(marker.number)]


def fit_pose(found: list[tuple[int, Floats]], height_px: int, width_px: int) -> Pose:
    """Return the map that fits all corners best.

    The cost grows linearly beyond a pixel, so that a marker on a curled corner does not bend all.

    Args:
        found: id and corners of at least `LEAST_MARKERS` markers of one sheet.
        height_px: of the picture.
        width_px: of the picture.
    """
    paper = paper_of(found[0][0])
    assert paper is not None
    sheet = sheet_layout(paper.name)
    places = {marker.number: marker.corners_mm for marker in sheet.markers}
    corners_mm = np.concatenate([places[number] for number, _ in found])
    corners_px = np.concatenate([corners for _, corners in found])
    middle = ((width_px - 1) / 2, (height_px - 1) / 2)
    half_diagonal = math.hypot(width_px, height_px) / 2
    first, _ = cv2.findHomography(corners_mm, corners_px, cv2.RANSAC, 0.004 * half_diagonal)
    start = np.append((first / first[2, 2]).ravel()[:8], 0.0)
    size = np.maximum(np.abs(start), 1e-9)
    # a card is small: what the lens bends across it, a homography follows
    free = 9 if len(found) >= _FOR_DISTORTION and not paper.is_card else 8

    def mapped(scaled: Floats) -> Floats:
        values = start.copy()
        values[:free] = scaled * np.append(size[:8], 0.01)[:free]
        flat = _projected(np.append(values[:8], 1.0).reshape(3, 3), corners_mm)
        return _distorted(flat, float(values[8]), middle, half_diagonal)

    begin = (start / np.append(size[:8], 0.01))[:free]
    fit = least_squares(lambda x: (mapped(x) - corners_px).ravel(), begin, loss="soft_l1")
    off = mapped(fit.x) - corners_px
    values = np.append(fit.x, np.zeros(9 - free)) * np.append(size[:8], 0.01)
    return Pose(
        sheet=sheet,
        homography=np.append(values[:8], 1.0).reshape(3, 3),
        distortion=float(values[8]),
        middle_px=middle,
        half_diagonal_px=half_diagonal,
        seen=tuple(sorted(number for number, _ in found)),
        residual_px=float(np.sqrt((off**2).sum(axis=1).mean())),
    )


def _projected(homography: Floats, points: Floats) -> Floats:
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    flat: Floats = mapped[:, :2] / mapped[:, 2:]
    return flat


def _distorted(
    flat_px: Floats, distortion: float, middle_px: tuple[float, float], half_diagonal_px: float
) -> Floats:
    away = (flat_px - middle_px) / half_diagonal_px
    growth = 1.0 + distortion * (away**2).sum(axis=1, keepdims=True)
    bent: Floats = np.asarray(middle_px) + away * growth * half_diagonal_px
    return bent
