"""Search of the parts of a photograph that show concrete."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import PhotoError
from cracklens.photos import Photo
from cracklens.photos.no_concrete import Mask, continued


class Detecting(Protocol):
    """A detector of cracks in one photograph, such as `Detector`."""

    def detect(self, pixels: NDArray[np.uint8], mm_per_px: float | None = None) -> ProbabilityMap:
        """Return the probability of a crack for each pixel of an RGB picture of this scale."""
        ...


def search(
    detector: Detecting,
    photo: Photo,
    hidden: Mask | None = None,
    mm_per_px: float | None = None,
) -> ProbabilityMap:
    """Return the map of a photograph; the probability is 0 where it shows no concrete.

    Pixels without concrete are filled from the concrete around them, because the network would
    take the edge of the concrete for a crack.

    Args:
        detector: what finds cracks.
        photo: the photograph.
        hidden: (H, W) True where no concrete is seen; of the photograph itself if None.
        mm_per_px: scale of the photograph; None if it is not known.

    Raises:
        PhotoError: the photograph shows no concrete.
    """
    if hidden is None and photo.no_concrete:
        hidden = photo.no_concrete.mask
    if hidden is None:
        return detector.detect(photo.pixels, mm_per_px)
    if hidden.all():
        why = ", ".join(photo.no_concrete.why if photo.no_concrete else ("a marker",))
        raise PhotoError(photo.path, f"no part of it shows concrete ({why}): nothing to search")
    return without(detector.detect(continued(photo.pixels, hidden), mm_per_px), hidden)


def without(found: ProbabilityMap, mask: Mask) -> ProbabilityMap:
    """Return a map with probability 0 where a mask (H, W) is True, without the tiles inside it.

    The array of probabilities is changed in place to save memory.
    """
    found.probability[mask] = 0
    visible = np.array(
        [not mask[y : y + high, x : x + wide].all() for x, y, wide, high in found.tile_boxes_px],
        bool,
    )
    return replace(
        found,
        tile_boxes_px=found.tile_boxes_px[visible],
        tile_probability=found.tile_probability[visible],
    )
