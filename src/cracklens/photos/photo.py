"""A decoded photograph in memory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cracklens.photos.no_concrete import NoConcrete


@dataclass(frozen=True, slots=True)
class Photo:
    """A decoded photograph, upright.

    Attributes:
        path: of the file.
        pixels: RGB, uint8, height x width x 3, after the EXIF orientation is applied.
        sha256: of the file's bytes, 64 hexadecimal digits.
        notes: for the user, such as "PNG named .jpg".
        no_concrete: area without concrete, such as nodata around an orthomosaic; None if there is
            none.
    """

    path: Path
    pixels: NDArray[np.uint8]
    sha256: str
    notes: tuple[str, ...] = ()
    no_concrete: NoConcrete | None = None

    @property
    def width_px(self) -> int:
        """Width of the upright picture."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the upright picture."""
        return int(self.pixels.shape[0])
