"""How a picture is brought to the pixels that a network was trained on."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


class Preprocessing(BaseModel):
    """What happens before the network, as the card of the backbone says.

    `mean` and `std` (of pixels scaled to 0..1) are applied inside `model.onnx`, so nobody can feed
    a model pixels that it does not expect; they stand here to be read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    height_px: int = Field(ge=16, le=4096)
    width_px: int = Field(ge=16, le=4096)
    resize: Literal["squash"] = "squash"
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def fit(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring RGB pixels (H x W x 3, uint8) to `height_px` x `width_px`.

        A picture of the right size is returned as it is. Any other is resized as a whole ("squash":
        nothing is cut off, since a crack may run along the edge), antialiased when it shrinks.
        """
        if pixels.shape[:2] == (self.height_px, self.width_px):
            return pixels
        resized = Image.fromarray(pixels).resize(
            (self.width_px, self.height_px), _FILTERS[self.interpolation]
        )
        return np.asarray(resized)
