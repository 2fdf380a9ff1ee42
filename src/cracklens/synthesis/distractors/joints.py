"""Formwork marks: one joint between two panels, or a whole face of rough-sawn boards."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import (
    Canvas,
    Distraction,
    across,
    chance,
    inward,
    noise_along,
    normal,
    spread,
    upright_angle,
)
from cracklens.synthesis.distractors.ribbon import Places, band, ragged_band, ramp, straight_ribbon
from cracklens.synthesis.noise import FloatImage

_STYLES = ("dark", "double", "uneven", "step")


@dataclass(frozen=True)
class JointLook:
    """Appearance of the joints of one face; each joint has its own course and wear.

    Attributes:
        style: "dark", a dark line; "double", a dark and a lit edge; "uneven", a line with breaks
            and fins; "step", mainly a change of brightness between two boards.
        width_px: Width of the dark line.
        depth: Relative darkening of the line; negative for a pale fin.
        soft_px: Width of the transitions at the line's edges.
        lit: Relative brightening of the lit edge next to the line.
        side: 1 or -1, the side of the lit edge.
        waver_px: Largest deviation from a straight line.
        kept: Completeness of the line; 0.5 gives many breaks, 1.5 none.
    """

    style: str
    width_px: float
    depth: float
    soft_px: float
    lit: float
    side: int
    waver_px: float
    kept: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """Return a random look."""
        style = _STYLES[int(rng.integers(len(_STYLES)))]
        pale = style != "step" and chance(0.18, rng)
        depth = -rng.uniform(0.08, 0.3) if pale else rng.uniform(0.12, 0.85)
        if style == "step":
            depth *= 0.35
        breaks = style == "uneven" or chance(0.25, rng)
        return cls(
            style=style,
            width_px=spread(0.7, 9.0, rng, lean=1.3),
            depth=depth,
            soft_px=spread(1.0, 4.0, rng, lean=2.0),
            lit=rng.uniform(0.08, 0.4) if style == "double" else 0.0,
            side=1 if chance(0.5, rng) else -1,
            waver_px=rng.uniform(0.0, 1.8) if chance(0.6, rng) else 0.0,
            kept=rng.uniform(0.6, 1.0) if breaks else 1.6,
        )

    def varied(self, rng: np.random.Generator) -> Self:
        """Return a varied look for another joint of the same face."""
        return replace(
            self,
            width_px=max(0.7, self.width_px * rng.uniform(0.55, 1.3)),
            depth=self.depth * rng.uniform(0.35, 1.1),
            lit=self.lit * rng.uniform(0.3, 1.2),
            kept=self.kept * rng.uniform(0.7, 1.2),
        )


def add_formwork_line(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with the straight mark of a joint between two formwork panels.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of position, direction, width, darkness and difference between the panels.

    Returns:
        The new surface; the mask is the joint; the two sides differ in brightness.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng, angle=upright_angle(rng))
    look = JointLook.draw(rng)
    step = rng.uniform(-0.12, 0.12) if look.style == "step" or chance(0.6, rng) else 0.0
    if step:
        step += math.copysign(0.05, step) if look.style == "step" else 0.0
        side = band(inward(canvas.shape, start, end), 0.0, 1e6, spread(1.0, 4.0, rng)) - 0.5
        canvas.surface *= (1.0 + np.float32(step) * side)[:, :, None]
    print_joint(canvas, start, end, look, rng)
    return canvas.done()


def add_plank_lines(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface as cast against boards: parallel joints, different brightness, wood grain.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of direction, widths and brightness of the boards, grain and look of the joints.

    Returns:
        The new surface; the mask is the joints; brightness and grain change everywhere.
    """
    canvas = Canvas(surface)
    start, end = across(canvas.shape, rng, angle=upright_angle(rng, any_share=0.3))
    away = inward(canvas.shape, start, end)
    low, high = float(away.min()), float(away.max())
    board_px, mixed = spread(16.0, 220.0, rng), chance(0.3, rng)
    joints = _joints(low, high, board_px, 0.45 if mixed else rng.uniform(0.0, 0.06), rng)
    look = JointLook.draw(rng)
    _tone_boards(canvas, away, joints, spread(0.02, 0.14, rng), rng)
    if chance(0.7, rng):
        _add_grain(canvas, away, start, end, rng)
    side = normal(start, end)
    ends_share = rng.uniform(0.2, 0.9) if chance(0.4, rng) else 0.0
    for rank, place in enumerate(joints):
        print_joint(canvas, start + place * side, end + place * side, look.varied(rng), rng)
        if rank + 1 < len(joints):
            gap = (place * side, joints[rank + 1] * side)
            _add_board_ends(canvas, (start, end), gap, look, ends_share, rng)
    return canvas.done()


