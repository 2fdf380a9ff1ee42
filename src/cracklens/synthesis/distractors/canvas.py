"""The canvas on which look-alikes are drawn, and shapes that several of them use."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.ribbon import Ribbon, Shape
from cracklens.synthesis.noise import FloatImage, fractal_noise, smoothstep

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Distraction:
    """A surface with one kind of look-alike.

    Attributes:
        surface: (H, W, 3) float32 RGB, 0 to 255; a new array.
        mask: (H, W) float32 in [0, 1], mask of the look-alike; for one that changes a whole side of
            the picture, such as a stain, the mask of its edge.
        hidden: (H, W) float32 in [0, 1], the share of the surface that is hidden, if that is not
            the mask.
    """

    surface: FloatImage
    mask: FloatImage
    hidden: FloatImage | None = None


Distractor = Callable[[FloatImage, np.random.Generator], Distraction]


class Canvas:
    """A copy of a surface on which one look-alike is drawn, with its mask."""

    def __init__(self, surface: FloatImage) -> None:
        self.surface: FloatImage = surface.astype(np.float32, copy=True)
        self.mask: FloatImage = np.zeros(surface.shape[:2], dtype=np.float32)

    @property
    def shape(self) -> Shape:
        """Rows and columns."""
        return self.mask.shape[0], self.mask.shape[1]

    @property
    def level(self) -> float:
        """The median grey value of the surface, at least 20."""
        # A median is exact; a mean depends on the summation order of the platform.
        return max(20.0, float(np.median(self.surface[::7, ::7])))

    def shade(self, where: Ribbon, factor: FloatImage, share: FloatImage) -> None:
        """Multiply the ribbon's pixels by `factor`, (K,) or (K, 3), and mark `share`, (K,)."""
        factor = factor[:, None] if factor.ndim == 1 else factor
        self.surface[where.row, where.column] *= factor.astype(np.float32)
        self.mark(where, share)

    def cover(self, where: Ribbon, colour: FloatImage, share: FloatImage) -> None:
        """Put an opaque `colour`, (3,) or (K, 3), over `share` of the ribbon's pixels."""
        below = self.surface[where.row, where.column]
        self.surface[where.row, where.column] = below + (colour - below) * share[:, None]
        self.mark(where, share)

    def mark(self, where: Ribbon, share: FloatImage) -> None:
        """Raise the mask to `share`, (K,)."""
        known = self.mask[where.row, where.column]
        self.mask[where.row, where.column] = np.maximum(known, np.clip(share, 0.0, 1.0))

    def done(self) -> Distraction:
        """Return the surface and the mask."""
        return Distraction(self.surface, self.mask)


def spread(low: float, high: float, rng: np.random.Generator, *, lean: float = 1.0) -> float:
    """Return a log-uniform number from `low` to `high`; `lean` > 1 gives more low numbers."""
    return float(low * (high / low) ** (rng.random() ** lean))


def chance(share: float, rng: np.random.Generator) -> bool:
    """Return true with the probability `share`."""
    return rng.random() < share


def upright_angle(rng: np.random.Generator, *, any_share: float = 0.25) -> float:
    """Return the angle of a built edge in radians: about horizontal or vertical, sometimes any."""
    if chance(any_share, rng):
        return rng.uniform(0.0, math.pi)
    return (math.pi / 2 if chance(0.5, rng) else 0.0) + rng.uniform(-0.06, 0.06)


def across(
    shape: Shape, rng: np.random.Generator, *, angle: float | None = None
) -> tuple[Floats, Floats]:
    """Return two points outside the picture; their line passes through its middle half."""
    size = np.array([shape[1], shape[0]], dtype=np.float64)
    middle = rng.uniform(0.25, 0.75, 2) * size
    angle = rng.uniform(0.0, math.pi) if angle is None else angle
    half = 1.5 * float(size.max()) * np.array([math.cos(angle), math.sin(angle)])
    return middle - half, middle + half


def normal(start_px: Floats, end_px: Floats) -> Floats:
    """Return the unit normal, (2,), on which `Ribbon.across` is positive."""
    run, rise = (end_px - start_px).tolist()
    length = math.sqrt(run * run + rise * rise)
    return np.array([-rise / length, run / length])


