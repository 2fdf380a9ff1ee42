"""Crack networks: map cracking with Y-shaped junctions, crazing with T-shaped junctions."""

import math

import numpy as np

from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import fractal_line
from cracklens.synthesis.layouts import Course

_WIDEST_OF_CELL = 0.1  # largest crack width, as a share of the cell
_HONEYCOMB = 0.866  # half the square root of 3
_MOST_CELLS = 400


def map_cracks(
    height_px: int,
    width_px: int,
    opening_px: float,
    rng: np.random.Generator,
    *,
    cell_px: float | None = None,
) -> list[Course]:
    """Return map cracking, as by alkali-silica reaction: irregular cells, three-way junctions.

    Args:
        height_px: Rows of the picture.
        width_px: Columns of the picture.
        opening_px: Width of the widest crack; at most a tenth of a cell is used.
        rng: Source of the network.
        cell_px: Side of a cell; default: random, a fifth to a half of the shorter side.

    Returns:
        One course for each cell side in the picture.
    """
    cell_px = cell_px or rng.uniform(0.2, 0.5) * min(height_px, width_px)
    opening_px = min(opening_px, _WIDEST_OF_CELL * cell_px)
    nodes, sides = _honeycomb(height_px, width_px, cell_px, rng)
    sides = sides[rng.random(len(sides)) >= rng.uniform(0.0, 0.35)]
    arms = np.bincount(sides.reshape(-1), minlength=len(nodes))
    roughness, fade_px = rng.uniform(0.06, 0.2), 0.4 * cell_px
    courses = []
    for one, two in sides.tolist():
        line = fractal_line(nodes[[one, two]], rng, roughness=roughness, decay=0.62)
        courses.append(
            Course(
                line,
                opening_px * rng.uniform(0.35, 1.0),
                fade_start_px=fade_px if arms[one] == 1 else 0.0,
                fade_end_px=fade_px if arms[two] == 1 else 0.0,
            )
        )
    return courses


def craze_cracks(
    height_px: int,
    width_px: int,
    opening_px: float,
    rng: np.random.Generator,
    *,
    cell_px: float | None = None,
) -> list[Course]:
    """Return crazing, as by drying: each crack divides a cell and ends at older cracks.

    Arguments and result are those of `map_cracks`; younger cracks are narrower.
    """
    cell_px = cell_px or rng.uniform(0.18, 0.5) * min(height_px, width_px)
    opening_px = min(opening_px, _WIDEST_OF_CELL * cell_px)
    roughness, fade_share = rng.uniform(0.03, 0.12), rng.uniform(0.0, 0.4)
    courses: list[Course] = []
    for ends, age in _splits(height_px, width_px, cell_px, rng):
        if courses:
            older = np.concatenate([course.points_px for course in courses])
            away = ((ends[:, None, :] - older[None, :, :]) ** 2).sum(axis=2)
            near = away.min(axis=1) < (0.3 * cell_px) ** 2
            ends = np.where(near[:, None], older[away.argmin(axis=1)], ends)  # noqa: PLW2901
        line = fractal_line(ends, rng, roughness=roughness, decay=0.6)
        fade_px = 0.5 * cell_px if rng.random() < fade_share else 0.0
        finer = 0.85**age * rng.uniform(0.6, 1.0)
        courses.append(Course(line, opening_px * finer, fade_end_px=fade_px))
    return courses


