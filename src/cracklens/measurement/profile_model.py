"""Model of the grey-level profile across a crack: a blurred dark box on a bright ground.

    grey(t) = a + b t - d B(t) - e U(t) - f V(t) - g W(t) + p R(t) + q S(t)

The ground is the concrete beside the crack. B is a box from the left edge to the right one. The
inside may be uneven, for example if a wall of the crack is lit: U falls linearly from one edge to
the other (shade), and V and W are triangles over the left and the right two thirds (tents).
Together they make the inside linear between four nodes. R and S are narrow bands just outside the
edges, such as a bright rim or dirt. All are convolved with the spread of an edge in the photograph,
a Gaussian sharpened by an unsharp mask,

    (1 + s) G(sigma) - s G(sqrt(sigma^2 + r^2)).

An edge is where the spread reaches half of its height.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.floating]

GROUND, SLOPE, DEPTH, CENTRE, WIDTH, SHADE, LEFT_TENT, RIGHT_TENT, LEFT_RIM, RIGHT_RIM = range(10)
"""Columns of the parameters of a station. Grey values are shares of the ground's brightness."""
PARAMETERS = 10
SHARPENED_PX = 1.5
"""Radius of the unsharp mask; cameras use 1 to 2 px."""
RIM_PX = 1.5
"""Width of the bands outside the edges."""
_NODES = (-1 / 2, -1 / 6, 1 / 6, 1 / 2)  # of the inside, as shares of the width
_ROOT = np.sqrt(2 * np.pi)
_ASIDE = 0.0
"""Offset of two Gaussians from the middle of the spread, as a share of its sigma; 0 gives one
Gaussian. At 0.65 the excess kurtosis is -2 x 0.65^4 = -0.36, between 0 of a Gaussian and -1 of the
disc of a lens out of focus."""
_REACH, _PER_SIGMA = 6.0, 400


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread of an edge in one photograph.

    Attributes:
        sigma_px: of the Gaussian, including pixels and interpolation.
        sharpening: strength of the unsharp mask.
    """

    sigma_px: float
    sharpening: float = 0.0

    @property
    def parts(self) -> tuple[tuple[float, float, float], ...]:
        """Weight, sigma and offset of each Gaussian."""
        aside, narrow = _ASIDE * self.sigma_px, float(np.sqrt(1 - _ASIDE**2)) * self.sigma_px
        wide = float(np.hypot(narrow, SHARPENED_PX))
        twice = ((1.0 + self.sharpening, narrow), (-self.sharpening, wide))
        return tuple((w / 2, sigma, side * aside) for w, sigma in twice for side in (-1, 1))


def model(
    across_px: Floats, parameters: Floats, spread: Spread, *, derivatives: bool = True
) -> tuple[Floats, Floats]:
    """Return the profiles and their derivatives.

    Args:
        across_px: (N, K) distance from the centreline.
        parameters: (N, 10).
        spread: of the photograph.
        derivatives: whether to compute them.

    Returns:
        (N, K) values and (N, 10, K) derivatives by each parameter, empty if not computed.
    """
    across_px = across_px.astype(np.float32, copy=False)
    ground, slope, depth, centre, width, shade, tent_l, tent_r, left, right = (
        parameters[:, i, None].astype(np.float32) for i in range(PARAMETERS)
    )
    t = across_px - centre
    edges = [_edge(t - node * width, spread) for node in _NODES]
    steps, lines, ramps = ([edge[i] for edge in edges] for i in range(3))
    step_ll, line_ll, _ = _edge(t + width / 2 + RIM_PX, spread)
    step_rr, line_rr, _ = _edge(t - width / 2 - RIM_PX, spread)
    box = steps[0] - steps[3]
    # The ramp of a node is the integral of its step.
    shaded = (ramps[0] - ramps[3]) * (2 / width) - steps[0] - steps[3]
    left_tent, right_tent = (
        (ramps[i] - 2 * ramps[i + 1] + ramps[i + 2]) * (3 / width) for i in (0, 1)
    )
    rim_l, rim_r = step_ll - steps[0], steps[3] - step_rr
    values = ground + slope * across_px - depth * box - shade * shaded
    values += left * rim_l + right * rim_r - tent_l * left_tent - tent_r * right_tent
    if not derivatives:
        return values, np.zeros((0, PARAMETERS, 0))
    slopes = np.empty((len(t), PARAMETERS, t.shape[1]), np.float32)
    bends = [(steps[i] - 2 * steps[i + 1] + steps[i + 2]) * (3 / width) for i in (0, 1)]
    by_left, by_right = left * (line_ll - lines[0]), right * (lines[3] - line_rr)
    slopes[:, GROUND] = 1.0
    slopes[:, SLOPE] = across_px
    slopes[:, DEPTH] = -box
    slopes[:, CENTRE] = depth * (lines[0] - lines[3]) - by_left - by_right
    slopes[:, CENTRE] += shade * (box * (2 / width) - lines[0] - lines[3])
    slopes[:, CENTRE] += tent_l * bends[0] + tent_r * bends[1]
    slopes[:, WIDTH] = (by_left - by_right - depth * (lines[0] + lines[3])) / 2
    slopes[:, WIDTH] += shade * ((lines[0] - lines[3]) / 2 + _stretched(ramps, steps, width))
    for tent, first, form in ((tent_l, 0, left_tent), (tent_r, 1, right_tent)):
        moved = sum(
            times * _NODES[first + i] * steps[first + i] for i, times in enumerate((1, -2, 1))
        )
        slopes[:, WIDTH] += tent * (form + 3 * moved) / width
    slopes[:, SHADE] = -shaded
    slopes[:, LEFT_TENT], slopes[:, RIGHT_TENT] = -left_tent, -right_tent
    slopes[:, LEFT_RIM], slopes[:, RIGHT_RIM] = rim_l, rim_r
    return values, slopes


def _stretched(ramps: list[Floats], steps: list[Floats], width: Floats) -> Floats:
    """Return the part from the ramps of the derivative of the shade by the width."""
    part: Floats = (ramps[0] - ramps[3]) * (2 / width**2) - (steps[0] + steps[3]) / width
    return part


def _edge(x: Floats, spread: Spread) -> tuple[Floats, Floats, Floats]:
    """Return the spread of an edge at 0, its derivative, and its integral."""
    low, step_px, tables = edge_tables(spread)
    place = np.clip((x - low) * np.float32(1 / step_px), 0, tables.shape[1] - 1)
    index = place.astype(np.int32)
    rest = (place - index) * np.float32(step_px)
    step, line = tables[0].take(index), tables[1].take(index)
    beyond = np.maximum(x - np.float32(low + step_px * (tables.shape[1] - 1)), 0)
    # Linear between nodes 1/400 of the spread apart; the error is below 1e-5.
    return step + rest * line, line, tables[2].take(index) + rest * step + beyond


@lru_cache(maxsize=64)
def edge_tables(spread: Spread) -> tuple[float, float, Floats]:
    """Return the first position, the step, and (3, M) float32 spread, derivative and integral."""
    reach = _REACH * max(sigma for _, sigma, _ in spread.parts)
    step_px = min(sigma for _, sigma, _ in spread.parts) / _PER_SIGMA
    x = np.arange(-reach, reach + step_px, step_px)
    step, line, ramp = np.zeros((3, len(x)))
    for weight, sigma, place in spread.parts:
        scaled = (x - place) / sigma
        density = (weight / (_ROOT * sigma)) * np.exp(-0.5 * scaled * scaled)
        part = weight * ndtr(scaled)
        step += part
        line += density
        ramp += (x - place) * part + sigma * sigma * density
    return float(x[0]), float(step_px), np.stack([step, line, ramp]).astype(np.float32)
