"""Cracks that are hard to see: narrow, faint, interrupted, and close to straight joints."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cracklens.synthesis.boards import Line
from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import RenderedCrack, fractal_line
from cracklens.synthesis.distractors.canvas import chance, spread
from cracklens.synthesis.drawing import crack_coverage, draw_cracks, open_courses
from cracklens.synthesis.layouts import Course
from cracklens.synthesis.noise import FloatImage, blur, fractal_noise, smoothstep, value_noise
from cracklens.synthesis.paint import CrackLook, paint_cracks

_FREE_LAYOUTS = ("single", "straight", "meander", "stepped")
_HAIR, _NARROW, _WIDE = (0.5, 2.0), (2.0, 5.0), (5.0, 16.0)
_WIDTH_SHARES = (0.62, 0.28, 0.1)
_LEAST_SHOWN = 0.35  # of the contrast of a crack where it fades


def draw_faint_cracks(
    height_px: int, width_px: int, rng: np.random.Generator, *, lines: Sequence[Line] = ()
) -> tuple[RenderedCrack, ...]:
    """Return one to three cracks, mostly hairlines, some beside and parallel to given lines.

    Args:
        height_px: Rows of the picture.
        width_px: Columns of the picture.
        rng: Source of number, course and width.
        lines: Straight joints of the surface.

    Returns:
        At least one visible section; see `RenderedCrack`.
    """
    cracks: list[RenderedCrack] = []
    for rank in range(int(rng.choice((1, 2, 3), p=(0.6, 0.28, 0.12)))):
        least_px, most_px = (_HAIR, _NARROW, _WIDE)[int(rng.choice(3, p=_WIDTH_SHARES))]
        opening_px = spread(least_px, most_px, rng)
        kind = rng.random()
        seen: tuple[RenderedCrack, ...] = ()
        if lines and kind < 0.5:  # noqa: PLR2004
            course = _beside(lines[int(rng.integers(len(lines)))], opening_px, height_px, rng)
            seen = open_courses([course], height_px, width_px, rng, most_width_px=1.6 * opening_px)
        elif kind > 0.8:  # noqa: PLR2004
            course = _upright(height_px, width_px, opening_px, rng)
            seen = open_courses([course], height_px, width_px, rng, most_width_px=1.6 * opening_px)
        if not seen and (rank == 0 or kind <= 0.8):  # noqa: PLR2004
            seen = draw_cracks(
                height_px,
                width_px,
                rng,
                least_width_px=least_px,
                most_width_px=most_px,
                layouts=_FREE_LAYOUTS,
            )
        cracks.extend(crack for crack in seen if crack.part.any())
    return tuple(cracks)


def paint_faint_cracks(
    surface: FloatImage, cracks: Sequence[RenderedCrack], rng: np.random.Generator
) -> FloatImage:
    """Return the surface with cracks that are just visible above its grain.

    The contrast is 0.15 to 0.5 of the local brightness, more where the grain is stronger. It fades
    in and out along the crack. Edges may be worn and pale, and a stain may follow the crack.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        cracks: Cracks with a coverage of (H, W); may be empty.
        rng: Source of contrast, wear and stains.

    Returns:
        A new array of the same shape.
    """
    shape = surface.shape[:2]
    cover = crack_coverage(cracks, *shape)
    if not cover.any():
        return surface.copy()
    near = _worn(surface, cover, rng) if chance(0.35, rng) else surface
    grain = _grain(surface)
    painted = near
    for crack in cracks:
        painted = _painted(painted, crack, grain, rng)
    return painted


def _painted(
    surface: FloatImage, crack: RenderedCrack, grain: float, rng: np.random.Generator
) -> FloatImage:
    """Return the surface with one crack, painted in the window around it."""
    margin = 40
    rows, columns = crack.window
    top, left = max(rows.start - margin, 0), max(columns.start - margin, 0)
    part = slice(top, rows.stop + margin), slice(left, columns.stop + margin)
    below = surface[part]
    own = replace(
        crack,
        points_px=crack.points_px - np.array([left, top]),
        corner_px=(rows.start - top, columns.start - left),
        shape=(below.shape[0], below.shape[1]),
    )
    width_px = float(np.median(crack.width_px))
    painted = paint_cracks(below, [own], rng, look=_look(width_px, grain, rng))
    fade = value_noise(*own.shape, rng.uniform(18.0, 60.0), rng)
    fade += np.float32(0.5) * value_noise(*own.shape, rng.uniform(5.0, 12.0), rng)
    shown = smoothstep((fade + np.float32(rng.uniform(0.4, 1.4))) * np.float32(0.9))
    # Only a narrow crack fades: a wide one is deep.
    shown = np.maximum(shown, np.float32(min(_LEAST_SHOWN + 0.13 * width_px, 1.0)))
    result = surface.copy()
    result[part] = below + shown[:, :, None] * (painted - below)
    return result


def _look(width_px: float, grain: float, rng: np.random.Generator) -> CrackLook:
    """Return the look of one faint crack."""
    contrast = rng.uniform(0.2, 0.5) + (0.25 if chance(0.2, rng) else 0.0)
    contrast = max(contrast, rng.uniform(2.2, 3.8) * grain, min(0.05 * width_px, 0.6))
    contrast /= min(1.0, max(width_px, 0.4))  # of a pixel under a part of a hairline
    faintest = min(0.1 + 0.055 * width_px, 0.65)
    return replace(
        CrackLook.draw(rng),
        depth=min(max((contrast - faintest) / (0.97 - faintest), 0.0), 0.95),
        lit_wall=rng.uniform(0.0, 0.4),
        lit_edge=rng.uniform(0.1, 0.6) if chance(0.4, rng) else 0.0,
        chips=rng.uniform(0.1, 0.6) if chance(0.3, rng) else 0.0,
        filling=rng.uniform(0.1, 0.5) if chance(0.2, rng) else 0.0,
        filling_tone=rng.uniform(0.7, 1.05),
        dirt=rng.uniform(0.04, 0.25) if chance(0.35, rng) else 0.0,
        dirt_px=spread(1.5, 12.0, rng),
        lime=rng.uniform(0.15, 0.6) if chance(0.12, rng) else 0.0,
        rust=rng.uniform(0.1, 0.4) if chance(0.05, rng) else 0.0,
    )


def _grain(surface: FloatImage) -> float:
    """Return the typical deviation of a pixel from its surroundings, as a share."""
    grey = surface[:, :, 1]
    smooth = blur(grey, 2.0)
    away = np.abs(grey - smooth)[::3, ::3] / np.maximum(smooth[::3, ::3], np.float32(5.0))
    return 1.48 * float(np.median(away))


def _worn(surface: FloatImage, cover: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return the surface with a pale, worn zone of uneven width along the cracks."""
    height_px, columns_px = cover.shape
    near = blur(np.minimum(3.0 * cover, 1.0), spread(1.2, 5.0, rng))
    near = np.minimum(2.5 * near, 1.0)
    patches = fractal_noise(
        height_px, columns_px, rng.uniform(8.0, 25.0), rng, octaves=3, persistence=0.65
    )
    worn = near * smoothstep(patches * np.float32(2.0) + np.float32(rng.uniform(0.1, 0.7)))
    result: FloatImage = surface * (1.0 + np.float32(rng.uniform(0.06, 0.3)) * worn)[:, :, None]
    return result


