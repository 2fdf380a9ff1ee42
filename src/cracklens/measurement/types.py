"""Results of the measurement of a crack and of a photograph.

Points are (x, y) in pixels of the upright photograph; the centre of the top-left pixel is (0, 0).
Angles are in degrees, counter-clockwise from the x axis as seen on the photograph, 0 <= a < 180.
Values in mm are None without a scale.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.quantity import Quantity

Floats = NDArray[np.float64]
CrackPattern = Literal["single", "branched", "map"]
Direction = Literal["longitudinal", "transverse", "diagonal"]

UNMEASURED, BY_PROFILE, BY_MASK = 0, 1, 2
"""Method of the width at a station: unmeasured (a junction, a filled part, a marker, another crack
too near, a part that is inferred), from the grey-level profile, or from the mask of the probability
map."""


@dataclass(frozen=True, slots=True)
class WidthProfile:
    """Widths along one branch of a crack, perpendicular to its centreline.

    Attributes:
        points_px: (N, 2) x, y of the stations, on the centreline.
        along_px: (N,) distance of each station from the start of the branch.
        width_px: (N,) full width, from edge to edge at the surface; NaN where unmeasured.
        standard_px: (N,) its standard uncertainty, without that of the scale; NaN where unmeasured.
        method: (N,) uint8, UNMEASURED, BY_PROFILE or BY_MASK.
        width_mm: (N,) or None without a scale.
        standard_mm: (N,) or None; includes scale and tilt.
    """

    points_px: Floats
    along_px: Floats
    width_px: Floats
    standard_px: Floats
    method: NDArray[np.uint8]
    width_mm: Floats | None = None
    standard_mm: Floats | None = None


@dataclass(frozen=True, slots=True)
class Widths:
    """The widths of one crack.

    Attributes:
        profiles: one for each branch, in the order of the branches.
        max_px: greatest width: a high percentile along the length.
        mean_px: mean along the length.
        max_mm: the same in mm.
        mean_mm: the same in mm.
        widest_px: x, y of the point of the greatest width.
        measured_share: share of the length that was measured from grey levels.
        edge_px: how soft the edges are: standard deviation of the blur there, by whatever cause;
            None where that cannot be seen.
    """

    profiles: tuple[WidthProfile, ...]
    max_px: Quantity
    mean_px: Quantity
    max_mm: Quantity | None
    mean_mm: Quantity | None
    widest_px: tuple[float, float]
    measured_share: float
    edge_px: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Length, orientation and pattern of a crack.

    Attributes:
        length_px: of all branches.
        length_mm: the same in mm.
        is_lower_bound: the crack reaches the border of the photograph or an excluded area.
        orientation_deg: of its main axis, each segment weighted by its length; in the plane of the
            wall if there is a homography.
        to_axis_deg: acute angle to the axis of the member, 0 to 90; None without an axis.
        direction: relative to the member's axis; None without an axis.
        pattern: of this crack.
        inferred_px: part of the length where the crack is not seen; see `Branch.inferred`.
        inferred_mm: the same in mm.
    """

    length_px: Quantity
    length_mm: Quantity | None
    is_lower_bound: bool
    orientation_deg: Quantity
    to_axis_deg: float | None
    direction: Direction | None
    pattern: CrackPattern
    inferred_px: float = 0.0
    inferred_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """Figures of a network of map cracking; its greatest width is that of the crack.

    Attributes:
        spacing_px: mean distance of its lines along a straight line through it.
        spacing_mm: the same in mm.
        density_m_per_m2: length of its lines per area that it covers; None without a scale.
        area_m2: area that it covers, its convex hull; None without a scale.
    """

    spacing_px: Quantity
    spacing_mm: Quantity | None
    density_m_per_m2: Quantity | None
    area_m2: Quantity | None


@dataclass(frozen=True, slots=True)
class Field:
    """Pattern, spacing and density of all cracks of one photograph.

    Attributes:
        pattern: "none" without cracks, else the pattern with most of the length.
        parallel: indices of the cracks of each group of parallel cracks.
        spacing_px: mean distance between the cracks of the largest group; None without a group.
        spacing_mm: the same in mm.
        density_m_per_m2: length of all cracks per visible area; None without a scale.
        area_m2: visible area of the wall; None without a scale.
    """

    pattern: Literal["none", "single", "branched", "map", "parallel", "several"]
    parallel: tuple[tuple[int, ...], ...]
    spacing_px: Quantity | None
    spacing_mm: Quantity | None
    density_m_per_m2: Quantity | None
    area_m2: Quantity | None


@dataclass(frozen=True, slots=True)
class CrackMeasurement:
    """All measurements of one crack; `network` is None if it is none."""

    widths: Widths
    course: Course
    network: Network | None = None


@dataclass(frozen=True, slots=True)
class PhotoMeasurement:
    """All measurements of one photograph; `cracks` in the order of the tracing."""

    cracks: tuple[CrackMeasurement, ...]
    field: Field