def print_joint(
    canvas: Canvas, start_px: Floats, end_px: Floats, look: JointLook, rng: np.random.Generator
) -> None:
    """Draw one joint from `start_px` to `end_px`."""
    lit_px = rng.uniform(0.8, 2.5)
    reach = 0.8 * look.width_px + look.soft_px + lit_px + 3.0
    length = max(abs(float(v)) for v in end_px - start_px)
    nodes = look.waver_px * rng.uniform(-1.0, 1.0, int(length / 70.0) + 3)
    at = straight_ribbon(start_px, end_px, reach, canvas.shape, wobble_px=nodes)
    uneven = 0.8 if look.style == "uneven" else 0.12
    coarse, fine = at.wander(25.0 + 4.0 * look.width_px, rng), at.wander(5.0 + look.width_px, rng)
    left = ramp(1.5 * coarse + 0.45 * fine + 2.0 * look.kept - 0.6)
    # A partly filled joint is narrower.
    width = np.float32(look.width_px) * (0.4 + 0.6 * left)
    core = ragged_band(at, width, uneven, rng, soft_px=look.soft_px) * at.within()
    factor = 1.0 - np.float32(look.depth) * core * left
    share = core * np.maximum(left, 0.15)
    if look.lit:
        rim = _strip(at.across * look.side, width / 2, lit_px) * at.within()
        factor += np.float32(look.lit) * rim * left
        share = np.maximum(share, 0.7 * rim * left)
    if look.style == "uneven":  # fins: ridges of mortar from the gap, with a shadow
        fin = ramp(3.0 * at.wander(17.0, rng) - 0.9) * at.within()
        ridge = band(at.across, -0.9, 0.9) * fin
        below = _strip(at.across * look.side, np.float32(0.9), lit_px) * fin
        factor += np.float32(rng.uniform(0.1, 0.45)) * ridge
        factor -= np.float32(rng.uniform(0.1, 0.5)) * below
        share = np.maximum(share, np.maximum(ridge, below))
    canvas.shade(at, np.maximum(factor, 0.05), share)


def _strip(at_px: Places, from_px: Places, width_px: float) -> FloatImage:
    """Return the strip of `width_px` that starts at the distance `from_px` from the line."""
    return band(at_px, from_px, from_px + np.float32(width_px))


def _joints(
    low_px: float, high_px: float, board_px: float, mixed: float, rng: np.random.Generator
) -> list[float]:
    """Return the positions of the joints across the boards; 0 is always one of them."""
    places = [0.0]
    while places[-1] < high_px:
        places.append(places[-1] + board_px * (1.0 + mixed * rng.uniform(-1.0, 1.0)))
    while places[0] > low_px:
        places.insert(0, places[0] - board_px * (1.0 + mixed * rng.uniform(-1.0, 1.0)))
    return places


def _tone_boards(
    canvas: Canvas, away: FloatImage, joints: list[float], most: float, rng: np.random.Generator
) -> None:
    """Give each board its own brightness, with a slight gradient across the board."""
    low = joints[0] - 1.0
    at = np.arange(low, joints[-1] + 2.0, 0.5)
    board = np.searchsorted(np.array(joints), at)
    tone = rng.uniform(-most, most, len(joints) + 1)[board]
    edge = np.array([low, *joints, joints[-1] + 1e3])
    part = (at - edge[board]) / (edge[board + 1] - edge[board])
    tone += rng.uniform(-0.7 * most, 0.7 * most, len(joints) + 1)[board] * (part - 0.5)
    table = (1.0 + tone).astype(np.float32)
    place = np.clip((away - np.float32(low)) * 2.0, 0, len(table) - 1).astype(np.intp)
    canvas.surface *= table[place][:, :, None]


def _add_grain(
    canvas: Canvas, away: FloatImage, start_px: Floats, end_px: Floats, rng: np.random.Generator
) -> None:
    """Add the grain of sawn wood: streaks along the boards."""
    side = normal(start_px, end_px)
    ahead = inward(canvas.shape, start_px, start_px + side)
    cell_px = spread(1.5, 7.0, rng)
    strength = np.float32(rng.uniform(0.02, 0.13))
    grain = noise_along(ahead, away, cell_px * rng.uniform(15.0, 50.0), cell_px, rng)
    if chance(0.5, rng):  # a few harder growth rings are thin dark lines
        grain -= ramp(np.clip(grain - 0.45, 0.0, 1.0) * 5.0) * np.float32(1.5)
    canvas.surface *= (1.0 + strength * grain)[:, :, None]


def _add_board_ends(
    canvas: Canvas,
    line: tuple[Floats, Floats],
    gap: tuple[Floats, Floats],
    look: JointLook,
    share: float,
    rng: np.random.Generator,
) -> None:
    """Draw butt joints between boards in the strip between two neighbouring joints."""
    if not share:
        return
    start, end = line
    size = max(canvas.shape)
    count = max(1, round(size / 400.0))
    for _ in range(count):
        if chance(share, rng):
            # The line is three times as long as the picture; its middle third is visible.
            foot = start + (end - start) * rng.uniform(0.33, 0.67)
            print_joint(canvas, foot + gap[0], foot + gap[1], look.varied(rng), rng)
