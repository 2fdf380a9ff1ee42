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
    total = known = 0.0
    for branch in crack.branches:
        for start, end in zip(branch.points_px[:-1], branch.points_px[1:], strict=True):
            length = float(np.hypot(*(end - start)))
            parts = max(1, round(length / _STEP_PX))
            share = (np.arange(parts) + 0.5)[:, None] / parts
            at = surface.at(start + share * (end - start))
            total += length
            known += length * float((at >= surface.settings.threshold).mean())
    return known / total if total else 1.0
