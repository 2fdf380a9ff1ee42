"""Length of a crack: the length of its polylines, at the resolution of the tracing."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cracklens.measurement.chains import Chains
from cracklens.measurement.plane import horizon_margin, standard_by_scale
from cracklens.measurement.quantity import Quantity
from cracklens.photos.scale import Scale
from cracklens.tracing.crack import Crack

Floats = NDArray[np.float64]

RESOLUTION_PX = 2.0
"""A crack is a fractal: its length depends on the step of the measurement (Mandelbrot 1967,
doi:10.1126/science.156.3775.636). The tracing smooths a centreline with a Gaussian of 1.5 points,
which are 1 to 1.41 px apart. So its resolution is a Gaussian of about 2 px."""

_LOST_SHARE, _NOISE_SHARE = 0.4, 0.0015
"""Standard uncertainty of a length, as a share of the length lost by another smoothing of
`RESOLUTION_PX`, and as a share of the length. For 171 rendered cracks of the seeds 1000 to 1239,
detected by the network, the mean error was 0.04 % and its standard deviation 0.41 %; 95 % of the
errors were within 1.96 times this. Other seeds: `docs/results/courses.md`."""

_END_PX, _END_PX2 = 2.0, 6.0
"""Standard uncertainty of a free end: 2 px plus 6 px divided by the mean width in px. Near its tip
a crack is too narrow to be detected; for a narrow crack this part is longer. For the same cracks,
the median of the undetected length was 1.5 px. 95 % were below 5 px for widths of 3 px and more,
and below 14 px for narrower cracks."""

_STEP_PX = 1.0
_REACH = 4.0  # radius of the smoothing kernel, in standard deviations


def chain_length(lines: Sequence[Floats]) -> float:
    """Return the length of polylines, in the unit of their points.

    >>> chain_length([np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]])])
    6.0
    """
    return Chains.of(lines).length()


def measure_length(
    crack: Crack, scale: Scale | None, middle_px: tuple[float, float], lost_px: float
) -> tuple[Quantity, Quantity | None]:
    """Return the length of all branches in px and, with a scale, in mm on the wall.

    Sources of uncertainty: "tracing", roughness near the resolution and noise of the centreline;
    "ends"; in mm also "scale". Parts of a crack near the horizon of the wall or beyond it count
    only in px.

    Args:
        crack: with at least one branch.
        scale: of the photograph.
        middle_px: x, y of the photograph's middle.
        lost_px: see `lost_length`.
    """
    lines = [branch.points_px for branch in crack.branches]
    length_px = chain_length(lines)
    found = Quantity(
        length_px,
        {
            "tracing": math.hypot(_LOST_SHARE * lost_px, _NOISE_SHARE * length_px),
            "ends": missing_at_ends_px(crack),
        },
    )
    if scale is None:
        return found, None
    kept = Chains.of(measurable_parts(lines, scale, middle_px))
    length_mm = wall_length_mm(kept, scale)
    by_scale = standard_by_scale(
        scale,
        lambda other: wall_length_mm(kept, other) - length_mm,
        otherwise=scale.relative_standard * length_mm,
    )
    on_wall = found.times(length_mm / length_px if length_px else 0.0)
    return found, Quantity(on_wall.value, {**on_wall.contributions, "scale": by_scale})


def wall_length_mm(lines: Chains, scale: Scale) -> float:
    """Return the length on the wall of polylines of the photograph."""
    return lines.length(scale.to_mm(lines.points))


def inferred_mm(crack: Crack, scale: Scale, middle_px: tuple[float, float]) -> float:
    """Return the length on the wall of the parts that are not seen."""
    parts = [
        branch.points_px[first : last + 1]
        for branch in crack.branches
        for first, last in branch.inferred
    ]
    return wall_length_mm(Chains.of(measurable_parts(parts, scale, middle_px)), scale)


def missing_at_ends_px(crack: Crack) -> float:
    """Return the standard uncertainty of the length at all free ends together."""
    each_px = _END_PX + _END_PX2 / max(crack.mean_width_px, 1.0)
    return each_px * math.sqrt(free_ends(crack))


def lost_length(lines: Sequence[Floats], sigma: float = RESOLUTION_PX) -> float:
    """Return the length that polylines lose under a Gaussian, a measure of their roughness."""
    softer = chain_length([smoothed(line, sigma) for line in lines])
    return abs(chain_length(lines) - softer)


def smoothed(line: Floats, sigma: float) -> Floats:
    """Return a smoothed polyline, (M, 2); its ends do not move, and a closed one stays closed.

    Args:
        line: (N, 2).
        sigma: standard deviation, in the unit of the points.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    count = max(math.ceil(along[-1] / (_STEP_PX * sigma / RESOLUTION_PX)), 1)
    at = np.linspace(0.0, along[-1], count + 1)
    points = np.column_stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)])
    step = along[-1] / count
    if step <= 0.0:
        return points
    if len(line) > 2 and (line[0] == line[-1]).all():  # noqa: PLR2004
        ring = gaussian_filter1d(points[:-1], sigma / step, axis=0, mode="wrap", truncate=_REACH)
        return np.concatenate([ring, ring[:1]])
    reach = min(math.ceil(_REACH * sigma / step), count)
    padded = np.pad(points, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    soft = gaussian_filter1d(padded, sigma / step, axis=0, mode="nearest", truncate=_REACH)
    inner: Floats = soft[reach : len(soft) - reach]
    return inner


def measurable_parts(
    lines: Sequence[Floats], scale: Scale, middle_px: tuple[float, float]
) -> list[Floats]:
    """Return the parts of polylines that lie where the wall can be measured."""
    if scale.homography is None:
        return list(lines)
    kept = []
    for line in lines:
        near = horizon_margin(scale, line, middle_px) >= 0
        if near.all():
            kept.append(line)
            continue
        change = np.diff(np.concatenate([[0], near.astype(np.int8), [0]]))
        runs = zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True)
        kept += [line[start:stop] for start, stop in runs if stop - start > 1]
    return kept


def free_ends(crack: Crack) -> int:
    """Return the number of free ends of a crack."""
    meeting = Counter(node for branch in crack.branches for node in (branch.start, branch.end))
    return sum(count == 1 for count in meeting.values())
