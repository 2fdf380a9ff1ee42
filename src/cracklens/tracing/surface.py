"""Lines that lie where the photograph shows no surface that the model knows."""

from dataclasses import replace

import numpy as np

from cracklens.detection.surface import SurfaceMap
from cracklens.tracing.candidate import renumbered
from cracklens.tracing.crack import Crack, Rejected, Tracing
from cracklens.tracing.reject import longest

_STEP_PX = 8.0
_LEAST_SHARE = 0.5


def on_known_surfaces(tracing: Tracing, surface: SurfaceMap) -> Tracing:
    """Set aside each crack of which more than half lies where no surface is known.

    Args:
        tracing: cracks and rejected lines of a photograph.
        surface: what the surface model says of it.
    """
    kept: list[int] = []
    gone: list[Rejected] = []
    for index, crack in enumerate(tracing.cracks):
        elsewhere = 1 - known_share(crack, surface)
        if elsewhere > _LEAST_SHARE:
            detail = (
                f"{elsewhere:.0%} of it lies where the picture shows no concrete, plaster, masonry "
                "or asphalt that the model knows"
            )
            gone.append(Rejected(replace(crack, continues=()), "no concrete surface", detail))
        else:
            kept.append(index)
    if not gone:
        return tracing
    rejected = sorted([*tracing.rejected, *longest(gone)], key=lambda one: -one.crack.length_px)
    cracks = tuple(renumbered(tracing.cracks, kept))
    return replace(tracing, cracks=cracks, rejected=tuple(rejected))


def known_share(crack: Crack, surface: SurfaceMap) -> float:
    """Return the share of a crack's length, 0 to 1, that lies on a surface that is known."""
    lines = [branch.points_px for branch in crack.branches]
    starts = np.concatenate([line[:-1] for line in lines])
    steps = np.concatenate([np.diff(line, axis=0) for line in lines])
    length = np.hypot(*steps.T)
    total = float(length.sum())
    if not total:
        return 1.0
    parts = np.maximum(1, np.round(length / _STEP_PX)).astype(np.int64)
    segment = np.repeat(np.arange(len(parts)), parts)
    first = np.cumsum(parts) - parts
    share = (np.arange(len(segment)) - first[segment] + 0.5) / parts[segment]
    at = surface.at(starts[segment] + share[:, None] * steps[segment])
    known = np.add.reduceat((at >= surface.settings.threshold).astype(np.float64), first) / parts
    return float(length @ known) / total
