"""Spacing, density and area of a network of map cracking."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.length import chain_length, lost_length, measurable_parts, measure_length
from cracklens.measurement.plane import upright_mm
from cracklens.measurement.quantity import Quantity
from cracklens.measurement.types import Network
from cracklens.photos.scale import Scale
from cracklens.tracing.crack import Crack

Floats = NDArray[np.float64]

_MM2_PER_M2, _MM_PER_M = 1e6, 1e3
_RECTANGULAR = 1 / math.sqrt(12.0)  # standard deviation of a uniform distribution of width 1


def measure_network(
    crack: Crack,
    scale: Scale | None,
    middle_px: tuple[float, float],
    lost_px: float | None = None,
) -> Network | None:
    """Return the figures of a network; None for another crack, or without an area.

    A straight line through lines of length L in an area A, in all directions, meets one every
    pi A / (2 L) (Crofton; Santalo 1976, Integral Geometry and Geometric Probability, 3.3). The area
    is that of the convex hull. Sources of uncertainty: "tracing", of the length; "edge": the
    network ends up to half a cell inside or outside of its outermost lines; in mm also "scale".

    Args:
        crack: as it was traced.
        scale: of the photograph; without it, the spacing is in px only.
        middle_px: x, y of the photograph's middle.
        lost_px: see `lost_length`; None if it is not known yet.
    """
    if not crack.network:
        return None
    lines = [branch.points_px for branch in crack.branches]
    lost_px = lost_length(lines) if lost_px is None else lost_px
    length_px, length_mm = measure_length(crack, scale, middle_px, lost_px)
    area_px2, perimeter_px = _hull(lines)
    if area_px2 <= 0 or length_px.value <= 0:
        return None
    spacing_px = _spacing(length_px, area_px2, perimeter_px)
    if scale is None or length_mm is None or length_mm.value <= 0:
        return Network(spacing_px, None, None, None)
    seen = measurable_parts(lines, scale, middle_px)
    on_wall = [upright_mm(scale, line, middle_px) for line in seen]
    area_mm2, perimeter_mm = _hull(on_wall)
    if area_mm2 <= 0:
        return Network(spacing_px, None, None, None)
    share = length_mm.contributions.get("scale", 0.0) / length_mm.value
    spacing_mm = _spacing(length_mm, area_mm2, perimeter_mm)
    edge = spacing_mm.contributions["edge"] / spacing_mm.value
    area_m2 = area_mm2 / _MM2_PER_M2
    density = chain_length(on_wall) / _MM_PER_M / area_m2
    tracing = spacing_mm.contributions["tracing"] / spacing_mm.value
    return Network(
        spacing_px,
        Quantity(spacing_mm.value, {**spacing_mm.contributions, "scale": share * spacing_mm.value}),
        Quantity(
            density,
            {"tracing": tracing * density, "edge": edge * density, "scale": share * density},
        ),
        Quantity(area_m2, {"edge": edge * area_m2, "scale": 2 * share * area_m2}),
    )


def _spacing(length: Quantity, area: float, perimeter: float) -> Quantity:
    """Return the mean distance of lines along a straight line through the area."""
    spacing = math.pi * area / (2 * length.value)
    return Quantity(
        spacing,
        {
            "tracing": spacing * length.contributions["tracing"] / length.value,
            "edge": spacing * _RECTANGULAR * spacing * perimeter / area,
        },
    )


def _hull(lines: Sequence[Floats]) -> tuple[float, float]:
    """Return area and perimeter of the convex hull of lines."""
    if not lines:
        return 0.0, 0.0
    hull = cv2.convexHull(np.concatenate(lines).astype(np.float32))
    return float(cv2.contourArea(hull)), float(cv2.arcLength(hull, closed=True))
