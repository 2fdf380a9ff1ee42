"""Greatest and mean width of each crack, and its profiles."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.quantity import Quantity
from cracklens.measurement.stations import STATION_ROWS, Floats
from cracklens.measurement.types import BY_PROFILE, UNMEASURED, WidthProfile, Widths
from cracklens.measurement.wall_widths import OnWall
from cracklens.tracing.crack import Crack

WIDE_PERCENT = 95.0
_CORRELATION_PX = 8.0  # correlation length of the local contributions along the line
_LOCAL = ("profile fit", "mask")
"""Local contributions, which vary along a crack. The others are constant along a crack and do not
average out."""
_PLACE_STATIONS = 5  # averaged to find the position of the greatest width


def summarise(measured: OnWall, cracks: Sequence[Crack]) -> tuple[Widths, ...]:
    """Return the widths of each crack, in the order of the cracks."""
    number, edges = measured.found.seen.crack, measured.found.seen.edge_px
    return tuple(
        replace(_crack_widths(measured, number == n, crack), edge_px=_known(edges[n]))
        for n, crack in enumerate(cracks)
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _crack_widths(measured: OnWall, own: NDArray[np.bool_], crack: Crack) -> Widths:
    found = measured.found
    method = found.seen.method
    seen = own & (method != UNMEASURED)
    profiles = _profiles(measured, own)
    share = np.count_nonzero(method[own] == BY_PROFILE) / max(int(np.count_nonzero(own)), 1)
    if not seen.any():
        return _unmeasured(crack, profiles, measured, own)
    width = found.width_px[seen]
    parts = {name: u[seen] for name, u in found.contributions.items()}
    noise = float(np.mean(parts["profile fit"] ** 2))
    max_px = _greatest(width, parts, noise)
    mean_px = Quantity(float(width.mean()), {n: _of_mean(n, u) for n, u in parts.items()})
    max_mm = mean_mm = None
    if measured.mm_per_px is not None and np.isfinite(measured.mm_per_px[seen]).any():
        max_mm, mean_mm = _in_mm(measured, seen & np.isfinite(measured.mm_per_px))
    return Widths(
        profiles=profiles,
        max_px=max_px,
        mean_px=mean_px,
        max_mm=max_mm,
        mean_mm=mean_mm,
        widest_px=_widest(measured, seen),
        measured_share=float(share),
    )


def _in_mm(measured: OnWall, seen: NDArray[np.bool_]) -> tuple[Quantity, Quantity]:
    """Return greatest and mean width in mm over stations that have a scale.

    The uncertainty of the scale is the mean over the stations that each of them comes from.
    """
    assert measured.mm_per_px is not None
    found, ratio = measured.found, measured.mm_per_px[seen]
    width_mm = found.width_px[seen] * ratio
    parts = {name: u[seen] * ratio for name, u in found.contributions.items()}
    shares = {name: u[seen] for name, u in measured.relative.items()}
    greatest = _greatest(width_mm, parts, float(np.mean(parts["profile fit"] ** 2)))
    top = _top(width_mm)
    mean = Quantity(float(width_mm.mean()), {n: _of_mean(n, u) for n, u in parts.items()})
    return (
        greatest.times(1.0, {name: float(u[top].mean()) for name, u in shares.items()}),
        mean.times(1.0, {name: float(u.mean()) for name, u in shares.items()}),
    )


def _top(width: Floats) -> NDArray[np.bool_]:
    """Return which stations determine the high percentile."""
    return width >= np.percentile(width, 100 - 2 * (100 - WIDE_PERCENT))


def _greatest(width: Floats, parts: dict[str, Floats], noise: float) -> Quantity:
    """Return the high percentile, corrected for the noise.

    The variance of the measured widths is the sum of that of the true widths and that of the noise.
    The deviation from the mean is multiplied by the root of the share of the true variance.
    """
    mean, variance = float(width.mean()), float(width.var())
    true = math.sqrt(max(1 - noise / variance, 0.0)) if variance > 0 else 0.0
    value = mean + true * (float(np.percentile(width, WIDE_PERCENT)) - mean)
    top = _top(width)
    return Quantity(value, {n: _of_mean(n, u[top]) for n, u in parts.items()})


def _of_mean(name: str, standard: Floats) -> float:
    """Return a contribution to the uncertainty of the mean over stations."""
    if name not in _LOCAL:
        return float(standard.mean())
    correlated = min(_CORRELATION_PX / STATION_ROWS, len(standard))
    return float(np.sqrt(np.mean(standard**2) * correlated / len(standard)))


def _widest(measured: OnWall, seen: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the point of the greatest width, averaged over a few stations."""
    places = np.flatnonzero(seen)
    width = measured.found.width_px[places]
    if measured.mm_per_px is not None:
        width = width * np.nan_to_num(measured.mm_per_px[places])
    kernel = np.ones(min(_PLACE_STATIONS, len(width)))
    level = np.convolve(width, kernel, "same") / np.convolve(np.ones(len(width)), kernel, "same")
    x, y = measured.found.seen.points_px[places[int(np.argmax(level))]]
    return float(x), float(y)


def _profiles(measured: OnWall, own: NDArray[np.bool_]) -> tuple[WidthProfile, ...]:
    """Return the profile of each branch."""
    found = measured.found
    seen, standard = found.seen, found.standard_px
    profiles = []
    for branch in np.unique(seen.branch[own]):
        here = own & (seen.branch == branch)
        width, u = found.width_px[here], standard[here]
        width_mm = standard_mm = None
        if measured.mm_per_px is not None:
            ratio = measured.mm_per_px[here]
            width_mm = width * ratio
            shares = [(share[here] * width_mm) ** 2 for share in measured.relative.values()]
            standard_mm = np.sqrt((u * ratio) ** 2 + sum(shares))
        profiles.append(
            WidthProfile(
                points_px=seen.points_px[here],
                along_px=seen.along_px[here],
                width_px=width,
                standard_px=u,
                method=seen.method[here],
                width_mm=width_mm,
                standard_mm=standard_mm,
            )
        )
    return tuple(profiles)


def _unmeasured(
    crack: Crack,
    profiles: tuple[WidthProfile, ...],
    measured: OnWall,
    own: NDArray[np.bool_],
) -> Widths:
    """Return the widths of the mask, if no station could be measured."""
    max_px = Quantity(crack.max_width_px, {"mask": 0.25 * crack.max_width_px + 0.5})
    mean_px = Quantity(crack.mean_width_px, {"mask": 0.25 * crack.mean_width_px + 0.5})
    max_mm = mean_mm = None
    if measured.mm_per_px is not None and np.isfinite(measured.mm_per_px[own]).any():
        here = own & np.isfinite(measured.mm_per_px)
        ratio = float(np.mean(measured.mm_per_px[here]))
        relative = {n: float(np.mean(u[here])) for n, u in measured.relative.items()}
        max_mm, mean_mm = (one.times(ratio, relative) for one in (max_px, mean_px))
    return Widths(profiles, max_px, mean_px, max_mm, mean_mm, crack.widest_px, 0.0)
