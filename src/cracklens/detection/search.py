"""A photograph searched where it shows concrete."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import PhotoError
from cracklens.photos import Photo
from cracklens.photos.no_concrete import Mask, continued


class Detecting(Protocol):
    """What finds cracks in one photograph, such as a `Detector`."""

    def detect(self, pixels: NDArray[np.uint8]) -> ProbabilityMap:
        """Return the probability of a crack for each pixel of an RGB picture."""
        ...


def search(detector: Detecting, photo: Photo) -> ProbabilityMap:
    """Return the map of a photograph; where it shows no concrete, the probability is 0.

    The network sees the concrete go on beyond its edge, which would look like a crack.

    Raises:
        PhotoError: it shows no concrete at all.
    """
    if photo.no_concrete is None:
        return detector.detect(photo.pixels)
    mask = photo.no_concrete.mask
    if mask.all():
        why = ", ".join(photo.no_concrete.why)
        raise PhotoError(photo.path, f"no part of it shows concrete ({why}): nothing to search")
    return without(detector.detect(continued(photo.pixels, mask)), mask)


def without(found: ProbabilityMap, mask: Mask) -> ProbabilityMap:
    """Return a map with no crack where a mask (H, W) is True; tiles that lie inside are left out.

    The array of probabilities is changed in place: it may be larger than the photograph.
    """
    found.probability[mask] = 0
    seen = np.array(
        [not mask[y : y + high, x : x + wide].all() for x, y, wide, high in found.tile_boxes_px],
        bool,
    )
    return replace(
        found,
        tile_boxes_px=found.tile_boxes_px[seen],
        tile_probability=found.tile_probability[seen],
    )