def _honeycomb(
    height_px: int, width_px: int, cell_px: float, rng: np.random.Generator
) -> tuple[Floats, np.ndarray[tuple[int, int], np.dtype[np.intp]]]:
    """Return jittered nodes (K, 2) of a rotated honeycomb and its sides (S, 2) near the picture."""
    reach = math.sqrt(float(height_px * height_px + width_px * width_px)) / 2 + cell_px
    across, down = int(reach / (cell_px * _HONEYCOMB)) + 1, int(reach / (1.5 * cell_px)) + 1
    column, row = np.meshgrid(np.arange(-across, across + 1), np.arange(-down, down + 1))
    odd = (column + row) % 2
    flat = np.stack([column * (cell_px * _HONEYCOMB), (1.5 * row + 0.5 * odd) * cell_px], axis=2)
    flat += rng.uniform(-0.38, 0.38, flat.shape) * cell_px
    angle = rng.uniform(0.0, math.pi)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = flat[..., 0].reshape(-1), flat[..., 1].reshape(-1)
    middle = np.array([width_px, height_px]) / 2
    nodes = np.stack([cos * x - sin * y, sin * x + cos * y], axis=1) + middle
    index = np.arange(nodes.shape[0]).reshape(row.shape)
    level = np.stack([index[:, :-1].reshape(-1), index[:, 1:].reshape(-1)], axis=1)
    up = odd[:-1] == 1
    upright = np.stack([index[:-1][up], index[1:][up]], axis=1)
    sides = np.concatenate([level, upright])
    slack = 0.1 * cell_px
    size = np.array([width_px, height_px])
    inside = np.all((nodes > -slack) & (nodes < size + slack), axis=1, keepdims=True)[:, 0]
    return nodes, sides[inside[sides].any(axis=1)]


def _splits(
    height_px: int, width_px: int, cell_px: float, rng: np.random.Generator
) -> list[tuple[Floats, int]]:
    """Divide a block larger than the picture; return endpoints (2, 2) and age of each division."""
    turn = rng.uniform(0.0, math.pi / 2)
    cos, sin = math.cos(turn), math.sin(turn)
    half = 0.75 * (height_px + width_px) / 2
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    block = np.stack(
        [cos * corners[:, 0] - sin * corners[:, 1], sin * corners[:, 0] + cos * corners[:, 1]],
        axis=1,
    )
    queue = [(block + np.array([width_px, height_px]) / 2, 0)]
    splits: list[tuple[Floats, int]] = []
    while queue and len(splits) < _MOST_CELLS:
        cell, age = queue.pop(0)
        low, high = cell.min(axis=0), cell.max(axis=0)
        outside = float(high.min()) < 0 or low[0] > width_px or low[1] > height_px
        if outside or _area(cell) < cell_px * cell_px * rng.uniform(0.7, 1.8):
            continue
        parts = _split(cell, rng)
        if parts is not None:
            one, two, ends = parts
            splits.append((ends, age))
            queue += [(one, age + 1), (two, age + 1)]
    return splits


def _split(cell: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats] | None:
    """Split a convex cell across its longer direction; return both parts and the endpoints."""
    apart = cell[:, None, :] - cell[None, :, :]
    one, two = divmod(int((apart * apart).sum(axis=2).argmax()), len(cell))
    run, rise = (cell[two] - cell[one]).tolist()
    lean = rng.uniform(-0.45, 0.45)
    through = cell.mean(axis=0) + rng.uniform(-0.12, 0.12, 2) * np.array([run, rise])
    side = (cell[:, 0] - through[0]) * (run - lean * rise)
    side = side + (cell[:, 1] - through[1]) * (rise + lean * run)
    following = np.roll(side, -1)
    cut = np.flatnonzero((side > 0) != (following > 0))
    if cut.size != 2:  # noqa: PLR2004
        return None
    share = side[cut] / (side[cut] - following[cut])
    ends = cell[cut] + (np.roll(cell, -1, axis=0)[cut] - cell[cut]) * share[:, None]
    first, second = (cut + 1).tolist()
    inner = np.concatenate([ends[:1], cell[first:second], ends[1:]])
    outer = np.concatenate([cell[:first], ends, cell[second:]])
    return inner, outer, ends


def _area(cell: Floats) -> float:
    """Return the area of a polygon by the shoelace formula."""
    following = np.roll(cell, -1, axis=0)
    return abs(float((cell[:, 0] * following[:, 1] - cell[:, 1] * following[:, 0]).sum())) / 2
