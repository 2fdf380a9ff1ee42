"""Metrics of crack masks against ground truth that was drawn or rendered.

A drawn edge is uncertain by one or two pixels, which lowers the overlap of thin cracks. So a pixel
counts as found if the other mask has a pixel within a tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

Mask = NDArray[np.bool_]

TOLERANCE_PX = 2
CENTRELINE_TOLERANCE_PX = 4
"""Tolerance of the centrelines, as in the OmniCrack30k benchmark (Benz and Rodehorst 2024)."""


@dataclass(frozen=True, slots=True)
class MaskCounts:
    """Numbers of pixels of one picture, or the sums of several pictures.

    Attributes:
        claimed: pixels marked by the model.
        claimed_right: claimed pixels with a true crack pixel within the tolerance.
        true: pixels of the true mask.
        true_found: true pixels with a claimed pixel within the tolerance.
        both: pixels in both masks, without tolerance.
        either: pixels in at least one mask.
        line_found: true centreline pixels with a claimed centreline within its tolerance.
        line_missed: true centreline pixels without one.
        line_false: claimed centreline pixels without a true centreline within its tolerance.
    """

    claimed: int
    claimed_right: int
    true: int
    true_found: int
    both: int
    either: int
    line_found: int
    line_missed: int
    line_false: int

    def __add__(self, other: "MaskCounts") -> "MaskCounts":
        return MaskCounts(
            *(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__)
        )

    @property
    def precision(self) -> float:
        """Share of the claimed pixels that are right; 1 if nothing is claimed."""
        return self.claimed_right / self.claimed if self.claimed else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pixels that are found; 1 if there are none."""
        return self.true_found / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, both with tolerance."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def iou(self) -> float:
        """Intersection over union of the masks, without tolerance; 1 if both are empty."""
        return self.both / self.either if self.either else 1.0

    @property
    def cl_iou(self) -> float:
        """Intersection over union of the centrelines, with their tolerance; 1 if both are empty."""
        total = self.line_found + self.line_missed + self.line_false
        return self.line_found / total if total else 1.0


def compare_masks(
    claimed: Mask,
    truth: Mask,
    *,
    tolerance_px: int = TOLERANCE_PX,
    line_tolerance_px: int = CENTRELINE_TOLERANCE_PX,
) -> MaskCounts:
    """Count the matching and the differing pixels of two masks of the same shape (H, W).

    >>> truth = np.zeros((9, 9), bool)
    >>> truth[4] = True
    >>> counts = compare_masks(np.roll(truth, 2, axis=0), truth)
    >>> counts.f1, counts.iou
    (1.0, 0.0)
    """
    near_truth, near_claimed = dilated(truth, tolerance_px), dilated(claimed, tolerance_px)
    true_line, claimed_line = skeletonize(truth), skeletonize(claimed)
    found = int((true_line & dilated(claimed_line, line_tolerance_px)).sum())
    return MaskCounts(
        claimed=int(claimed.sum()),
        claimed_right=int((claimed & near_truth).sum()),
        true=int(truth.sum()),
        true_found=int((truth & near_claimed).sum()),
        both=int((claimed & truth).sum()),
        either=int((claimed | truth).sum()),
        line_found=found,
        line_missed=int(true_line.sum()) - found,
        line_false=int((claimed_line & ~dilated(true_line, line_tolerance_px)).sum()),
    )


def added(counts: Sequence[MaskCounts]) -> MaskCounts:
    """Add up the counts of several pictures."""
    total = MaskCounts(*(0,) * len(MaskCounts.__dataclass_fields__))
    for each in counts:
        total += each
    return total


def dilated(mask: Mask, radius_px: int) -> Mask:
    """Return all pixels within a Euclidean distance of a mask.

    >>> dilated(np.eye(1, 5, 2, dtype=bool), 1).astype(int).tolist()
    [[0, 1, 1, 1, 0]]
    """
    offsets = np.arange(-radius_px, radius_px + 1)
    disc = (offsets[:, None] ** 2 + offsets**2 <= radius_px**2).astype(np.uint8)
    near: Mask = cv2.dilate(mask.astype(np.uint8), disc) > 0
    return near