def inward(shape: Shape, start_px: Floats, end_px: Floats) -> FloatImage:
    """Return the signed distance of each pixel from a line, (H, W), positive along the normal."""
    normal_x, normal_y = normal(start_px, end_px).tolist()
    x = ((np.arange(shape[1]) - start_px[0]) * normal_x).astype(np.float32)
    y = ((np.arange(shape[0]) - start_px[1]) * normal_y).astype(np.float32)
    distance: FloatImage = x[None, :] + y[:, None]
    return distance


def wear(
    shape: Shape, cell_px: float, rng: np.random.Generator, *, kept: float = 0.9
) -> FloatImage:
    """Return the remaining share of a worn mark at each pixel, 0 to 1; `kept` raises it."""
    noise = fractal_noise(*shape, cell_px, rng, octaves=3)
    left: FloatImage = smoothstep(noise * np.float32(1.6) + np.float32(kept))
    return left


def bend(control_px: Floats, step_px: float = 4.0) -> Floats:
    """Return points, about `step_px` apart, of a smooth curve through (M, 2) control points.

    The curve is a Catmull-Rom spline (Catmull and Rom 1974,
    doi:10.1016/B978-0-12-079050-0.50020-5).
    """
    ends = (2 * control_px[:1] - control_px[1:2], 2 * control_px[-1:] - control_px[-2:-1])
    knots = np.concatenate([ends[0], control_px, ends[1]])
    parts = []
    for before, start, end, after in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        step = end - start
        length = math.sqrt(float(step[0]) ** 2 + float(step[1]) ** 2)
        t = np.linspace(0.0, 1.0, max(2, math.ceil(length / step_px)), endpoint=False)[:, None]
        bow = 2 * before - 5 * start + 4 * end - after
        parts.append(
            start + 0.5 * t * (end - before + t * (bow + t * (3 * (start - end) + after - before)))
        )
    return np.concatenate([*parts, control_px[-1:]])


def patch(
    x_px: float, y_px: float, reach_px: float, shape: Shape
) -> tuple[tuple[slice, slice], FloatImage, FloatImage]:
    """Return the window around a point, inside the picture, and offsets dx (1, w) and dy (h, 1)."""
    left, top = max(0, math.floor(x_px - reach_px)), max(0, math.floor(y_px - reach_px))
    right = max(left, min(shape[1], math.ceil(x_px + reach_px) + 1))
    bottom = max(top, min(shape[0], math.ceil(y_px + reach_px) + 1))
    dx = (np.arange(left, right) - x_px).astype(np.float32)[None, :]
    dy = (np.arange(top, bottom) - y_px).astype(np.float32)[:, None]
    return (slice(top, bottom), slice(left, right)), dx, dy


def noise_along(
    u_px: FloatImage,
    v_px: FloatImage,
    cell_u_px: float,
    cell_v_px: float,
    rng: np.random.Generator,
) -> FloatImage:
    """Return noise, -1 to 1, that is stretched along rotated axes.

    Args:
        u_px: (H, W) coordinate along the first axis.
        v_px: (H, W) coordinate along the second axis.
        cell_u_px: Size of a noise cell along the first axis.
        cell_v_px: Size of a noise cell along the second axis.
        rng: Source of the lattice.

    Returns:
        (H, W) float32.
    """
    u, v = u_px / np.float32(cell_u_px), v_px / np.float32(cell_v_px)
    u -= np.float32(math.floor(u.min()))
    v -= np.float32(math.floor(v.min()))
    node_u, node_v = u.astype(np.int32), v.astype(np.int32)
    columns = int(node_v.max()) + 2
    lattice = rng.random((int(node_u.max()) + 2) * columns, dtype=np.float32) * np.float32(2) - 1
    u, v = smoothstep(u - node_u), smoothstep(v - node_v)
    flat = node_u * np.int32(columns) + node_v
    near = lattice[flat]
    near += (lattice[flat + 1] - near) * v
    flat += np.int32(columns)
    far = lattice[flat]
    far += (lattice[flat + 1] - far) * v
    noise: FloatImage = near + (far - near) * u
    return noise
