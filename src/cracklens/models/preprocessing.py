"""Preprocessing: the conversion of a picture to the input of a network."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


class Preprocessing(BaseModel):
    """Steps before the network, as stated by the configuration of the backbone.

    `mean` and `std` (of pixels scaled to 0..1) are applied inside `model.onnx`, so wrong values
    cannot be passed to a model. Here they are for information only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    height_px: int = Field(ge=16, le=4096)
    width_px: int = Field(ge=16, le=4096)
    resize: Literal["squash"] = "squash"
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def fit(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resize RGB pixels (H x W x 3, uint8) to `height_px` x `width_px`.

        A picture of the right size is returned unchanged. Other pictures are resized as a whole
        ("squash"): they are not cropped, since a crack may run along the edge. Reduction is
        antialiased.
        """
        if pixels.shape[:2] == (self.height_px, self.width_px):
            return pixels
        resized = Image.fromarray(pixels).resize(
            (self.width_px, self.height_px), _FILTERS[self.interpolation]
        )
        return np.asarray(resized)
