"""Subpixel distances of the two edges of a crack from its centreline."""

import numpy as np

from cracklens.tracing.crack import Floats
from cracklens.tracing.mask import Bytes
from cracklens.tracing.packed import Packing, courses
from cracklens.tracing.sampling import sample

_INNER_PX, _OUTER_PX, _STEP_PX = 1.5, 2.5, 0.5  # about the edge of the mask
_BLOCK = 16_384  # points at once: 30 MB


def half_widths(probability: Bytes, points_px: Floats, radius_px: Floats) -> tuple[Floats, Floats]:
    """Return the distance of the left and the right edge from each point, (N,) each.

    The map is integrated across the line and divided by its largest value there. If the map holds
    the covered share of each pixel, the result is exact; for soft edges it is about the width at
    half the height. The radius of the mask, which is quantised by pixels, only defines the range of
    the integration: from 1.5 px inside to 2.5 px outside the edge of the mask.

    Args:
        probability: (H, W) uint8.
        points_px: (N, 2) x, y along a smooth line, N >= 2.
        radius_px: (N,) distance to the edge of the mask.
    """
    ahead = courses(points_px, Packing.of([len(points_px)]))
    return half_widths_across(probability, points_px, radius_px, ahead)


def half_widths_across(
    probability: Bytes, points_px: Floats, radius_px: Floats, ahead: Floats
) -> tuple[Floats, Floats]:
    """Return what `half_widths` does for points of any lines.

    Args:
        probability: (H, W) uint8.
        points_px: (N, 2) x, y.
        radius_px: (N,) distance to the edge of the mask.
        ahead: (N, 2) unit direction of the line at each point.
    """
    blocks = [slice(low, low + _BLOCK) for low in range(0, len(points_px), _BLOCK)]
    found = [_of_block(probability, points_px[b], radius_px[b], ahead[b]) for b in blocks]
    one, other = zip(*found, strict=True)
    return np.concatenate(one), np.concatenate(other)


def _of_block(
    probability: Bytes, points_px: Floats, radius_px: Floats, ahead: Floats
) -> tuple[Floats, Floats]:
    left = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    # The radius is measured between pixel centres; the edge is half a pixel nearer.
    inner = np.maximum(radius_px - 0.5 - _INNER_PX, 0.0)
    steps = (np.arange(int((_INNER_PX + _OUTER_PX) / _STEP_PX)) + 0.5) * _STEP_PX
    away = inner[:, None] + steps
    seen = away <= (radius_px - 0.5 + _OUTER_PX)[:, None]
    aside = away[..., None] * left[:, None]
    places = np.concatenate(
        [points_px[:, None], points_px[:, None] + aside, points_px[:, None] - aside], axis=1
    )
    values = sample(probability, places)
    centre = values[:, 0]
    sides = [np.where(seen, side, 0.0) for side in np.split(values[:, 1:], 2, axis=1)]
    peak = np.maximum(np.maximum(*sides).max(axis=1), np.maximum(centre, 1e-3))
    one, other = (inner + (side / peak[:, None]).sum(axis=1) * _STEP_PX for side in sides)
    return one, other
