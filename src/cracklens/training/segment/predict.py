"""A segmenter in PyTorch over many pictures."""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cracklens.training.segment.network import MULTIPLE_PX, Segmenter

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]

_BATCH = 16
_SCALES = (1.0, 0.5)


def predict(
    network: Segmenter, pictures: Iterable[Pixels], device: torch.device
) -> Iterator[tuple[Map, float]]:
    """Yield the crack probability of each pixel (H, W) and the tile's logit, in order.

    Pictures of one size that follow each other share a batch; sides are padded by reflection.
    """
    waiting: list[Pixels] = []
    for picture in pictures:
        if waiting and (len(waiting) == _BATCH or waiting[0].shape != picture.shape):
            yield from _run(network, waiting, device)
            waiting = []
        waiting.append(picture)
    if waiting:
        yield from _run(network, waiting, device)


@torch.inference_mode()
def _run(
    network: Segmenter, pictures: Sequence[Pixels], device: torch.device
) -> Iterator[tuple[Map, float]]:
    height, width = pictures[0].shape[:2]
    below, right = -height % MULTIPLE_PX, -width % MULTIPLE_PX
    padded = [cv2.copyMakeBorder(p, 0, below, 0, right, cv2.BORDER_REFLECT_101) for p in pictures]
    pixel, tile = network(torch.from_numpy(np.stack(padded)).to(device))
    maps = pixel.sigmoid()[:, :height, :width].float().cpu().numpy()
    yield from zip(maps, tile.float().cpu().tolist(), strict=True)


def predict_in_scales(
    network: Segmenter, pictures: Iterable[Pixels], device: torch.device
) -> Iterator[Map]:
    """Yield maps that also see each picture at half its size; the larger probability counts."""
    for picture in pictures:
        best: Map | None = None
        for scale in _SCALES:
            size = tuple(round(side * scale) for side in picture.shape[1::-1])
            scaled = (
                picture if scale == 1 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            )
            found, _ = next(predict(network, [scaled], device))
            full = found if scale == 1 else cv2.resize(found, picture.shape[1::-1])
            best = full if best is None else np.maximum(best, full)
        assert best is not None
        yield best
