"""What a verifier sees of a piece: two strips along the line, its surroundings, the photograph.

Points are (x, y) in pixels of the upright photograph. All views are uint8. The last channels are
the crack probability of the segmenter, and the line itself where the view is not straightened.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.verification.pieces import Piece, Run

Bytes = NDArray[np.uint8]

STRIP_PX = (32, 192)
"""Rows across the line and columns along it, of both strips."""
COARSE = 4
"""The coarse strip shows this times the width and the length of the fine one."""
AROUND_PX, AROUND_STEP = 64, 8
"""Side of the surroundings, and the reduction at which they are seen: 512 px of the photograph."""
WHOLE_PX = 48
"""Side of the thumbnail of the whole photograph."""
VIEWS = {
    "fine": (*STRIP_PX, 4),
    "coarse": (*STRIP_PX, 4),
    "around": (AROUND_PX, AROUND_PX, 5),
    "whole": (WHOLE_PX, WHOLE_PX, 4),
}
"""Shape of each view: rows, columns, channels."""

_SMOOTH_PX = {1: 3.0, COARSE: 12.0}
_AIM_PX = 16.0  # the direction in which a line is continued beyond its end
_GREY = np.uint8(128)


@dataclass(frozen=True, slots=True)
class Planes:
    """A photograph with its probability map, (H, W, 3) and (H, W) uint8."""

    pixels: Bytes
    probability: Bytes


@dataclass(frozen=True, slots=True)
class Pyramid:
    """A photograph at full size and reduced."""

    full: Planes
    coarse: Planes
    small: Planes
    whole: Bytes


def pyramid(pixels: Bytes, probability: Bytes) -> Pyramid:
    """Return the planes from which all views of a photograph are cut.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        probability: (H, W) uint8, 0 to 255.
    """
    full = Planes(pixels, probability)
    whole: Bytes = cv2.resize(pixels, (WHOLE_PX, WHOLE_PX), interpolation=cv2.INTER_AREA)
    return Pyramid(full, _reduced(full, COARSE), _reduced(full, AROUND_STEP), whole)


def _reduced(planes: Planes, times: int) -> Planes:
    """Return planes reduced by a factor; of the probability the greatest, else hairlines vanish."""
    height, width = planes.probability.shape
    size = max(1, width // times), max(1, height // times)
    pixels: Bytes = cv2.resize(planes.pixels, size, interpolation=cv2.INTER_AREA)
    spread = cv2.dilate(planes.probability, np.ones((times, times), np.uint8))
    probability: Bytes = cv2.resize(spread, size, interpolation=cv2.INTER_NEAREST)
    return Planes(pixels, probability)


def views_of(seen: Pyramid, runs: Sequence[Run], pieces: Sequence[Piece]) -> dict[str, Bytes]:
    """Return each view of all pieces, (N, rows, columns, channels)."""
    views = {name: np.empty((len(pieces), *shape), np.uint8) for name, shape in VIEWS.items()}
    paths: dict[int, dict[int, Floats]] = {}
    for place, piece in enumerate(pieces):
        run = runs[piece.run]
        path = paths.setdefault(
            piece.run, {times: _smooth(run.points_px, sigma) for times, sigma in _SMOOTH_PX.items()}
        )
        views["fine"][place] = _strip(seen.full, path[1], piece.middle_px, 1)
        views["coarse"][place] = _strip(seen.coarse, path[COARSE], piece.middle_px, COARSE)
        views["around"][place] = _around(seen.small, run, piece)
        views["whole"][place] = _whole(seen, run)
    return views


def _smooth(points: Floats, sigma: float) -> Floats:
    """Return a path smoothed along itself; its ends stay."""
    count = len(points)
    reach = int(min(3 * sigma, count - 1))
    if reach < 1:
        return points
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    before = 2 * points[:1] - points[reach:0:-1]
    after = 2 * points[-1:] - points[-2 : -reach - 2 : -1]
    padded = np.concatenate([before, points, after])
    smooth: Floats = np.stack(
        [np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1
    )
    return smooth


def _strip(planes: Planes, path: Floats, middle_px: float, times: int) -> Bytes:
    """Return the photograph straightened along a path; beyond its ends, along a straight line."""
    rows, columns = STRIP_PX
    at: Floats = middle_px + times * (np.arange(columns, dtype=np.float64) - (columns - 1) / 2)
    points, normal = _along(path, at)
    across = times * (np.arange(rows) - (rows - 1) / 2)
    places = points[None] + across[:, None, None] * normal[None]
    places = (places + 0.5) / times - 0.5
    x, y = places[..., 0].astype(np.float32), places[..., 1].astype(np.float32)
    return _sampled(planes, x, y)


def _sampled(planes: Planes, x: NDArray[np.float32], y: NDArray[np.float32]) -> Bytes:
    """Return values at places; `cv2.remap` is limited to 32,767 px, so a window is cut first."""
    height, width = planes.probability.shape
    left = int(np.clip(x.min() - 2, 0, width - 1))
    top = int(np.clip(y.min() - 2, 0, height - 1))
    right = int(np.clip(x.max() + 3, left + 1, width))
    bottom = int(np.clip(y.max() + 3, top + 1, height))
    window = slice(top, bottom), slice(left, right)
    return np.dstack(
        [
            cv2.remap(
                plane[window],
                x - np.float32(left),
                y - np.float32(top),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT_101,
            )
            for plane in (planes.pixels, planes.probability)
        ]
    )


def _along(path: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return points and unit normals at distances along a path with a point at every pixel."""
    last = len(path) - 1
    step = np.hypot(*(np.diff(path, axis=0)).T).mean() if last else 1.0
    index = at / max(float(step), 1e-6)
    inside = np.clip(index, 0, last)
    points = np.stack([np.interp(inside, np.arange(last + 1), c) for c in path.T], axis=1)
    aim = max(1, min(int(_AIM_PX), last))
    first, final = _unit(path[aim] - path[0]), _unit(path[last] - path[last - aim])
    over = (index - inside) * step
    points += np.where(over[:, None] < 0, first, final) * over[:, None]
    low = np.clip(np.floor(inside).astype(int) - 2, 0, last)
    high = np.clip(low + 4, 0, last)
    ahead = path[high] - path[np.minimum(low, np.maximum(high - 1, 0))]
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    ahead = np.where(over[:, None] < 0, first, np.where(over[:, None] > 0, final, ahead))
    return points, np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)


