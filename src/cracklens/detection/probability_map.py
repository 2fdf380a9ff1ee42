"""The probability map of one photograph."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ProbabilityMap:
    """Probability of a crack for each pixel of the upright photograph, and for each tile.

    Attributes:
        probability: (H, W) uint8, 0 for 0.0 to 255 for 1.0. This takes a quarter of the memory of
            float32, and tracing needs no finer steps than 1/255.
        tile_boxes_px: (N, 4) int32, x, y, width and height of the tiles classified as a whole.
        tile_probability: (N,) float32, calibrated probability that the tile shows a crack.
        kind: `pixels` for the map of a segmenter; `tiles` for the map of a tile classifier, which
            is interpolated between whole tiles.
        sizes: relative sizes at which the photograph was searched; empty if a person named them,
            and for tiles.
        notes: on how it was searched, for people.
    """

    probability: NDArray[np.uint8]
    tile_boxes_px: NDArray[np.int32]
    tile_probability: NDArray[np.float32]
    kind: Literal["pixels", "tiles"] = "pixels"
    sizes: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def height_px(self) -> int:
        """Height of the photograph."""
        return int(self.probability.shape[0])

    @property
    def width_px(self) -> int:
        """Width of the photograph."""
        return int(self.probability.shape[1])