def _beside(line: Line, opening_px: float, height_px: int, rng: np.random.Generator) -> Course:
    """Return a crack about parallel to a line, at 4 to 40 px, over a part of its length."""
    start, end = line
    ahead = (end - start) / math.dist(start.tolist(), end.tolist())
    side = np.array([-ahead[1], ahead[0]]) * (1.0 if chance(0.5, rng) else -1.0)
    offset_px, lean = spread(4.0, 40.0, rng), rng.uniform(-0.04, 0.04)
    middle = (start + end) / 2 + rng.uniform(-0.3, 0.3) * height_px * ahead
    half_px = rng.uniform(0.15, 0.8) * height_px
    places = np.linspace(-half_px, half_px, int(rng.integers(3, 6)))
    aside = np.maximum(offset_px * rng.uniform(0.75, 1.25, places.size) + lean * places, 3.0)
    anchors = middle + places[:, None] * ahead + aside[:, None] * side
    return _course(anchors, opening_px, half_px, rng)


def _upright(height_px: int, width_px: int, opening_px: float, rng: np.random.Generator) -> Course:
    """Return a nearly straight, about vertical crack."""
    x, drift = rng.uniform(0.1, 0.9) * width_px, rng.uniform(-0.12, 0.12) * height_px
    top, bottom = rng.uniform(-0.2, 0.3) * height_px, rng.uniform(0.6, 1.2) * height_px
    y = np.linspace(top, bottom, 4)
    bow = rng.uniform(-0.02, 0.02, 4) * height_px
    anchors = np.stack([x + drift * np.linspace(-0.5, 0.5, 4) + bow, y], axis=1)
    return _course(anchors, opening_px, (bottom - top) / 2, rng)


def _course(
    anchors_px: Floats, opening_px: float, half_px: float, rng: np.random.Generator
) -> Course:
    """Return a slightly rough crack through the anchors, with fading ends."""
    line = fractal_line(
        anchors_px, rng, roughness=spread(0.01, 0.09, rng), decay=rng.uniform(0.5, 0.72)
    )
    fades = rng.uniform(0.1, 0.6, 2) * half_px
    return Course(line, opening_px, float(fades[0]), float(fades[1]))
