"""The finest crack that a segmenter finds: from this width on nine tenths are marked."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from skimage.filters import apply_hysteresis_threshold

from cracklens.progress import SILENT, Progress
from cracklens.training.segment.network import Segmenter
from cracklens.training.segment.predict import SCALES, predict
from cracklens.training.segment.rendered_bank import SIDE_PX, RenderedPicture, render_picture

PICTURES = 160
WIDTHS_PX = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
"""Edges of the classes of width."""
SHARE = 0.9
_SEED = 2_000_003
_NEAR_PX = 2
_LEAST_PX = 200  # a class of width with less centreline says nothing


def finest_crack_px(
    network: Segmenter,
    thresholds: tuple[float, float],
    backgrounds: Sequence[Path],
    device: torch.device,
    *,
    most: int = PICTURES,
    progress: Progress = SILENT,
) -> float | None:
    """Return the width from which on `SHARE` of a crack is marked, on rendered concrete; or None.

    Args:
        network: in evaluation mode.
        thresholds: of the hysteresis: seed and grow.
        backgrounds: real crack-free pictures, not those of the training.
        device: of the network.
        most: pictures to render at most.
        progress: listener.
    """
    drawn = [
        render_picture(_SEED + number, backgrounds, distractors=False)
        for number in range(min(PICTURES, most))
    ]
    cracked = [picture for picture in drawn if picture.cracks]
    found, total = np.zeros((2, len(WIDTHS_PX) - 1))
    with progress.step("finest crack", len(cracked)) as step:
        maps = predict(network, (p.pixels for p in cracked), device, scales=SCALES)
        for picture, (shown, _) in zip(cracked, maps, strict=True):
            here = _found_by_width(picture, shown, thresholds)
            found += here[0]
            total += here[1]
            step.advance()
    return finest(found, total)


def finest(found: NDArray[np.float64], total: NDArray[np.float64]) -> float | None:
    """Return the low edge of the finest class from which on every class is found well enough.

    Args:
        found: (K,) marked length in each class of width.
        total: (K,) length in each class.
    """
    least: float | None = None
    for low, part, whole in reversed(list(zip(WIDTHS_PX, found, total, strict=False))):
        if whole < _LEAST_PX:
            continue
        if part < SHARE * whole:
            break
        least = low
    return least


def _found_by_width(
    picture: RenderedPicture, shown: NDArray[np.float32], thresholds: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    seed, grow = thresholds
    mask = apply_hysteresis_threshold(shown, grow, seed).astype(np.uint8)
    side = 2 * _NEAR_PX + 1
    near = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))) > 0
    found, total = np.zeros((2, len(WIDTHS_PX) - 1))
    for crack in picture.cracks:
        x, y = np.rint(crack.points_px).astype(int).clip(0, SIDE_PX - 1).T
        visible = picture.crack[y, x] > 0
        length = np.append(np.hypot(*np.diff(crack.points_px, axis=0).T), 0.0) * visible
        place = np.digitize(crack.width_px, WIDTHS_PX) - 1
        inside = (place >= 0) & (place < len(found))
        np.add.at(total, place[inside], length[inside])
        np.add.at(found, place[inside], (length * near[y, x])[inside])
    return found, total