def _unit(step: Floats) -> Floats:
    length = float(np.hypot(*step))
    return step / length if length > 0 else np.array([1.0, 0.0])


def _around(planes: Planes, run: Run, piece: Piece) -> Bytes:
    """Return the reduced surroundings of the middle of a piece, and the whole run in them."""
    middle = run.points_px[
        min(
            int(piece.middle_px / max(run.length_px, 1e-9) * len(run.points_px)),
            -1 + len(run.points_px),
        )
    ]
    place = (middle + 0.5) / AROUND_STEP - 0.5
    offset = np.arange(AROUND_PX) - (AROUND_PX - 1) / 2
    x = np.broadcast_to(place[0] + offset[None, :], (AROUND_PX, AROUND_PX)).astype(np.float32)
    y = np.broadcast_to(place[1] + offset[:, None], (AROUND_PX, AROUND_PX)).astype(np.float32)
    line = np.zeros((AROUND_PX, AROUND_PX), np.uint8)
    drawn = ((run.points_px + 0.5) / AROUND_STEP - 0.5) - place + (AROUND_PX - 1) / 2
    cv2.polylines(line, [np.rint(drawn).astype(np.int32)], isClosed=False, color=255)
    return np.dstack([_sampled(planes, x, y), line])


def _whole(seen: Pyramid, run: Run) -> Bytes:
    """Return the thumbnail with the run in it."""
    height, width = seen.full.probability.shape
    line = np.zeros((WHOLE_PX, WHOLE_PX), np.uint8)
    drawn = run.points_px * (WHOLE_PX / np.array([width, height]))
    cv2.polylines(line, [drawn.astype(np.int32)], isClosed=False, color=255)
    return np.dstack([seen.whole, line])
