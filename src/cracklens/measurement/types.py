"""What the measurement says of a crack and of a photograph.

Points are (x, y) in pixels of the upright photograph; the centre of the top-left pixel is (0, 0).
Angles are in degrees, counter-clockwise from the x axis as seen on the picture, 0 <= a < 180. What
is in mm is None where there is no scale.
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
"""How the width at a station was found: not at all (a fork, a filled stretch, a marker, another
crack too near), from the grey-level profile, or from the probability mask alone."""


@dataclass(frozen=True, slots=True)
class WidthProfile:
    """Widths along one branch of a crack, perpendicular to its centreline.

    Attributes:
        points_px: (N, 2) x, y of the stations, on the centreline.
        along_px: (N,) distance of each station from the start of the branch.
        width_px: (N,) full width, from edge to edge at the surface; NaN where unmeasured.
        standard_px: (N,) its standard uncertainty, of the width in px alone; NaN where unmeasured.
        method: (N,) uint8, UNMEASURED, BY_PROFILE or BY_MASK.
        width_mm: (N,) or None without a scale.
        standard_mm: (N,) or None; scale and tilt included.
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
        max_px: greatest width: a high percentile along the length, at its place.
        mean_px: mean along the length.
        max_mm: the same in mm.
        mean_mm: the same in mm.
        widest_px: x, y of the place of the greatest width.
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
    """How long a crack is, where it leads, and what it looks like as a whole.

    Attributes:
        length_px: of all branches.
        length_mm: the same in mm.
        is_lower_bound: it leaves the photograph, or what hides it.
        orientation_deg: of its main axis, each stretch weighted by its length; in the plane of the
            wall where a homography is known.
        to_axis_deg: acute angle to the axis of the member, 0 to 90; None without an axis.
        direction: against the member's axis; None without an axis.
        pattern: what it is taken alone.
    """

    length_px: Quantity
    length_mm: Quantity | None
    is_lower_bound: bool
    orientation_deg: Quantity
    to_axis_deg: float | None
    direction: Direction | None
    pattern: CrackPattern


@dataclass(frozen=True, slots=True)
class Field:
    """What the cracks of one photograph are together.

    Attributes:
        pattern: "none" without cracks, else what dominates by length.
        parallel: indices of cracks in groups that run beside each other in one direction.
        spacing_px: mean distance between the cracks of the largest such group; None without one.
        spacing_mm: the same in mm.
        density_m_per_m2: length of all cracks by the area seen; None without a scale.
        area_m2: of the wall that is seen; None without a scale.
    """

    pattern: Literal["none", "single", "branched", "map", "parallel", "several"]
    parallel: tuple[tuple[int, ...], ...]
    spacing_px: Quantity | None
    spacing_mm: Quantity | None
    density_m_per_m2: Quantity | None
    area_m2: Quantity | None


@dataclass(frozen=True, slots=True)
class CrackMeasurement:
    """All that was measured of one crack."""

    widths: Widths
    course: Course


@dataclass(frozen=True, slots=True)
class PhotoMeasurement:
    """All that was measured in one photograph; `cracks` in the order of the tracing."""

    cracks: tuple[CrackMeasurement, ...]
    field: Field
