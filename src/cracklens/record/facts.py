"""What the record says of a photograph and its map beside the lines."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.photos import Photo


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Facts of one photograph that depend on neither scale nor context.

    Attributes:
        sha256: of the file.
        width_px: of the upright picture.
        height_px: of the upright picture.
        notes: on the photograph, for people.
        no_concrete_share: share of the picture without concrete, 0 to 1.
        map_kind: of the probability map.
        tile_boxes_px: (N, 4) int32, see `ProbabilityMap`.
        tile_probability: (N,) float32.
        sizes: at which it was searched, see `ProbabilityMap`.
    """

    sha256: str
    width_px: int
    height_px: int
    notes: tuple[str, ...]
    no_concrete_share: float
    map_kind: Literal["pixels", "tiles"]
    tile_boxes_px: NDArray[np.int32]
    tile_probability: NDArray[np.float32]
    sizes: tuple[float, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the photograph."""
        return self.height_px, self.width_px


def facts_of(photo: Photo, found: ProbabilityMap) -> PhotoFacts:
    """Return the facts of a photograph.

    Args:
        photo: as it was read.
        found: its probability map.
    """
    without = [photo.no_concrete.note] if photo.no_concrete else []
    return PhotoFacts(
        sha256=photo.sha256,
        width_px=photo.width_px,
        height_px=photo.height_px,
        notes=(*photo.notes, *without, *found.notes),
        no_concrete_share=photo.no_concrete.share if photo.no_concrete else 0.0,
        map_kind=found.kind,
        tile_boxes_px=found.tile_boxes_px,
        tile_probability=found.tile_probability,
        sizes=found.sizes,
    )
