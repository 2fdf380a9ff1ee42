"""The lines of the cracks of a specimen on the wall.

Units are px at the picture's middle; the origin is the point of the wall on the optical axis.
"""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import branch_line, fractal_line
from cracklens.synthesis.distractors.canvas import bend
from cracklens.synthesis.layouts import Course as Line
from cracklens.synthesis.network import map_cracks

__all__ = ["Line", "lines_on_wall"]

_STEP_PX = 2.0  # distance of points; with tilt, the width in the picture is not linear in between
# If a line bends within less than its width, its edges overlap and no perpendicular width exists.
_LEAST_ROUGHNESS_PX, _ROUGHNESS_WIDTHS = 4.0, 1.5
_STEM_POINTS = 8  # a branch starts from a line thinned to one point in 8, without fine roughness
_BRANCH_SHARE = 0.45  # of the length of the main crack
_BRANCH_WIDTH_SHARE = 0.7


def lines_on_wall(
    layout: str,
    size_px: tuple[int, int],
    width_px: float,
    rng: np.random.Generator,
    *,
    cracks: int,
    angle_deg: float | None,
    length_px: float,
    spacing_px: float,
    roughness: float,
    fade_px: float,
) -> list[Line]:
    """Return the lines of the cracks; arguments as of `render_specimen`, with defaults resolved."""
    drawn_deg = rng.uniform(0.0, 180.0)
    angle = math.radians(drawn_deg if angle_deg is None else angle_deg)
    if layout == "map":
        columns, rows = size_px
        network = map_cracks(rows, columns, width_px, rng, cell_px=spacing_px)
        middle = np.array([columns - 1, rows - 1]) / 2
        return [
            Line(c.points_px - middle, c.width_px, c.fade_start_px, c.fade_end_px) for c in network
        ]
    ahead = np.array([math.cos(angle), -math.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]])
    lines = []
    for rank in range(cracks):
        middle = (rank - (cracks - 1) / 2) * spacing_px * aside
        ends = np.stack([middle - ahead * length_px / 2, middle + ahead * length_px / 2])
        if layout == "straight":
            points = _straight(ends)
        else:
            coarse_px = max(_LEAST_ROUGHNESS_PX, _ROUGHNESS_WIDTHS * width_px)
            control = fractal_line(ends, rng, roughness=roughness, step_px=coarse_px)
            points = bend(control, _STEP_PX)
        lines.append(Line(points, width_px, fade_px, fade_px))
    if layout == "fork":
        stem = lines[0].points_px[::_STEM_POINTS]
        reach_px = _BRANCH_SHARE * length_px
        branch, _ = branch_line(stem, rng, length_px=reach_px, roughness=roughness)
        branch = bend(branch[::2], _STEP_PX)
        lines.append(Line(branch, _BRANCH_WIDTH_SHARE * width_px, fade_end_px=fade_px))
    return lines


def _straight(ends_px: Floats) -> Floats:
    """Return points on the straight line between two ends, (N, 2)."""
    step = ends_px[1] - ends_px[0]
    count = math.ceil(float(np.hypot(step[0], step[1])) / _STEP_PX)
    share = np.linspace(0.0, 1.0, max(count, 1) + 1)[:, None]
    points: Floats = ends_px[0] + share * step
    return points
