"""Numbers that describe the course of a piece and of its line, and what lies on either side."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.crack import Floats
from cracklens.verification.pieces import Piece, Run

Descriptors = NDArray[np.float32]
Bytes = NDArray[np.uint8]

NAMES = (
    "length of the piece, log px",
    "length of the run, log px",
    "length of the candidate, log px",
    "branches of the candidate, log",
    "probability, mean",
    "probability, 10th percentile",
    "probability, 90th percentile",
    "share inferred",
    "width, log px",
    "variation of the width",
    "deviation from a straight line over the run, log px",
    "deviation from a straight line over the piece, log px",
    "variation of the width over the run",
    "length over distance of the ends",
    "turning, rad per 10 px",
    "upright or level, 0 to 1",
    "free ends",
    "ends at the border of the photograph",
    "parallel runs nearby, log",
    "equal spacing of parallels",
    "depth of the valley",
    "step across",
    "darkness beside",
    "colour inside against beside",
    "saturation beside",
    "texture beside",
    "depth over texture",
)
"""Names of the descriptors, in order."""

_PARALLEL_DEG, _PARALLEL_PX = 6.0, 400.0
_BORDER_PX = 4.0
_MOST_RUNS = 600  # parallels are sought among the longest runs only
_LUMINANCE = np.array([0.299, 0.587, 0.114])


def descriptors_of(
    fine: Bytes, runs: Sequence[Run], pieces: Sequence[Piece], size_px: tuple[int, int]
) -> Descriptors:
    """Return the descriptors of all pieces, (N, len(NAMES)) float32.

    Args:
        fine: (N, rows, columns, 4) the fine strip of each piece, see `views_of`.
        runs: of all candidates of the photograph.
        pieces: of these runs.
        size_px: rows and columns of the photograph.
    """
    lengths: dict[int, float] = {}
    counts: dict[int, int] = {}
    for run in runs:
        lengths[run.candidate] = lengths.get(run.candidate, 0.0) + run.length_px
        counts[run.candidate] = counts.get(run.candidate, 0) + len(run.branches)
    parallels = _parallels(runs)
    found = np.zeros((len(pieces), len(NAMES)), np.float32)
    for place, piece in enumerate(pieces):
        run = runs[piece.run]
        found[place] = (
            *_sizes(piece, run, lengths[run.candidate], counts[run.candidate]),
            *_evidence(fine[place], piece, run),
            *_course(piece, run),
            *_ends(run, size_px),
            *parallels[piece.run],
            *_across(fine[place], piece, run),
        )
    return np.nan_to_num(found, posinf=8.0, neginf=-8.0)


def _part(piece: Piece, run: Run) -> slice:
    """Return the points of a run that belong to a piece, at least two."""
    last = len(run.points_px) - 1
    scale = last / max(run.length_px, 1e-9)
    start = min(int(piece.start_px * scale), last - 1)
    return slice(start, max(start + 2, int(np.ceil(piece.end_px * scale)) + 1))


def _sizes(
    piece: Piece, run: Run, candidate_px: float, branches: int
) -> tuple[float, float, float, float]:
    own = piece.end_px - piece.start_px
    return np.log1p(own), np.log1p(run.length_px), np.log1p(candidate_px), np.log(branches)


def _evidence(fine: Bytes, piece: Piece, run: Run) -> tuple[float, ...]:
    """Return the probability along the piece, how much is inferred, and its width."""
    rows, columns = fine.shape[:2]
    reach = min(columns / 2, max((piece.end_px - piece.start_px) / 2, 1.0))
    inside = slice(int(columns / 2 - reach), int(np.ceil(columns / 2 + reach)))
    along = fine[rows // 2 - 2 : rows // 2 + 2, inside, 3].max(axis=0) / 255
    part = _part(piece, run)
    width = 2 * run.radius_px[part]
    return (
        float(along.mean()),
        float(np.percentile(along, 10)),
        float(np.percentile(along, 90)),
        float(run.inferred[part].mean()),
        float(np.log(max(float(width.mean()), 0.3))),
        float(width.std() / max(float(width.mean()), 0.3)),
    )


def _course(piece: Piece, run: Run) -> tuple[float, ...]:
    points = run.points_px[_part(piece, run)]
    step = points[-1] - points[0]
    chord = float(np.hypot(*step))
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    coarse = points[:: max(1, min(8, len(points) // 3))]
    angle = np.unwrap(np.arctan2(*np.diff(coarse, axis=0).T[::-1]))
    turning = float(np.abs(np.diff(angle)).mean()) if len(angle) > 1 else 0.0
    upright = abs(float(np.cos(2 * np.arctan2(step[1], step[0]))))
    whole = run.regularity
    return (
        float(np.log(0.05 + min(whole.rms_px, 50.0))),
        float(np.log(0.05 + _deviation(points))),
        float(min(whole.width_variation, 3.0)),
        min(length / max(chord, 1.0), 5.0),
        turning,
        upright,
    )


def _deviation(points: Floats) -> float:
    """Return the root mean square distance to the best straight line."""
    centred = points - points.mean(axis=0)
    return float(np.sqrt(max(float(np.linalg.eigvalsh(centred.T @ centred / len(points))[0]), 0.0)))


def _ends(run: Run, size_px: tuple[int, int]) -> tuple[float, float]:
    high = np.array(size_px[::-1]) - 1.0
    at_border = 0
    for point in (run.points_px[0], run.points_px[-1]):
        at_border += bool((np.minimum(point, high - point) < _BORDER_PX).any())
    return float(sum(run.free)), float(at_border)


def _parallels(runs: Sequence[Run]) -> list[tuple[float, float]]:
    """Return for each run how many lie parallel beside it, and how evenly they are spaced."""
    none = (0.0, 0.0)
    order = sorted(range(len(runs)), key=lambda i: -runs[i].length_px)[:_MOST_RUNS]
    if len(order) < 2:  # noqa: PLR2004
        return [none] * len(runs)
    ends = np.array([(runs[i].points_px[0], runs[i].points_px[-1]) for i in order])
    middle, step = ends.mean(axis=1), ends[:, 1] - ends[:, 0]
    length = np.maximum(np.hypot(*step.T), 1e-9)
    unit = step / length[:, None]
    found = [none] * len(runs)
    for place, index in enumerate(order):
        turned = np.abs(unit @ unit[place])
        away = middle - middle[place]
        along, aside = away @ unit[place], away @ np.array([-unit[place, 1], unit[place, 0]])
        beside = (
            (turned > np.cos(np.radians(_PARALLEL_DEG)))
            & (np.abs(along) < (length + length[place]) / 2)
            & (np.abs(aside) > 6)  # noqa: PLR2004
            & (np.abs(aside) < _PARALLEL_PX)
            & (length > length[place] / 4)
        )
        gaps = np.diff(np.sort(np.append(aside[beside], 0.0)))
        even = 0.0
        if gaps.size > 1:
            even = float(np.exp(-gaps.std() / max(float(gaps.mean()), 1.0)))
        found[index] = float(np.log1p(beside.sum())), even
    return found


def _across(fine: Bytes, piece: Piece, run: Run) -> tuple[float, ...]:
    """Return depth, step, darkness, colour and texture across a piece, from its fine strip."""
    rows, columns = fine.shape[:2]
    reach = min(columns / 2, max((piece.end_px - piece.start_px) / 2, 2.0))
    part = fine[:, int(columns / 2 - reach) : int(np.ceil(columns / 2 + reach)), :3].astype(
        np.float64
    )
    grey = part @ _LUMINANCE
    away = np.abs(np.arange(rows) - (rows - 1) / 2)
    half = float(np.clip(run.radius_px[_part(piece, run)].mean(), 0.6, rows / 4))
    inside, beside = away <= half, (away > half + 2) & (away < half + 9)
    upper = beside & (np.arange(rows) < rows / 2)
    lower = beside & ~upper
    if not (inside.any() and upper.any() and lower.any()):
        return (0.0,) * 7
    level = grey[inside].mean()
    sides = grey[upper].mean(), grey[lower].mean()
    ground = max(sum(sides) / 2, 1.0)
    texture = float(grey[beside].std(axis=1).mean())
    colour_in, colour_out = part[inside].mean((0, 1)), part[beside].mean((0, 1))
    tint = colour_in / max(colour_in.mean(), 1.0) - colour_out / max(colour_out.mean(), 1.0)
    saturation = (colour_out.max() - colour_out.min()) / max(colour_out.max(), 1.0)
    depth = (min(sides) - level) / ground
    return (
        float(depth),
        float(abs(sides[0] - sides[1]) / ground),
        float(ground / 255),
        float(np.abs(tint).max()),
        float(saturation),
        float(texture / ground),
        float(np.clip((min(sides) - level) / max(texture, 1.0), -10, 10)),
    )
