"""Direction of a crack, and its angle to the axis of the member."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.chains import Chains
from cracklens.measurement.quantity import Quantity
from cracklens.measurement.types import Direction

Floats = NDArray[np.float64]

LONGITUDINAL_UP_TO_DEG, TRANSVERSE_FROM_DEG = 22.5, 67.5
"""180 degrees in four equal sectors: one longitudinal, one transverse, two diagonal. This is a
convention of cracklens: the manuals use "parallel" and "at approximately right angles" to an axis
(TM 5-623, longitudinal and transverse cracking) and give no angle."""

_ANY_DEG = 180.0 / math.sqrt(12.0)  # standard deviation of an unknown direction


@dataclass(frozen=True, slots=True)
class MainDirection:
    """The mean direction of a crack.

    Attributes:
        angle_deg: counter-clockwise from the x axis, 0 <= a < 180.
        strength: from 0, no main direction, as in a circle, to 1 for a straight line.
        angular_spread: root mean square of sin(2 x deviation) of the segments: the sensitivity of
            the mean direction to a missing part of the crack.
    """

    angle_deg: float
    strength: float
    angular_spread: float


def main_direction(lines: Iterable[Floats]) -> MainDirection:
    """Return the mean direction of polylines, each segment weighted by its length.

    Directions have no sign, so the mean is taken over doubled angles (Mardia and Jupp, Directional
    Statistics, 2000, section 9.1). For a shape without a main direction, such as a circle, it is
    arbitrary.

    Args:
        lines: (N, 2) x, y each; y points down.

    >>> main_direction([np.array([[0.0, 0.0], [10.0, -10.0]])]).angle_deg
    45.0
    """
    return direction_of_steps(Chains.of(list(lines)).steps())


def direction_of_steps(steps: Floats) -> MainDirection:
    """Return the mean direction of segments (S, 2), each weighted by its length."""
    length = np.hypot(steps[:, 0], steps[:, 1])
    total = float(length.sum())
    if total == 0.0:
        return MainDirection(0.0, 0.0, 1.0)
    doubled = 2 * np.arctan2(-steps[:, 1], steps[:, 0])
    turned = complex((length * np.exp(1j * doubled)).sum()) / total
    mean = math.atan2(turned.imag, turned.real)
    angular_spread = math.sqrt(float((length * np.sin(doubled - mean) ** 2).sum()) / total)
    # A tiny negative angle becomes 180 in floating point, which is 0.
    return MainDirection(math.degrees(mean) / 2 % 180 % 180, abs(turned), angular_spread)


def orientation(
    main: MainDirection,
    *,
    length: float,
    place: float,
    missing: float,
    lost: float = 0.0,
    contributions: dict[str, float] | None = None,
) -> Quantity:
    """Return a main direction in degrees with its uncertainty.

    Sources of uncertainty: "tracing", the position error of the centreline at both ends divided by
    the length, and the roughness near the resolution; "ends", the undetected length at the ends,
    which changes the mean in proportion to `angular_spread`. All are larger for a weak main
    direction. The total is limited to 52 degrees, the standard deviation of an unknown direction.

    Args:
        main: of the crack.
        length: of the crack; this and the next three in one unit.
        place: standard uncertainty of the position of the centreline, across it.
        missing: standard uncertainty of the length at all ends together.
        lost: length that is lost to the resolution.
        contributions: further standard uncertainties in degrees, by name.
    """
    lever = max(length * main.strength, 1e-9)
    found = {
        "tracing": math.degrees(
            math.hypot(math.sqrt(2.0) * place, lost * main.angular_spread / 2) / lever
        ),
        "ends": math.degrees(missing * main.angular_spread / 2 / lever),
        **(contributions or {}),
    }
    combined = math.hypot(*found.values())
    if combined > _ANY_DEG:
        found = {name: value * _ANY_DEG / combined for name, value in found.items()}
    return Quantity(main.angle_deg, found)


def uncorrected_tilt_deg(tilt_deg: float) -> float:
    """Return the standard uncertainty of a direction in degrees from an uncorrected tilt.

    Under a tilt t, a direction at angle a to the axis of the tilt appears at atan(tan a cos t). The
    error is largest at 45 degrees, about (1 - cos t) / 2. The root mean square over all directions
    is this divided by root 2.

    >>> round(uncorrected_tilt_deg(20.0), 2)
    1.22
    """
    return math.degrees((1.0 - math.cos(math.radians(tilt_deg))) / 2) / math.sqrt(2.0)


def to_axis_deg(angle_deg: float, axis_deg: float) -> float:
    """Return the acute angle between two directions, 0 to 90.

    >>> to_axis_deg(170.0, 5.0)
    15.0
    """
    apart = abs(angle_deg - axis_deg) % 180.0
    return min(apart, 180.0 - apart)


def direction_of(acute_deg: float) -> Direction:
    """Return the name for an acute angle to the axis of the member.

    >>> [direction_of(angle) for angle in (22.5, 45.0, 67.5)]
    ['longitudinal', 'diagonal', 'transverse']
    """
    if acute_deg <= LONGITUDINAL_UP_TO_DEG:
        return "longitudinal"
    return "transverse" if acute_deg >= TRANSVERSE_FROM_DEG else "diagonal"
