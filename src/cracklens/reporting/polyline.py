"""Parts, dashes and simplification of polylines."""

import cv2
import numpy as np

from cracklens.reporting.picture import Floats


def piece_of(line_px: Floats, start_px: float, stop_px: float) -> Floats:
    """Return the part of a polyline between two distances along it; corners inside are kept.

    Args:
        line_px: (N, 2) x, y.
        start_px: distance of the first point from the start, along the line.
        stop_px: the same for the last point.

    >>> piece_of(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]]), 4.0, 12.0).tolist()
    [[4.0, 0.0], [10.0, 0.0], [10.0, 2.0]]
    """
    along = distance_along(line_px)
    corners = along[(along > start_px) & (along < stop_px)]
    at = np.concatenate([[start_px], corners, [stop_px]])
    return np.stack([np.interp(at, along, line_px[:, axis]) for axis in (0, 1)], axis=1)


def dashes(line_px: Floats, dash_px: float, gap_px: float) -> list[Floats]:
    """Return the dashes of a dashed polyline; corners inside a dash are kept.

    Args:
        line_px: (N, 2) x, y.
        dash_px: length of a dash along the line.
        gap_px: length of a gap.

    >>> [piece.tolist() for piece in dashes(np.array([[0.0, 0.0], [10.0, 0.0]]), 4, 3)]
    [[[0.0, 0.0], [4.0, 0.0]], [[7.0, 0.0], [10.0, 0.0]]]
    """
    whole_px = distance_along(line_px)[-1]
    return [
        piece_of(line_px, start, min(start + dash_px, whole_px))
        for start in np.arange(0.0, whole_px, dash_px + gap_px)
    ]


def simplified(line_px: Floats, tolerance_px: float) -> Floats:
    """Return a polyline with fewer points; the omitted ones are within the tolerance of it.

    Ramer, Douglas and Peucker, with OpenCV's `approxPolyDP`.

    >>> simplified(np.array([[0.0, 0.0], [5.0, 0.4], [10.0, 0.0]]), 1.0).tolist()
    [[0.0, 0.0], [10.0, 0.0]]
    """
    if tolerance_px <= 0:
        return line_px
    fewer = cv2.approxPolyDP(line_px.astype(np.float32)[:, None], tolerance_px, closed=False)
    found: Floats = fewer[:, 0].astype(np.float64)
    return found if len(found) > 1 else line_px[[0, -1]]


def distance_along(line_px: Floats) -> Floats:
    """Return the distance of each point along its polyline, (N,) px."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line_px, axis=0).T))])
