"""Stitching of the maps of windows to rows of the photograph."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cracklens.photos.windows import WindowPlan


def stitch(plan: WindowPlan, maps: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Blend the maps of all windows; yield each band of rows as soon as it is complete.

    Only one row of windows is in memory, never the whole map.

    Args:
        plan: the windows.
        maps: (height x width of a window) of each window, in the order of the plan.

    Yields:
        (rows x width of the photograph) float32, from top to bottom.
    """
    rows, columns = plan.rows, plan.columns
    beside = -columns.starts_px[0]  # columns of the windows that lie before the photograph's first
    width = columns.starts_px[-1] + columns.window_px + beside
    blended = np.zeros((rows.window_px, width), np.float32)
    ends = (*rows.starts_px[1:], rows.length_px)
    source = iter(maps)
    for top, end, down in zip(rows.starts_px, ends, rows.weights, strict=True):
        for left, across in zip(columns.starts_px, columns.weights, strict=True):
            weighted = next(source) * down[:, None]
            weighted *= across
            start = left + beside
            blended[:, start : start + columns.window_px] += weighted
        done = end - top
        yield blended[max(-top, 0) : done, beside : beside + columns.length_px].copy()
        blended[:-done] = blended[done:]
        blended[-done:] = 0
