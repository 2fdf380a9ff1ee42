"""Rendered walls and pictures with the network's map and the true cracks, kept on disk.

A true crack is a connected group of rendered courses: a main crack with its branches. A cable in
front of it or a marker on it does not cut it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from cracklens.synthesis import (
    DISTRACTORS,
    SCENES,
    Camera,
    draw_cracks,
    paint_cracks,
    photograph,
    render_concrete,
    render_scene,
)

WALL_PX = (2000, 1500)
PICTURE_PX = 900
_TOUCH_PX = 3.0
_LEAST_SEEN_PX = 20.0  # a true crack of which less is in the picture does not count


@dataclass(frozen=True)
class Example:
    """A picture, its map, and the points of each true crack, about 1 px apart.

    Attributes:
        name: such as "wall with cable 3".
        kind: of the wall, or "picture".
        pixels: (H, W, 3) uint8.
        probability: (H, W) uint8.
        points_px: (N, 2) x, y of all true cracks.
        width_px: (N,) true width; 0 where the crack is closed or hidden.
        crack: (N,) number of the true crack.
        like: (H, W) bool, where a look-alike is.
    """

    name: str
    kind: str
    pixels: Any
    probability: Any
    points_px: Any
    width_px: Any
    crack: Any
    like: Any


def examples(cache: Path, detector, seed: int, walls: int, pictures: int):  # noqa: ANN001, ANN201
    """Yield walls of each kind, and smaller pictures with all layouts and look-alikes."""
    for number in range(walls):
        for kind in SCENES:
            yield _kept(cache, detector, f"{kind} {seed + number}", kind, seed + number)
    for number in range(pictures):
        yield _kept(cache, detector, f"picture {seed + number}", "picture", seed + number)


def _kept(cache: Path, detector, name: str, kind: str, seed: int) -> Example:  # noqa: ANN001
    path = cache / f"{name.replace(' ', '-')}.npz"
    if not path.is_file():
        drawn = _picture(seed) if kind == "picture" else _wall(kind, seed)
        drawn["probability"] = detector.detect(drawn["pixels"]).probability
        cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(part, **drawn)
        part.replace(path)
    with np.load(path) as found:
        return Example(name=name, kind=kind, **dict(found))


def _wall(kind: str, seed: int) -> dict[str, Any]:
    scene = render_scene(seed, kind, width_px=WALL_PX[0], height_px=WALL_PX[1])
    like = np.zeros(scene.coverage.shape, bool)
    for mask in scene.distractors.values():
        like |= mask > 0
    return {"pixels": scene.pixels, "like": like, **_truth(scene.cracks, scene.coverage)}


def _picture(seed: int) -> dict[str, Any]:
    """Return a picture with one to two layouts of cracks, and up to three look-alikes."""
    rng = np.random.default_rng([seed, 31])
    surface = render_concrete(PICTURE_PX, PICTURE_PX, rng)
    cracks = draw_cracks(PICTURE_PX, PICTURE_PX, rng, most_width_px=12.0)
    like = np.zeros(surface.shape[:2], bool)
    names = [str(rng.choice(sorted(DISTRACTORS))) for _ in range(int(rng.integers(0, 4)))]
    late = {"leaves", "cable", "hair and straw", "painted line"}
    coverage = np.zeros(surface.shape[:2], np.float32)
    for crack in cracks:
        np.maximum(coverage[crack.window], crack.part, out=coverage[crack.window])
    for over in (False, True):
        if over:
            surface = paint_cracks(surface, cracks, rng)
        for name in names:
            if (name in late) is over:
                drawn = DISTRACTORS[name](surface, rng)
                surface, like = drawn.surface, like | (drawn.mask > 0)
                if over:
                    coverage[drawn.mask > 0] = 0
    pixels = photograph(surface, Camera.draw(rng), rng)
    return {"pixels": pixels, "like": like, **_truth(cracks, coverage)}


def _truth(cracks, coverage) -> dict[str, Any]:  # noqa: ANN001
    """Return points, widths and numbers of the true cracks."""
    lines = [_even(crack) for crack in cracks]
    if not lines:
        none = np.zeros(0)
        return {"points_px": np.zeros((0, 2)), "width_px": none, "crack": none.astype(int)}
    points = np.concatenate([line for line, _ in lines])
    width = np.concatenate([own for _, own in lines])
    course = np.repeat(np.arange(len(lines)), [len(line) for line, _ in lines])
    near = cKDTree(points).query_pairs(_TOUCH_PX, output_type="ndarray")
    one, other = course[near[:, 0]], course[near[:, 1]]
    edges = coo_array((np.ones(len(one)), (one, other)), shape=(len(lines),) * 2)
    group = connected_components(edges, directed=False)[1][course]
    place = np.rint(points).astype(int)
    last = np.array(coverage.shape[::-1]) - 1
    column, row = np.clip(place, 0, last).T
    width = np.where(coverage[row, column] > 0, width, 0.0)
    seen = np.bincount(group, width > 0)[group] >= _LEAST_SEEN_PX
    return {"points_px": points[seen], "width_px": width[seen], "crack": group[seen]}


def _even(crack):  # noqa: ANN001, ANN202
    """Return points about 1 px apart along a crack, and its width there."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(crack.points_px, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(int(along[-1]), 1) + 1)
    points = np.stack([np.interp(at, along, axis) for axis in crack.points_px.T], axis=1)
    return points, np.interp(at, along, crack.width_px)
