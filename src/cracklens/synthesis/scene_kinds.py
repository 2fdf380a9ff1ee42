"""The kinds of walls in scenes: concrete, look-alikes and cracks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cracklens.synthesis.concrete import ConcreteLook
from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.distractors.canvas import bend
from cracklens.synthesis.layouts import Course, forked, meander, straight
from cracklens.synthesis.network import craze_cracks, map_cracks


@dataclass(frozen=True)
class CrackGroup:
    """Cracks of one appearance.

    Attributes:
        courses: Their centrelines, in pixels of the scene.
        look: Fixed fields of `CrackLook`; the others are random.
    """

    courses: list[Course]
    look: Mapping[str, Any] = field(default_factory=dict)


Plan = Callable[[int, int, np.random.Generator], list[CrackGroup]]


@dataclass(frozen=True)
class SceneKind:
    """A kind of wall.

    Attributes:
        concrete: Its surface.
        weather: Relative strength of large patches and streaks.
        large: Names of `DISTRACTORS` and the factor by which each is larger than on a tile.
        fine: Names of look-alikes drawn as on a tile.
        over: Names of look-alikes in front of the cracks.
        plan: Function that makes the crack groups, from rows, columns and random generator.
        mm_per_px: Ground sampling distance.
    """

    concrete: ConcreteLook
    weather: float
    large: tuple[tuple[str, int], ...]
    fine: tuple[str, ...]
    over: tuple[str, ...]
    plan: Plan
    mm_per_px: float


def _concrete(brightness: float, cast: tuple[float, float, float], grain: float) -> ConcreteLook:
    """Return a look for walls, without large patches, which the scene draws."""
    return ConcreteLook(
        brightness=brightness,
        cast=cast,
        mottle=0.06,
        grain=grain,
        relief=0.1,
        feature_px=260.0,
        pores_per_kpx=0.03,
        stain=0.0,
        gradient=(0.06, -0.05),
    )


def _along(
    shares: list[tuple[float, float]], rows: int, columns: int, rng: np.random.Generator
) -> Floats:
    """Return points (N, 2) on a smooth curve; control points are shares of the size plus noise."""
    points: Floats = np.array(shares) + rng.uniform(-0.03, 0.03, (len(shares), 2))
    return bend(points * np.array([columns, rows]), step_px=0.12 * min(rows, columns))


def _within(
    courses: list[Course], left: float, top: float, rows: int, columns: int
) -> list[Course]:
    """Return the courses of a part of the picture, moved to the position of that part."""
    corner = np.array([left * columns, top * rows])
    return [
        Course(c.points_px + corner, c.width_px, c.fade_start_px, c.fade_end_px) for c in courses
    ]


def _board_wall(rows: int, columns: int, rng: np.random.Generator) -> list[CrackGroup]:
    """Return a crack diagonally across the boards, and a hairline from the top."""
    size = min(rows, columns)
    main = _along([(0.16, 0.3), (0.45, 0.46), (0.87, 0.58)], rows, columns, rng)
    fine = _along([(0.7, -0.02), (0.72, 0.2), (0.66, 0.38)], rows, columns, rng)
    return [
        CrackGroup(
            forked(main, rng.uniform(5.0, 9.0), rng, branch_px=0.5 * size),
            {"depth": 0.9, "chips": 0.35, "lime": 0.0, "filling": 0.0},
        ),
        CrackGroup(forked(fine, rng.uniform(1.3, 2.2), rng, branch_px=0.3 * size), {"depth": 0.6}),
    ]


def _slab(rows: int, columns: int, rng: np.random.Generator) -> list[CrackGroup]:
    """Return map cracking in one half and crazing in a corner."""
    size = min(rows, columns)
    net = map_cracks(int(0.62 * rows), int(0.5 * columns), 3.2, rng, cell_px=0.085 * size)
    craze = craze_cracks(int(0.3 * rows), int(0.22 * columns), 1.6, rng, cell_px=0.05 * size)
    return [
        CrackGroup(_within(net, 0.08, 0.2, rows, columns), {"depth": 0.75, "lime": 0.0}),
        CrackGroup(_within(craze, 0.7, 0.62, rows, columns), {"depth": 0.7, "filling": 0.0}),
    ]


def _pier(rows: int, columns: int, rng: np.random.Generator) -> list[CrackGroup]:
    """Return a wide crack from top to bottom, with efflorescence, and a fine crack next to it."""
    size = min(rows, columns)
    main = _along([(0.44, -0.03), (0.47, 0.3), (0.43, 0.65), (0.46, 1.03)], rows, columns, rng)
    fine = _along([(0.74, 0.25), (0.72, 0.5), (0.76, 0.9)], rows, columns, rng)
    return [
        CrackGroup(
            forked(main, rng.uniform(14.0, 22.0), rng, branch_px=0.4 * size),
            {"depth": 0.95, "lime": 0.7, "dirt": 0.15, "filling": 0.0, "lit_edge": 0.25},
        ),
        CrackGroup(forked(fine, rng.uniform(2.2, 3.5), rng, branch_px=0.2 * size), {"depth": 0.8}),
    ]


def _cable_wall(rows: int, columns: int, rng: np.random.Generator) -> list[CrackGroup]:
    """Return two cracks of moderate width, one of them with branches."""
    size = min(rows, columns)
    main = _along([(0.2, 0.86), (0.36, 0.6), (0.4, 0.3), (0.55, 0.1)], rows, columns, rng)
    other = meander(int(0.4 * rows), int(0.3 * columns), rng.uniform(2.0, 3.0), rng)
    return [
        CrackGroup(
            forked(main, rng.uniform(6.0, 10.0), rng, branch_px=0.5 * size),
            {"depth": 0.9, "filling": 0.0},
        ),
        CrackGroup(_within(other, 0.66, 0.5, rows, columns), {"depth": 0.8}),
    ]


def _panels(rows: int, columns: int, rng: np.random.Generator) -> list[CrackGroup]:
    """Return fine, nearly straight, parallel cracks, as from bending."""
    groups = []
    for left in (0.14, 0.34, 0.57, 0.76):
        courses = straight(int(0.1 * columns), int(0.1 * columns), rng.uniform(1.2, 3.4), rng)
        # Rotated to the vertical and stretched along its length; the offsets keep their size.
        line = courses[0].points_px
        start, end = line[0], line[-1]
        length = float(np.sqrt(((end - start) ** 2).sum()))
        ahead = (end - start) / length
        run, rise = line[:, 0] - start[0], line[:, 1] - start[1]
        along, aside = run * ahead[0] + rise * ahead[1], rise * ahead[0] - run * ahead[1]
        top, tall = rng.uniform(0.08, 0.3) * rows, rng.uniform(0.35, 0.6) * rows
        lean = rng.uniform(-0.06, 0.06) * along / length * tall
        points = np.stack([left * columns + aside + lean, top + along / length * tall], axis=1)
        groups.append(CrackGroup([Course(points, courses[0].width_px, 60.0, 60.0)], {"depth": 0.8}))
    return groups


def _sound(rows: int, columns: int, rng: np.random.Generator) -> list[CrackGroup]:
    """Return no crack."""
    del rows, columns, rng
    return []


SCENES: dict[str, SceneKind] = {
    "board-marked wall": SceneKind(
        concrete=_concrete(150.0, (1.02, 1.0, 0.95), 0.056),
        weather=0.12,
        large=(("plank lines", 3), ("tie holes", 2), ("tie holes", 2), ("bug holes", 2)),
        fine=(),
        over=(),
        plan=_board_wall,
        mm_per_px=0.1,
    ),
    "smooth slab": SceneKind(
        concrete=_concrete(172.0, (1.0, 1.0, 0.985), 0.04),
        weather=0.1,
        large=(("stain edge", 6),),
        fine=("scratches",),
        over=(),
        plan=_slab,
        mm_per_px=0.1,
    ),
    "pier with run-off": SceneKind(
        concrete=_concrete(140.0, (1.01, 1.0, 0.97), 0.064),
        weather=0.2,
        large=(("run-off", 6), ("run-off", 6), ("rust streak", 4), ("bug holes", 2)),
        fine=(),
        over=(),
        plan=_pier,
        mm_per_px=0.2,
    ),
    "wall with cable": SceneKind(
        concrete=_concrete(165.0, (1.04, 1.0, 0.91), 0.056),
        weather=0.12,
        large=(("straight shadow", 4), ("cable shadow", 2)),
        fine=("formwork line",),
        over=("cable",),
        plan=_cable_wall,
        mm_per_px=0.1,
    ),
    "panels with joints": SceneKind(
        concrete=_concrete(158.0, (1.0, 1.0, 0.99), 0.048),
        weather=0.1,
        large=(("construction joint", 2), ("tie holes", 3)),
        fine=("expansion joint", "painted line"),
        over=(),
        plan=_panels,
        mm_per_px=0.4,
    ),
    "sound wall": SceneKind(
        concrete=_concrete(148.0, (1.02, 1.0, 0.96), 0.064),
        weather=0.15,
        large=(("plank lines", 4), ("bug holes", 2), ("leaves", 4), ("ragged shadow", 4)),
        fine=("scratches",),
        over=(),
        plan=_sound,
        mm_per_px=0.3,
    ),
}
