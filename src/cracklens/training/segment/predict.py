"""Prediction with a segmenter in PyTorch for many pictures."""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cracklens.detection.fusion import fuse, only_wide
from cracklens.training.segment.network import MULTIPLE_PX, Segmenter

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]

_BATCH = 16
SCALES = (1.0, 0.5)
"""Relative sizes at which a photograph is searched; half size finds wide cracks."""


def predict(
    network: Segmenter,
    pictures: Iterable[Pixels],
    device: torch.device,
    *,
    scales: Sequence[float] = (1.0,),
    mixed_precision: bool = False,
) -> Iterator[tuple[Map, float]]:
    """Yield the crack probability of each pixel (H, W) and the tile's logit, in order.

    Consecutive pictures of equal size share a batch; sides are padded by reflection.

    Args:
        network: in evaluation mode.
        pictures: (H, W, 3) uint8 RGB.
        device: device of the network.
        scales: relative sizes at which each picture is searched; see `fuse`. The tile's logit is
            that of the first scale.
        mixed_precision: compute in bf16.
    """
    for batch in _batches(pictures):
        with (
            torch.inference_mode(),
            torch.autocast(device.type, torch.bfloat16, enabled=mixed_precision),
        ):
            found = [_run(network, [_scaled(p, scale) for p in batch], device) for scale in scales]
        tiles = found[0][1]
        for place, picture in enumerate(batch):
            size = picture.shape[1::-1]
            maps = [
                only_wide(maps[place]) if scale < min(1, max(scales)) else maps[place]
                for scale, (maps, _) in zip(scales, found, strict=True)
            ]
            full = [m if m.shape[::-1] == size else cv2.resize(m, size) for m in maps]
            yield fuse(full), tiles[place]


def _batches(pictures: Iterable[Pixels]) -> Iterator[list[Pixels]]:
    batch: list[Pixels] = []
    for picture in pictures:
        if batch and (len(batch) == _BATCH or batch[0].shape != picture.shape):
            yield batch
            batch = []
        batch.append(picture)
    if batch:
        yield batch


def _scaled(picture: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return picture
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled: Pixels = cv2.resize(picture, size, interpolation=way)
    return scaled


def _run(
    network: Segmenter, pictures: Sequence[Pixels], device: torch.device
) -> tuple[Map, list[float]]:
    height, width = pictures[0].shape[:2]
    below, right = -height % MULTIPLE_PX, -width % MULTIPLE_PX
    padded = [cv2.copyMakeBorder(p, 0, below, 0, right, cv2.BORDER_REFLECT_101) for p in pictures]
    pixel, tile = network(torch.from_numpy(np.stack(padded)).to(device))
    maps: Map = pixel.float().sigmoid()[:, :height, :width].cpu().numpy()
    return maps, tile.float().cpu().tolist()
