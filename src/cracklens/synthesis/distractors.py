"""Things on concrete that resemble a crack and are none, for a detector to learn to pass over."""

import math
from collections.abc import Callable

import numpy as np

from cracklens.synthesis.coverage import Floats, line_coverage
from cracklens.synthesis.crack import fractal_line
from cracklens.synthesis.noise import FloatImage, fractal_noise, smoothstep, soften

_TWIG_SHARE = 0.3

Distractor = Callable[[FloatImage, np.random.Generator], FloatImage]


def add_formwork_line(surface: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return the surface with the straight print of a joint between two formwork boards.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of place, direction, width, darkness and of the difference between the boards.

    Returns:
        A new array of the same shape.
    """
    height_px, columns_px = surface.shape[:2]
    start, end = _across(height_px, columns_px, rng)
    line = np.stack([start, end])
    width_px = rng.uniform(1.0, 5.0)
    joint = line_coverage(line, np.full(2, width_px), height_px, columns_px)
    worn = _wear(height_px, columns_px, 14.0, rng)
    depth = rng.uniform(0.15, 0.85) * (1 if rng.random() < 0.75 else -0.35)  # noqa: PLR2004
    board = smoothstep(
        _inward(height_px, columns_px, start, end) / np.float32(3.0) + np.float32(0.5)
    )
    factor = 1.0 - np.float32(depth) * soften(joint, 0.2) * worn
    factor *= 1.0 + np.float32(rng.uniform(-0.1, 0.1)) * (board - 0.5)
    return surface * factor[:, :, None]


def add_scratches(surface: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return the surface with one to four thin, nearly parallel scratches, pale or dark.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of number, place, direction, width and brightness.

    Returns:
        A new array of the same shape.
    """
    height_px, columns_px = surface.shape[:2]
    size_px = min(height_px, columns_px)
    angle, pale = rng.uniform(0.0, math.pi), rng.random() < 0.5  # noqa: PLR2004
    marks = np.zeros((height_px, columns_px), dtype=np.float32)
    for _ in range(int(rng.integers(1, 5))):
        middle = rng.uniform(0.15, 0.85, 2) * [columns_px, height_px]
        lean = angle + rng.uniform(-0.15, 0.15)
        half = rng.uniform(0.15, 0.6) * size_px * np.array([math.cos(lean), math.sin(lean)])
        bow = rng.uniform(-0.08, 0.08) * np.array([-half[1], half[0]])
        line = _bend(np.stack([middle - half, middle + bow, middle + half]))
        taper = np.linspace(-1.0, 1.0, len(line))
        width_px = rng.uniform(0.7, 3.0) * (1.0 - 0.9 * taper * taper)
        cover = line_coverage(line, width_px, height_px, columns_px)
        marks = np.maximum(marks, np.float32(rng.uniform(0.4, 1.0)) * cover)
    gap = _wear(height_px, columns_px, 7.0, rng)
    change = rng.uniform(0.12, 0.4) if pale else -rng.uniform(0.2, 0.85)
    return surface * (1.0 + np.float32(change) * marks * gap)[:, :, None]


def add_stain_edge(surface: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return the surface with one part darker, as by water, behind a ragged tide mark.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of place, direction, raggedness, softness and darkness.

    Returns:
        A new array of the same shape.
    """
    height_px, columns_px = surface.shape[:2]
    start, end = _across(height_px, columns_px, rng)
    ragged = fractal_noise(height_px, columns_px, 45.0, rng, octaves=5, persistence=0.55)
    inward = _inward(height_px, columns_px, start, end)
    inward += ragged * np.float32(rng.uniform(8.0, 26.0))
    edge_px, rim_px = np.float32(rng.uniform(1.0, 6.0)), np.float32(rng.uniform(2.0, 5.0))
    wet = smoothstep(inward / edge_px + 0.5)
    rim = np.clip(1.0 - np.abs(inward) / rim_px, 0.0, 1.0)
    dark, mark = rng.uniform(0.08, 0.4), rng.uniform(0.0, 0.3)
    loss = np.array([0.0, rng.uniform(0.0, 0.04), rng.uniform(0.0, 0.1)], dtype=np.float32)
    stained = surface * (1.0 - wet[:, :, None] * loss)
    stained *= (1.0 - wet * np.float32(dark))[:, :, None]
    stained *= (1.0 - rim * np.float32(mark))[:, :, None]
    return stained


def add_cable_shadow(surface: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return the surface with the shadow of a hanging cable or of a twig.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of place, sag, width, softness and darkness.

    Returns:
        A new array of the same shape.
    """
    height_px, columns_px = surface.shape[:2]
    start, end = _across(height_px, columns_px, rng)
    normal = np.array(_normal(start, end))
    sag = rng.uniform(-0.35, 0.35) * min(height_px, columns_px)
    line = _bend(np.stack([start, (start + end) / 2 + sag * normal, end]))
    twig = rng.random() < _TWIG_SHARE
    if twig:  # soft, as only the softness tells it from a crack
        line = fractal_line(line[::6], rng, roughness=rng.uniform(0.05, 0.12))
    width_px = np.full(len(line), rng.uniform(2.0, 9.0))
    cover = line_coverage(line, width_px, height_px, columns_px)
    shadow = soften(cover, 0.25, passes=int(rng.integers(5 if twig else 1, 9)))
    return surface * (1.0 - np.float32(rng.uniform(0.25, 0.85)) * shadow)[:, :, None]


DISTRACTORS: dict[str, Distractor] = {
    "formwork line": add_formwork_line,
    "scratches": add_scratches,
    "stain edge": add_stain_edge,
    "cable shadow": add_cable_shadow,
}


def _across(height_px: int, columns_px: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return two points beyond the picture whose connection passes its middle half."""
    size = np.array([columns_px, height_px], dtype=np.float64)
    middle = rng.uniform(0.25, 0.75, 2) * size
    angle = rng.uniform(0.0, math.pi)
    half = 1.5 * float(size.max()) * np.array([math.cos(angle), math.sin(angle)])
    return middle - half, middle + half


def _wear(height_px: int, columns_px: int, cell_px: float, rng: np.random.Generator) -> FloatImage:
    """Return how much of a mark is left, 0 to 1; on most pixels all of it."""
    noise = fractal_noise(height_px, columns_px, cell_px, rng, octaves=3)
    left: FloatImage = smoothstep(noise * np.float32(1.6) + np.float32(0.9))
    return left


def _normal(start: Floats, end: Floats) -> tuple[float, float]:
    """Return the unit normal of the line from `start` to `end`."""
    run, rise = (end - start).tolist()
    length = math.sqrt(run * run + rise * rise)
    return -rise / length, run / length


def _inward(height_px: int, columns_px: int, start: Floats, end: Floats) -> FloatImage:
    """Return how far each pixel lies on one side of the line, (H, W); negative on the other."""
    normal_x, normal_y = _normal(start, end)
    x = (np.arange(columns_px) - start[0]) * normal_x
    y = (np.arange(height_px) - start[1]) * normal_y
    distance: FloatImage = (x[None, :] + y[:, None]).astype(np.float32)
    return distance


def _bend(control_px: Floats, count: int = 43) -> Floats:
    """Return `count` points of the quadratic Bézier curve over (3, 2) control points."""
    t = np.linspace(0.0, 1.0, count)[:, None]
    start, middle, end = control_px
    curve: Floats = start * (1 - t) ** 2 + middle * 2 * t * (1 - t) + end * t * t
    return curve
