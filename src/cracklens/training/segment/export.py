"""Export of a segmenter to one ONNX file, and its comparison with the PyTorch network."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cracklens.errors import ModelError
from cracklens.models import load_engine
from cracklens.models.engines import Outputs, Precision
from cracklens.training.export import MAX_PROBABILITY_ERROR, quiet_export
from cracklens.training.segment.network import MULTIPLE_PX, Segmenter


class SegmenterOutput(nn.Module):
    """A segmenter with its calibration, as in `model.onnx`."""

    temperature: Tensor

    def __init__(self, segmenter: Segmenter, temperature: float, positive: int) -> None:
        super().__init__()
        self.segmenter = segmenter
        self._positive = positive
        self.register_buffer("temperature", torch.tensor(temperature))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the map (N x H x W), calibrated probabilities and raw logits (both N x 2)."""
        pixel, tile = self.segmenter(pixels)
        pair = [torch.zeros_like(tile), tile]
        logits = torch.stack(pair if self._positive == 1 else pair[::-1], 1)
        return pixel.sigmoid(), torch.softmax(logits / self.temperature, 1), logits


def export_segmenter(
    segmenter: Segmenter, temperature: float, positive: int, path: Path
) -> SegmenterOutput:
    """Write the ONNX file from `pixels` (N x H x W x 3, uint8) to map, probabilities and logits.

    N, H and W are free; H and W are multiples of 32.
    """
    whole = SegmenterOutput(segmenter, temperature, positive).to("cpu").eval()
    side = 4 * MULTIPLE_PX
    pixels = torch.zeros((2, side, side + MULTIPLE_PX, 3), dtype=torch.uint8)
    batch = torch.export.Dim("batch", min=1, max=65536)
    rows = torch.export.Dim("rows", min=1, max=256)
    columns = torch.export.Dim("columns", min=1, max=256)
    quiet_export(
        whole,
        pixels,
        path,
        ["pixels"],
        ["map", "probabilities", "logits"],
        shapes={0: batch, 1: MULTIPLE_PX * rows, 2: MULTIPLE_PX * columns},
    )
    return whole


def check_segmenter(
    path: Path, whole: SegmenterOutput, pixels: NDArray[np.uint8], precision: Precision
) -> tuple[float, Outputs]:
    """Return the largest difference in probability to PyTorch, and the engine's outputs.

    Raises:
        ModelError: the difference in f32 is too large: the file must not be used.
    """
    engine = load_engine(path, batch_size=1, precision=precision, size_px=pixels.shape[1:3])
    found = engine.run(pixels)
    with torch.inference_mode():
        parts = torch.from_numpy(pixels).split(4)  # type: ignore[no-untyped-call]
        expected = [whole(part) for part in parts]
    maps = torch.cat([part[0] for part in expected]).numpy()
    tiles = torch.cat([part[1] for part in expected]).numpy()
    error = max(
        float(np.abs(found["map"] - maps).max()),
        float(np.abs(found["probabilities"] - tiles).max()),
    )
    if precision == "f32" and not error <= MAX_PROBABILITY_ERROR:
        raise ModelError(
            f"the exported model differs from the PyTorch network by {error:.1e} in probability; "
            "nothing was written. Please report this"
        )
    return error, found
