"""Where a photograph shows a surface that the model knows, and how unlike its training it is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError
from cracklens.models import ModelFolder, load_engine
from cracklens.models.card import Surface
from cracklens.photos.no_concrete import continued

CELL_PX = 32
"""Side of a cell in the reduced photograph: the stride of the network."""
LONGEST_PX = 640
"""Longest side of the reduced photograph. A photograph of 4000 px has cells of 200 px."""

_OUTPUTS = ("surface", "distance")
_MOSTLY = 0.5
MOSTLY_ELSE = "of the picture shows no concrete, plaster, masonry or asphalt that the model knows"
UNLIKE = "unlike the pictures that the model was trained on"


@dataclass(frozen=True, slots=True)
class SurfaceMap:
    """What the surface model says of one photograph.

    Attributes:
        known: (rows, columns) float32, calibrated probability that a cell shows a surface of
            concrete, plaster, masonry or asphalt.
        size_px: (height, width) of the photograph.
        distance: of its features from those of the training pictures.
        settings: thresholds, from the card.
        concrete: (rows, columns) bool, False where the photograph is known to show no concrete for
            another reason, such as nodata; None if nothing is known.
    """

    known: NDArray[np.float32]
    size_px: tuple[int, int]
    distance: float
    settings: Surface
    concrete: NDArray[np.bool_] | None = None

    def at(self, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability (N,) at points (N, 2), x and y in px of the photograph.

        Between the centres of cells it is interpolated.
        """
        rows, columns = self.known.shape
        height, width = self.size_px
        x = np.clip((points_px[:, 0] + 0.5) * columns / width - 0.5, 0, columns - 1)
        y = np.clip((points_px[:, 1] + 0.5) * rows / height - 0.5, 0, rows - 1)
        left, top = x.astype(int), y.astype(int)
        right, low = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        across, down = x - left, y - top
        upper = self.known[top, left] * (1 - across) + self.known[top, right] * across
        lower = self.known[low, left] * (1 - across) + self.known[low, right] * across
        return np.asarray(upper * (1 - down) + lower * down, np.float64)

    @property
    def unknown_share(self) -> float:
        """Share of the photograph, 0 to 1, that shows something else.

        What shows no concrete for another reason does not count.
        """
        known = self.known if self.concrete is None else self.known[self.concrete]
        return float((known < self.settings.threshold).mean()) if known.size else 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of this photograph, in whole sentences."""
        notes = []
        if self.unknown_share > _MOSTLY:
            notes.append(
                f"{self.unknown_share:.0%} {MOSTLY_ELSE} (but perhaps sky, plants, people, roofs "
                "or windows): lines there are not reported"
            )
        elif self.distance > self.settings.far_distance:
            notes.append(
                f"{UNLIKE} (distance {self.distance:.1f}, usual up to "
                f"{self.settings.far_distance:.1f}): look at its cracks with care"
            )
        return tuple(notes)


class SurfaceModel:
    """The surface model of a model folder, ready for photographs; threads may share it."""

    def __init__(self, folder: ModelFolder, *, engine: str = "openvino") -> None:
        """Load the network and run it once on zeros.

        Raises:
            UsageError: unknown engine.
            ModelError: the folder has no surface model, or the network does not fit the card.
        """
        if folder.card.surface is None:
            raise ModelError(f"{folder.path} holds no surface model")
        self._settings = folder.card.surface
        path = folder.path / self._settings.file
        self._engine = load_engine(path, engine=engine, batch_size=1, outputs=_OUTPUTS)
        try:
            found = self._engine.run(np.zeros((1, 2 * CELL_PX, CELL_PX, 3), np.uint8))
        except Exception as error:  # engines raise exceptions of many types
            raise ModelError(f"{path}: the network does not fit its card") from error
        if found["surface"].shape != (1, 2, 1) or found["distance"].shape != (1,):
            raise ModelError(f"{path}: the network does not fit its card: it gives other outputs")

    def look(
        self, pixels: NDArray[np.uint8], no_concrete: NDArray[np.bool_] | None = None
    ) -> SurfaceMap:
        """Return where a photograph shows a surface that the model knows.

        Args:
            pixels: (H, W, 3) RGB, any size.
            no_concrete: (H, W), True where it is known to show no concrete for another reason; the
                network sees the concrete around it go on there.

        Raises:
            ModelError: the network gives values that are not numbers.
        """
        small, concrete = reduced(pixels, self._settings.longest_px), None
        if no_concrete is not None:
            size = small.shape[1::-1]
            mask = no_concrete.view(np.uint8)
            empty = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST) > 0
            small = continued(small, np.asarray(empty))
            cells = size[0] // CELL_PX, size[1] // CELL_PX
            share = cv2.resize(mask.astype(np.float32), cells, interpolation=cv2.INTER_AREA)
            concrete = np.asarray(share < _MOSTLY)
        found = self._engine.run(small[None])
        known, distance = found["surface"][0], float(found["distance"][0])
        if not (np.isfinite(known).all() and np.isfinite(distance)):
            raise ModelError("the surface model gives values that are not numbers")
        return SurfaceMap(known, pixels.shape[:2], distance, self._settings, concrete)


def load_surface_model(folder: ModelFolder, *, engine: str = "openvino") -> SurfaceModel | None:
    """Return the surface model of a folder; None for a folder without it.

    Raises:
        ModelError: its network does not fit its card.
    """
    return SurfaceModel(folder, engine=engine) if folder.card.surface else None


def reduced(pixels: NDArray[np.uint8], longest_px: int = LONGEST_PX) -> NDArray[np.uint8]:
    """Return a photograph whose longer side is at most `longest_px`, sides multiples of 32 px.

    Args:
        pixels: (H, W, 3) RGB. It is never enlarged, but to the next multiple.
        longest_px: limit.
    """
    scale = min(1.0, longest_px / max(pixels.shape[:2]))
    height, width = (max(1, round(scale * side / CELL_PX)) * CELL_PX for side in pixels.shape[:2])
    if (height, width) == pixels.shape[:2]:
        return pixels
    resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)
