"""The probability map of a photograph from a tile classifier."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.detection.checks import positive_index, require_photo
from cracklens.detection.classifier import Classifier, chunked
from cracklens.detection.orientations import (
    Orientations,
    mean_probability,
    orientations_of,
    require_orientations,
)
from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import UsageError
from cracklens.models import ModelFolder
from cracklens.photos.windows import Axis, WindowPlan, plan_tiles, read_window

_BATCH = 8
_CHUNK_PX = 1024


class TileDetector:
    """A tile classifier ready to search photographs; threads may share it.

    The photograph is divided into tiles of the size that the classifier was trained on, at full
    resolution, overlapping by half.
    """

    def __init__(
        self,
        folder: ModelFolder,
        *,
        precision: Literal["auto", "f32", "bf16"] = "auto",
        engine: str = "openvino",
        orientations: Orientations = 1,
    ) -> None:
        """Load the network and run it once on zeros.

        Raises:
            UsageError: unknown engine, or orientations in which a tile does not fit the network.
            ModelError: no class of the model means a crack, or its network does not fit its card.
        """
        self.folder = folder
        self.card = folder.card
        self._positive = positive_index(folder)
        self.scales = (1.0,)
        self.orientations = require_orientations(orientations)
        size = self.card.preprocessing
        if any(o.transposed for o in orientations_of(orientations)) and (
            size.height_px != size.width_px
        ):
            raise UsageError(
                f"{folder.path} sees tiles of {size.width_px} x {size.height_px} px, which do not "
                f"fit it when they lie on their side: choose at most 4 orientations, not "
                f"{orientations}"
            )
        self.engine = Classifier(folder, precision=precision, engine=engine).engine

    def detect(self, pixels: NDArray[np.uint8], mm_per_px: float | None = None) -> ProbabilityMap:
        """Return the tiles of a photograph, and a map interpolated between their centres.

        Args:
            pixels: (H, W, 3) uint8 RGB, any size; a photograph smaller than a tile is extended by
                reflection.
            mm_per_px: has no effect: a tile has one size.

        Raises:
            UsageError: the array is not such a photograph.
        """
        del mm_per_px
        require_photo(pixels)
        height, width = pixels.shape[:2]
        size = self.card.preprocessing
        plan = plan_tiles(height, width, (size.height_px, size.width_px))
        probability = self._judged(pixels, plan)
        boxes = [
            (
                max(window.left_px, 0),
                max(window.top_px, 0),
                min(window.width_px, width),
                min(window.height_px, height),
            )
            for window in plan.windows()
        ]
        grid = probability.reshape(len(plan.rows.starts_px), len(plan.columns.starts_px))
        return ProbabilityMap(
            spread(grid, plan.rows, plan.columns),
            np.array(boxes, np.int32),
            probability,
            kind="tiles",
        )

    def _judged(self, pixels: NDArray[np.uint8], plan: WindowPlan) -> NDArray[np.float32]:
        """Return the probability of each tile, on average over the orientations."""
        found = []
        for each in orientations_of(self.orientations):
            windows = plan.windows(upside_down=each.upside_down, mirrored=each.mirrored)
            batches = (
                np.stack([each.turned(read_window(pixels, window)) for window in chunk])
                for chunk in chunked(windows, _BATCH)
            )
            answers = [outputs["probabilities"] for outputs in self.engine.map(batches)]
            found.append(np.concatenate(answers)[:, self._positive])
        return mean_probability(found)


def spread(grid: NDArray[np.float32], rows: Axis, columns: Axis) -> NDArray[np.uint8]:
    """Interpolate bilinearly between the centres of tiles; beyond them the nearest value holds.

    For tiles that overlap by half, this equals blending with weights that fall linearly from the
    centre of a tile to its border.

    Args:
        grid: (rows, columns) probabilities.
        rows: positions of the tiles from top to bottom.
        columns: positions of the tiles from left to right.

    Returns:
        (H, W) uint8, 255 for 1.0.
    """
    down, across = _weights(rows), _weights(columns)
    whole = np.empty((rows.length_px, columns.length_px), np.uint8)
    wide = grid.astype(np.float32) @ across.T
    for top in range(0, rows.length_px, _CHUNK_PX):
        part = down[top : top + _CHUNK_PX] @ wide
        whole[top : top + _CHUNK_PX] = cv2.convertScaleAbs(part, alpha=255)
    return whole


def _weights(axis: Axis) -> NDArray[np.float32]:
    """Return the weight of each tile for each pixel: (length, tiles); each row sums to one."""
    centres = np.array(axis.starts_px) + (axis.window_px - 1) / 2
    places = np.arange(axis.length_px)
    return np.stack(
        [np.interp(places, centres, unit) for unit in np.eye(len(centres))], axis=1
    ).astype(np.float32)
