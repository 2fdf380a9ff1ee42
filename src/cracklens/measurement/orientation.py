"""The direction in which a crack leads, and how it lies to the axis of its member."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.quantity import Quantity
from cracklens.measurement.types import Direction

Floats = NDArray[np.float64]

LONGITUDINAL_UP_TO_DEG, TRANSVERSE_FROM_DEG = 22.5, 67.5
"""The half turn in four equal sectors, one longitudinal, one transverse, two diagonal. This is a
convention of cracklens: the manuals say "parallel" and "at approximately right angles" to an axis
(TM 5-623, longitudinal and transverse cracking) and name no angle."""

_ANY_DEG = 180.0 / math.sqrt(12.0)  # standard deviation of a direction of which nothing is known


@dataclass(frozen=True, slots=True)
class MainDirection:
    """The mean direction of a crack.

    Attributes:
        angle_deg: counter-clockwise from the x axis, 0 <= a < 180.
        strength: 0 for none, as of a circle, to 1 for a straight line.
        unrest: root mean square of sin(2 x departure) of its steps: how far a little more of the
            crack could turn the mean.
    """

    angle_deg: float
    strength: float
    unrest: float


def main_direction(lines: Iterable[Floats]) -> MainDirection:
    """Return the mean direction of polylines, each step weighted by its length.

    Directions have no sign, so the mean is taken over doubled angles (Mardia and Jupp, Directional
    Statistics, 2000, section 9.1). Without a direction, as in a circle, it is any.

    Args:
        lines: (N, 2) x, y each; y runs down the picture.

    >>> main_direction([np.array([[0.0, 0.0], [10.0, -10.0]])]).angle_deg
    45.0
    """
    steps = np.concatenate([np.diff(line, axis=0) for line in lines] or [np.zeros((0, 2))])
    length = np.hypot(steps[:, 0], steps[:, 1])
    total = float(length.sum())
    if total == 0.0:
        return MainDirection(0.0, 0.0, 1.0)
    doubled = 2 * np.arctan2(-steps[:, 1], steps[:, 0])
    turned = complex((length * np.exp(1j * doubled)).sum()) / total
    mean = math.atan2(turned.imag, turned.real)
    unrest = math.sqrt(float((length * np.sin(doubled - mean) ** 2).sum()) / total)
    # A tiny negative angle becomes 180 in floating point, which is 0.
    return MainDirection(math.degrees(mean) / 2 % 180 % 180, abs(turned), unrest)


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

    Sources: "tracing", the error of the centreline's place at both ends over the length, and the
    roughness near the resolution; "ends", what is not seen beyond the ends. Length that is missing
    turns the mean by as much as steps of the crack depart from it. All grow as the direction
    becomes weak. More than 52 degrees, the deviation of a direction of which nothing is known, is
    never stated.

    Args:
        main: of the crack.
        length: of the crack; this and the next three in one unit.
        place: standard uncertainty of a place on the centreline, across it.
        missing: standard uncertainty of the length at all ends together.
        lost: length that is lost to the resolution.
        contributions: further standard uncertainties in degrees, by name.
    """
    lever = max(length * main.strength, 1e-9)
    found = {
        "tracing": math.degrees(math.hypot(math.sqrt(2.0) * place, lost * main.unrest / 2) / lever),
        "ends": math.degrees(missing * main.unrest / 2 / lever),
        **(contributions or {}),
    }
    combined = math.hypot(*found.values())
    if combined > _ANY_DEG:
        found = {name: value * _ANY_DEG / combined for name, value in found.items()}
    return Quantity(main.angle_deg, found)


def seen_at_right_angles_deg(tilt_deg: float) -> float:
    """Return the standard uncertainty of a direction in degrees if a tilt is not corrected.

    Under a tilt t, a direction at angle a to the axis of the tilt appears at atan(tan a cos t): it
    turns by at most about (1 - cos t) / 2 at 45 degrees; over all directions the root mean
    square is that by root 2.

    >>> round(seen_at_right_angles_deg(20.0), 2)
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
